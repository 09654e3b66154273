// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/InMemoryRatelimiter.h"

#include <vector>

namespace Turnstile::Bench {

/// Asks for tickets of one bucket after the other, a burst at a time, and answers each as soon as
/// it is available. No limit holds them.
class Bot {
public:
    static constexpr int burst = 500; ///< tickets in a turn of the event loop
    static constexpr int states = 3;  ///< of a ticket: queued, available, completed

    /// With so many buckets, each of them known.
    explicit Bot(int buckets);

    InMemoryRatelimiter *limiter() { return &m_limiter; }

    /// Whole bursts, until \a count tickets are over and their receivers deleted.
    void run(int count);

private:
    void doBurst();

    InMemoryRatelimiter m_limiter;
    RatelimitHeaders m_answer;
    std::vector<Endpoint> m_endpoints;
    size_t m_next = 0;
    int m_done = 0;
};

} // namespace Turnstile::Bench
