// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"

#include "ratelimit/core/Scheduler.h"
#include "ratelimit/Inbox.h"
#include "ratelimit/ticket/TicketChannel.h"

#include <QtCore/QMetaMethod>
#include <QtCore/QPointer>
#include <QtCore/QPromise>
#include <QtCore/QTimer>

namespace Turnstile {

static TimePoint clockNow()
{
    return std::chrono::steady_clock::now();
}

static WallTime wallClockNow()
{
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

class InMemoryRatelimiterPrivate {
public:
    // What the ratelimiter holds of a ticket: its end of the channel.
    struct Held {
        TicketId id;
        std::optional<TicketNotifier> notifier;
        std::optional<TicketHeaders> headers;
    };

    InMemoryRatelimiterPrivate(const SchedulerOptions &options, InMemoryRatelimiter *ratelimiter)
        : q(ratelimiter)
        , scheduler(options)
        , inbox(std::make_shared<Inbox>(ratelimiter))
    {
        timer.setTimerType(Qt::PreciseTimer);
        timer.setSingleShot(true);
        QObject::connect(&timer, &QTimer::timeout, q, [this] { process(); });
    }

    void process();
    void dispatch(const Event &event);
    void ticketChanged(const Event &event);
    void offer(const Event &event);
    void armTimer();

    void acquire(const Endpoint &endpoint, const TicketOptions &options, TicketNotifier notifier,
        TimePoint at);
    Held *held(TicketId id);
    void release(TicketId id);

    template <typename Result>
    QFuture<Result> query(std::function<Result(const Scheduler &, TimePoint)> question) const;

    template <typename Signal> bool isHeard(Signal signal) const
    {
        return q->isSignalConnected(QMetaMethod::fromSignal(signal));
    }

    InMemoryRatelimiter *q;
    Scheduler scheduler;
    std::shared_ptr<Inbox> inbox;
    std::vector<Held> tickets; // by TicketId::slot()
    QTimer timer;
    std::optional<TimePoint> armedFor;
    std::vector<Event> events; // a buffer that is used again
};

// Everything that was said since the last turn, then what time has brought, then what follows.
void InMemoryRatelimiterPrivate::process()
{
    const QPointer<InMemoryRatelimiter> alive(q);
    for (const Inbox::Message &message : inbox->takeAll()) {
        message();
        if (!alive) // a continuation of a query ran at once
            return;
    }
    scheduler.advance(clockNow());
    // Slots may do anything: ask for tickets (that goes to the inbox), run an event loop that comes
    // here again, or delete the ratelimiter. So nothing of ours is held while they run.
    auto batch = std::exchange(events, {});
    for (auto span = scheduler.takeEvents(); !span.empty(); span = scheduler.takeEvents()) {
        batch.assign(span.begin(), span.end());
        for (const Event &event : batch) {
            dispatch(event);
            if (!alive)
                return;
        }
    }
    batch.clear();
    events = std::move(batch);
    armTimer();
}

void InMemoryRatelimiterPrivate::dispatch(const Event &event)
{
    switch (event.type) {
    case Event::Type::TicketChanged:
        ticketChanged(event);
        break;
    case Event::Type::BucketChanged:
        if (isHeard(&Ratelimiter::bucketChanged)) {
            if (const auto bucket = scheduler.bucket(event.bucket, event.at))
                Q_EMIT q->bucketChanged(*bucket);
        }
        break;
    case Event::Type::BucketRemoved:
        Q_EMIT q->bucketRemoved(event.bucket);
        break;
    case Event::Type::LaneMoved:
        break; // each ticket tells its bucket, and both buckets have changed
    case Event::Type::LockChanged:
        if (event.reason != WaitReason::InvalidRequests)
            Q_EMIT q->globalLockChanged(event.wait > milliseconds::zero(), event.wait);
        break;
    case Event::Type::InvalidRequest:
        Q_EMIT q->invalidRequestsChanged(event.count, scheduler.options().invalidLimit);
        break;
    case Event::Type::AnomalySeen:
        Q_EMIT q->anomalySeen(
            {event.anomaly, event.bucket, scheduler.laneName(event.lane), event.at});
        break;
    case Event::Type::RateLimited:
        if (isHeard(&Ratelimiter::rateLimited)) {
            Q_EMIT q->rateLimited({event.ticket, event.bucket, event.kind, event.scope,
                scheduler.laneName(event.lane), event.wait});
        }
        break;
    }
}

void InMemoryRatelimiterPrivate::ticketChanged(const Event &event)
{
    const QPointer<InMemoryRatelimiter> alive(q);
    if (isHeard(&Ratelimiter::ticketChanged)) {
        Q_EMIT q->ticketChanged({event.ticket, event.lane, event.bucket, event.state,
            scheduler.laneName(event.lane), event.attempt, event.status, event.error, event.reason,
            event.at, event.askedAt, event.grantedAt});
        if (!alive)
            return;
    }
    if (event.state == TicketState::Available) {
        offer(event);
    } else if (isFinal(event.state)) {
        Held *ticket = held(event.ticket);
        if (ticket && event.error != TicketError::Code::None)
            ticket->notifier->reject(TicketError::of(event.error, event.reason));
        release(event.ticket);
    }
}

void InMemoryRatelimiterPrivate::offer(const Event &event)
{
    Held *ticket = held(event.ticket);
    if (!ticket)
        return;
    const QPointer<InMemoryRatelimiter> alive(q);
    // Moved out while the consumer's code runs: the table may grow, or be gone.
    TicketNotifier notifier = std::move(*ticket->notifier);
    auto headers = notifier.available();
    if (!alive)
        return;
    if (!headers) {
        scheduler.cancel(event.ticket, clockNow());
        return;
    }
    headers->whenSent([inbox = inbox, id = event.ticket, this] {
        inbox->post([this, id, at = clockNow()] { scheduler.markSent(id, at); });
    });
    headers->whenDone(
        [inbox = inbox, id = event.ticket, this](const TicketHeaders::Outcome &outcome) {
            inbox->post([this, id, outcome, at = clockNow()] {
                if (outcome.retry)
                    scheduler.retry(id, outcome.response, at);
                else
                    scheduler.complete(id, outcome.response, at);
            });
        });
    ticket = held(event.ticket);
    if (!ticket)
        return;
    ticket->notifier = std::move(notifier);
    const TicketSender sender = headers->sender();
    ticket->headers = std::move(headers);
    if (sender.isValid() && isHeard(&Ratelimiter::ticketAvailable))
        Q_EMIT q->ticketAvailable(event.ticket, sender);
}

void InMemoryRatelimiterPrivate::armTimer()
{
    const auto deadline = scheduler.nextDeadline();
    if (deadline == armedFor && (timer.isActive() || !deadline))
        return;
    armedFor = deadline;
    if (!deadline) {
        timer.stop();
        return;
    }
    const auto wait = std::chrono::ceil<milliseconds>(*deadline - clockNow());
    timer.start(std::clamp(wait, milliseconds(0), milliseconds(std::chrono::hours(24))));
}

void InMemoryRatelimiterPrivate::acquire(
    const Endpoint &endpoint, const TicketOptions &options, TicketNotifier notifier, TimePoint at)
{
    if (notifier.isCancelled())
        return;
    const TicketId id = scheduler.acquire(endpoint, options, at);
    if (id.slot() >= tickets.size())
        tickets.resize(id.slot() + 1);
    Held &ticket = tickets[id.slot()];
    ticket.id = id;
    ticket.headers.reset();
    ticket.notifier.emplace(std::move(notifier));
    ticket.notifier->whenCancelled([inbox = inbox, id, this] {
        inbox->post([this, id, now = clockNow()] { scheduler.cancel(id, now); });
    });
}

InMemoryRatelimiterPrivate::Held *InMemoryRatelimiterPrivate::held(TicketId id)
{
    if (id.slot() >= tickets.size() || tickets[id.slot()].id != id)
        return nullptr;
    return &tickets[id.slot()];
}

void InMemoryRatelimiterPrivate::release(TicketId id)
{
    if (Held *ticket = held(id)) {
        const Held gone = std::exchange(*ticket, {});
    }
}

template <typename Result>
QFuture<Result> InMemoryRatelimiterPrivate::query(
    std::function<Result(const Scheduler &, TimePoint)> question) const
{
    auto promise = std::make_shared<QPromise<Result>>();
    promise->start();
    auto future = promise->future();
    inbox->post([this, promise, question = std::move(question)] {
        promise->addResult(question(scheduler, clockNow()));
        promise->finish();
    });
    return future;
}

InMemoryRatelimiter::InMemoryRatelimiter(const SchedulerOptions &options, QObject *parent)
    : Ratelimiter(parent)
    , d(std::make_unique<InMemoryRatelimiterPrivate>(options, this))
{
}

InMemoryRatelimiter::InMemoryRatelimiter(QObject *parent)
    : InMemoryRatelimiter(SchedulerOptions(), parent)
{
}

InMemoryRatelimiter::~InMemoryRatelimiter()
{
    d->inbox->close();
}

const SchedulerOptions &InMemoryRatelimiter::options() const
{
    return d->scheduler.options();
}

TicketReceiver *InMemoryRatelimiter::ticket(const Endpoint &endpoint, const TicketOptions &options)
{
    auto [notifier, receiver] = channel();
    d->inbox->post(
        [this, endpoint = endpoint.at(wallClockNow()), options,
            notifier = std::make_shared<TicketNotifier>(std::move(notifier)),
            at = clockNow()] { d->acquire(endpoint, options, std::move(*notifier), at); });
    return receiver;
}

QFuture<std::optional<Bucket>> InMemoryRatelimiter::bucket(const Endpoint &endpoint) const
{
    return d->query<std::optional<Bucket>>(
        [endpoint = endpoint.at(wallClockNow())](
            const Scheduler &scheduler, TimePoint now) { return scheduler.bucket(endpoint, now); });
}

QFuture<bool> InMemoryRatelimiter::has(const Endpoint &endpoint) const
{
    return d->query<bool>(
        [endpoint = endpoint.at(wallClockNow())](const Scheduler &scheduler, TimePoint now) {
            return scheduler.bucket(endpoint, now).has_value();
        });
}

QFuture<bool> InMemoryRatelimiter::isGloballyLocked() const
{
    return d->query<bool>(
        [](const Scheduler &scheduler, TimePoint now) { return scheduler.isGloballyLocked(now); });
}

void InMemoryRatelimiter::setFlow(Flow flow)
{
    d->inbox->post([this, flow, at = clockNow()] { d->scheduler.setFlow(flow, at); });
}

void InMemoryRatelimiter::setFlow(const Endpoint &endpoint, Flow flow)
{
    d->inbox->post([this, endpoint = endpoint.at(wallClockNow()), flow, at = clockNow()] {
        if (const auto bucket = d->scheduler.bucket(endpoint, at))
            d->scheduler.setFlow(bucket->id, flow, at);
    });
}

void InMemoryRatelimiter::tokenChanged(const Credential &credential)
{
    d->inbox->post(
        [this, credential, at = clockNow()] { d->scheduler.tokenChanged(credential, at); });
}

QFuture<std::vector<Wait>> InMemoryRatelimiter::waits(TicketId ticket) const
{
    return d->query<std::vector<Wait>>([ticket](const Scheduler &scheduler, TimePoint now) {
        return scheduler.waits(ticket, now);
    });
}

QFuture<Estimate> InMemoryRatelimiter::estimate(
    const Endpoint &endpoint, const TicketOptions &options) const
{
    return d->query<Estimate>(
        [endpoint = endpoint.at(wallClockNow()), options](const Scheduler &scheduler,
            TimePoint now) { return scheduler.estimate(endpoint, options, now); });
}

std::vector<LearntRoute> InMemoryRatelimiter::learntRoutes() const
{
    return d->scheduler.learntRoutes(clockNow());
}

void InMemoryRatelimiter::restore(std::span<const LearntRoute> routes)
{
    d->scheduler.restore(routes, clockNow());
}

std::vector<Bucket> InMemoryRatelimiter::buckets() const
{
    return d->scheduler.buckets(clockNow());
}

InMemoryRatelimiter::GlobalUse InMemoryRatelimiter::globalUse() const
{
    const TimePoint now = clockNow();
    const auto state = d->scheduler.globalState(now);
    const auto until = [now](TimePoint at) { return std::chrono::ceil<milliseconds>(at - now); };
    GlobalUse use{state.limit, state.used, {}, {}};
    if (state.nextFreeAt)
        use.nextFree = until(*state.nextFreeAt);
    if (state.lockedUntil)
        use.locked = until(*state.lockedUntil);
    return use;
}

bool InMemoryRatelimiter::event(QEvent *event)
{
    if (event->type() == Inbox::eventType()) {
        d->process();
        return true;
    }
    return Ratelimiter::event(event);
}

} // namespace Turnstile
