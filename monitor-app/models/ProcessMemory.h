// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/SharedState.h"

namespace Turnstile::Monitor {

/// Remembers of the processes that share a token what is not told any more: when one that is silent
/// for long was heard of, and who is gone.
class ProcessMemory {
public:
    /// Takes what is told now, and completes it: of a process that was silent for so long that
    /// Redis does not know for how long any more.
    void take(SharedState &shared);
    /// Who held leases or waited, and was told no more within the last minute before \a now; who
    /// went last comes first.
    std::vector<SharedProcess> gone(TimePoint now) const;
    void clear() { *this = {}; }

private:
    struct Gone {
        SharedProcess process;
        TimePoint at;
    };

    SharedState m_told;
    std::vector<Gone> m_gone;
};

} // namespace Turnstile::Monitor
