// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <vector>

namespace Turnstile::Bench {

/// How long after a bucket's reset its next ticket was granted, \a count times, on the real clock
/// and with a real event loop, shortest first. Negative: too early. Takes 30 ms each.
std::vector<std::chrono::nanoseconds> measureLateness(int count);

} // namespace Turnstile::Bench
