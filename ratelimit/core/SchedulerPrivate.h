// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/GlobalLimit.h"
#include "ratelimit/core/Scheduler.h"
#include "ratelimit/core/SchedulerNodes.h"
#include "ratelimit/core/Slab.h"

#include <QtCore/QHash>

namespace Turnstile {

/// The state and the steps of a Scheduler.
///
/// A lane that may be granted from is in its bucket's heap of ready lanes; a bucket that has ready
/// lanes and tokens is at a gate, ordered by its oldest ticket. So pump() always finds the oldest
/// ticket that may go, and what cannot go costs nothing. Whatever changes a lane ends in
/// updateLane(), which keeps all of that true.
class SchedulerPrivate {
public:
    explicit SchedulerPrivate(const SchedulerOptions &schedulerOptions);

    // Every change begins here: time never goes back, and taken events are cleared.
    void begin(TimePoint at);

    // Tickets
    TicketId acquire(const Endpoint &endpoint, const TicketOptions &options);
    void enqueue(Ticket *ticket, Ticket *before); // null: at the end
    void dequeue(Ticket *ticket);
    void enter(Ticket *ticket, TicketState state, int status = 0,
        TicketError::Code error = TicketError::Code::None);
    void endWaiting(Ticket *ticket, TicketState state, TicketError::Code error);
    void answer(Ticket *ticket, const Response &response); // counts and learns; the ticket stays
    void finish(Ticket *ticket, const Response &response);
    void requeue(Ticket *ticket);
    void forgetLate(Ticket *ticket);

    // Granting
    void pump();
    void grant(BucketNode *bucket);
    void updateLane(Lane *lane);
    void updateBucket(BucketNode *bucket);

    // Learning
    void learn(Lane *lane, const RatelimitHeaders &headers, const Ticket &ticket);
    void limited(Ticket *ticket, const RatelimitHeaders &headers);
    void assignBucket(Lane *lane, const QByteArray &hash, std::optional<int> limit);
    void moveLane(Lane *lane, BucketNode *target);

    // Time
    void advance();
    void timeOut(Ticket *ticket);
    std::optional<TimePoint> nextDeadline() const;
    void collectIdle();

    // What there is
    Lane *findLane(const Endpoint &endpoint) const;
    Lane *laneFor(const Endpoint &endpoint);
    static QByteArray bucketKey(const QByteArray &hash, const Endpoint &endpoint);
    BucketNode *bucketFor(const QByteArray &key, const Lane &lane);
    void idleIfDone(Lane *lane);
    void destroyLane(Lane *lane);
    void destroyIfUnused(BucketNode *bucket);
    Bucket snapshot(const BucketNode &bucket, TimePoint at) const;
    BucketState stateOf(const BucketNode &bucket, const TokenCounter &counter, TimePoint at) const;

    // Events
    Event event(Event::Type type, const Ticket &ticket) const;
    void changed(BucketNode *bucket);
    std::span<const Event> takeEvents();

    struct LaneKey {
        QByteArray key;
        size_t hash;
        friend bool operator==(const LaneKey &, const LaneKey &) = default;
        friend size_t qHash(const LaneKey &lane, size_t seed = 0) noexcept
        {
            return lane.hash ^ seed;
        }
    };
    struct LearntHash {
        QByteArray hash;
        std::optional<int> limit;
        TimePoint usedAt;
    };

    const SchedulerOptions options;
    TimePoint now;
    GlobalLimit global;
    Slab<Ticket, TicketTag> tickets;
    Slab<Lane, LaneTag> lanes;
    Slab<BucketNode, BucketTag> buckets;
    QHash<LaneKey, Lane *> laneIndex;
    QHash<QByteArray, BucketNode *> bucketIndex;
    QHash<QByteArray, LearntHash> hashes; // by route
    int queued = 0;
    int inFlight = 0;
    int blindGlobalLimits = 0;

private:
    using Gate = IndexedHeap<BucketNode, &BucketNode::gatePosition, ByOldestTicket>;
    Gate &gateOf(const BucketNode *bucket) { return bucket->exempt ? m_exemptGate : m_globalGate; }
    milliseconds waitOf(const RatelimitHeaders &headers, int &blindLimits) const;

    Gate m_globalGate;
    Gate m_exemptGate;
    IndexedHeap<BucketNode, &BucketNode::wakePosition, ByWakeAt> m_bucketWakes;
    IndexedHeap<Lane, &Lane::wakePosition, ByBlockedUntil> m_laneWakes;
    IndexedHeap<Ticket, &Ticket::deadlinePosition, ByDeadline> m_deadlines;
    TicketQueue m_granted;  // oldest grant first
    TicketQueue m_timedOut; // the same, kept until a late answer may no longer come
    IntrusiveList<Lane, &Lane::idle> m_idleLanes;               // longest idle first
    IntrusiveList<BucketNode, &BucketNode::idle> m_idleBuckets; // that no lane counts in
    TimePoint m_hashesCheckedAt;
    bool m_lockAnnounced = false;
    std::vector<Event> m_events;
    std::vector<BucketId> m_changed;
    bool m_taken = false;
};

} // namespace Turnstile
