// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/testing/ServerRules.h"

#include <chrono>
#include <optional>

namespace Turnstile::Sim {

class OptionTable;

/// How processes share a token.
enum class Sharing : quint8 {
    None,  ///< they know nothing of each other
    Redis, ///< as a RedisRatelimiter does
};

/// What is asked for, and of which server: the options of `drain`.
struct Workload {
    int requests = 1000; ///< request i is for channel i modulo \ref buckets
    int buckets = 50;
    int limit = 5; ///< of each bucket; 0: none
    milliseconds window{5000};
    Quota::Window windowKind = Quota::Window::Fixed;
    milliseconds rtt{80};
    milliseconds jitter{30}; ///< up to so much more, per exchange, half of it each way
    int global = 50;         ///< 0: none
    Quota::Window globalKind = Quota::Window::Fixed;
    /// Where fixed windows of the global limit begin; nothing: with a request.
    std::optional<milliseconds> globalPhase = {};
    bool randomGlobalPhase = false; ///< each run draws one from its seed
    Ordering ordering = Ordering::Automatic;
    Method method = Method::Post;
    quint32 seed = 1;
    int runs = 1;
    milliseconds skew{0};                   ///< the server's wall clock is ahead by so much
    double loss = 0;                        ///< share of requests of which no answer comes
    std::optional<double> poissonRate = {}; ///< requests per second; nothing: all at 0
    Quota sublimit = {.limit = 0};          ///< of each channel, hidden from the client
    double shared = 0;                      ///< share of requests that meet a shared 429
    double hashFlip = 0;                    ///< share of answers that name another bucket
    int processes = 1;                      ///< request i is of i / buckets modulo this one
    int connections = 0;                    ///< of each process; 0: as many as it wants
    bool compensate = false;                ///< SchedulerOptions::compensate
    bool trace = false;
    std::optional<Sharing> sharing = {}; ///< nothing: by Redis, where there are several
    std::optional<std::chrono::microseconds> redisRtt = {}; ///< nothing: 1 ms
    std::optional<milliseconds> kill = {};                  ///< when the first process dies

    /// From a call of Redis to its reply.
    std::chrono::microseconds redisTime() const { return redisRtt.value_or(milliseconds(1)); }
    bool isShared() const
    {
        return sharing.value_or(processes > 1 ? Sharing::Redis : Sharing::None) == Sharing::Redis;
    }

    /// Lets \a table fill this in.
    void addTo(OptionTable &table);
};

constexpr milliseconds globalWindow{1000};
/// When a client gives up on an answer.
constexpr milliseconds clientTimeout{10'000};

} // namespace Turnstile::Sim
