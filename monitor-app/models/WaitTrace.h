// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TicketLog.h"
#include "monitor-app/models/TokenTrace.h"

namespace Turnstile::Monitor {

/// How long tickets had waited when they were granted, from \a from until \a until in \a columns
/// equal parts; nothing where none was granted. The one that waits longest counts in the last part,
/// with what it has waited until then.
PlotColumns waitTrace(
    const std::deque<TicketTry> &tries, TimePoint from, TimePoint until, int columns);

} // namespace Turnstile::Monitor
