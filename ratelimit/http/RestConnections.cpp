// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestConnections.h"

#include "ratelimit/Ratelimiter.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

RestConnections::RestConnections(Ratelimiter *limiter, int most)
    : m_limiter(limiter)
    , m_pool(limiter ? limiter->createPool(most) : PoolId())
    , m_most(most)
    , m_told(most)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &RestConnections::tell);
}

RestConnections::~RestConnections()
{
    if (m_limiter)
        m_limiter->removePool(m_pool);
}

void RestConnections::setMost(int most)
{
    m_most = most;
    tellIn(0ms);
}

void RestConnections::bodyStarted()
{
    ++m_bodies;
    tellIn(5ms);
}

void RestConnections::bodyEnded()
{
    --m_bodies;
    if (std::max(m_most - m_bodies, 0) > m_told)
        tellIn(0ms);
}

void RestConnections::tellIn(milliseconds delay)
{
    if (!m_timer.isActive() || m_timer.remainingTimeAsDuration() > delay)
        m_timer.start(delay);
}

void RestConnections::tell()
{
    const int free = std::max(m_most - m_bodies, 0);
    if (m_limiter && std::exchange(m_told, free) != free)
        m_limiter->setPool(m_pool, free);
}

} // namespace Turnstile
