// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/EventLog.h"
#include "monitor-app/models/TimelineWindow.h"

#include <QtCore/QString>

#include <deque>
#include <vector>

/// \file
/// What a timeline shows over and behind all lanes: plain geometry, in columns of the window.

namespace Turnstile::Monitor {

/// A line with how long before now it is: `-10 s`, `-250 ms`, `-1:30`, `-5 min`.
struct AxisTick {
    int x = 0;
    QString label;
};
/// As many as have room, at round distances, the latest first.
std::vector<AxisTick> axisTicks(const TimelineWindow &window);

/// A length of time as people say it: `50 ms`, `2.5 s`, `30 s`, `5 min`, `1 h`.
QString spanText(milliseconds span);

/// A time when everything was held, or nothing was heard.
struct LockBand {
    int left = 0;
    int right = 0;
    QString label; ///< `global lock 0.94 s`, `no connection 10 s`
    bool isGap = false;
};
std::vector<LockBand> lockBands(
    const std::deque<EventLog::Lock> &locks, const TimelineWindow &window);

/// Where windows of a bucket ended; none when they are too close to tell apart.
std::vector<int> resetColumns(const std::vector<TimePoint> &resets, std::optional<TimePoint> last,
    const TimelineWindow &window);

} // namespace Turnstile::Monitor
