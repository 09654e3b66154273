// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Bucket.h"
#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/Event.h"
#include "ratelimit/core/LearntRoutes.h"
#include "ratelimit/core/Response.h"
#include "ratelimit/core/SchedulerOptions.h"
#include "ratelimit/core/TicketOptions.h"
#include "ratelimit/core/Wait.h"
#include "ratelimit/turnstile_core_export.h"

#include <QtCore/QHash>

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace Turnstile {

class SchedulerPrivate;

/// Decides which ticket may go when: all rules of the limiter, and nothing else.
///
/// A state machine without I/O: it has no clock, no timer, no event loop. Time goes in with every
/// call, effects come out of takeEvents(). Whoever drives it (InMemoryRatelimiter, the simulator, a
/// fuzzer) calls advance() no later than nextDeadline() and acts on the events.
///
/// Times that go back are taken as the latest time known. Not thread-safe: one thread at a time.
/// Nothing throws; what makes no sense (a stale id, an endpoint that is not valid) is refused, as
/// each call says. Rules: `docs/semantics.md`.
///
/// Cost: O(log n) per call at the worst, with n lanes of a bucket or buckets with work; never
/// proportional to what merely exists.
class TURNSTILE_CORE_EXPORT Scheduler {
public:
    /// Begins with nothing known. The first call sets the time.
    explicit Scheduler(const SchedulerOptions &options = {});
    Scheduler(Scheduler &&) noexcept;
    Scheduler &operator=(Scheduler &&) noexcept;
    ~Scheduler();

    /// As given, with times held between zero and a hundred years.
    const SchedulerOptions &options() const;

    /// Asks for a ticket at \a now, and returns its id, also where it is refused: it may be
    /// Available, or Rejected, in the events of this very call.
    TicketId acquire(const Endpoint &endpoint, const TicketOptions &options, TimePoint now);

    /// Gives up a ticket: while it waits it ends as Cancelled, when it was granted as Dropped, and
    /// when its request was sent as Lost.
    /// Returns false when the ticket has ended already.
    bool cancel(TicketId id, TimePoint now);

    /// The request of a granted ticket is on the wire. Returns false when the ticket is not
    /// granted.
    bool markSent(TicketId id, TimePoint now);

    /// Ends a granted ticket with what became of its request, and learns from the headers. A ticket
    /// that has timed out still teaches the bucket. Returns false when the scheduler no longer
    /// waits for it (ended, timed out, never granted).
    bool complete(TicketId id, const Response &response, TimePoint now);

    /// Learns as complete() does, then puts the ticket back at the head of its lane with the same
    /// id; after a 429 it waits for the limit, and never for less than \a wait, in which its lane
    /// is held. Returns false when the scheduler no longer waits for it.
    bool retry(TicketId id, const Response &response, TimePoint now, milliseconds wait = {});

    /// Of the tickets that name \a pool, at most \a connections are in flight from now on.
    void setPool(PoolId pool, int connections, TimePoint now);
    /// The pool is used no more: tickets that name it do not wait for a connection.
    void removePool(PoolId pool, TimePoint now);

    /// What a bucket wants of those who count for it. A value.
    struct LeaseNeed {
        QByteArray bucket; ///< what it is called, the same in all processes; no secret in it
        QByteArray route;  ///< of its first lane
        std::vector<QByteArray> otherRoutes; ///< of the next; not all where there are many
        /// While nothing is known of it: what was asked for when no answer had named it.
        std::vector<QByteArray> before;
        int leases = 0;   ///< more than it has; less than zero: so many more than it needs
        quint32 pool = 0; ///< the number of that of the ticket whose turn it is
        /// How many leases its pool can use soon: for connections that are free, and somewhat more.
        /// Nothing: as many as there are.
        std::optional<int> connections;
        int ahead = 0; ///< how many of those are more than there are connections
        /// Since when the ticket waits that is next in it, where a priority counts as time; and the
        /// ticket, since several may be asked for at once.
        std::pair<TimePoint, TicketId> oldest;
        /// What would hold those of its lanes that go again after a hold, one request at a time:
        /// see holdName().
        std::vector<QByteArray> probes;
    };
    /// Where SchedulerOptions::isShared: what \a bucket wants. It changes only with the bucket, so
    /// Event::Type::BucketChanged says when to ask. Nothing for buckets that are counted here, or
    /// not known.
    std::optional<LeaseNeed> leaseNeed(BucketId bucket) const;
    /// That many tickets of \a bucket may be granted, in their order; less than zero takes back
    /// what no ticket has taken. Returns how many were lent, or taken back.
    int lend(BucketId bucket, int leases, TimePoint now);
    /// What the numbers that this scheduler has heard itself would allow, when it may use one of so
    /// many parts of the limit: for whom those who count cannot be reached. Never less than one
    /// token in a window, so more processes than tokens are more than the limit.
    struct OwnTokens {
        int leases = 0;                ///< that could be lent to the bucket
        std::optional<TimePoint> more; ///< when there may be more; nothing: with the next answer
    };
    /// What that is for \a bucket, with one of \a parts.
    OwnTokens ownTokens(BucketId bucket, int parts, TimePoint now) const;
    /// What those who count know of a bucket; it is shown in place of what was heard here.
    struct SharedNumbers {
        std::optional<int> limit;         ///< of all processes together
        std::optional<int> remaining;     ///< the same
        std::optional<TimePoint> resetAt; ///< of the window that is open
    };
    /// From now on those are the numbers of \a bucket.
    void setSharedNumbers(BucketId bucket, const SharedNumbers &numbers, TimePoint now);
    /// The same of the global limit: so many slots are used, and when the next one is free.
    void setSharedGlobal(int used, std::optional<TimePoint> nextFreeAt, TimePoint now);
    /// Why \a bucket gets no more leases, for who asks what its tickets wait for.
    void setLeaseWait(BucketId bucket, const Wait &wait, TimePoint now);
    /// What other processes have heard: the route of \a bucket's lanes answers with \a hash.
    /// Nothing is done where the bucket has a name, and false returned.
    bool learnHash(BucketId bucket, const QByteArray &hash, TimePoint now);
    /// What another process has found out: what \a route counts, as long as it answers with
    /// \a hash, counts apart from the others with that. Its lanes move.
    void learnSplit(const QByteArray &route, const QByteArray &hash, TimePoint now);
    /// Whether that was learnt, here or from others, of the route of \a lane.
    bool isSplit(LaneId lane, const QByteArray &hash) const;
    /// How the bucket that an answer with \a hash names is called, for a request in \a lane; see
    /// LeaseNeed::bucket. Empty without a hash, and when \a lane is gone.
    QByteArray leaseName(LaneId lane, const QByteArray &hash) const;
    /// The route of \a lane; empty when it is gone.
    QByteArray route(LaneId lane) const;
    /// How all processes call what a 429 of \a kind (Sublimit or Shared) holds, when it comes for
    /// \a lane: that lane, or all of its endpoint. 32 digits, with no secret in them; empty when
    /// the lane is gone.
    QByteArray holdName(LaneId lane, LimitKind kind) const;
    /// Other processes met such 429s: in \a bucket, what they call so (see holdName()) is held
    /// until then, and afterwards probed by one request at a time.
    void holdLanes(BucketId bucket, const QHash<QByteArray, TimePoint> &untilByName, TimePoint now);
    /// Everything is held until \a until, as by a global 429: another process met one.
    void lockGlobally(TimePoint until, TimePoint now);
    /// The same as by the edge: exempt tickets are held too.
    void lockEdge(TimePoint until, TimePoint now);
    /// Those who count know of so many invalid answers, of this process and of others. Exempt
    /// tickets wait for that, too, until they say otherwise or the period is over.
    void setSharedInvalid(int count, TimePoint now);
    /// How long after sending a request counts at the latest; nothing where
    /// SchedulerOptions::compensate is not set, or not enough answers have come.
    std::optional<milliseconds> margin() const;

    /// Pauses, drains or opens everything.
    void setFlow(Flow flow, TimePoint now);
    /// What was last said of everything; Open at first.
    Flow flow() const;
    /// The same for one bucket. It stays while the bucket is known; a bucket that is not open is
    /// not forgotten. Returns false when \a bucket is not known.
    bool setFlow(BucketId bucket, Flow flow, TimePoint now);

    /// The ratelimiter goes away: what waits is Rejected, and so is all that is asked for later.
    void shutdown(TimePoint now);

    /// The token of \a credential is a new one: a 401 of the old one no longer counts.
    void tokenChanged(const Credential &credential, TimePoint now);

    /// What was learnt of routes, for restore() in another process.
    std::vector<LearntRoute> learntRoutes(TimePoint now) const;
    /// Takes what another scheduler learnt. What is known here already stays; what was not
    /// used for SchedulerOptions::hashLifetime, or is one of more than 10 000, is left out.
    void restore(std::span<const LearntRoute> routes, TimePoint now);

    /// Lets time pass: windows end, locks open, deadlines and timeouts strike.
    void advance(TimePoint now);
    /// When advance() has work next; nothing when it never has.
    std::optional<TimePoint> nextDeadline() const;

    /// Forgets what is idle, as advance() does by itself in time.
    void collectIdle(TimePoint now);

    /// What happened since the last call, in order. Valid until the next call of a non-const
    /// method.
    std::span<const Event> takeEvents();

    /// The bucket that a ticket for \a endpoint would count in; nothing when none is known.
    std::optional<Bucket> bucket(const Endpoint &endpoint, TimePoint now) const;
    /// The bucket named \a id; nothing when it is not known (any more).
    std::optional<Bucket> bucket(BucketId id, TimePoint now) const;
    /// All buckets, in no special order. Takes as long as there are many: see BucketPage.
    std::vector<Bucket> buckets(TimePoint now) const;

    /// Some of the buckets, when all at once would take too long.
    struct BucketPage {
        std::vector<Bucket> buckets; ///< in no special order
        std::optional<quint32> next; ///< where to go on from; nothing: these were the last
    };
    /// At most \a most buckets; begin \a from 0, and go on from BucketPage::next. A bucket that is
    /// known all the time from the first page to the last is in one of them.
    BucketPage buckets(TimePoint now, quint32 from, int most) const;

    /// The tickets that wait in bucket \a id, as they entered the queue: at most \a most, the
    /// oldest first; of the first 64 lanes that share the bucket.
    std::vector<Event> waiting(BucketId id, int most) const;
    /// Whether ticket \a id waits to be granted.
    bool isWaiting(TicketId id) const;

    /// Why \a ticket waits at \a now: every reason that holds, the one that ends last at the end.
    /// Empty when it does not wait.
    std::vector<Wait> waits(TicketId ticket, TimePoint now) const;
    /// When a ticket for \a endpoint could be granted, were it asked for at \a now. As far as is
    /// known: other limits, other processes and slow answers make it later.
    Estimate estimate(const Endpoint &endpoint, const TicketOptions &options, TimePoint now) const;

    /// The name (Endpoint::name()) of a lane; empty when it is gone.
    QString laneName(LaneId id) const;

    /// Whether a global 429, or the edge, holds everything.
    bool isGloballyLocked(TimePoint now) const;

    /// Answers of the last SchedulerOptions::invalidPeriod that count as invalid; where
    /// SchedulerOptions::isShared, those of others too, as far as is known.
    int invalidRequests(TimePoint now) const;

    /// The global limit at \a now.
    struct GlobalState {
        int limit = 0;                       ///< 0: none
        int used = 0;                        ///< slots taken
        std::optional<TimePoint> nextFreeAt; ///< when the next used slot frees by itself, if known
        std::optional<TimePoint>
            lockedUntil; ///< a global 429, or the edge, holds everything until then
    };
    /// How much of the global limit is used.
    GlobalState globalState(TimePoint now) const;

    /// How much is held: all zero when all is over and collected.
    struct Size {
        int buckets = 0;  ///< that are known
        int folded = 0;   ///< of these: idle for long, and kept in little memory
        int lanes = 0;    ///< queues, waiting or not
        int hashes = 0;   ///< learnt for routes
        int queued = 0;   ///< tickets that wait
        int inFlight = 0; ///< tickets granted and not yet ended
    };
    /// How much is held now.
    Size size() const;

private:
    std::unique_ptr<SchedulerPrivate> d;
};

} // namespace Turnstile
