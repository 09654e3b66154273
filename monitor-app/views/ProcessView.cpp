// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/ProcessView.h"

#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/Paint.h"
#include "monitor-app/views/TextLines.h"

#include <QtGui/QPainter>
#include <QtWidgets/QHeaderView>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr int processInset = 8;
constexpr int processNameWidth = 210;
constexpr int processMachineWidth = 150;
constexpr int processHeardWidth = 108;
constexpr int processLeasesWidth = 150;
constexpr int leasesNumberWidth = 30;
constexpr qreal leasesBarHeight = 5;

void writeText(QPainter *painter, const QRectF &cell, const QString &text, const QFont &font,
    const QColor &color, Qt::TextElideMode elide = Qt::ElideRight)
{
    painter->setFont(font);
    painter->setPen(color);
    painter->drawText(cell, int(Qt::AlignLeft | Qt::AlignVCenter) | Qt::TextSingleLine,
        QFontMetricsF(font).elidedText(text, elide, cell.width()));
}
} // namespace

ProcessDelegate::ProcessDelegate(const ProcessModel *processes, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_processes(processes)
    , m_theme(&Theme::dark())
{
}

ProcessDelegate::~ProcessDelegate() = default;

void ProcessDelegate::paint(
    QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state & QStyle::State_Selected)
        painter->fillRect(option.rect, m_theme->selection);
    painter->setClipRect(option.rect);
    const QRectF cell = QRectF(option.rect).adjusted(processInset, 0, -processInset, 0);
    const QString text = index.data().toString();
    const bool isNothing = text == QStringLiteral("–");
    switch (index.column()) {
    case ProcessModel::NameColumn:
        paintName(painter, cell, index.row());
        break;
    case ProcessModel::LeasesColumn:
        paintLeases(painter, cell, index.row());
        break;
    case ProcessModel::HeardColumn:
        writeText(painter, cell, text, Theme::body(), rowColor(index.row(), m_theme->dim));
        break;
    case ProcessModel::MachineColumn:
        writeText(painter, cell, text, Theme::body(), rowColor(index.row(), m_theme->dim),
            Qt::ElideMiddle);
        break;
    case ProcessModel::WantedColumn:
        writeText(painter, cell, text, Theme::body(), isNothing ? m_theme->faint : m_theme->amber);
        break;
    default:
        writeText(painter, cell, text, Theme::body(),
            isNothing ? m_theme->faint : rowColor(index.row(), m_theme->text));
        break;
    }
    painter->restore();
}

QColor ProcessDelegate::rowColor(int row, const QColor &usual) const
{
    return m_processes->isGone(row)  ? m_theme->faint
        : m_processes->isSilent(row) ? m_theme->amber
                                     : usual;
}

void ProcessDelegate::paintName(QPainter *painter, QRectF cell, int row) const
{
    const SharedProcess &process = m_processes->processAt(row);
    Paint::dot(painter, {cell.left() + 4, cell.center().y()},
        rowColor(row, m_processes->isOld() ? m_theme->grey : m_theme->green));
    cell.adjust(15, 0, 0, 0);
    const QString tag = process.isOwn ? tr("this one") : QString();
    const qreal tagWidth =
        tag.isEmpty() ? 0 : QFontMetricsF(Theme::small()).horizontalAdvance(tag) + 8;
    const QString name = process.name.isEmpty() ? Sharing::name(process) : process.name;
    const QFont font = process.isOwn ? Theme::heading() : Theme::body();
    const QString shown =
        QFontMetricsF(font).elidedText(name, Qt::ElideMiddle, cell.width() - tagWidth);
    writeText(painter, cell, shown, font, rowColor(row, m_theme->text));
    cell.setLeft(cell.left() + QFontMetricsF(font).horizontalAdvance(shown) + 8);
    writeText(painter, cell, tag, Theme::small(), m_theme->dim);
}

void ProcessDelegate::paintLeases(QPainter *painter, const QRectF &cell, int row) const
{
    const int leases = m_processes->processAt(row).leases;
    writeText(painter, QRectF(cell.left(), cell.top(), leasesNumberWidth, cell.height()),
        m_processes->index(row, ProcessModel::LeasesColumn).data().toString(), Theme::body(),
        leases > 0 ? rowColor(row, m_theme->text) : m_theme->faint);
    const QRectF track(cell.left() + leasesNumberWidth, cell.center().y() - leasesBarHeight / 2,
        std::max(0.0, cell.width() - leasesNumberWidth), leasesBarHeight);
    Paint::bar(painter, track, double(leases) / std::max(1, m_processes->mostLeases()),
        rowColor(row, m_theme->blue), m_theme->track);
}

