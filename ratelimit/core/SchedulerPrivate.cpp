// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// A 429 that does not say how long: the first wait, and the longest, doubling in between.
static constexpr milliseconds firstBlindWait = 5s;
static constexpr milliseconds longestBlindWait = 5min;

// More learnt routes than any API has: paths nobody has documented may each be a route.
static constexpr qsizetype maxHashes = 10'000;

SchedulerPrivate::SchedulerPrivate(const SchedulerOptions &schedulerOptions)
    : options(schedulerOptions)
    , global(options.globalLimit, options.globalPeriod)
{
}

void SchedulerPrivate::begin(TimePoint at)
{
    now = std::max(now, at);
    if (m_taken) {
        m_events.clear();
        m_taken = false;
    }
}

// Tickets

TicketId SchedulerPrivate::acquire(const Endpoint &endpoint, const TicketOptions &ticketOptions)
{
    Ticket *ticket = tickets.create();
    const TicketId id = ticket->id;
    ticket->askedAt = now;
    ticket->ordering = ticketOptions.ordering.value_or(options.ordering);
    if (ticketOptions.deadline)
        ticket->deadline = now + std::max(0ms, *ticketOptions.deadline);

    auto error = TicketError::Code::None;
    if (!endpoint.isValid()) {
        error = TicketError::Code::InvalidEndpoint;
    } else if (queued >= options.maxQueued || tickets.isFull()) {
        error = TicketError::Code::QueueFull;
    } else {
        ticket->lane = laneFor(endpoint);
        if (ticket->lane->bucket->queued >= options.maxQueuedPerBucket)
            error = TicketError::Code::QueueFull;
    }
    if (error != TicketError::Code::None) {
        enter(ticket, TicketState::Rejected, 0, error);
        tickets.destroy(ticket);
        return id;
    }

    Lane *lane = ticket->lane;
    m_idleLanes.remove(lane);
    enqueue(ticket, nullptr);
    enter(ticket, TicketState::Queued);
    if (lane->head() == ticket)
        updateLane(lane);
    return id;
}

