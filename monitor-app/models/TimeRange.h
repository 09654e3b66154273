// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QtGlobal>

namespace Turnstile::Monitor {

/// How much of the past the window shows: of the figures' lines, the detail and the timeline.
enum class TimeRange : quint8 { Seconds30, Minutes5, Hour1 };

constexpr milliseconds spanOf(TimeRange range)
{
    switch (range) {
    case TimeRange::Seconds30:
        return milliseconds(30'000);
    case TimeRange::Minutes5:
        return milliseconds(300'000);
    case TimeRange::Hour1:
        break;
    }
    return milliseconds(3'600'000);
}

} // namespace Turnstile::Monitor
