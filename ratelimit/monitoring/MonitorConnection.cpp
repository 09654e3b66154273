// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorConnection.h"

#include "ratelimit/Clock.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorCodec.h"

#include <QtNetwork/QLocalSocket>
#include <QtNetwork/QTcpSocket>

namespace Turnstile {

// A snapshot's next part waits while more than this is unsent.
static constexpr qint64 fewUnsent = 256 * 1024;

// In a time that does not depend on where they differ.
static bool isSame(const QString &given, const QString &token)
{
    const QByteArray a = given.toUtf8(), b = token.toUtf8();
    quint32 difference = a.size() == b.size() ? 0 : 1;
    for (qsizetype i = 0; i < a.size(); ++i)
        difference |= quint8(a[i]) ^ quint8(b[i % b.size()]);
    return difference == 0;
}

MonitorConnection::MonitorConnection(
    MonitorSession *session, QIODevice *socket, const QString &token, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_socket(socket)
    , m_token(token)
    , m_frames(MonitorProtocol::mostToPublisher)
{
    socket->setParent(this);
    connect(socket, &QIODevice::readyRead, this, &MonitorConnection::read);
    connect(socket, &QIODevice::bytesWritten, this, &MonitorConnection::wasWritten);
    if (auto *local = qobject_cast<QLocalSocket *>(socket)) {
        local->setReadBufferSize(MonitorProtocol::mostToPublisher);
        connect(local, &QLocalSocket::disconnected, this, &MonitorConnection::end);
    } else if (auto *tcp = qobject_cast<QTcpSocket *>(socket)) {
        tcp->setReadBufferSize(MonitorProtocol::mostToPublisher);
        connect(tcp, &QTcpSocket::disconnected, this, &MonitorConnection::end);
    }
    connect(&m_timer, &QTimer::timeout, this, &MonitorConnection::beat);
    m_timer.start(session->handshakeTimeout);
    if (!socket->isOpen()) // it has gone already
        QMetaObject::invokeMethod(this, &MonitorConnection::end, Qt::QueuedConnection);
    else if (socket->bytesAvailable() > 0)
        QMetaObject::invokeMethod(this, &MonitorConnection::read, Qt::QueuedConnection);
}

MonitorConnection::~MonitorConnection()
{
    m_socket->disconnect(this);
}

void MonitorConnection::read()
{
    // Who does not read its answers is not heard.
    while (!m_isStalled && !m_isLeaving && m_socket->bytesAvailable() > 0) {
        m_frames.feed(m_socket->read(MonitorProtocol::mostToPublisher));
        while (const auto payload = m_frames.next()) {
            handle(*payload);
            if (m_isLeaving)
                return;
        }
        if (!m_frames.problem().isEmpty())
            leave(m_frames.problem(), true);
    }
    if (m_isLeaving) // drained, so that the end is seen
        m_socket->skip(m_socket->bytesAvailable());
}

void MonitorConnection::handle(QByteArrayView payload)
{
    const MonitorCodec::Decoded decoded = MonitorCodec::decode(payload, m_session->epoch);
    if (!decoded.problem.isEmpty())
        leave(decoded.problem, true);
    else if (const auto *wish = std::get_if<MonitorSubscribe>(&decoded.message))
        subscribe(*wish);
    else if (!isAttached())
        leave(QStringLiteral("The first message has to be a subscription."), true);
    else if (const auto *request = std::get_if<MonitorRequest>(&decoded.message))
        control(*request);
    else if (!std::holds_alternative<std::monostate>(decoded.message))
        leave(QStringLiteral("A monitor does not send such a message."), true);
}

void MonitorConnection::subscribe(const MonitorSubscribe &wish)
{
    if (isAttached()) {
        m_collector->setInterval(wish.interval);
        return;
    }
    if (!m_token.isEmpty() && !isSame(wish.token, m_token)) {
        leave(QStringLiteral("The token is wrong."), true);
        return;
    }
    sendHello();
    m_timer.start(MonitorProtocol::heartbeatInterval);
    m_collector = new MonitorCollector(m_session->limiter, this);
    m_collector->setInterval(wish.interval);
    connect(m_collector, &MonitorCollector::updated, this, &MonitorConnection::sendUpdate);
    m_collector->start();
    Q_EMIT attached();
}

void MonitorConnection::sendHello()
{
    MonitorHello hello = m_session->hello;
    hello.at = clockNow();
    send(MonitorCodec::encode(hello, m_session->epoch));
}

void MonitorConnection::sendUpdate(const MonitorUpdate &update)
{
    if (m_isStalled || m_isLeaving)
        return;
    if (unsent() > m_session->mostUnsent) {
        m_isStalled = true;
        m_collector->setStalled(true,
            update.dropped + update.tickets.size() + update.hits.size() + update.anomalies.size());
        return;
    }
    send(MonitorCodec::encode(update, m_session->epoch));
    m_collector->setHeld(unsent() > fewUnsent);
}

void MonitorConnection::wasWritten()
{
    if (m_isLeaving || !isAttached())
        return;
    if (m_isStalled && unsent() == 0) {
        m_isStalled = false;
        m_collector->setStalled(false);
        read();
    } else if (!m_isStalled) {
        m_collector->setHeld(unsent() > fewUnsent);
    }
}

void MonitorConnection::control(const MonitorRequest &request)
{
    using Action = MonitorCommand::Action;
    const MonitorCommand command = request.command;
    if (!m_session->hello.controlAllowed) {
        answer(request.number, QStringLiteral("The bot does not allow control."));
        return;
    }
    InMemoryRatelimiter *limiter = m_session->limiter;
    const auto answerWhenDone = [this, number = request.number](
                                    QFuture<bool> done, const QString &otherwise) {
        done.then(this, [this, number, otherwise](bool isDone) {
            answer(number, isDone ? QString() : otherwise);
        });
    };
    if (command.action == Action::CancelTicket) {
        answerWhenDone(
            limiter->cancel(command.ticket), QStringLiteral("The ticket does not wait any more."));
        return;
    }
    const Flow flow = command.action == Action::Pause ? Flow::Paused
        : command.action == Action::Drain             ? Flow::Draining
                                                      : Flow::Open;
    if (!command.bucket.isNull()) {
        answerWhenDone(limiter->setFlow(command.bucket, flow),
            QStringLiteral("The bucket is not known any more."));
        return;
    }
    limiter->setFlow(flow);
    answer(request.number, {});
}

void MonitorConnection::answer(quint64 number, const QString &problem)
{
    if (!m_isLeaving)
        send(MonitorCodec::encode(MonitorResult{number, problem}));
}

// The timer.
void MonitorConnection::beat()
{
    if (m_isLeaving) {
        end(); // it does not read its goodbye
    } else if (!isAttached()) {
        leave(QStringLiteral("No subscription came in time."));
    } else if (!m_isStalled) {
        // What waits longest to be sent is the sign of life then.
        if (unsent() <= m_session->mostUnsent)
            send(MonitorCodec::encode(MonitorHeartbeat{clockNow()}, m_session->epoch));
    }
}

void MonitorConnection::send(const QByteArray &payload)
{
    m_socket->write(MonitorFrames::frame(payload));
}

void MonitorConnection::leave(const QString &reason, bool isFinal)
{
    if (m_isLeaving)
        return;
    m_isLeaving = true;
    delete std::exchange(m_collector, nullptr);
    m_timer.start(m_session->handshakeTimeout);
    send(MonitorCodec::encode(MonitorGoodbye{isFinal, reason}));
    if (auto *local = qobject_cast<QLocalSocket *>(m_socket)) {
        local->flush();
        local->disconnectFromServer();
    } else if (auto *tcp = qobject_cast<QTcpSocket *>(m_socket)) {
        tcp->flush();
        tcp->disconnectFromHost();
    }
}

void MonitorConnection::end()
{
    if (m_hasEnded)
        return;
    m_hasEnded = m_isLeaving = true;
    m_timer.stop();
    if (m_collector)
        m_collector->deleteLater();
    m_collector = nullptr;
    Q_EMIT ended();
}

} // namespace Turnstile
