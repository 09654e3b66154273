// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QJsonValue>

#include <algorithm>

namespace Turnstile {

/// A time that Redis tells, from now; held between zero and 30 days, so that nothing overflows
/// whatever it says.
inline milliseconds toldTime(const QJsonValue &value)
{
    constexpr milliseconds longest = std::chrono::hours(30 * 24);
    return milliseconds(qint64(std::clamp(value.toDouble(), 0.0, double(longest.count()))));
}

} // namespace Turnstile
