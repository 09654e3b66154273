// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Redis fails in all ways: nothing is lost, nothing is sent twice, nothing stays stuck.
#include "tests/common/LossyProxy.h"
#include "tests/common/RedisBots.h"
#include "tests/common/RedisScript.h"

#include <QtCore/QTimer>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

// A Redis, a server, and some bots.
struct World {
    explicit World(RedisServer::Options options = {}, int every = 0)
        : redis(std::move(options))
        , proxy(redis.unixSocket(), every)
    {
        api.setDefaultLimit({.limit = 5, .window = 300ms});
        api.setGlobalLimit({.limit = 200, .window = 1s});
        api.setLatency(10ms, 10ms);
    }
    RedisBots bots(int count, bool isLossy = false)
    {
        return {isLossy ? proxy.unixSocket() : redis.unixSocket(), api.listen(), count};
    }

    RedisServer redis;
    LossyProxy proxy;
    ModelApi api;
};

class RedisFailuresTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { NEED_REDIS(); }

    void restartedWithItsData()
    {
        World world({.isDurable = true});
        const RedisBots bots = [&] {
            RedisBots some = world.bots(3);
            some.get(30, 4);
            return some;
        }();
        QTRY_VERIFY(bots.succeeded() >= 20);
        QVERIFY(world.redis.restart(true));
        QTRY_VERIFY_WITH_TIMEOUT(bots.areDone(), 30'000);
        QCOMPARE(bots.succeeded(), 90);
        QCOMPARE(world.api.stats().requests, 90U);
        QCOMPARE(world.api.stats().limitedTotal(), 0U);
        QTRY_COMPARE(leasesIn(world.redis), 0);
    }

    // What was in flight is not known to the new one, which probes each bucket again.
    void restartedEmpty()
    {
        World world;
        RedisBots bots = world.bots(3);
        bots.get(30, 4);
        QTRY_VERIFY(bots.succeeded() >= 20);
        QVERIFY(world.redis.restart(false));
        QTRY_VERIFY_WITH_TIMEOUT(bots.areDone(), 30'000);
        QCOMPARE(bots.succeeded(), 90);
        QCOMPARE(world.api.stats().requests, 90 + world.api.stats().limitedTotal());
        QVERIFY(world.api.stats().limitedTotal() <= 4); // a probe in each
        QTRY_COMPARE(leasesIn(world.redis), 0);
    }

    void silentForAWhile()
    {
        World world;
        RedisBots bots = world.bots(3);
        bots.get(40, 4);
        QTRY_VERIFY(bots.succeeded() >= 20);
        world.redis.stop();
        QTest::qWait(1500); // what was granted has been sent
        const quint64 sent = world.api.stats().requests;
        QTest::qWait(3500);
        QCOMPARE(world.api.stats().requests, sent);
        QVERIFY(!bots.bots[0]->limiter->sharing().problem.isEmpty());
        world.redis.resume();
        QTRY_VERIFY_WITH_TIMEOUT(bots.areDone(), 30'000);
        QCOMPARE(bots.succeeded(), 120);
        QCOMPARE(world.api.stats().requests, 120U);
        QCOMPARE(world.api.stats().limitedTotal(), 0U);
        QTRY_COMPARE(leasesIn(world.redis), 0);
    }

    // Which kills calls at any point, before and after they are done.
    void connectionsAreKilledAgainAndAgain()
    {
        World world;
        RedisBots bots = world.bots(6);
        bots.get(30, 4);
        int kills = 0;
        QTimer killer;
        QObject::connect(&killer, &QTimer::timeout, &killer, [&] {
            const QVariant killed =
                world.redis.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
            kills += killed.toInt();
        });
        killer.start(20ms);
        QTRY_VERIFY_WITH_TIMEOUT(kills >= 200, 30'000);
        killer.stop();
        QTRY_VERIFY_WITH_TIMEOUT(bots.areDone(), 30'000);
        QCOMPARE(bots.succeeded(), 180);
        QCOMPARE(world.api.stats().requests, 180U);
        QCOMPARE(world.api.stats().limitedTotal(), 0U);
        QTRY_COMPARE(leasesIn(world.redis), 0);
        qInfo() << kills << "connections killed";
    }

    void repliesAreLost()
    {
        World world({}, 3);
        RedisBots bots = world.bots(3, true);
        bots.get(40, 4);
        QTRY_VERIFY_WITH_TIMEOUT(bots.areDone(), 30'000);
        QVERIFY(world.proxy.lost() >= 5);
        QCOMPARE(bots.succeeded(), 120);
        QCOMPARE(world.api.stats().requests, 120U);
        QCOMPARE(world.api.stats().limitedTotal(), 0U);
        world.proxy.setEvery(0);
        QTRY_COMPARE(leasesIn(world.redis), 0);
        qInfo() << world.proxy.lost() << "replies lost";
    }

    // What was asked for when a reply was lost is not wanted any more when Redis is back.
    void repliesAreLostAndNobodyWaits()
    {
        World world({}, 1);
        RedisBots bots = world.bots(1, true);
        auto *reply = bots.bots[0]->get(1);
        QTRY_VERIFY(world.proxy.lost() >= 1);
        QVERIFY(leasesIn(world.redis) > 0);
        reply->cancel();
        world.proxy.setEvery(0);
        QTRY_COMPARE(leasesIn(world.redis), 0);
        QCOMPARE(world.api.stats().requests, 0U);
    }

    // Nobody is woken, so they ask more often, and once when they hear again.
    void noMessages()
    {
        World world;
        RedisBots bots = world.bots(2);
        QTRY_VERIFY(bots.areConnected());
        QTRY_COMPARE(listeners(world.redis), 2);
        world.redis.command({"ACL", "SETUSER", "default", "-subscribe"});
        world.redis.command({"CLIENT", "KILL", "TYPE", "pubsub"});
        QCOMPARE(listeners(world.redis), 0);
        QElapsedTimer timer;
        timer.start();
        bots.get(8, 1);
        QTRY_VERIFY_WITH_TIMEOUT(bots.areDone(), 30'000);
        qInfo() << "16 requests in" << timer.elapsed() << "ms";
        world.redis.command({"ACL", "SETUSER", "default", "+subscribe"});
        QTRY_COMPARE(listeners(world.redis), 2);
        QCOMPARE(world.api.stats().limitedTotal(), 0U);
    }

    void scriptIsForgotten()
    {
        World world;
        RedisBots bots = world.bots(2);
        bots.get(20, 4);
        for (int i = 0; i < 5; ++i) {
            QTRY_VERIFY(bots.succeeded() >= 5 * i);
            QCOMPARE(world.redis.command({"SCRIPT", "FLUSH"}), QByteArray("OK"));
        }
        QTRY_VERIFY_WITH_TIMEOUT(bots.areDone(), 20'000);
        QCOMPARE(bots.succeeded(), 40);
        QCOMPARE(world.api.stats().limitedTotal(), 0U);
        QTRY_COMPARE(leasesIn(world.redis), 0);
    }

    // A process of another version is refused, and changes nothing for the others.
    void anotherVersion()
    {
        World world;
        RedisBots bots = world.bots(2);
        bots.get(20, 4);
        RedisScript script(world.redis, "turnstile:{f1}");
        for (int i = 0; i < 10; ++i) {
            QTRY_VERIFY(bots.succeeded() >= 2 * i);
            const QByteArray reply = script.call(
                QByteArray(R"({"v":2,"p":"new","lease":1000,"want":[{"b":"x","n":5,"seq":1}]})"));
            QVERIFY2(reply.contains("error"), reply.constData());
        }
        QTRY_VERIFY_WITH_TIMEOUT(bots.areDone(), 20'000);
        QCOMPARE(world.api.stats().limitedTotal(), 0U);
        QTRY_COMPARE(leasesIn(world.redis), 0);
    }

    void redisRefuses()
    {
        World world;
        RedisBots bots = world.bots(1);
        const RedisRatelimiter &limiter = *bots.bots[0]->limiter;
        QTRY_VERIFY(bots.areConnected());
        QSignalSpy changes(&limiter, &RedisRatelimiter::sharingChanged);
        world.redis.command({"ACL", "SETUSER", "default", "-evalsha"});
        QTest::ignoreMessage(QtWarningMsg,
            QRegularExpression(u"Redis does not let this user do all that it takes.*NOPERM"_qs));
        bots.get(3, 1);
        QTRY_VERIFY(limiter.sharing().problem.contains(u"NOPERM"));
        QVERIFY(limiter.sharing().isConnected);
        const qlonglong before = refusals(world.redis);
        QTest::qWait(300);
        QVERIFY(refusals(world.redis) - before <= 1);
        world.redis.command({"ACL", "SETUSER", "default", "+evalsha"});
        QTRY_VERIFY(bots.areDone());
        QCOMPARE(limiter.sharing().problem, QString());
        QCOMPARE(changes.size(), 2);
        QTRY_COMPARE(leasesIn(world.redis), 0);
    }

    void redisIsFull()
    {
        World world;
        RedisBots bots = world.bots(1);
        const RedisRatelimiter &limiter = *bots.bots[0]->limiter;
        QTRY_VERIFY(bots.areConnected());
        world.redis.command({"CONFIG", "SET", "maxmemory", "1"});
        const QString problem = u"Redis has no memory left, and lends nothing: raise its "
                                "maxmemory (OOM)."_qs;
        QTest::ignoreMessage(QtWarningMsg, qPrintable(u"Turnstile: "_qs + problem));
        bots.get(3, 1);
        QTRY_COMPARE(limiter.sharing().problem, problem);
        world.redis.command({"CONFIG", "SET", "maxmemory", "0"});
        QTRY_VERIFY(bots.areDone());
        QCOMPARE(limiter.sharing().problem, QString());
    }

    // It answers, and refuses each call: that is one piece of news.
    void redisIsAReplica()
    {
        World world;
        RedisBots bots = world.bots(1);
        const RedisRatelimiter &limiter = *bots.bots[0]->limiter;
        QTRY_VERIFY(bots.areConnected());
        QSignalSpy changes(&limiter, &RedisRatelimiter::sharingChanged);
        world.redis.command({"REPLICAOF", "127.0.0.1", "1"});
        bots.get(3, 1);
        QTRY_VERIFY(limiter.sharing().problem.contains(u"is a replica"));
        const qlonglong before = refusals(world.redis);
        QTRY_VERIFY(refusals(world.redis) > before + 1); // it has tried again, in vain
        QVERIFY(!limiter.sharing().isConnected);
        QCOMPARE(changes.size(), 1);
        world.redis.command({"REPLICAOF", "NO", "ONE"});
        QTRY_VERIFY(bots.areDone());
        QCOMPARE(changes.size(), 2);
        QCOMPARE(limiter.sharing().problem, QString());
    }

    void nobodyMayWakeUs()
    {
        World world;
        world.redis.command({"ACL", "SETUSER", "default", "-subscribe"});
        RedisBots bots = world.bots(1);
        const RedisRatelimiter &limiter = *bots.bots[0]->limiter;
        bots.get(3, 1);
        QTRY_VERIFY(bots.areDone());
        QTRY_VERIFY(limiter.sharing().problem.startsWith(u"Nobody can wake this process"));
        QVERIFY(limiter.sharing().isConnected);
    }

private:
    static int listeners(RedisServer &redis)
    {
        return redis.command({"PUBSUB", "NUMSUB", "turnstile:{f1}:wake"}).toList().value(1).toInt();
    }
    static qlonglong refusals(RedisServer &redis)
    {
        const QByteArray text = redis.command({"INFO", "stats"}).toByteArray();
        const auto from = text.indexOf("total_error_replies:") + 20;
        return text.mid(from, text.indexOf('\r', from) - from).toLongLong();
    }
};

QTEST_GUILESS_MAIN(RedisFailuresTest)
#include "tst_redisfailures.moc"
