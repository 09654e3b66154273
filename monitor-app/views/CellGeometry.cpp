// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/CellGeometry.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr int mostTokenPips = 20;
constexpr qreal tokenWidth = 7;
constexpr qreal ticketWidth = 9;
constexpr qreal pipGap = 2;
constexpr qreal pipHeight = 14;
constexpr qreal barWidth = 60;
constexpr qreal barHeight = 6;
constexpr qreal textGap = 9;
constexpr qreal leastText = 62; // the number beside tickets

QRectF centred(const QRectF &cell, qreal left, qreal width, qreal height)
{
    return {left, cell.center().y() - height / 2, width, height};
}

QRectF restOf(const QRectF &cell, qreal left)
{
    return {left, cell.top(), std::max<qreal>(0, cell.right() - left), cell.height()};
}

void addPips(PipLayout &layout, const QRectF &cell, qreal width, int filled, int total)
{
    layout.pips.reserve(size_t(std::max(0, total)));
    qreal left = cell.left();
    for (int i = 0; i < total; ++i) {
        layout.pips.push_back({centred(cell, left, width, pipHeight), i < filled});
        left += width + pipGap;
    }
    layout.text = restOf(cell, total > 0 ? left - pipGap + textGap : cell.left());
}
} // namespace

PipLayout layoutTokens(const QRectF &cell, int filled, int total)
{
    PipLayout layout;
    if (total <= mostTokenPips
        && total * (tokenWidth + pipGap) + textGap + leastText / 2
            <= std::max(cell.width(), barWidth)) {
        addPips(layout, cell, tokenWidth, filled, total);
        return layout;
    }
    layout.bar = centred(cell, cell.left(), 10 * (tokenWidth + pipGap) - pipGap, barHeight);
    layout.barFilled = std::clamp(double(filled) / double(total), 0.0, 1.0);
    layout.text = restOf(cell, layout.bar.right() + textGap);
    return layout;
}

PipLayout layoutTickets(const QRectF &cell, int inFlight, int queued)
{
    const int fit =
        std::max(1, int((cell.width() - textGap - leastText + pipGap) / (ticketWidth + pipGap)));
    int flying = std::min(inFlight, fit);
    if (queued > 0 && inFlight >= fit && fit > 1)
        flying = fit - 1; // those that wait are never hidden behind those that fly
    const int shown = std::min(fit, flying + queued);
    PipLayout layout;
    addPips(layout, cell, ticketWidth, flying, shown);
    return layout;
}

BarLayout layoutReset(const QRectF &cell, double left)
{
    BarLayout layout;
    layout.track = centred(cell, cell.left(), barWidth, barHeight);
    layout.fill = layout.track;
    layout.fill.setWidth(barWidth * std::clamp(left, 0.0, 1.0));
    layout.text = restOf(cell, layout.track.right() + textGap);
    return layout;
}

QPolygonF sparkline(const QRectF &area, std::span<const float> values, float least)
{
    QPolygonF line;
    if (values.size() < 2)
        return line;
    const float highest = std::max(least, *std::max_element(values.begin(), values.end()));
    const qreal step = area.width() / qreal(values.size() - 1);
    line.reserve(qsizetype(values.size()));
    for (size_t i = 0; i < values.size(); ++i) {
        const qreal share = highest > 0 ? qreal(values[i] / highest) : 0;
        line.append({area.left() + step * qreal(i), area.bottom() - share * area.height()});
    }
    return line;
}

} // namespace Turnstile::Monitor
