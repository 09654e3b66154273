// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tools/turnstile-sim/DrainReport.h"
#include "tools/turnstile-sim/DrainRun.h"

/// What tests look at in a run of `turnstile-sim drain`.
inline int limitedInAll(const Turnstile::Sim::DrainResult &result)
{
    int sum = 0;
    for (const auto &[kind, count] : result.limited)
        sum += count;
    return sum;
}

inline double ratio(const Turnstile::Sim::DrainResult &result)
{
    return double(result.makespan.count()) / double(result.lowerBound.count());
}

/// All but the real time.
inline QJsonObject repeatable(const Turnstile::Sim::DrainResult &result)
{
    QJsonObject object = Turnstile::Sim::figures(result);
    object.remove(QStringLiteral("wall_ns_per_grant"));
    return object;
}
