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
        u"{'buckets':[{'b':'h#','holds':[{'n':1,'p':'a'}],'waits':['c']},{'b':'#p#z'"_qs));
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

QTEST_GUILESS_MAIN(TestRedisScriptLook)

#include "tst_redisscriptlook.moc"
