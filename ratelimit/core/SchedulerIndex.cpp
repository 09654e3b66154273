// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// How the scheduler finds, makes and forgets lanes and buckets, and what it tells about them.
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>

namespace Turnstile {

QByteArray SchedulerPrivate::bucketKey(const QByteArray &hash, const Endpoint &endpoint) const
{
    // No part contains a line break; exempt lanes never share a counter with others.
    QByteArray key = hash + '\n' + endpoint.majorResource() + '\n'
        + endpoint.credential().fingerprint() + (endpoint.isExemptFromGlobal() ? "\n!" : "");
    const auto learnt = hashes.find(endpoint.route());
    if (learnt != hashes.end() && learnt->second.split)
        key += '\n' + endpoint.route();
    return key;
}

QByteArray SchedulerPrivate::bucketKey(const Endpoint &endpoint) const
{
    const auto learnt = hashes.find(endpoint.route());
    return learnt == hashes.end() ? "?\n" + endpoint.provisionalBucket()
                                  : bucketKey(learnt->second.hash, endpoint);
}

SchedulerPrivate::LaneKey SchedulerPrivate::laneKey(
    const Endpoint &endpoint, const QByteArray &name)
{
    if (name.isEmpty())
        return {endpoint.lane(), endpoint.laneHash()};
    const QByteArray key = endpoint.lane() + '\n' + name;
    return {key, qHash(key)};
}

Lane *SchedulerPrivate::findLane(const Endpoint &endpoint, const QByteArray &name) const
{
    return laneIndex.value(laneKey(endpoint, name));
}

BucketNode *SchedulerPrivate::findBucket(const Endpoint &endpoint, const QByteArray &name) const
{
    if (const Lane *lane = findLane(endpoint, name))
        return lane->bucket;
    return bucketIndex.value(bucketKey(endpoint));
}

Lane *SchedulerPrivate::createLane(const Endpoint &endpoint, const QByteArray &name)
{
    Lane *lane = lanes.create(endpoint, name);
    laneIndex.insert(laneKey(endpoint, name), lane);
    BucketNode *bucket = bucketFor(bucketKey(endpoint), *lane);
    const auto learnt = hashes.find(endpoint.route());
    if (learnt != hashes.end()) {
        lane->learnt = &learnt->second;
        lane->learnt->usedAt = now;
        bucket->hash = lane->learnt->hash;
        bucket->counter.hint(lane->learnt->limit);
    }
    lane->bucket = bucket;
    bucket->lanes.append(lane);
    ++bucket->laneCount;
    m_idleBuckets.remove(bucket);
    lane->idleSince = now;
    idleLanesOf(lane).append(lane);
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

std::vector<LearntRoute> SchedulerPrivate::learntRoutes(TimePoint at) const
{
    std::vector<LearntRoute> result;
    result.reserve(hashes.size());
    for (const auto &[route, learnt] : hashes)
        result.push_back({route, learnt.hash, learnt.limit, learnt.split,
            std::chrono::floor<milliseconds>(at - learnt.usedAt)});
    std::sort(result.begin(), result.end(),
        [](const LearntRoute &left, const LearntRoute &right) { return left.route < right.route; });
    return result;
}

void SchedulerPrivate::restore(std::span<const LearntRoute> routes)
{
    for (const LearntRoute &learnt : routes) {
        if (learnt.unusedFor < options.hashLifetime && hashes.size() < maxHashes)
            hashes.try_emplace(learnt.route,
                LearntHash{learnt.hash, learnt.limit, now - learnt.unusedFor, learnt.split});
    }
}

void SchedulerPrivate::idleIfDone(Lane *lane)
{
    if (lane->head() || lane->inFlight > 0 || lane->late > 0)
        return;
    IdleLanes &list = idleLanesOf(lane);
    list.remove(lane);
    lane->idleSince = now;
    list.append(lane);
}

void SchedulerPrivate::destroyLane(Lane *lane)
{
    BucketNode *bucket = lane->bucket;
    bucket->lanes.remove(lane);
    --bucket->laneCount;
    laneIndex.remove(laneKey(lane->endpoint, lane->name));
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
    tell(Event::Type::BucketRemoved).bucket = bucket->id;
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
    result.resetAt = std::max(counter.resetAt(), counter.blockedUntil(at));
    if (!result.resetAt)
        result.resetAt = counter.nextChange(at); // of what was lost
    result.window = counter.window();
    result.queued = bucket.queued;
    result.inFlight = bucket.inFlight;
    result.granted = bucket.granted;
    result.rateLimited = bucket.rateLimited;
    result.name = bucket.name;
    result.lanes = bucket.laneCount;
    const Ticket *oldest = nullptr;
    TimePoint routesOpenAt;
    for (const Lane *lane = bucket.lanes.first(); lane; lane = bucket.lanes.next(lane)) {
        routesOpenAt = std::max(routesOpenAt, lane->blockedUntil);
        if (lane->head() && (!oldest || lane->head()->askedAt < oldest->askedAt))
            oldest = lane->head();
    }
    if (result.state == BucketState::RouteLimited)
        result.resetAt = routesOpenAt;
    if (oldest) {
        result.oldestAskedAt = oldest->askedAt;
        if (const auto reasons = waits(*oldest, at); !reasons.empty())
            result.wait = reasons.back();
    }
    return result;
}

BucketState SchedulerPrivate::stateOf(
    const BucketNode &bucket, const TokenCounter &counter, TimePoint at) const
{
    if (flow == Flow::Paused || bucket.flow == Flow::Paused)
        return BucketState::Paused;
    if (counter.knowledge() == TokenCounter::Knowledge::Unknown && bucket.inFlight > 0
        && !bucket.burst)
        return BucketState::Probing;
    if (counter.knowledge() != TokenCounter::Knowledge::Unknown
        && counter.available(bucket.countedInFlight(), at) == 0
        && (bucket.queued > 0 || !counter.isAtRest(at)))
        return BucketState::Exhausted;
    for (const Lane *lane = bucket.lanes.first(); lane; lane = bucket.lanes.next(lane)) {
        if (lane->blockedUntil > at)
            return BucketState::RouteLimited;
    }
    if (bucket.gate && (at < edgeUntil || (!bucket.exempt && !global.isFree(at))))
        return BucketState::GloballyLocked;
    return bucket.queued > 0 || bucket.inFlight > 0 ? BucketState::Open : BucketState::Idle;
}

// Events

Event &SchedulerPrivate::tell(Event::Type type)
{
    Event &event = m_events.emplace_back();
    event.type = type;
    event.at = now;
    return event;
}

void SchedulerPrivate::describe(Event &event, const Ticket &ticket)
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

void SchedulerPrivate::changed(BucketNode *bucket)
{
    if (bucket->dirty)
        return;
    bucket->dirty = true;
    m_changed.push_back(bucket->id);
}

void SchedulerPrivate::lockChanged(WaitReason reason, TimePoint until)
{
    Event &change = tell(Event::Type::LockChanged);
    change.reason = reason;
    change.wait = std::chrono::ceil<milliseconds>(std::max(until, now) - now);
}

void SchedulerPrivate::tellAnomaly(Anomaly anomaly, const Lane *lane)
{
    Event &seen = tell(Event::Type::AnomalySeen);
    seen.anomaly = anomaly;
    if (lane) {
        seen.lane = lane->id;
        seen.bucket = lane->bucket->id;
    }
}

// The guard holds by what was counted; that it may hold a moment longer for what is in flight is
// not worth a word.
void SchedulerPrivate::announceGuard()
{
    const bool guards = !invalid.allows(0, false, now);
    if (guards == m_guardAnnounced)
        return;
    m_guardAnnounced = guards;
    lockChanged(WaitReason::InvalidRequests, invalid.nextAllowedAt(0, false, now).value_or(now));
}

std::span<const Event> SchedulerPrivate::takeEvents()
{
    begin(now);
    for (const BucketId id : m_changed) {
        BucketNode *bucket = buckets.find(id);
        if (!bucket)
            continue;
        bucket->dirty = false;
        tell(Event::Type::BucketChanged).bucket = id;
    }
    m_changed.clear();
    m_taken = true;
    return m_events;
}

} // namespace Turnstile
