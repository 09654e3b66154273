// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What the script tells those who watch: which process holds what, and who waits. Time is virtual.
#include "tests/common/RedisScript.h"

#include <QtTest/QtTest>

class TestRedisScriptLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void nothingIsThere();
    void whoHoldsAndWaits();
    void aBucketGetsItsName();
    void theDeadThatHoldLeases();
    void manyBuckets();
    void theNumbersOfNow();
    void strangersAreToldSo();
    void whoEndsIsGone();

private:
    QString look(const QByteArray &names = {})
    {
        const QJsonObject reply = m_script->call("w", "{'look':[" + names + "]}");
        const QByteArray told =
            QJsonDocument(reply[u"look"_qs].toObject()).toJson(QJsonDocument::Compact);
        return QString::fromUtf8(told).replace(u'"', u'\'');
    }
    std::unique_ptr<RedisServer> m_server;
    std::unique_ptr<RedisScript> m_script;
};

void TestRedisScriptLook::initTestCase()
{
    NEED_REDIS();
    m_server = std::make_unique<RedisServer>();
    QVERIFY2(m_server->isRunning(), m_server->output().constData());
}

void TestRedisScriptLook::init()
{
    m_server->command({"FLUSHALL"});
    m_script = std::make_unique<RedisScript>(*m_server, "t:{f}");
}

void TestRedisScriptLook::nothingIsThere()
{
    QCOMPARE(look("'x'"), u"{'processes':[{'heard':0,'leases':0,'p':'w'}]}"_qs);
}

void TestRedisScriptLook::whoHoldsAndWaits()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 2;
    script.call("a", "{'info':'I am','want':[{'b':'x','n':1,'seq':1}]}");
    script.now += 10;
    script.call("b", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.now += 10;
    script.call("c", "{'want':[{'b':'y','n':1,'seq':1},{'b':'z','n':1,'seq':2}]}");
    const QString held = u"'buckets':[{'b':'x','holds':[{'n':1,'p':'a'}],'waits':['b']},"
                         "{'b':'y','holds':[{'n':1,'p':'c'}]}]"_qs;
    const QString processes =
        u"'processes':[{'heard':20,'info':'I am','leases':1,'p':'a'},"
        "{'heard':10,'leases':0,'p':'b'},{'heard':0,'leases':1,'p':'c','waits':true},"
        "{'heard':0,'leases':0,'p':'w'}]"_qs;
    QCOMPARE(look("'z','y','none'"), u'{' + held + u',' + processes + u'}');
    // What the call itself has changed is told already; who waits where nobody holds, if named.
    const QJsonObject reply = script.call("a", "{'back':[{'b':'x','l':1}],'look':['x']}");
    const QJsonValue buckets = reply[u"look"_qs][u"buckets"_qs];
    QCOMPARE(buckets[0][u"b"_qs], u"y"_qs);
    QCOMPARE(buckets[1][u"waits"_qs][0], u"b"_qs);
    QCOMPARE(look(), QString(look("'y'")));
    QVERIFY(!look().contains(u"'x'"));
}

void TestRedisScriptLook::aBucketGetsItsName()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'#p#x','n':1,'seq':1,'route':'x'}]}");
    script.call("a",
        "{'done':[{'b':'#p#x','l':1,'how':'answered','status':200,'kind':'bucket','limit':5,"
        "'remaining':4,'after':1000,'hash':'h','name':'h#','route':'x'}],"
        "'want':[{'b':'h#','n':1,'seq':2}]}");
    script.call("b", "{'want':[{'b':'#p#y','n':1,'seq':1,'route':'y'}]}");
    script.call("c", "{'want':[{'b':'#p#y','n':1,'seq':1,'route':'y'}]}");
    script.call("a", "{'want':[{'b':'#p#z','n':1,'seq':5,'route':'z'}]}");
    script.call("b",
        "{'done':[{'b':'#p#y','l':1,'how':'answered','status':200,'kind':'bucket','limit':5,"
        "'remaining':3,'after':1000,'hash':'h','name':'h#','route':'y'}]}");
    QVERIFY(look("'#p#y'").startsWith(
        u"{'buckets':[{'b':'h#','free':2,'holds':[{'n':1,'p':'a'}],'limit':5,'remaining':3,"
        "'reset':1000,'waits':['c']},{'b':'#p#z'"_qs));
    // A lease is given back by the name that it was lent by.
    script.call("a", "{'back':[{'b':'h#','l':2},{'b':'#p#z','l':5}]}");
    QVERIFY(!look().contains(u"holds"));
    QCOMPARE(m_server->command({"ZCARD", "t:{f}:gl"}).toInt(), 0);
}

