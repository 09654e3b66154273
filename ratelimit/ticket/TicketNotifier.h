// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/TicketError.h"
#include "ratelimit/ticket/TicketHeaders.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <functional>
#include <memory>
#include <optional>

namespace Turnstile {

class TicketChannelState;

/// The ratelimiter's end of a waiting ticket. Move-only; usable in any thread, one at a time.
///
/// Destroying it while the consumer waits fails the ticket with TicketError::Code::RatelimiterGone,
/// so that nobody waits for ever. A moved-from one is only good for being destroyed.
class TURNSTILE_RATELIMIT_EXPORT TicketNotifier {
public:
    TicketNotifier(TicketNotifier &&) noexcept;
    TicketNotifier &operator=(TicketNotifier &&) noexcept;
    ~TicketNotifier();

    /// Says that the request may be sent. Nothing is returned when the consumer has gone: then the
    /// ticket is cancelled and nothing may be counted. May run the consumer's code before it
    /// returns, when the consumer lives in this thread and listens.
    ///
    /// Call it once; and once more after each outcome that is a retry. Otherwise it does nothing,
    /// and returns nothing.
    [[nodiscard]] std::optional<TicketHeaders> available();

    /// Whether the consumer has gone, or given up.
    bool isCancelled() const;

    /// Calls \a cancelled once when the consumer gives up while it waits, in the consumer's thread;
    /// from inside this call when that has happened already. A consumer that goes after the ticket
    /// was granted is told by the outcome instead; at a retry this is called after it.
    void whenCancelled(std::function<void()> cancelled);

    /// Fails the ticket with \a error if it waits: TicketReceiver::failed() is emitted, from the
    /// event loop of the consumer. Does nothing otherwise.
    void reject(const TicketError &error);

private:
    friend TURNSTILE_RATELIMIT_EXPORT struct TicketChannel channel(QObject *receiverParent);
    friend class InMemoryRatelimiter;
    explicit TicketNotifier(std::shared_ptr<TicketChannelState> state);

    // Keeps what functions given to this and to TicketHeaders use, as long as one may be called.
    // Before the first of them.
    void keep(std::shared_ptr<const void> context);

    std::shared_ptr<TicketChannelState> m_state;
};

} // namespace Turnstile
