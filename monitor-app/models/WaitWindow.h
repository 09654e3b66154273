// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <optional>
#include <vector>

namespace Turnstile::Monitor {

/// How long the last tickets waited, for percentiles: at most \a capacity of them, and none older
/// than \a span. Takes no memory before the first.
class WaitWindow {
public:
    explicit WaitWindow(size_t capacity = 64, milliseconds span = std::chrono::seconds(30));

    void add(TimePoint at, milliseconds wait);

    /// The smallest wait that at least the share \a p (0 to 1) of the tickets did not exceed;
    /// nothing when there was none.
    std::optional<milliseconds> percentile(double p, TimePoint now) const;
    /// The same over a shorter time.
    std::optional<milliseconds> percentile(double p, TimePoint now, milliseconds span) const;

    bool isEmpty() const { return m_samples.empty(); }

private:
    struct Sample {
        TimePoint at;
        milliseconds wait;
    };
    std::vector<Sample> m_samples; // a ring once it is full
    size_t m_next = 0;
    size_t m_capacity;
    milliseconds m_span;
};

} // namespace Turnstile::Monitor
