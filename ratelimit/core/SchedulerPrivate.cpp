// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// So that no sum of times overflows: longer is as good as never.
static constexpr milliseconds aHundredYears = std::chrono::hours(24) * 36525;

static milliseconds bounded(milliseconds time)
{
    return std::clamp(time, 0ms, aHundredYears);
}

static SchedulerOptions bounded(SchedulerOptions options)
{
    for (milliseconds *time : {&options.globalPeriod, &options.invalidPeriod,
             &options.responseTimeout, &options.idleBucketLifetime, &options.hashLifetime})
        *time = bounded(*time);
    options.idleBucketLifetime = std::max(options.idleBucketLifetime, 1ms);
    return options;
}

SchedulerPrivate::SchedulerPrivate(const SchedulerOptions &schedulerOptions)
    : options(bounded(schedulerOptions))
    , global(options.isShared ? 0 : options.globalLimit, options.globalPeriod)
    , invalid(options.invalidLimit, options.invalidPeriod)
    , roundTrips(options.compensate)
{
    m_pools.push_back(std::make_unique<Pool>());
}

SchedulerPrivate::~SchedulerPrivate()
{
    while (FoldedBucket *folded = m_folded.first()) {
        lanes.forget(folded);
        buckets.forget(folded);
        release(folded);
    }
}

// Tickets

// Whether nothing holds a new ticket, and none could go before it: then it need not queue.
inline bool SchedulerPrivate::goesAtOnce(const Ticket &ticket)
{
    const Lane *lane = ticket.lane;
    BucketNode *bucket = lane->bucket;
    if (m_atGates > 0 || bucket->queued > 0 || flow == Flow::Paused || now < edgeUntil
        || bucket->flow == Flow::Paused || now < lane->blockedUntil
        || (lane->inFlight > 0 && lane->isSerialFor(ticket)) || !poolOf(ticket)->isFree()
        || bucket->isHeldByOrder(ticket.ordering) || !invalid.allows(inFlight, bucket->burst, now)
        || (bucket->gateKind() == GlobalGate && !global.isFree(now)))
        return false;
    bucket->counter.roll(now);
    return bucket->available(now) > 0;
}

TicketId SchedulerPrivate::acquire(const Endpoint &endpoint, const TicketOptions &ticketOptions)
{
    Lane *lane = findLane(endpoint, ticketOptions.lane);
    const Refusal why = refusal(endpoint, ticketOptions, lane);
    Ticket *ticket = tickets.create();
    const TicketId id = ticket->id;
    ticket->askedAt = now;
    if (why.code != TicketError::Code::None) {
        enter(ticket, TicketState::Rejected, 0, why);
        destroy(ticket);
        return id;
    }

    ticket->ordering = ticketOptions.ordering.value_or(options.ordering);
    ticket->priority = ticketOptions.priority;
    if (ticketOptions.deadline)
        timesOf(ticket)->deadline = now + bounded(*ticketOptions.deadline);
    if (!lane)
        lane = createLane(endpoint, ticketOptions.lane);
    ticket->lane = lane;
    Pool *pool = poolFor(ticketOptions.pool);
    ticket->pool = pool->index;
    ++pool->tickets;
    if (goesAtOnce(*ticket)) {
        leaveIdle(lane);
        enter(ticket, TicketState::Queued);
        grant(ticket);
        return id;
    }
    enqueue(ticket, nullptr);
    enter(ticket, TicketState::Queued);
    if (lane->head() == ticket)
        updateLane(lane);
    return id;
}

