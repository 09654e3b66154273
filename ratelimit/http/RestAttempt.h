// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/http/RestBody.h"
#include "ratelimit/http/RestCollector.h"
#include "ratelimit/http/RestPayload.h"
#include "ratelimit/http/RestSink.h"
#include "ratelimit/http/RestVerdict.h"

#include <QtCore/QObject>
#include <QtCore/QTimer>
#include <QtNetwork/QNetworkRequest>

#include <functional>
#include <memory>

QT_BEGIN_NAMESPACE
class QNetworkAccessManager;
QT_END_NAMESPACE

namespace Turnstile {

/// What a RestAttempt sends, and how.
struct RestSetup {
    QNetworkAccessManager *manager = nullptr;
    QNetworkRequest request;
    Method method = Method::Get;
    RestBody body;
    bool repeatable = false; ///< the manager may send it again by itself
    RestTimeouts timeouts;
    qint64 maxSize = 0; ///< of the answer, unless it goes to \ref download
    std::function<std::unique_ptr<QIODevice>()> download;
};

/// Sends a request once, and takes in the answer. Destroying it gives up, silently.
///
/// Signals come from inside those of a QNetworkReply; slots may destroy the attempt.
class RestAttempt : public QObject {
    Q_OBJECT
public:
    explicit RestAttempt(RestSetup setup);
    ~RestAttempt() override;
    Q_DISABLE_COPY_MOVE(RestAttempt)

    /// Returns false when there is nothing to send: outcome() says why, and no signal comes. Calls
    /// factories of users, which may destroy the attempt.
    bool start();

    /// What is known; complete at ended().
    const RestOutcome &outcome() const { return m_outcome; }
    /// Whether something of it may be on the wire, or come there yet: the manager has it.
    bool maySend() const { return m_handedOver; }
    /// How often the manager said that it was sent.
    int timesSent() const { return m_timesSent; }

    /// Whether a signal of some attempt of this thread is being handled: then no manager may be
    /// deleted.
    static bool isInSignal();

Q_SIGNALS:
    void sent();        ///< for the first time
    void headersCame(); ///< outcome() has them
    void uploadProgress(qint64 bytes, qint64 total);
    void downloadProgress(qint64 bytes, qint64 total);
    void ended();

private:
    bool send();
    void collected(bool isWhole);
    void requestSent();
    void uploaded(qint64 bytes, qint64 total);
    void metaDataChanged();
    void readyRead();
    void replyFinished();
    void timedOut(const QTimer &timer, const QString &text);

    bool isSuccess() const { return m_outcome.result.status < 300; }
    bool takeBody();
    bool openDownload();
    QString silence() const;
    void setTimeout(milliseconds timeout);
    void end(const RestError &error = {});
    void release();

    const RestSetup m_setup;
    QNetworkReply *m_reply = nullptr;           // while it runs
    std::unique_ptr<RestPayload> m_payload;     // until it is sent
    std::unique_ptr<RestCollector> m_collector; // of a payload that has to be read first
    QTimer m_timer;
    QTimer m_bodyTimer;
    RestSink m_sink;
    RestOutcome m_outcome;
    qint64 m_received = 0;
    qint64 m_expected = -1;
    int m_timesSent = 0;
    bool m_downloading = false;
    bool m_handedOver = false;
};

} // namespace Turnstile
