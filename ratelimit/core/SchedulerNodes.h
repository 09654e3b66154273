// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/FoldingSlab.h"
#include "ratelimit/core/IndexedHeap.h"
#include "ratelimit/core/IntrusiveList.h"
#include "ratelimit/core/Scheduler.h"
#include "ratelimit/core/TokenCounter.h"
#include "ratelimit/core/Wait.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

/// \file
/// What a Scheduler is made of: tickets queue in lanes, lanes count in buckets.

namespace Turnstile {

struct Ticket;
struct Lane;
struct BucketNode;
struct Pool;

/// What else than its own numbers holds a bucket.
enum GateKind : quint8 { CallbackGate, ExemptGate, GlobalGate };
constexpr size_t gateKinds = 3;

/// How much time of waiting one level of priority is worth.
constexpr milliseconds agePerLevel = std::chrono::seconds(10);

/// Whose turn it is, smallest first. A ticket that waits rises by a level each agePerLevel, so two
/// tickets keep their order for as long as they wait and no key ever changes: a level is the same
/// as to have been asked for that much earlier.
struct Turn {
    TimePoint at;
    TicketId id;

    friend constexpr auto operator<=>(const Turn &, const Turn &) = default;
};

/// What only tickets have that were granted, or that have a deadline: not the many that wait.
struct TicketTimes {
    explicit TicketTimes(Ticket *of)
        : ticket(of)
    {
    }

    Ticket *ticket;
    TimePoint grantedAt;
    TimePoint sentAt;    // as the consumer said, else grantedAt
    TimePoint notBefore; // a retry that backs off
    TimePoint deadline = TimePoint::max();
    int deadlinePosition = -1;
};

struct Ticket {
    explicit Ticket(TicketId ticketId)
        : id(ticketId)
    {
    }

    TicketId id;
    Lane *lane = nullptr;
    TicketTimes *times = nullptr;
    ListHook<Ticket> hook; // in its lane's queue, or in the list of those granted or timed out
    TimePoint askedAt;
    quint32 pool = 0; // which of the scheduler's
    quint16 attempt = 0;
    TicketState state : 4 = TicketState::Queued;
    Ordering ordering : 4 = Ordering::Automatic;
    Priority priority = Priority::Normal;

    TimePoint grantedAt() const { return times ? times->grantedAt : TimePoint(); }
    TimePoint notBefore() const { return times ? times->notBefore : TimePoint(); }
    Turn turn() const { return {askedAt - int(priority) * agePerLevel, id}; }
};

/// What `==` says, without a call where both are empty.
inline bool areSame(const QByteArray &left, const QByteArray &right)
{
    return left.size() == right.size()
        && (left.isEmpty()
            || std::memcmp(left.constData(), right.constData(), size_t(left.size())) == 0);
}

using TicketQueue = IntrusiveList<Ticket, &Ticket::hook>;

/// What buckets of a route are called, for those of them that are folded.
struct HashName : QSharedData {
    HashName(const QByteArray &bucketHash, bool isSplit)
        : hash(bucketHash)
        , split(isSplit)
    {
    }

    const QByteArray hash;
    const bool split;
};
using HashNamePointer = QExplicitlySharedDataPointer<const HashName>;

/// What was learnt of a route.
struct LearntHash {
    QByteArray hash;
    std::optional<int> limit;
    TimePoint usedAt;
    bool split = false;        // this route counts apart from others with the hash
    TimePoint apartAt{};       // when it first seemed so; zero: it does not
    HashNamePointer name = {}; // as it was when a bucket was folded last

    void heard(std::optional<int> itsLimit, TimePoint now)
    {
        limit = itsLimit;
        usedAt = now;
    }
};

/// A FIFO of tickets for one route, major resource and credential, and the consumer's name for it.
struct Lane : Foldable {
    Lane(LaneId laneId, const Endpoint &of, const QByteArray &laneName)
        : id(laneId)
        , endpoint(of)
        , name(laneName)
        , isExempt(of.isExemptFromGlobal())
        , isOrdered(of.isOrdered())
    {
    }

    LaneId id;
    Endpoint endpoint;
    QByteArray name; // TicketOptions::lane
    BucketNode *bucket = nullptr;
    TicketQueue queue;
    int queued = 0; // the length of the queue
    int inFlight = 0;
    int strictInFlight = 0; // of these
    int late = 0;           // timed out, and an answer may still come
    int readyPosition = -1;
    int wakePosition = -1;
    TimePoint blockedUntil; // a sublimit or shared 429
    bool probes = false;    // after one, until an answer is none
    bool lingers = false;   // idle, and not to be folded
    TimePoint countedAt;    // when an answer last told a number
    TimePoint namedAt;      // when the request was granted whose answer named the bucket last
    TicketId lastGranted;
    TimePoint idleSince;
    mutable QString shownName; // made when somebody asks for it
    ListHook<Lane> inBucket;
    ListHook<Lane> idle;
    LearntHash *learnt = nullptr; // of its route, once looked up
    bool isExempt;                // as the endpoint says
    bool isOrdered;

