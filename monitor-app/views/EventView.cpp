// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/EventView.h"

#include "monitor-app/models/Store.h"
#include "monitor-app/views/EventTable.h"
#include "monitor-app/views/Paint.h"

#include <QtGui/QAction>
#include <QtGui/QClipboard>
#include <QtGui/QGuiApplication>
#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QMenu>
#include <QtWidgets/QToolButton>

#include <algorithm>
#include <numeric>
#include <utility>

namespace Turnstile::Monitor {

namespace {
using Kind = LoggedEvent::Kind;

QIcon dotIcon(const QColor &on, const QColor &off)
{
    QIcon icon;
    for (const auto &[color, state] : {std::pair(on, QIcon::On), std::pair(off, QIcon::Off)}) {
        QPixmap dot(20, 20);
        dot.setDevicePixelRatio(2);
        dot.fill(Qt::transparent);
        QPainter painter(&dot);
        painter.setRenderHint(QPainter::Antialiasing);
        Paint::dot(&painter, {5, 5}, color);
        painter.end();
        icon.addPixmap(dot, QIcon::Normal, state);
    }
    return icon;
}
} // namespace

EventView::EventView(Store *store, QWidget *parent)
    : QWidget(parent)
    , m_model(new EventModel(
          store->events(), [store] { return store->now(); }, this))
    , m_shown(new KindFilter(m_model, this))
    , m_table(new EventTable(m_shown, this))
    , m_delegate(new EventDelegate(m_shown, this))
{
    m_table->setItemDelegate(m_delegate);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(makeToggles());
    layout->addWidget(m_table, 1);
    setFocusProxy(m_table);

    auto *copy = new QAction(m_table);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    m_table->addAction(copy);
    connect(copy, &QAction::triggered, this,
        [this] { QGuiApplication::clipboard()->setText(selectedText()); });
    connect(m_table, &QWidget::customContextMenuRequested, this, &EventView::showMenu);
    connect(m_table, &QAbstractItemView::activated, this, [this](const QModelIndex &index) {
        if (const BucketId bucket = bucketAt(index); !bucket.isNull())
            Q_EMIT bucketSelected(bucket);
    });
    setTheme(Theme::dark());
}

EventView::~EventView() = default;

QWidget *EventView::makeToggles()
{
    auto *row = new QWidget(this);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(4, 0, 4, 0);
    layout->setSpacing(2);
    for (int number = 0; number < LoggedEvent::kindCount; ++number) {
        const auto kind = Kind(number);
        auto *toggle = new QToolButton(row);
        toggle->setText(kindName(kind));
        toggle->setToolTip(tr("Show events of this kind"));
        toggle->setFont(Theme::small());
        toggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        toggle->setIconSize({10, 10});
        toggle->setAutoRaise(true);
        toggle->setCheckable(true);
        toggle->setChecked(true);
        connect(toggle, &QToolButton::toggled, this,
            [this, kind](bool shown) { m_shown->setShown(kind, shown); });
        layout->addWidget(toggle);
        m_toggles[size_t(number)] = toggle;
    }
    layout->addStretch();
    return row;
}

void EventView::setTheme(const Theme &theme)
{
    m_delegate->setTheme(theme);
    m_table->setTheme(theme);
    const QString style = QStringLiteral(
        "QToolButton { border: none; border-radius: 4px; padding: 2px 7px; color: %1; }"
        "QToolButton:checked { color: %2; }"
        "QToolButton:hover, QToolButton:focus { background: %3; }")
                              .arg(theme.faint.name(), theme.text.name(), theme.raised.name());
    for (int number = 0; number < LoggedEvent::kindCount; ++number) {
        QToolButton *toggle = m_toggles[size_t(number)];
        toggle->setStyleSheet(style);
        toggle->setIcon(dotIcon(theme.eventColor(Kind(number)), theme.track));
    }
}

void EventView::setWallClock(EventModel::WallClock wallClock)
{
    m_model->setWallClock(std::move(wallClock));
}

void EventView::setKindShown(Kind kind, bool shown)
{
    m_toggles[size_t(kind)]->setChecked(shown);
}

bool EventView::isKindShown(Kind kind) const
{
    return m_shown->isShown(kind);
}

QString EventView::selectedText() const
{
    std::vector<int> rows;
    for (const QModelIndex &index : m_table->selectionModel()->selectedRows())
        rows.push_back(index.row());
    std::sort(rows.begin(), rows.end());
    return textOf(rows);
}

QString EventView::allText() const
{
    std::vector<int> rows(size_t(m_shown->rowCount()));
    std::iota(rows.begin(), rows.end(), 0);
    return textOf(rows);
}

QString EventView::textOf(const std::vector<int> &rows) const
{
    QString text;
    for (const int row : rows) {
        for (int column = 0; column < EventModel::ColumnCount; ++column) {
            text += m_shown->index(row, column).data().toString();
            text += QLatin1Char(column + 1 < EventModel::ColumnCount ? '\t' : '\n');
        }
    }
    return text;
}

BucketId EventView::bucketAt(const QModelIndex &index) const
{
    return index.isValid() ? m_shown->eventAt(index).bucket : BucketId();
}

void EventView::showMenu(const QPoint &position)
{
    QMenu menu(this);
    const BucketId bucket = bucketAt(m_table->indexAt(position));
    QAction *copy = menu.addAction(tr("&Copy"));
    copy->setShortcut(QKeySequence::Copy);
    copy->setEnabled(m_table->selectionModel()->hasSelection());
    QAction *copyAll = menu.addAction(tr("Copy &all"));
    copyAll->setEnabled(m_shown->rowCount() > 0);
    menu.addSeparator();
    QAction *show = menu.addAction(tr("&Show bucket"));
    show->setEnabled(!bucket.isNull());
    connect(copy, &QAction::triggered, this,
        [this] { QGuiApplication::clipboard()->setText(selectedText()); });
    connect(copyAll, &QAction::triggered, this,
        [this] { QGuiApplication::clipboard()->setText(allText()); });
    connect(show, &QAction::triggered, this, [this, bucket] { Q_EMIT bucketSelected(bucket); });
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

} // namespace Turnstile::Monitor
