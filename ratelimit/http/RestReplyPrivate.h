// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/http/RestAttempt.h"
#include "ratelimit/http/RestOptions.h"
#include "ratelimit/http/RestReply.h"
#include "ratelimit/http/RestTarget.h"
#include "ratelimit/http/RestTicket.h"
#include "ratelimit/http/RestVerdict.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QPointer>
#include <QtCore/QPromise>
#include <QtCore/QTimer>

#include <memory>

namespace Turnstile {

class RestClientPrivate;

/// The life of a request.
///
/// ```
/// Waiting -> Sending -> Finished
///    ^          |                  Ending: over, and not told yet
///    +----------+ retry with the same ticket; redirect
///    +-Pausing<-+ retry with a new ticket, where the old one has ended
/// ```
/// Whatever is told, to the limiter or by a signal, may destroy the reply or cancel the request: so
/// isIn() is asked afterwards.
class RestReplyPrivate {
public:
    RestReplyPrivate(RestClientPrivate *client, Method method, const QString &path, RestBody body,
        RestOptions options);
    ~RestReplyPrivate();
    Q_DISABLE_COPY_MOVE(RestReplyPrivate)

    void begin(RestReply *reply);
    void cancel();
    QFuture<RestResult> future();
    bool isFinished() const { return m_state == State::Finished; }

    Endpoint endpoint;
    RestResult result;
    bool autoDelete = true;

private:
    enum class State : quint8 { Waiting, Sending, Pausing, Ending, Finished };
    using Guard = QPointer<RestReply>;

    void setTarget(const RestTarget &target, Method method);
    void ask();
    void granted();
    void failed(const TicketError &error);
    RestSetup setup() const;
    void sent();
    void headersCame();
    void bodyIsSlow();
    void attemptEnded();
    std::unique_ptr<RestAttempt> takeAttempt(); ///< and what is known of it
    void retry(const RestVerdict &verdict);
    bool keepsOrder() const;          ///< what was asked for later must not overtake it
    void askAgain(milliseconds wait); ///< with the same ticket if it lives
    void redirect();
    void giveUp(const RestError &error);
    void end(const RestError &error); ///< after an attempt
    void finishLater();
    void finish();

    bool isIn(State state, const Guard &guard) const { return guard && m_state == state; }
    void setTicketless(bool on);

    RestClientPrivate *m_client;
    RestReply *q = nullptr;
    RestBody m_body;
    const RestOptions m_options;
    RestJudge m_judge;
    RestTimeouts m_timeouts;
    RestTarget m_target;
    Endpoint m_place; // where it goes now
    State m_state = State::Waiting;
    RestTries m_tries;
    QElapsedTimer m_age;
    QTimer m_whole;
    QTimer m_pause;
    QTimer m_grace; // for the body, after the headers
    RestTicket m_ticket;
    std::unique_ptr<RestAttempt> m_attempt;
    RestOutcome m_outcome;     // of the attempt, once the headers are there
    bool m_ticketless = false; // it sends, or receives, though its ticket has ended
    std::unique_ptr<QPromise<RestResult>> m_promise;
};

} // namespace Turnstile
