// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What the scheduler takes from answers: buckets, their numbers, and the limits that a 429 means.
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// A 429 that does not say how long: the first wait, and the longest, doubling in between.
static constexpr milliseconds firstBlindWait = 5s;
static constexpr milliseconds longestBlindWait = 5min;

// The edge's block, in the same way.
static constexpr milliseconds firstEdgeWait = 1min;
static constexpr int mostEdgeDoublings = 6;

void SchedulerPrivate::learn(Lane *lane, const RatelimitHeaders &headers, const Ticket &ticket)
{
    if (headers.kind == RatelimitHeaders::Kind::Global)
        return; // its numbers, where there are some, are those of the global limit
    // Who garbles the numbers may garble the name too.
    if (!headers.bucket.isEmpty() && headers.kind == RatelimitHeaders::Kind::Bucket) {
        if (ticket.times->grantedAt < lane->namedAt && headers.bucket != lane->bucket->key.hash) {
            // Overtaken: it counts in a bucket that the lane has left, or was told a wrong one.
            lane->bucket->counter.spend(now);
            return;
        }
        lane->namedAt = std::max(lane->namedAt, ticket.times->grantedAt);
        LearntHash *known = lane->learnt;
        if (known && areSame(known->hash, headers.bucket)
            && known->hash.constData() == lane->bucket->key.hash.constData())
            known->heard(headers.limit, now);
        else
            assignBucket(lane, headers.bucket, headers.limit);
    }
    if (lane->bucket->laneCount > 1)
        compareCounters(lane, lane->bucket->counter.compare(headers, ticket.times->grantedAt, now));

    BucketNode *bucket = lane->bucket;
    if (!headers.limit && !headers.remaining && !headers.resetAfter) {
        bucket->counter.roll(now);
        if (isSuccess(headers) && bucket->counter.knowledge() == TokenCounter::Knowledge::Limited
            && !std::exchange(bucket->vanished, true))
            tellAnomaly(Anomaly::HeadersVanished, lane);
        if (!headers.isRateLimited()) // a 429 takes no token
            bucket->counter.learnNothing(
                isSuccess(headers) && headers.kind == RatelimitHeaders::Kind::None, now);
        return;
    }
    TimePoint countedAt = now;
    if (const auto wait = options.compensate ? roundTrips.margin() : std::nullopt)
        countedAt = ticket.times->sentAt + *wait;
    const auto learnt =
        bucket->counter.learn(headers, ticket.times->grantedAt, now, bucket->inFlight, countedAt);
    bucket->vanished = false;
    if (bucket->onLease)
        bucket->shared.reset(); // which was said before this
    lane->countedAt = now;
    if (learnt.limitChanged)
        tellAnomaly(Anomaly::LimitChanged, lane);
    if (learnt.clockJumped)
        tellAnomaly(Anomaly::ClockJumped, lane);
}

static Lane *firstBut(const BucketNode &bucket, const Lane *lane)
{
    Lane *first = bucket.lanes.first();
    return first == lane ? bucket.lanes.next(first) : first;
}

// Made where it is missing; null when too many are known.
LearntHash *SchedulerPrivate::learntOf(Lane *lane, const QByteArray &hash)
{
    if (lane->learnt)
        return lane->learnt;
    const QByteArray &route = lane->endpoint.route();
    const auto known = hashes.find(route);
    if (known != hashes.end())
        lane->learnt = &known->second;
    else if (hashes.size() < maxHashes)
        lane->learnt = &hashes.try_emplace(route, LearntHash{hash, {}, now}).first->second;
    return lane->learnt;
}

void SchedulerPrivate::assignBucket(Lane *lane, const QByteArray &hash, std::optional<int> limit)
{
    BucketNode *current = lane->bucket;
    LearntHash *known = learntOf(lane, hash);
    if (known) {
        if (!areSame(known->hash, hash)) {
            known->hash = hash;
            known->split = false;
            known->apartAt = {};
        }
        known->heard(limit, now);
    }
    if (current->key.hash == hash)
        return;
    if (!current->key.hash.isEmpty())
        tellAnomaly(Anomaly::HashFlipped, lane);
    const BucketKey key = bucketKey(known ? known->hash : hash, lane->endpoint);
    BucketNode *target = findBucket(key);
    if (current->key.hash.isEmpty()) {
        // The provisional bucket has got its name. All lanes in it were thought to share: until one
        // hears otherwise, they do.
        if (target) {
            while (Lane *other = current->laneCount > 1 ? firstBut(*current, lane) : nullptr)
                moveLane(other, target);
            moveLane(lane, target);
            return;
        }
        bucketIndex.remove(current->key.toHash(), current->id.slot());
        current->key = key;
        bucketIndex.insert(key.toHash(), current->id.slot());
        return;
    }
    moveLane(lane, target ? target : bucketFor(key));
}

