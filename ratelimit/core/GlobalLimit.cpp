// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/GlobalLimit.h"

#include <algorithm>
#include <limits>

namespace Turnstile {

static constexpr int longestRaise = 64; // periods

GlobalLimit::GlobalLimit(int limit, milliseconds period)
    : m_period(std::max(period, milliseconds(1)))
    , m_raiseEvery(m_period)
{
    setLimit(limit);
}

void GlobalLimit::setLimit(int limit)
{
    m_limit = std::max(0, limit);
    m_most = m_share = m_limit > 0 ? m_limit : std::numeric_limits<int>::max();
}

int GlobalLimit::shareAt(TimePoint now) const
{
    int share = m_share;
    for (TimePoint at = m_raiseAt; share < m_most && at <= now; at += m_raiseEvery)
        share += std::max(1, std::min(share / 4, m_most - share));
    return share;
}

std::optional<TimePoint> GlobalLimit::nextRaise(TimePoint now) const
{
    if (shareAt(now) >= m_most)
        return {};
    if (now < m_raiseAt)
        return m_raiseAt;
    return m_raiseAt + ((now - m_raiseAt) / m_raiseEvery + 1) * m_raiseEvery;
}

std::optional<TimePoint> GlobalLimit::nextFreeAt(TimePoint now) const
{
    const TimePoint from = std::max(now, m_lockedUntil);
    const int recent = m_answered.countAfter(from - m_period);
    const int excess = m_inFlight + recent - shareAt(from) + 1;
    if (excess > 0) {
        std::optional<TimePoint> free;
        if (excess <= recent)
            free = m_answered.at(m_answered.size() - recent + excess - 1) + m_period;
        for (auto raise = nextRaise(from); raise && (!free || *raise < *free);
             raise = nextRaise(*raise)) {
            if (isFree(*raise))
                return raise;
        }
        return free;
    }
    return isLocked(now) ? std::optional(from) : std::nullopt;
}

void GlobalLimit::answered(TimePoint sentAt, std::optional<milliseconds> margin, TimePoint now)
{
    count(margin ? std::min(now, sentAt + *margin) : now, now);
}

void GlobalLimit::lock(TimePoint until)
{
    m_lockedUntil = std::max(m_lockedUntil, until);
}

void GlobalLimit::refused(TimePoint grantedAt, TimePoint until, TimePoint now)
{
    const int passed = m_answered.countAfter(now - m_period);
    const int share = shareAt(now);
    --m_inFlight;
    lock(until);
    if (share >= m_most) {
        const int all = m_limit > 0 ? m_limit : passed + m_inFlight + 1;
        m_share = std::max(1, std::max(passed, all) / 2);
        m_raiseEvery = m_period;
        m_loweredAt = now;
    } else if (grantedAt >= m_loweredAt) {
        m_share = std::max(1, std::min(passed, share - 1));
        m_raiseEvery = std::min(2 * m_raiseEvery, longestRaise * m_period);
        m_loweredAt = now;
    } else { // says no more than the one before
        m_share = std::min(std::max(share, passed), m_most);
    }
    m_raiseAt = m_lockedUntil + m_raiseEvery;
}

// Raises that have come need not be counted again and again.
void GlobalLimit::settle(TimePoint now)
{
    if (now < m_raiseAt)
        return;
    m_share = shareAt(now);
    m_raiseAt += ((now - m_raiseAt) / m_raiseEvery + 1) * m_raiseEvery;
}

void GlobalLimit::count(TimePoint at, TimePoint now)
{
    --m_inFlight;
    if (isLowered())
        settle(now);
    if (m_limit == 0 && !isLowered())
        return;
    m_answered.removeUntil(now - m_period);
    if (at > now - m_period)
        m_answered.insert(at);
}

} // namespace Turnstile
