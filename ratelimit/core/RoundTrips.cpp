// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/RoundTrips.h"

#include <algorithm>
#include <functional>

namespace Turnstile {

using namespace std::chrono_literals;

template <typename Beats>
void RoundTrips::Extreme::add(quint64 number, std::chrono::nanoseconds trip, Beats beats)
{
    if (m_first < m_end && number - m_trips[m_first % window].number >= window)
        ++m_first;
    while (m_first < m_end && !beats(m_trips[(m_end - 1) % window].trip, trip))
        --m_end;
    m_trips[m_end++ % window] = {number, trip};
}

void RoundTrips::add(std::chrono::nanoseconds trip)
{
    trip = std::max(trip, 0ns);
    if (m_knowsMargin) {
        m_shortest.add(m_count, trip, std::less());
        m_longest.add(m_count, trip, std::greater());
    }
    m_mean = m_count == 0 ? trip : m_mean + (trip - m_mean) / 8;
    ++m_count;
}

milliseconds RoundTrips::spread() const
{
    const auto spread = std::chrono::ceil<milliseconds>(m_longest.value() - m_shortest.value());
    return std::max<milliseconds>(spread, 10ms);
}

std::optional<milliseconds> RoundTrips::typical() const
{
    if (m_count == 0)
        return {};
    // The mean stops a few nanoseconds short of what it approaches.
    return std::chrono::ceil<milliseconds>(std::chrono::floor<std::chrono::microseconds>(m_mean));
}

} // namespace Turnstile
