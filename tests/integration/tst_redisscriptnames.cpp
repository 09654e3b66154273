// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What the script does with the names of buckets and routes, when they change while requests are on
// their way; and with what is odd: a full Redis, fractions of a millisecond. Time is virtual.
#include "tests/common/RedisScript.h"

#include <QtTest/QtTest>

class TestRedisScriptNames : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void aBucketIsProbedOnceWhateverItIsCalled();
    void aBucketIsProbedOnceByItsName();
    void aRedirectGivesWhatItGaveBefore();
    void aHashMayLookLikeNoName();
    void routesEnd();
    void oldRoutesMakeRoom();
    void fractionsAreRoundedToBeSafe();
    void aFullRedisRefuses();
    void tellsNoTurnThatItDoesNotKnow();
    void tellsOfASplitWhileOthersWait();
    void isNotMadeUpToUnderAnotherName();

private:
    // An answer to lease 1 of a bucket with one token, whose name is h#MAJOR then.
    static QByteArray answered(const QByteArray &bucket, const QByteArray &major,
        const QByteArray &more = {}, const QByteArray &route = "R")
    {
        return "{'done':[{'b':'" + bucket + "','l':1,'how':'answered','status':200,'kind':'bucket',"
            + "'limit':1,'remaining':0,'after':5000,'hash':'h','route':'" + route + "','name':'h#"
            + major + "'" + more + "}]}";
    }
    // Lease 1.
    static QByteArray want(const QByteArray &bucket, const QByteArray &more = {})
    {
        return "{'want':[{'b':'" + bucket + "','n':1,'seq':1,'route':'R'" + more + "}]}";
    }
    void teachHash()
    {
        m_script->call("t", want("#p#9"));
        m_script->call("t", answered("#p#9", "9"));
    }

    std::unique_ptr<RedisServer> m_server;
    std::unique_ptr<RedisScript> m_script;
};

void TestRedisScriptNames::initTestCase()
{
    NEED_REDIS();
    m_server = std::make_unique<RedisServer>();
    QVERIFY2(m_server->isRunning(), m_server->output().constData());
}

void TestRedisScriptNames::init()
{
    m_server->command({"FLUSHALL"});
    m_script = std::make_unique<RedisScript>(*m_server, "t:{f}");
}

// The hash of its route becomes known while the probe is on its way.
void TestRedisScriptNames::aBucketIsProbedOnceWhateverItIsCalled()
{
    RedisScript &script = *m_script;
    QCOMPARE(given(script.call("a", want("#p#1"))), 1);
    teachHash();
    QJsonObject reply = script.call("b", want("#p#1"));
    QCOMPARE(given(reply), 0);
    QCOMPARE(why(reply), u"probe"_qs); // where it is probed
    RedisWakes wakes(script);
    script.call("a", answered("#p#1", "1"));
    QVERIFY(wakes.take().contains("#p#1"));
    reply = script.call("b", want("#p#1"));
    QCOMPARE(reply[u"want"_qs][0][u"name"_qs], u"h#1"_qs);
    QCOMPARE(why(script.call("b", want("h#1"))), u"bucket"_qs);
    reply = script.call("b", want("#p#2")); // nobody is there
    QCOMPARE(reply[u"want"_qs][0][u"hash"_qs], u"h"_qs);
}

// Who knows the hash asks by the name at once.
void TestRedisScriptNames::aBucketIsProbedOnceByItsName()
{
    RedisScript &script = *m_script;
    QCOMPARE(given(script.call("a", want("#p#1"))), 1);
    QCOMPARE(given(script.call("c", want("#p#1"))), 0);
    teachHash();
    RedisWakes wakes(script);
    QJsonObject reply = script.call("b", want("h#1", ",'before':['#p#0','#p#1']"));
    QCOMPARE(given(reply), 0);
    QCOMPARE(why(reply), u"probe"_qs);
    QCOMPARE(reply[u"learnt"_qs][0][u"inflight"_qs], 1);
    QVERIFY(wakes.take().contains("#p#1")); // c is to ask by the name
    QCOMPARE(script.call("c", want("#p#1"))[u"want"_qs][0][u"name"_qs], u"h#1"_qs);
    script.call("a", answered("#p#1", "1"));
    QCOMPARE(why(script.call("b", want("h#1", ",'before':['#p#1']"))), u"bucket"_qs);
    QCOMPARE(m_server->command({"ZCARD", "t:{f}:gl"}), 0);
    QCOMPARE(m_server->command({"EXISTS", "t:{f}:l:#p#1", "t:{f}:b:#p#0"}), 0);
}

