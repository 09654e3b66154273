// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/soak/Memory.h"

#include <QtCore/QFile>

#include <algorithm>
#include <unistd.h>

namespace Turnstile::Soak {

qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * sysconf(_SC_PAGESIZE);
}

void MemoryTrend::sample(double hours)
{
    m_samples.push_back({hours, double(residentBytes()) / 1024});
}

std::vector<MemoryTrend::Sample> MemoryTrend::settled() const
{
    if (m_samples.empty())
        return {};
    const double from = m_samples.back().hours / 3;
    const auto first = std::find_if(m_samples.begin(), m_samples.end(),
        [from](const Sample &sample) { return sample.hours >= from; });
    return {first, m_samples.end()};
}

double MemoryTrend::kibPerHour() const
{
    const auto samples = settled();
    Sample mean{0, 0};
    for (const Sample &sample : samples) {
        mean.hours += sample.hours / double(samples.size());
        mean.kib += sample.kib / double(samples.size());
    }
    double covariance = 0, variance = 0;
    for (const Sample &sample : samples) {
        covariance += (sample.hours - mean.hours) * (sample.kib - mean.kib);
        variance += (sample.hours - mean.hours) * (sample.hours - mean.hours);
    }
    return variance > 0 ? covariance / variance : 0;
}

double MemoryTrend::grownKib() const
{
    const auto samples = settled();
    return samples.empty() ? 0 : kibPerHour() * (samples.back().hours - samples.front().hours);
}

double MemoryTrend::firstMib() const
{
    const auto samples = settled();
    return samples.empty() ? 0 : samples.front().kib / 1024;
}

double MemoryTrend::lastMib() const
{
    return m_samples.empty() ? 0 : m_samples.back().kib / 1024;
}

} // namespace Turnstile::Soak
