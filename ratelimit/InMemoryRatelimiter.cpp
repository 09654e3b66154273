// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"

#include "ratelimit/Clock.h"
#include "ratelimit/core/Scheduler.h"
#include "ratelimit/Inbox.h"
#include "ratelimit/LeaseBroker.h"
#include "ratelimit/ticket/TicketChannel.h"

#include <QtCore/QMetaMethod>
#include <QtCore/QPointer>
#include <QtCore/QPromise>
#include <QtCore/QTimer>

#include <algorithm>
#include <atomic>
#include <deque>

namespace Turnstile {

static WallTime wallClockNow()
{
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

// Messages that are handled before their events are: bounds how often a bucket's change is told.
static constexpr int messagesAtOnce = 64;

// What is kept for the next turn, of vectors that grow in a burst.
static constexpr size_t keptCapacity = 1024;

template <typename T> static void clearAndKeepSome(std::vector<T> &used)
{
    used.clear();
    if (used.capacity() > keptCapacity)
        used.shrink_to_fit();
}

class InMemoryRatelimiterPrivate {
public:
    // With what tickets stay in touch from any thread: they keep it when the ratelimiter has gone.
    // Two words are what std::function holds without an allocation: this, and the ticket's id.
    struct TicketInbox : Inbox {
        TicketInbox(InMemoryRatelimiterPrivate *owner, QObject *object)
            : Inbox(object)
            , d(owner)
        {
        }
        InMemoryRatelimiterPrivate *const d; // there is one when messages are handled
    };

    // What the ratelimiter holds of a ticket: its end of the channel.
    struct Held {
        TicketId id;
        TimePoint grantedAt;
        std::optional<TicketNotifier> notifier;
        std::optional<TicketHeaders> headers;
    };

    InMemoryRatelimiterPrivate(const SchedulerOptions &options,
        std::unique_ptr<LeaseBroker> leaseBroker, InMemoryRatelimiter *ratelimiter)
        : q(ratelimiter)
        , scheduler(options)
        , broker(std::move(leaseBroker))
        , inbox(std::make_shared<TicketInbox>(this, ratelimiter))
        , timer(ratelimiter) // goes with it to another thread
    {
        timer.setTimerType(Qt::PreciseTimer);
        timer.setSingleShot(true);
        QObject::connect(&timer, &QTimer::timeout, q, [this] { process(); });
    }

    void process();
    bool hasMessages();
    void handleMessages();
    void advance();
    void dispatch(const Event &event);
    void bucketChanged(const Event &event);
    void ticketChanged(const Event &event);
    TicketInfo infoOf(const Event &event) const;
    void ended(const Event &event);
    void offer(const Event &event);
    void armTimer();

    void acquire(const Endpoint &endpoint, const TicketOptions &options, TicketNotifier notifier,
        TimePoint at);
    Held *held(TicketId id);

    // Messages carry the time when they were sent, from several threads, and some come after we
    // have looked at the clock ourselves. That is no jump of the clock.
    TimePoint notBefore(TimePoint at) { return latest = std::max(latest, at); }

    template <typename Result>
    QFuture<Result> query(std::function<Result(const Scheduler &, TimePoint)> question) const;

    QFuture<bool> change(std::function<bool(TimePoint)> step);

    // Which signals are worth their arguments.
    struct Heard {
        bool ticketChanged = false;
        bool ticketAvailable = false;
        bool bucketChanged = false;
        bool rateLimited = false;
        bool anything = false;
    };
    const Heard &heard();

    InMemoryRatelimiter *q;
    Scheduler scheduler;
    std::unique_ptr<LeaseBroker> broker; // null: the scheduler counts
    std::shared_ptr<TicketInbox> inbox;
    std::vector<Inbox::Message> messages; // to be handled, when all events are told
    size_t nextMessage = 0;
    std::vector<Event> events; // to be told
    size_t nextEvent = 0;
    std::vector<Held> tickets; // by TicketId::slot()
    std::vector<Held> refused; // whose slots were taken again before their end was told
    struct Grant {
        TimePoint at;
        TicketId ticket;
    };
    std::deque<Grant> unclaimed; // oldest first: they may have reached nobody
    struct Late {
        TimePoint until;
        TicketHeaders headers;
    };
    std::deque<Late> late; // timed out, and still to be learnt from
    QTimer timer;
    std::optional<TimePoint> armedFor;
    TimePoint latest;
    Heard lastHeard;
    std::atomic<bool> haveListenersChanged = false; // set by any thread
};

// Asking Qt costs as much as ten signals that nobody hears, so it is asked after changes only.
const InMemoryRatelimiterPrivate::Heard &InMemoryRatelimiterPrivate::heard()
{
    if (haveListenersChanged.load(std::memory_order_relaxed)
        && haveListenersChanged.exchange(false)) {
        const auto isHeard = [this](auto signal) {
            return q->isSignalConnected(QMetaMethod::fromSignal(signal));
        };
        lastHeard = {isHeard(&Ratelimiter::ticketChanged), isHeard(&Ratelimiter::ticketAvailable),
            isHeard(&Ratelimiter::bucketChanged), isHeard(&Ratelimiter::rateLimited)};
        lastHeard.anything = lastHeard.ticketChanged || lastHeard.ticketAvailable
            || lastHeard.bucketChanged || lastHeard.rateLimited
            || isHeard(&InMemoryRatelimiter::bucketTouched) || isHeard(&Ratelimiter::bucketRemoved)
            || isHeard(&Ratelimiter::globalLockChanged)
            || isHeard(&Ratelimiter::invalidRequestsChanged) || isHeard(&Ratelimiter::anomalySeen);
    }
    return lastHeard;
}

// Everything that was said since the last turn, then what time has brought, and what follows, in
// slices. Slots may do anything: ask for tickets (that goes to the inbox), run an event loop that
// comes here again and goes on where we are, or delete the ratelimiter. So what is left to do
// stands in members, and nothing of them is held while slots run.
void InMemoryRatelimiterPrivate::process()
{
    const QPointer<InMemoryRatelimiter> alive(q);
    const TimePoint begin = clockNow();
    const TimePoint end = begin + slice;
    if (broker)
        broker->turnBegins(scheduler, notBefore(begin));
    bool hasAdvanced = false;
    int quick = 0; // events that no slot hears of: most take less than to read the clock
    bool mayTakeLong = true;
    do {
        mayTakeLong = true;
        if (nextEvent < events.size()) {
            inbox->wake(); // an event loop of the slot goes on here, and so do we after the slice
            const Event event = events[nextEvent++];
            mayTakeLong = event.state == TicketState::Available || heard().anything
                || ++quick % messagesAtOnce == 0;
            dispatch(event);
        } else if (const auto happened = scheduler.takeEvents(); !happened.empty()) {
            clearAndKeepSome(events);
            events.assign(happened.begin(), happened.end());
            nextEvent = 0;
        } else if (hasMessages()) {
            handleMessages();
        } else if (!std::exchange(hasAdvanced, true)) {
            advance();
        } else if (!broker || !broker->turnEnded(scheduler, notBefore(clockNow()))) {
            armTimer();
            return;
        }
        if (!alive)
            return;
    } while (!mayTakeLong || clockNow() < end);
    inbox->wake();
}

bool InMemoryRatelimiterPrivate::hasMessages()
{
    if (nextMessage == messages.size()) {
        clearAndKeepSome(messages);
        messages = inbox->takeAll(std::move(messages));
        nextMessage = 0;
    }
    return nextMessage < messages.size();
}

void InMemoryRatelimiterPrivate::handleMessages()
{
    const QPointer<InMemoryRatelimiter> alive(q);
    for (int i = 0; i < messagesAtOnce && nextMessage < messages.size(); ++i) {
        Inbox::Message message = std::move(messages[nextMessage++]);
        message();
        if (!alive) // a continuation of a query ran at once
            return;
    }
}

void InMemoryRatelimiterPrivate::advance()
{
    const TimePoint now = notBefore(clockNow());
    const milliseconds timeout = scheduler.options().responseTimeout;
    for (; !unclaimed.empty(); unclaimed.pop_front()) {
        const auto [grantedAt, id] = unclaimed.front();
        Held *ticket = held(id);
        if (!ticket || ticket->grantedAt != grantedAt)
            continue;
        if (now < grantedAt + timeout)
            break;
        // What nobody has taken was not used, whatever the scheduler would make of it.
        if (ticket->headers && ticket->headers->withdraw())
            scheduler.cancel(id, now);
    }
    while (!late.empty() && late.front().until <= now)
        late.pop_front();
    scheduler.advance(now);
}

void InMemoryRatelimiterPrivate::dispatch(const Event &event)
{
    if (broker)
        broker->happened(event);
    switch (event.type) {
    case Event::Type::TicketChanged:
        ticketChanged(event);
        break;
    case Event::Type::BucketChanged:
        bucketChanged(event);
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
        if (heard().rateLimited) {
            Q_EMIT q->rateLimited({event.ticket, event.bucket, event.kind, event.scope,
                scheduler.laneName(event.lane), event.wait});
        }
        break;
    }
}

void InMemoryRatelimiterPrivate::bucketChanged(const Event &event)
{
    const QPointer<InMemoryRatelimiter> alive(q);
    Q_EMIT q->bucketTouched(event.bucket);
    if (!alive || !heard().bucketChanged)
        return;
    if (const auto bucket = scheduler.bucket(event.bucket, event.at))
        Q_EMIT q->bucketChanged(*bucket);
}

void InMemoryRatelimiterPrivate::ticketChanged(const Event &event)
{
    if (isFinal(event.state))
        ended(event);
    const QPointer<InMemoryRatelimiter> alive(q);
    if (heard().ticketChanged) {
        Q_EMIT q->ticketChanged(infoOf(event));
        if (!alive)
            return;
    }
    if (event.state == TicketState::Available)
        offer(event);
}

TicketInfo InMemoryRatelimiterPrivate::infoOf(const Event &event) const
{
    return {event.ticket, event.lane, event.bucket, event.state, scheduler.laneName(event.lane),
        event.attempt, event.status, event.error, event.reason, event.at, event.askedAt,
        event.grantedAt};
}

void InMemoryRatelimiterPrivate::ended(const Event &event)
{
    Held *ticket = held(event.ticket);
    if (!ticket)
        return;
    Held gone = std::exchange(*ticket, {});
    std::erase_if(refused, [](const Held &other) { return other.id.isNull(); });
    if (event.error != TicketError::Code::None)
        gone.notifier->reject(TicketError::of(event.error, event.reason));
    if (event.state == TicketState::TimedOut && gone.headers) {
        gone.headers->stopWaiting();
        // As long as the scheduler learns from it.
        late.push_back(
            {event.grantedAt + 2 * scheduler.options().responseTimeout, std::move(*gone.headers)});
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
        scheduler.cancel(event.ticket, notBefore(clockNow()));
        return;
    }
    headers->whenSent([inbox = inbox.get(), id = event.ticket] {
        inbox->post([d = inbox->d, id, at = clockNow()] { //
            d->scheduler.markSent(id, d->notBefore(at));
        });
    });
    headers->whenDone(
        [inbox = inbox.get(), id = event.ticket](const TicketHeaders::Outcome &outcome) {
            inbox->post([d = inbox->d, id, outcome = outcome, at = clockNow()] {
                const TimePoint now = d->notBefore(at);
                if (d->broker)
                    d->broker->answered(id, outcome.response, now);
                if (outcome.retry)
                    d->scheduler.retry(id, outcome.response, now, outcome.wait);
                else
                    d->scheduler.complete(id, outcome.response, now);
            });
        });
    ticket = held(event.ticket);
    if (!ticket)
        return;
    ticket->notifier = std::move(notifier);
    ticket->headers = std::move(headers);
    ticket->grantedAt = event.grantedAt;
    unclaimed.push_back({event.grantedAt, event.ticket});
    if (!heard().ticketAvailable)
        return;
    if (const TicketSender sender = ticket->headers->sender(); sender.isValid())
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
    const TicketId id = scheduler.acquire(endpoint, options, notBefore(at));
    if (id.slot() >= tickets.size())
        tickets.resize(id.slot() + 1);
    Held &ticket = tickets[id.slot()];
    if (!ticket.id.isNull())
        refused.push_back(std::move(ticket));
    ticket = {id, {}, std::move(notifier), {}};
    ticket.notifier->whenCancelled([inbox = inbox.get(), id] {
        inbox->post([d = inbox->d, id, at = clockNow()] { //
            d->scheduler.cancel(id, d->notBefore(at));
        });
    });
}

InMemoryRatelimiterPrivate::Held *InMemoryRatelimiterPrivate::held(TicketId id)
{
    if (id.slot() < tickets.size() && tickets[id.slot()].id == id)
        return &tickets[id.slot()];
    const auto found = std::find_if(
        refused.begin(), refused.end(), [id](const Held &ticket) { return ticket.id == id; });
    return found == refused.end() ? nullptr : &*found;
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

QFuture<bool> InMemoryRatelimiterPrivate::change(std::function<bool(TimePoint)> step)
{
    auto promise = std::make_shared<QPromise<bool>>();
    promise->start();
    auto future = promise->future();
    inbox->post([this, promise, step = std::move(step), at = clockNow()] {
        promise->addResult(step(notBefore(at)));
        promise->finish();
    });
    return future;
}

InMemoryRatelimiter::InMemoryRatelimiter(const SchedulerOptions &options, QObject *parent)
    : InMemoryRatelimiter(options, nullptr, parent)
{
}

InMemoryRatelimiter::InMemoryRatelimiter(
    const SchedulerOptions &options, std::unique_ptr<LeaseBroker> broker, QObject *parent)
    : Ratelimiter(parent)
    , d(std::make_unique<InMemoryRatelimiterPrivate>(options, std::move(broker), this))
{
}

void InMemoryRatelimiter::change(std::function<void(Scheduler &, TimePoint)> step)
{
    d->inbox->post(
        [this, step = std::move(step), at = clockNow()] { step(d->scheduler, d->notBefore(at)); });
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
    notifier.keep(d->inbox);
    d->inbox->post([this, endpoint = endpoint.at(wallClockNow()), options = options,
                       notifier = std::move(notifier), at = clockNow()]() mutable {
        d->acquire(endpoint, options, std::move(notifier), at);
    });
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
    d->inbox->post([this, flow, at = clockNow()] { d->scheduler.setFlow(flow, d->notBefore(at)); });
}

void InMemoryRatelimiter::setFlow(const Endpoint &endpoint, Flow flow)
{
    d->inbox->post([this, endpoint = endpoint.at(wallClockNow()), flow, at = clockNow()] {
        const TimePoint now = d->notBefore(at);
        if (const auto bucket = d->scheduler.bucket(endpoint, now))
            d->scheduler.setFlow(bucket->id, flow, now);
    });
}

QFuture<bool> InMemoryRatelimiter::setFlow(BucketId bucket, Flow flow)
{
    return d->change(
        [this, bucket, flow](TimePoint now) { return d->scheduler.setFlow(bucket, flow, now); });
}

QFuture<bool> InMemoryRatelimiter::cancel(TicketId ticket)
{
    return d->change([this, ticket](TimePoint now) {
        return d->scheduler.isWaiting(ticket) && d->scheduler.cancel(ticket, now);
    });
}

void InMemoryRatelimiter::setPool(PoolId pool, int connections)
{
    d->inbox->post([this, pool, connections, at = clockNow()] {
        d->scheduler.setPool(pool, connections, d->notBefore(at));
    });
}

void InMemoryRatelimiter::removePool(PoolId pool)
{
    d->inbox->post(
        [this, pool, at = clockNow()] { d->scheduler.removePool(pool, d->notBefore(at)); });
}

void InMemoryRatelimiter::tokenChanged(const Credential &credential)
{
    d->inbox->post([this, credential = credential, at = clockNow()] {
        d->scheduler.tokenChanged(credential, d->notBefore(at));
    });
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
    d->scheduler.restore(routes, d->notBefore(clockNow()));
}

std::vector<Bucket> InMemoryRatelimiter::buckets() const
{
    return d->scheduler.buckets(clockNow());
}

InMemoryRatelimiter::BucketPage InMemoryRatelimiter::buckets(quint32 from, int most) const
{
    auto page = d->scheduler.buckets(clockNow(), from, most);
    return {std::move(page.buckets), page.next};
}

std::optional<Bucket> InMemoryRatelimiter::bucket(BucketId id) const
{
    return d->scheduler.bucket(id, clockNow());
}

std::vector<TicketInfo> InMemoryRatelimiter::waiting(BucketId bucket, int most) const
{
    std::vector<TicketInfo> tickets;
    for (const Event &event : d->scheduler.waiting(bucket, most))
        tickets.push_back(d->infoOf(event));
    return tickets;
}

int InMemoryRatelimiter::invalidRequests() const
{
    return d->scheduler.invalidRequests(clockNow());
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

SharedState InMemoryRatelimiter::sharedState() const
{
    return d->broker ? d->broker->sharedState(clockNow()) : SharedState();
}

void InMemoryRatelimiter::connectNotify(const QMetaMethod & /*signal*/)
{
    d->haveListenersChanged = true;
}

// Where a receiver dies in another thread, its connection may still be there when we ask: then a
// signal is emitted that nobody hears.
void InMemoryRatelimiter::disconnectNotify(const QMetaMethod & /*signal*/)
{
    d->haveListenersChanged = true;
}

bool InMemoryRatelimiter::event(QEvent *event)
{
    if (event->type() == Inbox::eventType()) {
        d->inbox->eventCame();
        d->process();
        return true;
    }
    return Ratelimiter::event(event);
}

} // namespace Turnstile
