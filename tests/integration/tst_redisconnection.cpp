// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisScript.h"
#include "tests/common/RedisServer.h"

#include <QtTest/QtTest>

class TestRedisConnection : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void helper();
};

void TestRedisConnection::initTestCase()
{
    NEED_REDIS();
}

void TestRedisConnection::helper()
{
    RedisServer server({.isDurable = true});
    QVERIFY2(server.isRunning(), server.output().constData());
    QCOMPARE(server.command({"SET", "a", "1"}).toByteArray(), "OK");
    QVERIFY(server.restart());
    QCOMPARE(server.command({"GET", "a"}).toByteArray(), "1");
    QVERIFY(server.restart(false));
    QVERIFY(!server.command({"GET", "a"}).isValid());
    QCOMPARE(server.command({"SCRIPT", "LOAD", Turnstile::redisScript()}).toByteArray(),
        Turnstile::redisScriptHash());
}

QTEST_GUILESS_MAIN(TestRedisConnection)

#include "tst_redisconnection.moc"
