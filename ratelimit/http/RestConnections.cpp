// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestConnections.h"

#include "ratelimit/Ratelimiter.h"

#include <algorithm>
#include <utility>

namespace Turnstile {

RestConnections::RestConnections(Ratelimiter *limiter, int most)
    : m_limiter(limiter)
    , m_pool(limiter ? limiter->createPool(most) : PoolId())
    , m_most(most)
    , m_told(most)
{
    m_timer.setSingleShot(true);
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
    m_timer.start(0);
}

void RestConnections::ticketEnded()
{
    ++m_ticketless;
    tell();
}

void RestConnections::connectionFreed()
{
    --m_ticketless;
    m_timer.start(0);
}

void RestConnections::tell()
{
    const int free = std::max(m_most - m_ticketless, 0);
    if (m_limiter && std::exchange(m_told, free) != free)
        m_limiter->setPool(m_pool, free);
}

} // namespace Turnstile
