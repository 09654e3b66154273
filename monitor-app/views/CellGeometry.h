// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/History.h"

#include <QtCore/QRectF>
#include <QtGui/QPolygonF>

#include <span>
#include <vector>

/// \file
/// Where things go inside a cell: plain values, so that they can be tested without a painter.

namespace Turnstile::Monitor {

/// A row of small boxes, or a bar where there would be too many of them, and the text beside it.
struct PipLayout {
    struct Pip {
        QRectF rect;
        bool filled = false;
    };
    std::vector<Pip> pips; ///< empty when a bar is drawn
    QRectF bar;            ///< the whole bar; null when pips are drawn
    double barFilled = 0;  ///< the filled share of the bar
    QRectF text;           ///< what is left of the cell, for a number
};

/// Tokens of a bucket: \a filled of \a total; a bar past twenty.
PipLayout layoutTokens(const QRectF &cell, int filled, int total);

/// Tickets of a bucket: those in flight (filled), then those that wait, as many as fit: the number
/// beside them tells the rest.
PipLayout layoutTickets(const QRectF &cell, int inFlight, int queued);

/// A bar that shrinks and the number beside it.
struct BarLayout {
    QRectF track;
    QRectF fill;
    QRectF text;
};
BarLayout layoutReset(const QRectF &cell, double left);

/// The line through \a values, oldest at the left edge. The highest value, or \a least where that
/// is more, touches the top; zero lies on the bottom.
QPolygonF sparkline(const QRectF &area, std::span<const float> values, float least = 0);

} // namespace Turnstile::Monitor
