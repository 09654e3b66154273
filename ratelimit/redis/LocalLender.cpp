// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/LocalLender.h"

#include <algorithm>

namespace Turnstile {

static int partOf(int limit, int parts)
{
    return limit == 0 ? 0 : std::max(1, limit / parts); // 0: none
}

LocalLender::LocalLender(const SchedulerOptions &options)
    : m_limit(options.globalLimit)
    , m_global(options.globalLimit, options.globalPeriod)
{
}

void LocalLender::setProcesses(int processes)
{
    m_parts = std::max(1, processes);
    m_global.setLimit(partOf(m_limit, m_parts));
}

LocalLender::Loan LocalLender::lend(
    const Scheduler &scheduler, BucketId bucket, int wanted, TimePoint now)
{
    const auto own = scheduler.ownTokens(bucket, m_parts, now);
    Loan loan;
    while (loan.leases < std::min(wanted, own.leases) && m_global.isFree(now)) {
        m_global.take();
        ++loan.leases;
    }
    if (loan.leases == wanted)
        return loan;
    if (loan.leases < own.leases)
        loan.wait = {WaitReason::Global, m_global.nextFreeAt(now)};
    else
        loan.wait = {WaitReason::Bucket, own.more};
    return loan;
}

} // namespace Turnstile
