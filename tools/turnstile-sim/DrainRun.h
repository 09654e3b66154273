// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "ratelimit/redis/RedisTalk.h"
#include "ratelimit/testing/LatencyModel.h"
#include "ratelimit/testing/ServerModel.h"
#include "tools/turnstile-sim/ScriptHost.h"
#include "tools/turnstile-sim/Workload.h"

#include <QtCore/QRandomGenerator>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace Turnstile::Sim {

/// When a run begins. Not zero, which might mean "never" to someone.
constexpr TimePoint drainStart{std::chrono::hours(1)};
/// The wall clock then.
constexpr WallTime drainEpoch{milliseconds(1'700'000'000'000)};
/// The connections of a process, where they are limited.
constexpr PoolId drainPool{1};

/// What it took to share a token.
struct DrainSharing {
    int calls = 0; ///< of Redis
    /// Of the processes that asked for something and live: how many were granted to one, until the
    /// first of them had all that it asked for.
    int leastGrants = 0;
    int mostGrants = 0; ///< the same
};

/// What came of one run.
struct DrainResult {
    int completed = 0; ///< answered, at last, with something else than a 429
    int lost = 0;      ///< no answer came, and the client gave up
    /// From the start to the last answer.
    std::chrono::nanoseconds makespan{0};
    std::chrono::nanoseconds lowerBound{0}; ///< see lowerBound()
    std::map<LimitKind, int> limited = {};  ///< 429s by kind, as the server saw them
    /// 429s of bucket and global limit that happened though the limiter had all it needs to know.
    /// Lost answers, sublimits, shared limits and skew are no excuse. Other processes that nothing
    /// is shared with are: then nothing is counted, and this is unset; a flipped hash excuses the
    /// bucket's.
    std::optional<int> avoidable = {};
    std::vector<std::chrono::nanoseconds> waits = {}; ///< from asking to the first grant, sorted
    /// Requests that reached the server (for the last time) before an older one of their lane did,
    /// where the lane keeps order.
    int reordered = 0;
    int grants = 0;
    /// Time spent in calls of the scheduler, without what reading the clock costs.
    std::chrono::nanoseconds schedulerTime{0};
    bool hasKilled = false;                  ///< Workload::kill came before the end
    std::optional<DrainSharing> shared = {}; ///< where processes share the token
    QString problem = {}; ///< why the run has ended early: the script fails; empty: it has not
};

/// How many of \a arrivals came before an older one of their lane. Request i is of lane i modulo
/// \a lanes; a number is its place in the order of arrival, and 0 that it never arrived.
int countReordered(std::span<const quint64> arrivals, int lanes);

/// Plays a workload in virtual time: schedulers, the network between, and a model of the server.
///
/// A granted request is sent at once and arrives after half of the RTT and of its jitter; that is
/// when the server counts it. The answer, in headers as on the wire, comes back the same way and
/// completes the ticket, or, being a 429, puts it back.
///
/// Processes that share the token say to the real script what they would say to Redis. It is run
/// half of Redis' RTT after a call; its reply, and what it publishes, come as much later.
class DrainRun {
public:
    /// Where the token is shared, \a redis runs the script; null: nobody can, see newScriptRedis().
    explicit DrainRun(
        const Workload &workload, std::unique_ptr<ScriptHost> redis = newScriptRedis());

    /// To be called once. A run that ends with requests left (neither completed nor lost) has found
    /// a scheduler that is stuck.
    DrainResult run();

private:
    using Nanoseconds = std::chrono::nanoseconds;

    struct Event {
        enum class Type : quint8 { Ask, Arrive, Answer, GiveUp, Call, Reply, Wake, Kill };
        TimePoint at;
        quint64 order = 0; // of those at the same time
        Type type = Type::Ask;
        int request = -1; // or the process
        int answer = -1;  // where the headers are, or what is said to Redis, or by it
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
        bool lost = false;
    };
    struct Process {
        Scheduler scheduler;
        std::unique_ptr<RedisTalk> talk = {}; // where the token is shared
        std::vector<int> requests = {};       // by number of the ticket
        std::optional<TimePoint> deadline = {};
        bool isTurnDue = false; // it has heard something
        bool isDead = false;
        int left = 0; // requests
        int grants = 0;
    };
    void drive(Process &process, const std::function<void(Scheduler &)> &call);
    bool step();
    Process &nextProcess();
    void askForAll();
    void schedule(TimePoint at, Event::Type type, int request, int answer = -1);
    void handle(const Event &event);
    void ask(int index);
    void send(int index);
    void arrive(int index);
    void answer(int index, int answer);
    void giveUp(int index);
    void lose(int index);
    int keep(RatelimitHeaders headers);
    void finishResult();
    bool keepsOrder() const;
    void trace(const char *what, int request, const QByteArray &more = {}) const;

    // Of those that share the token
    void share();
    void beginTurn(Process &process);
    void endTurns();
    void endTurn(int index);
    void takeEvents(Process &process);
    int keepText(const QByteArray &text);
    void called(int index, const QByteArray &request);
    void replied(int index, const QByteArray &reply);
    void woken(int index, const QByteArray &message);
    void kill(int index);
    void countShares();
    void traceRedis(const char *what, int process, const QByteArray &text) const;

    int bucketOf(int request) const { return request % m_workload.buckets; }
    int processIndex(int request) const
    {
        return request / m_workload.buckets % m_workload.processes;
    }
    Process &processOf(int request) { return m_processes[size_t(processIndex(request))]; }
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
    const std::unique_ptr<ScriptHost> m_redis;
    int m_spins = 0;
    std::vector<int> m_turnsDue;    // of processes
    QHash<int, QByteArray> m_texts; // to Redis, and from it
    int m_textCount = 0;
    bool m_haveSharesEnded = false;
    TimePoint m_now;
    TimePoint m_grantedAt; // the last one
    quint64 m_eventCount = 0;
    quint64 m_arrivals = 0;
    DrainResult m_result;
};

} // namespace Turnstile::Sim
