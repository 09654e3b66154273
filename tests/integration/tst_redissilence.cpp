// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Real processes of which one is not heard of any more. It takes 10 s until the others go on; the
// rules, in virtual time, are in tst_redisscriptdead.
#include "tests/common/RedisProcesses.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

class RedisSilenceTest : public QObject {
    Q_OBJECT

    static constexpr int silence = 10'000;

    // In all lists but that of the global limit.
    static qlonglong waitingIn(RedisServer &redis)
    {
        qlonglong count = 0;
        for (const QVariant &key : redis.command({"KEYS", "turnstile:{f1}:w:[^*]*"}).toList())
            count += redis.command({"ZCARD", key.toByteArray()}).toLongLong();
        return count;
    }

private Q_SLOTS:
    void initTestCase() { NEED_REDIS(); }

    // Nobody else may probe what it probes, until it is taken for dead.
    void oneIsKilledWhileItProbes()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 5, .window = 500ms});
        api.setLatency(10s); // none of its answers comes
        RedisProcesses bots(redis, api.listen(), 3, {.requests = 6, .channels = 1});
        QElapsedTimer time;
        qint64 nextAt = -1;
        api.setHandler([&](const ApiRequest &request) {
            if (nextAt < 0 && !request.target.endsWith("p=0"))
                nextAt = time.elapsed();
            return ServerReply();
        });
        QTRY_VERIFY_WITH_TIMEOUT(bots.areReady(), 20'000);
        time.start();
        bots.go(0);
        QTRY_COMPARE_WITH_TIMEOUT(leasesIn(redis), 1, 10'000);
        bots.go(1);
        bots.go(2);
        QTRY_COMPARE_WITH_TIMEOUT(waitingIn(redis), 3, 10'000);
        bots.kill(0);
        api.setLatency(5ms);
        QTRY_VERIFY_WITH_TIMEOUT(bots.haveEnded(), 30'000);
        QCOMPARE(bots.said(), "succeeded 6\nsucceeded 6\n");
        qInfo() << "The others went on after" << nextAt << "ms.";
        QVERIFY(nextAt >= silence);
        QCOMPARE(api.stats().limitedTotal(), 0U);
        QTRY_COMPARE(leasesIn(redis), 0);
    }

    // It cannot know what has become of its leases when it is back.
    void oneIsStoppedForLonger()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 5, .window = 500ms});
        api.setLatency(100ms);
        RedisProcesses bots(redis, api.listen(), 2, {.requests = 40, .channels = 2});
        QElapsedTimer sinceStop;
        int served = 0, meanwhile = 0;
        api.setHandler([&](const ApiRequest &request) {
            const bool isStopped = sinceStop.isValid();
            if (isStopped && sinceStop.elapsed() >= silence && request.target.endsWith("p=1"))
                ++meanwhile;
            if (++served > 10 && !isStopped && request.target.endsWith("p=0")) {
                bots.stop(0); // its answer is on its way
                sinceStop.start();
            }
            return ServerReply();
        });
        QTRY_VERIFY_WITH_TIMEOUT(bots.areReady(), 20'000);
        bots.go();
        QTRY_VERIFY_WITH_TIMEOUT(sinceStop.isValid(), 20'000);
        const int before = served;
        const qlonglong leases = leasesIn(redis);
        QTRY_VERIFY_WITH_TIMEOUT(sinceStop.elapsed() > silence + 1000 && meanwhile > 0, 30'000);
        qInfo() << before << "were served before it was stopped," << served << "when it went on.";
        bots.resume(0);
        QTRY_VERIFY_WITH_TIMEOUT(bots.haveEnded(), 30'000);
        QCOMPARE(bots.said(), "succeeded 40\nsucceeded 40\n");
        qInfo() << api.stats().limitedTotal() << "of" << leases << "that were out met a 429.";
        QVERIFY(qlonglong(api.stats().limitedTotal()) <= leases);
        QTRY_COMPARE(leasesIn(redis), 0);
    }
};

QTEST_GUILESS_MAIN(RedisSilenceTest)
#include "tst_redissilence.moc"
