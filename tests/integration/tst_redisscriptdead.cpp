// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Processes that say nothing for 10 s, and calls that come too late. Time is virtual.
#include "tests/common/RedisScript.h"

#include <QtTest/QtTest>

class TestRedisScriptDead : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void aProbeOfTheDead();
    void tokensOfTheDead();
    void slotsOfTheDead();
    void nobodyNeedsThem();
    void whoLivesKeepsThem();
    void whatComesBackTeaches();
    void isLostOnce();
    void manyLeases();
    void aCallAfterALaterOne();

private:
    void makeBucket(const QByteArray &name, const QByteArray &limit)
    {
        m_server->command(
            {"HSET", "t:{f}:b:" + name, "k", "2", "li", limit, "re", limit, "wi", "5000"});
    }
    int count(const QByteArray &key)
    {
        return m_server->command({"ZCARD", "t:{f}:" + key}).toInt();
    }
    std::unique_ptr<RedisServer> m_server;
    std::unique_ptr<RedisScript> m_script;
};

void TestRedisScriptDead::initTestCase()
{
    NEED_REDIS();
    m_server = std::make_unique<RedisServer>();
    QVERIFY2(m_server->isRunning(), m_server->output().constData());
}

void TestRedisScriptDead::init()
{
    m_server->command({"FLUSHALL"});
    m_script = std::make_unique<RedisScript>(*m_server, "t:{f}");
}

static QByteArray wants(int count, int seq)
{
    return "{'want':[{'b':'x','n':" + QByteArray::number(count)
        + ",'seq':" + QByteArray::number(seq) + "}]}";
}

void TestRedisScriptDead::aProbeOfTheDead()
{
    RedisScript &script = *m_script;
    QCOMPARE(given(script.call("a", wants(1, 1))), 1);
    script.now += 4000;
    const QJsonObject reply = script.call("b", wants(1, 1));
    QCOMPARE(why(reply), u"probe"_qs);
    QCOMPARE(waitOf(reply), 6000);
    script.now += 5999;
    QCOMPARE(given(script.call("b", wants(1, 1))), 0);
    script.now += 1;
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
}

// Where the window is open they are used up, and come back with it, not after a lease's life.
void TestRedisScriptDead::tokensOfTheDead()
{
    RedisScript &script = *m_script;
    makeBucket("x", "2");
    script.call("a", wants(2, 1));
    script.now += 9000;
    script.call("c", "{}");
    QJsonObject reply = script.call("b", wants(1, 1));
    QCOMPARE(why(reply), u"bucket"_qs);
    QCOMPARE(waitOf(reply), 1000); // when the other may be dead
    script.now += 1000;
    reply = script.call("b", wants(1, 1));
    QCOMPARE(given(reply), 0);
    QCOMPARE(waitOf(reply), 5000); // they may have been sent
    QCOMPARE(reply[u"learnt"_qs][0][u"inflight"_qs], 0);
    QCOMPARE(reply[u"learnt"_qs][0][u"remaining"_qs], 0);
    script.now += 5000;
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
}

void TestRedisScriptDead::slotsOfTheDead()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 3;
    makeBucket("x", "9");
    makeBucket("y", "9");
    script.call("a", wants(2, 1));
    script.call("a", "{'want':[{'b':'y','n':1,'seq':3}]}");
    script.now += 9999;
    QJsonObject reply = script.call("b", "{'want':[{'b':'z','n':1,'seq':1}]}");
    QCOMPARE(why(reply), u"global"_qs);
    QCOMPARE(waitOf(reply), 2000);
    script.now += 1;
    reply = script.call("b", "{'want':[{'b':'z','n':1,'seq':1}]}");
    QCOMPARE(given(reply), 0);
    QCOMPARE(waitOf(reply), 1000);
    QCOMPARE(count("gl") + count("l:x") + count("l:y"), 0);
    QCOMPARE(count("ga"), 3);
    script.now += 1000;
    QCOMPARE(given(script.call("b", "{'want':[{'b':'z','n':1,'seq':1}]}")), 1);
}

