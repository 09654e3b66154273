// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>

#include <memory>

/// \file
/// A client that says what bytes it likes.

/// A socket that is connected to \a port of this machine.
inline std::unique_ptr<QTcpSocket> connectedTo(quint16 port)
{
    auto socket = std::make_unique<QTcpSocket>();
    socket->connectToHost(QHostAddress::LocalHost, port);
    if (!socket->waitForConnected(5000))
        qWarning("Cannot connect");
    return socket;
}

/// Everything until the other side closes.
inline QByteArray readToEnd(QTcpSocket &socket)
{
    QSignalSpy spy(&socket, &QTcpSocket::disconnected);
    if (socket.state() != QTcpSocket::UnconnectedState && !spy.wait())
        qWarning("The connection was not closed");
    return socket.readAll();
}

/// The status of an answer; 0: there is none.
inline int statusOf(const QNetworkReply *reply)
{
    return reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}
