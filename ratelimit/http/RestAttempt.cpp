// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestAttempt.h"

#include "ratelimit/http/RestTexts.h"

#include <QtCore/QPointer>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>

#include <utility>

namespace Turnstile {

using Code = RestError::Code;

namespace {

constexpr qint64 pieceSize = qint64(256) * 1024;
constexpr qint64 longestRefusal = qint64(64) * 1024; // what is beyond is not needed
thread_local int signalDepth = 0;

/// Stands on the stack while a signal of a QNetworkReply is handled.
class InSignal {
public:
    InSignal() { ++signalDepth; }
    ~InSignal() { --signalDepth; }
    Q_DISABLE_COPY_MOVE(InSignal)
};

} // namespace

RestAttempt::RestAttempt(RestSetup setup)
    : m_setup(std::move(setup))
    , m_sink(m_setup.maxSize)
{
    m_outcome.sent = false;
    for (QTimer *timer : {&m_timer, &m_bodyTimer}) {
        timer->setSingleShot(true);
        timer->setTimerType(Qt::PreciseTimer);
    }
    connect(&m_timer, &QTimer::timeout, this, [this] { timedOut(m_timer, silence()); });
    connect(&m_bodyTimer, &QTimer::timeout, this, [this] {
        timedOut(m_bodyTimer, QStringLiteral("The answer was not complete within %1."));
    });
}

RestAttempt::~RestAttempt()
{
    release();
}

bool RestAttempt::isInSignal()
{
    return signalDepth > 0;
}

bool RestAttempt::start()
{
    const QPointer<RestAttempt> guard(this);
    const RestBody body = m_setup.body; // its factories may destroy this
    auto payload = std::make_unique<RestPayload>(body);
    if (!guard)
        return false;
    m_payload = std::move(payload);
    auto source = m_payload->takeSequential();
    if (!source)
        return send();
    m_collector = std::make_unique<RestCollector>(std::move(source));
    connect(m_collector.get(), &RestCollector::advanced, this,
        [this] { setTimeout(m_setup.timeouts.response); });
    connect(m_collector.get(), &RestCollector::finished, this, &RestAttempt::collected);
    setTimeout(m_setup.timeouts.response);
    return true;
}

void RestAttempt::collected(bool isWhole)
{
    if (!isWhole) {
        end(restError(Code::BadRequest,
            QStringLiteral("What is to be sent is longer than the %1 bytes that are read first.")
                .arg(RestCollector::longest)));
        return;
    }
    m_payload->setBytes(m_collector->bytes());
    send();
}

bool RestAttempt::send()
{
    setTimeout(m_setup.timeouts.connect);
    const auto payload = std::exchange(m_payload, nullptr);
    m_reply = payload->send(m_setup.manager, m_setup.request, m_setup.method, m_setup.repeatable);
    if (!m_reply) {
        m_timer.stop();
        m_outcome.result.error = restError(Code::BadRequest, payload->fault());
        return false;
    }
    m_handedOver = true;
    m_reply->setReadBufferSize(pieceSize);
    connect(m_reply, &QNetworkReply::socketStartedConnecting, this,
        [this] { setTimeout(m_setup.timeouts.connect); });
    connect(m_reply, &QNetworkReply::requestSent, this, &RestAttempt::requestSent);
    connect(m_reply, &QNetworkReply::uploadProgress, this, &RestAttempt::uploaded);
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &RestAttempt::metaDataChanged);
    connect(m_reply, &QNetworkReply::readyRead, this, &RestAttempt::readyRead);
    connect(m_reply, &QNetworkReply::finished, this, &RestAttempt::replyFinished);
    return true;
}

void RestAttempt::requestSent()
{
    const InSignal here;
    m_outcome.sent = true;
    setTimeout(m_setup.timeouts.response);
    if (++m_timesSent == 1)
        Q_EMIT sent();
}

void RestAttempt::uploaded(qint64 bytes, qint64 total)
{
    if (bytes <= 0)
        return; // the manager's way to say that no more will come
    const InSignal here;
    m_outcome.sent = true;
    setTimeout(m_setup.timeouts.response);
    Q_EMIT uploadProgress(bytes, total);
}

void RestAttempt::metaDataChanged()
{
    RestResult &result = m_outcome.result;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status < 200 || result.status != 0)
        return;
    const InSignal here;
    m_outcome.sent = true;
    result.status = status;
    result.headers = m_reply->rawHeaderPairs();
    if (const auto length = m_reply->header(QNetworkRequest::ContentLengthHeader); length.isValid())
        m_expected = length.toLongLong();
    setTimeout(m_setup.timeouts.response);
    m_downloading = isSuccess() && m_setup.download;
    if (!m_downloading && m_setup.timeouts.body > milliseconds(0))
        m_bodyTimer.start(m_setup.timeouts.body);
    if (!isSuccess())
        m_sink.shorten(longestRefusal);
    const QPointer<RestAttempt> guard(this);
    Q_EMIT headersCame();
    if (!guard || !m_reply)
        return;
    const bool hasBody = m_setup.method != Method::Head;
    if (isSuccess() && !m_downloading && hasBody && !m_sink.hasRoomFor(m_expected))
        end(restError(Code::ResponseTooLarge,
            QStringLiteral("The answer is longer than the %1 bytes that are taken.")
                .arg(m_setup.maxSize)));
}

