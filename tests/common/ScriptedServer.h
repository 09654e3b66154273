// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QHash>
#include <QtCore/QList>
#include <QtCore/QUrl>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

/// An HTTP/1.1 server on loopback that answers requests by what it was told: one answer after
/// another, the last one again and again. Reads bodies that tell their length.
class ScriptedServer : public QTcpServer {
public:
    ScriptedServer()
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = nextPendingConnection()) {
                ++m_connections;
                m_sockets.insert(socket, {});
                connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
                connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
                    m_sockets.remove(socket);
                    socket->deleteLater();
                });
            }
        });
    }

    /// Sends \a bytes as they are.
    void answerRaw(const QByteArray &bytes) { m_script.append({bytes}); }
    /// Answers with \a status, the header lines in \a headers (each with its line end) and a body.
    void answer(int status, const QByteArray &headers = {}, const QByteArray &body = {})
    {
        answerRaw("HTTP/1.1 " + QByteArray::number(status) + " So\r\n" + headers
            + "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
    }
    /// Sends \a bytes, maybe none, and closes the connection.
    void hangUp(const QByteArray &bytes = {}) { m_script.append({bytes, true}); }
    /// Takes the request and says nothing.
    void keepSilent() { answerRaw({}); }

    QUrl url(const QString &path = QStringLiteral("/")) const
    {
        return QUrl(QStringLiteral("http://127.0.0.1:%1%2").arg(serverPort()).arg(path));
    }
    int requests() const { return int(m_seen.size()); }

    /// A request as it came.
    struct Seen {
        QByteArray head; ///< request line and headers, each with its line end
        QByteArray body;

        /// The value of the first header of that name; empty when there is none.
        QByteArray header(const QByteArray &name) const
        {
            for (const QByteArray &line : head.split('\n')) {
                const qsizetype colon = line.indexOf(':');
                if (colon > 0 && line.left(colon).compare(name, Qt::CaseInsensitive) == 0)
                    return line.mid(colon + 1).trimmed();
            }
            return {};
        }
        QByteArray line() const { return head.left(head.indexOf('\r')); }
    };
    /// The requests so far; the last one is at the end.
    const QList<Seen> &seen() const { return m_seen; }
    /// How many connections were opened, and are open now.
    int connections() const { return m_connections; }
    int openConnections() const { return int(m_sockets.size()); }

private:
    struct Answer {
        QByteArray bytes;
        bool close = false;
    };

    void read(QTcpSocket *socket)
    {
        m_sockets[socket] += socket->readAll();
        while (m_sockets.contains(socket)) {
            QByteArray &buffer = m_sockets[socket];
            const qsizetype end = buffer.indexOf("\r\n\r\n") + 4;
            if (end < 4)
                return;
            Seen seen{buffer.left(end - 2), {}};
            const qsizetype length = seen.header("Content-Length").toLongLong();
            if (buffer.size() < end + length)
                return;
            seen.body = buffer.mid(end, length);
            buffer.remove(0, end + length);
            m_seen.append(seen);
            const Answer answer = m_script.size() > 1 ? m_script.takeFirst() : m_script.value(0);
            socket->write(answer.bytes);
            if (answer.close)
                socket->disconnectFromHost();
        }
    }

    QList<Answer> m_script;
    QList<Seen> m_seen;
    QHash<QTcpSocket *, QByteArray> m_sockets; // and what has come
    int m_connections = 0;
};
