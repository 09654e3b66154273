// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/TicketOptions.h"
#include "ratelimit/http/RestVerdict.h"
#include "ratelimit/ticket/TicketReceiver.h"

#include <QtCore/QPointer>

#include <functional>

namespace Turnstile {

class Ratelimiter;

/// The ticket of a request, from asking on. For each grant one word is given. Whoever is told may
/// destroy this.
class RestTicket {
public:
    RestTicket() = default;
    ~RestTicket();
    Q_DISABLE_COPY_MOVE(RestTicket)

    /// Who is told what becomes of it.
    struct Listener {
        std::function<void()> granted;                   ///< maybe several times
        std::function<void(const TicketError &)> failed; ///< once, and nothing else then
        std::function<void()> outlived; ///< the limiter waits no longer, and no word was given
    };

    /// Asks for a new one, and gives up the one before if it waits. \a listener is called from the
    /// event loop, and not once \a context is gone.
    void ask(Ratelimiter *limiter, const Endpoint &endpoint, const TicketOptions &options,
        QObject *context, Listener listener);
    /// Gives it up, if it waits.
    void abandon();

    void tellSent() const;
    /// The request went like that: the end of the ticket. Does nothing when a word was given.
    void end(const RestOutcome &outcome);
    /// The same, but it shall be granted again. Returns false when it cannot be.
    bool retry(const RestOutcome &outcome, milliseconds wait);

private:
    QPointer<TicketReceiver> m_receiver;
    TicketSender m_sender; // as long as its word is not given
};

} // namespace Turnstile
