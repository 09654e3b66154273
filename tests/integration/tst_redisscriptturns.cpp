// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Whose turn it is, and who is woken. Time is virtual.
#include "tests/common/RedisCrowd.h"

#include <QtTest/QtTest>

#include <limits>

class TestRedisScriptTurns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void equalSharesInOneServing_data();
    void equalSharesInOneServing();
    void whatIsKeptNobodyElseGets();
    void theDeadKeepNobodyWaiting();
    void whoDropsIsPassed();
    void wakesWhoWaits();
    void sharesTheGlobalLimit();
    void makesUpForWhatItCouldNotUse();
    void makesUpInABucketToo();
    void whatIsNotUsedDoesNotCount();
    void whoComesBackComesLast();
    void listsDoNotStay();
    void whatItHoldsCounts();
    void whoDropsKeepsItsCount();
    void countsNoMoreThanAShare();
    void eachIsToldItsOwnTurn();
    void twoAtATime();
    void wakesOnlyWhomItConcerns();
    void wakesAfterTheDead();
    void theInvalidBudgetWakes();
    void aCrowdIsServedFairly_data();
    void aCrowdIsServedFairly();

private:
    // A bucket of \a limit, of which nothing is taken when `now` has come.
    void makeBucket(int limit)
    {
        const QByteArray number = QByteArray::number(limit);
        m_server->command(
            {"HSET", "t:{f}:b:x", "k", "2", "li", number, "re", number, "wi", "1000"});
    }
    void giveBack(const char *process, int count, int first)
    {
        for (int i = first; i < first + count; ++i)
            m_script->call(process, "{'back':[{'b':'x','l':" + QByteArray::number(i) + "}]}");
    }
    // They are answered, and their slots free again.
    void useUp(const char *process, int count, int first)
    {
        for (int i = first; i < first + count; ++i)
            m_script->call(process,
                "{'done':[{'b':'x','how':'answered','status':200,'kind':'none','l':"
                    + QByteArray::number(i) + "}]}");
        m_script->now += 1000;
    }
    std::unique_ptr<RedisServer> m_server;
    std::unique_ptr<RedisScript> m_script;
};

void TestRedisScriptTurns::initTestCase()
{
    NEED_REDIS();
    m_server = std::make_unique<RedisServer>();
    QVERIFY2(m_server->isRunning(), m_server->output().constData());
}

void TestRedisScriptTurns::init()
{
    m_server->command({"FLUSHALL"});
    m_script = std::make_unique<RedisScript>(*m_server, "t:{f}");
}

static QByteArray wants(int count, int seq)
{
    return "{'want':[{'b':'x','n':" + QByteArray::number(count)
        + ",'seq':" + QByteArray::number(seq) + "}]}";
}

void TestRedisScriptTurns::equalSharesInOneServing_data()
{
    QTest::addColumn<QByteArray>("order");
    QTest::newRow("two") << QByteArray("ab");
    QTest::newRow("two, the younger first") << QByteArray("ba");
    QTest::newRow("three") << QByteArray("abc");
    QTest::newRow("three, the youngest first") << QByteArray("cba");
    QTest::newRow("four") << QByteArray("bdac");
}

void TestRedisScriptTurns::equalSharesInOneServing()
{
    QFETCH(QByteArray, order);
    RedisScript &script = *m_script;
    m_server->command({"HSET", "t:{f}:b:x", "bl", QByteArray::number(script.now + 5000)});
    QByteArray byAge = order;
    std::sort(byAge.begin(), byAge.end());
    for (const char process : std::as_const(byAge)) {
        script.now += 1000;
        const QJsonObject reply = script.call(QByteArray(1, process).constData(), wants(12, 1));
        QCOMPARE(why(reply), u"bucket"_qs);
    }
    script.now += 4000;
    makeBucket(12);
    for (const char process : std::as_const(order)) {
        const QJsonObject reply = script.call(QByteArray(1, process).constData(), wants(12, 1));
        QCOMPARE(given(reply), 12 / int(order.size()));
    }
}

void TestRedisScriptTurns::whatIsKeptNobodyElseGets()
{
    RedisScript &script = *m_script;
    script.call("p", wants(1, 1));
    QCOMPARE(given(script.call("a", wants(1, 1))), 0);
    script.now += 1;
    QCOMPARE(given(script.call("b", wants(1, 1))), 0);
    script.now += 1;
    script.call("p",
        "{'done':[{'b':'x','l':1,'how':'answered','status':200,'kind':'bucket','limit':2,"
        "'remaining':1,'after':1000}]}");
    QJsonObject reply = script.call("b", wants(1, 1));
    QCOMPARE(given(reply), 0);
    QCOMPARE(why(reply), u"turn"_qs);
    QCOMPARE(given(script.call("c", wants(1, 1))), 0);
    QCOMPARE(given(script.call("a", wants(1, 1))), 1);
    script.now += 1000; // one is in flight
    QCOMPARE(given(script.call("a", wants(1, 2))), 0);
    QCOMPARE(given(script.call("c", wants(1, 1))), 0);
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
}

