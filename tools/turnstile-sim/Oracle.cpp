// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/Oracle.h"

#include <algorithm>

namespace Turnstile::Sim {
namespace {

using std::chrono::nanoseconds;

// How long after the first arrival the last one can be.
nanoseconds spread(int count, int limit, milliseconds window)
{
    if (limit == 0 || count == 0)
        return nanoseconds(0);
    return window * qint64((count - 1) / limit);
}

nanoseconds alignedSpread(
    int count, int limit, nanoseconds window, nanoseconds firstArrival, nanoseconds phase)
{
    if (limit == 0 || count <= limit)
        return nanoseconds(0);
    const nanoseconds since = ((firstArrival - phase) % window + window) % window;
    return window - since + window * qint64((count - 1) / limit - 1);
}

} // namespace

nanoseconds lowerBound(const Workload &workload, const Demand &demand)
{
    const nanoseconds rtt = workload.rtt;
    const bool aligned = workload.globalKind == Quota::Window::Fixed && demand.globalPhase;
    const nanoseconds global = aligned
        ? alignedSpread(demand.total, workload.global, globalWindow, rtt / 2, *demand.globalPhase)
        : spread(demand.total, workload.global, globalWindow);
    return rtt
        + std::max({spread(demand.busiestBucket, workload.limit, workload.window),
            spread(demand.busiestBucket, workload.sublimit.limit, workload.sublimit.window), global,
            demand.lastAskedAt});
}

} // namespace Turnstile::Sim
