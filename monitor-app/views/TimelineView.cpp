// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TimelineView.h"

#include "monitor-app/models/Store.h"

#include <QtGui/QHelpEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QApplication>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QToolTip>

#include <algorithm>
#include <cmath>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
constexpr milliseconds followInterval = 33ms;
constexpr double zoomStep = 0.8;
constexpr double panStep = 0.1; // of the width
} // namespace

TimelineView::TimelineView(Store *store, QWidget *parent)
    : QAbstractScrollArea(parent)
    , m_store(store)
    , m_cursor(&m_picture)
{
    m_picture.store = store;
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Timeline"));
    verticalScrollBar()->setSingleStep(Theme::laneHeight / 2);
    connect(store, &Store::frameMade, this, &TimelineView::showFrame);
    connect(store, &Store::wasReset, this, [this] {
        m_picture.marked = 0;
        m_picture.window.follow();
        m_lanes.clear();
        m_picture.lanes.clear();
        updateScrollBar();
        changed();
    });
}

TimelineView::~TimelineView() = default;

void TimelineView::setTheme(const Theme &theme)
{
    m_picture.theme = &theme;
    verticalScrollBar()->setStyleSheet(theme.scrollBarStyle());
    viewport()->update();
}

void TimelineView::setBuckets(std::vector<BucketId> buckets)
{
    m_lanes.setBuckets(std::move(buckets));
    updateLanes();
}

void TimelineView::setRange(TimeRange range)
{
    m_range = range;
    if (m_picture.window.isFollowing())
        m_picture.window.setSpan(spanOf(range));
    viewport()->update();
}

void TimelineView::setSelectedBucket(BucketId bucket)
{
    if (!m_cursor.select(bucket))
        return;
    ensureVisible(m_cursor.lane());
    changed();
}

QImage TimelineView::image() const
{
    return m_picture.image(devicePixelRatioF());
}

QSize TimelineView::sizeHint() const
{
    return {900, 220};
}

QSize TimelineView::minimumSizeHint() const
{
    return {260, 110};
}

// What is hidden is looked at when it is shown.
void TimelineView::showFrame()
{
    if (!isVisible())
        return;
    TimelineWindow &window = m_picture.window;
    const TimePoint from = window.from();
    const TimePoint reference = window.reference();
    window.setNow(m_store->now());
    const quint64 version = m_store->tickets().version();
    const bool isNew = std::exchange(m_version, version) != version;
    if (isNew)
        m_changedAt = m_store->now();
    updateLanes();
    if (isNew || from != window.from() || reference != window.reference())
        viewport()->update();
    const auto column = std::chrono::ceil<milliseconds>(window.column());
    if (m_changedAt + window.span() > m_store->now()) // what was last told is still seen
        m_store->requestFrame(std::max(followInterval, column));
}

void TimelineView::updateLanes()
{
    if (!m_lanes.update(m_store->tickets(), m_store->now()))
        return;
    m_picture.lanes = m_lanes.buckets();
    updateScrollBar();
    viewport()->update();
}

void TimelineView::updateOldest()
{
    TimePoint oldest = m_picture.window.now();
    for (BucketId bucket : m_picture.lanes) {
        if (const auto &tries = m_store->tickets().tries(bucket); !tries.empty())
            oldest = std::min(oldest, tries.front().queuedAt);
    }
    m_picture.window.setOldest(oldest);
}

void TimelineView::updateScrollBar()
{
    const int room = m_picture.chart().height();
    verticalScrollBar()->setPageStep(room);
    verticalScrollBar()->setRange(0, std::max(0, m_picture.heightOfLanes() - room));
    m_picture.scroll = verticalScrollBar()->value();
}

void TimelineView::changed()
{
    setAccessibleDescription(m_cursor.text());
    viewport()->update();
}

bool TimelineView::viewportEvent(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const PlacedTry placed = m_picture.tryAt(help->pos());
    const int lane = m_picture.laneAt(help->pos().y());
    QString text;
    if (placed.held)
        text = m_cursor.describe(*placed.held);
    else if (lane >= 0 && help->pos().x() < m_picture.chart().left())
        text = m_picture.label(m_picture.lanes[size_t(lane)]);
    const QRect rect = placed.held ? placed.rect : QRect(help->pos(), QSize(1, 1));
    // Plain text, whatever is in it.
    QToolTip::showText(help->globalPos(),
        text.isEmpty() ? text : QStringLiteral("<qt>%1</qt>").arg(text.toHtmlEscaped()), viewport(),
        rect);
    return true;
}

