// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/IndexedHeap.h"
#include "ratelimit/core/IntrusiveList.h"
#include "ratelimit/core/TokenCounter.h"

/// \file
/// What a Scheduler is made of: tickets queue in lanes, lanes count in buckets.

namespace Turnstile {

struct Lane;
struct BucketNode;

struct Ticket {
    explicit Ticket(TicketId ticketId)
        : id(ticketId)
    {
    }

    TicketId id;
    Lane *lane = nullptr;
    ListHook<Ticket> hook; // in its lane's queue, or in the list of those granted or timed out
    TimePoint askedAt;
    TimePoint grantedAt;
    TimePoint deadline = TimePoint::max();
    int deadlinePosition = -1;
    quint16 attempt = 0;
    TicketState state = TicketState::Queued;
    Ordering ordering = Ordering::Automatic;
};

using TicketQueue = IntrusiveList<Ticket, &Ticket::hook>;

/// A FIFO of tickets for one route, major resource and credential.
struct Lane {
    Lane(LaneId laneId, const Endpoint &of)
        : id(laneId)
        , endpoint(of)
    {
    }

    LaneId id;
    Endpoint endpoint;
    BucketNode *bucket = nullptr;
    TicketQueue queue;
    int queued = 0; // the length of the queue
    int inFlight = 0;
    int late = 0; // timed out, and an answer may still come
    int readyPosition = -1;
    int wakePosition = -1;
    TimePoint blockedUntil; // a sublimit or shared 429
    TimePoint idleSince;
    ListHook<Lane> inBucket;
    ListHook<Lane> idle;

    const Ticket *head() const { return queue.first(); }

    // Whether the requests of the ticket at the head go one after another.
    bool isSerial() const
    {
        if (endpoint.isInteractionCallback() || head()->ordering != Ordering::Automatic)
            return false;
        return endpoint.method() == Method::Post || endpoint.method() == Method::Patch;
    }
};

struct ByHeadTicket {
    static TicketId of(const Lane *lane) { return lane->head()->id; }
};
struct ByBlockedUntil {
    static TimePoint of(const Lane *lane) { return lane->blockedUntil; }
};
struct ByDeadline {
    static TimePoint of(const Ticket *ticket) { return ticket->deadline; }
};

using ReadyLanes = IndexedHeap<Lane, &Lane::readyPosition, ByHeadTicket>;

/// A counter, and the lanes that count in it.
struct BucketNode {
    BucketNode(BucketId bucketId, const QByteArray &bucketKey)
        : id(bucketId)
        , key(bucketKey)
    {
    }

    BucketId id;
    QByteArray key;  // in the scheduler's index
    QByteArray hash; // empty: provisional
    QByteArray majorResource;
    QString name;
    TokenCounter counter;
    IntrusiveList<Lane, &Lane::inBucket> lanes;
    ReadyLanes ready;
    int laneCount = 0;
    int queued = 0;
    int inFlight = 0;
    int gatePosition = -1;
    int wakePosition = -1;
    int blindLimits = 0; // 429s in a row that did not say how long to wait
    quint64 granted = 0;
    quint64 rateLimited = 0;
    TimePoint wakeAt;
    TimePoint idleSince;
    ListHook<BucketNode> idle;
    bool exempt = false; // from the global limit
    bool burst = false;  // interaction callbacks: no probe
    bool dirty = false;

    int available(TimePoint now) const
    {
        // As if nothing were in flight: a callback never waits for the answer to another one.
        const bool unprobed = burst && counter.knowledge() == TokenCounter::Knowledge::Unknown;
        return counter.available(unprobed ? 0 : inFlight, now);
    }
};

struct ByOldestTicket {
    static TicketId of(const BucketNode *bucket) { return ByHeadTicket::of(bucket->ready.top()); }
};
struct ByWakeAt {
    static TimePoint of(const BucketNode *bucket) { return bucket->wakeAt; }
};

} // namespace Turnstile
