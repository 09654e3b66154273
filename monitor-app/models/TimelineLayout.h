// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TicketLog.h"
#include "monitor-app/models/TimelineWindow.h"

#include <QtCore/QRect>

#include <array>
#include <vector>

/// \file
/// Where the bars of a timeline's lane are: plain geometry, in pixels from the lane's corner.
///
/// Tries that overlap stand in rows, in up to three; what finds no place there is in a fourth, as a
/// profile. A try keeps its row as time goes on. What is shorter than a pixel is drawn together
/// with its neighbours, so a lane has a bounded number of bars, and what went wrong is on top.

namespace Turnstile::Monitor {

/// What a bar stands for; where two fall on one pixel, the later one is seen.
enum class BarKind : quint8 {
    Waiting,
    Completed,
    InFlight,
    GivenUp,     ///< cancelled, expired, rejected, never sent; or nobody knows
    Failed,      ///< lost, timed out, or answered with another error
    RateLimited, ///< answered with a 429
};
constexpr int barKinds = 6;

/// What the time from the grant to the end shows, or the end where there was no grant.
BarKind kindOf(const TicketTry &held);

/// The bars of a lane by their kind, in the order in which they are painted.
using LaneBars = std::array<std::vector<QRect>, barKinds>;

LaneBars layoutLane(const std::deque<TicketTry> &tries, const TimelineWindow &window, int height);

/// A try, and the bar from its asking to its end.
struct PlacedTry {
    const TicketTry *held = nullptr;
    QRect rect;
};

/// The try at, or at most a few pixels from, \a point. Its held is null when there is none.
PlacedTry tryAt(const std::deque<TicketTry> &tries, const TimelineWindow &window, int height,
    const QPoint &point);
/// The try with a number.
PlacedTry tryOf(
    const std::deque<TicketTry> &tries, const TimelineWindow &window, int height, quint64 number);

} // namespace Turnstile::Monitor
