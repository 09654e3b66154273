// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/TokenCounter.h"

#include <algorithm>
#include <limits>

namespace Turnstile {

using namespace std::chrono_literals;

// Two ends of a window this close are the same one: rounding, and servers that compute it anew.
static constexpr milliseconds sameWindow = 50ms;
// How long to wait when tokens are gone and nobody has ever said for how long.
static constexpr milliseconds unknownWindow = 5s;

void TokenCounter::hint(std::optional<int> limit)
{
    if (m_knowledge == Knowledge::Unknown)
        m_limit = limit;
}

void TokenCounter::roll(TimePoint now)
{
    if (!m_resetAt || now < *m_resetAt)
        return;
    m_since = *m_resetAt;
    m_resetAt.reset();
    m_remaining = m_limit;
    if (m_limit.value_or(0) == 0) {
        m_knowledge = Knowledge::Unknown;
        m_remaining.reset();
    }
}

int TokenCounter::available(int inFlight, TimePoint now) const
{
    if (now < m_blockedUntil)
        return 0;
    switch (m_knowledge) {
    case Knowledge::Unknown:
        return inFlight == 0 ? 1 : 0;
    case Knowledge::Unlimited:
        return std::numeric_limits<int>::max();
    case Knowledge::Limited:
        break;
    }
    return std::max(0, m_remaining.value_or(0) - inFlight);
}

std::optional<TimePoint> TokenCounter::nextChange(TimePoint now) const
{
    if (now < m_blockedUntil)
        return m_blockedUntil;
    return m_resetAt;
}

bool TokenCounter::isAtRest(TimePoint now) const
{
    return now >= m_blockedUntil && (!m_resetAt || now >= *m_resetAt);
}

TokenCounter::WindowIs TokenCounter::compareWindow(
    const RatelimitHeaders &headers, std::optional<TimePoint> resetAt, TimePoint grantedAt) const
{
    // Only a request that was out before the window began can still speak of the one before. When
    // a later one seems to, the server's clock has jumped, and what it says now is what counts.
    const bool mayBeOlder = grantedAt < m_since;
    if (headers.reset && m_reset) {
        if (*headers.reset < *m_reset - sameWindow)
            return mayBeOlder ? WindowIs::Older : WindowIs::Newer;
        if (*headers.reset > *m_reset + sameWindow)
            return WindowIs::Newer;
        if (!m_resetAt) // the window that has just ended
            return mayBeOlder ? WindowIs::Older : WindowIs::Newer;
        return WindowIs::Same;
    }
    if (!m_resetAt)
        return WindowIs::Newer;
    if (resetAt && *resetAt < *m_resetAt - sameWindow && mayBeOlder)
        return WindowIs::Older;
    return WindowIs::Same;
}

void TokenCounter::learn(const RatelimitHeaders &headers, TimePoint grantedAt, TimePoint now)
{
    roll(now);
    std::optional<TimePoint> resetAt;
    if (headers.resetAfter) {
        resetAt = now + *headers.resetAfter;
        m_window = std::max(m_window.value_or(0ms), *headers.resetAfter);
    }

    auto window = WindowIs::Newer;
    if (m_knowledge == Knowledge::Limited)
        window = compareWindow(headers, resetAt, grantedAt);
    if (window == WindowIs::Older)
        return;

    // A server that names its limit only now and then still has the one that it named last.
    const auto before = m_remaining;
    m_knowledge = Knowledge::Limited;
    if (headers.limit)
        m_limit = headers.limit;
    if (headers.remaining)
        m_remaining = headers.remaining;
    else if (before)
        m_remaining = std::max(0, *before - 1);
    else
        m_remaining = std::max(0, m_limit.value_or(1) - 1);
    if (window == WindowIs::Same && before)
        m_remaining = std::min(*m_remaining, *before);
    if (m_limit)
        m_remaining = std::min(*m_remaining, *m_limit);

    if (window == WindowIs::Newer) {
        m_since = now;
        m_resetAt = resetAt;
        m_reset = headers.reset;
    } else if (resetAt && headers.reset && m_reset) {
        // Both ends are known not to be early; the earlier one is nearer to the truth.
        m_resetAt = std::min(*resetAt, *m_resetAt + (*headers.reset - *m_reset));
        m_reset = std::max(*m_reset, *headers.reset);
    } else if (resetAt) {
        // Without a name a later end may be jitter or a sliding window: the later one is safe.
        m_resetAt = *resetAt > *m_resetAt + sameWindow ? *resetAt : std::min(*resetAt, *m_resetAt);
        m_reset = headers.reset ? headers.reset : m_reset;
    }
    if (!m_resetAt && *m_remaining == 0)
        openAssumedWindow(now);
    roll(now);
}

void TokenCounter::learnNothing(bool meansUnlimited, TimePoint now)
{
    if (m_knowledge == Knowledge::Unknown && meansUnlimited)
        m_knowledge = Knowledge::Unlimited;
    else
        spend(now);
}

void TokenCounter::spend(TimePoint now)
{
    roll(now);
    if (m_knowledge != Knowledge::Limited)
        return;
    m_remaining = std::max(0, m_remaining.value_or(0) - 1);
    if (!m_resetAt)
        openAssumedWindow(now);
}

void TokenCounter::block(TimePoint until)
{
    m_blockedUntil = std::max(m_blockedUntil, until);
}

// The server's window began no later than now, so it is over by then.
void TokenCounter::openAssumedWindow(TimePoint now)
{
    m_resetAt = now + m_window.value_or(unknownWindow);
    m_since = now;
    m_reset.reset();
}

} // namespace Turnstile