Refusal SchedulerPrivate::refusal(
    const Endpoint &endpoint, const TicketOptions &ticketOptions, const Lane *lane)
{
    using Code = TicketError::Code;
    if (!lane && !endpoint.isValid())
        return {Code::InvalidEndpoint};
    if (isShutDown)
        return {Code::RatelimiterGone};
    if (isUnauthorized(endpoint))
        return {Code::Unauthorized};
    if (isGone(endpoint))
        return {Code::WebhookGone};
    const auto &maxWait = ticketOptions.maxWait ? ticketOptions.maxWait : options.maxWait;
    const BucketNode *bucket = lane ? lane->bucket : findBucket(endpoint);
    if (flow == Flow::Draining || (bucket && bucket->flow == Flow::Draining))
        return {Code::Draining};
    if (ticketOptions.predicate && !passes(ticketOptions, bucket))
        return {Code::PredicateFailed};
    if (tickets.isFull() || (!lane && (lanes.isFull() || buckets.isFull())))
        return {Code::QueueFull};
    const bool full =
        queued >= options.maxQueued || (bucket ? bucket->queued : 0) >= options.maxQueuedPerBucket;
    if (full || maxWait)
        return refusalByWait(endpoint, ticketOptions, maxWait, full);
    return {};
}

bool SchedulerPrivate::passes(const TicketOptions &ticketOptions, const BucketNode *bucket) const
{
    return ticketOptions.predicate(bucket ? std::optional(snapshot(*bucket, now)) : std::nullopt);
}

Refusal SchedulerPrivate::refusalByWait(const Endpoint &endpoint,
    const TicketOptions &ticketOptions, std::optional<milliseconds> maxWait, bool full) const
{
    using Code = TicketError::Code;
    const Estimate expected = estimate(endpoint, ticketOptions, now);
    const auto reason = expected.waits.empty() ? WaitReason::None : expected.waits.back().reason;
    if (full && !expected.waits.empty())
        return {Code::QueueFull, reason};
    if (maxWait) {
        // Of a pause, or of a pool without connections, nobody knows the end.
        const auto endless =
            std::find_if(expected.waits.begin(), expected.waits.end(), [](const Wait &wait) {
                return !wait.until
                    && (wait.reason == WaitReason::Paused || wait.reason == WaitReason::Connection);
            });
        const bool isEndless = endless != expected.waits.end();
        if (isEndless || expected.at - now > *maxWait)
            return {Code::WaitTooLong, isEndless ? endless->reason : reason};
    }
    return {};
}

void SchedulerPrivate::enqueue(Ticket *ticket, Ticket *before)
{
    Lane *lane = ticket->lane;
    leaveIdle(lane);
    lane->queue.insertBefore(before, ticket);
    ++lane->queued;
    ++lane->bucket->queued;
    ++queued;
    if (ticket->times && ticket->times->deadline != TimePoint::max())
        m_deadlines.update(ticket->times);
}

void SchedulerPrivate::dequeue(Ticket *ticket)
{
    Lane *lane = ticket->lane;
    lane->queue.remove(ticket);
    --lane->queued;
    --lane->bucket->queued;
    --queued;
    if (ticket->times)
        m_deadlines.remove(ticket->times);
}

void SchedulerPrivate::enter(Ticket *ticket, TicketState state, int status, Refusal why)
{
    ticket->state = state;
    Event &change = tell(Event::Type::TicketChanged);
    describe(change, *ticket);
    change.status = status;
    change.error = why.code;
    change.reason = why.reason;
    if (ticket->lane)
        changed(ticket->lane->bucket);
}

void SchedulerPrivate::endWaiting(Ticket *ticket, TicketState state, TicketError::Code error)
{
    Lane *lane = ticket->lane;
    auto reason = WaitReason::None;
    if (const auto all = waits(*ticket, now); !all.empty())
        reason = all.back().reason;
    const bool wasHead = lane->head() == ticket;
    if (wasHead)
        lane->bucket->ready.remove(lane); // before the key that it is ordered by goes away
    dequeue(ticket);
    enter(ticket, state, 0, {error, reason});
    if (wasHead)
        updateLane(lane);
    destroy(ticket); // its pool may go with it, so nothing stands at its gate any more
    idleIfDone(lane);
}

