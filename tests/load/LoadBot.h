// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorPublisher.h"

#include <QtCore/QTimer>

#include <deque>
#include <vector>

namespace Turnstile {

/// A bot without requests, for monitors to be tried on: it asks for tickets at a rate, one bucket
/// after the other, and answers them itself, 50 ms later, as a server that allows 5 per 5 s.
///
/// Of tickets that it cannot have at the rate, no more than one second's wait: others are not asked
/// for, and counted.
class LoadBot : public QObject {
    Q_OBJECT
public:
    LoadBot(int buckets, int perSecond);
    ~LoadBot() override;

    void start();

    InMemoryRatelimiter *limiter() { return &m_limiter; }
    quint64 granted() const { return m_granted; }
    quint64 failed() const { return m_failed; } ///< a monitor may cancel tickets
    quint64 notAsked() const { return m_notAsked; }
    int waiting() const { return m_waiting; }
    /// How long the event loop did not come round, at the worst; begins anew.
    milliseconds takeLongestStall() { return std::exchange(m_longestStall, {}); }

private:
    struct Route {
        Endpoint endpoint;
        TimePoint windowEnds;
        int left = 0;
    };
    struct Request {
        TimePoint answerAt;
        size_t route;
        TicketSender sender;
    };

    void turn();
    void ask(size_t route);
    void answer(const Request &request, TimePoint now);

    InMemoryRatelimiter m_limiter;
    QTimer m_timer;
    std::vector<Route> m_routes;
    std::deque<Request> m_requests; // that which is answered next is first
    const int m_perSecond;
    size_t m_next = 0;
    TimePoint m_startedAt;
    TimePoint m_lastTurn;
    quint64 m_due = 0; // tickets since the start, asked for or not
    quint64 m_granted = 0;
    quint64 m_failed = 0;
    quint64 m_notAsked = 0;
    int m_waiting = 0;
    milliseconds m_longestStall{};
};

} // namespace Turnstile
