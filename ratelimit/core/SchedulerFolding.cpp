// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What nobody asks for takes little memory: an idle lane and its bucket become one small record.
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace Turnstile {

// Only what a record has room for, and what nothing else refers to.
bool SchedulerPrivate::isFoldable(const Lane &lane) const
{
    const BucketNode &bucket = *lane.bucket;
    return lane.name.isEmpty() && !lane.probes && lane.blockedUntil <= now && bucket.laneCount == 1
        && bucket.flow == Flow::Open && bucket.maker == lane.endpoint && !bucket.dirty
        && !bucket.vanished && bucket.blindLimits == 0 && bucket.leases == 0
        && std::max(bucket.granted, bucket.rateLimited) <= std::numeric_limits<quint32>::max()
        && bucket.key.endpoint == lane.endpoint;
}

// Mostly that of its route, which then is shared.
static HashNamePointer nameOf(const BucketKey &key, LearntHash *learnt)
{
    const auto isNameOf = [&key](const HashNamePointer &name) {
        return name && areSame(name->hash, key.hash) && name->split == key.split;
    };
    if (key.hash.isEmpty())
        return {};
    if (learnt && isNameOf(learnt->name))
        return learnt->name;
    const HashNamePointer name(new HashName(key.hash, key.split));
    if (learnt && areSame(learnt->hash, key.hash) && learnt->split == key.split)
        learnt->name = name;
    return name;
}

void SchedulerPrivate::foldOrLinger(Lane *lane)
{
    TokenCounter &counter = lane->bucket->counter;
    counter.roll(now);
    const auto rest = counter.atRest(now);
    if (rest && isFoldable(*lane)) {
        fold(lane, *rest);
    } else {
        lane->lingers = true;
        m_lingeringLanes.append(lane);
    }
}

void SchedulerPrivate::fold(Lane *lane, const TokenCounter::Rest &counter)
{
    BucketNode *bucket = lane->bucket;
    FoldedBucket *folded = m_foldedBuckets.create();
    folded->isFolded = true;
    folded->counter = counter;
    folded->granted = quint32(bucket->granted);
    folded->rateLimited = quint32(bucket->rateLimited);
    folded->id = bucket->id;
    folded->lane = lane->id;
    folded->endpoint = lane->endpoint;
    folded->name = nameOf(bucket->key, lane->learnt);
    folded->idleSince = lane->idleSince;
    Q_ASSERT(bucket->ready.isEmpty() && !bucket->gate && bucket->wakePosition < 0);
    lanes.fold(lane, folded);
    buckets.fold(bucket, folded);
    m_folded.append(folded);
}

static void fill(BucketNode *bucket, const FoldedBucket &folded)
{
    bucket->granted = folded.granted;
    bucket->rateLimited = folded.rateLimited;
}

Lane *SchedulerPrivate::unfold(FoldedBucket *folded)
{
    BucketNode *bucket = buckets.unfold(folded, folded->key(), options.isShared, folded->counter);
    fill(bucket, *folded);
    Lane *lane = lanes.unfold(folded, folded->endpoint, QByteArray());
    lane->bucket = bucket;
    bucket->lanes.append(lane);
    bucket->laneCount = 1;
    recall(lane);
    lane->idleSince = now;
    m_idleLanes.append(lane);
    release(folded);
    return lane;
}

void SchedulerPrivate::forget(FoldedBucket *folded)
{
    tell(Event::Type::BucketRemoved).bucket = folded->id;
    laneIndex.remove(folded->endpoint.laneHash(), folded->lane.slot());
    bucketIndex.remove(folded->key().toHash(), folded->id.slot());
    lanes.forget(folded);
    buckets.forget(folded);
    release(folded);
}

void SchedulerPrivate::release(FoldedBucket *folded)
{
    m_folded.remove(folded);
    m_foldedBuckets.destroy(folded);
}

// For those who ask without asking for a ticket.
BucketNode SchedulerPrivate::unfolded(const FoldedBucket &folded)
{
    BucketNode bucket(folded.id, folded.key(), false, folded.counter);
    fill(&bucket, folded);
    bucket.laneCount = 1;
    return bucket;
}

} // namespace Turnstile
