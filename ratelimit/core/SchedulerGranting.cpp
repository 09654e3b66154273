// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Whose turn it is: lanes, buckets, pools of connections and the gates.
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>
#include <utility>

namespace Turnstile {

using namespace std::chrono_literals;

void SchedulerPrivate::openGates()
{
    if (flow == Flow::Paused || now < edgeUntil)
        return;
    for (const GateKind kind : {CallbackGate, ExemptGate, GlobalGate}) {
        while (BucketNode *bucket = atGate(kind)) {
            if (!invalid.allows(inFlight, kind == CallbackGate, now)
                || (kind == GlobalGate && !global.isFree(now)))
                break;
            grant(bucket);
        }
    }
}

// The bucket whose turn it is, of those that a connection is free for.
BucketNode *SchedulerPrivate::atGate(GateKind kind) const
{
    BucketNode *first = nullptr;
    for (const auto &pool : m_pools) {
        BucketNode *bucket = pool && pool->isFree() ? pool->gates[kind].top() : nullptr;
        if (bucket && (!first || ByOldestTicket::of(bucket) < ByOldestTicket::of(first)))
            first = bucket;
    }
    return first;
}

void SchedulerPrivate::destroyIfUnused(Pool *pool)
{
    if (pool->isRemoved && pool->tickets == 0)
        m_pools[pool->index].reset();
}

void SchedulerPrivate::setPool(PoolId id, int connections)
{
    if (id.isNull())
        return; // those that name none share nothing
    Pool *&pool = m_poolIndex[id];
    if (!pool) {
        const auto unused = std::find(m_pools.begin(), m_pools.end(), nullptr);
        const auto index = quint32(unused - m_pools.begin());
        auto &place = unused == m_pools.end() ? m_pools.emplace_back() : *unused;
        place = std::make_unique<Pool>();
        place->index = index;
        pool = place.get();
    }
    pool->most = std::max(0, connections);
}

void SchedulerPrivate::removePool(PoolId id)
{
    if (Pool *pool = m_poolIndex.take(id)) {
        pool->most = std::numeric_limits<int>::max();
        pool->isRemoved = true;
        destroyIfUnused(pool);
    }
}

// Lane and bucket stay at the top of their heaps meanwhile: nothing is compared with them before
// updateLane() has put them where they belong.
void SchedulerPrivate::grant(BucketNode *bucket)
{
    Lane *lane = bucket->ready.top();
    Ticket *ticket = lane->queue.first();
    dequeue(ticket);
    grant(ticket);
    updateLane(lane);
}

void SchedulerPrivate::grant(Ticket *ticket)
{
    Lane *lane = ticket->lane;
    BucketNode *bucket = lane->bucket;
    countInFlight(*ticket, 1);
    ++bucket->granted;
    bucket->leases -= bucket->onLease;
    if (!bucket->exempt)
        global.take();
    TicketTimes *times = timesOf(ticket);
    times->grantedAt = times->sentAt = now;
    lane->lastGranted = bucket->lastGranted = ticket->id;
    ++ticket->attempt;
    m_granted.append(ticket);
    enter(ticket, TicketState::Available);
}

void SchedulerPrivate::updateLane(Lane *lane)
{
    const bool waits = lane->head();
    const bool blocked = waits && now < lane->heldUntil();
    if (waits && !blocked && !(lane->inFlight > 0 && lane->isSerialFor(*lane->head())))
        lane->bucket->ready.update(lane);
    else
        lane->bucket->ready.remove(lane);
    if (blocked)
        m_laneWakes.update(lane);
    else
        m_laneWakes.remove(lane);
    updateBucket(lane->bucket);
}

void SchedulerPrivate::updateBucket(BucketNode *bucket)
{
    bucket->counter.roll(now);
    if (bucket->ready.isEmpty() || bucket->flow == Flow::Paused) {
        m_bucketWakes.remove(bucket);
        leaveGate(bucket);
        return;
    }
    const Ticket *turn = bucket->ready.top()->head();
    if (bucket->available(now) > 0 && !bucket->isHeldByOrder(turn->ordering)) {
        m_bucketWakes.remove(bucket);
        Pool *pool = poolOf(*turn);
        if (bucket->gate != pool) {
            leaveGate(bucket);
            ++m_atGates;
        }
        bucket->gate = pool;
        bucket->gate->gates[bucket->gateKind()].update(bucket);
        return;
    }
    leaveGate(bucket);
    bucket->wakeAt = bucket->onLease ? bucket->counter.blockedUntil(now).value_or(TimePoint::max())
                                     : bucket->counter.changesAt(now);
    if (bucket->wakeAt != TimePoint::max())
        m_bucketWakes.update(bucket);
    else
        m_bucketWakes.remove(bucket);
}

} // namespace Turnstile
