// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/redis/RedisConnection.h"
#include "tests/common/RedisServer.h"

#include <QtTest/QtTest>

/// Connects, and waits for it.
#define CONNECT(connection)                                                                        \
    connection.open();                                                                             \
    QTRY_VERIFY(connection.isConnected())

inline Turnstile::RedisOptions optionsFor(const RedisServer &server)
{
    Turnstile::RedisOptions options;
    options.unixSocket = server.unixSocket();
    return options;
}

/// Waits for the reply to \a command.
inline Turnstile::RedisReply ask(
    Turnstile::RedisConnection &connection, const QByteArrayList &command)
{
    std::optional<Turnstile::RedisReply> answer;
    connection.call(command, [&](const Turnstile::RedisReply &reply) { answer = reply; });
    if (!QTest::qWaitFor([&] { return answer.has_value(); }))
        return {.error = QStringLiteral("no callback")};
    return *answer;
}