void SchedulerPrivate::rejectWaiting(Lane *lane, TicketError::Code error)
{
    while (lane->head())
        endWaiting(lane->queue.first(), TicketState::Rejected, error);
}

void SchedulerPrivate::answer(Ticket *ticket, const Response &response)
{
    Lane *lane = ticket->lane;
    const bool isAnswer = response.kind == Response::Kind::Answered;
    const RatelimitHeaders *headers = isAnswer && response.headers ? &*response.headers : nullptr;
    const bool isLimited = headers && headers->isRateLimited();
    if (ticket->state == TicketState::TimedOut) {
        if (!response.headers)
            return; // it was spent when it timed out
    } else {
        m_granted.remove(ticket);
        countInFlight(*ticket, -1);
        if (!lane->bucket->exempt) {
            const bool isGlobalLimit = isLimited && kindOf(*headers) == LimitKind::Global;
            if (response.kind == Response::Kind::Unused)
                global.giveBack();
            else if (!isGlobalLimit && options.compensate)
                global.answered(ticket->times->sentAt, roundTrips.margin(), now);
            else if (!isGlobalLimit) // else limited() frees its slot
                global.answered(now);
        }
        if (isAnswer)
            roundTrips.add(now - ticket->times->sentAt);
    }
    if (response.kind == Response::Kind::Lost) {
        lane->bucket->counter.spend(now);
    } else if (headers) {
        learn(lane, *headers, *ticket);
        if (isLimited) {
            limited(ticket, *headers);
        } else {
            lane->bucket->blindLimits = blindGlobalLimits = 0;
            lane->probes = false;
            if (ticket->times->grantedAt >= edgeUntil)
                m_edgeBlocks = 0;
        }
        if (!isSuccess(*headers) || !m_refused.isEmpty())
            judge(*ticket, *headers);
    } else if (isAnswer) {
        lane->bucket->counter.learnNothing(true, now);
    }
    changed(lane->bucket);
    if (lane->bucket->queued > 0)
        updateLane(lane);
}

void SchedulerPrivate::finish(Ticket *ticket, const Response &response)
{
    auto state = TicketState::Completed;
    if (response.kind == Response::Kind::Lost)
        state = TicketState::Lost;
    else if (response.kind == Response::Kind::Unused)
        state = TicketState::Dropped;
    enter(ticket, state, response.headers ? response.headers->status : 0);
    Lane *lane = ticket->lane;
    destroy(ticket);
    idleIfDone(lane);
}

void SchedulerPrivate::requeue(Ticket *ticket, int status, milliseconds wait)
{
    Lane *lane = ticket->lane;
    if (isShutDown) {
        enter(ticket, TicketState::Rejected, status, {TicketError::Code::RatelimiterGone});
        destroy(ticket);
        idleIfDone(lane);
        return;
    }
    Ticket *position = lane->queue.first();
    while (position && position->id < ticket->id)
        position = TicketQueue::next(position);
    ticket->times->notBefore = wait > 0ms ? now + bounded(wait) : TimePoint();
    enqueue(ticket, position);
    enter(ticket, TicketState::Queued, status);
    updateLane(lane);
}

void SchedulerPrivate::forgetLate(Ticket *ticket)
{
    Lane *lane = ticket->lane;
    m_timedOut.remove(ticket);
    --lane->late;
    destroy(ticket);
    idleIfDone(lane);
}

// Flow

void SchedulerPrivate::setFlow(Flow to)
{
    flow = to;
    needsChanged();
}

void SchedulerPrivate::setFlow(BucketNode *bucket, Flow to)
{
    bucket->flow = to;
    changed(bucket);
    updateBucket(bucket);
}

void SchedulerPrivate::shutdown()
{
    isShutDown = true;
    lanes.forEach([this](Lane &lane) { rejectWaiting(&lane, TicketError::Code::RatelimiterGone); });
}

} // namespace Turnstile
