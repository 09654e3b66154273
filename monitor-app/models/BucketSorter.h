// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketRow.h"

#include <QtCore/Qt>

#include <vector>

namespace Turnstile::Monitor {

class Store;

/// What the rows of a Store are sorted by. Each has a key, a plain number that is computed when the
/// row changes and not when rows are compared. Of texts, which seldom change, it is the rank among
/// all of them. Rows with equal keys stay in the order in which they appeared.
class BucketSorter {
public:
    explicit BucketSorter(const Store *store);

    /// By a BucketModel::Column, or -1: as they appeared.
    void sortBy(int column, Qt::SortOrder order);
    int column() const { return m_column; }
    Qt::SortOrder order() const { return m_order; }
    /// Whether keys change without news of their rows.
    bool dependsOnTime() const;

    void append(int count); ///< rows that the store has told of
    void remove(int first, int last);
    void clear();
    /// Computes the key of a row again; whether it is another one.
    bool update(int row);

    /// \a sorted rows and those that have \a moved, which ascend, in order.
    std::vector<int> merged(const std::vector<int> &sorted, std::vector<int> moved);

    quint64 compared() const { return m_compared; } ///< pairs of rows, so far

private:
    bool isText() const;
    qint64 numberOf(int row) const;
    quint64 hashOf(int row) const;
    void rankTexts();
    void sortByKey(std::vector<int> &rows) const;
    int compareTexts(int a, int b) const;
    template <typename Less>
    std::vector<int> mergedBy(
        Less less, const std::vector<int> &sorted, const std::vector<int> &moved);

    const Store *m_store;
    int m_column = -1;
    Qt::SortOrder m_order = Qt::AscendingOrder;
    std::vector<qint64> m_keys;      // by row; the smallest comes first, whatever the order
    std::vector<quint64> m_hashes;   // of texts, by row
    std::vector<int> m_ranked;       // rows, by their texts
    std::vector<int> m_notYetRanked; // those with other texts than before
    quint64 m_compared = 0;
};

} // namespace Turnstile::Monitor