void TimelineView::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    m_picture.paint(&painter);
    if (!m_picture.window.isFollowing())
        m_picture.paintHint(&painter);
}

void TimelineView::resizeEvent(QResizeEvent *)
{
    m_picture.resize(viewport()->size());
    updateScrollBar();
}

void TimelineView::showEvent(QShowEvent *event)
{
    QAbstractScrollArea::showEvent(event);
    showFrame();
}

void TimelineView::scrollContentsBy(int, int)
{
    m_picture.scroll = verticalScrollBar()->value();
    viewport()->update();
}

void TimelineView::wheelEvent(QWheelEvent *event)
{
    const double x = event->position().x() - m_picture.chart().left();
    const QPoint turned = event->angleDelta();
    if (x < 0 || event->modifiers() & Qt::ShiftModifier) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    updateOldest();
    if (std::abs(turned.x()) > std::abs(turned.y()))
        m_picture.window.pan(-turned.x());
    else
        m_picture.window.zoom(std::pow(zoomStep, turned.y() / 120.0), x);
    event->accept();
    changed();
}

void TimelineView::mousePressEvent(QMouseEvent *event)
{
    m_pressedAt = m_draggedTo = event->pos();
    m_isDragging = false;
}

void TimelineView::mouseMoveEvent(QMouseEvent *event)
{
    if (!(event->buttons() & Qt::LeftButton))
        return;
    const QPoint pos = event->pos();
    if (!m_isDragging && (pos - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    m_isDragging = true;
    viewport()->setCursor(Qt::ClosedHandCursor);
    updateOldest();
    m_picture.window.pan(m_draggedTo.x() - pos.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() + m_draggedTo.y() - pos.y());
    m_draggedTo = pos;
    changed();
}

void TimelineView::mouseReleaseEvent(QMouseEvent *event)
{
    viewport()->unsetCursor();
    const int lane = m_picture.laneAt(event->pos().y());
    if (std::exchange(m_isDragging, false) || event->button() != Qt::LeftButton || lane < 0)
        return;
    choose(lane);
    const PlacedTry placed = m_picture.tryAt(event->pos());
    m_picture.marked = placed.held ? placed.held->number : 0;
    changed();
}

void TimelineView::mouseDoubleClickEvent(QMouseEvent *)
{
    m_isDragging = true; // no click follows
    m_picture.window.setSpan(spanOf(m_range));
    m_picture.window.follow();
    changed();
}

void TimelineView::keyPressEvent(QKeyEvent *event)
{
    TimelineWindow &window = m_picture.window;
    updateOldest();
    const bool isTicket = event->modifiers() & Qt::ShiftModifier;
    const double page = window.width() * panStep;
    const double fixed = window.isFollowing() ? window.width() : window.width() / 2.0;
    switch (event->key()) {
    case Qt::Key_Left:
        isTicket ? m_cursor.goToTicket(-1) : window.pan(-page);
        break;
    case Qt::Key_Right:
        isTicket ? m_cursor.goToTicket(1) : window.pan(page);
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        window.zoom(zoomStep, fixed);
        break;
    case Qt::Key_Minus:
        window.zoom(1 / zoomStep, fixed);
        break;
    case Qt::Key_Home:
        window.showOldest();
        break;
    case Qt::Key_End:
        window.follow();
        break;
    case Qt::Key_Up:
        choose(std::max(m_cursor.lane() - 1, 0));
        break;
    case Qt::Key_Down:
        choose(std::min(m_cursor.lane() + 1, int(m_picture.lanes.size()) - 1));
        break;
    default:
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    changed();
}

void TimelineView::choose(int lane)
{
    if (lane < 0 || lane >= int(m_picture.lanes.size()))
        return;
    ensureVisible(lane);
    if (m_cursor.select(m_picture.lanes[size_t(lane)]))
        Q_EMIT bucketSelected(m_picture.selected);
}

void TimelineView::ensureVisible(int lane)
{
    if (lane < 0)
        return;
    const int y = lane * Theme::laneHeight;
    const int room = m_picture.chart().height();
    const int latest = y + Theme::laneHeight - room;
    verticalScrollBar()->setValue(std::clamp(verticalScrollBar()->value(), std::min(latest, y), y));
}

} // namespace Turnstile::Monitor
