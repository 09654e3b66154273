// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/WaitWindow.h"

#include <algorithm>
#include <cmath>

namespace Turnstile::Monitor {

WaitWindow::WaitWindow(size_t capacity, milliseconds span)
    : m_capacity(capacity)
    , m_span(span)
{
}

void WaitWindow::add(TimePoint at, milliseconds wait)
{
    if (m_samples.size() < m_capacity) {
        m_samples.push_back({at, wait});
        return;
    }
    m_samples[m_next] = {at, wait};
    m_next = (m_next + 1) % m_capacity;
}

std::optional<milliseconds> WaitWindow::percentile(double p, TimePoint now) const
{
    return percentile(p, now, m_span);
}

std::optional<milliseconds> WaitWindow::percentile(double p, TimePoint now, milliseconds span) const
{
    std::vector<milliseconds> waits;
    waits.reserve(m_samples.size());
    for (const Sample &sample : m_samples) {
        if (now - sample.at <= span)
            waits.push_back(sample.wait);
    }
    if (waits.empty())
        return std::nullopt;
    const double rank = std::ceil(p * double(waits.size()));
    const auto index =
        std::clamp<std::ptrdiff_t>(std::ptrdiff_t(rank) - 1, 0, std::ptrdiff_t(waits.size()) - 1);
    std::nth_element(waits.begin(), waits.begin() + index, waits.end());
    return waits[size_t(index)];
}

} // namespace Turnstile::Monitor
