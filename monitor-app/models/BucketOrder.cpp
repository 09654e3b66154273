// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/BucketOrder.h"

#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/Store.h"

#include <algorithm>
#include <utility>

namespace Turnstile::Monitor {

BucketOrder::BucketOrder(Store *store, QObject *parent)
    : QAbstractTableModel(parent)
    , m_store(store)
    , m_words(new BucketModel(store, this))
    , m_sorter(store)
{
    connect(store, &Store::bucketsAdded, this, &BucketOrder::addRows);
    connect(store, &Store::bucketsAboutToBeRemoved, this, &BucketOrder::beginRemoval);
    connect(store, &Store::bucketsRemoved, this, &BucketOrder::endRemoval);
    connect(store, &Store::aboutToBeReset, this, [this] { beginResetModel(); });
    connect(store, &Store::wasReset, this, &BucketOrder::reset);
    connect(store, &Store::bucketsChanged, this, [this](int first, int last) {
        for (int source = first; source <= last; ++source) {
            quint8 &flags = m_flags[size_t(source)];
            if (!(flags & Changed))
                m_changed.push_back(source);
            flags |= Changed;
        }
    });
    connect(store, &Store::frameMade, this, &BucketOrder::makeFrame);
    m_settle.setSingleShot(true);
    connect(&m_settle, &QTimer::timeout, this, &BucketOrder::settle);
    addRows();
}

BucketOrder::~BucketOrder() = default;

void BucketOrder::setFilter(const Filter &filter)
{
    lookAtChanges();
    m_filter = filter;
    for (int source = 0; source < totalCount(); ++source)
        look(source);
    lookAtChanges();
    putInOrder();
    tellCounts();
}

void BucketOrder::sort(int column, Qt::SortOrder order)
{
    m_sorter.sortBy(column, order);
    for (const int source : m_rows.order())
        m_flags[size_t(source)] |= Moved;
    m_isMixedUp = true;
    putInOrder();
}

int BucketOrder::rowOfBucket(BucketId bucket) const
{
    const int source = m_store->rowOf(bucket);
    return source < 0 || source >= totalCount() ? -1 : m_rows.place(source);
}

BucketId BucketOrder::bucketIdAt(int row) const
{
    const BucketRow *shown = rowAt(row);
    return shown ? shown->bucket.id : BucketId();
}

const BucketRow *BucketOrder::rowAt(int row) const
{
    return row < 0 || row >= shownCount() ? nullptr : &m_store->bucketAt(m_rows.source(row));
}

int BucketOrder::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : shownCount();
}

int BucketOrder::columnCount(const QModelIndex &parent) const
{
    return m_words->columnCount(parent);
}

QVariant BucketOrder::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int source = m_rows.source(index.row());
    return m_words->data(m_words->index(source, index.column()), role);
}

QVariant BucketOrder::headerData(int section, Qt::Orientation orientation, int role) const
{
    return m_words->headerData(section, orientation, role);
}

void BucketOrder::addRows()
{
    const int first = totalCount();
    const int count = m_store->bucketCount();
    m_rows.grow(count);
    m_flags.resize(size_t(count));
    m_sorter.append(count - first);
    for (int source = first; source < count; ++source)
        look(source);
    append(std::exchange(m_entering, {}));
}

void BucketOrder::beginRemoval(int first, int last)
{
    lookAtChanges(); // before rows have other numbers
    m_removal = {first, last, 0, -1};
    std::vector<int> places;
    for (int source = first; source <= last; ++source) {
        if (m_rows.place(source) >= 0)
            places.push_back(m_rows.place(source));
    }
    if (places.empty())
        return;
    std::sort(places.begin(), places.end());
    m_removal.firstPlace = gather(places);
    m_removal.lastPlace = m_removal.firstPlace + int(places.size()) - 1;
    beginRemoveRows({}, m_removal.firstPlace, m_removal.lastPlace);
}

void BucketOrder::endRemoval()
{
    const Removal removal = std::exchange(m_removal, {});
    const bool wasShown = removal.lastPlace >= removal.firstPlace;
    if (wasShown)
        m_rows.remove(removal.firstPlace, removal.lastPlace);
    m_rows.removeSources(removal.first, removal.last);
    m_flags.erase(m_flags.begin() + removal.first, m_flags.begin() + removal.last + 1);
    m_sorter.remove(removal.first, removal.last);
    if (wasShown)
        endRemoveRows();
}

void BucketOrder::reset()
{
    m_rows.clear();
    m_flags.clear();
    m_changed.clear();
    m_sorter.clear();
    m_isMixedUp = false;
    m_lookedAt = m_orderedAt = {};
    m_entering.clear();
    endResetModel();
    addRows(); // those that the store has kept
    tellCounts();
}

} // namespace Turnstile::Monitor
