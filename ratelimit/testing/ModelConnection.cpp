// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/ModelConnection.h"

#include <QtCore/QPointer>
#include <QtCore/QScopedValueRollback>
#include <QtNetwork/QTcpSocket>

#include <sys/socket.h>

namespace Turnstile {
namespace {

constexpr qint64 readAtOnce = 64 * 1024;
constexpr qint64 writeAhead = 64 * 1024;
/// How long a client may still send after it was refused: closing on it would lose the answer.
constexpr milliseconds patience(200);

} // namespace

ModelConnection::ModelConnection(QTcpSocket *socket, int number, Server &server, QObject *parent)
    : QObject(parent)
    , m_socket(socket)
    , m_number(number)
    , m_server(server)
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(readAtOnce); // a client that pipelines is made to wait
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ModelConnection::proceed);
    connect(m_socket, &QTcpSocket::readyRead, this, &ModelConnection::read);
    connect(m_socket, &QTcpSocket::bytesWritten, this, &ModelConnection::written);
    connect(m_socket, &QTcpSocket::disconnected, this, &ModelConnection::gone);
}

ModelConnection::~ModelConnection()
{
    m_socket->disconnect(this);
}

void ModelConnection::read()
{
    if (m_reading)
        return;
    const QScopedValueRollback reading(m_reading, true);
    serve();
    while (!m_busy && !m_closing && m_socket->bytesAvailable() > 0) {
        m_parser.feed(m_socket->read(readAtOnce));
        serve();
    }
    if (m_closing && m_socket->isOpen())
        m_socket->readAll(); // unread bytes would turn the close into a reset
}

void ModelConnection::serve()
{
    while (!m_busy && !m_closing) {
        std::optional<HttpRequest> request = m_parser.next();
        if (!request) {
            if (m_parser.takeExpectContinue())
                m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
            if (m_parser.error()) {
                m_socket->write(m_server.refused(*m_parser.error()).toHttp(false, true));
                m_closing = true;
                wait(patience, &ModelConnection::close);
            }
            return;
        }
        m_request = *std::move(request);
        m_busy = true;
        m_delay = m_server.delay();
        wait(m_delay.there, &ModelConnection::arrive);
    }
}

void ModelConnection::drop()
{
    m_timer.stop();
    m_closing = true;
    m_socket->abort();
    deleteLater();
}

void ModelConnection::gone()
{
    m_gone = m_closing = true;
    // What is on its way still arrives, and is counted, also when nobody waits for the answer.
    if (m_timer.isActive() && m_then == &ModelConnection::arrive)
        return;
    m_timer.stop();
    deleteLater();
}

void ModelConnection::proceed()
{
    const QPointer self(this);
    (this->*m_then)();
    if (self)
        read();
}

void ModelConnection::arrive()
{
    const QPointer self(this);
    Outcome outcome = m_server.arrived(m_request, m_number);
    if (!self)
        return;
    if (m_gone)
        return deleteLater();
    if (m_closing || outcome.kind == Outcome::Kind::Silence)
        return;
    m_outcome = std::move(outcome);
    if (m_delay.back > milliseconds(0))
        wait(m_delay.back, &ModelConnection::answer);
    else
        answer();
}

void ModelConnection::answer()
{
    const bool head = m_request.method == "HEAD";
    const ServerReply &reply = m_outcome.reply;
    switch (m_outcome.kind) {
    case Outcome::Kind::Answer:
        m_server.answered(reply.status);
        m_socket->write(reply.toHttp(head, isLast()));
        finishAnswer();
        break;
    case Outcome::Kind::LongAnswer:
        m_server.answered(reply.status);
        startBody();
        break;
    case Outcome::Kind::CloseInTheMiddle: {
        const QByteArray whole = reply.toHttp(head, false);
        const qsizetype body = head ? 0 : reply.body.size();
        m_socket->write(whole.first(body > 0 ? whole.size() - (body + 1) / 2 : whole.size() / 2));
        close();
        break;
    }
    case Outcome::Kind::Close:
        close();
        break;
    case Outcome::Kind::Reset:
        reset();
        break;
    case Outcome::Kind::Silence:
        break;
    }
}

void ModelConnection::startBody()
{
    const ServerReply &reply = m_outcome.reply;
    m_bodySize = qMax(m_outcome.size, qint64(reply.body.size()));
    m_bodyAt = m_request.method == "HEAD" || !reply.mayHaveBody() ? m_bodySize : 0;
    m_socket->write(reply.headToHttp(
        m_outcome.tellsLength ? std::optional(m_bodySize) : std::nullopt, isLast()));
    if (m_outcome.pause > milliseconds(0) && m_bodyAt < m_bodySize)
        wait(m_outcome.pause, &ModelConnection::dripBody);
    else
        sendBody();
}

void ModelConnection::sendBody()
{
    while (m_bodyAt < m_bodySize && m_socket->bytesToWrite() < writeAhead)
        writeBody(writeAhead - m_socket->bytesToWrite());
    if (m_bodyAt == m_bodySize)
        finishAnswer();
}

void ModelConnection::dripBody()
{
    writeBody(1);
    if (m_bodyAt < m_bodySize)
        wait(m_outcome.pause, &ModelConnection::dripBody);
    else
        finishAnswer();
}

void ModelConnection::writeBody(qint64 most)
{
    const qint64 size = qMin(most, m_bodySize - m_bodyAt);
    QByteArray piece = m_outcome.reply.body.mid(m_bodyAt, size);
    piece.append(size - piece.size(), ' ');
    m_socket->write(piece);
    m_bodyAt += size;
}

void ModelConnection::written()
{
    if (m_bodyAt == m_bodySize || m_closing || m_outcome.pause > milliseconds(0))
        return;
    sendBody();
    read();
}

void ModelConnection::finishAnswer()
{
    m_busy = false;
    if (isLast())
        close();
}

bool ModelConnection::isLast() const
{
    return !m_request.keepAlive() || !m_outcome.tellsLength;
}

// With nothing to linger for, the kernel answers what comes with a reset instead of a farewell.
void ModelConnection::reset()
{
    const linger none{.l_onoff = 1, .l_linger = 0};
    setsockopt(int(m_socket->socketDescriptor()), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    drop();
}

void ModelConnection::close()
{
    m_closing = true;
    m_socket->disconnectFromHost();
}

void ModelConnection::wait(milliseconds delay, void (ModelConnection::*then)())
{
    m_then = then;
    m_timer.start(delay);
}

} // namespace Turnstile
