// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/core/TimeRing.h"
#include "ratelimit/turnstile_core_export.h"

#include <optional>

namespace Turnstile {

/// Counts the answers for which Discord bans an address, and says when to stop.
///
/// So many answers 401, 403 or 429 (but for those of a shared limit) within a sliding period are
/// too many. The last 5 % are kept for interaction callbacks. Cheap while nothing is counted; never
/// holds more than the limit.
/// Rules: `docs/semantics.md`, invalid requests.
class TURNSTILE_CORE_EXPORT InvalidRequestBudget {
public:
    /// \a limit invalid answers in any \a period; 0: counts nothing, allows everything.
    explicit InvalidRequestBudget(
        int limit = 10'000, milliseconds period = std::chrono::minutes(10));

    int limit() const { return m_limit; }

    /// An answer came at \a now; returns whether it counts.
    bool add(int status, Scope scope, TimePoint now);

    /// Others count for the same address: \a count with those that were added here. Believed for a
    /// period, as nobody knows when they leave it.
    void setShared(int count, TimePoint now);

    /// How many count at \a now: at most limit(), also when more came than it.
    int count(TimePoint now) const;

    /// Whether one more request may go, if all of the \a inFlight were to be invalid.
    bool allows(int inFlight, bool isInteractionCallback, TimePoint now) const
    {
        const int free = boundFor(isInteractionCallback) - inFlight;
        return m_limit == 0 || m_invalid.size() + m_others < free || count(now) < free;
    }
    /// When allows() becomes true by itself; with setShared() maybe later. Nothing when it is true
    /// already, and when it takes an answer of those in flight.
    std::optional<TimePoint> nextAllowedAt(
        int inFlight, bool isInteractionCallback, TimePoint now) const;
    /// When the oldest of those added here leaves the period; nothing when none is counted.
    std::optional<TimePoint> nextFreeAt(TimePoint now) const;

private:
    int own(TimePoint now) const { return m_invalid.countAfter(now - m_period); }
    int boundFor(bool isInteractionCallback) const
    {
        return isInteractionCallback ? m_limit : m_bound;
    }

    int m_limit;
    int m_bound; // for all but interaction callbacks
    milliseconds m_period;
    TimeRing m_invalid; // some may be over
    int m_others = 0;   // the same
    TimePoint m_othersUntil;
};

} // namespace Turnstile
