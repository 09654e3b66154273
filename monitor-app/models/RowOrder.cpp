// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/RowOrder.h"

#include "monitor-app/models/Filter.h"
#include "monitor-app/models/Store.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
using Column = RowOrder::Column;

// The smaller, the more pressing.
double pressing(const BucketRow &row, Column column, TimePoint now)
{
    switch (column) {
    case Column::State:
        return double(row.state(now));
    case Column::Route:
        break;
    case Column::Tokens:
        return row.tokens(now).value_or(std::numeric_limits<int>::max());
    case Column::Resets:
        return -double(row.resetsIn(now).count());
    case Column::Queued:
        return -row.bucket.queued;
    case Column::InFlight:
        return -row.bucket.inFlight;
    case Column::Granted:
        return -row.grantedPerSecond(now);
    case Column::Wait:
        return -double(row.waitP95.value_or(milliseconds(-1)).count());
    case Column::RateLimited:
        return -double(row.bucket.rateLimited);
    }
    return 0;
}

bool isBefore(const BucketRow &a, const BucketRow &b)
{
    return std::tie(a.path, a.method) < std::tie(b.path, b.method);
}
} // namespace

std::vector<int> RowOrder::rows(const Store &store, const Filter &filter) const
{
    struct Entry {
        double key;
        int row;
    };
    std::vector<Entry> entries;
    for (int row = 0; row < store.bucketCount(); ++row) {
        const BucketRow &bucket = store.bucketAt(row);
        if (filter.matches(bucket, store.now()))
            entries.push_back({pressing(bucket, column, store.now()), row});
    }
    std::stable_sort(entries.begin(), entries.end(), [&](const Entry &left, const Entry &right) {
        const Entry &a = reversed ? right : left;
        const Entry &b = reversed ? left : right;
        return column == Column::Route ? isBefore(store.bucketAt(a.row), store.bucketAt(b.row))
                                       : a.key < b.key;
    });
    std::vector<int> rows;
    rows.reserve(entries.size());
    for (const Entry &entry : entries)
        rows.push_back(entry.row);
    return rows;
}

QStringList RowOrder::names()
{
    return {QStringLiteral("state"), QStringLiteral("route"), QStringLiteral("tokens"),
        QStringLiteral("resets"), QStringLiteral("queued"), QStringLiteral("in-flight"),
        QStringLiteral("granted"), QStringLiteral("wait"), QStringLiteral("429")};
}

std::optional<Column> RowOrder::named(QStringView name)
{
    const qsizetype index = names().indexOf(name);
    return index < 0 ? std::nullopt : std::optional(Column(index));
}

} // namespace Turnstile::Monitor