void SchedulerPrivate::enqueue(Ticket *ticket, Ticket *before)
{
    Lane *lane = ticket->lane;
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

void SchedulerPrivate::enter(Ticket *ticket, TicketState state, int status, TicketError::Code error)
{
    ticket->state = state;
    Event change = event(Event::Type::TicketChanged, *ticket);
    change.status = status;
    change.error = error;
    m_events.push_back(change);
    if (ticket->lane)
        changed(ticket->lane->bucket);
}

void SchedulerPrivate::endWaiting(Ticket *ticket, TicketState state, TicketError::Code error)
{
    Lane *lane = ticket->lane;
    const bool wasHead = lane->head() == ticket;
    if (wasHead)
        lane->bucket->ready.remove(lane); // before the key that it is ordered by goes away
    dequeue(ticket);
    enter(ticket, state, 0, error);
    tickets.destroy(ticket);
    if (wasHead)
        updateLane(lane);
    idleIfDone(lane);
}

void SchedulerPrivate::answer(Ticket *ticket, const Response &response)
{
    Lane *lane = ticket->lane;
    if (ticket->state == TicketState::TimedOut) {
        if (!response.headers)
            return; // it was spent when it timed out
    } else {
        m_granted.remove(ticket);
        --lane->inFlight;
        --lane->bucket->inFlight;
        --inFlight;
        if (!lane->bucket->exempt) {
            if (response.kind == Response::Kind::Unused)
                global.giveBack();
            else
                global.answered(now);
        }
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
        else
            lane->bucket->blindLimits = blindGlobalLimits = 0;
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
    tickets.destroy(ticket);
    idleIfDone(lane);
}

void SchedulerPrivate::requeue(Ticket *ticket)
{
    Lane *lane = ticket->lane;
    Ticket *position = lane->queue.first();
    while (position && position->id < ticket->id)
        position = TicketQueue::next(position);
    enqueue(ticket, position);
    enter(ticket, TicketState::Queued, 429);
    updateLane(lane);
}

void SchedulerPrivate::forgetLate(Ticket *ticket)
{
    Lane *lane = ticket->lane;
    m_timedOut.remove(ticket);
    --lane->late;
    tickets.destroy(ticket);
    idleIfDone(lane);
}

// Granting

void SchedulerPrivate::pump()
{
    while (BucketNode *bucket = m_exemptGate.top())
        grant(bucket);
    while (!m_globalGate.isEmpty() && global.isFree(now))
        grant(m_globalGate.top());
}

void SchedulerPrivate::grant(BucketNode *bucket)
{
    Lane *lane = bucket->ready.top();
    Ticket *ticket = lane->queue.first();
    gateOf(bucket).remove(bucket);
    bucket->ready.remove(lane);
    dequeue(ticket);
    ++lane->inFlight;
    ++bucket->inFlight;
    ++inFlight;
    ++bucket->granted;
    if (!bucket->exempt)
        global.take();
    ticket->grantedAt = now;
    ++ticket->attempt;
    m_granted.append(ticket);
    enter(ticket, TicketState::Available);
    updateLane(lane);
}

void SchedulerPrivate::updateLane(Lane *lane)
{
    const bool blocked = now < lane->blockedUntil;
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
    Gate &gate = gateOf(bucket);
    if (bucket->ready.isEmpty()) {
        gate.remove(bucket);
        return;
    }
    const bool strict = bucket->ready.top()->head()->ordering == Ordering::Strict;
    if (bucket->available(now) > 0 && !(strict && bucket->inFlight > 0)) {
        gate.update(bucket);
        return;
    }
    gate.remove(bucket);
    if (const auto change = bucket->counter.nextChange(now)) {
        bucket->wakeAt = *change;
        m_bucketWakes.update(bucket);
    }
}

// Learning

void SchedulerPrivate::learn(Lane *lane, const RatelimitHeaders &headers, const Ticket &ticket)
{
    if (headers.kind == RatelimitHeaders::Kind::Global)
        return; // its numbers, where there are some, are those of the global limit
    // Who garbles the numbers may garble the name too.
    if (!headers.bucket.isEmpty() && headers.kind == RatelimitHeaders::Kind::Bucket)
        assignBucket(lane, headers.bucket, headers.limit);
    TokenCounter &counter = lane->bucket->counter;
    if (headers.limit || headers.remaining || headers.resetAfter) {
        counter.learn(headers, ticket.grantedAt, now, lane->bucket->inFlight);
    } else {
        const bool serverError = headers.status >= 500 || headers.isRateLimited();
        counter.learnNothing(headers.kind == RatelimitHeaders::Kind::None && !serverError, now);
    }
}

void SchedulerPrivate::limited(Ticket *ticket, const RatelimitHeaders &headers)
{
    Lane *lane = ticket->lane;
    BucketNode *bucket = lane->bucket;
    auto kind = LimitKind::Bucket;
    if (headers.global || headers.kind == RatelimitHeaders::Kind::Global)
        kind = LimitKind::Global;
    else if (headers.scope == Scope::Shared)
        kind = LimitKind::Shared;
    else if (headers.remaining.value_or(0) > 0)
        kind = LimitKind::Sublimit;

    const bool isGlobal = kind == LimitKind::Global;
    const milliseconds wait = waitOf(headers, isGlobal ? blindGlobalLimits : bucket->blindLimits);
    ++bucket->rateLimited;

    Event hit = event(Event::Type::RateLimited, *ticket);
    hit.kind = kind;
    hit.scope = headers.scope;
    hit.status = headers.status;
    hit.wait = wait;
    m_events.push_back(hit);

    switch (kind) {
    case LimitKind::Global: {
        global.lock(now + wait);
        m_lockAnnounced = true;
        Event lock = event(Event::Type::GlobalLockChanged, *ticket);
        lock.wait = std::chrono::ceil<milliseconds>(global.lockedUntil() - now);
        m_events.push_back(lock);
        break;
    }
    case LimitKind::Shared:
    case LimitKind::Sublimit:
        lane->blockedUntil = std::max(lane->blockedUntil, now + wait);
        break;
    case LimitKind::Bucket:
    case LimitKind::Cloudflare:
        bucket->counter.block(now + wait);
        break;
    }
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

void SchedulerPrivate::assignBucket(Lane *lane, const QByteArray &hash, std::optional<int> limit)
{
    const QByteArray &route = lane->endpoint.route();
    if (hashes.size() < maxHashes || hashes.contains(route))
        hashes.insert(route, {hash, limit, now});

    BucketNode *current = lane->bucket;
    if (current->hash == hash)
        return;
    const QByteArray key = bucketKey(hash, lane->endpoint);
    BucketNode *target = bucketIndex.value(key);
    if (!target && current->hash.isEmpty() && current->laneCount == 1) {
        bucketIndex.remove(current->key); // the provisional bucket has got its name
        current->key = key;
        current->hash = hash;
        bucketIndex.insert(key, current);
        return;
    }
    if (!target) {
        target = bucketFor(key, *lane);
        target->hash = hash;
    }
    moveLane(lane, target);
}

void SchedulerPrivate::moveLane(Lane *lane, BucketNode *target)
{
    BucketNode *source = lane->bucket;
    source->ready.remove(lane);
    source->lanes.remove(lane);
    --source->laneCount;
    source->queued -= lane->queued;
    source->inFlight -= lane->inFlight;
    lane->bucket = target;
    target->lanes.append(lane);
    ++target->laneCount;
    target->queued += lane->queued;
    target->inFlight += lane->inFlight;
    m_idleBuckets.remove(target);

    Event move;
    move.type = Event::Type::LaneMoved;
    move.lane = lane->id;
    move.bucket = target->id;
    move.at = now;
    m_events.push_back(move);
    changed(source);
    changed(target);
    updateBucket(source);
    updateLane(lane);
    destroyIfUnused(source);
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
        Event unlock;
        unlock.type = Event::Type::GlobalLockChanged;
        unlock.at = now;
        m_events.push_back(unlock);
    }
    while (m_laneWakes.top() && m_laneWakes.top()->blockedUntil <= now) {
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
    --lane->inFlight;
    --lane->bucket->inFlight;
    --inFlight;
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
    if (m_laneWakes.top())
        consider(m_laneWakes.top()->blockedUntil);
    if (m_bucketWakes.top())
        consider(m_bucketWakes.top()->wakeAt);
    if (!m_globalGate.isEmpty())
        consider(global.nextFreeAt(now).value_or(TimePoint::max()));
    if (m_idleLanes.first())
        consider(m_idleLanes.first()->idleSince + options.idleBucketLifetime);
    if (m_idleBuckets.first())
        consider(m_idleBuckets.first()->idleSince + options.idleBucketLifetime);
    if (next == TimePoint::max())
        return {};
    return next;
}

void SchedulerPrivate::collectIdle()
{
    while (Lane *lane = m_idleLanes.first()) {
        if (now < lane->idleSince + options.idleBucketLifetime)
            break;
        m_idleLanes.remove(lane);
        if (lane->bucket->counter.isAtRest(now) && lane->blockedUntil <= now) {
            destroyLane(lane);
        } else {
            lane->idleSince = now;
            m_idleLanes.append(lane);
        }
    }
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
    }
}

} // namespace Turnstile
