// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestConnections.h"

#include "ratelimit/Ratelimiter.h"

#include <algorithm>

namespace Turnstile {

RestConnections::RestConnections(Ratelimiter *limiter, int most)
    : m_limiter(limiter)
    , m_pool(limiter ? limiter->createPool(most) : PoolId())
    , m_most(most)
    , m_told(most)
{
}

RestConnections::~RestConnections()
{
    if (m_limiter)
        m_limiter->removePool(m_pool);
}

void RestConnections::setMost(int most)
{
    m_most = most;
    changed();
}

void RestConnections::bodyStarted()
{
    ++m_bodies;
    changed();
}

void RestConnections::bodyEnded()
{
    --m_bodies;
    changed();
}

void RestConnections::changed()
{
    if (!std::exchange(m_posted, true))
        QMetaObject::invokeMethod(this, &RestConnections::tell, Qt::QueuedConnection);
}

void RestConnections::tell()
{
    m_posted = false;
    const int free = std::max(m_most - m_bodies, 0);
    if (m_limiter && std::exchange(m_told, free) != free)
        m_limiter->setPool(m_pool, free);
}

} // namespace Turnstile