void RestAttempt::readyRead()
{
    const InSignal here;
    if (isSuccess()) // a refusal is not waited for piece by piece
        setTimeout(m_setup.timeouts.response);
    takeBody();
}

// Returns whether the attempt goes on.
bool RestAttempt::takeBody()
{
    const QPointer<RestAttempt> guard(this);
    while (m_reply->bytesAvailable() > 0) {
        if (!openDownload())
            return false;
        const QByteArray bytes = m_reply->read(pieceSize);
        if (bytes.isEmpty())
            return true;
        m_received += bytes.size();
        if (!m_sink.write(bytes)) {
            if (m_downloading)
                end(restError(
                    Code::DownloadFailed, QStringLiteral("The answer could not be written.")));
            else if (isSuccess())
                end(restError(Code::ResponseTooLarge,
                    QStringLiteral("The answer is longer than the %1 bytes that are taken.")
                        .arg(m_setup.maxSize)));
            else
                end(); // what a refusal says at such length is not needed
            return false;
        }
        Q_EMIT downloadProgress(m_received, m_expected);
        if (!guard || !m_reply)
            return false;
    }
    return true;
}

// Once, where the answer goes to a device. Returns whether the attempt goes on.
bool RestAttempt::openDownload()
{
    if (!m_downloading || m_sink.hasDevice())
        return true;
    const QPointer<RestAttempt> guard(this);
    const auto make = m_setup.download;
    auto device = make();
    if (!guard || !m_reply)
        return false;
    if (m_sink.setDevice(std::move(device)))
        return true;
    end(restError(
        Code::DownloadFailed, QStringLiteral("The place for the answer could not be opened.")));
    return false;
}

void RestAttempt::replyFinished()
{
    const InSignal here;
    const QNetworkReply::NetworkError network = m_reply->error();
    const bool isAnswered = m_outcome.result.status != 0;
    if (!isAnswered || (isSuccess() && network != QNetworkReply::NoError)) {
        if (isAnswered && !takeBody())
            return;
        end(connectionError(network, isAnswered));
        return;
    }
    if (!takeBody() || !openDownload())
        return;
    // Qt 6.4 takes a body that was cut for a whole one.
    if (isSuccess() && m_setup.method != Method::Head && m_received < m_expected) {
        end(connectionError(QNetworkReply::RemoteHostClosedError, true));
        return;
    }
    if (!m_sink.finish())
        end(restError(Code::DownloadFailed, QStringLiteral("The answer could not be written.")));
    else
        end();
}

void RestAttempt::timedOut(const QTimer &timer, const QString &text)
{
    if (m_outcome.result.status >= 300)
        end();
    else
        end(restError(Code::TimedOut, text.arg(durationText(timer.intervalAsDuration()))));
}

QString RestAttempt::silence() const
{
    if (!m_reply)
        return QStringLiteral("What is to be sent stopped, and did not go on within %1.");
    if (!m_outcome.sent)
        return QStringLiteral("No connection to the server came about within %1.");
    if (m_outcome.result.status == 0)
        return QStringLiteral("The server did not answer within %1.");
    return QStringLiteral("The answer stopped, and did not go on within %1.");
}

void RestAttempt::setTimeout(milliseconds timeout)
{
    if (timeout > milliseconds(0))
        m_timer.start(timeout);
    else
        m_timer.stop();
}

void RestAttempt::end(const RestError &error)
{
    m_outcome.result.error = error;
    if (error.code != Code::ResponseTooLarge)
        m_outcome.result.body = m_sink.body();
    const QPointer<RestAttempt> guard(this);
    release();
    if (guard)
        Q_EMIT ended();
}

// The reply may be in the middle of a signal, where abort() would confuse it; deleting it aborts,
// but not before a nested event loop has ended.
void RestAttempt::release()
{
    m_timer.stop();
    m_bodyTimer.stop();
    if (m_collector)
        m_collector->disconnect(this);
    if (const QPointer<QNetworkReply> reply = std::exchange(m_reply, nullptr)) {
        reply->disconnect(this);
        reply->deleteLater();
        if (!isInSignal() && reply->isRunning())
            reply->abort();
    }
}

} // namespace Turnstile
