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
///
/// A global 429 all the same means that the server allows less, or that others use the token too.
/// Then only a share of the limit is used: half of it at first, and when that is refused as well,
/// as much as passed lately. It grows again by a quarter each period, and by as much in twice the
/// time after each further refusal.
/// Rules: `docs/semantics.md`, global limit.
class TURNSTILE_CORE_EXPORT GlobalLimit {
public:
    /// \a limit requests in any \a period; 0: no limit (a lock still holds).
    GlobalLimit(int limit, milliseconds period);

    /// From now on \a limit requests. What is in flight, or was answered, counts on.
    void setLimit(int limit);
    int limit() const { return m_limit; }
    /// Slots taken at \a now.
    int used(TimePoint now) const { return m_inFlight + m_answered.countAfter(now - m_period); }
    bool isFree(TimePoint now) const
    {
        return !isLocked(now)
            && (m_inFlight + m_answered.size() < m_share || used(now) < shareAt(now));
    }
    /// When isFree() becomes true by itself. Nothing when it is true already, so that there is
    /// nothing to wait for, and when only an answer can free a slot.
    std::optional<TimePoint> nextFreeAt(TimePoint now) const;

    void take() { ++m_inFlight; }
    /// A request was answered or lost at \a now: its slot stays taken for a period.
    void answered(TimePoint now) { count(now, now); }
    /// The same for a request sent at \a sentAt, less the time that its answer took beyond
    /// \a margin: the slot stays taken until `sentAt + margin + period`, and never longer than
    /// without compensation, which is what no margin means.
    void answered(TimePoint sentAt, std::optional<milliseconds> margin, TimePoint now);
    /// A request was never sent, or so long ago that it no longer counts: its slot is free.
    void giveBack() { --m_inFlight; }

    /// Holds everything until \a until; a shorter lock never shortens a longer one.
    void lock(TimePoint until);
    /// A request granted at \a grantedAt met a global 429 that holds until \a until: it took no
    /// slot of the server's.
    void refused(TimePoint grantedAt, TimePoint until, TimePoint now);
    /// How much of limit() is used at \a now.
    int shareAt(TimePoint now) const;
    bool isLocked(TimePoint now) const { return now < m_lockedUntil; }
    TimePoint lockedUntil() const { return m_lockedUntil; }

private:
    void count(TimePoint at, TimePoint now);
    void settle(TimePoint now);
    bool isLowered() const { return m_share < m_most; }
    std::optional<TimePoint> nextRaise(TimePoint now) const;

    int m_limit = 0;
    int m_most = 0;  // the same, with no limit as a large number
    int m_share = 0; // as of m_loweredAt
    milliseconds m_period;
    int m_inFlight = 0;
    TimeRing m_answered; // when each was counted; some may be over
    TimePoint m_lockedUntil;
    TimePoint m_loweredAt;
    TimePoint m_raiseAt; // for the first time
    milliseconds m_raiseEvery;
};

} // namespace Turnstile
