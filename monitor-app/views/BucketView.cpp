// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/BucketView.h"

#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/BucketDelegate.h"
#include "monitor-app/views/BucketHeader.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QSettings>
#include <QtCore/QSortFilterProxyModel>
#include <QtGui/QContextMenuEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QScrollBar>

#include <algorithm>
#include <utility>

namespace Turnstile::Monitor {

namespace {
constexpr int columnsVersion = 1; // count up when columns change, so that old states are dropped

constexpr int leastRoute = 160; // routes are still told apart

QString columnsKey()
{
    return QStringLiteral("buckets/columns-%1").arg(columnsVersion);
}
} // namespace

BucketView::BucketView(Store *store, QWidget *parent)
    : QTableView(parent)
    , m_store(store)
    , m_model(new BucketModel(store, this))
    , m_proxy(new QSortFilterProxyModel(this))
    , m_header(new BucketHeader(this))
    , m_delegate(new BucketDelegate(store, this))
    , m_theme(&Theme::dark())
{
    m_proxy->setSourceModel(m_model);
    m_proxy->setSortRole(BucketModel::SortRole);
    m_proxy->setDynamicSortFilter(false); // keepSorted() does it
    setHorizontalHeader(m_header);
    setModel(m_proxy);
    setItemDelegate(m_delegate);
    setSortingEnabled(true);
    sortByColumn(-1, Qt::AscendingOrder);

    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(Theme::rowHeight);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setWordWrap(false);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setAccessibleName(tr("Buckets"));

    const int widths[BucketModel::ColumnCount] = {108, 374, 82, 159, 122, 184, 112, 84, 56};
    for (int column = 0; column < BucketModel::ColumnCount; ++column)
        m_header->resizeSection(column, widths[column]);
    m_header->setSectionResizeMode(BucketModel::RouteColumn, QHeaderView::Fixed);
    connect(m_header, &QHeaderView::sectionResized, this, [this](int column) {
        if (column != BucketModel::RouteColumn)
            fitRoutes();
    });

    connect(store, &Store::frameMade, this, &BucketView::repaintWhatTimeMoves);
}

BucketView::~BucketView() = default;

void BucketView::setTheme(const Theme &theme)
{
    m_theme = &theme;
    m_delegate->setTheme(theme);
    m_header->setTheme(theme);
    verticalScrollBar()->setStyleSheet(theme.scrollBarStyle());
    horizontalScrollBar()->setStyleSheet(theme.scrollBarStyle());
    viewport()->update();
}

void BucketView::saveColumns() const
{
    QSettings().setValue(columnsKey(), m_header->saveState());
}

void BucketView::restoreColumns()
{
    m_header->restoreState(QSettings().value(columnsKey()).toByteArray());
    m_header->setSectionResizeMode(BucketModel::RouteColumn, QHeaderView::Fixed);
    fitRoutes();
    sortByColumn(m_header->sortIndicatorSection(), m_header->sortIndicatorOrder());
}

void BucketView::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (m_proxy->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setFont(Theme::body());
    painter.setPen(m_theme->dim);
    painter.drawText(
        viewport()->rect(), Qt::AlignCenter, tr("No request has asked for a ticket yet"));
}

void BucketView::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    fitRoutes();
}

void BucketView::contextMenuEvent(QContextMenuEvent *event)
{
    m_header->showMenu(event->globalPos());
}

void BucketView::fitRoutes()
{
    if (isColumnHidden(BucketModel::RouteColumn))
        return;
    const int others = m_header->length() - columnWidth(BucketModel::RouteColumn);
    setColumnWidth(BucketModel::RouteColumn, std::max(leastRoute, viewport()->width() - others));
}

void BucketView::repaintWhatTimeMoves()
{
    keepSorted();
    updateColumn(BucketModel::ResetColumn);
    repaintResets(std::exchange(m_frameAt, m_store->now()));
    const qint64 slot = m_store->now().time_since_epoch() / History().slot();
    if (slot == m_historySlot)
        return;
    m_historySlot = slot;
    updateColumn(BucketModel::GrantedColumn);
}

// State and tokens change when a window ends, whether or not the ratelimiter says so.
void BucketView::repaintResets(TimePoint since)
{
    for (int row = std::max(0, rowAt(0)); row < m_proxy->rowCount(); ++row) {
        const int top = rowViewportPosition(row);
        if (top >= viewport()->height())
            return;
        const auto resetAt = BucketModel::rowOf(m_proxy->index(row, 0))->bucket.resetAt;
        if (resetAt && *resetAt > since && *resetAt <= m_store->now())
            viewport()->update(0, top, viewport()->width(), rowHeight(row));
    }
}

void BucketView::keepSorted()
{
    const int column = m_proxy->sortColumn();
    if (column < 0 || m_store->now() - m_sortedAt < std::chrono::seconds(1))
        return;
    m_sortedAt = m_store->now();
    const QPartialOrdering wrong = m_proxy->sortOrder() == Qt::AscendingOrder
        ? QPartialOrdering::Greater
        : QPartialOrdering::Less;
    QVariant previous;
    for (int row = 0; row < m_proxy->rowCount(); ++row) {
        const QVariant key = m_proxy->index(row, column).data(BucketModel::SortRole);
        if (row > 0 && QVariant::compare(previous, key) == wrong) {
            m_proxy->sort(column, m_proxy->sortOrder());
            return;
        }
        previous = key;
    }
}

void BucketView::updateColumn(int column)
{
    if (isColumnHidden(column))
        return;
    viewport()->update(
        columnViewportPosition(column), 0, columnWidth(column), viewport()->height());
}

} // namespace Turnstile::Monitor
