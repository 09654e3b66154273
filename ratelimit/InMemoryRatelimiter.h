// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/LearntRoutes.h"
#include "ratelimit/core/SchedulerOptions.h"
#include "ratelimit/core/Wait.h"
#include "ratelimit/Ratelimiter.h"
#include "ratelimit/SharedState.h"

#include <functional>
#include <memory>
#include <span>

namespace Turnstile {

class LeaseBroker;
class Scheduler;

class InMemoryRatelimiter;
class InMemoryRatelimiterPrivate;

/// The default ratelimiter: all state in this process. One per token.
///
/// A thin shell: a Scheduler decides, one precise timer wakes it, and everything that consumers say
/// in one turn of the event loop is handled in one event; a burst that takes longer than a few
/// milliseconds is handled in slices, so that the event loop goes on.
///
/// Lives in one thread, which needs an event loop. What is not said to be for any thread is for
/// that one. Rules: `docs/semantics.md`.
class TURNSTILE_RATELIMIT_EXPORT InMemoryRatelimiter : public Ratelimiter {
    Q_OBJECT
public:
    /// Begins with nothing known; restore() changes that. The options stay as they are.
    explicit InMemoryRatelimiter(const SchedulerOptions &options = {}, QObject *parent = nullptr);
    /// The same with the options of a Discord bot.
    explicit InMemoryRatelimiter(QObject *parent);
    /// Fails what waits, see Ratelimiter.
    ~InMemoryRatelimiter() override;

    /// As given, with times held between zero and a hundred years. From any thread.
    const SchedulerOptions &options() const;

    [[nodiscard]] TicketReceiver *ticket(
        const Endpoint &endpoint, const TicketOptions &options = {}) override;
    QFuture<std::optional<Bucket>> bucket(const Endpoint &endpoint) const override;
    QFuture<bool> has(const Endpoint &endpoint) const override;
    QFuture<bool> isGloballyLocked() const override;

    /// Pauses, drains or opens everything; from any thread.
    void setFlow(Flow flow);
    /// The same for the bucket of \a endpoint, as long as it is known; nothing happens where it is
    /// not. From any thread.
    void setFlow(const Endpoint &endpoint, Flow flow);
    /// The same for a bucket. The future says false when it is not known. From any thread.
    QFuture<bool> setFlow(BucketId bucket, Flow flow);
    /// Gives up a ticket that waits, as its receiver's end would. The future says false when it
    /// does not wait (any more). From any thread.
    QFuture<bool> cancel(TicketId ticket);
    void setPool(PoolId pool, int connections) override;
    void removePool(PoolId pool) override;
    void tokenChanged(const Credential &credential = {}) override;

    /// Why a ticket waits, as of now: every reason that holds, the one that ends last at the end;
    /// empty when it does not wait. From any thread.
    QFuture<std::vector<Wait>> waits(TicketId ticket) const;
    /// How long a ticket for \a endpoint would wait, were it asked for now. From any thread.
    QFuture<Estimate> estimate(const Endpoint &endpoint, const TicketOptions &options = {}) const;

    /// What was learnt of routes, to be restored at the next start: which of them share a bucket,
    /// and their limits. Tokens left are not a part of it. Write it with toJson(). In the
    /// ratelimiter's thread.
    std::vector<LearntRoute> learntRoutes() const;
    /// Takes what another process learnt, see Scheduler::restore(). Best before the first ticket.
    void restore(std::span<const LearntRoute> routes);

    /// All buckets, for a first look; in the ratelimiter's thread.
    std::vector<Bucket> buckets() const;
    /// Some of the buckets, when all at once would take too long.
    struct BucketPage {
        std::vector<Bucket> buckets; ///< in no special order
        std::optional<quint32> next; ///< where to go on from; nothing: these were the last
    };
    /// At most \a most buckets; begin \a from 0, and go on from BucketPage::next. What changes
    /// between two pages is told by signals.
    BucketPage buckets(quint32 from, int most) const;
    /// One bucket as it is now; nothing when it is not known (any more).
    std::optional<Bucket> bucket(BucketId id) const;
    /// Tickets that wait in \a bucket, at most \a most, the oldest first; where very many lanes
    /// share it, not of all.
    std::vector<TicketInfo> waiting(BucketId bucket, int most) const;
    /// Answers that count as invalid now, see SchedulerOptions::invalidLimit.
    int invalidRequests() const;

    /// How much of the global limit is used.
    struct GlobalUse {
        int limit = 0; ///< 0: none
        int used = 0;  ///< slots taken
        std::optional<milliseconds>
            nextFree; ///< until the next used slot frees by itself, if known
        std::optional<milliseconds>
            locked; ///< until a global 429's lock, or the edge's, opens, if there is one
    };
    /// The global limit now; in the ratelimiter's thread.
    GlobalUse globalUse() const;

    /// Where several processes share the limits (SchedulerOptions::isShared): which of them holds
    /// what, as it was told last; empty elsewhere. To ask says that somebody watches: for the next
    /// three seconds it is kept up to date, once a second, see sharedStateChanged(). In the
    /// ratelimiter's thread.
    SharedState sharedState() const;

Q_SIGNALS:
    /// \a bucket may have changed: who wants to know how asks for it. Comes whenever
    /// bucketChanged() does, and costs much less where many changes make one look.
    void bucketTouched(Turnstile::BucketId bucket);
    /// sharedState() is a new one.
    void sharedStateChanged();

protected:
    /// For ratelimiters that keep their queues here and have others count, on leases that
    /// \a broker gets. \a options says so: SchedulerOptions::isShared.
    InMemoryRatelimiter(
        const SchedulerOptions &options, std::unique_ptr<LeaseBroker> broker, QObject *parent);
    /// Runs \a step with the scheduler soon, in the ratelimiter's thread, and then tells what it
    /// led to. From any thread.
    void change(std::function<void(Scheduler &, TimePoint)> step);

    void connectNotify(const QMetaMethod &signal) override;
    void disconnectNotify(const QMetaMethod &signal) override;
    bool event(QEvent *event) override;

private:
    friend class InMemoryRatelimiterPrivate;
    std::unique_ptr<InMemoryRatelimiterPrivate> d;
};

} // namespace Turnstile
