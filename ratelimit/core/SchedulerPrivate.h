// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Buffer.h"
#include "ratelimit/core/GlobalLimit.h"
#include "ratelimit/core/HashIndex.h"
#include "ratelimit/core/InvalidRequestBudget.h"
#include "ratelimit/core/RoundTrips.h"
#include "ratelimit/core/Scheduler.h"
#include "ratelimit/core/SchedulerNodes.h"
#include "ratelimit/core/Slab.h"

#include <QtCore/QHash>

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace Turnstile {

inline bool isSuccess(const RatelimitHeaders &headers)
{
    return headers.status >= 200 && headers.status < 300;
}

/// Why a ticket is not granted, and what it would wait for or has waited for.
struct Refusal {
    TicketError::Code code = TicketError::Code::None;
    WaitReason reason = WaitReason::None;
};

/// The state and the steps of a Scheduler.
///
/// A lane that may be granted from is in its bucket's heap of ready lanes; a bucket that has ready
/// lanes and tokens is at a gate, ordered by whose turn it is. So pump() always finds the ticket
/// whose turn it is, and what cannot go costs nothing. Whatever changes a lane ends in
/// updateLane(), which keeps all of that true.
class SchedulerPrivate {
public:
    explicit SchedulerPrivate(const SchedulerOptions &schedulerOptions);
    ~SchedulerPrivate();
    Q_DISABLE_COPY_MOVE(SchedulerPrivate)

    // Every change begins here: time never goes back, and taken events are cleared.
    void begin(TimePoint at)
    {
        if (std::exchange(m_taken, false))
            m_events.clear();
        if (at < now)
            tellAnomaly(Anomaly::ClockJumped);
        else
            now = at;
    }

    // Tickets
    TicketId acquire(const Endpoint &endpoint, const TicketOptions &ticketOptions);
    bool passes(const TicketOptions &ticketOptions, const BucketNode *bucket) const;
    Refusal refusal(const Endpoint &endpoint, const TicketOptions &ticketOptions, const Lane *lane);
    Refusal refusalByWait(const Endpoint &endpoint, const TicketOptions &ticketOptions,
        std::optional<milliseconds> maxWait, bool full) const;
    TicketTimes *timesOf(Ticket *ticket)
    {
        if (!ticket->times)
            ticket->times = m_times.create(ticket);
        return ticket->times;
    }
    void enqueue(Ticket *ticket, Ticket *before); // null: at the end
    void dequeue(Ticket *ticket);
    void enter(Ticket *ticket, TicketState state, int status = 0, Refusal why = {});
    void endWaiting(Ticket *ticket, TicketState state, TicketError::Code error);
    void rejectWaiting(Lane *lane, TicketError::Code error);
    void answer(Ticket *ticket, const Response &response); // counts and learns; the ticket stays
    void finish(Ticket *ticket, const Response &response);
    void requeue(Ticket *ticket, int status, milliseconds wait);
    void forgetLate(Ticket *ticket);

    // Granting
    void pump()
    {
        if (m_deadlines.top())
            strikeDeadlines(now - std::chrono::nanoseconds(1)); // whose moment is now may still go
        if (m_atGates > 0)
            openGates();
        announceGuard();
    }
    void openGates();
    inline bool goesAtOnce(const Ticket &ticket);
    void grant(BucketNode *bucket);
    void grant(Ticket *ticket);
    void countInFlight(const Ticket &ticket, int change)
    {
        Lane *lane = ticket.lane;
        inFlight += change;
        poolOf(ticket)->inFlight += change;
        lane->inFlight += change;
        lane->bucket->inFlight += change;
        if (ticket.ordering == Ordering::Strict) {
            lane->strictInFlight += change;
            lane->bucket->strictInFlight += change;
        }
    }
    void updateLane(Lane *lane);
    void updateBucket(BucketNode *bucket);

    // Learning
    void learn(Lane *lane, const RatelimitHeaders &headers, const Ticket &ticket);
    void assignBucket(Lane *lane, const QByteArray &hash, std::optional<int> limit);
    LearntHash *learntOf(Lane *lane, const QByteArray &hash);
    void compareCounters(Lane *lane, TokenCounter::Counting counting);
    void moveLane(Lane *lane, BucketNode *target);
    void hold(Lane *lane, TimePoint until);
    void limited(Ticket *ticket, const RatelimitHeaders &headers);
    void judge(const Ticket &ticket, const RatelimitHeaders &headers);
    void tokenChanged(const Credential &credential);
    void refuse(const Lane &lane);
    bool isUnauthorized(const Endpoint &endpoint) const
    {
        return !m_refused.isEmpty() && isRefused(endpoint);
    }
    bool isRefused(const Endpoint &endpoint) const;
    bool isGone(const Endpoint &endpoint) const
    {
        return !m_gone.isEmpty() && isRemembered(endpoint);
    }
    bool isRemembered(const Endpoint &endpoint) const;

    // Answers to "why does it wait"
    std::vector<Wait> waits(const Ticket &ticket, TimePoint at) const;
    Estimate estimate(
        const Endpoint &endpoint, const TicketOptions &ticketOptions, TimePoint at) const;

    // Leases
    int grantable(const BucketNode &bucket) const;
    std::optional<Scheduler::LeaseNeed> leaseNeed(BucketId id) const;
    int lend(BucketId id, int leases);
    Scheduler::OwnTokens ownTokens(BucketId id, int parts, TimePoint at) const;
    void setLeaseWait(BucketId id, const Wait &wait);
    void setSharedNumbers(BucketId id, const Scheduler::SharedNumbers &numbers);
    bool learnHash(BucketId id, const QByteArray &hash);
    void learnSplit(const QByteArray &route, const QByteArray &hash);
    bool isSplit(const Lane &lane, const QByteArray &hash) const;
    QByteArray leaseName(const Lane &lane, const QByteArray &hash) const;
    static QByteArray holdName(const Lane &lane, LimitKind kind);
    void holdLanes(BucketId id, const QHash<QByteArray, TimePoint> &untilByName);
    void lockGlobally(TimePoint until);
    void lockEdge(TimePoint until);
    void needsChanged(); // of any bucket

    // Flow
    void setFlow(Flow to);
    void setFlow(BucketNode *bucket, Flow to);
    void setPool(PoolId id, int connections);
    void removePool(PoolId id);
    void shutdown();

    // Time
    void advance();
    void strikeDeadlines(TimePoint until);
    void timeOut(Ticket *ticket);
    std::optional<TimePoint> nextDeadline() const;
    void collectIdle();

    // What there is. Const functions find what is not folded, and slots; others unfold.
    inline std::optional<quint32> laneSlot(
        const Endpoint &endpoint, const QByteArray &name, Lane *&lane) const;
    std::optional<quint32> knownLane(const Endpoint &endpoint, const QByteArray &name) const;
    std::optional<quint32> bucketSlot(const BucketKey &key) const;
    Lane *findLane(const Endpoint &endpoint, const QByteArray &name);
    Lane *createLane(const Endpoint &endpoint, const QByteArray &name);
    void recall(Lane *lane); // what was learnt of its route
    BucketKey bucketKey(const Endpoint &endpoint) const;
    BucketKey bucketKey(const QByteArray &hash, const Endpoint &endpoint) const;
    BucketNode *findBucket(const BucketKey &key);
    BucketNode *findBucket(const Endpoint &endpoint);
    BucketNode *findBucket(BucketId id);
    BucketNode *bucketFor(const BucketKey &key);
    std::vector<LearntRoute> learntRoutes(TimePoint at) const;
    void restore(std::span<const LearntRoute> routes);
    void idleIfDone(Lane *lane);
    void destroyLane(Lane *lane);
    void destroyIfUnused(BucketNode *bucket);
    Bucket snapshot(const BucketNode &bucket, TimePoint at) const;
    std::optional<Bucket> snapshot(const Endpoint &endpoint, TimePoint at) const;
    Bucket snapshotIn(quint32 bucketSlot, TimePoint at) const;
    BucketState stateOf(const BucketNode &bucket, const TokenCounter &counter, TimePoint at) const;

    // Folding
    bool isFoldable(const Lane &lane) const;
    void foldOrLinger(Lane *lane);
    void fold(Lane *lane, const TokenCounter::Rest &counter);
    Lane *unfold(FoldedBucket *folded);
    void forget(FoldedBucket *folded);
    static BucketNode unfolded(const FoldedBucket &folded);
    int folded() const { return m_foldedBuckets.size(); }

    // Events
    Event &tell(Event::Type type)
    {
        Event &event = m_events.append();
        event = {};
        event.type = type;
        event.at = now;
        return event;
    }
    static void describe(Event &event, const Ticket &ticket)
    {
        event.state = ticket.state;
        event.attempt = ticket.attempt;
        event.ticket = ticket.id;
        if (ticket.lane) {
            event.lane = ticket.lane->id;
            event.bucket = ticket.lane->bucket->id;
        }
        event.askedAt = ticket.askedAt;
        event.grantedAt = ticket.grantedAt();
    }
    void changed(BucketNode *bucket)
    {
        if (!std::exchange(bucket->dirty, true))
            m_changed.append() = bucket->id;
    }
    void lockChanged(WaitReason reason, TimePoint until); // in the past: open
    void tellAnomaly(Anomaly anomaly, const Lane *lane = nullptr);
    std::span<const Event> takeEvents();

    static constexpr size_t maxHashes = 10'000; // more than any API has routes

    const SchedulerOptions options;
    TimePoint now;
    Flow flow = Flow::Open;
    bool isShutDown = false;
    GlobalLimit global;
    Scheduler::GlobalState sharedGlobal; // as those who count say
    InvalidRequestBudget invalid;
    RoundTrips roundTrips;
    TimePoint edgeUntil; // Cloudflare's block
    Slab<Ticket, TicketTag> tickets;
    FoldingSlab<Lane, FoldedBucket, &FoldedBucket::lane> lanes;
    FoldingSlab<BucketNode, FoldedBucket, &FoldedBucket::id> buckets;
    HashIndex laneIndex;
    HashIndex bucketIndex;
    std::unordered_map<QByteArray, LearntHash> hashes; // by route; lanes point at them
    int queued = 0;
    int inFlight = 0;
    int blindGlobalLimits = 0;

private:
    Pool *poolOf(const Ticket &ticket) const { return m_pools[ticket.pool].get(); }
    Pool *poolFor(PoolId id) const
    {
        Pool *none = m_pools.front().get();
        return m_poolIndex.isEmpty() ? none : m_poolIndex.value(id, none);
    }
    BucketNode *atGate(GateKind kind) const;
    TimePoint gatesOpenAt() const;
    void leaveGate(BucketNode *bucket)
    {
        if (Pool *pool = std::exchange(bucket->gate, nullptr)) {
            pool->gates[bucket->gateKind()].remove(bucket);
            --m_atGates;
        }
    }
    void destroy(Ticket *ticket)
    {
        Pool *pool = ticket->lane ? poolOf(*ticket) : nullptr;
        if (ticket->times)
            m_times.destroy(ticket->times);
        tickets.destroy(ticket);
        if (pool)
            --pool->tickets;
        if (pool && pool->isRemoved)
            destroyIfUnused(pool);
    }
    void destroyIfUnused(Pool *pool);
    using IdleLanes = IntrusiveList<Lane, &Lane::idle>;
    IdleLanes &idleLanesOf(const Lane *lane)
    {
        return lane->isExempt ? m_idleExemptLanes : lane->lingers ? m_lingeringLanes : m_idleLanes;
    }
    void leaveIdle(Lane *lane)
    {
        if (!IdleLanes::contains(lane))
            return;
        idleLanesOf(lane).remove(lane);
        lane->lingers = false;
    }
    void collectIdle(IdleLanes &list, milliseconds lifetime);
    void foldIdle();
    bool rests(const Lane &lane) const;
    void release(FoldedBucket *folded);
    void announceGuard()
    {
        if (const bool guards = !invalid.allows(0, false, now); guards != m_guardAnnounced)
            guardChanged(guards);
    }
    void guardChanged(bool guards);
    LimitKind kindOf(const RatelimitHeaders &headers) const;
    milliseconds waitOf(const RatelimitHeaders &headers, int &blindLimits) const;

    std::vector<std::unique_ptr<Pool>> m_pools; // the first: of tickets that name none; some null
    QHash<PoolId, Pool *> m_poolIndex;
    int m_atGates = 0; // buckets, of all pools
    IndexedHeap<BucketNode, &BucketNode::wakePosition, ByWakeAt> m_bucketWakes;
    IndexedHeap<Lane, &Lane::wakePosition, ByHeldUntil> m_laneWakes;
    IndexedHeap<TicketTimes, &TicketTimes::deadlinePosition, ByDeadline> m_deadlines;
    TicketQueue m_granted;  // oldest grant first
    TicketQueue m_timedOut; // the same, kept until a late answer may no longer come
    // Many buckets are asked for once in a while: they are not folded and unfolded each time. The
    // token of an interaction is used for a moment and never again.
    const milliseconds m_foldAfter{std::min(milliseconds(30'000), options.idleBucketLifetime)};
    const milliseconds m_exemptLifetime{std::min(milliseconds(60'000), options.idleBucketLifetime)};
    IdleLanes m_idleLanes; // longest idle first; in the next one half a minute hardly counts
    TimePoint m_nextFolding;
    IdleLanes m_lingeringLanes;  // the same, idle for long, that cannot be folded
    IdleLanes m_idleExemptLanes; // the same, of interactions, which never are
    NodePool<FoldedBucket> m_foldedBuckets;
    IntrusiveList<FoldedBucket, &FoldedBucket::idle> m_folded;  // longest idle first
    IntrusiveList<BucketNode, &BucketNode::idle> m_idleBuckets; // that no lane counts in
    TimePoint m_hashesCheckedAt;
    struct Refused {
        QByteArray lane;  // of the one request that was refused
        bool all = false; // another one was too
        TimePoint since;
    };
    QHash<QByteArray, Refused> m_refused;      // by credential
    QHash<QByteArray, TimePoint> m_tokenSince; // what tokenChanged() said, by credential
    QHash<QByteArray, TimePoint> m_gone;       // webhooks, and until when that is remembered
    int m_edgeBlocks = 0;                      // in a row
    bool m_lockAnnounced = false;
    bool m_edgeAnnounced = false;
    bool m_guardAnnounced = false;
    NodePool<TicketTimes> m_times;
    Buffer<Event> m_events;
    Buffer<BucketId> m_changed;
    bool m_taken = false;
};

} // namespace Turnstile
