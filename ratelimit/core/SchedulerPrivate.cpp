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
    return options;
}

SchedulerPrivate::SchedulerPrivate(const SchedulerOptions &schedulerOptions)
    : options(bounded(schedulerOptions))
    , global(options.globalLimit, options.globalPeriod)
    , invalid(options.invalidLimit, options.invalidPeriod)
{
    m_pools.push_back(std::make_unique<Pool>());
}

void SchedulerPrivate::begin(TimePoint at)
{
    if (m_taken) {
        m_events.clear();
        m_taken = false;
    }
    if (at < now)
        tellAnomaly(Anomaly::ClockJumped);
    else
        now = at;
}

// Tickets

TicketId SchedulerPrivate::acquire(const Endpoint &endpoint, const TicketOptions &ticketOptions)
{
    const Refusal why = refusal(endpoint, ticketOptions);
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
        ticket->deadline = now + bounded(*ticketOptions.deadline);
    Lane *lane = laneFor(endpoint, ticketOptions.lane);
    ticket->lane = lane;
    ticket->pool = poolFor(ticketOptions.pool);
    ++ticket->pool->tickets;
    enqueue(ticket, nullptr);
    enter(ticket, TicketState::Queued);
    if (lane->head() == ticket)
        updateLane(lane);
    return id;
}

Refusal SchedulerPrivate::refusal(
    const Endpoint &endpoint, const TicketOptions &ticketOptions) const
{
    using Code = TicketError::Code;
    if (!endpoint.isValid())
        return {Code::InvalidEndpoint};
    if (isShutDown)
        return {Code::RatelimiterGone};
    if (isUnauthorized(endpoint))
        return {Code::Unauthorized};
    if (isGone(endpoint))
        return {Code::WebhookGone};
    const auto maxWait = ticketOptions.maxWait ? ticketOptions.maxWait : options.maxWait;
    const BucketNode *bucket = findBucket(endpoint, ticketOptions.lane);
    if (flow == Flow::Draining || (bucket && bucket->flow == Flow::Draining))
        return {Code::Draining};
    if (ticketOptions.predicate
        && !ticketOptions.predicate(bucket ? std::optional(snapshot(*bucket, now)) : std::nullopt))
        return {Code::PredicateFailed};
    if (tickets.isFull())
        return {Code::QueueFull};
    const bool full =
        queued >= options.maxQueued || (bucket ? bucket->queued : 0) >= options.maxQueuedPerBucket;
    if (!full && !maxWait)
        return {};

    const Estimate expected = estimate(endpoint, ticketOptions, now);
    const auto reason = expected.waits.empty() ? WaitReason::None : expected.waits.back().reason;
    if (full && !expected.waits.empty())
        return {Code::QueueFull, reason};
    if (maxWait) {
        const bool isPaused = std::any_of(expected.waits.begin(), expected.waits.end(),
            [](const Wait &wait) { return wait.reason == WaitReason::Paused; });
        if (isPaused || expected.at - now > *maxWait)
            return {Code::WaitTooLong, isPaused ? WaitReason::Paused : reason};
    }
    return {};
}

void SchedulerPrivate::enqueue(Ticket *ticket, Ticket *before)
{
    Lane *lane = ticket->lane;
    idleLanesOf(lane).remove(lane);
    lane->queue.insertBefore(before, ticket);
    ++lane->queued;
    ++lane->bucket->queued;
    ++queued;
    if (ticket->deadline != TimePoint::max())
        m_deadlines.update(ticket);
}

void SchedulerPrivate::dequeue(Ticket *ticket)
{
    Lane *lane = ticket->lane;
    lane->queue.remove(ticket);
    --lane->queued;
    --lane->bucket->queued;
    --queued;
    m_deadlines.remove(ticket);
}

