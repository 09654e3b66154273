// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What time brings: windows that end, timeouts, and what is forgotten.
#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

void SchedulerPrivate::advance()
{
    strikeDeadlines(now);
    while (
        m_granted.first() && m_granted.first()->times->grantedAt + options.responseTimeout <= now)
        timeOut(m_granted.first());
    while (m_timedOut.first()
        && m_timedOut.first()->times->grantedAt + 2 * options.responseTimeout <= now)
        forgetLate(m_timedOut.first());
    if (m_lockAnnounced && !global.isLocked(now)) {
        m_lockAnnounced = false;
        lockChanged(WaitReason::Global, now);
        needsChanged();
    }
    if (m_edgeAnnounced && now >= edgeUntil) {
        m_edgeAnnounced = false;
        lockChanged(WaitReason::Cloudflare, now);
        needsChanged();
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

void SchedulerPrivate::strikeDeadlines(TimePoint until)
{
    while (m_deadlines.top() && m_deadlines.top()->deadline <= until)
        endWaiting(m_deadlines.top()->ticket, TicketState::Expired, TicketError::Code::Expired);
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
        consider(m_granted.first()->times->grantedAt + options.responseTimeout);
    if (m_timedOut.first())
        consider(m_timedOut.first()->times->grantedAt + 2 * options.responseTimeout);
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
    if (m_atGates > 0)
        consider(gatesOpenAt());
    if (m_idleLanes.first())
        consider(std::max(m_idleLanes.first()->idleSince + m_foldAfter, m_nextFolding));
    if (m_lingeringLanes.first())
        consider(m_lingeringLanes.first()->idleSince + options.idleBucketLifetime);
    if (m_idleExemptLanes.first())
        consider(m_idleExemptLanes.first()->idleSince + m_exemptLifetime);
    if (m_folded.first())
        consider(m_folded.first()->idleSince + options.idleBucketLifetime);
    if (m_idleBuckets.first())
        consider(m_idleBuckets.first()->idleSince + options.idleBucketLifetime);
    if (next == TimePoint::max())
        return {};
    return next;
}

// When what is at a gate may go by itself.
TimePoint SchedulerPrivate::gatesOpenAt() const
{
    auto next = TimePoint::max();
    for (const GateKind kind : {CallbackGate, ExemptGate, GlobalGate}) {
        if (atGate(kind))
            next = std::min(next,
                invalid.nextAllowedAt(inFlight, kind == CallbackGate, now)
                    .value_or(TimePoint::max()));
    }
    if (atGate(GlobalGate))
        next = std::min(next, global.nextFreeAt(now).value_or(TimePoint::max()));
    return next;
}

// Neither is each a reason to wake up, nor are many a reason to stall.
static constexpr milliseconds foldEvery = 10s;
static constexpr int mostFoldedAtOnce = 500;

// Whether nothing is lost by forgetting it.
bool SchedulerPrivate::rests(const Lane &lane) const
{
    return lane.bucket->counter.isAtRest(now) && lane.blockedUntil <= now
        && lane.bucket->flow == Flow::Open;
}

void SchedulerPrivate::foldIdle()
{
    if (now < m_nextFolding)
        return;
    int folded = 0;
    while (Lane *lane = m_idleLanes.first()) {
        if (now < lane->idleSince + m_foldAfter)
            break;
        m_nextFolding = now
            + (folded < mostFoldedAtOnce ? std::min(foldEvery, options.idleBucketLifetime) : 1ms);
        if (folded == mostFoldedAtOnce)
            break;
        m_idleLanes.remove(lane);
        if (rests(*lane) && now >= lane->idleSince + options.idleBucketLifetime) {
            destroyLane(lane);
        } else {
            foldOrLinger(lane);
            ++folded;
        }
    }
}

void SchedulerPrivate::collectIdle(IdleLanes &list, milliseconds lifetime)
{
    while (Lane *lane = list.first()) {
        if (now < lane->idleSince + lifetime)
            break;
        list.remove(lane);
        if (rests(*lane)) {
            destroyLane(lane);
        } else {
            lane->idleSince = now;
            list.append(lane);
        }
    }
}

void SchedulerPrivate::collectIdle()
{
    foldIdle();
    collectIdle(m_lingeringLanes, options.idleBucketLifetime);
    collectIdle(m_idleExemptLanes, m_exemptLifetime);
    while (m_folded.first() && m_folded.first()->idleSince + options.idleBucketLifetime <= now)
        forget(m_folded.first());
    while (BucketNode *bucket = m_idleBuckets.first()) {
        if (now < bucket->idleSince + options.idleBucketLifetime)
            break;
        m_idleBuckets.remove(bucket);
        destroyIfUnused(bucket);
    }
    if (now - m_hashesCheckedAt >= options.idleBucketLifetime) {
        m_hashesCheckedAt = now;
        const auto forgotten = std::erase_if(hashes, [this](const auto &learnt) {
            return learnt.second.usedAt + options.hashLifetime <= now;
        });
        if (forgotten > 0)
            lanes.forEach([](Lane &lane) { lane.learnt = nullptr; });
        erase_if(m_gone, [this](const auto &webhook) { return webhook.value() <= now; });
        erase_if(m_tokenSince, [this](const auto &token) { // what it was for has ended
            return token.value() + 2 * options.responseTimeout <= now;
        });
    }
}

} // namespace Turnstile
