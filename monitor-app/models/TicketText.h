// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TicketLog.h"

/// \file
/// Tries of tickets in words.

namespace Turnstile::Monitor {

/// How it ended, or where it is: `completed 200`, `cancelled`, `queued`.
QString outcomeText(const TicketTry &held);

/// All that is known of a try, in a line: `#10482 POST /channels/…/messages · waited 3.1 s for the
/// bucket's window, then 84 ms on its way · completed 200`. Of one that waits the log does not know
/// what for; \a reason tells.
QString describe(const TicketTry &held, TimePoint now, WaitReason reason = WaitReason::None);

} // namespace Turnstile::Monitor
