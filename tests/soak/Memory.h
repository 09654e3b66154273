// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

#include <vector>

namespace Turnstile::Soak {

/// Bytes of this process that are in memory; 0 where there is no /proc.
qint64 residentBytes();

/// How the memory of the process grows over time, by least squares.
class MemoryTrend {
public:
    /// What is resident now, at \a hours since the start, on whatever clock.
    void sample(double hours);

    /// What comes before a third of the time is left out: caches and heaps fill.
    double kibPerHour() const;
    /// By how much it grew in the time looked at, by that slope.
    double grownKib() const;
    double firstMib() const; ///< after the first third
    double lastMib() const;

private:
    struct Sample {
        double hours;
        double kib;
    };
    std::vector<Sample> settled() const;

    std::vector<Sample> m_samples;
};

} // namespace Turnstile::Soak
