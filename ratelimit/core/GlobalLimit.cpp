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
    return m_inFlight + m_answered.countAfter(now - m_period);
}

bool GlobalLimit::isFree(TimePoint now) const
{
    return !isLocked(now) && (m_limit == 0 || used(now) < m_limit);
}

std::optional<TimePoint> GlobalLimit::nextFreeAt(TimePoint now) const
{
    const TimePoint from = std::max(now, m_lockedUntil);
    const int recent = m_answered.countAfter(from - m_period);
    const int excess = m_limit == 0 ? 0 : m_inFlight + recent - m_limit + 1;
    if (excess > recent)
        return {};
    if (excess > 0)
        return m_answered.at(m_answered.size() - recent + excess - 1) + m_period;
    return isLocked(now) ? std::optional(from) : std::nullopt;
}

void GlobalLimit::answered(TimePoint now)
{
    count(now, now);
}

void GlobalLimit::answered(TimePoint sentAt, std::optional<milliseconds> margin, TimePoint now)
{
    count(margin ? std::min(now, sentAt + *margin) : now, now);
}

void GlobalLimit::lock(TimePoint until)
{
    m_lockedUntil = std::max(m_lockedUntil, until);
}

void GlobalLimit::count(TimePoint at, TimePoint now)
{
    --m_inFlight;
    if (m_limit == 0)
        return;
    m_answered.removeUntil(now - m_period);
    if (at > now - m_period)
        m_answered.insert(at);
}

} // namespace Turnstile
