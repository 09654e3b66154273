// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

namespace Turnstile {

/// Now, for those that run in real time: the ratelimiter and the monitor.
inline TimePoint clockNow()
{
    return std::chrono::steady_clock::now();
}

/// How long an event loop may have to wait for us, but for what one slot or one call takes.
inline constexpr milliseconds slice(5);

} // namespace Turnstile
