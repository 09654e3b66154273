// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Response.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QMetaType>

#include <memory>
#include <optional>
#include <utility>

QT_BEGIN_NAMESPACE
class QNetworkReply;
class QNetworkRequest;
QT_END_NAMESPACE

namespace Turnstile {

class TicketGrant;

/// The permission to send one request, and the way to tell what came of it.
///
/// Copies are handles of the same grant. When the last copy goes and none was used, the ticket ends
/// as never sent and its tokens go back. Use exactly one of headers(), lost(), drop(), follow(),
/// stamp() and retry(); the first one counts. Usable in any thread; follow() in the reply's thread.
/// Rules: `docs/semantics.md`, "How a ticket can end".
class TURNSTILE_RATELIMIT_EXPORT TicketSender {
public:
    /// A sender without a grant: isValid() is false, and everything returns false.
    TicketSender();
    TicketSender(const TicketSender &);
    TicketSender(TicketSender &&) noexcept;
    TicketSender &operator=(const TicketSender &);
    TicketSender &operator=(TicketSender &&) noexcept;
    ~TicketSender();

    /// Whether it is of a grant, though its word may have been given.
    bool isValid() const;

    /// The request is on the wire. Optional, and not the end of the ticket: it lets a monitor tell
    /// waiting in the network manager from waiting for the server. Returns as headers() does.
    bool sent() const;

    /// Completes the ticket with the response's headers, or with none. Returns false when the
    /// ratelimiter no longer waits: it is gone, the ticket timed out, or a word was given before.
    bool headers(const std::optional<RatelimitHeaders> &headers) const;

    /// The request was sent, and no response came. Its tokens stay spent. Returns as headers()
    /// does.
    bool lost() const;

    /// The request was not sent after all; what dropping the last copy does. Returns as headers().
    bool drop() const;

    /// The ticket goes back to the head of its lane and becomes available again later, with the
    /// same id: after a 429 when its limit has passed, and never before \a wait is over, in which
    /// its lane is held. Returns as headers() does.
    bool retry(const Response &response, milliseconds wait = milliseconds(0)) const;

    /// Completes the ticket from \a reply, whatever happens to it: finished, failed, aborted or
    /// deleted. Reads headers only (for a 404 or 429 it peeks at the body), so the reply stays
    /// yours. Also right for a reply that has finished already. Call it in the reply's thread,
    /// before you read.
    ///
    /// The word is given as soon as the headers are final; only a 404 or 429 has to be there with
    /// its body. A reply that ends without a status counts as lost, or as unused where nothing can
    /// have been sent (no such host, connection refused). A reply from the manager's cache is
    /// unused, too; lost, if the server was asked whether it is still good.
    void follow(QNetworkReply *reply) const;

    /// Lets \a request carry the sender. With Ratelimiter::follow(manager), said once, the reply
    /// then completes the ticket; if the request is never sent, or the manager is deleted, the
    /// ticket still ends: as lost, for nobody can tell whether it was sent. Let go of your own
    /// copies of the sender and of the request.
    void stamp(QNetworkRequest &request) const;
    /// The sender that stamp() put into \a request; not valid if there is none.
    static TicketSender fromRequest(const QNetworkRequest &request);

    friend bool operator==(const TicketSender &a, const TicketSender &b) { return a.d == b.d; }

private:
    friend class TicketChannelState;
    explicit TicketSender(std::shared_ptr<TicketGrant> grant);
    std::shared_ptr<TicketGrant> d;
};

/// What \a reply says about rate limits: its status, headers and, for a 404 or 429, the body, at
/// which it peeks (64 KiB at most). For a reply that has its headers, in its thread. Dates are
/// read by this machine's wall clock where the server sends no `Date`.
TURNSTILE_RATELIMIT_EXPORT RatelimitHeaders headersOf(QNetworkReply *reply);
/// The same for an answer that was read already, of whatever HTTP client.
TURNSTILE_RATELIMIT_EXPORT RatelimitHeaders headersOf(
    int status, const QList<std::pair<QByteArray, QByteArray>> &headers, QByteArrayView body);

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::TicketSender)
