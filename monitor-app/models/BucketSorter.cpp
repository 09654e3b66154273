// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/BucketSorter.h"

#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/Store.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

namespace Turnstile::Monitor {

namespace {
constexpr qint64 notRanked = std::numeric_limits<qint64>::min();
} // namespace

BucketSorter::BucketSorter(const Store *store)
    : m_store(store)
{
}

void BucketSorter::sortBy(int column, Qt::SortOrder order)
{
    const int count = int(m_keys.size());
    m_column = column;
    m_order = order;
    clear();
    append(count);
}

bool BucketSorter::dependsOnTime() const
{
    return m_column == BucketModel::StateColumn || m_column == BucketModel::TokensColumn
        || m_column == BucketModel::GrantedColumn;
}

void BucketSorter::append(int count)
{
    int row = int(m_keys.size());
    m_keys.resize(m_keys.size() + size_t(count));
    if (isText())
        m_hashes.resize(m_keys.size());
    for (; row < int(m_keys.size()); ++row)
        update(row);
}

void BucketSorter::remove(int first, int last)
{
    m_keys.erase(m_keys.begin() + first, m_keys.begin() + last + 1);
    if (!isText())
        return;
    m_hashes.erase(m_hashes.begin() + first, m_hashes.begin() + last + 1);
    for (std::vector<int> *rows : {&m_ranked, &m_notYetRanked}) {
        std::erase_if(*rows, [=](int row) { return row >= first && row <= last; });
        for (int &row : *rows)
            row -= row > last ? last - first + 1 : 0;
    }
}

void BucketSorter::clear()
{
    m_keys.clear();
    m_hashes.clear();
    m_ranked.clear();
    m_notYetRanked.clear();
}

bool BucketSorter::update(int row)
{
    if (!isText()) {
        const qint64 number = numberOf(row);
        const qint64 key = m_order == Qt::AscendingOrder ? number : -number;
        return std::exchange(m_keys[size_t(row)], key) != key;
    }
    const quint64 hash = hashOf(row);
    if (std::exchange(m_hashes[size_t(row)], hash) == hash)
        return false;
    if (std::exchange(m_keys[size_t(row)], notRanked) != notRanked)
        m_notYetRanked.push_back(row);
    return true;
}

std::vector<int> BucketSorter::merged(const std::vector<int> &sorted, std::vector<int> moved)
{
    if (!m_notYetRanked.empty())
        rankTexts();
    sortByKey(moved);
    const auto less = [this](int a, int b) {
        const qint64 one = m_keys[size_t(a)];
        const qint64 other = m_keys[size_t(b)];
        return one != other ? one < other : a < b;
    };
    return mergedBy(less, sorted, moved);
}

bool BucketSorter::isText() const
{
    return m_column == BucketModel::RouteColumn || m_column == BucketModel::HashColumn;
}

qint64 BucketSorter::numberOf(int row) const
{
    const BucketRow &shown = m_store->bucketAt(row);
    const Bucket &bucket = shown.bucket;
    switch (m_column) {
    case BucketModel::StateColumn:
        return int(shown.state(m_store->now()));
    case BucketModel::TokensColumn:
        return shown.tokens(m_store->now()).value_or(-1);
    case BucketModel::ResetColumn: // the moment, which orders as the time left and does not change
        return bucket.resetAt ? bucket.resetAt->time_since_epoch() / milliseconds(1) : 0;
    case BucketModel::TicketsColumn:
        return qint64(bucket.queued) * 1000 + std::min(bucket.inFlight, 999);
    case BucketModel::GrantedColumn:
        return qint64(shown.grantedPerSecond(m_store->now()) * 1000);
    case BucketModel::WaitColumn:
        return shown.waitP95.value_or(milliseconds(-1)).count();
    case BucketModel::RateLimitedColumn:
        return qint64(bucket.rateLimited);
    default:
        return 0;
    }
}

quint64 BucketSorter::hashOf(int row) const
{
    const Bucket &bucket = m_store->bucketAt(row).bucket;
    const size_t hash =
        m_column == BucketModel::RouteColumn ? qHash(bucket.name) : qHash(bucket.hash);
    return quint64(hash) | 1; // zero: no row's yet
}

void BucketSorter::rankTexts()
{
    std::vector<int> rows = std::exchange(m_notYetRanked, {});
    std::erase_if(m_ranked, [this](int row) { return m_keys[size_t(row)] == notRanked; });
    const auto less = [this](int a, int b) {
        const int order = compareTexts(a, b);
        return order != 0 ? order < 0 : a < b;
    };
    std::sort(rows.begin(), rows.end(), less);
    m_ranked = mergedBy(less, m_ranked, rows);
    qint64 rank = 0;
    quint64 last = 0;
    for (const int row : m_ranked) {
        if (std::exchange(last, m_hashes[size_t(row)]) != m_hashes[size_t(row)])
            ++rank;
        m_keys[size_t(row)] = m_order == Qt::AscendingOrder ? rank : -rank;
    }
}

int BucketSorter::compareTexts(int a, int b) const
{
    const BucketRow &one = m_store->bucketAt(a);
    const BucketRow &other = m_store->bucketAt(b);
    if (m_column == BucketModel::HashColumn)
        return one.bucket.hash.compare(other.bucket.hash);
    const int order = one.path.compare(other.path);
    return order != 0 ? order : one.method.compare(other.method);
}

// Byte by byte, the lowest first, which leaves rows with equal keys as they are: ascending. Bytes
// that all keys share, which are most, are passed over.
void BucketSorter::sortByKey(std::vector<int> &rows) const
{
    if (rows.empty())
        return;
    const auto [least, most] = std::minmax_element(rows.begin(), rows.end(),
        [this](int a, int b) { return m_keys[size_t(a)] < m_keys[size_t(b)]; });
    const quint64 base = quint64(m_keys[size_t(*least)]);
    const quint64 span = quint64(m_keys[size_t(*most)]) - base;
    std::vector<int> sorted(rows.size());
    for (int shift = 0; shift < 64 && span >> shift != 0; shift += 8) {
        const auto digit = [&](int row) {
            return size_t((quint64(m_keys[size_t(row)]) - base) >> shift & 0xff);
        };
        std::array<size_t, 257> ends{};
        for (const int row : rows)
            ++ends[digit(row) + 1];
        std::partial_sum(ends.begin(), ends.end(), ends.begin());
        for (const int row : rows)
            sorted[ends[digit(row)]++] = row;
        rows.swap(sorted);
    }
}

// Steps that double find the next place soon, whether it is near (most rows have moved) or far.
template <typename Less>
std::vector<int> BucketSorter::mergedBy(
    Less less, const std::vector<int> &sorted, const std::vector<int> &moved)
{
    const auto isLess = [&](int a, int b) {
        ++m_compared;
        return less(a, b);
    };
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
        const auto to = std::lower_bound(begin, end, row, isLess);
        all.insert(all.end(), from, to);
        all.push_back(row);
        from = to;
    }
    all.insert(all.end(), from, sorted.end());
    return all;
}

} // namespace Turnstile::Monitor
