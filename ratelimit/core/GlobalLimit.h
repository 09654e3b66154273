// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/core/TimeRing.h"
#include "ratelimit/turnstile_core_export.h"

#include <optional>

namespace Turnstile {

/// The limit of the token over all routes, and the lock that a global 429 sets.
///
/// The server counts a request somewhere between sending and answer. A slot is free while
/// `in flight + answered within the last period < limit`: of the requests that arrive within one
/// period, each other one was in flight or answered less than a period ago when the last was sent,
/// so all were counted. That holds for fixed and sliding windows of any phase.
/// Rules: `docs/semantics.md`, global limit.
class TURNSTILE_CORE_EXPORT GlobalLimit {
public:
    /// \a limit requests in any \a period; 0: no limit (a lock still holds).
    GlobalLimit(int limit, milliseconds period);

    int limit() const { return m_limit; }
    /// Slots taken at \a now.
    int used(TimePoint now) const;
    bool isFree(TimePoint now) const;
    /// When isFree() becomes true by itself. Nothing when it is true already, so that there is
    /// nothing to wait for, and when only an answer can free a slot.
    std::optional<TimePoint> nextFreeAt(TimePoint now) const;

    void take() { ++m_inFlight; }
    /// A request was answered or lost at \a now: its slot stays taken for a period.
    void answered(TimePoint now);
    /// The same for a request sent at \a sentAt, less the time that its answer took beyond
    /// \a margin: the slot stays taken until `sentAt + margin + period`, and never longer than
    /// without compensation, which is what no margin means.
    void answered(TimePoint sentAt, std::optional<milliseconds> margin, TimePoint now);
    /// A request was never sent, or so long ago that it no longer counts: its slot is free.
    void giveBack() { --m_inFlight; }

    /// Holds everything until \a until; a shorter lock never shortens a longer one.
    void lock(TimePoint until);
    bool isLocked(TimePoint now) const { return now < m_lockedUntil; }
    TimePoint lockedUntil() const { return m_lockedUntil; }

private:
    void count(TimePoint at, TimePoint now);

    int m_limit;
    milliseconds m_period;
    int m_inFlight = 0;
    TimeRing m_answered; // when each was counted; some may be over
    TimePoint m_lockedUntil;
};

} // namespace Turnstile
