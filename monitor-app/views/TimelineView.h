// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TimelineLanes.h"
#include "monitor-app/models/TimeRange.h"
#include "monitor-app/views/TimelineCursor.h"

#include <QtWidgets/QAbstractScrollArea>

namespace Turnstile::Monitor {

/// The timeline: what every ticket did, a lane for each bucket that has tickets.
///
/// It follows now until somebody looks at the past: the wheel zooms about the pointer (over the
/// names, or with Shift, it scrolls the lanes), dragging pans. A double click follows again.
/// By keys: Left and Right pan, + and - zoom, Home and End go to the oldest and to now, Up and
/// Down go from lane to lane, with Shift Left and Right from ticket to ticket.
class TimelineView : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit TimelineView(Store *store, QWidget *parent = nullptr);
    ~TimelineView() override;

    void setTheme(const Theme &theme);
    /// Which buckets have lanes once they have tickets, in this order. Until it is called: the 50
    /// that changed last.
    void setBuckets(std::vector<BucketId> buckets);
    const std::vector<BucketId> &lanes() const { return m_picture.lanes; }
    /// How much it shows while it follows.
    void setRange(TimeRange range);
    const TimelineWindow &window() const { return m_picture.window; }
    void setSelectedBucket(BucketId bucket);
    BucketId selectedBucket() const { return m_picture.selected; }

    /// All lanes as they are, for export.
    QImage image() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// Somebody chose a lane here.
    void bucketSelected(Turnstile::BucketId bucket);

protected:
    bool viewportEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void showFrame();
    void updateLanes();
    void updateOldest();
    void updateScrollBar();
    void changed();
    void choose(int lane);
    void ensureVisible(int lane);

    Store *m_store;
    TimelinePicture m_picture;
    TimelineCursor m_cursor;
    TimelineLanes m_lanes;
    TimeRange m_range = TimeRange::Seconds30;
    quint64 m_version = 0; // of the tickets that were shown ...
    TimePoint m_changedAt; // ... since then
    QPoint m_pressedAt;
    QPoint m_draggedTo;
    bool m_isDragging = false;
};

} // namespace Turnstile::Monitor
