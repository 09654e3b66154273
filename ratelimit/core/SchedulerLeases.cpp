// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Where others count: what is wanted of them, and what they give.
#include "ratelimit/core/SchedulerPrivate.h"

#include <QtCore/QCryptographicHash>

#include <algorithm>
#include <limits>
#include <utility>

namespace Turnstile {

// Of one bucket at a time; there is another time.
static constexpr int mostWanted = 100;
static constexpr int mostLanes = 64;
static constexpr size_t mostRoutes = 8;

// The name of a bucket before an answer has named it; others begin with a hash, which is not empty.
static QByteArray firstNameOf(const Endpoint &endpoint)
{
    return "#p#" + endpoint.provisionalBucket();
}

// The name of a bucket for all processes: what its key compares.
static QByteArray nameOf(const BucketKey &key)
{
    const Endpoint &endpoint = key.endpoint;
    if (key.hash.isEmpty())
        return firstNameOf(endpoint);
    QByteArray name =
        key.hash + '#' + endpoint.majorResource() + '#' + endpoint.credential().fingerprint();
    if (key.split)
        name += '#' + endpoint.route();
    return name;
}

// How many tickets could go, had the bucket all the leases it wants.
int SchedulerPrivate::grantable(const BucketNode &bucket) const
{
    if (bucket.ready.isEmpty() || flow == Flow::Paused || bucket.flow == Flow::Paused
        || now < edgeUntil || bucket.counter.isBlocked(now) || global.isLocked(now))
        return 0;
    if (const Ordering ordering = bucket.ready.top()->head()->ordering;
        ordering == Ordering::Strict || bucket.isHeldByOrder(ordering))
        return bucket.isHeldByOrder(ordering) ? 0 : 1;
    int result = 0;
    for (const Lane *lane : bucket.ready.nodes()) {
        result += lane->isSerialFor(*lane->head()) ? 1 : lane->queued;
        if (result >= mostWanted)
            return mostWanted;
    }
    return result;
}

std::optional<Scheduler::LeaseNeed> SchedulerPrivate::leaseNeed(BucketId id) const
{
    const BucketNode *bucket = buckets.find(id);
    if (!bucket || !bucket->onLease)
        return {};
    Scheduler::LeaseNeed need;
    need.bucket = nameOf(bucket->key);
    need.route = (bucket->lanes.first() ? bucket->lanes.first()->endpoint : bucket->maker).route();
    need.leases = grantable(*bucket) - bucket->leases;
    if (const Lane *turn = bucket->ready.isEmpty() ? nullptr : bucket->ready.top()) {
        need.oldest = {turn->head()->turn().at, turn->head()->turn().id};
        const Pool &pool = *poolOf(*turn->head());
        need.pool = pool.index;
        if (pool.most != std::numeric_limits<int>::max()) {
            need.ahead = (pool.most + 1) / 2; // while Redis is asked
            need.connections = std::max(0, pool.most - pool.inFlight + need.ahead);
        }
    }
    const bool isNew = !bucket->key.hash.isEmpty()
        && bucket->counter.knowledge() == TokenCounter::Knowledge::Unknown;
    const Lane *lane = need.leases > 0 ? bucket->lanes.first() : nullptr;
    for (int i = 0; lane && i < mostLanes; ++i, lane = bucket->lanes.next(lane)) {
        const QByteArray &route = lane->endpoint.route();
        if (need.otherRoutes.size() < mostRoutes && route != need.route
            && !std::count(need.otherRoutes.begin(), need.otherRoutes.end(), route))
            need.otherRoutes.push_back(route);
        if (isNew && need.before.size() < mostRoutes)
            need.before.push_back(firstNameOf(lane->endpoint));
    }
    for (const Lane *ready : bucket->ready.nodes()) {
        if (need.leases <= 0 || need.probes.size() >= 2 * size_t(mostLanes))
            break;
        if (ready->probes) {
            need.probes.push_back(holdName(*ready, LimitKind::Sublimit));
            need.probes.push_back(holdName(*ready, LimitKind::Shared));
        }
    }
    return need;
}

int SchedulerPrivate::lend(BucketId id, int leases)
{
    BucketNode *bucket = buckets.find(id);
    if (!bucket || !bucket->onLease)
        return 0;
    const int lent = std::max(leases, -bucket->leases);
    bucket->leases += lent;
    changed(bucket);
    updateBucket(bucket);
    return lent;
}

Scheduler::OwnTokens SchedulerPrivate::ownTokens(BucketId id, int parts, TimePoint at) const
{
    const BucketNode *bucket = buckets.find(id);
    if (!bucket || !bucket->onLease)
        return {};
    TokenCounter counter = bucket->counter;
    counter.roll(at);
    int others = 0; // tokens that are theirs
    if (counter.knowledge() == TokenCounter::Knowledge::Limited) {
        const int limit = counter.limit().value_or(1);
        others = limit - std::max(1, limit / std::max(1, parts));
    }
    const int taken = bucket->countedInFlight() + bucket->leases;
    return {std::max(0, counter.available(taken, at) - others), counter.nextChange(at)};
}

void SchedulerPrivate::setLeaseWait(BucketId id, const Wait &wait)
{
    BucketNode *bucket = buckets.find(id);
    if (!bucket || !bucket->onLease || bucket->lent == wait)
        return;
    bucket->lent = wait;
    changed(bucket);
}

void SchedulerPrivate::setSharedNumbers(BucketId id, const Scheduler::SharedNumbers &numbers)
{
    BucketNode *bucket = buckets.find(id);
    if (!bucket || !bucket->onLease)
        return;
    const auto before = std::exchange(bucket->shared, numbers);
    if (!before || before->limit != numbers.limit || before->remaining != numbers.remaining)
        changed(bucket);
}

bool SchedulerPrivate::learnHash(BucketId id, const QByteArray &hash)
{
    const BucketNode *bucket = buckets.find(id);
    if (!bucket || !bucket->key.hash.isEmpty() || hash.isEmpty())
        return false;
    Lane *lane = bucket->lanes.first();
    const LearntHash *known = learntOf(lane, hash);
    assignBucket(lane, hash, known ? known->limit : std::nullopt);
    changed(lane->bucket);
    return true;
}

// Folded ones follow when they are asked for: others tell it again then.
void SchedulerPrivate::learnSplit(const QByteArray &route, const QByteArray &hash)
{
    auto known = hashes.find(route);
    if (known == hashes.end() && hashes.size() < maxHashes)
        known = hashes.try_emplace(route, LearntHash{hash, {}, now}).first;
    if (known != hashes.end() && known->second.hash == hash)
        known->second.split = true;
    std::vector<Lane *> apart;
    lanes.forEach([&](Lane &lane) {
        const BucketKey &key = lane.bucket->key;
        if (key.hash == hash && !key.split && lane.endpoint.route() == route)
            apart.push_back(&lane);
    });
    for (Lane *lane : apart)
        moveLane(lane, bucketFor({hash, lane->endpoint, true}));
}

bool SchedulerPrivate::isSplit(const Lane &lane, const QByteArray &hash) const
{
    const auto known = hashes.find(lane.endpoint.route());
    return known != hashes.end() && known->second.split && known->second.hash == hash;
}

// Where the lane counts now, whatever its route has come to be.
QByteArray SchedulerPrivate::leaseName(const Lane &lane, const QByteArray &hash) const
{
    const BucketKey &key = lane.bucket->key;
    return nameOf(key.hash == hash ? key : bucketKey(hash, lane.endpoint));
}

QByteArray SchedulerPrivate::holdName(const Lane &lane, LimitKind kind)
{
    QByteArray name = lane.endpoint.lane();
    if (kind != LimitKind::Shared)
        name += '\n' + lane.name;
    return QCryptographicHash::hash(name, QCryptographicHash::Sha256).toHex().first(32);
}

void SchedulerPrivate::holdLanes(BucketId id, const QHash<QByteArray, TimePoint> &untilByName)
{
    BucketNode *bucket = buckets.find(id);
    if (!bucket || !bucket->onLease)
        return;
    for (Lane *lane = bucket->lanes.first(); lane; lane = bucket->lanes.next(lane)) {
        for (const LimitKind kind : {LimitKind::Sublimit, LimitKind::Shared}) {
            if (const auto until = untilByName.constFind(holdName(*lane, kind));
                until != untilByName.cend())
                hold(lane, *until);
        }
    }
    changed(bucket);
}

void SchedulerPrivate::needsChanged()
{
    if (options.isShared) {
        buckets.forEach([this](BucketNode &bucket) {
            if (bucket.queued > 0 || bucket.leases > 0)
                changed(&bucket);
        });
    }
}

void SchedulerPrivate::lockGlobally(TimePoint until)
{
    if (until <= std::max(now, global.lockedUntil()))
        return;
    global.lock(until);
    m_lockAnnounced = true;
    lockChanged(WaitReason::Global, until);
}

void SchedulerPrivate::lockEdge(TimePoint until)
{
    if (until <= std::max(now, edgeUntil))
        return;
    edgeUntil = until;
    m_edgeAnnounced = true;
    lockChanged(WaitReason::Cloudflare, until);
}

} // namespace Turnstile
