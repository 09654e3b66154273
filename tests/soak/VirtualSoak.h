// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "tests/soak/Crowd.h"
#include "tests/soak/Judge.h"
#include "tests/soak/Outcome.h"
#include "tests/soak/VirtualServer.h"

#include <queue>

#include <array>
#include <map>

namespace Turnstile::Soak {

/// The scheduler in virtual time, as fast as the machine can: 1 000 requests per virtual second
/// over 500 buckets that come and go, and all that happens to bots. The same seed is the same run.
class VirtualSoak {
public:
    explicit VirtualSoak(const Settings &settings);

    Outcome run();

private:
    enum class Action : quint8 {
        Ask,
        Send,
        Arrive,
        Answer,
        GiveUp,
        Break,
        Unused,
        Cancel, // of one ticket
        Renew,
        Delete,
        Rename,
        Restart,
        ChangePool,
        TakeStock, // again and again
    };
    struct Step {
        TimePoint at;
        quint64 number;
        Action action;
        quint32 request;
        TicketId ticket;
        bool operator<(const Step &other) const
        {
            return at != other.at ? at > other.at : number > other.number;
        }
    };
    struct Ticket {
        PlacePtr place;
        int lane = 0;
        TimePoint askedAt;
        TimePoint deadline = TimePoint::max();
        PoolId pool;
        Ordering ordering = Ordering::Automatic;
        TicketState state = TicketState::Queued;
        int attempt = 0;
        quint32 request = 0;

        Lane &queue() const { return place->lanes[size_t(lane)]; }
    };
    struct Pool {
        int most = 0;
        int inFlight = 0;
    };

    void later(
        std::chrono::nanoseconds wait, Action action, quint32 request = 0, TicketId ticket = {});
    void act(const Step &step);
    void advance();
    void finish();

    // The bot
    void ask();
    void send(quint32 index);
    void arrive(quint32 index);
    void answer(quint32 index);
    void end(quint32 index, const Response &response);
    void cancel(TicketId id);
    bool retry(quint32 index, const Response &response);
    void release(quint32 index);
    std::chrono::nanoseconds travel();

    // What the scheduler says
    void readEvents();
    void granted(TicketId id, Ticket &ticket);
    void ended(TicketId id, Ticket &ticket, TicketState state);
    void leaveFlight(Ticket &ticket);

    // The world around
    void changePool();
    void takeStock();
    void showProgress() const;
    void expect(bool holds, const char *promise, const char *detail, TicketId ticket = {});
    void report();

    const Settings m_settings;
    Random m_random;
    Outcome m_outcome;
    Judge m_judge;
    VirtualServer m_server;
    Scheduler m_scheduler;
    Crowd m_crowd;
    MemoryTrend m_memory;
    std::priority_queue<Step> m_steps;
    QHash<TicketId, Ticket> m_tickets;
    std::vector<Request> m_requests;
    std::vector<quint32> m_freeRequests;
    std::map<PoolId, Pool> m_pools;
    std::vector<Event> m_events;
    std::vector<std::unique_ptr<QByteArray>> m_leak;

    const TimePoint m_begin{std::chrono::hours(1)};
    TimePoint m_now;
    TimePoint m_downUntil;
    TimePoint m_askedAt; // the last time
    quint64 m_stepCount = 0;
    quint64 m_lastPool = 0;
    bool m_isEnding = false;
    int m_turnsAtOnce = 0;

    quint64 m_asked = 0;
    quint64 m_retries = 0;
    quint64 m_withDeadline = 0;
    int m_restarts = 0;
    std::array<quint64, 10> m_ends{}; // by TicketState
    std::chrono::nanoseconds m_longestWait{0};
    std::chrono::nanoseconds m_pastDeadline{0};
    Scheduler::Size m_most;
};

} // namespace Turnstile::Soak
