// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/WindowCounter.h"

namespace Turnstile {

void WindowCounter::roll(const Quota &quota, TimePoint now)
{
    m_kind = quota.kind;
    m_aligned = quota.phase.has_value();
    m_limit = quota.limit;
    m_window = qMax(quota.window, milliseconds(1));
    m_extended = now < m_extendedUntil;

    if (m_kind == Quota::Window::Sliding) {
        while (!m_taken.isEmpty() && m_taken.first() + m_window <= now)
            m_taken.removeFirst();
        m_used = int(m_taken.size());
        return;
    }
    if (now < m_start + m_window && m_start <= now)
        return;
    m_used = 0;
    m_start = now;
    if (m_aligned) {
        const TimePoint::duration window = m_window;
        const TimePoint::duration since = now.time_since_epoch() - *quota.phase;
        m_start -= ((since % window) + window) % window;
    }
}

void WindowCounter::take(TimePoint now)
{
    if (m_kind == Quota::Window::Sliding)
        m_taken.append(now);
    else if (m_used == 0 && !m_aligned)
        m_start = now;
    ++m_used;
}

void WindowCounter::extend()
{
    m_extendedUntil = nextAt() + m_window;
    m_extended = true;
}

TimePoint WindowCounter::fullAt() const
{
    if (m_extended)
        return m_extendedUntil;
    if (m_kind == Quota::Window::Fixed)
        return m_start + m_window;
    return m_taken.isEmpty() ? TimePoint() : m_taken.last() + m_window;
}

TimePoint WindowCounter::nextAt() const
{
    if (m_extended)
        return m_extendedUntil;
    if (m_kind == Quota::Window::Fixed)
        return m_start + m_window;
    const qsizetype index = m_taken.size() - m_limit;
    return index < 0 ? TimePoint() : m_taken.at(index) + m_window;
}

} // namespace Turnstile
