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

} // namespace Turnstile