// The reply that gave them was lost.
void TestRedisScriptNames::aRedirectGivesWhatItGaveBefore()
{
    RedisScript &script = *m_script;
    QCOMPARE(given(script.call("a", want("#p#1"))), 1);
    QCOMPARE(given(script.call("b", want("h#5"))), 1);
    teachHash();
    QCOMPARE(given(script.call("a", want("#p#1"))), 1); // the same
    script.call("c", want("h#1", ",'before':['#p#1']"));
    QJsonObject reply = script.call("a", want("#p#1"));
    QCOMPARE(given(reply), 1);
    QCOMPARE(reply[u"want"_qs][0][u"name"_qs], u"h#1"_qs);
    script.call("d", want("#p#8"));
    script.call("d", answered("#p#8", "8#R", ",'split':true"));
    reply = script.call("b", want("h#5"));
    QCOMPARE(given(reply), 1);
    QCOMPARE(reply[u"want"_qs][0][u"split"_qs], true);
    script.call("a", "{'back':[{'b':'#p#1','l':1}]}");
    reply = script.call("b", "{'back':[{'b':'h#5','l':1}]}");
    QCOMPARE(reply[u"global"_qs][u"used"_qs], 1); // what was answered
}

void TestRedisScriptNames::aHashMayLookLikeNoName()
{
    RedisScript &script = *m_script;
    script.call("a", want("#p#1"));
    script.call("a", answered("#p#1", "1").replace("'h'", "'p'").replace("h#1", "p#1"));
    script.now += 5000;
    QJsonObject reply = script.call("a", want("p#1"));
    QVERIFY(!reply[u"want"_qs][0].toObject().contains(u"hash"_qs));
    QCOMPARE(given(reply), 1);
    QCOMPARE(reply[u"learnt"_qs][0][u"limit"_qs], 1);
}

// Answers of other routes do not keep them.
void TestRedisScriptNames::routesEnd()
{
    RedisScript &script = *m_script;
    constexpr qint64 hour = 3'600'000;
    teachHash();
    script.now += 23 * hour;
    QCOMPARE(script.call("a", want("#p#1"))[u"want"_qs][0][u"hash"_qs], u"h"_qs);
    script.call("a", "{'want':[{'b':'#p#s','n':1,'seq':1,'route':'S'}]}");
    script.call("a", answered("#p#s", "s", {}, "S"));
    script.now += hour;
    QCOMPARE(given(script.call("a", want("#p#1"))), 1);
}

void TestRedisScriptNames::oldRoutesMakeRoom()
{
    RedisScript &script = *m_script;
    const auto fill = [this](qint64 at) {
        m_server->command(
            {"EVAL", "for i = 1, 10000 do redis.call('HSET', KEYS[1], i, ARGV[1]) end", "1",
                "t:{f}:r", "{\"hash\":\"h\",\"at\":" + QByteArray::number(at) + "}"});
    };
    fill(script.now - 86'400'000);
    teachHash();
    QCOMPARE(m_server->command({"HLEN", "t:{f}:r"}), 1);
    fill(script.now);
    script.now += 3'600'000;
    script.call("a", "{'want':[{'b':'#p#s','n':1,'seq':1,'route':'S'}]}");
    script.call("a", answered("#p#s", "s", {}, "S"));
    QCOMPARE(m_server->command({"HLEN", "t:{f}:r"}), 10'001);
    QCOMPARE(m_server->command({"HEXISTS", "t:{f}:r", "S"}), 0);
}

// Redis has microseconds. What was answered at 0.5 ms is over at 1000.5 ms, so not at 1000.
void TestRedisScriptNames::fractionsAreRoundedToBeSafe()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 1;
    script.common[u"us"_qs] = 500;
    script.call("a", want("x"));
    QJsonObject reply = script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','status':200,'kind':'bucket','limit':1,"
        "'remaining':0,'after':1000}]}");
    QCOMPARE(reply[u"learnt"_qs][0][u"reset"_qs], 1001);
    QCOMPARE(reply[u"global"_qs][u"free"_qs], 1001);
    script.now += 1000;
    QCOMPARE(given(script.call("a", want("y"))), 0);
    QCOMPARE(given(script.call("a", want("x"))), 0);
    script.now += 1;
    QCOMPARE(given(script.call("a", want("y"))), 1);
}

