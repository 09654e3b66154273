// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorFrames.h"

#include <QtNetwork/QLocalSocket>
#include <QtTest/QtTest>

#include <deque>

/// A monitor that says exactly what a test wants, and keeps every byte that it gets.
class MonitorPeer {
public:
    explicit MonitorPeer(const QString &path) { socket.connectToServer(path); }

    void sendRaw(const QByteArray &words)
    {
        socket.write(words);
        socket.flush();
    }
    template <typename Message> void send(const Message &message)
    {
        sendRaw(Turnstile::MonitorFrames::frame(Turnstile::MonitorCodec::encode(message)));
    }
    void subscribe() { send(Turnstile::MonitorSubscribe()); }

    /// The next message, waiting for it; std::monostate when none comes.
    Turnstile::MonitorMessage next()
    {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 5000) {
            if (const auto payload = frames.next())
                return Turnstile::MonitorCodec::decode(*payload, {}).message;
            const QByteArray more = socket.readAll();
            bytes += more;
            frames.feed(more);
            if (!more.isEmpty())
                continue;
            if (socket.state() == QLocalSocket::UnconnectedState)
                break;
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 50);
        }
        return {};
    }
    /// The next one of that kind; others are left out.
    template <typename Message> std::optional<Message> next()
    {
        for (;;) {
            const Turnstile::MonitorMessage message = next();
            if (const auto *wanted = std::get_if<Message>(&message))
                return *wanted;
            if (std::holds_alternative<std::monostate>(message))
                return {};
        }
    }
    QString goodbye()
    {
        return next<Turnstile::MonitorGoodbye>().value_or(Turnstile::MonitorGoodbye()).reason;
    }

    QLocalSocket socket;
    Turnstile::MonitorFrames frames{Turnstile::MonitorProtocol::mostToClient};
    QByteArray bytes;
};
