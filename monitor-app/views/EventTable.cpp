// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/EventTable.h"

#include "monitor-app/views/Paint.h"

#include <QtGui/QPainter>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QScrollBar>

namespace Turnstile::Monitor {

namespace {
constexpr int cellInset = 8;
constexpr int timeWidth = 104;
constexpr int kindWidth = 118;
} // namespace

KindFilter::KindFilter(EventModel *model, QObject *parent)
    : QSortFilterProxyModel(parent)
    , m_model(model)
{
    m_shown.fill(true);
    setDynamicSortFilter(false); // a line never becomes of another kind
    setSourceModel(model);
}

KindFilter::~KindFilter() = default;

void KindFilter::setShown(LoggedEvent::Kind kind, bool shown)
{
    if (std::exchange(m_shown[size_t(kind)], shown) != shown)
        invalidateFilter();
}

const LoggedEvent &KindFilter::eventAt(const QModelIndex &index) const
{
    return m_model->eventAt(mapToSource(index).row());
}

bool KindFilter::filterAcceptsRow(int row, const QModelIndex &) const
{
    return isShown(m_model->eventAt(row).kind);
}

EventDelegate::EventDelegate(const KindFilter *events, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_events(events)
    , m_theme(&Theme::dark())
{
}

EventDelegate::~EventDelegate() = default;

void EventDelegate::paint(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state & QStyle::State_Selected)
        painter->fillRect(option.rect, m_theme->selection);
    painter->setClipRect(option.rect);
    QRectF cell = QRectF(option.rect).adjusted(cellInset, 0, -cellInset, 0);
    QFont font = index.column() == EventModel::TimeColumn ? Theme::mono() : Theme::body();
    QString text = index.data().toString();
    painter->setPen(index.column() == EventModel::TextColumn ? m_theme->text : m_theme->dim);
    if (index.column() == EventModel::KindColumn) {
        Paint::dot(painter, {cell.left() + 4, cell.center().y()},
            m_theme->eventColor(m_events->eventAt(index).kind));
        painter->setPen(m_theme->dim);
        cell.adjust(15, 0, 0, 0);
    } else if (index.column() == EventModel::RouteColumn) {
        const QString method = text.section(QLatin1Char(' '), 0, 0);
        const QFontMetricsF metrics(Theme::label());
        painter->setFont(Theme::label());
        painter->setPen(m_theme->methodColor(method));
        painter->drawText(cell, int(Qt::AlignLeft | Qt::AlignVCenter), method);
        painter->setPen(m_theme->dim);
        cell.adjust(metrics.horizontalAdvance(method) + 4, 0, 0, 0);
        text = text.mid(method.size() + 1);
    }
    const Qt::TextElideMode elide =
        index.column() == EventModel::RouteColumn ? Qt::ElideMiddle : Qt::ElideRight;
    painter->setFont(font);
    painter->drawText(cell, int(Qt::AlignLeft | Qt::AlignVCenter) | Qt::TextSingleLine,
        QFontMetricsF(font).elidedText(text, elide, cell.width()));
    painter->restore();
}

EventTable::EventTable(KindFilter *events, QWidget *parent)
    : QTableView(parent)
    , m_events(events)
    , m_theme(&Theme::dark())
{
    setModel(events);
    horizontalHeader()->hide(); // times, kinds and routes say what they are
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setMinimumSectionSize(40);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(Theme::lineHeight);
    verticalHeader()->setDefaultSectionSize(Theme::lineHeight);
    setColumnWidth(EventModel::TimeColumn, timeWidth);
    setColumnWidth(EventModel::KindColumn, kindWidth);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setWordWrap(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setAccessibleName(tr("Events"));
    connect(events, &QAbstractItemModel::rowsAboutToBeInserted, this,
        [this] { m_follows = isAtEnd(); });
    connect(events, &QAbstractItemModel::rowsInserted, this, &EventTable::follow);
    connect(events, &QAbstractItemModel::modelReset, this, [this] { m_follows = true; });
}

EventTable::~EventTable() = default;

void EventTable::setTheme(const Theme &theme)
{
    m_theme = &theme;
    verticalScrollBar()->setStyleSheet(theme.scrollBarStyle());
    viewport()->update();
}

bool EventTable::isAtEnd() const
{
    return verticalScrollBar()->value() >= verticalScrollBar()->maximum();
}

void EventTable::follow()
{
    if (m_follows)
        scrollToBottom();
}

void EventTable::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (m_events->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setFont(Theme::body());
    painter.setPen(m_theme->dim);
    painter.drawText(viewport()->rect(), Qt::AlignCenter,
        m_events->sourceModel()->rowCount() > 0
            ? tr("All that happened is of kinds that are left out")
            : tr("Nothing to tell yet: no lock, no 429, no failure"));
}

void EventTable::resizeEvent(QResizeEvent *event)
{
    const bool wasAtEnd = isAtEnd();
    QTableView::resizeEvent(event);
    const int rest = viewport()->width() - timeWidth - kindWidth;
    setColumnWidth(EventModel::RouteColumn, std::max(rest * 2 / 5, 60));
    m_follows = wasAtEnd;
    follow();
}

} // namespace Turnstile::Monitor
