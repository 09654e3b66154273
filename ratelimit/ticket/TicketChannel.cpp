// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketChannel.h"

#include "ratelimit/ticket/TicketChannelState.h"

namespace Turnstile {

TicketChannel channel(QObject *receiverParent)
{
    auto state = std::make_shared<TicketChannelState>();
    auto *receiver = new TicketReceiver(state, receiverParent);
    return {TicketNotifier(std::move(state)), receiver};
}

} // namespace Turnstile
