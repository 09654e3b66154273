// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/EventModel.h"

#include "monitor-app/models/Format.h"

#include <utility>

namespace Turnstile::Monitor {

EventModel::EventModel(EventLog *log, Clock clock, QObject *parent)
    : QAbstractTableModel(parent)
    , m_log(log)
    , m_clock(std::move(clock))
    , m_wallClock([wall = QDateTime::currentDateTime(), steady = std::chrono::steady_clock::now()](
                      TimePoint at) {
        return wall.addMSecs(std::chrono::round<milliseconds>(at - steady).count());
    })
{
    connect(log, &EventLog::aboutToChange, this, [this](int removed, int added) {
        if (removed > 0) {
            beginRemoveRows({}, 0, removed - 1);
            m_hidden = removed;
            endRemoveRows();
        }
        beginInsertRows({}, m_log->count() - removed, m_log->count() - removed + added - 1);
    });
    connect(log, &EventLog::changed, this, [this] {
        m_hidden = 0;
        endInsertRows();
    });
    connect(log, &EventLog::counted, this, [this](int first, int last) {
        Q_EMIT dataChanged(index(first, TextColumn), index(last, TextColumn));
    });
    connect(log, &EventLog::aboutToBeReset, this, [this] { beginResetModel(); });
    connect(log, &EventLog::wasReset, this, [this] { endResetModel(); });
}

EventModel::~EventModel() = default;

void EventModel::setWallClock(WallClock wallClock)
{
    m_wallClock = std::move(wallClock);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, TimeColumn), index(rowCount() - 1, TimeColumn));
}

// While lines are on their way out the log still has them, at its beginning.
int EventModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_log->count() - m_hidden;
}

int EventModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

const LoggedEvent &EventModel::eventAt(int row) const
{
    return m_log->at(row + m_hidden);
}

QVariant EventModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const LoggedEvent &event = eventAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return text(event, index.column());
    case Qt::ToolTipRole:
        return description(event, index.column());
    default:
        return {};
    }
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case TimeColumn:
        return tr("Time");
    case KindColumn:
        return tr("Kind");
    case RouteColumn:
        return tr("Route");
    case TextColumn:
        return tr("Event");
    default:
        return {};
    }
}

QString EventModel::text(const LoggedEvent &event, int column) const
{
    switch (column) {
    case TimeColumn:
        return m_wallClock(event.at).toString(QStringLiteral("hh:mm:ss.zzz"));
    case KindColumn:
        return kindName(event.kind);
    case RouteColumn:
        return event.name;
    default:
        return event.text;
    }
}

QString EventModel::description(const LoggedEvent &event, int column) const
{
    if (column != TimeColumn)
        return text(event, column);
    const auto age = std::chrono::floor<milliseconds>(m_clock() - event.at);
    return tr("%1\n%2 ago")
        .arg(m_wallClock(event.at).toString(Qt::ISODate),
            Format::duration(std::max(age, milliseconds::zero())));
}

} // namespace Turnstile::Monitor
