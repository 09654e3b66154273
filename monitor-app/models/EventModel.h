// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/EventLog.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QDateTime>

#include <functional>

namespace Turnstile::Monitor {

/// The event log as a table, the latest at the bottom.
class EventModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { TimeColumn, KindColumn, RouteColumn, TextColumn, ColumnCount };
    /// What time it was on the wall.
    using WallClock = std::function<QDateTime(TimePoint)>;
    /// What time it is for the source.
    using Clock = std::function<TimePoint()>;

    EventModel(EventLog *log, Clock clock, QObject *parent = nullptr);
    ~EventModel() override;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// Events of the live source happened as long ago as it says; a recording has times of its own.
    void setWallClock(WallClock wallClock);
    const LoggedEvent &eventAt(int row) const;

private:
    QString text(const LoggedEvent &event, int column) const;
    QString description(const LoggedEvent &event, int column) const;

    EventLog *m_log;
    Clock m_clock;
    WallClock m_wallClock;
    int m_hidden = 0; // lines of the log, at its beginning, that are no rows any more
};

} // namespace Turnstile::Monitor
