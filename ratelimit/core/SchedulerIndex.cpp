// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// How the scheduler finds, makes and forgets lanes and buckets, and what it tells about them.
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>

namespace Turnstile {

size_t BucketKey::toHash() const
{
    if (hash.isEmpty())
        return qHash(endpoint.provisionalBucket());
    return qHashMulti(0, hash, endpoint.majorResource(), endpoint.credential().fingerprint());
}

bool operator==(const BucketKey &a, const BucketKey &b)
{
    const Endpoint &left = a.endpoint;
    const Endpoint &right = b.endpoint;
    if (a.hash != b.hash || a.split != b.split)
        return false;
    if (a.hash.isEmpty())
        return left.provisionalBucket() == right.provisionalBucket();
    return left.isExemptFromGlobal() == right.isExemptFromGlobal()
        && left.majorResource() == right.majorResource() && left.credential() == right.credential()
        && (!a.split || left.route() == right.route());
}

BucketKey SchedulerPrivate::bucketKey(const QByteArray &hash, const Endpoint &endpoint) const
{
    const auto learnt = hashes.find(endpoint.route());
    return {hash, endpoint, learnt != hashes.end() && learnt->second.split};
}

BucketKey SchedulerPrivate::bucketKey(const Endpoint &endpoint) const
{
    const auto learnt = hashes.find(endpoint.route());
    if (learnt == hashes.end())
        return {{}, endpoint};
    return {learnt->second.hash, endpoint, learnt->second.split};
}

static size_t laneHash(const Endpoint &endpoint, const QByteArray &name)
{
    return name.isEmpty() ? endpoint.laneHash() : qHash(name, endpoint.laneHash());
}

// Sets lane where it is not folded.
inline std::optional<quint32> SchedulerPrivate::laneSlot(
    const Endpoint &endpoint, const QByteArray &name, Lane *&lane) const
{
    return laneIndex.find(laneHash(endpoint, name), [&](quint32 slot) {
        lane = lanes.at(slot);
        if (lane)
            return lane->endpoint == endpoint && areSame(lane->name, name);
        return name.isEmpty() && lanes.foldedAt(slot)->endpoint == endpoint;
    });
}

std::optional<quint32> SchedulerPrivate::knownLane(
    const Endpoint &endpoint, const QByteArray &name) const
{
    Lane *lane = nullptr;
    return laneSlot(endpoint, name, lane);
}

Lane *SchedulerPrivate::findLane(const Endpoint &endpoint, const QByteArray &name)
{
    Lane *lane = nullptr;
    const auto slot = laneSlot(endpoint, name, lane);
    if (!slot)
        return nullptr;
    return lane ? lane : unfold(lanes.foldedAt(*slot));
}

std::optional<quint32> SchedulerPrivate::bucketSlot(const BucketKey &key) const
{
    return bucketIndex.find(key.toHash(), [&](quint32 slot) {
        const BucketNode *bucket = buckets.at(slot);
        return bucket ? bucket->key == key : buckets.foldedAt(slot)->key() == key;
    });
}

BucketNode *SchedulerPrivate::findBucket(const BucketKey &key)
{
    const auto slot = bucketSlot(key);
    if (!slot)
        return nullptr;
    BucketNode *bucket = buckets.at(*slot);
    return bucket ? bucket : unfold(buckets.foldedAt(*slot))->bucket;
}

BucketNode *SchedulerPrivate::findBucket(const Endpoint &endpoint)
{
    return findBucket(bucketKey(endpoint));
}

BucketNode *SchedulerPrivate::findBucket(BucketId id)
{
    FoldedBucket *folded = buckets.findFolded(id);
    return folded ? unfold(folded)->bucket : buckets.find(id);
}

Lane *SchedulerPrivate::createLane(const Endpoint &endpoint, const QByteArray &name)
{
    Lane *lane = lanes.create(endpoint, name);
    laneIndex.insert(laneHash(endpoint, name), lane->id.slot());
    BucketNode *bucket = bucketFor(bucketKey(endpoint));
    recall(lane);
    if (lane->learnt)
        bucket->counter.hint(lane->learnt->limit);
    lane->bucket = bucket;
    bucket->lanes.append(lane);
    ++bucket->laneCount;
    m_idleBuckets.remove(bucket);
    lane->idleSince = now;
    idleLanesOf(lane).append(lane);
    return lane;
}

void SchedulerPrivate::recall(Lane *lane)
{
    const auto learnt = hashes.find(lane->endpoint.route());
    if (learnt == hashes.end())
        return;
    lane->learnt = &learnt->second;
    lane->learnt->usedAt = now;
}

BucketNode *SchedulerPrivate::bucketFor(const BucketKey &key)
{
    if (BucketNode *bucket = findBucket(key))
        return bucket;
    BucketNode *bucket = buckets.create(key, options.isShared);
    bucketIndex.insert(key.toHash(), bucket->id.slot());
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
    leaveIdle(lane);
    lane->idleSince = now;
    idleLanesOf(lane).append(lane);
}

void SchedulerPrivate::destroyLane(Lane *lane)
{
    BucketNode *bucket = lane->bucket;
    bucket->lanes.remove(lane);
    --bucket->laneCount;
    laneIndex.remove(laneHash(lane->endpoint, lane->name), lane->id.slot());
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
    bucketIndex.remove(bucket->key.toHash(), bucket->id.slot());
    buckets.destroy(bucket);
}

std::optional<Bucket> SchedulerPrivate::snapshot(const Endpoint &endpoint, TimePoint at) const
{
    const auto lane = knownLane(endpoint, {});
    if (!lane) {
        const auto slot = bucketSlot(bucketKey(endpoint));
        return slot ? std::optional(snapshotIn(*slot, at)) : std::nullopt;
    }
    const FoldedBucket *folded = lanes.foldedAt(*lane);
    return folded ? snapshot(unfolded(*folded), at) : snapshot(*lanes.at(*lane)->bucket, at);
}

Bucket SchedulerPrivate::snapshotIn(quint32 slot, TimePoint at) const
{
    const BucketNode *bucket = buckets.at(slot);
    return bucket ? snapshot(*bucket, at) : snapshot(unfolded(*buckets.foldedAt(slot)), at);
}

Bucket SchedulerPrivate::snapshot(const BucketNode &bucket, TimePoint at) const
{
    at = std::max(at, now);
    TokenCounter counter = bucket.counter;
    counter.roll(at);
    Bucket result;
    result.id = bucket.id;
    result.hash = bucket.key.hash;
    result.majorResource = bucket.maker.majorResource();
    result.state = stateOf(bucket, counter, at);
    result.exempt = bucket.exempt;
    result.limit = counter.limit();
    result.remaining = counter.remaining();
    result.resetAt = std::max(counter.resetAt(), counter.blockedUntil(at));
    if (!result.resetAt)
        result.resetAt = counter.nextChange(at); // of what was lost
    if (bucket.shared) {
        const bool isOver = bucket.shared->resetAt && *bucket.shared->resetAt <= at;
        result.limit = bucket.shared->limit;
        result.remaining = isOver ? result.limit : bucket.shared->remaining;
        result.resetAt = isOver ? std::nullopt : bucket.shared->resetAt;
    }
    result.window = counter.window();
    result.queued = bucket.queued;
    result.inFlight = bucket.inFlight;
    result.granted = bucket.granted;
    result.rateLimited = bucket.rateLimited;
    if (bucket.shownName.isNull())
        bucket.shownName = bucket.maker.name();
    result.name = bucket.shownName;
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
    if (bucket.onLease && bucket.queued > 0 && bucket.leases == 0
        && bucket.lent.reason != WaitReason::Lease)
        return bucket.lent.reason == WaitReason::Probe ? BucketState::Probing
            : bucket.lent.reason == WaitReason::Bucket || bucket.lent.reason == WaitReason::Turn
            ? BucketState::Exhausted
            : BucketState::GloballyLocked;
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
void SchedulerPrivate::guardChanged(bool guards)
{
    m_guardAnnounced = guards;
    lockChanged(WaitReason::InvalidRequests, invalid.nextAllowedAt(0, false, now).value_or(now));
}

std::span<const Event> SchedulerPrivate::takeEvents()
{
    begin(now);
    for (const BucketId id : m_changed.items()) {
        BucketNode *bucket = buckets.find(id);
        if (!bucket)
            continue;
        bucket->dirty = false;
        tell(Event::Type::BucketChanged).bucket = id;
    }
    m_changed.clear();
    m_taken = true;
    return m_events.items();
}

} // namespace Turnstile
