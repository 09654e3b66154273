// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisConnection.h"

#include "ratelimit/Clock.h"
#include "ratelimit/redis/RedisScript.h"
#include "ratelimit/redis/RedisSocket.h"

#include <QtCore/QPointer>
#include <QtCore/QRandomGenerator>
#include <QtCore/QThread>

#include <utility>

namespace Turnstile {

static constexpr milliseconds shortestBackoff{50}, longestBackoff{2000};
static constexpr milliseconds longestEnd{100};

RedisConnection::RedisConnection(RedisOptions options, QObject *parent, QByteArray channel)
    : QObject(parent)
    , m_options(std::move(options))
    , m_channel(std::move(channel))
    , m_backoff(shortestBackoff)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setParent(this); // goes where we go
    connect(&m_timer, &QTimer::timeout, this, &RedisConnection::timeOut);
}

RedisConnection::~RedisConnection()
{
    if (m_waitsAtEnd && isConnected()) {
        disconnect(m_socket, &RedisSocket::closed, this, nullptr);
        const QDeadlineTimer end(longestEnd);
        while (isConnected() && !m_calls.empty() && m_socket->waitForMore(end)) { }
    }
    const QPointer<RedisSocket> socket = m_socket;
    retire();
    if (m_isAlone)
        delete socket; // no event loop may come any more
}

void RedisConnection::open()
{
    if (m_state != State::Closed)
        return;
    m_state = State::Waiting;
    m_timer.start(milliseconds::zero());
}

void RedisConnection::call(const QByteArrayList &command, Callback callback)
{
    Q_ASSERT_X(m_channel.isEmpty(), Q_FUNC_INFO, "a subscription has no calls");
    if (isConnected()) {
        send(command, std::move(callback));
        return;
    }
    RedisReply reply;
    reply.error = sentence(QStringLiteral("is not connected"));
    QMetaObject::invokeMethod(
        this, [reply = std::move(reply), callback = std::move(callback)] { callback(reply); },
        Qt::QueuedConnection);
}

static bool hasMoved(const QString &error)
{
    return error.startsWith(u"MOVED ");
}

static bool isElsewhere(const QString &error)
{
    return hasMoved(error) || error.contains(u"READONLY ");
}

void RedisConnection::runScript(const QByteArray &key, const QByteArray &request, Callback callback)
{
    const auto done = [this, callback = std::move(callback)](const RedisReply &reply) {
        if (!isElsewhere(reply.error)) {
            callback(reply);
            return;
        }
        m_calls.push_front({callback, {}}); // fails with all others
        goElsewhere(reply.error);
    };
    const auto known = [this, key, request, done](const RedisReply &reply) {
        if (reply.error.startsWith(u"NOSCRIPT"))
            call({"EVAL", redisScript(), "1", key, request}, done);
        else
            done(reply);
    };
    call({"EVALSHA", redisScriptHash(), "1", key, request}, known);
}

// To the node of a cluster that has the keys; or, from a replica, to wherever the name leads now.
void RedisConnection::goElsewhere(const QString &error)
{
    const QString node = hasMoved(error) ? error.section(u' ', 2, 2) : QString();
    const QString reason =
        sentence(node.isEmpty() ? QStringLiteral("is a replica, which must not be written")
                                : QStringLiteral("says that the keys are at %1").arg(node));
    if (node.isEmpty() || !m_node.isEmpty())
        m_backoff = longestBackoff; // it may take a while
    m_node = node;
    fail(reason);
}

RedisOptions RedisConnection::address() const
{
    RedisOptions options = m_options;
    if (const qsizetype colon = m_node.lastIndexOf(u':'); colon >= 0) {
        if (colon > 0) // else it is the host that we know
            options.host = m_node.first(colon);
        options.port = m_node.sliced(colon + 1).toUShort();
        options.unixSocket.clear();
    }
    return options;
}

void RedisConnection::connectNow()
{
    m_state = State::Connecting;
    m_protocol = RedisProtocol();
    m_isLate = false;
    m_socket = new RedisSocket(address(), this);
    connect(m_socket, &RedisSocket::opened, this, &RedisConnection::logIn);
    connect(m_socket, &RedisSocket::received, this, &RedisConnection::read);
    connect(m_socket, &RedisSocket::closed, this, [this](const QString &reason) {
        const bool wantsTls =
            m_state == State::LoggingIn && !m_options.tls && m_options.unixSocket.isEmpty();
        fail(wantsTls ? reason + QStringLiteral(" It may want TLS (rediss://).") : reason);
    });
    m_timer.start(m_options.connectTimeout);
    m_socket->open();
}

// What has to be done about a login that ended in \a error.
static QString loginProblem(const QString &error, const QString &password)
{
    if (error.startsWith(u"NOAUTH"))
        return QStringLiteral("wants a password, and was given none: set it (NOAUTH)");
    if (error.startsWith(u"WRONGPASS"))
        return QStringLiteral("knows no such user with this password: check both (WRONGPASS)");
    if (error.contains(u"without any password configured"))
        return QStringLiteral("has no password, and was given one: leave it out (AUTH)");
    if (error.contains(u"DB index is out of range"))
        return QStringLiteral("has no database of this number: most have 16, from 0 on");
    QString said = error; // maybe what it was told
    if (!password.isEmpty())
        said.replace(password, QStringLiteral("••••"));
    return QStringLiteral("refuses the login: ") + said;
}

