// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/ServerStats.h"

#include <numeric>

namespace Turnstile {

quint64 ServerStats::limitedTotal() const
{
    return std::accumulate(limited.cbegin(), limited.cend(), quint64(0));
}

QDebug operator<<(QDebug debug, const Violation &violation)
{
    QDebugStateSaver saver(debug);
    debug.nospace().noquote() << violation.endpoint << ": " << violation.kind << ", "
                              << violation.tooEarly.count() << " ms too early";
    return debug;
}

} // namespace Turnstile
