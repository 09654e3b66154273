// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisRatelimiter.h"

#include "ratelimit/redis/RedisBroker.h"

namespace Turnstile {

static SchedulerOptions shared(SchedulerOptions options)
{
    options.isShared = true;
    return options;
}

RedisRatelimiter::RedisRatelimiter(
    const RedisOptions &redis, const SchedulerOptions &options, QObject *parent)
    : RedisRatelimiter(new RedisBroker(redis, options), options, parent)
{
}

RedisRatelimiter::RedisRatelimiter(
    RedisBroker *broker, const SchedulerOptions &options, QObject *parent)
    : InMemoryRatelimiter(shared(options), std::unique_ptr<LeaseBroker>(broker), parent)
    , m_broker(broker)
{
    m_broker->start(
        this, [this](RedisBroker::Step step) { change(std::move(step)); },
        [this] { Q_EMIT sharingChanged(m_broker->isConnected(), m_broker->problem()); },
        [this] { Q_EMIT sharedStateChanged(); });
}

RedisRatelimiter::~RedisRatelimiter() = default;

RedisRatelimiter::Sharing RedisRatelimiter::sharing() const
{
    return {m_broker->isConnected(), m_broker->problem(), m_broker->processes(), m_broker->calls(),
        m_broker->granted()};
}

} // namespace Turnstile
