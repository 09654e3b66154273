// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/EventModel.h"

#include <QtWidgets/QWidget>

#include <array>

class QModelIndex;
class QToolButton;

namespace Turnstile::Monitor {

class EventDelegate;
class EventTable;
class KindFilter;
class Store;
struct Theme;

/// The event log: its lines, and a row of buttons that leave out kinds of them. It follows the
/// latest line while it is scrolled to the end.
class EventView : public QWidget {
    Q_OBJECT
public:
    explicit EventView(Store *store, QWidget *parent = nullptr);
    ~EventView() override;

    void setTheme(const Theme &theme);
    void setWallClock(EventModel::WallClock wallClock);

    void setKindShown(LoggedEvent::Kind kind, bool shown);
    bool isKindShown(LoggedEvent::Kind kind) const;

    /// The selected lines, or all that are shown: columns by tabs, the oldest first.
    QString selectedText() const;
    QString allText() const;

Q_SIGNALS:
    /// Somebody wants to see the bucket of a line.
    void bucketSelected(Turnstile::BucketId bucket);

private:
    QWidget *makeToggles();
    void showMenu(const QPoint &position);
    BucketId bucketAt(const QModelIndex &index) const;
    QString textOf(const std::vector<int> &rows) const;

    EventModel *m_model;
    KindFilter *m_shown;
    EventTable *m_table;
    EventDelegate *m_delegate;
    std::array<QToolButton *, LoggedEvent::kindCount> m_toggles{};
};

} // namespace Turnstile::Monitor