// Before it has written anything.
void TestRedisScriptNames::aFullRedisRefuses()
{
    RedisScript &script = *m_script;
    script.call("a", want("x"));
    script.call("a", answered("x", "1"));
    script.now += 20'000; // there is something to clear away
    m_server->command({"CONFIG", "SET", "maxmemory", "1"});
    const QByteArray request =
        "{\"v\":1,\"p\":\"b\",\"lease\":120000,\"want\":[{\"b\":\"y\",\"n\":1,"
        "\"seq\":1}],\"now\":"
        + QByteArray::number(script.now) + '}';
    const QByteArray reply = script.call(request);
    m_server->command({"CONFIG", "SET", "maxmemory", "0"});
    QVERIFY2(reply.contains("OOM"), reply.constData());
    QCOMPARE(m_server->command({"ZSCORE", "t:{f}:p", "b"}), QVariant());
    QCOMPARE(m_server->command({"EXISTS", "t:{f}:l:y"}), 0);
    QVERIFY(script.call(request).contains("\"n\":1"));
}

// It waits for the leases of others, who may be slow, or dead.
void TestRedisScriptNames::tellsNoTurnThatItDoesNotKnow()
{
    RedisScript &script = *m_script;
    script.call("a", want("x"));
    script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','status':200,'kind':'bucket','limit':5,"
        "'remaining':4}],'want':[{'b':'x','n':4,'seq':2}]}");
    QJsonObject reply = script.call("b", want("x"));
    QCOMPARE(why(reply), u"bucket"_qs);
    QCOMPARE(waitOf(reply), 10'000); // when a may be dead
    QCOMPARE(reply[u"want"_qs][0][u"maybe"_qs], true);
    QVERIFY(reply[u"global"_qs][u"free"_qs].isDouble());
    script.common[u"global"_qs] = 5;
    QVERIFY(script.call("b", want("y"))[u"global"_qs][u"free"_qs].toInt() <= 1000);
    script.call("a",
        "{'done':[{'b':'x','l':2,'how':'answered','status':200,'kind':'bucket','limit':5,"
        "'remaining':3,'after':3000}]}");
    reply = script.call("b", "{'want':[{'b':'x','n':9,'seq':5}]}");
    QCOMPARE(why(reply), u"bucket"_qs);
    QVERIFY(!reply[u"want"_qs][0].toObject().contains(u"maybe"_qs)); // when the window ends
}

void TestRedisScriptNames::tellsOfASplitWhileOthersWait()
{
    RedisScript &script = *m_script;
    RedisWakes wakes(script);
    teachHash();
    QCOMPARE(given(script.call("a", want("h#1"))), 1);
    for (const char *process : {"a", "b", "c"})
        QCOMPARE(given(script.call(process, "{'want':[{'b':'h#1','n':2,'seq':9}]}")), 0);
    wakes.take();
    const QJsonObject reply = script.call("a",
        "{'done':[{'b':'h#1','l':1,'how':'answered','status':200,'kind':'bucket','limit':1,"
        "'remaining':0,'after':5000,'hash':'h','route':'R','name':'h#1','split':true}],"
        "'want':[{'b':'h#1','n':2,'seq':9}]}");
    QVERIFY(reply.contains(u"now"_qs));
    QVERIFY(wakes.take().contains("h#1"));
}

// What was counted under one name says nothing under the other.
void TestRedisScriptNames::isNotMadeUpToUnderAnotherName()
{
    RedisScript &script = *m_script;
    constexpr int ofOne = 16384;
    for (const char *process : {"a", "b"}) {
        script.call(process, "{}");
        m_server->command({"ZADD", "t:{f}:w:h#1", QByteArray::number(100 * ofOne), process});
    }
    QCOMPARE(given(script.call("e", want("#p#1"))), 1);
    QCOMPARE(given(script.call("c", want("#p#1"))), 0);
    script.call("e", answered("#p#1", "1"));
    QCOMPARE(m_server->command({"EXISTS", "t:{f}:w:#p#1"}).toInt(), 0);
    QCOMPARE(given(script.call("c", want("h#1"))), 0);
    QVERIFY(m_server->command({"ZSCORE", "t:{f}:w:h#1", "c"}).toDouble() >= 99 * ofOne);
}

QTEST_GUILESS_MAIN(TestRedisScriptNames)
#include "tst_redisscriptnames.moc"
