// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "tests/common/Headers.h"

#include <algorithm>
#include <map>
#include <vector>

/// \file
/// A scheduler at a desk: times are counted from its first day.

inline TimePoint at(milliseconds time)
{
    return TimePoint(1h) + time;
}

// A scheduler, and what became of each ticket.
class Desk {
public:
    explicit Desk(const SchedulerOptions &options = {})
        : scheduler(options)
    {
    }

    TicketId ask(const Endpoint &endpoint, milliseconds time, const TicketOptions &options = {})
    {
        const TicketId id = scheduler.acquire(endpoint, options, at(time));
        note();
        return id;
    }
    bool complete(TicketId ticket, const Response &response, milliseconds time)
    {
        const bool awaited = scheduler.complete(ticket, response, at(time));
        note();
        return awaited;
    }
    bool retry(TicketId ticket, const Response &response, milliseconds time, milliseconds wait = {})
    {
        const bool awaited = scheduler.retry(ticket, response, at(time), wait);
        note();
        return awaited;
    }
    bool cancel(TicketId ticket, milliseconds time)
    {
        const bool done = scheduler.cancel(ticket, at(time));
        note();
        return done;
    }
    // Runs until \a time, stopping at every deadline on the way.
    void runTo(milliseconds time)
    {
        for (;;) {
            const auto deadline = scheduler.nextDeadline();
            if (!deadline || *deadline > at(time))
                break;
            scheduler.advance(*deadline);
            note();
        }
        scheduler.advance(at(time));
        note();
    }

    void setFlow(Flow flow, milliseconds time)
    {
        scheduler.setFlow(flow, at(time));
        note();
    }
    TicketError::Code errorOf(TicketId ticket) const { return errors.at(ticket); }
    int count(Event::Type type) const
    {
        return int(std::count_if(events.begin(), events.end(),
            [type](const Event &event) { return event.type == type; }));
    }
    bool saw(Anomaly anomaly) const
    {
        return std::any_of(events.begin(), events.end(), [anomaly](const Event &event) {
            return event.type == Event::Type::AnomalySeen && event.anomaly == anomaly;
        });
    }

    TicketState state(TicketId ticket) const { return states.at(ticket); }
    bool isGranted(TicketId ticket) const { return states.at(ticket) == TicketState::Available; }

    Scheduler scheduler;
    std::map<TicketId, TicketState> states;
    std::map<TicketId, TimePoint> grantedAt;
    std::map<TicketId, TicketError::Code> errors;
    std::vector<TicketId> grants;
    std::vector<Event> events;

    void note()
    {
        for (const Event &event : scheduler.takeEvents()) {
            events.push_back(event);
            if (event.type != Event::Type::TicketChanged)
                continue;
            states[event.ticket] = event.state;
            errors[event.ticket] = event.error;
            if (event.state == TicketState::Available) {
                grants.push_back(event.ticket);
                grantedAt[event.ticket] = event.at;
            }
        }
    }
};
