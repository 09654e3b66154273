// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/GlobalLimit.h"
#include "ratelimit/core/Scheduler.h"

namespace Turnstile {

/// Lends while Redis cannot be asked (FailurePolicy::LocalShare): of each limit the part that is
/// this process' own, by the numbers that it has heard itself.
///
/// It counts all that the process sends, also on leases of Redis, so that it knows what is on its
/// way when Redis goes, and when it goes again. Safe when all processes do so at once, as none uses
/// more than its part; what was on its way elsewhere at the beginning it does not know. Where there
/// are more processes than tokens in a window, each still uses one.
class LocalLender {
public:
    explicit LocalLender(const SchedulerOptions &options);
    /// Of how many processes it is one, from now on.
    void setProcesses(int processes);

    /// What was lent, and why not more.
    struct Loan {
        int leases = 0;
        Wait wait{WaitReason::None};
    };
    /// Lends up to \a wanted leases to \a bucket; the caller hands them to the scheduler.
    Loan lend(const Scheduler &scheduler, BucketId bucket, int wanted, TimePoint now);
    /// Redis lent one more.
    void taken() { m_global.take(); }
    /// A lease was not used.
    void giveBack() { m_global.giveBack(); }
    /// A request that was sent on one is over.
    void ended(TimePoint now) { m_global.answered(now); }

private:
    const int m_limit; // of all
    int m_parts = 1;
    GlobalLimit m_global;
};

} // namespace Turnstile