void SchedulerPrivate::enter(Ticket *ticket, TicketState state, int status, const Refusal &why)
{
    ticket->state = state;
    Event change = event(Event::Type::TicketChanged, *ticket);
    change.status = status;
    change.error = why.code;
    change.reason = why.reason;
    m_events.push_back(change);
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
    if (ticket->state == TicketState::TimedOut) {
        if (!response.headers)
            return; // it was spent when it timed out
    } else {
        m_granted.remove(ticket);
        countInFlight(*ticket, -1);
        if (!lane->bucket->exempt) {
            if (response.kind == Response::Kind::Unused)
                global.giveBack();
            else
                global.answered(ticket->sentAt, margin(), now);
        }
        if (response.kind == Response::Kind::Answered)
            roundTrips.add(now - ticket->sentAt);
    }
    switch (response.kind) {
    case Response::Kind::Unused:
        break;
    case Response::Kind::Lost:
        lane->bucket->counter.spend(now);
        break;
    case Response::Kind::Answered:
        if (!response.headers) {
            lane->bucket->counter.learnNothing(true, now);
            break;
        }
        learn(lane, *response.headers, *ticket);
        if (response.headers->isRateLimited())
            limited(ticket, *response.headers);
        else {
            lane->bucket->blindLimits = blindGlobalLimits = 0;
            lane->probes = false;
            if (ticket->grantedAt >= edgeUntil)
                m_edgeBlocks = 0;
        }
        judge(*ticket, *response.headers);
        break;
    }
    changed(lane->bucket);
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
    ticket->notBefore = wait > 0ms ? now + bounded(wait) : TimePoint();
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

// Granting

void SchedulerPrivate::pump()
{
    const auto pumpGate = [this](GateKind kind) {
        while (invalid.allows(inFlight, kind == Pool::CallbackGate, now)
            && (kind != Pool::GlobalGate || global.isFree(now))) {
            BucketNode *bucket = atGate(kind);
            if (!bucket)
                break;
            grant(bucket);
        }
    };
    if (flow != Flow::Paused && now >= edgeUntil) {
        pumpGate(Pool::CallbackGate);
        pumpGate(Pool::ExemptGate);
        pumpGate(Pool::GlobalGate);
    }
    announceGuard();
}

// The bucket whose turn it is, of those that a connection is free for.
BucketNode *SchedulerPrivate::atGate(GateKind kind) const
{
    BucketNode *first = nullptr;
    for (const auto &pool : m_pools) {
        BucketNode *bucket = pool->isFree() ? pool->gates[kind].top() : nullptr;
        if (bucket && (!first || ByOldestTicket::of(bucket) < ByOldestTicket::of(first)))
            first = bucket;
    }
    return first;
}

void SchedulerPrivate::leaveGate(BucketNode *bucket)
{
    if (Pool *pool = std::exchange(bucket->gate, nullptr))
        pool->gateOf(bucket).remove(bucket);
}

void SchedulerPrivate::destroy(Ticket *ticket)
{
    Pool *pool = ticket->pool;
    tickets.destroy(ticket);
    if (pool) {
        --pool->tickets;
        destroyIfUnused(pool);
    }
}

void SchedulerPrivate::destroyIfUnused(Pool *pool)
{
    if (pool->isRemoved && pool->tickets == 0)
        std::erase_if(m_pools, [pool](const auto &each) { return each.get() == pool; });
}

void SchedulerPrivate::setPool(PoolId id, int connections)
{
    Pool *&pool = m_poolIndex[id];
    if (!pool)
        pool = m_pools.emplace_back(std::make_unique<Pool>()).get();
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

void SchedulerPrivate::grant(BucketNode *bucket)
{
    Lane *lane = bucket->ready.top();
    Ticket *ticket = lane->queue.first();
    leaveGate(bucket);
    bucket->ready.remove(lane);
    dequeue(ticket);
    countInFlight(*ticket, 1);
    ++bucket->granted;
    if (!bucket->exempt)
        global.take();
    ticket->grantedAt = ticket->sentAt = now;
    lane->lastGranted = bucket->lastGranted = ticket->id;
    ++ticket->attempt;
    m_granted.append(ticket);
    enter(ticket, TicketState::Available);
    updateLane(lane);
}

void SchedulerPrivate::countInFlight(const Ticket &ticket, int change)
{
    Lane *lane = ticket.lane;
    inFlight += change;
    ticket.pool->inFlight += change;
    lane->inFlight += change;
    lane->bucket->inFlight += change;
    if (ticket.ordering == Ordering::Strict) {
        lane->strictInFlight += change;
        lane->bucket->strictInFlight += change;
    }
}

void SchedulerPrivate::updateLane(Lane *lane)
{
    const bool blocked = now < lane->heldUntil();
    if (lane->head() && !blocked && !(lane->inFlight > 0 && lane->isSerial()))
        lane->bucket->ready.update(lane);
    else
        lane->bucket->ready.remove(lane);
    if (lane->head() && blocked)
        m_laneWakes.update(lane);
    else
        m_laneWakes.remove(lane);
    updateBucket(lane->bucket);
}

void SchedulerPrivate::updateBucket(BucketNode *bucket)
{
    bucket->counter.roll(now);
    m_bucketWakes.remove(bucket);
    if (bucket->ready.isEmpty() || bucket->flow == Flow::Paused) {
        leaveGate(bucket);
        return;
    }
    const Ticket *turn = bucket->ready.top()->head();
    if (bucket->available(now) > 0 && !bucket->isHeldByOrder(turn->ordering)) {
        if (bucket->gate != turn->pool)
            leaveGate(bucket);
        bucket->gate = turn->pool;
        bucket->gate->gateOf(bucket).update(bucket);
        return;
    }
    leaveGate(bucket);
    if (const auto change = bucket->counter.nextChange(now)) {
        bucket->wakeAt = *change;
        m_bucketWakes.update(bucket);
    }
}

// Time

void SchedulerPrivate::advance()
{
    while (m_deadlines.top() && m_deadlines.top()->deadline <= now)
        endWaiting(m_deadlines.top(), TicketState::Expired, TicketError::Code::Expired);
    while (m_granted.first() && m_granted.first()->grantedAt + options.responseTimeout <= now)
        timeOut(m_granted.first());
    while (m_timedOut.first() && m_timedOut.first()->grantedAt + 2 * options.responseTimeout <= now)
        forgetLate(m_timedOut.first());
    if (m_lockAnnounced && !global.isLocked(now)) {
        m_lockAnnounced = false;
        lockChanged(WaitReason::Global, now);
    }
    if (m_edgeAnnounced && now >= edgeUntil) {
        m_edgeAnnounced = false;
        lockChanged(WaitReason::Cloudflare, now);
    }
    while (m_laneWakes.top() && m_laneWakes.top()->heldUntil() <= now) {
        changed(m_laneWakes.top()->bucket);
        updateLane(m_laneWakes.top());
    }
    while (m_bucketWakes.top() && m_bucketWakes.top()->wakeAt <= now) {
        changed(m_bucketWakes.top());
        updateBucket(m_bucketWakes.top());
    }
    collectIdle();
}

// The answer may still come and teach, so the ticket is kept for a while; its slots are not.
void SchedulerPrivate::timeOut(Ticket *ticket)
{
    Lane *lane = ticket->lane;
    m_granted.remove(ticket);
    countInFlight(*ticket, -1);
    if (!lane->bucket->exempt)
        global.giveBack();
    lane->bucket->counter.spend(now);
    ++lane->late;
    m_timedOut.append(ticket);
    enter(ticket, TicketState::TimedOut);
    updateLane(lane);
}

std::optional<TimePoint> SchedulerPrivate::nextDeadline() const
{
    auto next = TimePoint::max();
    const auto consider = [&next](TimePoint at) { next = std::min(next, at); };
    if (m_deadlines.top())
        consider(m_deadlines.top()->deadline);
    if (m_granted.first())
        consider(m_granted.first()->grantedAt + options.responseTimeout);
    if (m_timedOut.first())
        consider(m_timedOut.first()->grantedAt + 2 * options.responseTimeout);
    if (m_lockAnnounced)
        consider(global.lockedUntil());
    if (m_edgeAnnounced)
        consider(edgeUntil);
    if (m_guardAnnounced)
        consider(invalid.nextAllowedAt(0, false, now).value_or(now));
    if (m_laneWakes.top())
        consider(m_laneWakes.top()->heldUntil());
    if (m_bucketWakes.top())
        consider(m_bucketWakes.top()->wakeAt);
    for (const GateKind kind : {Pool::CallbackGate, Pool::ExemptGate, Pool::GlobalGate}) {
        if (atGate(kind))
            consider(invalid.nextAllowedAt(inFlight, kind == Pool::CallbackGate, now)
                         .value_or(TimePoint::max()));
    }
    if (atGate(Pool::GlobalGate))
        consider(global.nextFreeAt(now).value_or(TimePoint::max()));
    for (const IdleLanes *list : {&m_idleLanes, &m_idleExemptLanes}) {
        if (list->first())
            consider(list->first()->idleSince + idleLifetimeOf(*list));
    }
    if (m_idleBuckets.first())
        consider(m_idleBuckets.first()->idleSince + options.idleBucketLifetime);
    if (next == TimePoint::max())
        return {};
    return next;
}

// The token of an interaction is used for a moment and never again.
static constexpr milliseconds idleExemptLifetime = 1min;

SchedulerPrivate::IdleLanes &SchedulerPrivate::idleLanesOf(const Lane *lane)
{
    return lane->endpoint.isExemptFromGlobal() ? m_idleExemptLanes : m_idleLanes;
}

milliseconds SchedulerPrivate::idleLifetimeOf(const IdleLanes &list) const
{
    return &list == &m_idleExemptLanes ? std::min(idleExemptLifetime, options.idleBucketLifetime)
                                       : options.idleBucketLifetime;
}

void SchedulerPrivate::collectIdle(IdleLanes &list)
{
    while (Lane *lane = list.first()) {
        if (now < lane->idleSince + idleLifetimeOf(list))
            break;
        list.remove(lane);
        if (lane->bucket->counter.isAtRest(now) && lane->blockedUntil <= now
            && lane->bucket->flow == Flow::Open) {
            destroyLane(lane);
        } else {
            lane->idleSince = now;
            list.append(lane);
        }
    }
}

void SchedulerPrivate::collectIdle()
{
    collectIdle(m_idleLanes);
    collectIdle(m_idleExemptLanes);
    while (BucketNode *bucket = m_idleBuckets.first()) {
        if (now < bucket->idleSince + options.idleBucketLifetime)
            break;
        m_idleBuckets.remove(bucket);
        destroyIfUnused(bucket);
    }
    if (now - m_hashesCheckedAt >= options.idleBucketLifetime) {
        m_hashesCheckedAt = now;
        erase_if(hashes, [this](const auto &learnt) {
            return learnt.value().usedAt + options.hashLifetime <= now;
        });
        erase_if(m_gone, [this](const auto &webhook) { return webhook.value() <= now; });
        erase_if(m_tokenSince, [this](const auto &token) { // what it was for has ended
            return token.value() + 2 * options.responseTimeout <= now;
        });
    }
}

// Flow

void SchedulerPrivate::setFlow(BucketNode *bucket, Flow to)
{
    bucket->flow = to;
    changed(bucket);
    updateBucket(bucket);
}

void SchedulerPrivate::shutdown()
{
    isShutDown = true;
    for (Lane *lane : std::as_const(laneIndex))
        rejectWaiting(lane, TicketError::Code::RatelimiterGone);
}

// What ends waiting tickets besides: the token, or their webhook, is refused

// Tokens and webhooks of which something is remembered. Beyond that the oldest is forgotten, which
// costs one more answer that says the same.
static constexpr qsizetype mostRemembered = 1000;

template <typename Value, typename TimeOf>
static void remember(
    QHash<QByteArray, Value> &known, const QByteArray &key, const Value &value, TimeOf timeOf)
{
    known.insert(key, value);
    if (known.size() > mostRemembered)
        known.erase(std::ranges::min_element(std::as_const(known), {}, timeOf));
}

void SchedulerPrivate::judge(const Ticket &ticket, const RatelimitHeaders &headers)
{
    const Lane *lane = ticket.lane;
    if (headers.status > 0 && invalid.add(headers.status, headers.scope, now)) {
        Event counted;
        counted.type = Event::Type::InvalidRequest;
        counted.status = headers.status;
        counted.lane = lane->id;
        counted.bucket = lane->bucket->id;
        counted.count = invalid.count(now);
        counted.at = now;
        m_events.push_back(counted);
    }

    const Endpoint &endpoint = lane->endpoint;
    const QByteArray &credential = endpoint.credential().fingerprint();
    const bool isOfOldToken = ticket.grantedAt < m_tokenSince.value(credential);
    if (endpoint.isAuthorized() && !isOfOldToken) {
        if (headers.status == 401) {
            refuse(*lane);
        } else if (headers.status < 500 && headers.status != 429) {
            const auto known = m_refused.constFind(credential);
            if (known != m_refused.cend() && !known->all)
                m_refused.erase(known);
        }
    }

    // 10015 is "unknown webhook". Where the body is not known, a 404 for the webhook itself says
    // the same; for one of its messages it does not.
    constexpr int unknownWebhook = 10015;
    if (headers.status == 404 && endpoint.majorResource().startsWith("webhooks/")
        && (headers.code == unknownWebhook
            || (headers.code == 0 && !endpoint.route().contains("/messages")))
        && !isGone(endpoint)) {
        remember(m_gone, endpoint.majorResource(), now + options.idleBucketLifetime,
            [](TimePoint until) { return until; });
        for (Lane *other : std::as_const(laneIndex)) {
            if (other->head() && other->endpoint.majorResource() == endpoint.majorResource())
                rejectWaiting(other, TicketError::Code::WebhookGone);
        }
    }
}

// Some routes take no token of bots at all. So one 401 closes its own lane; the second from
// elsewhere, with no authorised success between them, means the token.
void SchedulerPrivate::refuse(const Lane &lane)
{
    const QByteArray &credential = lane.endpoint.credential().fingerprint();
    const auto known = m_refused.find(credential);
    if (known == m_refused.end()) {
        remember(m_refused, credential, {lane.endpoint.lane(), false, now},
            [](const Refused &refused) { return refused.since; });
        for (Lane *other = lane.bucket->lanes.first(); other;
             other = lane.bucket->lanes.next(other)) {
            if (other->endpoint == lane.endpoint)
                rejectWaiting(other, TicketError::Code::Unauthorized);
        }
    } else if (!known->all && known->lane != lane.endpoint.lane()) {
        known->all = true;
        for (Lane *other : std::as_const(laneIndex)) {
            if (other->head() && isUnauthorized(other->endpoint))
                rejectWaiting(other, TicketError::Code::Unauthorized);
        }
    }
}

void SchedulerPrivate::tokenChanged(const Credential &credential)
{
    m_refused.remove(credential.fingerprint());
    remember(m_tokenSince, credential.fingerprint(), now, [](TimePoint since) { return since; });
}

bool SchedulerPrivate::isUnauthorized(const Endpoint &endpoint) const
{
    if (m_refused.isEmpty() || !endpoint.isAuthorized())
        return false;
    const auto refused = m_refused.find(endpoint.credential().fingerprint());
    return refused != m_refused.end() && (refused->all || refused->lane == endpoint.lane());
}

bool SchedulerPrivate::isGone(const Endpoint &endpoint) const
{
    return !m_gone.isEmpty() && m_gone.value(endpoint.majorResource(), now) > now;
}

} // namespace Turnstile
