// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/CellGeometry.h"
#include "monitor-app/views/Theme.h"

class QPainter;

/// \file
/// The few marks that cells and cards are drawn with.

namespace Turnstile::Monitor::Paint {

void dot(QPainter *painter, const QPointF &centre, const QColor &color);
void bar(QPainter *painter, const QRectF &track, double filled, const QColor &color,
    const QColor &trackColor);
void pips(QPainter *painter, const PipLayout &layout, const QColor &filled, const QColor &empty);
void line(QPainter *painter, const QPolygonF &line, const QColor &color);
/// Marks of buttons, about ten pixels wide.
void arrow(QPainter *painter, const QPointF &centre, const QColor &color);
void pause(QPainter *painter, const QPointF &centre, const QColor &color);
void play(QPainter *painter, const QPointF &centre, const QColor &color);
void cross(QPainter *painter, const QPointF &centre, const QColor &color);
/// Around what has the keyboard's focus.
void focusRing(QPainter *painter, const QRectF &frame, const Theme &theme);
/// A rounded panel with a hairline around it.
void panel(QPainter *painter, const QRectF &rect, const Theme &theme);

} // namespace Turnstile::Monitor::Paint
