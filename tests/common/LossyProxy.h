// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QPointer>
#include <QtCore/QTemporaryDir>
#include <QtNetwork/QLocalServer>
#include <QtNetwork/QLocalSocket>

/// Between a client and a Redis: swallows replies of scripts now and then, and drops the
/// connection. What was asked for is done, and the client cannot know.
class LossyProxy : public QObject {
public:
    /// Of \a every script replies one is lost; 0: none.
    LossyProxy(QString upstream, int every)
        : m_upstream(std::move(upstream))
        , m_every(every)
    {
        m_server.listen(unixSocket());
        connect(&m_server, &QLocalServer::newConnection, this, &LossyProxy::accept);
    }
    QString unixSocket() const { return m_dir.filePath(QStringLiteral("s")); }
    int lost() const { return m_lost; }
    void setEvery(int every) { m_every = every; }

private:
    void accept()
    {
        auto *client = m_server.nextPendingConnection();
        auto *server = new QLocalSocket(client);
        server->connectToServer(m_upstream);
        server->waitForConnected();
        connect(client, &QLocalSocket::readyRead, server,
            [client, server] { server->write(client->readAll()); });
        connect(server, &QLocalSocket::readyRead, client, [this, client, server] {
            const QByteArray bytes = server->readAll();
            if (m_every > 0 && bytes.startsWith('$') && ++m_replies % m_every == 0) {
                ++m_lost;
                client->abort();
                return;
            }
            client->write(bytes);
        });
        connect(server, &QLocalSocket::disconnected, client, &QLocalSocket::disconnectFromServer);
        connect(client, &QLocalSocket::disconnected, client, &QObject::deleteLater);
    }

    const QString m_upstream;
    int m_every;
    int m_replies = 0;
    int m_lost = 0;
    QTemporaryDir m_dir{QDir::tempPath() + QStringLiteral("/proxy-XXXXXX")};
    QLocalServer m_server;
};