// The first answer of a lane in a window in which others of its bucket have spent tells whether
// they count together. An answer that says they do not may also come from a server that has begun
// anew: so it is believed when it comes again, of a later window, and nothing has shown the
// contrary.
void SchedulerPrivate::compareCounters(Lane *lane, TokenCounter::Counting counting)
{
    using Counting = TokenCounter::Counting;
    if (counting == Counting::Unknown)
        return;
    const auto found = hashes.find(lane->endpoint.route());
    if (found == hashes.end())
        return;
    LearntHash &known = found->second;
    if (known.split || (counting == Counting::Together && known.apartAt == TimePoint()))
        return;
    BucketNode *shared = lane->bucket;
    const TimePoint since = shared->counter.windowHeardAt().value_or(now);
    if (lane->inFlight > 0 || lane->countedAt >= since
        || now - lane->countedAt < shared->counter.window().value_or(0ms))
        return; // it may have spent itself
    bool othersSpent = false;
    for (const Lane *other = shared->lanes.first(); other; other = shared->lanes.next(other))
        othersSpent = othersSpent || (other != lane && other->countedAt >= since);
    if (!othersSpent)
        return;
    if (counting == Counting::Together) {
        known.apartAt = {};
    } else if (known.apartAt == TimePoint()) {
        known.apartAt = now;
    } else if (since > known.apartAt) {
        known.split = true;
        moveLane(lane, bucketFor(bucketKey(shared->key.hash, lane->endpoint)));
        tellAnomaly(Anomaly::CountersSplit, lane);
    }
}

void SchedulerPrivate::moveLane(Lane *lane, BucketNode *target)
{
    BucketNode *source = lane->bucket;
    source->ready.remove(lane);
    source->lanes.remove(lane);
    --source->laneCount;
    source->queued -= lane->queued;
    source->inFlight -= lane->inFlight;
    source->strictInFlight -= lane->strictInFlight;
    lane->bucket = target;
    target->lanes.append(lane);
    ++target->laneCount;
    target->queued += lane->queued;
    target->inFlight += lane->inFlight;
    target->strictInFlight += lane->strictInFlight;
    if (lane->inFlight > 0)
        target->lastGranted = std::max(target->lastGranted, lane->lastGranted);
    m_idleBuckets.remove(target);

    Event &move = tell(Event::Type::LaneMoved);
    move.lane = lane->id;
    move.bucket = target->id;
    changed(source);
    changed(target);
    updateBucket(source);
    updateLane(lane);
    destroyIfUnused(source);
}

// Limits

// Then one request at a time probes, until an answer is no 429.
void SchedulerPrivate::hold(Lane *lane, TimePoint until)
{
    lane->probes = true;
    lane->blockedUntil = std::max(lane->blockedUntil, until);
    updateLane(lane);
}

void SchedulerPrivate::limited(Ticket *ticket, const RatelimitHeaders &headers)
{
    Lane *lane = ticket->lane;
    BucketNode *bucket = lane->bucket;
    const LimitKind kind = kindOf(headers);
    const bool isGlobal = kind == LimitKind::Global;
    milliseconds wait = waitOf(headers, isGlobal ? blindGlobalLimits : bucket->blindLimits);
    if (kind == LimitKind::Cloudflare) {
        // Those that were on their way when the block began say nothing new.
        if (now >= edgeUntil)
            m_edgeBlocks = std::min(m_edgeBlocks + 1, mostEdgeDoublings + 1);
        wait = std::max(wait, firstEdgeWait * (1 << (std::max(m_edgeBlocks, 1) - 1)));
    } else {
        m_edgeBlocks = 0;
    }
    ++bucket->rateLimited;

    Event &hit = tell(Event::Type::RateLimited);
    describe(hit, *ticket);
    hit.kind = kind;
    hit.scope = headers.scope;
    hit.status = headers.status;
    hit.wait = wait;

    switch (kind) {
    case LimitKind::Global:
        if (bucket->exempt || ticket->state == TicketState::TimedOut) {
            global.lock(now + wait);
        } else if (bucket->onLease) {
            global.giveBack();
            global.lock(now + wait);
        } else {
            global.refused(ticket->times->grantedAt, now + wait, now);
        }
        m_lockAnnounced = true;
        lockChanged(WaitReason::Global, global.lockedUntil());
        break;
    case LimitKind::Cloudflare:
        edgeUntil = std::max(edgeUntil, now + wait);
        m_edgeAnnounced = true;
        lockChanged(WaitReason::Cloudflare, edgeUntil);
        break;
    case LimitKind::Sublimit:
        hold(lane, now + wait);
        break;
    case LimitKind::Shared: // also for those who queue for the same resource under another name
        for (Lane *other = bucket->lanes.first(); other; other = bucket->lanes.next(other)) {
            if (other->endpoint == lane->endpoint)
                hold(other, now + wait);
        }
        break;
    case LimitKind::Bucket:
        bucket->counter.block(now + wait);
        break;
    }
}

LimitKind SchedulerPrivate::kindOf(const RatelimitHeaders &headers) const
{
    if (headers.global || headers.kind == RatelimitHeaders::Kind::Global)
        return LimitKind::Global;
    if (headers.scope == Scope::Shared)
        return LimitKind::Shared;
    if (headers.remaining.value_or(0) > 0)
        return LimitKind::Sublimit;
    // Nothing in it is the API's: it never got there.
    if (options.expectVia && !headers.via && !headers.json && headers.scope == Scope::None
        && headers.kind == RatelimitHeaders::Kind::None)
        return LimitKind::Cloudflare;
    return LimitKind::Bucket;
}

milliseconds SchedulerPrivate::waitOf(const RatelimitHeaders &headers, int &blindLimits) const
{
    // A wait of zero tells nothing either: believing it would mean to ask again at once, for ever.
    const auto wait = headers.retryAfter ? headers.retryAfter : headers.resetAfter;
    if (wait.value_or(0ms) > 0ms) {
        blindLimits = 0;
        return *wait;
    }
    const int doublings = std::min(blindLimits++, 16);
    return std::min(longestBlindWait, firstBlindWait * (1 << doublings));
}

} // namespace Turnstile
