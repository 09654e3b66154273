// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/TicketError.h"
#include "ratelimit/ticket/TicketSender.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QFuture>
#include <QtCore/QObject>

#include <memory>

namespace Turnstile {

class TicketChannelState;

/// The consumer's end of a ticket: says when the request may be sent.
///
/// Lives in the thread that asked, and is for that thread only. Deleting it while the ticket waits
/// cancels the ticket; deleting it later changes nothing. It deletes itself (`deleteLater`) once
/// the ticket has ended, unless setAutoDelete(false) was called; keep a QPointer if you keep it at
/// all.
///
/// available() is not emitted before somebody listens: a ticket that is available before a slot is
/// connected, or future() called, is delivered from the event loop after that. Until then cancel()
/// and deleting the receiver still give it back unused. failed() does not wait for listeners.
///
/// Where very many come at a time from a ratelimiter of another thread, they are told in several
/// turns of the event loop, in order.
class TURNSTILE_RATELIMIT_EXPORT TicketReceiver : public QObject {
    Q_OBJECT
public:
    ~TicketReceiver() override;

    /// Finishes with the sender when the ticket is available; is cancelled when it never will be
    /// (error() says why). After a retry ask for a new one. Cancelling the future cancels nothing:
    /// use cancel(). A QFuture keeps its result: drop the future when you have the sender, or the
    /// sender cannot be dropped.
    QFuture<TicketSender> future();

    /// Gives up the ticket while it waits; failed() follows, from the event loop. Does nothing
    /// later.
    void cancel();

    /// Why the ticket was not granted; code None while it may still be.
    TicketError error() const;

    /// Whether it deletes itself once the ticket has ended; yes, if not said.
    bool autoDelete() const;
    /// Leaves the end of the receiver to its owner, with \a on false.
    void setAutoDelete(bool on);

Q_SIGNALS:
    /// The request may be sent now. Emitted once, and once more after each TicketSender::retry().
    void available(const Turnstile::TicketSender &sender);
    /// The ticket will not be granted. Emitted at most once, always from the event loop, and then
    /// nothing else is.
    void failed(const Turnstile::TicketError &error);

protected:
    void connectNotify(const QMetaMethod &signal) override;
    bool event(QEvent *event) override;

private:
    friend class TicketChannelState;
    friend TURNSTILE_RATELIMIT_EXPORT struct TicketChannel channel(QObject *receiverParent);
    TicketReceiver(std::shared_ptr<TicketChannelState> state, QObject *parent);
    std::shared_ptr<TicketChannelState> m_state;
};

} // namespace Turnstile
