// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/http/RestResult.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QFuture>
#include <QtCore/QObject>

#include <chrono>
#include <memory>

namespace Turnstile {

class RestReplyPrivate;

/// One request of a RestClient, from the moment of asking to its end.
///
/// Lives in the client's thread and belongs to the client. Nothing is emitted before the call that
/// made it returns; finished() comes exactly once, and last, unless the reply is deleted before.
/// It deletes itself (`deleteLater`) after that, unless setAutoDelete(false) was called. Deleting
/// it earlier cancels the request.
class TURNSTILE_RATELIMIT_EXPORT RestReply : public QObject {
    Q_OBJECT
public:
    ~RestReply() override;

    /// What was asked for; names it without secrets (Endpoint::name()).
    const Endpoint &endpoint() const;

    /// Whether it is over; so from the moment when finished() is emitted.
    bool isFinished() const;
    /// What came of it; complete once isFinished(). What follows are parts of it.
    const RestResult &result() const;
    int status() const { return result().status; }            ///< RestResult::status
    const QByteArray &body() const { return result().body; }  ///< RestResult::body
    QJsonDocument json() const { return result().json(); }    ///< RestResult::json()
    const RestError &error() const { return result().error; } ///< RestResult::error
    /// RestResult::header()
    QByteArray header(QByteArrayView name) const { return result().header(name); }

    /// Finishes with the result, also with that of a failure; never cancelled. When the reply is
    /// deleted it finishes with RestError::Code::Cancelled. Cancelling the future cancels nothing:
    /// use cancel().
    QFuture<RestResult> future();

    /// Gives up: finished() follows from the event loop, with RestError::Code::Cancelled. What was
    /// sent already may still arrive at the server. Does nothing once it is finished.
    void cancel();

    /// Whether it deletes itself after finished(), as it does at first.
    bool autoDelete() const;
    /// Leaves its end to you, with \a on false. With true, one that is finished deletes itself now.
    void setAutoDelete(bool on);

Q_SIGNALS:
    /// The request is on the wire, for the \a attempt th time (from 1).
    void sent(int attempt);
    /// Attempt number \a attempt (from 2) will come, no sooner than in \a wait: the limiter may let
    /// it wait longer. \a reason is a sentence for people.
    void retryScheduled(int attempt, std::chrono::milliseconds wait, const QString &reason);
    /// Bytes of the body that were sent, of \a total (-1: unknown). Starts anew with each attempt.
    void uploadProgress(qint64 bytes, qint64 total);
    /// Bytes of the answer that have come, of \a total (-1: unknown).
    void downloadProgress(qint64 bytes, qint64 total);
    /// It is over; result() says how.
    void finished();

private:
    friend class RestClient;
    friend class RestReplyPrivate;
    explicit RestReply(std::unique_ptr<RestReplyPrivate> priv, QObject *parent);
    std::unique_ptr<RestReplyPrivate> d;
};

} // namespace Turnstile
