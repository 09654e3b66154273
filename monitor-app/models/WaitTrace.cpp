// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/WaitTrace.h"

#include <algorithm>

namespace Turnstile::Monitor {

PlotColumns waitTrace(
    const std::deque<TicketTry> &tries, TimePoint from, TimePoint until, int columns)
{
    PlotColumns values(size_t(std::max(columns, 0)));
    if (values.empty() || until <= from)
        return values;
    const auto add = [&values](size_t column, milliseconds wait) {
        const auto length = float(wait.count());
        const PlotRange range = values[column].value_or(PlotRange{length, length});
        values[column] = {std::min(range.low, length), std::max(range.high, length)};
    };
    const auto width = std::max((until - from) / columns, TimePoint::duration(1));
    std::optional<milliseconds> longest; // of those that still wait
    for (const TicketTry &one : tries) {
        if (!one.grantedAt && !one.endedAt && one.queuedAt < until)
            longest = std::max(longest.value_or(one.waited(until)), one.waited(until));
        else if (one.grantedAt && *one.grantedAt >= from && *one.grantedAt < until)
            add(std::min(size_t((*one.grantedAt - from) / width), values.size() - 1),
                one.waited(until));
    }
    if (longest)
        add(values.size() - 1, *longest);
    return values;
}

} // namespace Turnstile::Monitor
