// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/LeaseBroker.h"
#include "ratelimit/redis/RedisTalk.h"

#include <QtCore/QTimer>

#include <functional>
#include <memory>

namespace Turnstile {

class RedisConnection;
struct RedisReply;

/// Gets leases from Redis, and tells it what becomes of them: a RedisTalk over two connections.
class RedisBroker final : public LeaseBroker {
public:
    using Step = std::function<void(Scheduler &, TimePoint)>;

    RedisBroker(const RedisOptions &options, const SchedulerOptions &scheduling);
    ~RedisBroker() override;

    /// Connects. The connections belong to \a owner, and live in its thread; \a change runs a step
    /// with its scheduler, \a tell is called when the connection, or what is wrong, came or went,
    /// and \a tellState when Redis has told who holds what.
    void start(QObject *owner, std::function<void(Step)> change, std::function<void()> tell,
        std::function<void()> tellState);

    /// Whether Redis was reached, and has replied.
    bool isConnected() const { return m_isConnected; }
    /// How many processes share the token, as Redis said last; 0: not known.
    int processes() const { return m_talk.processes(); }
    /// Why Redis cannot be asked, or does not do what it is asked to; empty while it does.
    const QString &problem() const { return m_problem; }
    /// Calls that Redis has answered, and tickets that were granted on leases.
    quint64 calls() const { return m_talk.calls(); }
    quint64 granted() const { return m_talk.granted(); }

    void answered(TicketId ticket, const Response &response, TimePoint now) override;
    void happened(const Event &event) override;
    void turnBegins(Scheduler &scheduler, TimePoint now) override;
    bool turnEnded(Scheduler &scheduler, TimePoint now) override;
    SharedState sharedState(TimePoint now) override;

private:
    static void outlive(RedisConnection *connection);
    void call(const Scheduler &scheduler, TimePoint now);
    void replied(const RedisReply &reply, bool isHeard, Scheduler &scheduler, TimePoint now);
    void armTimer(TimePoint now);
    bool canCall() const;
    void setState(bool isConnected, const QString &problem);

    const RedisOptions m_options;
    const QByteArray m_key;
    std::function<void(Step)> m_change;
    std::function<void()> m_tell;
    std::function<void()> m_tellState;
    RedisConnection *m_commands = nullptr; // of the owner, as are those below
    RedisConnection *m_wakes = nullptr;
    QTimer *m_timer = nullptr;
    bool m_isConnected = false;
    QString m_problem;
    QString m_deafness; // why no messages are heard
    RedisTalk m_talk;
    const std::shared_ptr<bool> m_isThere = std::make_shared<bool>(true); // for late replies
};

} // namespace Turnstile
