// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "ratelimit/LeaseBroker.h"
#include "ratelimit/redis/RedisOptions.h"

#include <QtCore/QHash>
#include <QtCore/QJsonArray>
#include <QtCore/QSet>
#include <QtCore/QTimer>

#include <deque>
#include <functional>

namespace Turnstile {

class RedisConnection;
struct RedisReply;

/// Gets leases from Redis, and tells it what becomes of them.
///
/// All that there is to say at a time goes in one call, and there is one call at a time: what comes
/// up meanwhile goes with the next. Calls whose fate is not known are said again: Redis takes a
/// lease once only, and what it lent without our knowledge is given back.
class RedisBroker final : public LeaseBroker {
public:
    using Step = std::function<void(Scheduler &, TimePoint)>;

    RedisBroker(const RedisOptions &options, const SchedulerOptions &scheduling);
    ~RedisBroker() override;

    /// Connects. The connections belong to \a owner, and live in its thread; \a change runs a step
    /// with its scheduler, and \a tell is called when the connection came or went.
    void start(QObject *owner, std::function<void(Step)> change, std::function<void()> tell);

    bool isConnected() const;
    /// How many processes share the token, as Redis said last; 0: not known.
    int processes() const { return m_processes; }
    /// Why Redis cannot be asked; empty while it can.
    const QString &problem() const { return m_problem; }
    /// Calls that Redis has answered, and tickets that were granted on leases.
    quint64 calls() const { return m_calls; }
    quint64 granted() const { return m_granted; }

    void answered(TicketId ticket, const Response &response, TimePoint now) override;
    void happened(const Event &event) override;
    bool turnEnded(Scheduler &scheduler, TimePoint now) override;

private:
    struct Lease {
        QByteArray bucket;
        qint64 number = 0;
    };
    // A ticket that was granted on a lease.
    struct Taken {
        Lease lease;
        LaneId lane;
        TimePoint grantedAt;
        TimePoint sentAt;
        std::optional<Response> response = {};
        std::optional<Event> limit = {}; // of a 429
    };
    enum class Stage { Idle, Due, Asked, Waiting };
    // What is wanted of a bucket.
    struct Wish {
        Stage stage = Stage::Idle;
        QByteArray bucket;        // as it was asked for last
        qint64 first = 0;         // number of the leases that were asked for
        int count = 0;            // how many were
        TimePoint again;          // where it waits
        bool isAtGate = false;    // the same: for the token's limits
        QByteArray listedAs;      // in what Redis' list of those who wait for a bucket
        std::deque<Lease> leases; // that no ticket has taken
    };

    bool update(BucketId id, Scheduler &scheduler, TimePoint now);
    void finish(Taken &taken, TicketState state, const Scheduler &scheduler, TimePoint now);
    void giveBack(Wish &wish, int count);
    void drop(Wish &wish);
    QJsonArray wants(const Scheduler &scheduler);
    void call(const Scheduler &scheduler, TimePoint now);
    void replied(const RedisReply &reply, Scheduler &scheduler, TimePoint now);
    void sayAgain();
    void apply(const QJsonObject &reply, Scheduler &scheduler, TimePoint now);
    void applyWant(BucketId id, const QJsonObject &want, Scheduler &scheduler, TimePoint now);
    void failed(Scheduler &scheduler, TimePoint now);
    void dueAgain(TimePoint now);
    void woken(const QByteArray &bucket);
    void armTimer(TimePoint now);

    const RedisOptions m_options;
    const SchedulerOptions m_scheduling;
    const QByteArray m_process;
    const QByteArray m_key;
    std::function<void(Step)> m_change;
    RedisConnection *m_commands = nullptr; // of the owner, as are those below
    RedisConnection *m_wakes = nullptr;
    QTimer *m_timer = nullptr;
    QString m_problem;
    int m_processes = 0;
    quint64 m_calls = 0;
    quint64 m_granted = 0;
    qint64 m_lastNumber = 0;
    QHash<BucketId, Wish> m_wishes;
    QHash<TicketId, Taken> m_taken;
    struct Ended {
        Taken taken;
        TicketState state;
    };
    std::vector<Ended> m_ended; // since the last turn
    QSet<BucketId> m_touched;   // the same
    bool m_isCalling = false;
    bool m_isUrgent = false; // somebody wants something for the first time
    TimePoint m_calledAt;
    QJsonArray m_done, m_back, m_drop;          // to be told
    QJsonArray m_doneNow, m_backNow, m_dropNow; // told in the call that is out
    std::vector<BucketId> m_askedNow;
};

} // namespace Turnstile
