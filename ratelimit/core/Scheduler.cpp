// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Scheduler.h"

#include "ratelimit/core/SchedulerPrivate.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace Turnstile {

Scheduler::Scheduler(const SchedulerOptions &options)
    : d(std::make_unique<SchedulerPrivate>(options))
{
}

Scheduler::Scheduler(Scheduler &&) noexcept = default;
Scheduler &Scheduler::operator=(Scheduler &&) noexcept = default;
Scheduler::~Scheduler() = default;

const SchedulerOptions &Scheduler::options() const
{
    return d->options;
}

TicketId Scheduler::acquire(const Endpoint &endpoint, const TicketOptions &options, TimePoint now)
{
    d->begin(now);
    const TicketId id = d->acquire(endpoint, options);
    d->pump();
    return id;
}

bool Scheduler::cancel(TicketId id, TimePoint now)
{
    d->begin(now);
    Ticket *ticket = d->tickets.find(id);
    if (!ticket || ticket->state == TicketState::TimedOut)
        return false;
    if (ticket->state != TicketState::Queued)
        return complete(id,
            ticket->state == TicketState::InFlight ? Response::lost() : Response::unused(), now);
    d->endWaiting(ticket, TicketState::Cancelled, TicketError::Code::Cancelled);
    d->pump();
    return true;
}

bool Scheduler::markSent(TicketId id, TimePoint now)
{
    d->begin(now);
    Ticket *ticket = d->tickets.find(id);
    if (!ticket || ticket->state != TicketState::Available)
        return false;
    ticket->times->sentAt = d->now;
    d->enter(ticket, TicketState::InFlight);
    return true;
}

bool Scheduler::complete(TicketId id, const Response &response, TimePoint now)
{
    d->begin(now);
    Ticket *ticket = d->tickets.find(id);
    if (!ticket || ticket->state == TicketState::Queued)
        return false;
    const bool awaited = ticket->state != TicketState::TimedOut;
    d->answer(ticket, response);
    if (awaited)
        d->finish(ticket, response);
    else
        d->forgetLate(ticket);
    d->pump();
    return awaited;
}

bool Scheduler::retry(TicketId id, const Response &response, TimePoint now, milliseconds wait)
{
    d->begin(now);
    Ticket *ticket = d->tickets.find(id);
    if (!ticket
        || (ticket->state != TicketState::Available && ticket->state != TicketState::InFlight))
        return complete(id, response, now);
    d->answer(ticket, response);
    d->requeue(ticket, response.headers ? response.headers->status : 0, wait);
    d->pump();
    return true;
}

void Scheduler::setPool(PoolId pool, int connections, TimePoint now)
{
    d->begin(now);
    d->setPool(pool, connections);
    d->pump();
}

void Scheduler::removePool(PoolId pool, TimePoint now)
{
    d->begin(now);
    d->removePool(pool);
    d->pump();
}

std::optional<Scheduler::LeaseNeed> Scheduler::leaseNeed(BucketId bucket) const
{
    return d->leaseNeed(bucket);
}

int Scheduler::lend(BucketId bucket, int leases, TimePoint now)
{
    d->begin(now);
    const int lent = d->lend(bucket, leases);
    d->pump();
    return lent;
}

Scheduler::OwnTokens Scheduler::ownTokens(BucketId bucket, int parts, TimePoint now) const
{
    return d->ownTokens(bucket, parts, std::max(now, d->now));
}

void Scheduler::setSharedNumbers(BucketId bucket, const SharedNumbers &numbers, TimePoint now)
{
    d->begin(now);
    d->setSharedNumbers(bucket, numbers);
}

void Scheduler::setSharedGlobal(int used, std::optional<TimePoint> nextFreeAt, TimePoint now)
{
    d->begin(now);
    d->sharedGlobal = {d->options.globalLimit, used, nextFreeAt, {}};
}

void Scheduler::setLeaseWait(BucketId bucket, const Wait &wait, TimePoint now)
{
    d->begin(now);
    d->setLeaseWait(bucket, wait);
}

bool Scheduler::learnHash(BucketId bucket, const QByteArray &hash, TimePoint now)
{
    d->begin(now);
    const bool isNew = d->learnHash(bucket, hash);
    d->pump();
    return isNew;
}

void Scheduler::learnSplit(const QByteArray &route, const QByteArray &hash, TimePoint now)
{
    d->begin(now);
    d->learnSplit(route, hash);
    d->pump();
}

bool Scheduler::isSplit(LaneId lane, const QByteArray &hash) const
{
    const Lane *known = d->lanes.find(lane);
    return known && !hash.isEmpty() && d->isSplit(*known, hash);
}

QByteArray Scheduler::leaseName(LaneId lane, const QByteArray &hash) const
{
    const Lane *known = d->lanes.find(lane);
    return known && !hash.isEmpty() ? d->leaseName(*known, hash) : QByteArray();
}

QByteArray Scheduler::route(LaneId lane) const
{
    const Lane *known = d->lanes.find(lane);
    return known ? known->endpoint.route() : QByteArray();
}

QByteArray Scheduler::holdName(LaneId lane, LimitKind kind) const
{
    const Lane *known = d->lanes.find(lane);
    return known ? SchedulerPrivate::holdName(*known, kind) : QByteArray();
}

void Scheduler::holdLanes(
    BucketId bucket, const QHash<QByteArray, TimePoint> &untilByName, TimePoint now)
{
    d->begin(now);
    d->holdLanes(bucket, untilByName);
}

void Scheduler::lockGlobally(TimePoint until, TimePoint now)
{
    d->begin(now);
    d->lockGlobally(until);
}

void Scheduler::lockEdge(TimePoint until, TimePoint now)
{
    d->begin(now);
    d->lockEdge(until);
}

