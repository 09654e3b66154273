// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketChannelState.h"

#include "ratelimit/ticket/TicketReceiver.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <mutex>
#include <utility>

namespace Turnstile {

namespace {

using Lock = std::lock_guard<QMutex>;

template <typename T> QFuture<T> startedFuture(std::unique_ptr<QPromise<T>> &promise)
{
    if (!promise) {
        promise = std::make_unique<QPromise<T>>();
        promise->start();
    }
    return promise->future();
}

// A promise that is destroyed without a result cancels its future.
void fulfil(TicketChannelState::HeadersPromise &promise, const TicketHeaders::Outcome &outcome)
{
    if (outcome.response.kind == Response::Kind::Answered) {
        promise.addResult(outcome.response.headers);
        promise.finish();
    }
}

} // namespace

int TicketChannelState::grant()
{
    TicketReceiver *listener = nullptr;
    int attempt = 0;
    {
        const Lock lock(m_mutex);
        if (m_phase != Phase::Waiting)
            return 0;
        m_phase = Phase::Granted;
        attempt = ++m_attempt;
        m_sent = false;
        m_outcome.reset();
        m_undelivered = std::make_shared<TicketGrant>(shared_from_this(), attempt);
        m_grant = m_undelivered;
        if (isListening()) {
            if (m_receiver->thread() == QThread::currentThread())
                listener = m_receiver;
            else
                post();
        }
    }
    if (listener)
        deliver();
    return attempt;
}

bool TicketChannelState::isCancelled() const
{
    const Lock lock(m_mutex);
    return m_cancelled;
}

void TicketChannelState::setWhenCancelled(std::function<void()> cancelled)
{
    std::function<void()> now;
    {
        const Lock lock(m_mutex);
        if (m_cancelled)
            now = std::move(cancelled);
        else if (m_phase != Phase::Ended)
            m_whenCancelled.swap(cancelled);
    }
    if (now)
        now();
}

void TicketChannelState::reject(TicketError error)
{
    std::function<void()> cancelled;
    const Lock lock(m_mutex);
    if (m_phase != Phase::Waiting)
        return;
    if (error.code == TicketError::Code::None)
        error.code = TicketError::Code::Other;
    cancelled.swap(m_whenCancelled);
    fail(std::move(error));
}

void TicketChannelState::notifierGone()
{
    std::function<void()> cancelled;
    const Lock lock(m_mutex);
    m_notifierGone = true;
    cancelled.swap(m_whenCancelled);
    if (m_phase == Phase::Waiting)
        fail(TicketError::of(TicketError::Code::RatelimiterGone));
}

QFuture<std::optional<RatelimitHeaders>> TicketChannelState::headersFuture(int attempt)
{
    std::unique_ptr<HeadersPromise> promise;
    QFuture<std::optional<RatelimitHeaders>> future;
    std::optional<Outcome> outcome;
    {
        const Lock lock(m_mutex);
        if (isGranted(attempt))
            return startedFuture(m_headersPromise);
        future = startedFuture(promise);
        if (m_attempt == attempt)
            outcome.swap(m_outcome);
    }
    if (outcome)
        fulfil(*promise, *outcome);
    return future;
}

void TicketChannelState::setWhenDone(int attempt, WhenDone done)
{
    std::optional<Outcome> outcome;
    {
        const Lock lock(m_mutex);
        if (isGranted(attempt))
            m_whenDone.swap(done);
        else if (m_attempt == attempt)
            outcome.swap(m_outcome);
    }
    if (outcome && done)
        done(*outcome);
}

void TicketChannelState::setWhenSent(int attempt, std::function<void()> sent)
{
    {
        const Lock lock(m_mutex);
        if (m_attempt != attempt || !m_sent) {
            if (isGranted(attempt))
                m_whenSent.swap(sent);
            return;
        }
    }
    if (sent)
        sent();
}

TicketSender TicketChannelState::sender(int attempt) const
{
    const Lock lock(m_mutex);
    return TicketSender(isGranted(attempt) ? m_grant.lock() : nullptr);
}

bool TicketChannelState::withdraw(int attempt)
{
    Leftovers leftovers;
    const Lock lock(m_mutex);
    return withdraw(attempt, leftovers);
}

bool TicketChannelState::withdraw(int attempt, Leftovers &leftovers)
{
    if (!isGranted(attempt) || !m_undelivered)
        return false;
    leftovers = takeGrant();
    leftovers.cancelled.swap(m_whenCancelled);
    fail(TicketError::of(TicketError::Code::RatelimiterGone));
    return true;
}

void TicketChannelState::stopWaiting(int attempt)
{
    Leftovers leftovers;
    const Lock lock(m_mutex);
    if (withdraw(attempt, leftovers) || !isGranted(attempt))
        return;
    leftovers.cancelled.swap(m_whenCancelled);
    m_late = true;
    end();
}

void TicketChannelState::headersGone(int attempt)
{
    Leftovers leftovers;
    std::optional<Outcome> outcome;
    const Lock lock(m_mutex);
    if (withdraw(attempt, leftovers))
        return;
    if (m_attempt == attempt)
        outcome.swap(m_outcome);
    if (isLate(attempt)) {
        m_late = false;
        leftovers = takeGrant();
    } else if (isGranted(attempt)) {
        leftovers = takeGrant();
        leftovers.cancelled.swap(m_whenCancelled);
        end();
    }
}

bool TicketChannelState::sent(int attempt)
{
    std::function<void()> sent;
    {
        const Lock lock(m_mutex);
        if (!isGranted(attempt))
            return false;
        m_sent = true;
        sent.swap(m_whenSent);
    }
    if (sent)
        sent();
    return true;
}

bool TicketChannelState::complete(int attempt, const Outcome &outcome)
{
    Leftovers leftovers;
    std::function<void()> cancelled;
    bool late = false;
    {
        const Lock lock(m_mutex);
        late = isLate(attempt);
        if (!late && !isGranted(attempt))
            return false;
        leftovers = takeGrant();
        if (late)
            m_late = false;
        else
            settle(outcome, leftovers, cancelled);
    }
    if (late)
        tell(leftovers, {outcome.response});
    else
        tell(leftovers, outcome);
    if (cancelled)
        cancelled();
    return !late;
}

void TicketChannelState::settle(
    const Outcome &outcome, Leftovers &leftovers, std::function<void()> &cancelled)
{
    if (!leftovers.done && !leftovers.promise)
        m_outcome = outcome;
    if (!outcome.retry) {
        leftovers.cancelled.swap(m_whenCancelled);
        end();
    } else if (!m_receiver) {
        giveUp();
        cancelled.swap(m_whenCancelled);
    } else if (m_notifierGone) {
        fail(TicketError::of(TicketError::Code::RatelimiterGone));
    } else {
        m_phase = Phase::Waiting;
    }
}

void TicketChannelState::setReceiver(TicketReceiver *receiver)
{
    m_receiver = receiver;
}

QFuture<TicketSender> TicketChannelState::senderFuture()
{
    std::unique_ptr<SenderPromise> ended;
    const Lock lock(m_mutex);
    if (m_phase == Phase::Ended)
        return startedFuture(ended);
    const QFuture<TicketSender> future = startedFuture(m_senderPromise);
    if (m_undelivered)
        post();
    return future;
}

void TicketChannelState::listen()
{
    const Lock lock(m_mutex);
    m_connected = true;
    if (m_undelivered)
        post();
}

void TicketChannelState::cancel(Consumer consumer)
{
    Leftovers leftovers;
    std::function<void()> cancelled;
    std::unique_ptr<SenderPromise> promise;
    {
        const Lock lock(m_mutex);
        if (consumer == Consumer::Gone) {
            m_receiver = nullptr;
            promise.swap(m_senderPromise);
        }
        if (m_phase == Phase::Waiting) {
            cancelled.swap(m_whenCancelled);
        } else if (m_undelivered) {
            leftovers = takeGrant();
            leftovers.cancelled.swap(m_whenCancelled);
            if (!leftovers.done && !leftovers.promise)
                m_outcome = Outcome{Response::unused()};
        } else {
            return;
        }
        giveUp();
    }
    tell(leftovers, {Response::unused()});
    if (cancelled)
        cancelled();
}

void TicketChannelState::deliver()
{
    TicketSender sender;
    std::unique_ptr<SenderPromise> promise;
    TicketReceiver *receiver = nullptr;
    TicketError failure;
    {
        const Lock lock(m_mutex);
        m_posted = false;
        receiver = m_receiver;
        if (!receiver)
            return;
        if (m_undelivered && isListening())
            sender = TicketSender(std::exchange(m_undelivered, nullptr));
        if (m_phase == Phase::Ended && !std::exchange(m_failureTold, true))
            failure = m_error;
        if (sender.isValid() || m_phase == Phase::Ended)
            promise.swap(m_senderPromise);
    }
    if (sender.isValid()) {
        Q_EMIT receiver->available(sender);
        if (promise) {
            promise->addResult(std::move(sender));
            promise->finish();
        }
    } else if (failure) {
        Q_EMIT receiver->failed(failure);
        promise.reset();
        const Lock lock(m_mutex);
        if (m_receiver && m_autoDelete)
            m_receiver->deleteLater();
    }
}

TicketError TicketChannelState::error() const
{
    const Lock lock(m_mutex);
    return m_error;
}

bool TicketChannelState::autoDelete() const
{
    const Lock lock(m_mutex);
    return m_autoDelete;
}

void TicketChannelState::setAutoDelete(bool on)
{
    const Lock lock(m_mutex);
    m_autoDelete = on;
    if (on && m_phase == Phase::Ended && (!m_error || m_failureTold))
        m_receiver->deleteLater();
}

QEvent::Type TicketChannelState::deliveryEvent()
{
    static const auto type = QEvent::Type(QEvent::registerEventType());
    return type;
}

void TicketChannelState::end()
{
    m_phase = Phase::Ended;
    if (m_receiver && m_autoDelete)
        m_receiver->deleteLater();
    else if (m_senderPromise)
        post();
}

void TicketChannelState::fail(TicketError error)
{
    m_phase = Phase::Ended;
    m_error = std::move(error);
    post();
}

void TicketChannelState::giveUp()
{
    m_cancelled = true;
    fail(TicketError::of(TicketError::Code::Cancelled));
}

void TicketChannelState::post()
{
    if (!m_receiver || std::exchange(m_posted, true))
        return;
    QCoreApplication::postEvent(m_receiver, new QEvent(deliveryEvent()));
}

TicketChannelState::Leftovers TicketChannelState::takeGrant()
{
    return {std::exchange(m_whenDone, {}), std::move(m_headersPromise),
        std::exchange(m_whenSent, {}), {}, std::move(m_undelivered)};
}

void TicketChannelState::tell(Leftovers &leftovers, const Outcome &outcome)
{
    if (leftovers.done)
        leftovers.done(outcome);
    if (leftovers.promise)
        fulfil(*leftovers.promise, outcome);
}

TicketGrant::TicketGrant(std::shared_ptr<TicketChannelState> state, int attempt)
    : m_state(std::move(state))
    , m_attempt(attempt)
{
}

TicketGrant::~TicketGrant()
{
    complete(m_stamped ? Response::lost() : Response::unused());
}

} // namespace Turnstile
