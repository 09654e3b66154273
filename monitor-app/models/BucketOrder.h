// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketSorter.h"
#include "monitor-app/models/Filter.h"
#include "monitor-app/models/ShownRows.h"

#include <QtCore/QAbstractTableModel>
#include <QtCore/QTimer>

#include <vector>

namespace Turnstile::Monitor {

class BucketModel;
class Store;

/// The rows of a Store that match a filter, in the order that people want: the table of a
/// BucketModel, quick enough for 100 000 rows of which 1 000 change in every frame.
///
/// Once per frame those that changed are matched again; rows that begin to match come last until
/// rows change places, which they do once a second at most, so that they can be read. Where a
/// filter or an order depends on time, all rows are looked at within a second, some in each frame.
class BucketOrder : public QAbstractTableModel {
    Q_OBJECT
public:
    explicit BucketOrder(Store *store, QObject *parent = nullptr);
    ~BucketOrder() override;

    /// Has to be valid.
    void setFilter(const Filter &filter);
    const Filter &filter() const { return m_filter; }
    /// By a BucketModel::Column; -1: as the buckets appeared.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    int shownCount() const { return m_rows.count(); }
    int totalCount() const { return m_rows.sourceCount(); }
    int rowOfBucket(BucketId bucket) const; ///< -1: not shown
    BucketId bucketIdAt(int row) const;
    /// Valid until the store changes.
    const BucketRow *rowOf(const QModelIndex &index) const { return rowAt(index.row()); }
    const BucketRow *rowAt(int row) const;
    const BucketModel *words() const { return m_words; } ///< of all rows

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(
        int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    /// What it has cost so far: rows that were looked at, and pairs of rows that were compared.
    quint64 looked() const { return m_looked; }
    quint64 compared() const { return m_sorter.compared(); }

Q_SIGNALS:
    void countsChanged(int shown, int total);

private:
    enum Flag : quint8 { Changed = 1, Moved = 2 };
    void addRows();
    void beginRemoval(int first, int last);
    void endRemoval();
    void reset();
    void makeFrame();
    void settle();
    bool dependsOnTime() const;
    void look(int source);
    void lookAtSome();
    void lookAt(int count);
    void lookAtChanges();
    void take(std::vector<int> places);
    void append(const std::vector<int> &sources);
    void tellChanges(const std::vector<int> &sources);
    void tellCounts();
    int gather(const std::vector<int> &places);
    void putInOrder();
    void rearrange(std::vector<int> order);

    // Rows of the store are called sources here, rows of this table places.
    Store *m_store;
    BucketModel *m_words;
    Filter m_filter;
    BucketSorter m_sorter;
    QTimer m_settle;
    ShownRows m_rows;
    std::vector<quint8> m_flags; // by source
    std::vector<int> m_changed;  // sources that the store told of
    std::vector<int> m_leaving;  // places that match no more
    std::vector<int> m_entering; // sources that match now
    struct Removal {
        int first = 0, last = -1;           // sources
        int firstPlace = 0, lastPlace = -1; // of those that are shown
    };
    Removal m_removal;
    int m_nextLook = 0;
    bool m_isMixedUp = false; // some have the flag Moved
    TimePoint m_lookedAt;
    TimePoint m_orderedAt;
    int m_toldShown = 0;
    int m_toldTotal = 0;
    quint64 m_looked = 0;
};

} // namespace Turnstile::Monitor
