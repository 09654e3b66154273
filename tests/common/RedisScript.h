// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/redis/RedisScript.h"
#include "tests/common/RedisServer.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

/// The script of the shared limiter for tests: one token's keys on a real server, virtual time.
class RedisScript {
public:
    RedisScript(RedisServer &server, QByteArray keys)
        : m_server(server)
        , m_keys(std::move(keys))
        , m_hash(server.command({"SCRIPT", "LOAD", Turnstile::redisScript()}).toByteArray())
    {
    }

    qint64 now = 1'000'000'000;
    /// What all requests say, but for what they say themselves.
    QJsonObject common{{QStringLiteral("v"), 1}, {QStringLiteral("lease"), 120'000},
        {QStringLiteral("global"), 50}, {QStringLiteral("invalid"), 10'000}};

    RedisServer &server() const { return m_server; }
    const QByteArray &keys() const { return m_keys; }
    /// The reply to \a text, as it is.
    QByteArray call(const QByteArray &text)
    {
        return m_server.command({"EVALSHA", m_hash, "1", m_keys, text}).toByteArray();
    }
    QJsonObject call(const QString &process, const QJsonObject &request)
    {
        QJsonObject whole = common;
        whole.insert(QStringLiteral("p"), process);
        whole.insert(QStringLiteral("now"), now);
        for (auto it = request.begin(); it != request.end(); ++it)
            whole.insert(it.key(), it.value());
        const QByteArray reply = call(QJsonDocument(whole).toJson(QJsonDocument::Compact));
        const QJsonObject object = QJsonDocument::fromJson(reply).object();
        if (object.isEmpty() || object.contains(QStringLiteral("error")))
            qWarning("%s", reply.constData());
        return object;
    }
    /// The same, of JSON with ' instead of ".
    QJsonObject call(const char *process, QByteArray request)
    {
        const QByteArray json = request.replace('\'', '"');
        return call(QString::fromLatin1(process), QJsonDocument::fromJson(json).object());
    }

private:
    RedisServer &m_server;
    QByteArray m_keys;
    QByteArray m_hash;
};

/// What the reply says of the want that was named as \a index.
inline int given(const QJsonObject &reply, int index = 0)
{
    return reply[u"want"_qs][index][u"n"_qs].toInt(-1);
}

inline QString why(const QJsonObject &reply, int index = 0)
{
    return reply[u"want"_qs][index][u"why"_qs].toString();
}

inline int waitOf(const QJsonObject &reply, int index = 0)
{
    return reply[u"want"_qs][index][u"wait"_qs].toInt(-1);
}

/// Hears the wake-up messages of one token's keys.
class RedisWakes {
public:
    explicit RedisWakes(const RedisScript &script)
        : m_channel(script.keys() + ":wake")
    {
        m_socket.connectToServer(script.server().unixSocket());
        m_socket.waitForConnected();
        m_socket.write("SUBSCRIBE " + m_channel + "\r\n");
        take(); // what comes from now on is heard
    }
    /// The messages since it was asked last: `BUCKET\nPROCESS PROCESS+MS`.
    QByteArrayList take()
    {
        m_socket.write("PING end\r\n"); // whose answer comes after all of them
        QByteArrayList messages;
        for (QByteArray before, now; now != "end"; before = std::exchange(now, text())) {
            if (before == m_channel && !now.isEmpty())
                messages.append(now);
        }
        return messages;
    }

private:
    QByteArray text() // empty for what is none
    {
        while (!m_socket.canReadLine()) {
            if (!m_socket.waitForReadyRead(5000))
                return "end";
        }
        const QByteArray line = m_socket.readLine();
        if (!line.startsWith('$'))
            return line.startsWith('*') ? text() : QByteArray();
        const qint64 size = line.mid(1).trimmed().toLongLong();
        while (m_socket.bytesAvailable() < size + 2 && m_socket.waitForReadyRead(5000)) { }
        return m_socket.read(size + 2).chopped(2);
    }

    QByteArray m_channel;
    QLocalSocket m_socket;
};
