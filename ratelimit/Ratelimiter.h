// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Bucket.h"
#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/TicketOptions.h"
#include "ratelimit/ticket/TicketReceiver.h"
#include "ratelimit/TicketInfo.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QFuture>
#include <QtCore/QObject>

#include <chrono>
#include <functional>
#include <optional>

QT_BEGIN_NAMESPACE
class QNetworkAccessManager;
class QNetworkReply;
QT_END_NAMESPACE

namespace Turnstile {

/// Hands out tickets: the contract that bots use and that ratelimiters of one's own fulfil.
///
/// One of your own has these duties: each ticket is granted or rejected in the end, and one that
/// comes back for a retry is not granted before TicketHeaders::Outcome::wait is over, which also
/// holds what a 429 asked for; it need not read headers.
///
/// Ask for a ticket, wait until it is available, send the request, and hand back the response's
/// headers through the TicketSender, from which the ratelimiter learns the limits.
///
/// Lives in one thread, where its signals are emitted. ticket(), waitForTicket() and the queries
/// may be called from any thread. Destroying it fails every waiting ticket with a clear error
/// (TicketError::Code::RatelimiterGone), and cancels the futures of queries that are open; in its
/// own thread, when no other one is in a call. Rules: `docs/semantics.md`.
class TURNSTILE_RATELIMIT_EXPORT Ratelimiter : public QObject {
    Q_OBJECT
public:
    /// Lives in the calling thread, and belongs to \a parent as usual.
    explicit Ratelimiter(QObject *parent = nullptr);
    ~Ratelimiter() override;

    /// Asks for a ticket, from any thread. The receiver lives in the calling thread, which needs an
    /// event loop, and deletes itself when the ticket has ended; nothing is emitted before this
    /// returns. Deleting the receiver while the ticket waits cancels it. What is wrong with
    /// \a endpoint or \a options is told by TicketReceiver::failed().
    /// Somebody must take the ticket when it is available: until then it holds its place in the
    /// bucket. One that nobody has taken for `SchedulerOptions::responseTimeout` is withdrawn.
    [[nodiscard]] virtual TicketReceiver *ticket(
        const Endpoint &endpoint, const TicketOptions &options = {}) = 0;

    /// What is known of the bucket of \a endpoint; nothing when it was not used lately.
    virtual QFuture<std::optional<Bucket>> bucket(const Endpoint &endpoint) const = 0;
    /// Whether the bucket of \a endpoint is known.
    virtual QFuture<bool> has(const Endpoint &endpoint) const = 0;
    /// Whether a global 429, or a block of the edge (Cloudflare), holds everything now.
    virtual QFuture<bool> isGloballyLocked() const = 0;

    /// ticket() for those who prefer a future: it finishes with the sender, or is cancelled when
    /// the ticket fails. Cancelling the future does not cancel the ticket, and neither does letting
    /// go of it: the ticket is then granted in its turn, dropped, and its tokens go back. Who wants
    /// to give up a waiting ticket asks with ticket().
    [[nodiscard]] QFuture<TicketSender> waitForTicket(
        const Endpoint &endpoint, const TicketOptions &options = {});

    /// ticket() on a condition: it fails with TicketError::Code::PredicateFailed when \a predicate
    /// says no of the bucket. For work that can be left out when tokens are few; see
    /// TicketOptions::predicate.
    [[nodiscard]] TicketReceiver *ticketIf(const Endpoint &endpoint,
        std::function<bool(const std::optional<Bucket> &)> predicate, TicketOptions options = {});

    /// A new set of connections, at most \a connections of which are used at a time: of the tickets
    /// that name it (TicketOptions::pool), no more are in flight. The others wait where they are
    /// counted, instead of in a network manager that has no connection left for them. From any
    /// thread; see removePool().
    PoolId createPool(int connections);
    /// From now on, at most \a connections tickets of \a pool are in flight; zero stops them. From
    /// any thread. Ratelimiters that do not count connections need not do anything.
    virtual void setPool(PoolId pool, int connections);
    /// The pool is used no more; tickets that still name it wait for no connection. From any
    /// thread.
    virtual void removePool(PoolId pool);

    /// The token of \a credential is a new one: after a 401 of the old one, tickets fail until this
    /// is said. From any thread. Ratelimiters that do not judge tokens need not do anything.
    virtual void tokenChanged(const Credential &credential = {});

    /// Completes the tickets of all stamped requests (TicketSender::stamp()) of \a manager as their
    /// replies finish; other replies are left alone. Say it once, in the thread of \a manager,
    /// which may be any: the word finds its ratelimiter by itself.
    static void follow(QNetworkAccessManager *manager);

public Q_SLOTS:
    /// Completes the ticket of one finished stamped reply, as a slot for
    /// `QNetworkAccessManager::finished`. Only for managers of the ratelimiter's own thread: to
    /// another one the signal comes late, when the reply may be gone; it is then refused with a
    /// warning, and the ticket ends as lost.
    void replyFinished(QNetworkReply *reply);

Q_SIGNALS:
    /// A ticket entered a state.
    void ticketChanged(const Turnstile::TicketInfo &ticket);
    /// A ticket is available; the same sender goes to its receiver.
    void ticketAvailable(Turnstile::TicketId ticket, const Turnstile::TicketSender &sender);
    /// Numbers of a bucket changed.
    void bucketChanged(const Turnstile::Bucket &bucket);
    /// A bucket was idle and is forgotten; its id names nothing from now on.
    void bucketRemoved(Turnstile::BucketId bucket);
    /// A global 429 stops everything but exempt tickets, or the edge (Cloudflare) stops everything,
    /// for \a remaining; or, with \a locked false and zero \a remaining, that is over.
    void globalLockChanged(bool locked, std::chrono::milliseconds remaining);
    /// A 429 was seen. What it holds waits by itself; the consumer decides whether to retry().
    void rateLimited(const Turnstile::RateLimitHit &hit);
    /// One more answer counts as invalid (401, 403, a 429 that is not shared): \a count did in the
    /// last SchedulerOptions::invalidPeriod, and \a limit may; 0 is no limit. That old ones leave
    /// the period is not told. Discord bans an address at its limit; tickets wait before that.
    void invalidRequestsChanged(int count, int limit);
    /// The server, or a clock, did what it should not.
    void anomalySeen(const Turnstile::AnomalyInfo &anomaly);
};

} // namespace Turnstile
