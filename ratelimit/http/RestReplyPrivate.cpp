// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestReplyPrivate.h"

#include "ratelimit/http/RestClientPrivate.h"
#include "ratelimit/http/RestTexts.h"
#include "ratelimit/Ratelimiter.h"

#include <QtCore/QRandomGenerator>

#include <algorithm>
#include <utility>

namespace Turnstile {

using namespace std::chrono_literals;
using Code = RestError::Code;

// Most bodies come at once after the headers: then one word says that both ended.
static constexpr milliseconds bodyGrace = 5ms;
static constexpr milliseconds fullPause = 20ms;

static RestError cancelledError()
{
    return restError(Code::Cancelled, QStringLiteral("The request was cancelled."));
}

// For failures, too: RatelimitHeaders reads Retry-After of a 429 only.
static std::optional<milliseconds> retryAfterOf(const RestResult &answer)
{
    const bool isLimited = answer.status == 429;
    const QList<RestResult::Header> wait{{"Retry-After", answer.header("Retry-After")}};
    if (answer.status < 400 || (!isLimited && wait.first().second.isEmpty()))
        return {};
    return headersOf(429, isLimited ? answer.headers : wait, answer.body).retryAfter;
}

RestReplyPrivate::RestReplyPrivate(RestClientPrivate *client, Method method, const QString &path,
    RestBody body, RestOptions options)
    : m_client(client)
    , m_body(std::move(body))
    , m_options(std::move(options))
    , m_judge{.policy = m_options.retry.value_or(client->retryPolicy)}
    , m_timeouts(m_options.timeouts.value_or(client->timeouts))
{
    setTarget(RestTarget::of(client->baseUrl, path), method);
    endpoint = m_place;
    // No timer is for longer than that.
    for (milliseconds *time :
        {&m_timeouts.connect, &m_timeouts.response, &m_timeouts.body, &m_timeouts.whole})
        *time = std::min(*time, milliseconds(std::chrono::hours(20 * 24)));
    m_age.start();
    for (QTimer *timer : {&m_whole, &m_pause, &m_grace}) {
        timer->setSingleShot(true);
        timer->setTimerType(Qt::PreciseTimer);
    }
}

// Nothing is told here but to the limiter and the future.
RestReplyPrivate::~RestReplyPrivate()
{
    m_client->replies.remove(q);
    m_ticket.abandon();
    if (m_attempt)
        m_outcome.sent = takeAttempt()->maySend();
    const auto promise = std::exchange(m_promise, nullptr);
    m_ticket.end(m_outcome);
    if (promise) {
        if (m_state != State::Ending)
            result.error = cancelledError();
        promise->addResult(result);
        promise->finish();
    }
}

void RestReplyPrivate::begin(RestReply *reply)
{
    q = reply;
    m_client->replies.insert(q);
    QObject::connect(&m_pause, &QTimer::timeout, q, [this] { ask(); });
    QObject::connect(&m_grace, &QTimer::timeout, q, [this] { bodyIsSlow(); });
    QObject::connect(&m_whole, &QTimer::timeout, q, [this] {
        giveUp(restError(Code::TimedOut,
            QStringLiteral("The request was not finished within %1.")
                .arg(durationText(m_timeouts.whole))));
    });
    const QString fault = m_target.fault.isEmpty()
        ? m_client->faultOf(m_options, m_body.contentType())
        : m_target.fault;
    if (!fault.isEmpty()) {
        result.error = restError(Code::BadRequest, fault);
        finishLater();
        return;
    }
    if (m_timeouts.whole > milliseconds(0))
        m_whole.start(m_timeouts.whole);
    ask();
}

void RestReplyPrivate::setTarget(const RestTarget &target, Method method)
{
    m_target = target;
    m_judge.repeatable = m_options.repeatable.value_or(RetryPolicy::isRepeatable(method));
    const Endpoint place(method, target.path);
    const bool authorized =
        m_options.authorize && !m_client->token.isEmpty() && place.isAuthorized();
    m_place = authorized ? place : Endpoint(method, target.path, Credential::none());
    if (m_target.fault.isEmpty() && !m_place.isValid())
        m_target.fault = QStringLiteral("The path is empty or too long.");
}

void RestReplyPrivate::ask()
{
    m_state = State::Waiting;
    Ratelimiter *limiter = m_client->connections.limiter();
    if (!limiter) {
        failed(TicketError::of(TicketError::Code::RatelimiterGone));
        return;
    }
    TicketOptions options = m_options.ticket;
    options.pool = m_client->connections.pool();
    if (options.deadline) // counts from the first time
        options.deadline =
            std::max(*options.deadline - milliseconds(m_age.elapsed()), milliseconds(0));
    m_ticket.ask(limiter, m_place, options, q,
        {.granted = [this] { granted(); },
            .failed = [this](const TicketError &error) { failed(error); },
            .outlived =
                [this] {
                    if (m_attempt)
                        setTicketless(true);
                }});
}

void RestReplyPrivate::failed(const TicketError &error)
{
    result.error = restError(Code::NotGranted, error.message);
    result.error.ticket = error;
    finishLater();
}

void RestReplyPrivate::granted()
{
    m_outcome = {};
    m_outcome.sent = false;
    if (m_client->connections.isFull()) {
        askAgain(fullPause);
        return;
    }
    m_state = State::Sending;
    if (const QString fault = m_client->faultOf(m_options, m_body.contentType());
        !fault.isEmpty()) {
        end(restError(Code::BadRequest, fault)); // the settings may have changed
        return;
    }
    ++result.attempts;
    m_client->connections.requestStarted();
    m_attempt = std::make_unique<RestAttempt>(setup());
    RestAttempt *attempt = m_attempt.get();
    QObject::connect(attempt, &RestAttempt::sent, q, [this] { sent(); });
    QObject::connect(attempt, &RestAttempt::headersCame, q, [this] { headersCame(); });
    QObject::connect(attempt, &RestAttempt::ended, q, [this] { attemptEnded(); });
    QObject::connect(attempt, &RestAttempt::uploadProgress, q, &RestReply::uploadProgress);
    QObject::connect(attempt, &RestAttempt::downloadProgress, q, &RestReply::downloadProgress);
    const Guard guard(q);
    if (!attempt->start() && isIn(State::Sending, guard))
        attemptEnded();
}

RestSetup RestReplyPrivate::setup() const
{
    return {.manager = m_client->manager,
        .request = m_client->request(
            m_target.url, m_options, m_place.isAuthorized(), m_body.contentType()),
        .method = m_place.method(),
        .body = m_body,
        .repeatable = m_judge.repeatable,
        .timeouts = m_timeouts,
        .maxSize = m_client->maxResponseSize,
        .download = m_options.download};
}

void RestReplyPrivate::sent()
{
    const Guard guard(q);
    m_ticket.tellSent();
    if (isIn(State::Sending, guard))
        Q_EMIT q->sent(result.attempts);
}

void RestReplyPrivate::headersCame()
{
    m_outcome = m_attempt->outcome();
    const int status = m_outcome.result.status;
    if (RatelimitHeaders::readsBody(status) || m_judge.mayRetry(status, m_tries))
        return; // the ticket's word is given at the end
    m_grace.start(bodyGrace);
}

void RestReplyPrivate::bodyIsSlow()
{
    setTicketless(true);
    m_ticket.end(m_outcome);
}

void RestReplyPrivate::attemptEnded()
{
    const auto attempt = takeAttempt(); // in its signal still
    const int status = result.status;
    const RestError refusal = status >= 400
        ? answerError(status, result.body, m_client->secretsOf(m_target))
        : RestError();
    const RestVerdict verdict = m_judge.judge(m_outcome, m_tries, refusal, retryAfterOf(result),
        QRandomGenerator::global()->generateDouble());
    switch (verdict.next) {
    case RestVerdict::Next::Finish:
        end(verdict.error);
        break;
    case RestVerdict::Next::Retry:
        ++m_tries.failures;
        retry(verdict);
        break;
    case RestVerdict::Next::Wait:
        ++m_tries.limited;
        retry(verdict);
        break;
    case RestVerdict::Next::Redirect:
        redirect();
        break;
    }
}

std::unique_ptr<RestAttempt> RestReplyPrivate::takeAttempt()
{
    auto attempt = std::exchange(m_attempt, nullptr);
    m_outcome = attempt->outcome();
    m_grace.stop();
    m_client->connections.requestEnded();
    setTicketless(false);
    result.status = m_outcome.result.status;
    result.headers = m_outcome.result.headers;
    result.body = m_outcome.result.body;
    result.resent += std::max(attempt->timesSent() - 1, 0);
    return attempt;
}

void RestReplyPrivate::retry(const RestVerdict &verdict)
{
    const Guard guard(q);
    Q_EMIT q->retryScheduled(result.attempts + 1, verdict.wait, verdict.error.message);
    if (!guard)
        return;
    if (m_state != State::Sending) { // cancelled
        m_ticket.end(m_outcome);
        return;
    }
    const bool isFailure = verdict.next == RestVerdict::Next::Retry;
    if ((isFailure && !keepsOrder()) || (m_outcome.result.error && result.status != 0)) {
        // Nobody has to wait until it is sent again; or it was answered, and only the rest of the
        // body is asked for anew.
        m_ticket.end(m_outcome);
        if (!isIn(State::Sending, guard))
            return;
    }
    askAgain(verdict.wait);
}

bool RestReplyPrivate::keepsOrder() const
{
    const Ordering ordering = m_options.ticket.ordering.value_or(Ordering::Automatic);
    return ordering == Ordering::Strict || (ordering == Ordering::Automatic && m_place.isOrdered());
}

void RestReplyPrivate::askAgain(milliseconds wait)
{
    const Guard guard(q);
    m_state = State::Waiting;
    if (m_ticket.retry(m_outcome, wait) || !isIn(State::Waiting, guard))
        return;
    m_state = State::Pausing; // its ticket has ended: with the headers, or too late
    m_pause.start(wait);
}

void RestReplyPrivate::redirect()
{
    const int status = result.status;
    const auto method = redirectedMethod(m_place.method(), status);
    if (!method) {
        end(restError(Code::RedirectRefused,
            QStringLiteral("The server redirects a POST so that it could become a GET (%1).")
                .arg(status)));
        return;
    }
    const RestTarget target = m_target.redirected(m_client->baseUrl, result.header("Location"));
    if (*method != m_place.method())
        m_body = {};
    setTarget(target, *method);
    if (!m_target.fault.isEmpty()) {
        end(restError(Code::RedirectRefused, m_target.fault));
        return;
    }
    ++m_tries.redirects;
    const Guard guard(q);
    m_ticket.end(m_outcome);
    if (isIn(State::Sending, guard))
        ask();
}

void RestReplyPrivate::cancel()
{
    giveUp(cancelledError());
}

void RestReplyPrivate::giveUp(const RestError &error)
{
    if (m_state == State::Ending || m_state == State::Finished)
        return;
    m_ticket.abandon();
    m_pause.stop();
    result.error = error;
    finishLater();
    if (!m_attempt)
        return; // it waits, or whoever has called this gives the word
    const auto attempt = takeAttempt();
    m_outcome.sent = attempt->maySend();
    m_ticket.end(m_outcome);
}

void RestReplyPrivate::end(const RestError &error)
{
    const Guard guard(q);
    result.error = error;
    m_ticket.end(m_outcome);
    if (isIn(State::Sending, guard))
        finish();
}

void RestReplyPrivate::finishLater()
{
    m_state = State::Ending;
    m_whole.stop();
    QMetaObject::invokeMethod(
        q, [this] { finish(); }, Qt::QueuedConnection);
}

void RestReplyPrivate::finish()
{
    m_state = State::Finished;
    m_whole.stop();
    m_ticket.abandon();
    const Guard guard(q);
    const auto promise = std::exchange(m_promise, nullptr);
    const RestResult told = promise ? result : RestResult();
    Q_EMIT q->finished();
    if (promise) {
        promise->addResult(told);
        promise->finish();
    }
    if (guard && autoDelete)
        q->deleteLater();
}

QFuture<RestResult> RestReplyPrivate::future()
{
    if (!m_promise) {
        m_promise = std::make_unique<QPromise<RestResult>>();
        m_promise->start();
        if (isFinished()) {
            m_promise->addResult(result);
            m_promise->finish();
        }
    }
    return m_promise->future();
}

void RestReplyPrivate::setTicketless(bool on)
{
    if (std::exchange(m_ticketless, on) == on)
        return;
    if (on)
        m_client->connections.ticketEnded();
    else
        m_client->connections.connectionFreed();
}

} // namespace Turnstile
