// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TimelinePicture.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/models/TimelineAxis.h"
#include "monitor-app/models/Words.h"

#include <QtGui/QPainter>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr int axisHeight = 24;
constexpr int top = axisHeight + 10; // of the lanes: room for what locks are called
constexpr size_t mostExported = 200;
constexpr size_t fewBars = 1500; // so many may have round corners

QColor faded(QColor color, double alpha)
{
    color.setAlphaF(float(alpha));
    return color;
}

QColor colorOf(BarKind kind, const Theme &theme)
{
    switch (kind) {
    case BarKind::Waiting:
        return theme.queued;
    case BarKind::Completed:
        return theme.green;
    case BarKind::InFlight:
        return theme.blue;
    case BarKind::GivenUp:
        return theme.grey;
    case BarKind::Failed:
        return theme.amber;
    case BarKind::RateLimited:
        return theme.red;
    }
    Q_UNREACHABLE();
}
} // namespace

void TimelinePicture::resize(const QSize &to)
{
    size = to;
    window.setWidth(chart().width());
}

QRect TimelinePicture::chart() const
{
    const int left = std::clamp(size.width() / 5, 90, 310);
    return {left, top, std::max(1, size.width() - left - Theme::padding),
        std::max(0, size.height() - top)};
}

QRect TimelinePicture::laneRect(int lane) const
{
    return {0, top + lane * Theme::laneHeight - scroll, size.width(), Theme::laneHeight};
}

int TimelinePicture::laneAt(int y) const
{
    const int lane = (y - top + scroll) / Theme::laneHeight;
    return y >= top && lane < int(lanes.size()) ? lane : -1;
}

QString TimelinePicture::label(BucketId bucket) const
{
    if (const BucketRow *row = store->find(bucket))
        return row->method + QLatin1Char(' ') + row->path;
    const auto &tries = store->tickets().tries(bucket);
    return tries.empty() ? QString() : tries.front().name;
}

PlacedTry TimelinePicture::tryAt(const QPoint &point) const
{
    const int lane = laneAt(point.y());
    const QPoint corner(chart().left(), laneRect(lane).top());
    if (lane < 0 || point.x() < corner.x())
        return {};
    PlacedTry found = Monitor::tryAt(
        store->tickets().tries(lanes[size_t(lane)]), window, Theme::laneHeight, point - corner);
    found.rect.translate(corner);
    return found;
}

void TimelinePicture::paint(QPainter *painter) const
{
    painter->fillRect(QRect({}, size), theme->panel);
    paintAxis(painter);
    const int first = std::max(0, scroll / Theme::laneHeight);
    const int end =
        std::min(int(lanes.size()), (scroll + chart().height()) / Theme::laneHeight + 1);
    std::vector<LaneBars> bars;
    size_t count = 0;
    for (int lane = first; lane < end; ++lane) {
        bars.push_back(
            layoutLane(store->tickets().tries(lanes[size_t(lane)]), window, Theme::laneHeight));
        for (const auto &rects : bars.back())
            count += rects.size();
    }
    painter->save();
    painter->setClipRect(QRect(0, top, size.width(), size.height() - top));
    for (int lane = first; lane < end; ++lane)
        paintLane(painter, lane, bars[size_t(lane - first)], count < fewBars);
    painter->restore();
    paintLocks(painter);
    if (count > 0 || hasTickets())
        return;
    painter->setFont(Theme::body());
    painter->setPen(theme->faint);
    painter->drawText(chart(), int(Qt::AlignCenter),
        window.isFollowing() ? tr("No ticket in the last %1").arg(spanText(window.span()))
                             : tr("No ticket in these %1").arg(spanText(window.span())));
}

void TimelinePicture::paintHint(QPainter *painter) const
{
    const QString hint =
        tr("%1 behind · double-click to follow").arg(Format::duration(window.behind()));
    painter->setFont(Theme::small());
    QRect box = painter->fontMetrics().boundingRect(hint).adjusted(-9, -4, 9, 4);
    box.moveBottomRight(QPoint(size.width() - Theme::padding, size.height() - 8));
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(theme->border);
    painter->setBrush(theme->raised);
    painter->drawRoundedRect(box, 4, 4);
    painter->setPen(theme->text);
    painter->drawText(box, int(Qt::AlignCenter), hint);
}

QImage TimelinePicture::image(qreal ratio) const
{
    TimelinePicture picture = *this;
    picture.lanes.resize(std::min(lanes.size(), mostExported));
    picture.scroll = 0;
    const int rows = std::max(picture.heightOfLanes(), 2 * Theme::laneHeight);
    picture.resize({size.width(), top + rows + Theme::padding});
    QImage image(picture.size * ratio, QImage::Format_RGB32);
    image.setDevicePixelRatio(ratio);
    QPainter painter(&image);
    picture.paint(&painter);
    return image;
}

