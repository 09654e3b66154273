// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TimelineAxis.h"

#include "monitor-app/models/Words.h"

#include <algorithm>
#include <array>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
constexpr int labelRoom = 70; // columns from tick to tick
constexpr int resetRoom = 4;

milliseconds stepOf(const TimelineWindow &window)
{
    static constexpr std::array<milliseconds, 21> steps{1ms, 2ms, 5ms, 10ms, 20ms, 50ms, 100ms,
        200ms, 500ms, 1s, 2s, 5s, 10s, 30s, 1min, 2min, 5min, 10min, 15min, 30min, 1h};
    const auto enough = [&](milliseconds step) { return step >= labelRoom * window.column(); };
    const auto *step = std::find_if(steps.begin(), steps.end() - 1, enough);
    return *step;
}

QString ago(milliseconds time, milliseconds step)
{
    if (time < 1s)
        return tr("-%1 ms").arg(time.count());
    if (time >= 60s && step >= 1min)
        return tr("-%1 min").arg(time / 1min);
    if (time >= 60s && step >= 1s)
        return QStringLiteral("-%1:%2")
            .arg(time / 1min)
            .arg(time % 1min / 1s, 2, 10, QLatin1Char('0'));
    const int decimals = step >= 1s ? 0 : step >= 100ms ? 1 : step >= 10ms ? 2 : 3;
    return tr("-%1 s").arg(double(time.count()) / 1000, 0, 'f', decimals);
}
} // namespace

std::vector<AxisTick> axisTicks(const TimelineWindow &window)
{
    const milliseconds step = stepOf(window);
    std::vector<AxisTick> ticks;
    const TimePoint reference = window.reference();
    auto number = std::max<qint64>(1, (reference - window.until()) / step);
    for (TimePoint at = reference - number * step; at >= window.from(); at -= step, ++number) {
        if (at <= window.until())
            ticks.push_back({window.x(at), ago(number * step, step)});
    }
    return ticks;
}

QString spanText(milliseconds span)
{
    if (span < 1s)
        return tr("%1 ms").arg(span.count());
    if (span < 9950ms && span % 1s != 0ms)
        return tr("%1 s").arg(double(span.count()) / 1000, 0, 'f', 1);
    if (span < 1min)
        return tr("%1 s").arg(std::chrono::round<std::chrono::seconds>(span).count());
    if (span < 1h)
        return tr("%1 min").arg(std::chrono::round<std::chrono::minutes>(span).count());
    return tr("%1 h").arg(std::chrono::round<std::chrono::hours>(span).count());
}

std::vector<LockBand> lockBands(
    const std::deque<EventLog::Lock> &locks, const TimelineWindow &window)
{
    std::vector<LockBand> bands;
    for (const EventLog::Lock &lock : locks) {
        if (lock.until < window.from() || lock.from > window.until())
            continue;
        const auto length = std::chrono::round<milliseconds>(lock.until - lock.from);
        const QString text = length < 10s ? tr("%1 s").arg(double(length.count()) / 1000, 0, 'f', 2)
                                          : spanText(length);
        const int left = window.x(lock.from);
        bands.push_back({left, std::max(left + 1, window.x(lock.until)),
            (lock.isGap ? tr("no connection %1") : tr("global lock %1")).arg(text), lock.isGap});
    }
    return bands;
}

std::vector<int> resetColumns(const std::vector<TimePoint> &resets, std::optional<TimePoint> last,
    const TimelineWindow &window)
{
    std::vector<int> columns;
    const auto add = [&](TimePoint at) {
        if (at >= window.from() && at <= window.until())
            columns.push_back(window.x(at));
    };
    std::for_each(std::lower_bound(resets.begin(), resets.end(), window.from()), resets.end(), add);
    if (last)
        add(*last);
    const auto isClose = [](int a, int b) { return b - a < resetRoom; };
    if (std::adjacent_find(columns.begin(), columns.end(), isClose) != columns.end())
        columns.clear();
    return columns;
}

} // namespace Turnstile::Monitor
