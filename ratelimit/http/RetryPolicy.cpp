// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RetryPolicy.h"

#include <algorithm>
#include <cmath>

namespace Turnstile {

milliseconds RetryPolicy::backOff(int failures, double share) const
{
    constexpr milliseconds day = std::chrono::hours(24); // no timer is for longer
    const milliseconds most = std::min(longestBackOff, day);
    milliseconds longest = std::min(firstBackOff, most);
    for (int i = 1; i < failures && longest < most; ++i)
        longest = std::min(longest * 2, most);
    const double part = std::clamp(share, 0.0, 1.0) * double(longest.count());
    return std::max(milliseconds(qint64(std::ceil(part))), milliseconds(0));
}

bool RetryPolicy::isRepeatable(Method method)
{
    return method != Method::Post && method != Method::Patch;
}

} // namespace Turnstile
