// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/DrainReport.h"

#include <algorithm>
#include <cmath>

namespace Turnstile::Sim {
namespace {

using std::chrono::nanoseconds;

double milli(nanoseconds time)
{
    return double(std::chrono::round<std::chrono::microseconds>(time).count()) / 1000;
}

// The smallest value that so large a share of all does not exceed.
nanoseconds percentile(const std::vector<nanoseconds> &sorted, double share)
{
    if (sorted.empty())
        return nanoseconds(0);
    const auto rank = size_t(std::ceil(share * double(sorted.size())));
    return sorted[std::max<size_t>(rank, 1) - 1];
}

QJsonValue spreadOf(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const size_t half = values.size() / 2;
    const double median = values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
    return QJsonObject{{QStringLiteral("min"), values.front()}, {QStringLiteral("median"), median},
        {QStringLiteral("max"), values.back()}};
}

} // namespace

QJsonObject figures(const DrainResult &result)
{
    const auto limited = [&result](LimitKind kind) {
        const auto found = result.limited.find(kind);
        return found == result.limited.end() ? 0 : found->second;
    };
    const double bound = milli(result.lowerBound);
    const double perGrant = double(result.schedulerTime.count()) / std::max(result.grants, 1);
    QJsonObject object{
        {QStringLiteral("completed"), result.completed},
        {QStringLiteral("lost"), result.lost},
        {QStringLiteral("makespan_ms"), milli(result.makespan)},
        {QStringLiteral("lower_bound_ms"), bound},
        {QStringLiteral("ratio"),
            bound > 0 && result.completed > 0
                ? QJsonValue(std::round(milli(result.makespan) / bound * 1e4) / 1e4)
                : QJsonValue()},
        {QStringLiteral("rejected_429"),
            QJsonObject{{QStringLiteral("bucket"), limited(LimitKind::Bucket)},
                {QStringLiteral("sublimit"), limited(LimitKind::Sublimit)},
                {QStringLiteral("shared"), limited(LimitKind::Shared)},
                {QStringLiteral("global"), limited(LimitKind::Global)}}},
        {QStringLiteral("avoidable_429"),
            result.avoidable ? QJsonValue(*result.avoidable) : QJsonValue()},
        {QStringLiteral("wait_ms"),
            QJsonObject{{QStringLiteral("p50"), milli(percentile(result.waits, 0.5))},
                {QStringLiteral("p95"), milli(percentile(result.waits, 0.95))},
                {QStringLiteral("max"), milli(percentile(result.waits, 1))}}},
        {QStringLiteral("reordered"), result.reordered},
        {QStringLiteral("grants"), result.grants},
        {QStringLiteral("wall_ns_per_grant"), std::round(perGrant)},
    };
    if (const auto &shared = result.shared) {
        object[QStringLiteral("redis_calls")] = shared->calls;
        object[QStringLiteral("calls_per_ticket")] =
            std::round(double(shared->calls) / std::max(result.grants, 1) * 1e4) / 1e4;
        object[QStringLiteral("shares")] =
            QJsonObject{{QStringLiteral("least"), shared->leastGrants},
                {QStringLiteral("most"), shared->mostGrants}};
    }
    return object;
}

QJsonObject summary(const QList<QJsonObject> &runs)
{
    QJsonObject result;
    if (runs.isEmpty())
        return result;
    for (const QString &key : runs.first().keys()) {
        if (runs.first()[key].isObject()) {
            QList<QJsonObject> inner;
            for (const QJsonObject &run : runs)
                inner.append(run[key].toObject());
            result[key] = summary(inner);
            continue;
        }
        std::vector<double> values;
        for (const QJsonObject &run : runs) {
            if (run[key].isDouble())
                values.push_back(run[key].toDouble());
        }
        result[key] =
            values.size() == size_t(runs.size()) ? spreadOf(std::move(values)) : QJsonValue();
    }
    return result;
}

} // namespace Turnstile::Sim
