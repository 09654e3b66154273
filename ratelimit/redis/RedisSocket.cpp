// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisSocket.h"

#include <QtCore/QFile>
#include <QtNetwork/QLocalSocket>
#include <QtNetwork/QNetworkProxy>
#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslSocket>

namespace Turnstile {

static QString describe(const QLocalSocket &socket)
{
    switch (socket.error()) {
    case QLocalSocket::ServerNotFoundError:
        return QStringLiteral("there is no such socket");
    case QLocalSocket::ConnectionRefusedError:
        return QStringLiteral("nobody listens there");
    case QLocalSocket::SocketAccessError:
        return QStringLiteral("this user may not use the socket");
    default:
        return socket.errorString().section(QStringLiteral(": "), 1);
    }
}

RedisSocket::RedisSocket(const RedisOptions &options, QObject *parent)
    : QObject(parent)
    , m_options(options)
{
    if (!options.unixSocket.isEmpty()) {
        auto *local = new QLocalSocket(this);
        m_device = local;
        connect(local, &QLocalSocket::connected, this, &RedisSocket::wasOpened);
        connect(
            local, &QLocalSocket::errorOccurred, this, [this, local] { fail(describe(*local)); });
    } else {
        auto *socket = options.tls ? new QSslSocket(this) : new QTcpSocket(this);
        m_device = socket;
        socket->setProxy(QNetworkProxy::NoProxy);
        connect(socket, &QTcpSocket::errorOccurred, this,
            [this, socket] { fail(socket->errorString()); });
        if (auto *encrypted = qobject_cast<QSslSocket *>(socket))
            connect(encrypted, &QSslSocket::encrypted, this, &RedisSocket::wasOpened);
        else
            connect(socket, &QTcpSocket::connected, this, &RedisSocket::wasOpened);
    }
    connect(m_device, &QIODevice::readyRead, this, [this] {
        if (m_isOpen)
            Q_EMIT received(m_device->readAll());
    });
}

QString RedisSocket::addressOf(const RedisOptions &options)
{
    if (!options.unixSocket.isEmpty())
        return options.unixSocket;
    const bool isV6 = options.host.contains(u':');
    return (isV6 ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2"))
        .arg(options.host, QString::number(options.port));
}

void RedisSocket::open()
{
    if (auto *local = qobject_cast<QLocalSocket *>(m_device)) {
        local->connectToServer(m_options.unixSocket);
    } else if (auto *encrypted = qobject_cast<QSslSocket *>(m_device)) {
        if (secure(encrypted))
            encrypted->connectToHostEncrypted(m_options.host, m_options.port);
    } else if (auto *socket = qobject_cast<QTcpSocket *>(m_device)) {
        socket->connectToHost(m_options.host, m_options.port);
    }
}

bool RedisSocket::secure(QSslSocket *socket)
{
    if (!QSslSocket::supportsSsl()) {
        fail(QStringLiteral("Qt finds no TLS library here"));
        return false;
    }
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setPeerVerifyMode(
        QSslSocket::VerifyPeer); // whatever the application's default is
    const auto read = [this](const QString &path) {
        QFile file(path);
        if (file.open(QIODevice::ReadOnly))
            return file.readAll();
        fail(QStringLiteral("%1 cannot be read").arg(path));
        return QByteArray();
    };
    if (!m_options.tls->caFile.isEmpty())
        configuration.setCaCertificates(QSslCertificate::fromData(read(m_options.tls->caFile)));
    if (!m_options.tls->certificateFile.isEmpty()) {
        configuration.setLocalCertificateChain(
            QSslCertificate::fromData(read(m_options.tls->certificateFile)));
        const QByteArray bytes = read(m_options.tls->keyFile);
        QSslKey key(bytes, QSsl::Rsa);
        if (key.isNull())
            key = QSslKey(bytes, QSsl::Ec);
        if (key.isNull())
            fail(QStringLiteral("%1 holds no private key").arg(m_options.tls->keyFile));
        configuration.setPrivateKey(key);
    }
    socket->setSslConfiguration(configuration);
    return !m_isClosed;
}

void RedisSocket::wasOpened()
{
    m_isOpen = true;
    if (auto *socket = qobject_cast<QTcpSocket *>(m_device)) {
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
    }
    Q_EMIT opened();
}

void RedisSocket::close()
{
    m_isClosed = true;
    m_device->disconnect(this);
    if (auto *local = qobject_cast<QLocalSocket *>(m_device)) {
        local->flush();
        local->abort();
    } else if (auto *socket = qobject_cast<QTcpSocket *>(m_device)) {
        socket->flush();
        socket->abort();
    }
}

void RedisSocket::fail(const QString &why)
{
    if (std::exchange(m_isClosed, true))
        return;
    const QString address = addressOf(m_options);
    const bool isUntrusted = why.contains(u"self-signed") || why.contains(u"self signed");
    const QString reason =
        isUntrusted ? why + QStringLiteral(" (RedisTls::caFile says whom to trust)") : why;
    Q_EMIT closed(m_isOpen
            ? QStringLiteral("The connection to Redis at %1 was lost: %2.").arg(address, reason)
            : QStringLiteral("Redis at %1 cannot be reached: %2.").arg(address, reason));
}

} // namespace Turnstile
