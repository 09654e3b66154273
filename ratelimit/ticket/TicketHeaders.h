// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Response.h"
#include "ratelimit/ticket/TicketSender.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QFuture>

#include <functional>
#include <memory>
#include <optional>

namespace Turnstile {

class TicketChannelState;

/// The ratelimiter's end of a granted ticket: what its request's response said.
///
/// Move-only; usable in any thread. Destroying it means that the ratelimiter no longer waits:
/// TicketSender::headers() then returns false. A moved-from one is only good for being destroyed.
class TURNSTILE_RATELIMIT_EXPORT TicketHeaders {
public:
    /// What became of the grant.
    struct Outcome {
        Response response;    ///< answered with headers or none, lost, or unused (sender dropped)
        bool retry = false;   ///< the consumer wants the ticket granted again (a 429, a failure)
        milliseconds wait{0}; ///< of a retry: do not grant it before this is over
    };

    TicketHeaders(TicketHeaders &&) noexcept;
    TicketHeaders &operator=(TicketHeaders &&) noexcept;
    ~TicketHeaders();

    /// The response's headers; a value without headers when the consumer had none to tell. The
    /// future is cancelled when the sender was dropped without use or the request was lost.
    ///
    /// For a retry it carries the 429's headers; call TicketNotifier::available() again when the
    /// ticket may be tried once more.
    QFuture<std::optional<RatelimitHeaders>> future();

    /// Calls \a done once, in the thread that ends the grant, maybe from inside this call. Cheaper
    /// than future(), and tells all cases apart. Use one of the two.
    void whenDone(std::function<void(const Outcome &)> done);

    /// The same, but from the event loop of \a context, and not once that is gone: for ratelimiters
    /// whose tickets are used from several threads. May come after this has been destroyed.
    void whenDone(QObject *context, std::function<void(const Outcome &)> done);

    /// Calls \a sent once when the consumer says that the request is on the wire (if it ever does;
    /// always before the outcome), in the thread that says so, maybe from inside this call.
    void whenSent(std::function<void()> sent);

    /// Takes the grant back when nobody has got its sender yet, because nobody listens: the ticket
    /// fails, and nothing can have been sent. Returns false, and does nothing, when somebody has.
    bool withdraw();

    /// The ticket has timed out: TicketSender::headers() returns false from now on. What the
    /// consumer says all the same still comes to whenDone(), never as a retry, for as long as this
    /// exists.
    void stopWaiting();

    /// The sender that the consumer gets, for a signal of the ratelimiter's own. Not valid once its
    /// word is given. Do not keep it: as long as there is a copy, the ticket cannot be dropped.
    TicketSender sender() const;

private:
    friend class TicketNotifier;
    TicketHeaders(std::shared_ptr<TicketChannelState> state, int attempt);
    std::shared_ptr<TicketChannelState> m_state;
    int m_attempt = 0;
};

} // namespace Turnstile
