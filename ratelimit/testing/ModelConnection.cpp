// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/ModelConnection.h"

#include <QtCore/QPointer>
#include <QtCore/QScopedValueRollback>
#include <QtNetwork/QTcpSocket>

namespace Turnstile {
namespace {

constexpr qint64 readAtOnce = 64 * 1024;
/// How long a client may still send after it was refused: closing on it would lose the answer.
constexpr milliseconds patience(200);

} // namespace

ModelConnection::ModelConnection(QTcpSocket *socket, Server &server, QObject *parent)
    : QObject(parent)
    , m_socket(socket)
    , m_server(server)
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(readAtOnce); // a client that pipelines is made to wait
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ModelConnection::proceed);
    connect(m_socket, &QTcpSocket::readyRead, this, &ModelConnection::read);
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
    if (!m_timer.isActive() || m_then != &ModelConnection::arrive)
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
    Outcome outcome = m_server.arrived(m_request);
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
    m_busy = false;
    if (m_outcome.kind == Outcome::Kind::Answer) {
        const bool last = !m_request.keepAlive();
        m_server.answered(m_outcome.reply.status);
        m_socket->write(m_outcome.reply.toHttp(head, last));
        if (last)
            close();
        return;
    }
    if (m_outcome.kind == Outcome::Kind::CloseInTheMiddle) {
        const QByteArray whole = m_outcome.reply.toHttp(head, false);
        const qsizetype body = head ? 0 : m_outcome.reply.body.size();
        m_socket->write(whole.first(body > 0 ? whole.size() - (body + 1) / 2 : whole.size() / 2));
    }
    close();
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
