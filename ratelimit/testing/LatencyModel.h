// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QRandomGenerator>

namespace Turnstile {

/// How long requests travel: half of a latency each way, and at random up to half of a jitter more.
/// The same seed gives the same times. No clock: it only tells numbers. One thread at a time.
class TURNSTILE_TESTING_EXPORT LatencyModel {
public:
    /// The time of one exchange.
    struct Delay {
        milliseconds there{0}; ///< until the request arrives
        milliseconds back{0};  ///< from then on until the answer does

        friend bool operator==(const Delay &, const Delay &) = default;
    };

    /// Both below zero count as zero.
    void setLatency(milliseconds latency, milliseconds jitter);
    /// Starts the random numbers anew; 1 if not said.
    void setSeed(quint32 seed);
    /// The time of the next exchange.
    Delay next();

private:
    milliseconds upTo(milliseconds bound);

    milliseconds m_latency{0};
    milliseconds m_jitter{0};
    QRandomGenerator m_generator{1};
};

} // namespace Turnstile
