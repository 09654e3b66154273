// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketRow.h"

#include <QtCore/QStringList>

#include <vector>

namespace Turnstile::Monitor {

class Filter;
class Store;

/// In which order the terminal lists buckets, and which of them.
struct RowOrder {
    enum class Column : quint8 {
        State,
        Route,
        Tokens,
        Resets,
        Queued,
        InFlight,
        Granted,
        Wait,
        RateLimited,
    };
    static constexpr int columnCount = int(Column::RateLimited) + 1;

    Column column = Column::State;
    bool reversed = false; ///< the column's usual order is what is most pressing first

    /// The rows of \a store that match \a filter. Of equals, those that came first go first.
    std::vector<int> rows(const Store &store, const Filter &filter) const;

    /// What columns are called in a command line.
    static QStringList names();
    static std::optional<Column> named(QStringView name);
};

} // namespace Turnstile::Monitor
