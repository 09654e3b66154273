// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/RatelimitHeaders.h"

#include <array>

namespace Turnstile::Bench {

/// What api/v10 answers: 12 headers, with those that have nothing to do with limits.
using Answer = std::array<HeaderField, 12>;

constexpr size_t resetField = 7; ///< of an Answer: the window's end, which moves
constexpr WallTime answeredAt(std::chrono::milliseconds(1'795'593'600'000));
constexpr TimePoint start(std::chrono::hours(1000)); ///< the same moment, in virtual time

/// The messages of one of many channels.
inline Endpoint messages(int channel)
{
    return {Method::Get, QStringLiteral("/channels/%1/messages").arg(381870553235193857 + channel)};
}

constexpr Answer answer = {{
    {"Date", "Tue, 24 Nov 2026 08:00:00 GMT"},
    {"Content-Type", "application/json"},
    {"Connection", "keep-alive"},
    {"Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"},
    {"X-RateLimit-Bucket", "80c17d2f203122d936070c88c8d10f33"},
    {"X-RateLimit-Limit", "5"},
    {"X-RateLimit-Remaining", "4"},
    {"X-RateLimit-Reset", "1795593600.412"},
    {"X-RateLimit-Reset-After", "0.412"},
    {"Via", "1.1 google"},
    {"CF-Cache-Status", "DYNAMIC"},
    {"Server", "cloudflare"},
}};

} // namespace Turnstile::Bench