void Scheduler::setSharedInvalid(int count, TimePoint now)
{
    d->begin(now);
    d->invalid.setShared(count, d->now);
    d->pump();
}

std::optional<milliseconds> Scheduler::margin() const
{
    return d->roundTrips.margin();
}

void Scheduler::setFlow(Flow flow, TimePoint now)
{
    d->begin(now);
    d->setFlow(flow);
    d->pump();
}

Flow Scheduler::flow() const
{
    return d->flow;
}

bool Scheduler::setFlow(BucketId bucket, Flow flow, TimePoint now)
{
    d->begin(now);
    BucketNode *node = d->findBucket(bucket);
    if (!node)
        return false;
    d->setFlow(node, flow);
    d->pump();
    return true;
}

void Scheduler::shutdown(TimePoint now)
{
    d->begin(now);
    d->shutdown();
}

void Scheduler::tokenChanged(const Credential &credential, TimePoint now)
{
    d->begin(now);
    d->tokenChanged(credential);
}

std::vector<LearntRoute> Scheduler::learntRoutes(TimePoint now) const
{
    return d->learntRoutes(std::max(now, d->now));
}

void Scheduler::restore(std::span<const LearntRoute> routes, TimePoint now)
{
    d->begin(now);
    d->restore(routes);
}

void Scheduler::advance(TimePoint now)
{
    d->begin(now);
    d->advance();
    d->pump();
}

std::optional<TimePoint> Scheduler::nextDeadline() const
{
    return d->nextDeadline();
}

void Scheduler::collectIdle(TimePoint now)
{
    d->begin(now);
    d->collectIdle();
}

std::span<const Event> Scheduler::takeEvents()
{
    return d->takeEvents();
}

std::optional<Bucket> Scheduler::bucket(const Endpoint &endpoint, TimePoint now) const
{
    return d->snapshot(endpoint, now);
}

std::optional<Bucket> Scheduler::bucket(BucketId id, TimePoint now) const
{
    if (!d->buckets.find(id) && !d->buckets.findFolded(id))
        return {};
    return d->snapshotIn(id.slot(), now);
}

std::vector<Bucket> Scheduler::buckets(TimePoint now) const
{
    std::vector<Bucket> result;
    result.reserve(size_t(d->buckets.size()));
    for (std::optional<quint32> from = 0; from;) {
        BucketPage page = buckets(now, *from, std::numeric_limits<int>::max() / 16);
        std::move(page.buckets.begin(), page.buckets.end(), std::back_inserter(result));
        from = page.next;
    }
    return result;
}

Scheduler::BucketPage Scheduler::buckets(TimePoint now, quint32 from, int most) const
{
    BucketPage page;
    page.next = d->buckets.forSome(
        from, most, [&](quint32 slot) { page.buckets.push_back(d->snapshotIn(slot, now)); });
    return page;
}

std::vector<Event> Scheduler::waiting(BucketId id, int most) const
{
    constexpr int mostLanes = 64;
    std::vector<const Ticket *> tickets;
    const BucketNode *bucket = d->buckets.find(id);
    const Lane *lane = bucket && bucket->queued > 0 ? bucket->lanes.first() : nullptr;
    for (int i = 0; lane && i < mostLanes; ++i, lane = bucket->lanes.next(lane)) {
        int left = most;
        for (const Ticket *ticket = lane->head(); ticket && left > 0; --left) {
            tickets.push_back(ticket);
            ticket = lane->queue.next(ticket);
        }
    }
    std::sort(tickets.begin(), tickets.end(),
        [](const Ticket *a, const Ticket *b) { return a->id < b->id; });
    tickets.resize(std::min(tickets.size(), size_t(most)));
    std::vector<Event> events;
    events.reserve(tickets.size());
    for (const Ticket *ticket : tickets) {
        Event &event = events.emplace_back();
        SchedulerPrivate::describe(event, *ticket);
        event.state = TicketState::Queued;
        event.at = ticket->askedAt;
    }
    return events;
}

bool Scheduler::isWaiting(TicketId id) const
{
    const Ticket *ticket = d->tickets.find(id);
    return ticket && ticket->state == TicketState::Queued;
}

std::vector<Wait> Scheduler::waits(TicketId ticket, TimePoint now) const
{
    const Ticket *known = d->tickets.find(ticket);
    return known ? d->waits(*known, now) : std::vector<Wait>();
}

Estimate Scheduler::estimate(
    const Endpoint &endpoint, const TicketOptions &options, TimePoint now) const
{
    return d->estimate(endpoint, options, now);
}

QString Scheduler::laneName(LaneId id) const
{
    const Lane *lane = d->lanes.find(id);
    if (const FoldedBucket *folded = lane ? nullptr : d->lanes.findFolded(id))
        return folded->endpoint.name();
    if (!lane)
        return {};
    if (lane->shownName.isNull())
        lane->shownName = lane->endpoint.name();
    return lane->shownName;
}

bool Scheduler::isGloballyLocked(TimePoint now) const
{
    return d->global.isLocked(now) || now < d->edgeUntil;
}

int Scheduler::invalidRequests(TimePoint now) const
{
    return d->invalid.count(now);
}

Scheduler::GlobalState Scheduler::globalState(TimePoint now) const
{
    GlobalState state = d->options.isShared
        ? d->sharedGlobal
        : GlobalState{d->global.limit(), d->global.used(now), d->global.nextFreeAt(now), {}};
    if (isGloballyLocked(now))
        state.lockedUntil = std::max(d->global.lockedUntil(), d->edgeUntil);
    return state;
}

Scheduler::Size Scheduler::size() const
{
    return {d->buckets.size(), d->folded(), d->lanes.size(), int(d->hashes.size()), d->queued,
        d->inFlight};
}

} // namespace Turnstile
