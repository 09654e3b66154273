// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/BucketModel.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"

#include <QtCore/QStringList>

namespace Turnstile::Monitor {

BucketModel::BucketModel(Store *store, QObject *parent)
    : QAbstractTableModel(parent)
    , m_store(store)
{
    connect(store, &Store::bucketsAboutToBeAdded, this,
        [this](int first, int last) { beginInsertRows({}, first, last); });
    connect(store, &Store::bucketsAdded, this, [this] { endInsertRows(); });
    connect(store, &Store::bucketsAboutToBeRemoved, this,
        [this](int first, int last) { beginRemoveRows({}, first, last); });
    connect(store, &Store::bucketsRemoved, this, [this] { endRemoveRows(); });
    connect(store, &Store::aboutToBeReset, this, [this] { beginResetModel(); });
    connect(store, &Store::wasReset, this, [this] { endResetModel(); });
    connect(store, &Store::bucketsChanged, this, [this](int first, int last) {
        Q_EMIT dataChanged(index(first, 0), index(last, ColumnCount - 1));
    });
}

BucketModel::~BucketModel() = default;

int BucketModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_store->bucketCount();
}

int BucketModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant BucketModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const BucketRow &row = m_store->bucketAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::ToolTipRole:
        return description(row, index.column());
    case Qt::AccessibleTextRole:
        return text(row, index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::AlignVCenter | (isNumeric(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
    case RowRole:
        return QVariant::fromValue(&row);
    default:
        return {};
    }
}

QVariant BucketModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            Qt::AlignVCenter | (isNumeric(section) ? Qt::AlignRight : Qt::AlignLeft));
    if (role == Qt::InitialSortOrderRole)
        return QVariant::fromValue(startsHigh(section) ? Qt::DescendingOrder : Qt::AscendingOrder);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case StateColumn:
        return tr("State");
    case RouteColumn:
        return tr("Route");
    case HashColumn:
        return tr("Bucket");
    case TokensColumn:
        return tr("Tokens");
    case ResetColumn:
        return tr("Resets in");
    case TicketsColumn:
        return tr("Tickets");
    case GrantedColumn:
        return tr("Granted/s");
    case WaitColumn:
        return tr("Wait p95");
    default:
        return tr("429");
    }
}

bool BucketModel::startsHigh(int column)
{
    return column == TicketsColumn || column == GrantedColumn || isNumeric(column);
}

bool BucketModel::isNumeric(int column)
{
    return column == WaitColumn || column == RateLimitedColumn;
}

const BucketRow *BucketModel::rowOf(const QModelIndex &index)
{
    return index.data(RowRole).value<const BucketRow *>();
}

QString BucketModel::text(const BucketRow &row, int column) const
{
    const Bucket &bucket = row.bucket;
    switch (column) {
    case StateColumn:
        return stateName(row.state(m_store->now()));
    case RouteColumn:
        return bucket.name;
    case HashColumn:
        return row.shortHash;
    case TokensColumn:
        if (const auto tokens = row.tokens(m_store->now()))
            return QStringLiteral("%1/%2").arg(*tokens).arg(*bucket.limit);
        return tr("unknown");
    case ResetColumn:
        return Format::countdown(row.resetsIn(m_store->now()));
    case TicketsColumn: {
        QStringList parts;
        if (bucket.inFlight > 0)
            parts += tr("%1 in flight").arg(Format::count(quint64(bucket.inFlight)));
        if (bucket.queued > 0)
            parts += tr("%1 queued").arg(Format::count(quint64(bucket.queued)));
        return parts.join(QStringLiteral(", "));
    }
    case GrantedColumn:
        return Format::rate(row.grantedPerSecond(m_store->now()));
    case WaitColumn:
        return Format::duration(row.waitP95);
    default:
        return Format::count(bucket.rateLimited);
    }
}

QString BucketModel::description(const BucketRow &row, int column) const
{
    const Bucket &bucket = row.bucket;
    switch (column) {
    case StateColumn:
        if (bucket.wait)
            return tr("%1\nIts oldest ticket waits for: %2")
                .arg(
                    stateDescription(row.state(m_store->now())), bucket.wait->text(m_store->now()));
        return stateDescription(row.state(m_store->now()));
    case RouteColumn:
        if (bucket.exempt && bucket.lanes > 1)
            return tr("%1\n%2 interactions, each with buckets of its own")
                .arg(bucket.name)
                .arg(bucket.lanes);
        return bucket.lanes > 1
            ? tr("%1\n%2 lanes share this bucket").arg(bucket.name).arg(bucket.lanes)
            : bucket.name;
    case HashColumn:
        return bucket.hash.isEmpty() ? tr("The server has not named this bucket.")
                                     : QString::fromLatin1(bucket.hash);
    case TokensColumn:
        if (bucket.limit && bucket.window)
            return tr("%1 requests per %2").arg(*bucket.limit).arg(Format::duration(bucket.window));
        return text(row, column);
    default:
        return text(row, column);
    }
}

QString BucketModel::summary(const BucketRow &row) const
{
    const QString hash = QString::fromLatin1(row.bucket.hash);
    QStringList parts{
        hash.isEmpty() ? row.bucket.name : tr("%1 (bucket %2)").arg(row.bucket.name, hash)};
    for (const int column : {StateColumn, TokensColumn, ResetColumn, TicketsColumn, GrantedColumn,
             WaitColumn, RateLimitedColumn}) {
        const QString title = headerData(column, Qt::Horizontal).toString();
        if (const QString value = text(row, column); !value.isEmpty())
            parts += tr("%1: %2", "a column and its value").arg(title, value);
    }
    return parts.join(QStringLiteral(" · "));
}

} // namespace Turnstile::Monitor
