// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/BucketSorter.h"

#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/Store.h"

#include <algorithm>

namespace Turnstile::Monitor {

BucketSorter::BucketSorter(const Store *store)
    : m_store(store)
{
}

void BucketSorter::sortBy(int column, Qt::SortOrder order)
{
    m_column = column;
    m_order = order;
    for (int row = 0; row < int(m_keys.size()); ++row)
        m_keys[size_t(row)] = keyOf(row);
}

bool BucketSorter::dependsOnTime() const
{
    return m_column == BucketModel::StateColumn || m_column == BucketModel::TokensColumn
        || m_column == BucketModel::GrantedColumn;
}

void BucketSorter::append(int count)
{
    const int end = int(m_keys.size()) + count;
    m_keys.reserve(size_t(end));
    for (int row = int(m_keys.size()); row < end; ++row)
        m_keys.push_back(keyOf(row));
}

void BucketSorter::remove(int first, int last)
{
    m_keys.erase(m_keys.begin() + first, m_keys.begin() + last + 1);
}

bool BucketSorter::update(int row)
{
    const qint64 key = keyOf(row);
    return std::exchange(m_keys[size_t(row)], key) != key;
}

// Steps that double find the next place soon, whether it is near (most rows have moved) or far.
std::vector<int> BucketSorter::merged(const std::vector<int> &sorted, std::vector<int> moved)
{
    const auto less = [this](int a, int b) { return isLess(a, b); };
    std::sort(moved.begin(), moved.end(), less);
    std::vector<int> all;
    all.reserve(sorted.size() + moved.size());
    auto from = sorted.begin();
    for (const int row : moved) {
        auto begin = from;
        std::ptrdiff_t step = 1;
        while (sorted.end() - begin >= step && isLess(begin[step - 1], row)) {
            begin += step;
            step *= 2;
        }
        const auto end = begin + std::min(step, sorted.end() - begin);
        const auto to = std::lower_bound(begin, end, row, less);
        all.insert(all.end(), from, to);
        all.push_back(row);
        from = to;
    }
    all.insert(all.end(), from, sorted.end());
    return all;
}

qint64 BucketSorter::keyOf(int row) const
{
    const BucketRow &shown = m_store->bucketAt(row);
    const Bucket &bucket = shown.bucket;
    const TimePoint now = m_store->now();
    qint64 key = 0;
    switch (m_column) {
    case BucketModel::StateColumn:
        key = int(shown.state(now));
        break;
    case BucketModel::RouteColumn:
        return qint64(qHash(bucket.name));
    case BucketModel::HashColumn:
        return qint64(qHash(bucket.hash));
    case BucketModel::TokensColumn:
        key = shown.tokens(now).value_or(-1);
        break;
    case BucketModel::ResetColumn: // the moment, which orders as the time left and does not change
        if (bucket.resetAt)
            key = std::chrono::ceil<milliseconds>(bucket.resetAt->time_since_epoch()).count();
        break;
    case BucketModel::TicketsColumn:
        key = qint64(bucket.queued) * 1000 + std::min(bucket.inFlight, 999);
        break;
    case BucketModel::GrantedColumn:
        key = qint64(shown.grantedPerSecond(now) * 1000);
        break;
    case BucketModel::WaitColumn:
        key = shown.waitP95.value_or(milliseconds(-1)).count();
        break;
    case BucketModel::RateLimitedColumn:
        key = qint64(bucket.rateLimited);
        break;
    default:
        return 0;
    }
    return m_order == Qt::AscendingOrder ? key : -key;
}

bool BucketSorter::isText() const
{
    return m_column == BucketModel::RouteColumn || m_column == BucketModel::HashColumn;
}

bool BucketSorter::isLess(int a, int b)
{
    ++m_compared;
    if (isText()) {
        const BucketRow &one = m_store->bucketAt(a);
        const BucketRow &other = m_store->bucketAt(b);
        int order = 0;
        if (m_column == BucketModel::HashColumn)
            order = one.bucket.hash.compare(other.bucket.hash);
        else if (order = one.path.compare(other.path); order == 0)
            order = one.method.compare(other.method);
        if (order != 0)
            return (order < 0) == (m_order == Qt::AscendingOrder);
    } else if (m_keys[size_t(a)] != m_keys[size_t(b)]) {
        return m_keys[size_t(a)] < m_keys[size_t(b)];
    }
    return a < b;
}

} // namespace Turnstile::Monitor
