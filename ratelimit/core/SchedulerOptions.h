// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"

#include <chrono>
#include <optional>

namespace Turnstile {

/// How a Scheduler decides. The defaults are right for a Discord bot.
/// Rules, with what Discord documents and what we decided: `docs/semantics.md`.
struct SchedulerOptions {
    /// What order lanes keep, where a ticket does not say otherwise.
    Ordering ordering = Ordering::Automatic;

    /// Requests of the token in any \ref globalPeriod, over all buckets; 0: no global limit.
    /// Discord documents 50 per second.
    int globalLimit = 50;
    /// The time in which \ref globalLimit counts.
    milliseconds globalPeriod = std::chrono::seconds(1);

    /// Others count: no ticket is granted but on a lease (see Scheduler::lend()), except exempt
    /// ones, and \ref globalLimit is not looked at. What answers tell is still learnt.
    bool isShared = false;

    /// Counts requests where the measured round trips say the server did, instead of when the
    /// answer came: about one round trip less for each window, at the risk of a 429 when the
    /// network gets slower than it was.
    bool compensate = false;

    /// A ticket that would have to wait longer, by Scheduler::estimate(), or that is paused, is
    /// Rejected at once. Nothing: none is.
    std::optional<milliseconds> maxWait{};

    /// Answers 401, 403 or 429 (but shared ones) in any \ref invalidPeriod. Discord bans an address
    /// after 10 000 in 10 minutes, so tickets that could pass the limit wait; interaction callbacks
    /// may use the last 5 %. 0: no guard.
    int invalidLimit = 10'000;
    /// The time in which \ref invalidLimit counts.
    milliseconds invalidPeriod = std::chrono::minutes(10);

    /// The API is reached through an edge that adds `Via`: a 429 without it, and without a word of
    /// the API's own, comes from the edge and holds everything. Set false for servers that send no
    /// `Via`.
    bool expectVia = true;

    /// A granted ticket that nobody speaks for within this time ends as TimedOut, so that no slot
    /// stays taken. Longer than the longest upload.
    milliseconds responseTimeout = std::chrono::minutes(2);

    /// A bucket with nothing waiting, nothing in flight and its window over is forgotten after
    /// this.
    milliseconds idleBucketLifetime = std::chrono::hours(1);
    /// A learnt hash of a route that nobody has asked for is forgotten after this.
    milliseconds hashLifetime = std::chrono::hours(24);

    /// How many tickets may wait in one bucket; the next one that would have to wait is Rejected.
    int maxQueuedPerBucket = 1'000'000;
    /// The same of all buckets together.
    int maxQueued = 4'000'000;
};

} // namespace Turnstile