void TimelinePicture::paintAxis(QPainter *painter) const
{
    painter->setFont(Theme::small());
    const int left = chart().left();
    for (const AxisTick &tick : axisTicks(window)) {
        painter->fillRect(left + tick.x, axisHeight, 1, size.height() - axisHeight, theme->border);
        painter->setPen(theme->dim);
        painter->drawText(QRect(left + tick.x - 40, 0, 80, axisHeight),
            int(Qt::AlignHCenter | Qt::AlignVCenter), tick.label);
    }
}

void TimelinePicture::paintLocks(QPainter *painter) const
{
    painter->setFont(Theme::small());
    for (const LockBand &band : lockBands(store->events().locks(), window)) {
        const int left = chart().left() + std::max(0, band.left);
        const int right = chart().left() + std::min(window.width(), band.right);
        const QColor color = band.isGap ? theme->grey : theme->red;
        painter->fillRect(
            left, axisHeight, right - left, size.height() - axisHeight, faded(color, 0.13));
        const int length = painter->fontMetrics().horizontalAdvance(band.label);
        painter->setPen(color);
        painter->drawText(QRect(std::min(left + 5, chart().right() - length), axisHeight,
                              length + 1, top - axisHeight + 2),
            int(Qt::AlignLeft | Qt::AlignVCenter), band.label);
    }
}

void TimelinePicture::paintLane(
    QPainter *painter, int lane, const LaneBars &bars, bool isRounded) const
{
    const BucketId bucket = lanes[size_t(lane)];
    const QRect rect = laneRect(lane);
    if (bucket == selected)
        painter->fillRect(rect, faded(theme->selection, 0.55));
    paintLabel(painter, lane);

    painter->save();
    painter->translate(chart().left(), rect.top());
    painter->setClipRect(QRect(0, 0, window.width(), rect.height()), Qt::IntersectClip);
    paintBars(painter, bars, isRounded);
    paintResets(painter, bucket);
    const PlacedTry placed = marked == 0
        ? PlacedTry()
        : tryOf(store->tickets().tries(bucket), window, Theme::laneHeight, marked);
    if (placed.held) {
        painter->setPen(theme->text);
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(placed.rect.adjusted(-2, -2, 1, 1));
    }
    painter->restore();
}

void TimelinePicture::paintBars(QPainter *painter, const LaneBars &bars, bool isRounded) const
{
    painter->setPen(Qt::NoPen);
    for (size_t kind = 0; kind < barKinds; ++kind) {
        const std::vector<QRect> &rects = bars[kind];
        const QColor color = colorOf(BarKind(kind), *theme);
        const auto drawAll = [&](const QBrush &brush) {
            painter->setBrush(brush);
            painter->drawRects(rects.data(), int(rects.size()));
        };
        if (BarKind(kind) == BarKind::GivenUp) {
            drawAll(faded(color, 0.35));
            drawAll(QBrush(color, Qt::BDiagPattern));
        } else if (!isRounded) {
            drawAll(color);
        } else {
            painter->setBrush(color);
            painter->setRenderHint(QPainter::Antialiasing);
            for (const QRect &rect : rects)
                painter->drawRoundedRect(rect, 2.5, 2.5);
            painter->setRenderHint(QPainter::Antialiasing, false);
        }
    }
}

void TimelinePicture::paintResets(QPainter *painter, BucketId bucket) const
{
    const BucketRow *row = store->find(bucket);
    const auto last = row ? row->bucket.resetAt : std::nullopt;
    constexpr int height = Theme::laneHeight - 4;
    for (int x : resetColumns(store->tickets().resets(bucket), last, window)) {
        painter->fillRect(x, 2, 1, height, theme->amber);
        painter->fillRect(x - 1, 2, 3, 2, theme->amber);
    }
}

void TimelinePicture::paintLabel(QPainter *painter, int lane) const
{
    const BucketId bucket = lanes[size_t(lane)];
    const QRect rect(Theme::padding, laneRect(lane).top(), chart().left() - Theme::padding - 16,
        Theme::laneHeight);
    painter->setFont(Theme::small());
    painter->setPen(bucket == selected ? theme->text : theme->dim);
    painter->drawText(rect, int(Qt::AlignLeft | Qt::AlignVCenter) | Qt::TextSingleLine,
        painter->fontMetrics().elidedText(label(bucket), Qt::ElideMiddle, rect.width()));
}

bool TimelinePicture::hasTickets() const
{
    const auto isShown = [this](const TicketTry &held) {
        return held.queuedAt <= window.until()
            && held.endedAt.value_or(window.now()) >= window.from();
    };
    return std::any_of(lanes.begin(), lanes.end(), [&](BucketId bucket) {
        const auto &tries = store->tickets().tries(bucket);
        return std::any_of(tries.rbegin(), tries.rend(), isShown);
    });
}

} // namespace Turnstile::Monitor
