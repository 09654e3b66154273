// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Event.h"
#include "ratelimit/core/Response.h"
#include "ratelimit/SharedState.h"

namespace Turnstile {

class Scheduler;

/// Who gets leases for a ratelimiter whose scheduler does not count by itself
/// (SchedulerOptions::isShared). All is called in the ratelimiter's thread, where no slot runs.
class LeaseBroker {
public:
    LeaseBroker() = default;
    Q_DISABLE_COPY_MOVE(LeaseBroker)
    virtual ~LeaseBroker() = default;

    /// The consumer has spoken for \a ticket; the scheduler hears of it next.
    virtual void answered(TicketId ticket, const Response &response, TimePoint now) = 0;
    /// In order, before anybody else is told.
    virtual void happened(const Event &event) = 0;
    /// There will be something to do, maybe after a long time: before anything is granted.
    virtual void turnBegins(Scheduler &scheduler, TimePoint now) = 0;
    /// All is told: the time to ask for leases, and to give back. Returns whether that changed
    /// something in \a scheduler, so that there may be more to tell.
    virtual bool turnEnded(Scheduler &scheduler, TimePoint now) = 0;
    /// Who holds what, as far as it is known; to ask says that somebody watches.
    virtual SharedState sharedState(TimePoint now) = 0;
};

} // namespace Turnstile
