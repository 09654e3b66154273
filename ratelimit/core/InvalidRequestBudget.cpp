// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/InvalidRequestBudget.h"

#include <algorithm>

namespace Turnstile {

InvalidRequestBudget::InvalidRequestBudget(int limit, milliseconds period)
    : m_limit(std::max(0, limit))
    , m_bound(std::max(1, m_limit - m_limit / 20 - (m_limit % 20 != 0)))
    , m_period(period)
{
}

bool InvalidRequestBudget::add(int status, Scope scope, TimePoint now)
{
    const bool invalid =
        status == 401 || status == 403 || (status == 429 && scope != Scope::Shared);
    if (!invalid || m_limit == 0)
        return false;
    m_invalid.removeUntil(now - m_period);
    // The newest decide: the count is below the limit only once one of these has left.
    if (m_invalid.size() == m_limit)
        m_invalid.removeFirst();
    m_invalid.insert(now);
    return true;
}

void InvalidRequestBudget::setShared(int count, TimePoint now)
{
    m_others = std::clamp(count - own(now), 0, m_limit);
    m_othersUntil = now + m_period;
}

int InvalidRequestBudget::count(TimePoint now) const
{
    return std::min(m_limit, own(now) + (now < m_othersUntil ? m_others : 0));
}

std::optional<TimePoint> InvalidRequestBudget::nextAllowedAt(
    int inFlight, bool isInteractionCallback, TimePoint now) const
{
    if (m_limit == 0)
        return {};
    const int all = count(now), counted = own(now);
    const int excess = all + inFlight - boundFor(isInteractionCallback) + 1;
    if (excess <= 0 || excess > all)
        return {};
    if (excess > counted)
        return m_othersUntil;
    const TimePoint free = m_invalid.at(m_invalid.size() - counted + excess - 1) + m_period;
    return all > counted ? std::min(free, m_othersUntil) : free;
}

std::optional<TimePoint> InvalidRequestBudget::nextFreeAt(TimePoint now) const
{
    const int counted = own(now);
    if (counted == 0)
        return {};
    return m_invalid.at(m_invalid.size() - counted) + m_period;
}

} // namespace Turnstile
