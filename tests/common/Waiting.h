// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/Ratelimiter.h"

#include <QtCore/QPointer>

/// A consumer that keeps the sender of its ticket when it comes.
struct Waiting {
    Waiting(Turnstile::Ratelimiter &limiter, const Turnstile::Endpoint &endpoint,
        const Turnstile::TicketOptions &options = {})
        : Waiting(limiter.ticket(endpoint, options))
    {
    }
    explicit Waiting(Turnstile::TicketReceiver *ticket)
        : receiver(ticket)
    {
        using Turnstile::TicketReceiver;
        QObject::connect(receiver, &TicketReceiver::available, &context,
            [this](const Turnstile::TicketSender &granted) { sender = granted, ++grants; });
        QObject::connect(receiver, &TicketReceiver::failed, &context,
            [this](const Turnstile::TicketError &reason) { error = reason; });
    }

    QPointer<Turnstile::TicketReceiver> receiver;
    QObject context;
    Turnstile::TicketSender sender;
    Turnstile::TicketError error;
    int grants = 0;
};