void TestRedisScriptDead::nobodyNeedsThem()
{
    RedisScript &script = *m_script;
    makeBucket("x", "2");
    script.call("a", wants(1, 1));
    script.now += 20'000;
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
    QCOMPARE(count("gl"), 2);
}

void TestRedisScriptDead::whoLivesKeepsThem()
{
    RedisScript &script = *m_script;
    script.call("a", wants(1, 1));
    for (int i = 0; i < 10; ++i) {
        script.now += 3000;
        script.call("a", "{}");
        QCOMPARE(given(script.call("b", wants(1, 1))), 0);
    }
    script.call("c", "{}");
    script.now += 9999; // looked last 9999 ms ago: the one that lived longest is not waited for
    QCOMPARE(given(script.call("b", wants(1, 1))), 0);
    script.now += 1;
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
}

// It was stopped, or cut off.
void TestRedisScriptDead::whatComesBackTeaches()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 2;
    script.call("a", wants(1, 1));
    script.now += 10'000;
    QCOMPARE(given(script.call("b", wants(1, 1))), 1);
    script.now += 500;
    const QJsonObject reply = script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','age':10500,'status':200,'kind':'bucket',"
        "'limit':5,'remaining':4,'after':4000}]}");
    const QJsonValue learnt = reply[u"learnt"_qs][0];
    QCOMPARE(learnt[u"limit"_qs], 5);
    QCOMPARE(learnt[u"remaining"_qs], 4);
    QCOMPARE(learnt[u"inflight"_qs], 1);
    QCOMPARE(reply[u"global"_qs][u"used"_qs], 2); // once, and later
    script.now += 700;
    QCOMPARE(script.call("b", "{}")[u"global"_qs][u"used"_qs], 2);
    script.now += 300;
    QCOMPARE(script.call("b", "{}")[u"global"_qs][u"used"_qs], 1);
}

void TestRedisScriptDead::isLostOnce()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 10;
    makeBucket("x", "3");
    script.call("a", wants(2, 1));
    script.now += 10'000;
    QJsonObject reply = script.call("b", wants(3, 1));
    QCOMPARE(given(reply), 1);
    script.now += 2000;
    reply = script.call(
        "a", "{'done':[{'b':'x','l':1,'how':'lost','age':12000}],'back':[{'b':'x','l':2}]}");
    QCOMPARE(reply[u"learnt"_qs][0][u"remaining"_qs], 1);
    QCOMPARE(reply[u"global"_qs][u"used"_qs], 1); // the other one's
}

void TestRedisScriptDead::manyLeases()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 0;
    makeBucket("x", "1000");
    QCOMPARE(given(script.call("a", wants(1000, 1))), 1000);
    script.now += 10'000;
    for (const int left : {700, 400, 100, 0}) { // some at a time
        QCOMPARE(given(script.call("b", wants(1, 1))), 0);
        QCOMPARE(count("gl"), left);
    }
    QCOMPARE(count("x"), 1000);
}

// What was said again on another connection is not done twice, in the wrong order.
void TestRedisScriptDead::aCallAfterALaterOne()
{
    RedisScript &script = *m_script;
    const char want[] = "{'call':7,'want':[{'b':'x','n':1,'seq':1}]}";
    QCOMPARE(given(script.call("a", want)), 1);
    script.call("a", "{'call':8,'back':[{'b':'x','l':1}]}");
    QTest::ignoreMessage(QtWarningMsg, R"({"error":"a later call was heard before"})");
    script.call("a", want);
    QCOMPARE(count("gl"), 0);
    QCOMPARE(given(script.call("b", want)), 1); // each counts its own
    script.now += 10'000;
    script.call("b", "{'call':8}");
    QCOMPARE(m_server->command({"HLEN", "t:{f}:ph"}).toInt(), 1); // those of the dead are forgotten
}

QTEST_GUILESS_MAIN(TestRedisScriptDead)

#include "tst_redisscriptdead.moc"