void TestRedisScriptTurns::theDeadKeepNobodyWaiting()
{
    RedisScript &script = *m_script;
    makeBucket(2);
    script.call("p", wants(2, 1));
    script.call("dead", wants(1, 1));
    script.now += 4000;
    script.call("b", wants(1, 1));
    script.call("p", "{'back':[{'b':'x','l':1}]}");
    QJsonObject reply = script.call("b", wants(1, 1));
    QCOMPARE(why(reply), u"turn"_qs);
    QCOMPARE(waitOf(reply), 6000);
    script.now += 6000;
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
}

void TestRedisScriptTurns::whoDropsIsPassed()
{
    RedisScript &script = *m_script;
    RedisWakes wakes(script);
    makeBucket(2);
    script.call("p", wants(2, 1));
    script.call("a", wants(1, 1));
    script.now += 1;
    script.call("b", wants(1, 1));
    script.call("p", "{'back':[{'b':'x','l':1}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"x\na"});
    QCOMPARE(given(script.call("b", wants(1, 1))), 0);
    QCOMPARE(wakes.take(), QByteArrayList());
    script.call("a", "{'drop':['x']}");
    QCOMPARE(wakes.take(), QByteArrayList{"x\nb"});
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
}

void TestRedisScriptTurns::wakesWhoWaits()
{
    RedisScript &script = *m_script;
    RedisWakes wakes(script);
    script.common[u"global"_qs] = 1;
    script.call("a", wants(1, 1));
    script.call("b", "{'want':[{'b':'y','n':1,'seq':1}]}");
    QCOMPARE(wakes.take(), QByteArrayList());
    script.call("a", "{'done':[{'b':'x','l':1,'how':'answered','status':200,'kind':'none'}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"*\nb+1000"}); // now it is known when the slot is free
    QCOMPARE(waitOf(script.call("b", "{'want':[{'b':'y','n':1,'seq':1}]}")), 1000);
    script.call("a", "{}");
    QCOMPARE(wakes.take(), QByteArrayList());
    script.now += 1000;
    QCOMPARE(given(script.call("b", "{'want':[{'b':'y','n':1,'seq':1}]}")), 1);
    QCOMPARE(why(script.call("a", wants(1, 2))), u"global"_qs);
    script.call("b", "{'back':[{'b':'y','l':1}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"*\na"});
    QCOMPARE(given(script.call("a", wants(1, 2))), 1);
}

void TestRedisScriptTurns::sharesTheGlobalLimit()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 6;
    makeBucket(100);
    QCOMPARE(given(script.call("p", wants(6, 1))), 6);
    QCOMPARE(given(script.call("a", wants(6, 1))), 0);
    script.now += 1;
    QCOMPARE(given(script.call("b", wants(6, 1))), 0);
    script.call("p", "{'back':[{'b':'x','l':1},{'b':'x','l':2},{'b':'x','l':3},{'b':'x','l':4}]}");
    QJsonObject reply = script.call("b", wants(6, 1));
    QCOMPARE(given(reply), 2);
    QCOMPARE(why(reply), u"turn"_qs);
    QCOMPARE(reply[u"want"_qs][0][u"at"_qs], u"*"_qs);
    QCOMPARE(given(script.call("b", wants(4, 3))), 0); // not twice before the other one
    QCOMPARE(given(script.call("a", wants(6, 1))), 2);
    // Who says nothing of it still waits, until it drops that.
    script.call("p", "{'back':[{'b':'x','l':5}]}");
    QCOMPARE(given(script.call("b", wants(4, 3))), 1);
    script.call("p", "{'back':[{'b':'x','l':6}]}");
    script.call("a", "{}");
    QCOMPARE(given(script.call("b", wants(4, 4))), 0);
    script.call("a", "{'drop':['*']}");
    QCOMPARE(given(script.call("b", wants(4, 4))), 1);
}

// Who was given less gets more, until it is even.
void TestRedisScriptTurns::makesUpForWhatItCouldNotUse()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 12;
    makeBucket(100);
    script.call("p", wants(12, 1));
    script.call("a", wants(9, 1));
    script.call("b", wants(9, 1));
    giveBack("p", 6, 1);
    QCOMPARE(given(script.call("a", wants(9, 1))), 3);
    QCOMPARE(given(script.call("b", wants(1, 1))), 1); // has no use for more
    QCOMPARE(given(script.call("a", wants(6, 4))), 2); // which it does not wait for
    QCOMPARE(given(script.call("b", wants(9, 2))), 0);
    giveBack("p", 6, 7);
    QCOMPARE(given(script.call("a", wants(4, 6))), 2); // it has 7, the other one 1
    QCOMPARE(given(script.call("b", wants(9, 2))), 4);
}

// As at the global limit, and in a bucket that nobody waits for in between.
void TestRedisScriptTurns::makesUpInABucketToo()
{
    RedisScript &script = *m_script;
    makeBucket(8);
    script.call("p", wants(8, 1));
    script.call("a", wants(9, 1));
    script.call("b", wants(9, 1));
    giveBack("p", 3, 1);
    QCOMPARE(given(script.call("a", wants(2, 1))), 2);
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
    script.now += 9000;
    script.call("a", wants(9, 3));
    script.call("b", wants(9, 2));
    giveBack("p", 1, 4);
    QCOMPARE(given(script.call("a", wants(9, 3))), 0);
    QCOMPARE(given(script.call("b", wants(9, 2))), 1);
}

void TestRedisScriptTurns::whatIsNotUsedDoesNotCount()
{
    RedisScript &script = *m_script;
    makeBucket(4);
    script.call("p", wants(4, 1));
    script.call("a", wants(9, 1));
    script.call("b", wants(9, 1));
    giveBack("p", 2, 1);
    QCOMPARE(given(script.call("a", wants(9, 1))), 1);
    QCOMPARE(given(script.call("b", wants(9, 1))), 1);
    giveBack("b", 1, 1);
    QCOMPARE(given(script.call("a", wants(9, 2))), 0);
    QCOMPARE(given(script.call("b", wants(9, 2))), 1);
}

// It was held up elsewhere meanwhile; who has waited for as long comes first.
void TestRedisScriptTurns::whoComesBackComesLast()
{
    RedisScript &script = *m_script;
    makeBucket(1);
    script.call("p", wants(1, 1));
    script.call("a", wants(1, 1));
    script.call("b", wants(1, 1));
    script.call("a", "{'drop':['x']}");
    script.call("a", wants(1, 1));
    giveBack("p", 1, 1);
    QCOMPARE(given(script.call("a", wants(1, 1))), 0);
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
}

// A list is kept for a minute after the last one waited, and not at all for one process.
void TestRedisScriptTurns::listsDoNotStay()
{
    RedisScript &script = *m_script;
    makeBucket(1);
    script.call("a", wants(1, 1));
    script.call("a", wants(1, 2));
    QCOMPARE(m_server->command({"EXISTS", "t:{f}:w:x"}).toInt(), 1);
    script.call("a", "{'back':[{'b':'x','l':1}]}");
    QCOMPARE(given(script.call("a", wants(1, 2))), 1);
    QCOMPARE(m_server->command({"EXISTS", "t:{f}:w:x"}).toInt(), 0);
    script.call("b", wants(1, 1));
    script.call("c", wants(1, 1));
    QVERIFY(m_server->command({"PTTL", "t:{f}:w:x"}).toLongLong() > 7'000'000);
    script.call("b", "{'drop':['x']}");
    QVERIFY(m_server->command({"PTTL", "t:{f}:w:x"}).toLongLong() > 7'000'000);
    script.call("c", "{'drop':['x']}");
    QVERIFY(m_server->command({"PTTL", "t:{f}:w:x"}).toLongLong() <= 60'000);
    script.call("a", "{'back':[{'b':'x','l':2}]}");
    QCOMPARE(given(script.call("b", wants(1, 2))), 1);
    QVERIFY(m_server->command({"PTTL", "t:{f}:w:x"}).toLongLong() <= 60'000);
}

// Who was alone took all there was; now the other one comes first until it is even.
void TestRedisScriptTurns::whatItHoldsCounts()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 8;
    makeBucket(8);
    QCOMPARE(given(script.call("a", wants(8, 1))), 8);
    QCOMPARE(given(script.call("b", "{'want':[{'b':'y','n':8,'seq':1}]}")), 0);
    QCOMPARE(given(script.call("a", "{'want':[{'b':'y','n':8,'seq':9}]}")), 0);
    giveBack("a", 3, 1);
    QCOMPARE(given(script.call("a", "{'want':[{'b':'z','n':8,'seq':20}]}")), 0);
    QCOMPARE(given(script.call("b", "{'want':[{'b':'z','n':8,'seq':20}]}")), 1); // a probe
    script.common[u"global"_qs] = 0;                                             // and in a bucket
    QCOMPARE(given(script.call("b", wants(8, 10))), 3);
    QCOMPARE(given(script.call("a", wants(8, 30))), 0);
    m_server->command({"HSET", "t:{f}:b:x", "re", "10"});
    QCOMPARE(given(script.call("a", wants(8, 30))), 0);
    QCOMPARE(given(script.call("b", wants(8, 13))), 2);
}

void TestRedisScriptTurns::whoDropsKeepsItsCount()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 8;
    makeBucket(100);
    script.call("p", wants(8, 1));
    script.call("a", wants(4, 1));
    script.call("b", wants(4, 1));
    giveBack("p", 4, 1);
    QCOMPARE(given(script.call("a", wants(4, 1))), 2);
    script.call("a", "{'drop':['*']}"); // so all that is left is for the other one
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
    QCOMPARE(given(script.call("b", wants(1, 2))), 1);
    script.call("b", wants(4, 3));
    script.call("a", wants(4, 3));
    giveBack("p", 4, 5);
    QCOMPARE(given(script.call("a", wants(4, 3))), 2);
    QCOMPARE(given(script.call("b", wants(4, 3))), 2);
}

// However long one was served alone: the other one is made up to for a share of a period.
void TestRedisScriptTurns::countsNoMoreThanAShare()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 8;
    makeBucket(1000);
    script.call("p", wants(8, 1));
    script.call("a", wants(100, 1));
    script.call("b", wants(100, 1));
    script.call("a", "{'drop':['*']}");
    giveBack("p", 8, 1);
    for (int i = 1; i <= 33; i += 8) {
        QCOMPARE(given(script.call("b", wants(100, i))), 8);
        useUp("b", 8, i);
    }
    QCOMPARE(given(script.call("b", wants(100, 41))), 8);
    QCOMPARE(given(script.call("a", wants(100, 1))), 0);
    useUp("b", 8, 41);
    QCOMPARE(given(script.call("b", wants(100, 49))), 2);
    QCOMPARE(given(script.call("a", wants(100, 1))), 6);
}

