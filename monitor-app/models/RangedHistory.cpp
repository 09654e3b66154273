// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/RangedHistory.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
History historyOf(History::Kind kind, TimeRange range)
{
    const bool isLong = range != TimeRange::Seconds30;
    return History(isLong && kind == History::Kind::Level ? History::Kind::Peak : kind,
        spanOf(range) / History::length);
}
} // namespace

RangedHistory::RangedHistory(History::Kind kind)
    : m_histories{historyOf(kind, TimeRange::Seconds30), historyOf(kind, TimeRange::Minutes5),
        historyOf(kind, TimeRange::Hour1)}
    , m_kind(kind)
{
}

void RangedHistory::add(TimePoint when, float amount)
{
    for (History &history : m_histories)
        history.add(when, amount);
}

void RangedHistory::set(TimePoint when, float value)
{
    for (History &history : m_histories)
        history.set(when, value);
}

History::Values RangedHistory::values(TimePoint now, TimeRange range) const
{
    const History &history = of(range);
    const bool isSum = m_kind == History::Kind::Sum;
    History::Values values = isSum ? history.perSecond(now) : history.values(now);
    if (range == TimeRange::Seconds30)
        return values;
    const History &finer = m_histories[size_t(range) - 1];
    const int count = int(history.slot() / finer.slot());
    std::shift_left(values.begin(), values.end(), 1);
    values.back() = isSum
        ? finer.sumOfLast(count, now) / std::chrono::duration<float>(history.slot()).count()
        : finer.highestOfLast(count, now);
    return values;
}

std::optional<milliseconds> RangedHistory::nextChange(TimePoint now) const
{
    for (const History &history : m_histories) {
        if (!history.isFlat(now))
            return history.slot();
    }
    return std::nullopt;
}

} // namespace Turnstile::Monitor