    const Ticket *head() const { return queue.first(); }
    TimePoint heldUntil() const
    {
        return head() ? std::max(blockedUntil, head()->notBefore()) : blockedUntil;
    }

    // Whether the requests of such a ticket at the head go one after another.
    bool isSerialFor(const Ticket &ticket) const
    {
        return probes || (ticket.ordering == Ordering::Automatic && isOrdered);
    }
};

struct ByHeadTicket {
    static Turn of(const Lane *lane) { return lane->head()->turn(); }
};
struct ByHeldUntil {
    static TimePoint of(const Lane *lane) { return lane->heldUntil(); }
};
struct ByDeadline {
    static TimePoint of(const TicketTimes *times) { return times->deadline; }
};

using ReadyLanes = IndexedHeap<Lane, &Lane::readyPosition, ByHeadTicket>;

/// What buckets are told apart by: the server's hash in one place, and the route where it is split.
/// Without a hash, what the endpoint says. Exempt lanes never share a counter with others.
struct BucketKey {
    QByteArray hash; // empty: provisional
    Endpoint endpoint;
    bool split = false;

    size_t toHash() const;
    friend bool operator==(const BucketKey &a, const BucketKey &b);
};

/// A counter, and the lanes that count in it.
struct BucketNode : Foldable {
    BucketNode(BucketId bucketId, BucketKey bucketKey, bool isShared,
        const TokenCounter::Rest &rest = TokenCounter::Rest())
        : id(bucketId)
        , key(std::move(bucketKey))
        , maker(key.endpoint)
        , counter(rest)
        , exempt(maker.isExemptFromGlobal())
        , burst(maker.isInteractionCallback())
        , onLease(isShared && !exempt)
    {
    }

    BucketId id;
    BucketKey key;  // in the scheduler's index
    Endpoint maker; // after which it is called
    TokenCounter counter;
    IntrusiveList<Lane, &Lane::inBucket> lanes;
    ReadyLanes ready;
    int laneCount = 0;
    int queued = 0;
    int inFlight = 0;
    int strictInFlight = 0; // of these: Ordering::Strict
    int gatePosition = -1;
    Pool *gate = nullptr; // at whose gate it is: that of the ticket whose turn it is
    int wakePosition = -1;
    int blindLimits = 0; // 429s in a row that did not say how long to wait
    quint64 granted = 0;
    quint64 rateLimited = 0;
    TicketId lastGranted;
    TimePoint wakeAt;
    TimePoint idleSince;
    mutable QString shownName; // made when somebody asks for it
    ListHook<BucketNode> idle;
    Flow flow = Flow::Open;
    bool exempt;                                         // from the global limit
    bool burst;                                          // interaction callbacks: no probe
    bool onLease;                                        // others count
    int leases = 0;                                      // that no ticket has taken yet
    Wait lent{WaitReason::Lease};                        // why there are no more, as they say
    std::optional<Scheduler::SharedNumbers> shared = {}; // as they say, too
    bool vanished = false; // answers no longer carry headers, and that was told
    bool dirty = false;

    // Those that a token is kept for. A callback never waits for the answer to another one.
    int countedInFlight() const
    {
        const bool unprobed = burst && counter.knowledge() == TokenCounter::Knowledge::Unknown;
        return unprobed ? 0 : inFlight;
    }
    GateKind gateKind() const { return burst ? CallbackGate : exempt ? ExemptGate : GlobalGate; }
    int available(TimePoint now) const
    {
        if (onLease)
            return counter.isBlocked(now) ? 0 : leases;
        return counter.available(countedInFlight(), now);
    }
    // Whether a ticket of this ordering may not be in flight beside what is.
    bool isHeldByOrder(Ordering ordering) const
    {
        return strictInFlight > 0 || (ordering == Ordering::Strict && inFlight > 0);
    }
};

/// A lane and its bucket, which nothing else counts in, while nobody has asked for them for a
/// while. Many buckets are known, few are busy.
struct FoldedBucket : Foldable {
    TokenCounter::Rest counter;
    quint32 granted = 0;
    quint32 rateLimited = 0;
    BucketId id;
    LaneId lane;
    Endpoint endpoint;
    HashNamePointer name; // null: it has none yet
    TimePoint idleSince;
    ListHook<FoldedBucket> idle;

    BucketKey key() const
    {
        return name ? BucketKey{name->hash, endpoint, name->split} : BucketKey{{}, endpoint};
    }
};

struct ByOldestTicket {
    static Turn of(const BucketNode *bucket) { return ByHeadTicket::of(bucket->ready.top()); }
};

/// Connections that tickets share, and the buckets whose next ticket wants one of them.
struct Pool {
    using Gate = IndexedHeap<BucketNode, &BucketNode::gatePosition, ByOldestTicket>;

    int most = std::numeric_limits<int>::max();
    int inFlight = 0;
    int tickets = 0; // that name it
    bool isRemoved = false;
    quint32 index = 0; // of the scheduler's pools
    std::array<Gate, gateKinds> gates;

    bool isFree() const { return inFlight < most; }
};

struct ByWakeAt {
    static TimePoint of(const BucketNode *bucket) { return bucket->wakeAt; }
};

} // namespace Turnstile
