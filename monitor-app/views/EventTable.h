// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/EventModel.h"

#include <QtCore/QSortFilterProxyModel>
#include <QtWidgets/QStyledItemDelegate>
#include <QtWidgets/QTableView>

#include <array>

/// \file
/// The parts of the EventView.

namespace Turnstile::Monitor {

struct Theme;

/// Leaves out kinds of events.
class KindFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit KindFilter(EventModel *model, QObject *parent = nullptr);
    ~KindFilter() override;

    void setShown(LoggedEvent::Kind kind, bool shown);
    bool isShown(LoggedEvent::Kind kind) const { return m_shown[size_t(kind)]; }
    const LoggedEvent &eventAt(const QModelIndex &index) const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    EventModel *m_model;
    std::array<bool, LoggedEvent::kindCount> m_shown{};
};

/// Paints a cell of the event log.
class EventDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    explicit EventDelegate(const KindFilter *events, QObject *parent = nullptr);
    ~EventDelegate() override;
    void setTheme(const Theme &theme) { m_theme = &theme; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
        const QModelIndex &index) const override;

private:
    const KindFilter *m_events;
    const Theme *m_theme;
};

/// The lines. The last one stays in sight unless somebody has scrolled up.
class EventTable : public QTableView {
    Q_OBJECT
public:
    explicit EventTable(KindFilter *events, QWidget *parent = nullptr);
    ~EventTable() override;
    void setTheme(const Theme &theme);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    bool isAtEnd() const;
    void follow();

    KindFilter *m_events;
    const Theme *m_theme;
    bool m_follows = true;
};

} // namespace Turnstile::Monitor
