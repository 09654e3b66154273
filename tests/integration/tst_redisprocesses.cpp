// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Real processes that share a token, and what the server sees of them.
#include "tests/common/RedisProcesses.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

class RedisProcessesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { NEED_REDIS(); }

    void shareTheToken()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 5, .window = 1s});
        api.setGlobalLimit({.limit = 50, .window = 1s});
        api.setLatency(5ms, 5ms);
        QMap<QByteArray, int> shares; // while all have something to do
        int served = 0;
        QElapsedTimer time;
        qint64 last = 0;
        api.setHandler([&](const ApiRequest &request) {
            if (served == 0)
                time.start();
            last = time.elapsed();
            if (++served <= 300)
                ++shares[request.target.right(1)];
            return ServerReply();
        });
        RedisProcesses bots(redis, api.listen(), 4, {.requests = 100, .channels = 40});
        QTRY_VERIFY_WITH_TIMEOUT(bots.areReady(), 20'000);
        bots.go();
        QTRY_VERIFY_WITH_TIMEOUT(bots.haveEnded(), 30'000);
        QCOMPARE(bots.said(), QByteArray("succeeded 100\n").repeated(4));
        qInfo() << "400 requests of 4 processes in" << last
                << "ms; shares of the first 300:" << shares;
        QCOMPARE(api.stats().limitedTotal(), 0U);
        QCOMPARE(api.stats().requests, 400U);
        // The time is a figure: on a busy machine it is more than the bound, (400 - 50) / 50 per s.
        for (const int share : shares)
            QVERIFY2(std::abs(share - 75) <= 7, qPrintable(QString::number(share)));
        QTRY_COMPARE(leasesIn(redis), 0);
    }

    // Its requests are lost when their leases end, and the others go on.
    void oneIsKilledWithLeases()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 5, .window = 500ms});
        api.setLatency(400ms);
        RedisProcesses bots(
            redis, api.listen(), 3, {.requests = 5, .channels = 1, .responseTimeout = 1s});
        QTRY_VERIFY_WITH_TIMEOUT(bots.areReady(), 20'000);
        bots.go(0);
        QTRY_VERIFY_WITH_TIMEOUT(api.stats().requests == 1 && leasesIn(redis) > 1, 10'000);
        bots.kill(0);
        bots.go(1);
        bots.go(2);
        QTRY_VERIFY_WITH_TIMEOUT(bots.haveEnded(), 30'000);
        QCOMPARE(bots.said(), "succeeded 5\nsucceeded 5\n");
        QCOMPARE(api.stats().limitedTotal(), 0U);
        QTRY_COMPARE(leasesIn(redis), 0);
    }
};

QTEST_GUILESS_MAIN(RedisProcessesTest)
#include "tst_redisprocesses.moc"
