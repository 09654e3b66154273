// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tools/turnstile-sim/Workload.h"

namespace Turnstile::Sim {

/// What had to be done in a run.
struct Demand {
    int total = 0;         ///< requests that were answered
    int busiestBucket = 0; ///< the most of them in one bucket
    std::chrono::nanoseconds lastAskedAt{0};
    std::optional<milliseconds> globalPhase = {};
};

/// The earliest moment, counted from the first asking, at which all of \a demand can be answered
/// without a 429: by someone who knows every limit, needs no probe and keeps no order.
///
/// No exchange takes less than the RTT, so the first request arrives after RTT/2 at the earliest
/// and the last answer is RTT/2 behind the last arrival. In between, a window W of limit L that
/// begins with a request, or slides, lets n requests arrive in no less than (ceil(n/L) - 1) W: the
/// request L places behind another one is at least W later. Fixed global windows with a phase may
/// end soon after the first arrival; so there it is the time until that end and (ceil(n/L) - 2) W.
/// Nobody is answered before asking, so there is lastAskedAt + RTT. The largest of these for
/// bucket, sublimit, global limit and asking is the bound. It may not be reachable, as when two
/// limits interfere.
std::chrono::nanoseconds lowerBound(const Workload &workload, const Demand &demand);

} // namespace Turnstile::Sim
