// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace Turnstile {

/// The unit of all durations of the API, but for the few that say otherwise.
using std::chrono::milliseconds;

/// A moment on the monotonic clock, in nanoseconds. The core never asks what time it is: it is
/// told.
using TimePoint = std::chrono::steady_clock::time_point;

/// A moment on the wall clock, in milliseconds since 1970 (UTC): for what servers say in epoch
/// time, never for waits.
using WallTime = std::chrono::sys_time<milliseconds>;

} // namespace Turnstile
