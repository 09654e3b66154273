// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "ratelimit/redis/RedisTalk.h"
#include "tools/turnstile-sim/Scenario.h"
#include "tools/turnstile-sim/ScriptHost.h"

#include <QtCore/QHash>
#include <QtCore/QJsonObject>

#include <deque>
#include <functional>

namespace Turnstile::Sim {

/// How far a replay may go.
struct ReplayLimits {
    /// Steps, answers and advances in all.
    qint64 rounds = 2'000'000;
    /// Calls of advance() in a row in which no time passes.
    int idleAdvances = 100;
    /// How long time may run on after the last step.
    Elapsed after = std::chrono::hours(24);
};

/// What a replay came to, beyond its events.
struct ReplayOutcome {
    enum class End : quint8 {
        Finished,
        BusyLoop, ///< the scheduler asks to be woken at once, for ever
        TooLong,  ///< ReplayLimits::rounds
        Failed,   ///< the script does, see ReplayOutcome::failure
    };

    End end = End::Finished;
    Elapsed at{};           ///< when it ended
    QString note{};         ///< what could not be done as the scenario wants it; empty: nothing
    QString failure{};      ///< of the script
    int rateLimited = 0;    ///< answers 429
    Scheduler::Size peak{}; ///< the most of each that was held at once
    Scheduler::Size left{}; ///< what is held at the end
    /// When the scheduler would have had work next.
    std::optional<Elapsed> nextDeadline{};
    /// What is still held when all that is idle has had the time to be forgotten.
    Scheduler::Size leftIdle{};

    /// Why it did not finish, for people; empty when it did.
    QString problem() const;
};

/// Plays a scenario: drives a Scheduler in virtual time and tells what it does.
///
/// No event loop and no sleeping; what takes a day there takes a moment here. Each event goes to
/// the sink as one JSON object, as `docs/scenario-format.md` describes them, in order of time, then
/// of cause.
class Replay {
public:
    using Sink = std::function<void(const QJsonObject &event)>;

    /// \a scenario must outlive the replay. With \a redis it is played as a process does that
    /// shares its token: that runs the script, and replies at once.
    Replay(const Scenario &scenario, Sink sink, const ReplayLimits &limits = {},
        std::unique_ptr<ScriptHost> redis = nullptr);

    /// Plays it, once.
    ReplayOutcome run();

private:
    struct Request {
        enum class State : quint8 { Waiting, Granted, TimedOut, Ended };

        TicketId ticket;
        State state = State::Waiting;
        int attempt = 0;
        LimitKind limit = LimitKind::Bucket; // of its last 429
        milliseconds limitWait{};
        QString lostBecause;
    };
    struct Answer {
        Elapsed at{};
        QString request;
        int attempt = 0; // that it answers
    };

    void play();
    void perform(const Step &step);
    void acquire(const Step &step, const QString &name);
    void respond(const QString &name, const ScriptedResponse &response, bool retry);
    void fail(const Step &step);
    void cancel(const Step &step);
    void tellBucket(const Step &step);
    void tellGlobal(const Step &step);
    void tellStats(const Step &step);
    void tellWaits(const Step &step);
    void tellParsed(const Step &step);
    void tellKey(const Step &step);
    void setFlow(const Step &step);

    void takeEvents();
    void ticketChanged(const Event &event);
    void lockChanged(const Event &event);
    void anomalySeen(const Event &event);
    void tellEnded(const QString &name, QStringView how, const QString &why);
    void tell(QJsonObject event, QStringView type);
    void misuse(const QString &name, QStringView op, const QString &message);
    void unknownRequest(const QString &name, QStringView op);
    void settle();

    std::optional<TimePoint> nextWake() const;
    void wake();
    void endTurn();
    void complete(TicketId ticket, const Response &response, bool retry);

    TimePoint now() const;
    WallTime wallNow() const;
    Elapsed elapsed(TimePoint at) const;

    const Scenario &m_scenario;
    Sink m_sink;
    ReplayLimits m_limits;
    const std::unique_ptr<ScriptHost> m_redis;
    Scheduler m_scheduler;
    std::unique_ptr<RedisTalk> m_talk; // with m_redis
    Elapsed m_now{};
    bool m_isOver = false; // nobody is told any more
    QHash<QString, Request> m_requests;
    QHash<TicketId, QString> m_names;
    QHash<QString, int> m_stepsToCome; // that answer or give up a request
    std::deque<Answer> m_answers;      // soonest first
    std::optional<TimePoint> m_edgeUntil;
    ReplayOutcome m_outcome;
};

} // namespace Turnstile::Sim
