// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/Paint.h"

#include <QtGui/QPainter>

namespace Turnstile::Monitor::Paint {

namespace {
void box(QPainter *painter, const QRectF &rect, qreal radius, const QColor &color)
{
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    painter->drawRoundedRect(rect, radius, radius);
}
} // namespace

void dot(QPainter *painter, const QPointF &centre, const QColor &color)
{
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    painter->drawEllipse(centre, 4, 4);
}

void bar(QPainter *painter, const QRectF &track, double filled, const QColor &color,
    const QColor &trackColor)
{
    const qreal radius = track.height() / 2;
    box(painter, track, radius, trackColor);
    if (filled <= 0)
        return;
    // The fill keeps the track's round end, however short it is.
    painter->save();
    painter->setClipRect(QRectF(track.topLeft(), QSizeF(track.width() * filled, track.height())));
    box(painter, track, radius, color);
    painter->restore();
}

void pips(QPainter *painter, const PipLayout &layout, const QColor &filled, const QColor &empty)
{
    if (!layout.bar.isNull())
        bar(painter, layout.bar, layout.barFilled, filled, empty);
    for (const PipLayout::Pip &pip : layout.pips)
        box(painter, pip.rect, 2, pip.filled ? filled : empty);
}

void line(QPainter *painter, const QPolygonF &line, const QColor &color)
{
    painter->setPen(QPen(color, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->setBrush(Qt::NoBrush);
    painter->drawPolyline(line);
}

void arrow(QPainter *painter, const QPointF &centre, const QColor &color)
{
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    painter->drawPolygon(QPolygonF(
        {centre + QPointF(-3.5, -2), centre + QPointF(3.5, -2), centre + QPointF(0, 2.5)}));
}

void pause(QPainter *painter, const QPointF &centre, const QColor &color)
{
    box(painter, {centre + QPointF(-4, -5), QSizeF(3, 10)}, 1, color);
    box(painter, {centre + QPointF(1, -5), QSizeF(3, 10)}, 1, color);
}

void play(QPainter *painter, const QPointF &centre, const QColor &color)
{
    painter->setPen(Qt::NoPen);
    painter->setBrush(color);
    painter->drawPolygon(
        QPolygonF({centre + QPointF(-4, -5), centre + QPointF(5, 0), centre + QPointF(-4, 5)}));
}

void cross(QPainter *painter, const QPointF &centre, const QColor &color)
{
    painter->setPen(QPen(color, 1.5, Qt::SolidLine, Qt::RoundCap));
    painter->drawLine(centre + QPointF(-3.5, -3.5), centre + QPointF(3.5, 3.5));
    painter->drawLine(centre + QPointF(-3.5, 3.5), centre + QPointF(3.5, -3.5));
}

void focusRing(QPainter *painter, const QRectF &frame, const Theme &theme)
{
    painter->setPen(QPen(theme.blue, 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(
        frame.adjusted(0.5, 0.5, -0.5, -0.5), Theme::buttonRadius, Theme::buttonRadius);
}

void panel(QPainter *painter, const QRectF &rect, const Theme &theme)
{
    painter->setPen(QPen(theme.border, 1));
    painter->setBrush(theme.panel);
    painter->drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), Theme::radius, Theme::radius);
}

} // namespace Turnstile::Monitor::Paint
