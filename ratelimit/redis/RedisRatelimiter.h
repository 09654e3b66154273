// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/redis/RedisOptions.h"
#include "ratelimit/turnstile_redis_export.h"

namespace Turnstile {

class RedisBroker;

/// A ratelimiter for several processes, on several machines, that use one token: they share its
/// limits in Redis, and each is served in its turn.
///
/// Queues, order, priorities and deadlines are of the process, as with InMemoryRatelimiter;
/// counting is done in Redis, on its clock. While Redis is away, RedisOptions::failurePolicy says
/// what becomes of tickets. Interactions count in the process that answers them: their tokens are
/// of no other; what they meet (a block by the edge, invalid answers) counts for all.
/// sharedState() tells which process holds what. Rules: `docs/scaling.md`.
class TURNSTILE_REDIS_EXPORT RedisRatelimiter : public InMemoryRatelimiter {
    Q_OBJECT
public:
    /// Connects to Redis by itself, again and again; tickets may be asked for at once.
    /// RedisOptions::fingerprint has to be set: without it there is a warning, and tickets wait.
    explicit RedisRatelimiter(
        const RedisOptions &redis, const SchedulerOptions &options = {}, QObject *parent = nullptr);
    /// Gives back what was lent to it, if Redis can be reached.
    ~RedisRatelimiter() override;

    /// How it goes with Redis. In the ratelimiter's thread.
    struct Sharing {
        bool isConnected = false; ///< with Redis, which has replied
        QString problem;          ///< why not, or what is wrong all the same, in one sentence
        int processes = 0;        ///< that share the token, as Redis said last; 0: it has not yet
        quint64 calls = 0;        ///< round trips
        quint64 granted = 0;      ///< tickets for which that was done
    };
    /// How it goes now.
    Sharing sharing() const;

Q_SIGNALS:
    /// Redis was reached, or lost, or does not do what it is asked to: \a problem says why. All is
    /// well only where that is empty: a Redis that is full, or a user without the rights, is
    /// connected, and tickets wait. In the ratelimiter's thread; a slot may delete it.
    void sharingChanged(bool isConnected, const QString &problem);

private:
    RedisRatelimiter(RedisBroker *broker, const SchedulerOptions &options, QObject *parent);
    RedisBroker *const m_broker; // of the base
};

} // namespace Turnstile
