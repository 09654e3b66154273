// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TimelineLayout.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QSize>
#include <QtGui/QImage>

class QPainter;

namespace Turnstile::Monitor {

class Store;

/// The picture of a timeline: an axis, a lane for each bucket, and what held all of them.
struct TimelinePicture {
    const Store *store = nullptr;
    const Theme *theme = &Theme::dark();
    TimelineWindow window; ///< as wide as chart()
    std::vector<BucketId> lanes;
    BucketId selected;
    quint64 marked = 0; ///< the number of a try with a frame around it
    QSize size;
    int scroll = 0; ///< pixels of lanes above the picture

    void resize(const QSize &to);
    /// Where bars are; lanes begin at its top.
    QRect chart() const;
    QRect laneRect(int lane) const;
    /// -1 for none.
    int laneAt(int y) const;
    int heightOfLanes() const { return int(lanes.size()) * Theme::laneHeight; }
    /// The endpoint of a lane's bucket, for people.
    QString label(BucketId bucket) const;
    PlacedTry tryAt(const QPoint &point) const;

    void paint(QPainter *painter) const;
    /// How to follow again.
    void paintHint(QPainter *painter) const;
    /// All lanes, for export: up to 200.
    QImage image(qreal ratio) const;

private:
    void paintAxis(QPainter *painter) const;
    void paintLocks(QPainter *painter) const;
    void paintLane(QPainter *painter, int lane, const LaneBars &bars, bool isRounded) const;
    void paintBars(QPainter *painter, const LaneBars &bars, bool isRounded) const;
    void paintResets(QPainter *painter, BucketId bucket) const;
    void paintLabel(QPainter *painter, int lane) const;
    bool hasTickets() const;
};

} // namespace Turnstile::Monitor
