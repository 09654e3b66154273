// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Why a ticket waits, and how long one would.
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// A reason whose end nobody knows holds longest.
static bool endsEarlier(const Wait &left, const Wait &right)
{
    return left.until.value_or(TimePoint::max()) < right.until.value_or(TimePoint::max());
}

// What holds everything that would count in a bucket of this kind.
static void addLocks(
    std::vector<Wait> &waits, const SchedulerPrivate &d, bool exempt, bool callback, TimePoint at)
{
    if (d.flow == Flow::Paused)
        waits.push_back({WaitReason::Paused});
    if (at < d.edgeUntil)
        waits.push_back({WaitReason::Cloudflare, d.edgeUntil});
    if (!exempt && !d.global.isFree(at))
        waits.push_back({WaitReason::Global, d.global.nextFreeAt(at)});
    if (!d.invalid.allows(d.inFlight, callback, at))
        waits.push_back(
            {WaitReason::InvalidRequests, d.invalid.nextAllowedAt(d.inFlight, callback, at)});
}

std::vector<Wait> SchedulerPrivate::waits(const Ticket &ticket, TimePoint at) const
{
    std::vector<Wait> result;
    if (ticket.state != TicketState::Queued)
        return result;
    at = std::max(at, now);
    const Lane &lane = *ticket.lane;
    const BucketNode &bucket = *lane.bucket;
    const Ticket *head = lane.head();
    if (const Ticket *ahead = TicketQueue::previous(&ticket))
        result.push_back({WaitReason::Order, {}, ahead->id});
    else if (lane.inFlight > 0 && lane.isSerialFor(*lane.head()))
        result.push_back({WaitReason::Order, {}, lane.lastGranted});
    if (bucket.flow == Flow::Paused)
        result.push_back({WaitReason::Paused});
    if (at < lane.blockedUntil)
        result.push_back({WaitReason::Route, lane.blockedUntil});
    if (at < head->notBefore())
        result.push_back({WaitReason::Retry, head->notBefore()});
    if (!poolOf(ticket)->isFree())
        result.push_back({WaitReason::Connection});
    addLocks(result, *this, bucket.exempt, bucket.burst, at);

    TokenCounter counter = bucket.counter;
    counter.roll(at);
    const int inFlightHere = bucket.countedInFlight();
    if (bucket.onLease && counter.isBlocked(at)) {
        result.push_back({WaitReason::Bucket, counter.blockedUntil(at)});
    } else if (bucket.onLease && bucket.leases == 0) {
        const WaitReason reason = bucket.lent.reason;
        const bool isTold = std::any_of(result.begin(), result.end(),
            [reason](const Wait &wait) { return wait.reason == reason; });
        if (reason == WaitReason::Lease ? result.empty() : !isTold) // else none is asked for
            result.push_back(bucket.lent);
    } else if (!bucket.onLease && counter.available(inFlightHere, at) == 0) {
        if (counter.knowledge() == TokenCounter::Knowledge::Unknown && bucket.inFlight > 0)
            result.push_back({WaitReason::Probe, counter.nextChange(at),
                lane.inFlight > 0 ? lane.lastGranted : TicketId()});
        else
            result.push_back({WaitReason::Bucket, counter.nextChange(at)});
    } else if (bucket.isHeldByOrder(head->ordering)) {
        result.push_back({WaitReason::Order, {}, bucket.lastGranted});
    }
    if (result.empty() && !bucket.ready.isEmpty() && bucket.ready.top() != &lane)
        result.push_back({WaitReason::Order, {}, bucket.ready.top()->head()->id});
    std::stable_sort(result.begin(), result.end(), endsEarlier);
    return result;
}

Estimate SchedulerPrivate::estimate(
    const Endpoint &endpoint, const TicketOptions &ticketOptions, TimePoint at) const
{
    at = std::max(at, now);
    const QByteArray &laneName = ticketOptions.lane;
    const Ordering ordering = ticketOptions.ordering.value_or(options.ordering);
    Estimate result{at};
    const auto add = [&result](WaitReason reason, std::optional<TimePoint> until) {
        result.waits.push_back({reason, until});
    };
    addLocks(
        result.waits, *this, endpoint.isExemptFromGlobal(), endpoint.isInteractionCallback(), at);

    const auto known = knownLane(endpoint, laneName);
    const Lane *lane = known ? lanes.at(*known) : nullptr; // null where it is folded, too
    const milliseconds trip = roundTrips.typical().value_or(0ms);
    if (const Pool *pool = poolFor(ticketOptions.pool); !pool->isFree())
        add(WaitReason::Connection, pool->most > 0 ? std::optional(at + trip) : std::nullopt);
    if (lane) {
        if (at < lane->blockedUntil)
            add(WaitReason::Route, lane->blockedUntil);
        if (lane->head() && at < lane->head()->notBefore())
            add(WaitReason::Retry, lane->head()->notBefore());
        const int ahead = lane->queued + lane->inFlight;
        const bool serial = ordering == Ordering::Automatic && endpoint.isOrdered();
        if (serial && ahead > 0)
            add(WaitReason::Order, at + ahead * trip);
    }
    // One that is folded holds nothing.
    const auto slot = known ? std::nullopt : bucketSlot(bucketKey(endpoint));
    const BucketNode *bucket = lane ? lane->bucket : slot ? buckets.at(*slot) : nullptr;
    if (bucket) {
        if (bucket->flow == Flow::Paused)
            add(WaitReason::Paused, {});
        TokenCounter counter = bucket->counter;
        counter.roll(at);
        const int free = bucket->onLease ? bucket->available(at)
                                         : counter.available(bucket->countedInFlight(), at);
        const auto next = bucket->onLease ? bucket->lent.until : counter.nextChange(at);
        // A higher priority overtakes; those that have aged enough not to be are few, or old.
        const bool overtakes = ticketOptions.priority > Priority::Normal;
        const int ahead = overtakes ? (lane ? lane->queued : 0) : bucket->queued;
        if (ordering == Ordering::Strict && ahead + bucket->inFlight > 0)
            add(WaitReason::Order, at + (ahead + bucket->inFlight) * trip);
        else if (bucket->isHeldByOrder(ordering))
            add(WaitReason::Order, at + trip);
        if (ahead >= free) {
            if (counter.knowledge() == TokenCounter::Knowledge::Unknown && bucket->inFlight > 0) {
                add(WaitReason::Probe, at + trip);
            } else {
                const auto windows = (ahead - free) / std::max(1, counter.limit().value_or(1));
                const auto first = next.value_or(at + trip);
                add(WaitReason::Bucket, first + windows * counter.window().value_or(0ms));
            }
        }
    }
    std::stable_sort(result.waits.begin(), result.waits.end(), endsEarlier);
    for (const Wait &wait : result.waits)
        result.at = std::max(result.at, wait.until.value_or(at));
    return result;
}

} // namespace Turnstile
