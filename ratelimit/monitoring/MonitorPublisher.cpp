// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorPublisher.h"

#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorConnection.h"
#include "ratelimit/monitoring/MonitorDirectory.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QFileInfo>
#include <QtCore/QLoggingCategory>
#include <QtCore/QRandomGenerator>
#include <QtNetwork/QLocalServer>
#include <QtNetwork/QLocalSocket>
#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslServer>
#include <QtNetwork/QTcpSocket>

#include <vector>

#ifdef Q_OS_LINUX
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace Turnstile {

Q_LOGGING_CATEGORY(lcMonitor, "turnstile.monitor")

class MonitorPublisherPrivate {
public:
    explicit MonitorPublisherPrivate(MonitorPublisher *publisher)
        : q(publisher)
    {
    }

    bool fail(const QString &problem)
    {
        error = problem;
        return false;
    }
    bool listenAt(const QString &path);
    void acceptLocal();
    void acceptTcp();
    void accept(QIODevice *socket, const QString &token);
    void remove(MonitorConnection *connection);
    void tellCount();
    void leaveAll(const QString &reason);

    MonitorPublisher *q;
    MonitorSession session;
    QString error;
    std::unique_ptr<QLocalServer> local;
    std::unique_ptr<QTcpServer> tcp;
    QString token;
    std::vector<MonitorConnection *> connections;
    int toldCount = 0;
};

// The system has checked the folder and the socket's permissions; this is for where it does not.
static bool isOfThisUser(const QLocalSocket *socket)
{
#ifdef Q_OS_LINUX
    ucred peer{};
    socklen_t size = sizeof peer;
    const int descriptor = int(socket->socketDescriptor());
    return ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
        && (peer.uid == ::geteuid() || peer.uid == 0);
#else
    Q_UNUSED(socket)
    return true;
#endif
}

bool MonitorPublisherPrivate::listenAt(const QString &path)
{
    local = std::make_unique<QLocalServer>();
    local->setSocketOptions(QLocalServer::UserAccessOption);
    local->setMaxPendingConnections(MonitorPublisher::mostConnections);
    QObject::connect(local.get(), &QLocalServer::newConnection, q, [this] { acceptLocal(); });
    if (local->listen(path))
        return true;
    error = QStringLiteral("The socket %1 cannot be opened: %2.").arg(path, local->errorString());
    local.reset();
    return false;
}

void MonitorPublisherPrivate::acceptLocal()
{
    while (QLocalSocket *socket = local ? local->nextPendingConnection() : nullptr) {
        if (isOfThisUser(socket)) {
            accept(socket, {});
        } else {
            qCWarning(lcMonitor, "A monitor of another user was refused.");
            socket->abort();
            socket->deleteLater();
        }
    }
}

void MonitorPublisherPrivate::acceptTcp()
{
    while (QTcpSocket *socket = tcp ? tcp->nextPendingConnection() : nullptr) {
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        accept(socket, token);
    }
}

void MonitorPublisherPrivate::accept(QIODevice *socket, const QString &neededToken)
{
    // A few more, so that they can be told why they are too many.
    if (connections.size() >= 2 * MonitorPublisher::mostConnections) {
        socket->close();
        socket->deleteLater();
        return;
    }
    auto *connection = new MonitorConnection(&session, socket, neededToken, q);
    const bool isOneTooMany = connections.size() >= MonitorPublisher::mostConnections;
    connections.push_back(connection);
    QObject::connect(connection, &MonitorConnection::attached, q, [this] { tellCount(); });
    QObject::connect(
        connection, &MonitorConnection::ended, q, [this, connection] { remove(connection); });
    if (isOneTooMany)
        connection->leave(QStringLiteral("%1 monitors are attached, and no more may be.")
                              .arg(MonitorPublisher::mostConnections));
    else if (!session.limiter)
        connection->leave(QStringLiteral("The ratelimiter is gone."));
}

void MonitorPublisherPrivate::remove(MonitorConnection *connection)
{
    std::erase(connections, connection);
    connection->deleteLater();
    tellCount();
}

void MonitorPublisherPrivate::tellCount()
{
    if (const int count = q->monitorCount(); std::exchange(toldCount, count) != count)
        Q_EMIT q->monitorCountChanged(count);
}

void MonitorPublisherPrivate::leaveAll(const QString &reason)
{
    const auto all = connections; // leaving may end it at once
    for (MonitorConnection *connection : all)
        connection->leave(reason);
}

MonitorPublisher::MonitorPublisher(InMemoryRatelimiter *limiter, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<MonitorPublisherPrivate>(this))
{
    d->session.limiter = limiter;
    d->session.epoch = std::chrono::steady_clock::now();
    MonitorHello &hello = d->session.hello;
    hello.application = QCoreApplication::applicationName();
    hello.pid = QCoreApplication::applicationPid();
    hello.limiter = QString::fromLatin1(limiter->metaObject()->className());
    hello.instance = QRandomGenerator::system()->generate64() >> 1;
    hello.startedAt = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    hello.globalLimit = limiter->options().globalLimit;
    connect(limiter, &QObject::destroyed, this,
        [this] { d->leaveAll(QStringLiteral("The ratelimiter is gone.")); });
}

MonitorPublisher::~MonitorPublisher()
{
    blockSignals(true);
    close();
}

void MonitorPublisher::setApplication(const QString &name)
{
    d->session.hello.application = name;
}

bool MonitorPublisher::listen()
{
    const MonitorDirectory directory;
    if (const QString problem = directory.prepare(); !problem.isEmpty())
        return d->fail(problem);
    QString problem;
    const QString path = directory.freePath(d->session.hello.application, &problem);
    return path.isEmpty() ? d->fail(problem) : d->listenAt(path);
}

bool MonitorPublisher::listen(const QString &path)
{
    if (const qsizetype size = QFile::encodeName(path).size();
        size > MonitorDirectory::mostPathBytes)
        return d->fail(QStringLiteral("The path %1 has %2 bytes, and the system allows %3.")
                           .arg(path)
                           .arg(size)
                           .arg(MonitorDirectory::mostPathBytes));
    if (const QFileInfo info(path); info.isFile() || info.isDir())
        return d->fail(QStringLiteral("%1 is there, and no socket.").arg(path));
    if (MonitorDirectory::answers(path))
        return d->fail(QStringLiteral("Somebody listens at %1 already.").arg(path));
    return d->listenAt(path);
}

bool MonitorPublisher::listenTcp(const TcpOptions &options)
{
    if (options.token.isEmpty())
        return d->fail(QStringLiteral("TCP needs a token, as anybody could connect without."));
    if (options.token.size() > MonitorProtocol::mostTokenText)
        return d->fail(QStringLiteral("The token has more than %1 characters.")
                           .arg(MonitorProtocol::mostTokenText));
    if (options.tls) {
        if (options.tls->localCertificate().isNull() || options.tls->privateKey().isNull())
            return d->fail(QStringLiteral("TLS needs a certificate and its private key."));
        if (!QSslSocket::supportsSsl())
            return d->fail(QStringLiteral("Qt finds no TLS library on this machine."));
        auto server = std::make_unique<QSslServer>();
        server->setSslConfiguration(*options.tls);
        d->tcp = std::move(server);
    } else {
        d->tcp = std::make_unique<QTcpServer>();
    }
    d->tcp->setMaxPendingConnections(mostConnections);
    connect(
        d->tcp.get(), &QTcpServer::pendingConnectionAvailable, this, [this] { d->acceptTcp(); });
    d->token = options.token;
    if (d->tcp->listen(options.address, options.port))
        return true;
    d->error = QStringLiteral("Port %1 of %2 cannot be opened: %3.")
                   .arg(options.port)
                   .arg(options.address.toString(), d->tcp->errorString());
    d->tcp.reset();
    return false;
}

QString MonitorPublisher::errorString() const
{
    return d->error;
}

QString MonitorPublisher::path() const
{
    return d->local ? d->local->fullServerName() : QString();
}

quint16 MonitorPublisher::tcpPort() const
{
    return d->tcp ? d->tcp->serverPort() : quint16(0);
}

void MonitorPublisher::setControlAllowed(bool allowed)
{
    if (d->session.hello.controlAllowed == allowed)
        return;
    d->session.hello.controlAllowed = allowed;
    for (MonitorConnection *connection : d->connections) {
        if (connection->isAttached())
            connection->sendHello();
    }
}

bool MonitorPublisher::isControlAllowed() const
{
    return d->session.hello.controlAllowed;
}

int MonitorPublisher::monitorCount() const
{
    return int(std::count_if(d->connections.begin(), d->connections.end(),
        [](const MonitorConnection *connection) { return connection->isAttached(); }));
}

qint64 MonitorPublisher::unsentBytes() const
{
    qint64 bytes = 0;
    for (const MonitorConnection *connection : d->connections)
        bytes += connection->unsent();
    return bytes;
}

void MonitorPublisher::setMostUnsentBytes(qint64 bytes)
{
    d->session.mostUnsent = bytes;
}

void MonitorPublisher::setHandshakeTimeout(milliseconds timeout)
{
    d->session.handshakeTimeout = timeout;
}

void MonitorPublisher::close()
{
    d->leaveAll(QStringLiteral("The bot has ended, or watches no longer."));
    const auto all = std::exchange(d->connections, {});
    qDeleteAll(all);
    d->local.reset();
    d->tcp.reset();
}

} // namespace Turnstile
