// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// A process asks for no more than it has connections for, and counts what it was lent. Time is
// virtual.
#include "tests/common/Talker.h"

#include <QtTest/QTest>

class RedisPoolsTest : public QObject {
    Q_OBJECT

    // Each in a bucket of its own.
    static void askInPool(Talker &talker, PoolId pool, int connections, int count)
    {
        talker.desk.scheduler.setPool(pool, connections, at(0ms));
        for (int i = 0; i < count; ++i)
            talker.ask(i, 0ms, {.pool = pool});
    }

private Q_SLOTS:
    // What one pool has too much of is nothing to another one.
    void poolsTakeNothingFromEachOther()
    {
        Talker talker;
        const PoolId slow{1}, other{2};
        talker.desk.scheduler.setPool(slow, 6, at(0ms));
        talker.desk.scheduler.setPool(other, 2, at(0ms));
        for (int i = 0; i < 40; ++i)
            talker.ask(i, 0ms, {.pool = slow});
        const QJsonObject asked = talker.call(0ms); // three are ahead
        QCOMPARE(asked[u"most"].toArray(), QJsonArray{9});
        QCOMPARE(asked[u"want"].toArray().size(), 27);
        QCOMPARE(asked[u"want"][26][u"pool"], QJsonValue(1));
        talker.reply("{'n':1}", 9, 1ms, 18);
        QCOMPARE(talker.desk.grants.size(), 6U);
        QCOMPARE(talker.wants(40ms), 0);
        for (int i = 50; i < 60; ++i)
            talker.ask(i, 50ms, {.pool = other});
        QCOMPARE(talker.wants(50ms), 9);
        talker.reply("{'n':1}", 3, 51ms, 6);
        QCOMPARE(talker.desk.grants.size(), 8U);
    }

    // Who is refused waits at Redis, and keeps nobody from asking that has a connection, too.
    void asksForTheNextWhereOneIsRefused()
    {
        Talker talker;
        const PoolId pool{1};
        askInPool(talker, pool, 2, 20);
        QCOMPARE(talker.wants(0ms), 9);
        talker.reply("{'n':0,'why':'bucket','wait':60000}", 9, 1ms);
        QCOMPARE(talker.wants(1ms), 9);
        talker.reply("{'n':0,'why':'bucket','wait':60000}", 6, 2ms, 3);
        QCOMPARE(talker.wants(2ms), 5);
        talker.reply("{'n':1}", 3, 3ms, 2);
        QCOMPARE(talker.desk.grants.size(), 2U);
        QCOMPARE(talker.wants(40ms), 0); // one is ahead
        talker.desk.complete(talker.desk.grants[0], answer(5, 4, 1s), 50ms);
        talker.hear();
        QCOMPARE(talker.call(50ms)[u"most"].toArray(), QJsonArray{1});
    }

    // One question for each connection that gets free would be one for each ticket.
    void asksForSeveralAtATime()
    {
        Talker talker;
        const PoolId pool{1};
        askInPool(talker, pool, 8, 40);
        QCOMPARE(talker.wants(0ms), 36);
        talker.reply("{'n':1}", 12, 1ms, 24);
        for (size_t i = 0; i < 2; ++i) {
            QVERIFY(!talker.call(40ms).contains(u"want"));
            talker.desk.complete(talker.desk.grants[i], answer(5, 4, 1s), 40ms);
            talker.hear();
        }
        QCOMPARE(talker.call(40ms)[u"most"].toArray(), QJsonArray{2}); // two are ahead
    }

    // A reply was lost: what may have been given is asked for again, by the same names.
    void asksAgainAsItDid()
    {
        Talker talker;
        const PoolId pool{1};
        askInPool(talker, pool, 2, 20);
        const QJsonObject asked = talker.call(0ms);
        talker.talk.unheard(talker.desk.scheduler, at(2s));
        const QJsonObject again = talker.call(2100ms);
        QCOMPARE(again[u"want"], asked[u"want"]);
        QCOMPARE(again[u"most"], asked[u"most"]);
        talker.reply("{'n':1}", 3, 2200ms, 6);
        QCOMPARE(talker.desk.grants.size(), 2U);
        QVERIFY(!talker.call(2300ms).contains(u"want"));
    }

    // On its own, too.
    void lendsItselfNothingWithoutAConnection()
    {
        RedisOptions redis;
        redis.failurePolicy = FailurePolicy::LocalShare;
        Talker talker({.globalLimit = 10}, redis);
        talker.talk.disconnected(talker.desk.scheduler, at(0ms));
        const PoolId pool{1};
        talker.desk.scheduler.setPool(pool, 2, at(0ms));
        for (int i = 0; i < 40; ++i)
            talker.ask(i, 1ms, {.pool = pool});
        talker.call(1ms);
        QCOMPARE(talker.desk.grants.size(), 2U);
        for (int i = 50; i < 60; ++i)
            talker.ask(i, 2ms);
        talker.call(2ms);
        QCOMPARE(talker.desk.grants.size(), 9U); // ten, less the one that is ahead
    }

    // Leases of Redis that no ticket has taken yet when it goes: they will be.
    void countsWhatItHasNotUsedYet()
    {
        RedisOptions redis;
        redis.failurePolicy = FailurePolicy::LocalShare;
        Talker talker({.globalLimit = 10}, redis);
        const PoolId pool{1};
        askInPool(talker, pool, 6, 40);
        QCOMPARE(talker.wants(0ms), 27);
        talker.reply("{'n':1}", 9, 1ms, 18);
        talker.talk.disconnected(talker.desk.scheduler, at(2ms));
        for (int i = 50; i < 60; ++i)
            talker.ask(i, 3ms);
        talker.call(3ms);
        QCOMPARE(talker.desk.grants.size(), 7U);
        for (int i = 0; i < 6; ++i)
            talker.desk.complete(talker.desk.grants[size_t(i)], answer(5, 4, 1s), 100ms);
        talker.hear();
        talker.call(100ms);
        QCOMPARE(talker.desk.grants.size(), 10U); // in this second
    }
};

QTEST_GUILESS_MAIN(RedisPoolsTest)
#include "tst_redispools.moc"
