// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// The limits of a token over all buckets and processes, as the script in Redis keeps them. Time is
// virtual.
#include "tests/common/RedisScript.h"

#include <QtTest/QtTest>

class TestRedisScriptLimits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void limitedByKind_data();
    void limitedByKind();
    void theEdgeBlocksForLonger();
    void globalLimitOverProcesses();
    void invalidRequestsStop();

private:
    std::unique_ptr<RedisServer> m_server;
    std::unique_ptr<RedisScript> m_script;
};

void TestRedisScriptLimits::initTestCase()
{
    NEED_REDIS();
    m_server = std::make_unique<RedisServer>();
    QVERIFY2(m_server->isRunning(), m_server->output().constData());
}

void TestRedisScriptLimits::init()
{
    m_server->command({"FLUSHALL"});
    m_script = std::make_unique<RedisScript>(*m_server, "t:{f}");
}

void TestRedisScriptLimits::limitedByKind_data()
{
    QTest::addColumn<QByteArray>("kind");
    QTest::addColumn<QString>("sameBucket");
    QTest::addColumn<QString>("otherBucket");
    QTest::addColumn<int>("invalid");
    QTest::newRow("bucket") << QByteArray("bucket") << u"bucket 3000"_qs << QString() << 1;
    QTest::newRow("sublimit") << QByteArray("sublimit") << QString() << QString() << 1;
    QTest::newRow("shared") << QByteArray("shared") << QString() << QString() << 0;
    QTest::newRow("global") << QByteArray("global") << u"global 3000"_qs << u"global 3000"_qs << 1;
    QTest::newRow("cloudflare") << QByteArray("cloudflare") << u"cloudflare 60000"_qs
                                << u"cloudflare 60000"_qs << 1;
}

void TestRedisScriptLimits::limitedByKind()
{
    QFETCH(QByteArray, kind);
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    QJsonObject reply = script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','status':429,'kind':'none',"
        "'limited':{'kind':'"
            + kind + "','wait':3000}}]}");
    QTEST(reply[u"invalid"_qs].toInt(), "invalid");
    QCOMPARE(reply[u"global"_qs][u"used"_qs], int(kind != "global"));
    reply = script.call("b", "{'want':[{'b':'x','n':1,'seq':1},{'b':'y','n':1,'seq':2}]}");
    const auto told = [&](int index) {
        const QString reason = why(reply, index);
        return reason.isEmpty() ? QString() : reason + u' ' + QString::number(waitOf(reply, index));
    };
    QTEST(told(0), "sameBucket");
    QTEST(told(1), "otherBucket");
}

void TestRedisScriptLimits::theEdgeBlocksForLonger()
{
    RedisScript &script = *m_script;
    const char blocked[] = "{'done':[{'b':'x','l':1,'how':'answered','status':429,'kind':'none',"
                           "'exempt':true,'limited':{'kind':'cloudflare','wait':5000}}]}";
    const auto edge = [](const QJsonObject &reply) { return reply[u"global"_qs][u"edge"_qs]; };
    QCOMPARE(edge(script.call("a", blocked)), 60'000);
    script.now += 10'000; // was on its way when that began
    QCOMPARE(edge(script.call("b", blocked)), 60'000);
    script.now += 60'000;
    QCOMPARE(edge(script.call("b", blocked)), 120'000);
    script.now += 120'000;
    script.call("b",
        "{'done':[{'b':'x','l':2,'how':'answered','status':200,'kind':'none','exempt':true}]}");
    QCOMPARE(edge(script.call("b", blocked)), 60'000);
}

void TestRedisScriptLimits::globalLimitOverProcesses()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 5;
    // Unlimited buckets: nothing else holds them.
    m_server->command({"HSET", "t:{f}:b:x", "k", "1"});
    QCOMPARE(given(script.call("a", "{'want':[{'b':'x','n':3,'seq':1}]}")), 3);
    QJsonObject reply = script.call("b", "{'want':[{'b':'x','n':4,'seq':1}]}");
    QCOMPARE(given(reply), 2);
    QCOMPARE(why(reply), u"global"_qs);
    script.now += 100;
    script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','age':100,'status':200,'kind':'none'},"
        "{'b':'x','l':2,'how':'lost','age':100}]}");
    reply = script.call("b", "{'want':[{'b':'x','n':4,'seq':3}]}");
    QCOMPARE(given(reply), 0); // answered and lost ones count for a period
    QCOMPARE(waitOf(reply), 1000);
    script.now += 999;
    QCOMPARE(given(script.call("b", "{'want':[{'b':'x','n':4,'seq':3}]}")), 0);
    script.now += 1;
    QCOMPARE(given(script.call("b", "{'want':[{'b':'x','n':4,'seq':3}]}")), 2);
    script.call("b", "{'back':[{'b':'x','l':1}]}"); // never sent: free at once
    QCOMPARE(given(script.call("b", "{'want':[{'b':'x','n':4,'seq':5}]}")), 1);
}

void TestRedisScriptLimits::invalidRequestsStop()
{
    RedisScript &script = *m_script;
    script.common[u"invalid"_qs] = 10; // ordinary requests stop at 9
    m_server->command({"HSET", "t:{f}:b:x", "k", "1"});
    script.call("a", "{'want':[{'b':'x','n':7,'seq':1}]}");
    for (int i = 1; i <= 7; ++i) {
        script.now += 100;
        script.call("a",
            "{'done':[{'b':'x','l':" + QByteArray::number(i)
                + ",'how':'answered','age':9,'status':403,'kind':'none'}]}");
    }
    QJsonObject reply = script.call("b", "{'want':[{'b':'x','n':5,'seq':1}]}");
    QCOMPARE(given(reply), 2);
    QCOMPARE(why(reply), u"invalid"_qs);
    QCOMPARE(reply[u"invalid"_qs], 7);
    script.now += 9'000;
    reply = script.call("b", "{'want':[{'b':'x','n':5,'seq':3}]}");
    QCOMPARE(given(reply), 0);
    QCOMPARE(waitOf(reply), 600'000 - 9'600); // when the first leaves
    QCOMPARE(given(script.call("b", "{'group':'o','want':[{'b':'x','n':5,'seq':3}]}")), 5);
}

QTEST_GUILESS_MAIN(TestRedisScriptLimits)

#include "tst_redisscriptlimits.moc"
