// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QRandomGenerator>

#include <cmath>

namespace Turnstile::Soak {

/// Numbers that a seed decides.
class Random {
public:
    explicit Random(quint32 seed)
        : m_generator(seed)
    {
    }

    int below(int bound) { return int(m_generator.bounded(bound)); }
    bool oneIn(int times) { return below(times) == 0; }
    /// From 0 to 1.
    double share() { return m_generator.generateDouble(); }
    milliseconds upTo(milliseconds bound) { return milliseconds(below(int(bound.count()) + 1)); }
    /// Until the next of many events that come by chance, \a mean apart.
    std::chrono::nanoseconds gap(std::chrono::duration<double> mean)
    {
        return std::chrono::ceil<std::chrono::nanoseconds>(mean * -std::log1p(-share()));
    }

private:
    QRandomGenerator m_generator;
};

} // namespace Turnstile::Soak
