// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/BucketView.h"

#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/BucketOrder.h"
#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/BucketDelegate.h"
#include "monitor-app/views/BucketHeader.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QSettings>
#include <QtGui/QClipboard>
#include <QtGui/QContextMenuEvent>
#include <QtGui/QGuiApplication>
#include <QtGui/QPainter>
#include <QtWidgets/QScrollBar>

#include <algorithm>
#include <utility>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
constexpr int columnsVersion = 2; // count up when columns change, so that old states are dropped
constexpr int leastRoute = 160;   // routes are still told apart
constexpr milliseconds newsInterval = 100ms; // faster than numbers can be read
constexpr qsizetype mostNames = 1000;        // rows; more than a screen has

// What is seen of a countdown: pixels of its bar and tenths of its number.
std::pair<int, qint64> countdownStep(const BucketRow &row, TimePoint at)
{
    return {int(row.waitLeft(at) * 60), (row.resetsIn(at) + 99ms) / 100ms};
}

QString columnsKey()
{
    return QStringLiteral("buckets/columns-%1").arg(columnsVersion);
}
} // namespace

BucketView::BucketView(Store *store, QWidget *parent)
    : QTableView(parent)
    , m_store(store)
    , m_order(new BucketOrder(store, this))
    , m_header(new BucketHeader(this))
    , m_delegate(new BucketDelegate(store, this))
    , m_theme(&Theme::dark())
{
    setHorizontalHeader(m_header);
    setModel(m_order);
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

    const int widths[BucketModel::ColumnCount] = {102, 370, 70, 146, 116, 140, 84, 78, 46};
    for (int column = 0; column < BucketModel::ColumnCount; ++column)
        m_header->resizeSection(column, widths[column]);
    m_header->setSectionResizeMode(BucketModel::RouteColumn, QHeaderView::Fixed);
    connect(m_header, &QHeaderView::sectionResized, this, [this](int column) {
        if (column != BucketModel::RouteColumn)
            fitRoutes();
    });
    const auto forgetNews = [this] { m_news.clear(); }; // everything is painted
    connect(m_order, &BucketOrder::layoutChanged, this, forgetNews);
    connect(m_order, &BucketOrder::rowsRemoved, this, forgetNews);
    connect(m_order, &BucketOrder::countsChanged, this, &BucketView::countsChanged);
    connect(m_order, &BucketOrder::countsChanged, viewport(), qOverload<>(&QWidget::update));
    connect(store, &Store::frozenChanged, viewport(), qOverload<>(&QWidget::update));
    connect(store, &Store::frameMade, this, &BucketView::repaintWhatMoved);
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

void BucketView::setFilter(const Filter &filter)
{
    if (filter.isValid())
        m_order->setFilter(filter);
}

std::optional<BucketId> BucketView::selectedBucket() const
{
    const QModelIndexList rows = selectionModel()->selectedRows();
    if (rows.isEmpty())
        return std::nullopt;
    return m_order->bucketIdAt(rows.constFirst().row());
}

void BucketView::select(BucketId bucket)
{
    if (bucket.isNull())
        selectionModel()->clear();
    const int row = m_order->rowOfBucket(bucket);
    if (row < 0)
        return;
    const int left = horizontalScrollBar()->value();
    selectRow(row);
    scrollTo(currentIndex());
    horizontalScrollBar()->setValue(left);
}

void BucketView::copySelected() const
{
    if (const auto bucket = selectedBucket();
        const BucketRow *row = bucket ? m_store->find(*bucket) : nullptr)
        QGuiApplication::clipboard()->setText(m_order->words()->summary(*row));
}

void BucketView::showColumnMenu(const QPoint &globalPosition)
{
    m_header->showMenu(globalPosition);
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
    if (m_order->shownCount() > 0)
        return;
    const QRect area = viewport()->rect();
    QPainter painter(viewport());
    painter.setFont(Theme::body());
    painter.setPen(m_theme->dim);
    if (m_order->totalCount() == 0) {
        painter.drawText(area, Qt::AlignCenter, tr("No request has asked for a ticket yet"));
        return;
    }
    painter.drawText(area, Qt::AlignCenter, tr("No bucket matches the filter"));
    painter.setFont(Theme::small());
    painter.setPen(m_theme->faint);
    painter.drawText(area.translated(0, Theme::rowHeight * 2 / 3), Qt::AlignCenter,
        tr("Buckets in all: %1").arg(Format::count(quint64(m_order->totalCount()))));
}

void BucketView::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    fitRoutes();
}

void BucketView::contextMenuEvent(QContextMenuEvent *event)
{
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const QModelIndex at = byKey ? currentIndex() : indexAt(event->pos());
    if (!at.isValid()) {
        showColumnMenu(event->globalPos());
        return;
    }
    QPoint position = event->globalPos();
    if (byKey) {
        scrollTo(at);
        position = viewport()->mapToGlobal(visualRect(at).center());
    }
    Q_EMIT contextMenuRequested(m_order->bucketIdAt(at.row()), position);
}

