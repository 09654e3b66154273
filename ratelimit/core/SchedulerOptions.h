// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"

#include <chrono>

namespace Turnstile {

/// How a Scheduler decides. The defaults are right for a Discord bot.
struct SchedulerOptions {
    Ordering ordering = Ordering::Automatic;

    /// Requests of the token in any \ref globalPeriod, over all buckets; 0: no global limit.
    int globalLimit = 50;
    milliseconds globalPeriod = std::chrono::seconds(1);

    /// A granted ticket that nobody speaks for within this time ends as TimedOut, so that no slot
    /// stays taken. Longer than the longest upload.
    milliseconds responseTimeout = std::chrono::minutes(2);

    /// A bucket with nothing waiting, nothing in flight and its window over is forgotten after
    /// this.
    milliseconds idleBucketLifetime = std::chrono::hours(1);
    /// A learnt hash of a route that nobody has asked for is forgotten after this.
    milliseconds hashLifetime = std::chrono::hours(24);

    /// How many tickets may wait in one bucket, and in all; the next one is Rejected.
    int maxQueuedPerBucket = 1'000'000;
    int maxQueued = 4'000'000;
};

} // namespace Turnstile
