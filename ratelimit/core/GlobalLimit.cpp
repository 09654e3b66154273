// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/GlobalLimit.h"

#include <algorithm>

namespace Turnstile {

GlobalLimit::GlobalLimit(int limit, milliseconds period)
    : m_limit(std::max(0, limit))
    , m_period(period)
{
}

int GlobalLimit::used(TimePoint now) const
{
    const auto recent = std::upper_bound(m_answered.begin(), m_answered.end(), now - m_period);
    return m_inFlight + int(m_answered.end() - recent);
}

bool GlobalLimit::isFree(TimePoint now) const
{
    return !isLocked(now) && (m_limit == 0 || used(now) < m_limit);
}

std::optional<TimePoint> GlobalLimit::nextFreeAt(TimePoint now) const
{
    if (isLocked(now))
        return m_lockedUntil;
    const auto recent = std::upper_bound(m_answered.begin(), m_answered.end(), now - m_period);
    if (recent == m_answered.end())
        return {};
    return *recent + m_period;
}

void GlobalLimit::answered(TimePoint now)
{
    --m_inFlight;
    if (m_limit == 0)
        return;
    forget(now);
    m_answered.push_back(now);
}

void GlobalLimit::lock(TimePoint until)
{
    m_lockedUntil = std::max(m_lockedUntil, until);
}

void GlobalLimit::forget(TimePoint now)
{
    while (!m_answered.empty() && m_answered.front() <= now - m_period)
        m_answered.pop_front();
}

} // namespace Turnstile