// At the global limit: who comes later is told when there is a slot for it, too.
void TestRedisScriptTurns::eachIsToldItsOwnTurn()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 3;
    makeBucket(100);
    script.call("p", wants(3, 1));
    for (int i = 1; i <= 3; ++i) {
        script.call("p", "{'done':[{'b':'x','how':'lost','l':" + QByteArray::number(i) + "}]}");
        script.now += 100;
    }
    QCOMPARE(waitOf(script.call("a", wants(1, 1))), 700);
    RedisWakes wakes(script);
    QCOMPARE(waitOf(script.call("b", wants(1, 1))), 950); // two are kept for the first
    QCOMPARE(waitOf(script.call("c", wants(1, 1))), 900);
    QCOMPARE(wakes.take(), QByteArrayList{"*\nb+800"});    // among three there is one for each
    QCOMPARE(waitOf(script.call("d", wants(1, 1))), 3000); // nobody knows: it will be woken
    script.now += 700;
    QCOMPARE(given(script.call("a", wants(1, 1))), 1);
    QCOMPARE(wakes.take(), QByteArrayList());
    script.call("a", "{'done':[{'b':'x','how':'lost','l':1}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"*\nd+1000"});
}

void TestRedisScriptTurns::twoAtATime()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 4;
    makeBucket(100);
    script.call("p", wants(4, 1));
    for (const char *process : {"a", "b", "c"})
        script.call(process, wants(3, 1));
    RedisWakes wakes(script);
    script.call("p", "{'done':[{'b':'x','how':'lost','l':1}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"*\na+1050"}); // there may be another one by then
    script.now += 20;
    script.call("p", "{'done':[{'b':'x','how':'lost','l':2}]}");
    QCOMPARE(wakes.take(), QByteArrayList());
    QCOMPARE(waitOf(script.call("a", wants(3, 1))), 1000);
    script.now += 1000;
    QCOMPARE(given(script.call("a", wants(3, 1))), 2);
}