void BucketView::keyPressEvent(QKeyEvent *event)
{
    if (event == QKeySequence::Copy)
        copySelected();
    else
        QTableView::keyPressEvent(event);
}

void BucketView::selectionChanged(const QItemSelection &selected, const QItemSelection &deselected)
{
    QTableView::selectionChanged(selected, deselected);
    tellSelection();
}

void BucketView::dataChanged(
    const QModelIndex &topLeft, const QModelIndex &bottomRight, const QList<int> &)
{
    const auto [first, end] = visibleRows();
    for (int row = std::max(topLeft.row(), first); row < std::min(bottomRight.row() + 1, end);
         ++row)
        m_news.push_back(row);
}

// A selected bucket that goes leaves no selection: its neighbour is another one.
void BucketView::rowsAboutToBeRemoved(const QModelIndex &parent, int start, int end)
{
    if (currentIndex().row() >= start && currentIndex().row() <= end)
        selectionModel()->clear();
    QTableView::rowsAboutToBeRemoved(parent, start, end);
}

void BucketView::reset()
{
    m_news.clear();
    m_names.clear();
    QTableView::reset();
    tellSelection();
}

void BucketView::fitRoutes()
{
    if (isColumnHidden(BucketModel::RouteColumn))
        return;
    const int others = m_header->length() - columnWidth(BucketModel::RouteColumn);
    setColumnWidth(BucketModel::RouteColumn, std::max(leastRoute, viewport()->width() - others));
}

void BucketView::tellSelection()
{
    const BucketId selected = selectedBucket().value_or(BucketId());
    if (std::exchange(m_toldSelected, selected) != selected)
        Q_EMIT bucketSelected(selected);
}

void BucketView::repaintWhatMoved()
{
    QRegion moved = countdownRegion();
    if (m_store->now() - m_newsAt >= newsInterval || m_store->now() < m_newsAt) {
        m_newsAt = m_store->now();
        moved += newsRegion();
    }
    const qint64 slot = m_store->now().time_since_epoch() / History().slot();
    if (std::exchange(m_historySlot, slot) != slot)
        moved += columnRegion(BucketModel::GrantedColumn);
    viewport()->update(moved);
}

// Of a row that has news all but its line, which time moves, and its names, which seldom change.
QRegion BucketView::newsRegion()
{
    const QRegion names =
        columnRegion(BucketModel::RouteColumn) + columnRegion(BucketModel::HashColumn);
    QRegion renamed;
    QRegion others;
    std::sort(m_news.begin(), m_news.end());
    for (const int row : std::exchange(m_news, {}))
        (isRenamed(*m_order->rowAt(row)) ? renamed : others) += rowRect(row);
    return renamed + (others - names) - columnRegion(BucketModel::GrantedColumn);
}

bool BucketView::isRenamed(const BucketRow &row)
{
    if (m_names.size() > mostNames)
        m_names.clear();
    const auto known = m_names.constFind(row.bucket.id);
    if (known != m_names.cend() && *known == row.renamed)
        return false;
    m_names.insert(row.bucket.id, row.renamed);
    return true;
}

// State and tokens change when a window ends, whether or not the ratelimiter says so.
QRegion BucketView::countdownRegion()
{
    const TimePoint since = std::exchange(m_frameAt, m_store->now());
    const QRegion column = columnRegion(BucketModel::ResetColumn);
    QRegion counting;
    QRegion ended;
    const auto [first, end] = visibleRows();
    for (int row = first; row < end; ++row) {
        const BucketRow &bucket = *m_order->rowAt(row);
        if (bucket.resetsIn(since) == 0ms)
            continue;
        if (bucket.resetsIn(m_store->now()) == 0ms)
            ended += rowRect(row);
        else if (countdownStep(bucket, since) != countdownStep(bucket, m_store->now()))
            counting += rowRect(row);
    }
    return (counting & column) + ended;
}

QRegion BucketView::columnRegion(int column) const
{
    if (isColumnHidden(column))
        return {};
    return QRect(columnViewportPosition(column), 0, columnWidth(column), viewport()->height());
}

QRect BucketView::rowRect(int row) const
{
    return {0, rowViewportPosition(row), viewport()->width(), rowHeight(row)};
}

std::pair<int, int> BucketView::visibleRows() const
{
    const int first = rowAt(0);
    if (first < 0)
        return {0, 0};
    const int last = rowAt(viewport()->height() - 1);
    return {first, last < 0 ? m_order->shownCount() : last + 1};
}

} // namespace Turnstile::Monitor
