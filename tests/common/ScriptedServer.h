// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QHash>
#include <QtCore/QList>
#include <QtCore/QUrl>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

/// An HTTP/1.1 server on loopback that answers requests without a body by what it was told: one
/// answer after another, the last one again and again.
class ScriptedServer : public QTcpServer {
public:
    ScriptedServer()
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = nextPendingConnection())
                connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
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
    int requests() const { return m_requests; }

private:
    struct Answer {
        QByteArray bytes;
        bool close = false;
    };

    void read(QTcpSocket *socket)
    {
        QByteArray &buffer = m_buffers[socket];
        buffer += socket->readAll();
        for (qsizetype end; (end = buffer.indexOf("\r\n\r\n")) >= 0;) {
            buffer.remove(0, end + 4);
            ++m_requests;
            const Answer answer = m_script.size() > 1 ? m_script.takeFirst() : m_script.value(0);
            socket->write(answer.bytes);
            if (answer.close)
                socket->disconnectFromHost();
        }
    }

    QList<Answer> m_script;
    QHash<QTcpSocket *, QByteArray> m_buffers;
    int m_requests = 0;
};
