// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/ticket/TicketNotifier.h"
#include "ratelimit/ticket/TicketReceiver.h"
#include "ratelimit/turnstile_ratelimit_export.h"

namespace Turnstile {

/// The two ends of a new ticket. A ratelimiter of one's own needs nothing but this and Ratelimiter:
/// it keeps the notifier and returns the receiver.
struct TicketChannel {
    TicketNotifier notifier;  ///< for the ratelimiter
    TicketReceiver *receiver; ///< for the consumer; lives in the calling thread
};

/// Makes a ticket's channel. The receiver is owned by \a receiverParent, which must live in the
/// calling thread, or by the caller; see TicketReceiver about its end.
TURNSTILE_RATELIMIT_EXPORT TicketChannel channel(QObject *receiverParent = nullptr);

} // namespace Turnstile
