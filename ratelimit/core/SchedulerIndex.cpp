// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// How the scheduler finds, makes and forgets lanes and buckets, and what it tells about them.
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>

namespace Turnstile {

QByteArray SchedulerPrivate::bucketKey(const QByteArray &hash, const Endpoint &endpoint)
{
    // No part contains a line break; exempt lanes never share a counter with others.
    return hash + '\n' + endpoint.majorResource() + '\n' + endpoint.credential().fingerprint()
        + (endpoint.isExemptFromGlobal() ? "\n!" : "");
}

Lane *SchedulerPrivate::findLane(const Endpoint &endpoint) const
{
    return laneIndex.value({endpoint.lane(), endpoint.laneHash()});
}

Lane *SchedulerPrivate::laneFor(const Endpoint &endpoint)
{
    if (Lane *lane = findLane(endpoint))
        return lane;

    Lane *lane = lanes.create(endpoint);
    laneIndex.insert({endpoint.lane(), endpoint.laneHash()}, lane);
    const auto learnt = hashes.find(endpoint.route());
    BucketNode *bucket = nullptr;
    if (learnt != hashes.end()) {
        learnt->usedAt = now;
        bucket = bucketFor(bucketKey(learnt->hash, endpoint), *lane);
        bucket->hash = learnt->hash;
        bucket->counter.hint(learnt->limit);
    } else {
        bucket = bucketFor("?\n" + endpoint.provisionalBucket(), *lane);
    }
    lane->bucket = bucket;
    bucket->lanes.append(lane);
    ++bucket->laneCount;
    m_idleBuckets.remove(bucket);
    lane->idleSince = now;
    m_idleLanes.append(lane);
    return lane;
}

BucketNode *SchedulerPrivate::bucketFor(const QByteArray &key, const Lane &lane)
{
    if (BucketNode *bucket = bucketIndex.value(key))
        return bucket;
    BucketNode *bucket = buckets.create(key);
    bucket->majorResource = lane.endpoint.majorResource();
    bucket->name = lane.endpoint.name();
    bucket->exempt = lane.endpoint.isExemptFromGlobal();
    bucket->burst = lane.endpoint.isInteractionCallback();
    bucketIndex.insert(key, bucket);
    return bucket;
}

void SchedulerPrivate::idleIfDone(Lane *lane)
{
    if (lane->head() || lane->inFlight > 0 || lane->late > 0)
        return;
    m_idleLanes.remove(lane);
    lane->idleSince = now;
    m_idleLanes.append(lane);
}

void SchedulerPrivate::destroyLane(Lane *lane)
{
    BucketNode *bucket = lane->bucket;
    bucket->lanes.remove(lane);
    --bucket->laneCount;
    laneIndex.remove({lane->endpoint.lane(), lane->endpoint.laneHash()});
    lanes.destroy(lane);
    destroyIfUnused(bucket);
}

void SchedulerPrivate::destroyIfUnused(BucketNode *bucket)
{
    if (bucket->laneCount > 0)
        return;
    if (!bucket->counter.isAtRest(now)) {
        bucket->idleSince = now;
        m_idleBuckets.append(bucket);
        return;
    }
    Event removal;
    removal.type = Event::Type::BucketRemoved;
    removal.bucket = bucket->id;
    removal.at = now;
    m_events.push_back(removal);
    bucketIndex.remove(bucket->key);
    buckets.destroy(bucket);
}

Bucket SchedulerPrivate::snapshot(const BucketNode &bucket, TimePoint at) const
{
    at = std::max(at, now);
    TokenCounter counter = bucket.counter;
    counter.roll(at);
    Bucket result;
    result.id = bucket.id;
    result.hash = bucket.hash;
    result.majorResource = bucket.majorResource;
    result.state = stateOf(bucket, counter, at);
    result.exempt = bucket.exempt;
    result.limit = counter.limit();
    result.remaining = counter.remaining();
    result.resetAt = counter.nextChange(at);
    result.window = counter.window();
    result.queued = bucket.queued;
    result.inFlight = bucket.inFlight;
    result.granted = bucket.granted;
    result.rateLimited = bucket.rateLimited;
    result.name = bucket.name;
    result.lanes = bucket.laneCount;
    for (const Lane *lane = bucket.lanes.first(); lane; lane = bucket.lanes.next(lane)) {
        if (lane->blockedUntil > at && lane->head())
            result.resetAt =
                std::max(result.resetAt.value_or(lane->blockedUntil), lane->blockedUntil);
        if (const Ticket *head = lane->head())
            result.oldestAskedAt =
                std::min(result.oldestAskedAt.value_or(head->askedAt), head->askedAt);
    }
    return result;
}

BucketState SchedulerPrivate::stateOf(
    const BucketNode &bucket, const TokenCounter &counter, TimePoint at) const
{
    if (counter.knowledge() == TokenCounter::Knowledge::Unknown && bucket.inFlight > 0
        && !bucket.burst)
        return BucketState::Probing;
    if (counter.knowledge() != TokenCounter::Knowledge::Unknown
        && counter.available(bucket.inFlight, at) == 0 && !counter.isAtRest(at))
        return BucketState::Exhausted;
    for (const Lane *lane = bucket.lanes.first(); lane; lane = bucket.lanes.next(lane)) {
        if (lane->blockedUntil > at)
            return BucketState::RouteLimited;
    }
    if (Gate::contains(&bucket) && !bucket.exempt && !global.isFree(at))
        return BucketState::GloballyLocked;
    return bucket.queued > 0 || bucket.inFlight > 0 ? BucketState::Open : BucketState::Idle;
}

// Events

Event SchedulerPrivate::event(Event::Type type, const Ticket &ticket) const
{
    Event result;
    result.type = type;
    result.state = ticket.state;
    result.attempt = ticket.attempt;
    result.ticket = ticket.id;
    if (ticket.lane) {
        result.lane = ticket.lane->id;
        result.bucket = ticket.lane->bucket->id;
    }
    result.at = now;
    result.askedAt = ticket.askedAt;
    result.grantedAt = ticket.grantedAt;
    return result;
}

void SchedulerPrivate::changed(BucketNode *bucket)
{
    if (bucket->dirty)
        return;
    bucket->dirty = true;
    m_changed.push_back(bucket->id);
}

std::span<const Event> SchedulerPrivate::takeEvents()
{
    begin(now);
    for (const BucketId id : m_changed) {
        BucketNode *bucket = buckets.find(id);
        if (!bucket)
            continue;
        bucket->dirty = false;
        Event change;
        change.type = Event::Type::BucketChanged;
        change.bucket = id;
        change.at = now;
        m_events.push_back(change);
    }
    m_changed.clear();
    m_taken = true;
    return m_events;
}

} // namespace Turnstile