void RedisConnection::logIn()
{
    m_state = State::LoggingIn;
    const auto refused = [this](const RedisReply &reply) {
        if (reply.isError() && m_state == State::LoggingIn)
            fail(sentence(loginProblem(reply.error, m_options.password)));
    };
    if (!m_options.password.isEmpty() || !m_options.user.isEmpty()) {
        QByteArrayList command{"AUTH"};
        if (!m_options.user.isEmpty())
            command.append(m_options.user.toUtf8());
        send(command << m_options.password.toUtf8(), refused);
    }
    if (m_options.database != 0)
        send({"SELECT", QByteArray::number(m_options.database)}, refused);
    send({"CLIENT", "SETNAME", "turnstile"}, [refused](const RedisReply &reply) {
        // It may be forbidden, and proxies may not know it.
        if (!reply.error.startsWith(u"NOPERM") && !reply.error.startsWith(u"ERR unknown"))
            refused(reply);
    });
    const auto ready = [this, refused](const RedisReply &reply) {
        if (reply.isError()) {
            refused(reply);
            return;
        }
        m_state = State::Ready;
        m_backoff = shortestBackoff;
        m_timer.start(m_options.commandTimeout);
        Q_EMIT connected();
    };
    // The last word: errors while it loads its data, too.
    if (m_channel.isEmpty())
        send({"PING"}, ready);
    else
        send({"SUBSCRIBE", m_channel}, ready);
}

void RedisConnection::send(const QByteArrayList &command, Callback callback)
{
    m_socket->write(RedisProtocol::encode(command));
    m_calls.push_back({std::move(callback), clockNow() + m_options.commandTimeout});
    if (!m_timer.isActive())
        m_timer.start(m_options.commandTimeout);
}

void RedisConnection::read(const QByteArray &bytes)
{
    const QPointer<RedisConnection> self(this);
    const RedisSocket *const socket = m_socket;
    m_protocol.feed(bytes);
    while (const auto reply = m_protocol.next()) {
        handle(*reply);
        if (!self || socket != m_socket)
            return;
    }
    if (!m_protocol.problem().isEmpty())
        fail(sentence(QStringLiteral("cannot be understood: ") + m_protocol.problem()));
}

void RedisConnection::handle(const RedisReply &reply)
{
    if (!m_channel.isEmpty() && reply.array.size() == 3
        && reply.array.constFirst().string == "message") {
        Q_EMIT message(reply.array[1].string, reply.array[2].string);
    } else if (m_calls.empty()) {
        fail(sentence(QStringLiteral("says what nobody asked for: ") + reply.error));
    } else {
        const Call call = std::move(m_calls.front());
        m_calls.pop_front();
        call.callback(reply);
    }
}

void RedisConnection::timeOut()
{
    if (m_state == State::Waiting) {
        connectNow();
        return;
    }
    if (m_state != State::Ready) {
        const QString tls =
            m_options.tls ? QStringLiteral(": it may not speak TLS (rediss://)") : QString();
        fail(sentence(
            QStringLiteral("did not let us in within %1 ms").arg(m_options.connectTimeout.count())
            + tls));
        return;
    }
    const bool isLate = !m_calls.empty() && m_calls.front().deadline <= clockNow();
    if (isLate && !std::exchange(m_isLate, true)) {
        m_timer.start(milliseconds::zero()); // maybe it is us who are, and the reply is there
        return;
    }
    m_isLate = false;
    if (isLate) {
        fail(sentence(
            QStringLiteral("did not reply within %1 ms").arg(m_options.commandTimeout.count())));
    } else if (!m_calls.empty()) {
        m_timer.start(std::chrono::ceil<milliseconds>(m_calls.front().deadline - clockNow()));
    } else if (!m_channel.isEmpty()) {
        send({"PING"}, [](const RedisReply &) { /* it lives */ });
    }
}

void RedisConnection::retire()
{
    if (RedisSocket *const socket = std::exchange(m_socket, nullptr)) {
        socket->disconnect(this);
        socket->close();
        socket->setParent(nullptr);
        if (socket->thread() == QThread::currentThread())
            socket->deleteLater(); // it may be its signal that we are in
        else                       // its thread has ended
            delete socket;
    }
}

void RedisConnection::fail(const QString &reason)
{
    retire();
    if (m_state != State::Ready)
        m_node.clear(); // it cannot be reached
    m_state = State::Waiting;
    const int half = int(m_backoff.count() / 2);
    m_timer.start(milliseconds(half + QRandomGenerator::global()->bounded(half + 1)));
    m_backoff = std::min(2 * m_backoff, longestBackoff);

    const QPointer<RedisConnection> self(this);
    RedisReply reply;
    reply.error = reason;
    for (const Call &call : std::exchange(m_calls, {})) {
        call.callback(reply);
        if (!self)
            return;
    }
    Q_EMIT disconnected(reason);
}

QString RedisConnection::sentence(const QString &what) const
{
    const QString whole =
        QStringLiteral("Redis at %1 %2").arg(RedisSocket::addressOf(address()), what);
    return whole.endsWith(u'.') ? whole : whole + u'.';
}

} // namespace Turnstile