void TestRedisScriptLook::theDeadThatHoldLeases()
{
    RedisScript &script = *m_script;
    script.call("a", "{'info':'I am','want':[{'b':'x','n':1,'seq':1}]}");
    script.call("b", "{'info':'I too'}");
    script.now += 10'000;
    QVERIFY(look().contains(u"'processes':[{'leases':1,'p':'a'},{'heard':0,"_qs));
}

void TestRedisScriptLook::manyBuckets()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 0;
    for (int call = 0; call < 2; ++call) {
        QJsonArray wants;
        for (int i = call * 200; i < call * 200 + 200; ++i)
            wants.append(
                QJsonObject{{u"b"_qs, u'b' + QString::number(i)}, {u"n"_qs, 1}, {u"seq"_qs, i}});
        script.call(u"a"_qs, {{u"want"_qs, wants}});
    }
    const QJsonValue told = script.call("a", "{'look':['b0','b399']}")[u"look"_qs];
    QCOMPARE(told[u"buckets"_qs].toArray().size(), 300);
    QCOMPARE(told[u"more"_qs], 100);
    QCOMPARE(told[u"processes"_qs][0][u"leases"_qs], 400);
}

void TestRedisScriptLook::theNumbersOfNow()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 0;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','status':200,'kind':'bucket','limit':2,"
        "'remaining':1,'after':3000}],'want':[{'b':'x','n':3,'seq':2}]}");
    script.now += 1000;
    const auto numbers = [&] {
        const QJsonObject told = script.call("w", "{'look':['x']}");
        return told[u"look"_qs][u"buckets"_qs][0].toObject();
    };
    QCOMPARE(numbers()[u"limit"_qs], 2);
    QCOMPARE(numbers()[u"remaining"_qs], 1);
    QCOMPARE(numbers()[u"free"_qs], 0); // it is lent
    QCOMPARE(numbers()[u"reset"_qs], 2000);
    script.now += 2000;
    QCOMPARE(numbers()[u"remaining"_qs], 2);
    QCOMPARE(numbers()[u"free"_qs], 1);
    QVERIFY(!numbers().contains(u"reset"_qs));
}

void TestRedisScriptLook::strangersAreToldSo()
{
    QVERIFY(m_script->call("a", "{}")[u"stranger"_qs].toBool());
    QVERIFY(!m_script->call("a", "{'info':'I am'}").contains(u"stranger"_qs));
    QVERIFY(!m_script->call("a", "{}").contains(u"stranger"_qs));
    m_server->command({"FLUSHALL"});
    QVERIFY(m_script->call("a", "{}")[u"stranger"_qs].toBool());
}

// At once for people, but what it said before and comes late is still refused.
void TestRedisScriptLook::whoEndsIsGone()
{
    RedisScript &script = *m_script;
    script.call("b", "{'info':'I am','call':1}");
    QCOMPARE(script.call("a", "{}")[u"processes"_qs], 2);
    script.call("b", "{'call':3,'last':true}");
    script.now += 900;
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"a later call was heard before"_qs));
    QVERIFY(script.call("b", "{'call':2}").contains(u"error"_qs));
    script.now += 100;
    QCOMPARE(script.call("a", "{}")[u"processes"_qs], 1);
    QVERIFY(!look().contains(u"'b'"_qs));
}

QTEST_GUILESS_MAIN(TestRedisScriptLook)

#include "tst_redisscriptlook.moc"
