// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "ratelimit/testing/LatencyModel.h"
#include "ratelimit/testing/ServerModel.h"
#include "tools/turnstile-sim/Workload.h"

#include <QtCore/QRandomGenerator>

#include <map>
#include <optional>
#include <span>
#include <vector>

namespace Turnstile::Sim {

/// What came of one run.
struct DrainResult {
    int completed = 0; ///< answered, at last, with something else than a 429
    int lost = 0;      ///< no answer came, and the client gave up
    /// From the start to the last answer.
    std::chrono::nanoseconds makespan{0};
    std::chrono::nanoseconds lowerBound{0}; ///< see lowerBound()
    std::map<LimitKind, int> limited = {};  ///< 429s by kind, as the server saw them
    /// 429s of bucket and global limit that happened though the limiter had all it needs to know.
    /// Lost answers, sublimits, shared limits and skew are no excuse. Other processes are: then
    /// nothing is counted, and this is unset; a flipped hash excuses the bucket's.
    std::optional<int> avoidable = {};
    std::vector<std::chrono::nanoseconds> waits = {}; ///< from asking to the first grant, sorted
    /// Requests that reached the server (for the last time) before an older one of their lane did,
    /// where the lane keeps order.
    int reordered = 0;
    int grants = 0;
    /// Time spent in calls of the scheduler, without what reading the clock costs.
    std::chrono::nanoseconds schedulerTime{0};
};

/// How many of \a arrivals came before an older one of their lane. Request i is of lane i modulo
/// \a lanes; a number is its place in the order of arrival, and 0 that it never arrived.
int countReordered(std::span<const quint64> arrivals, int lanes);

/// Plays a workload in virtual time: schedulers, the network between, and a model of the server.
///
/// A granted request is sent at once and arrives after half of the RTT and of its jitter; that is
/// when the server counts it. The answer, in headers as on the wire, comes back the same way and
/// completes the ticket, or, being a 429, puts it back.
class DrainRun {
public:
    explicit DrainRun(const Workload &workload);

    /// To be called once. A run that ends with requests left (neither completed nor lost) has found
    /// a scheduler that is stuck.
    DrainResult run();

private:
    using Nanoseconds = std::chrono::nanoseconds;

    struct Event {
        enum class Type : quint8 { Ask, Arrive, Answer, GiveUp };
        TimePoint at;
        quint64 order = 0; // of those at the same time
        Type type = Type::Ask;
        int request = -1;
        int answer = -1; // where the headers are
    };
    struct Later {
        bool operator()(const Event &a, const Event &b) const
        {
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };
    struct Request {
        TicketId ticket;
        TimePoint askedAt;
        TimePoint firstGrantedAt;
        Nanoseconds back{0}; // how long the answer travels
        int grants = 0;
        quint64 arrival = 0; // when it was passed, in the order of the server; 0: never
        bool answerIsLost = false;
        bool completed = false;
    };
    struct Process {
        Scheduler scheduler;
        std::vector<int> requests; // by number of the ticket
        std::optional<TimePoint> deadline;
    };

    template <typename Call> void drive(Process &process, Call call);
    void askForAll();
    void schedule(TimePoint at, Event::Type type, int request, int answer = -1);
    void handle(const Event &event);
    void ask(int index);
    void send(int index);
    void arrive(int index);
    void answer(int index, int answer);
    void giveUp(int index);
    int keep(RatelimitHeaders headers);
    void finishResult();
    bool keepsOrder() const;
    void trace(const char *what, int request, const QByteArray &more = {}) const;

    int bucketOf(int request) const { return request % m_workload.buckets; }
    Process &processOf(int request)
    {
        return m_processes[size_t(request / m_workload.buckets % m_workload.processes)];
    }
    Nanoseconds elapsed() const;
    bool happens(double share) { return share > 0 && m_random.generateDouble() < share; }

    const Workload m_workload;
    std::optional<milliseconds> m_globalPhase;
    QRandomGenerator m_random;
    LatencyModel m_latency; // in microseconds, though it does not know
    ServerModel m_server;
    std::vector<Endpoint> m_endpoints; // by bucket
    std::vector<Process> m_processes;
    std::vector<Request> m_requests;
    std::vector<Event> m_events;             // a heap
    std::vector<RatelimitHeaders> m_answers; // on their way
    std::vector<int> m_freeAnswers;
    std::vector<int> m_granted;
    TimePoint m_now;
    quint64 m_eventCount = 0;
    quint64 m_arrivals = 0;
    DrainResult m_result;
};

} // namespace Turnstile::Sim