// Of those who wait in a bucket, and can be served.
void TestRedisScriptTurns::wakesOnlyWhomItConcerns()
{
    RedisScript &script = *m_script;
    makeBucket(3);
    script.call("p", wants(3, 1));
    for (const char *process : {"a", "b", "c"}) {
        script.call(process, wants(2, 1));
        script.now += 1;
    }
    RedisWakes wakes(script);
    script.call("p", "{'back':[{'b':'x','l':1}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"x\na"});
    script.call("p", "{'back':[{'b':'x','l':2}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"x\nb"});
    QCOMPARE(given(script.call("b", wants(2, 1))), 1);
    QCOMPARE(wakes.take(), QByteArrayList());
    QCOMPARE(given(script.call("a", wants(2, 1))), 1);
    QCOMPARE(wakes.take(), QByteArrayList());
    script.call("p", "{'back':[{'b':'x','l':3}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"x\nc"});
    QCOMPARE(given(script.call("c", wants(1, 1))), 1);
    // Now it is known when the window ends. It has tokens for both.
    script.call("b",
        "{'done':[{'b':'x','l':1,'how':'answered','status':200,'kind':'bucket','limit':3,"
        "'remaining':0,'after':200}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"x\nb+200 a+200"});
    script.now += 200;
    QCOMPARE(given(script.call("b", wants(1, 2))), 1);
    QCOMPARE(wakes.take(), QByteArrayList());
    script.call("c", "{'back':[{'b':'x','l':1}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"x\na"});
}

void TestRedisScriptTurns::wakesAfterTheDead()
{
    RedisScript &script = *m_script;
    makeBucket(2);
    script.call("p", wants(2, 1));
    script.call("dead", wants(1, 1));
    script.now += 4000;
    script.call("b", wants(1, 1));
    RedisWakes wakes(script);
    script.call("p", "{'back':[{'b':'x','l':1}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"x\ndead"});
    script.now += 6000;
    script.call("p", "{'back':[{'b':'x','l':2}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"x\nb"});
}

void TestRedisScriptTurns::theInvalidBudgetWakes()
{
    RedisScript &script = *m_script;
    script.common[u"invalid"_qs] = 10; // ordinary requests stop at 9
    makeBucket(100);
    script.call("p", wants(9, 1));
    QCOMPARE(why(script.call("a", wants(1, 1))), u"invalid"_qs);
    RedisWakes wakes(script);
    script.call("p", "{'done':[{'b':'x','l':1,'how':'answered','status':403,'kind':'none'}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"*\na+600000"}); // in the worst case
    script.call("p", "{'done':[{'b':'x','l':2,'how':'answered','status':200,'kind':'none'}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"*\na"});
    QCOMPARE(given(script.call("a", wants(1, 1))), 1);
}

void TestRedisScriptTurns::aCrowdIsServedFairly_data()
{
    QTest::addColumn<int>("processes");
    QTest::addColumn<int>("buckets");
    QTest::addColumn<int>("global");
    QTest::newRow("one bucket") << 3 << 1 << 1000;
    QTest::newRow("four at one bucket") << 4 << 1 << 1000;
    QTest::newRow("two at four buckets") << 2 << 4 << 1000;
    QTest::newRow("global limit") << 3 << 6 << 10;
    QTest::newRow("both") << 4 << 3 << 12;
}

void TestRedisScriptTurns::aCrowdIsServedFairly()
{
    QFETCH(int, processes);
    QFETCH(int, buckets);
    QFETCH(int, global);
    for (quint32 seed = 1; seed <= 2; ++seed) {
        m_server->command({"FLUSHALL"});
        RedisScript script(*m_server, "t:{f}");
        Crowd crowd(script, seed, processes, buckets, global);
        crowd.run(40'000);
        int total = 0;
        int least = std::numeric_limits<int>::max();
        int most = 0;
        for (const Crowd::Member &member : crowd.members) {
            total += member.served;
            least = std::min(least, member.served);
            most = std::max(most, member.served);
        }
        int bound = 0;
        int mostLimit = 0;
        for (const ModelWindow &window : crowd.buckets) {
            bound += 40 * window.limit;
            mostLimit = std::max(mostLimit, window.limit);
            QVERIFY(window.most <= window.limit);
        }
        bound = std::min(bound, 40 * global);
        qInfo("%d served of at most %d, %d to %d each, %d calls, %d between", total, bound, least,
            most, crowd.calls, crowd.mostBetween);
        QVERIFY(crowd.api.most <= global);
        QVERIFY(total > bound * 9 / 10);
        const int share = total / processes;
        QVERIFY(most <= share * 11 / 10 + 1);
        QVERIFY(least >= share * 9 / 10 - 1);
        QVERIFY(crowd.mostBetween <= mostLimit / 2 + 2); // what it is made up to
    }
}

QTEST_GUILESS_MAIN(TestRedisScriptTurns)

#include "tst_redisscriptturns.moc"