ProcessTable::ProcessTable(ProcessModel *processes, QWidget *parent)
    : QTableView(parent)
    , m_theme(&Theme::dark())
{
    setModel(processes);
    horizontalHeader()->setFixedHeight(Theme::headerHeight);
    horizontalHeader()->setFont(Theme::title());
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionsClickable(false);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setMinimumSectionSize(40);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(Theme::lineHeight);
    verticalHeader()->setDefaultSectionSize(Theme::lineHeight);
    setColumnWidth(ProcessModel::NameColumn, processNameWidth);
    setColumnWidth(ProcessModel::MachineColumn, processMachineWidth);
    setColumnWidth(ProcessModel::HeardColumn, processHeardWidth);
    setColumnWidth(ProcessModel::LeasesColumn, processLeasesWidth);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setWordWrap(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setAccessibleName(tr("Processes"));
}

ProcessTable::~ProcessTable() = default;

void ProcessTable::setTheme(const Theme &theme)
{
    m_theme = &theme;
    verticalScrollBar()->setStyleSheet(theme.scrollBarStyle());
    horizontalHeader()->setStyleSheet(
        QStringLiteral("QHeaderView { background: transparent; }"
                       "QHeaderView::section { background: transparent; color: %1; border: none;"
                       " border-bottom: 1px solid %2; padding-left: %3px; }")
            .arg(theme.dim.name(), theme.separator.name(), QString::number(processInset)));
    viewport()->update();
}

void ProcessTable::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (model()->rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setFont(Theme::body());
    painter.setPen(m_theme->dim);
    painter.drawText(
        viewport()->rect(), Qt::AlignCenter, tr("Redis has not told yet who shares the token"));
}

// What is held and what is waited for share what is left.
void ProcessTable::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    const int narrow = std::min(processNameWidth, viewport()->width() / 5);
    setColumnWidth(ProcessModel::NameColumn, narrow);
    setColumnWidth(
        ProcessModel::MachineColumn, std::min(processMachineWidth, viewport()->width() / 7));
    setColumnWidth(
        ProcessModel::LeasesColumn, std::min(processLeasesWidth, viewport()->width() / 7));
    int rest = viewport()->width();
    for (int column = 0; column < ProcessModel::HeldColumn; ++column)
        rest -= columnWidth(column);
    setColumnWidth(ProcessModel::HeldColumn, std::max(rest / 2, 60));
}

ProcessView::ProcessView(Store *store, QWidget *parent)
    : QWidget(parent)
    , m_store(store)
    , m_model(new ProcessModel(store, this))
    , m_remark(new TextLines(1, Theme::body(), this))
    , m_table(new ProcessTable(m_model, this))
    , m_delegate(new ProcessDelegate(m_model, this))
{
    m_table->setItemDelegate(m_delegate);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    m_remark->setContentsMargins(processInset, 0, processInset, 0);
    layout->addWidget(m_remark);
    layout->addWidget(m_table, 1);
    setFocusProxy(m_table);
    connect(store, &Store::figuresChanged, this, &ProcessView::refresh);
    connect(store, &Store::wasReset, this, &ProcessView::refresh);
    refresh();
    setTheme(Theme::dark());
}

ProcessView::~ProcessView() = default;

void ProcessView::setTheme(const Theme &theme)
{
    m_delegate->setTheme(theme);
    m_table->setTheme(theme);
    QPalette palette = m_remark->palette();
    palette.setColor(QPalette::WindowText, theme.amber);
    m_remark->setPalette(palette);
}

std::optional<int> ProcessView::count() const
{
    return m_count;
}

void ProcessView::refresh()
{
    const SharedState *shared = m_store->shared();
    const QString remark = shared ? Sharing::remark(*shared, m_store->now()) : QString();
    m_remark->write(remark);
    m_remark->setVisible(!remark.isEmpty());
    std::optional<int> count;
    if (shared)
        count = int(shared->processes.size());
    if (std::exchange(m_count, count) != count)
        Q_EMIT countChanged();
}

} // namespace Turnstile::Monitor
