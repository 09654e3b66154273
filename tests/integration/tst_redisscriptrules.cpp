// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What the script in Redis does with what one process has met, for all of them. Time is virtual.
#include "tests/common/RedisScript.h"

#include <QtTest/QtTest>

// Process a had lease 1 of x, whose answer was a 429; the bucket has nine tokens left.
static QByteArray refused(const QByteArray &kind, int wait)
{
    return "{'done':[{'b':'x','l':1,'how':'answered','age':50,'status':429,'kind':'bucket',"
           "'limit':10,'remaining':9,'after':60000,'lane':'L','limited':{'kind':'"
        + kind + "','wait':" + QByteArray::number(wait) + "}}]}";
}

static QByteArray passed(int lease, const QByteArray &lane = "L")
{
    return "{'done':[{'b':'x','l':" + QByteArray::number(lease)
        + ",'how':'answered','age':50,'status':200,'kind':'bucket','limit':10,'remaining':8,"
          "'after':60000,'lane':'"
        + lane + "'}]}";
}

// Of the route R of a bucket that two counters share: its hash is h.
static QByteArray answerOf(int lease, const char *name, int remaining, const char *more = "")
{
    return "{'done':[{'b':'h#1','l':" + QByteArray::number(lease)
        + ",'how':'answered','age':5,'status':200,'kind':'bucket','limit':5,'remaining':"
        + QByteArray::number(remaining) + ",'after':10000,'route':'R','hash':'h','name':'" + name
        + "'" + more + "}]}";
}

static QJsonValue held(const QJsonObject &reply, int index = 0)
{
    return reply[u"want"_qs][0][u"holds"_qs][index];
}

class TestRedisScriptRules : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void aLaneIsHeldForAll_data();
    void aLaneIsHeldForAll();
    void oneProcessTriesWhenThatIsOver();
    void whoTriesMayFail_data();
    void whoTriesMayFail();
    void aHoldGoesWithTheBucket();
    void whatIsNotHeldCostsNothing();
    void holdsAreForgotten();
    void aSplitIsToldToAll();
    void aNewHashEndsASplit();
    void longNamesAreNotSplit();
    void timesAreThoseOfTheAnswer();
    void compensates();
    void headersThatNobodyReadMeanNoLimit();
    void anOvertakenAnswerOfAnotherBucketTeaches();
    void whoGarblesNumbersGarblesNames();
    void interactionsTellWhatTheyMeet();

private:
    QByteArrayList keysOf(const char *kind)
    {
        QByteArrayList keys;
        const QVariantList found =
            m_server->command({"KEYS", QByteArray("t:{f}:") + kind}).toList();
        for (const QVariant &key : found)
            keys.append(key.toByteArray());
        return keys;
    }

    std::unique_ptr<RedisServer> m_server;
    std::unique_ptr<RedisScript> m_script;
};

void TestRedisScriptRules::initTestCase()
{
    NEED_REDIS();
    m_server = std::make_unique<RedisServer>();
    QVERIFY2(m_server->isRunning(), m_server->output().constData());
}

void TestRedisScriptRules::init()
{
    m_server->command({"FLUSHALL"});
    m_script = std::make_unique<RedisScript>(*m_server, "t:{f}");
}

void TestRedisScriptRules::aLaneIsHeldForAll_data()
{
    QTest::addColumn<QByteArray>("kind");
    QTest::newRow("sublimit") << QByteArray("sublimit");
    QTest::newRow("shared") << QByteArray("shared");
}

void TestRedisScriptRules::aLaneIsHeldForAll()
{
    QFETCH(QByteArray, kind);
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.call("c", "{'want':[{'b':'y','n':1,'seq':1}]}");
    script.call("a", refused(kind, 3000));
    script.now += 1000;
    QJsonObject reply = script.call("b", "{'want':[{'b':'x','n':2,'seq':1}]}");
    QCOMPARE(given(reply), 2); // other lanes may go
    QCOMPARE(held(reply)[u"lane"_qs], u"L"_qs);
    QCOMPARE(held(reply)[u"kind"_qs], QString::fromLatin1(kind));
    QCOMPARE(held(reply)[u"wait"_qs], 2000);
    QVERIFY(held(script.call("b", "{'want':[{'b':'y','n':1,'seq':3}]}")).isUndefined());
    // What is for that lane is not lent.
    reply = script.call("b", "{'want':[{'b':'x','n':3,'seq':4,'probes':['L']}]}");
    QCOMPARE(given(reply), 2);
    // A shorter one does not shorten it, nor does an answer that was on its way.
    script.call("a", refused(kind, 500));
    script.call("b", passed(1));
    reply = script.call("a", "{'want':[{'b':'x','n':1,'seq':2}]}");
    QCOMPARE(held(reply)[u"wait"_qs], 2000);
}

void TestRedisScriptRules::oneProcessTriesWhenThatIsOver()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.call("a", refused("sublimit", 3000));
    script.now += 3000;
    // Who does not know is told, and asks again.
    QJsonObject reply = script.call("b", "{'want':[{'b':'x','n':1,'seq':1}]}");
    QCOMPARE(held(reply)[u"wait"_qs], 1);
    const char bAsks[] = "{'want':[{'b':'x','n':2,'seq':2,'probes':['L']}]}";
    reply = script.call("b", bAsks);
    QCOMPARE(given(reply), 2);
    QVERIFY(held(reply).isUndefined());
    const char aAsks[] = "{'want':[{'b':'x','n':1,'seq':2,'probes':['L','M']}]}";
    reply = script.call("a", aAsks);
    QCOMPARE(given(reply), 0);
    QCOMPARE(held(reply)[u"wait"_qs], 1000);
    QVERIFY(why(reply).isEmpty());
    script.call("b", passed(2, "M")); // another lane
    QVERIFY(!held(script.call("a", aAsks)).isUndefined());
    script.call("b", passed(2));
    reply = script.call("a", aAsks);
    QCOMPARE(given(reply), 1);
    QVERIFY(held(reply).isUndefined());
    QVERIFY(keysOf("h*").isEmpty());
}

void TestRedisScriptRules::whoTriesMayFail_data()
{
    QTest::addColumn<QByteArray>("then");
    QTest::addColumn<int>("wait"); // of the other one
    QTest::newRow("met another") << refused("sublimit", 5000) << 5000;
    QTest::newRow("lost") << QByteArray("{'done':[{'b':'x','l':1,'how':'lost','lane':'L'}]}") << 0;
    QTest::newRow("unused") << QByteArray("{'done':[{'b':'x','l':1,'how':'unused','lane':'L'}]}")
                            << 0;
    QTest::newRow("silent") << QByteArray("{}") << 0;
}

void TestRedisScriptRules::whoTriesMayFail()
{
    QFETCH(QByteArray, then);
    QFETCH(int, wait);
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.call("a", refused("sublimit", 3000));
    script.now += 3000;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1,'probes':['L']}]}");
    if (then == "{}")
        script.now += 10'000;
    script.call("a", then);
    const QJsonObject reply = script.call("b", "{'want':[{'b':'x','n':1,'seq':1,'probes':['L']}]}");
    QCOMPARE(held(reply)[u"wait"_qs].toInt(0), wait);
    QCOMPARE(given(reply), int(wait == 0));
}

// The 429 names the bucket, which was not known before.
void TestRedisScriptRules::aHoldGoesWithTheBucket()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'#p#x','n':1,'seq':1,'route':'R'}]}");
    script.call("a", refused("sublimit", 3000).replace("'b':'x'", "'b':'#p#x'"));
    QCOMPARE(keysOf("h*"), QByteArrayList{"t:{f}:h:#p#x"});
    script.call("a",
        "{'done':[{'b':'#p#x','l':2,'how':'answered','status':200,'kind':'bucket','limit':10,"
        "'remaining':8,'after':60000,'hash':'h','name':'h#1','route':'R'}]}");
    QCOMPARE(keysOf("h*"), QByteArrayList{"t:{f}:h:h#1"});
    const QJsonObject reply = script.call("b", "{'want':[{'b':'h#1','n':1,'seq':1,'route':'R'}]}");
    QCOMPARE(held(reply)[u"wait"_qs], 3000);
}

void TestRedisScriptRules::whatIsNotHeldCostsNothing()
{
    RedisScript &script = *m_script;
    const auto reads = [this] {
        const QByteArray stats = m_server->command({"INFO", "commandstats"}).toByteArray();
        const auto at = stats.indexOf("cmdstat_hgetall:calls=");
        return stats.mid(at + 22, stats.indexOf(',', at) - at - 22).toInt();
    };
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    const int before = reads();
    script.call("a", "{'want':[{'b':'x','n':1,'seq':2,'probes':['L']}]}");
    QCOMPARE(reads(), before + 1); // the counter
    script.call("a", refused("sublimit", 3000));
    QCOMPARE(reads(), before + 2);
    script.call("a", "{'want':[{'b':'x','n':1,'seq':2}]}");
    QCOMPARE(reads(), before + 4); // and what is held
}

void TestRedisScriptRules::holdsAreForgotten()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.call("a", refused("sublimit", 3 * 3'600'000));
    QVERIFY(m_server->command({"PTTL", "t:{f}:h:x"}).toLongLong() > 3 * 3'600'000);
    QVERIFY(m_server->command({"PTTL", "t:{f}:b:x"}).toLongLong() > 3 * 3'600'000);
    script.now += 3 * 3'600'000 + 600'000; // nobody went there since
    QVERIFY(held(script.call("b", "{'want':[{'b':'x','n':1,'seq':1}]}")).isUndefined());
    // Nor do they grow without end.
    for (int i = 0; i < 600; ++i) {
        script.call("a",
            refused("sublimit", 3000)
                .replace("'lane':'L'", "'lane':'" + QByteArray::number(i) + "'"));
    }
    QCOMPARE(m_server->command({"HLEN", "t:{f}:h:x"}), 500);
    const QJsonObject reply = script.call("b", "{'want':[{'b':'x','n':1,'seq':1}]}");
    QCOMPARE(reply[u"want"_qs][0][u"holds"_qs].toArray().size(), 100);
}

// Process a has found out that R counts apart; b asks for it, and c, too, which has it second.
void TestRedisScriptRules::aSplitIsToldToAll()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'h#1','n':1,'seq':1,'route':'R'}]}");
    QJsonObject reply = script.call("a", answerOf(1, "h#1", 4));
    QVERIFY(!reply.contains(u"split"_qs));
    reply = script.call("a", answerOf(2, "h#1#R", 4, ",'split':true"));
    QVERIFY(!reply.contains(u"split"_qs)); // it knows
    reply = script.call("b", "{'want':[{'b':'h#1','n':1,'seq':1,'route':'R'}]}");
    QCOMPARE(given(reply), 0);
    QCOMPARE(reply[u"want"_qs][0][u"hash"_qs], u"h"_qs);
    QCOMPARE(reply[u"split"_qs][0][u"route"_qs], u"R"_qs);
    QCOMPARE(reply[u"split"_qs][0][u"hash"_qs], u"h"_qs);
    reply = script.call("b", "{'want':[{'b':'#p#9','n':1,'seq':1,'route':'R','major':'9'}]}");
    QCOMPARE(reply[u"want"_qs][0][u"name"_qs], u"h#9#R"_qs);
    QCOMPARE(reply[u"split"_qs][0][u"route"_qs], u"R"_qs);
    reply = script.call("b",
        "{'want':[{'b':'h#1#R','n':1,'seq':1,'route':'R'},{'b':'h#1','n':1,'seq':2,'route':'S'}]}");
    QCOMPARE(given(reply, 0), 1);
    QCOMPARE(given(reply, 1), 1);
    QVERIFY(!reply.contains(u"split"_qs));
    // Its answer teaches what it is of, whatever c calls that.
    reply = script.call("c", answerOf(1, "h#1", 1));
    QCOMPARE(reply[u"split"_qs][0][u"route"_qs], u"R"_qs);
    QCOMPARE(reply[u"learnt"_qs][0][u"b"_qs], u"h#1"_qs);
    QCOMPARE(reply[u"learnt"_qs][0][u"remaining"_qs], 4);
    QCOMPARE(reply[u"learnt"_qs][1][u"b"_qs], u"h#1#R"_qs);
    QCOMPARE(reply[u"learnt"_qs][1][u"remaining"_qs], 1);
    // Who has not heard of it does not undo it.
    QVERIFY(script.call("d", answerOf(1, "h#1", 1)).contains(u"split"_qs));
}

void TestRedisScriptRules::aNewHashEndsASplit()
{
    RedisScript &script = *m_script;
    script.call("a", answerOf(1, "h#1#R", 4, ",'split':true"));
    script.now += 100;
    script.call("a", answerOf(2, "i#1", 4).replace("'hash':'h'", "'hash':'i'"));
    QJsonObject reply = script.call("b", "{'want':[{'b':'i#1','n':1,'seq':1,'route':'R'}]}");
    QCOMPARE(given(reply), 1);
    QVERIFY(!reply.contains(u"split"_qs));
    reply = script.call("b", "{'want':[{'b':'h#1#R','n':1,'seq':2,'route':'R'}]}");
    QCOMPARE(given(reply), 1); // the old one serves those who still count in it
}

// Processes cut those, so nobody could say what counts apart.
void TestRedisScriptRules::longNamesAreNotSplit()
{
    RedisScript &script = *m_script;
    const QByteArray route(990, 'R');
    script.call("a",
        answerOf(1, "h#1#R", 4, ",'split':true").replace("'route':'R'", "'route':'" + route + "'"));
    const QJsonObject reply =
        script.call("b", "{'want':[{'b':'h#12345678','n':1,'seq':1,'route':'" + route + "'}]}");
    QCOMPARE(given(reply), 1);
    QVERIFY(!reply.contains(u"split"_qs));
}

// What is told late says when it was, so that a whole second stays one.
void TestRedisScriptRules::timesAreThoseOfTheAnswer()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.now += 500;
    QJsonObject reply = script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','age':500,'ago':300,'status':200,"
        "'kind':'bucket','limit':5,'remaining':4,'after':2000}]}");
    QCOMPARE(reply[u"learnt"_qs][0][u"reset"_qs], 1700);
    QCOMPARE(m_server->command({"HGET", "t:{f}:b:x", "tf"}), QVariant()); // tells no fractions
    QCOMPARE(
        m_server->command({"ZSCORE", "t:{f}:ga", "a:1"}), QByteArray::number(script.now - 300));
    script.call("a", "{'want':[{'b':'x','n':1,'seq':2}]}");
    reply = script.call("a",
        "{'done':[{'b':'x','l':2,'how':'answered','age':900,'ago':800,'status':429,"
        "'kind':'none','limited':{'kind':'bucket','wait':5000}}]}");
    QCOMPARE(reply[u"learnt"_qs][0][u"blocked"_qs], 4200);
}

// Counted at most `margin` after it was sent: its slot, and the end of its window.
void TestRedisScriptRules::compensates()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 1;
    script.common[u"margin"_qs] = 20;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.now += 300;
    QJsonObject reply = script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','age':300,'sent':300,'ago':30,'status':200,"
        "'kind':'bucket','limit':5,'remaining':4,'after':2000}]}");
    QCOMPARE(reply[u"learnt"_qs][0][u"reset"_qs], 1720);
    QCOMPARE(reply[u"global"_qs][u"free"_qs], 720);
    script.now += 720;
    QCOMPARE(given(script.call("a", "{'want':[{'b':'x','n':1,'seq':2}]}")), 1);
    // Never later than without.
    script.common[u"margin"_qs] = 500;
    script.now += 100;
    reply = script.call("a",
        "{'done':[{'b':'x','l':2,'how':'answered','age':100,'sent':100,'status':200,"
        "'kind':'none'}]}");
    QCOMPARE(reply[u"global"_qs][u"free"_qs], 1000);
}

void TestRedisScriptRules::headersThatNobodyReadMeanNoLimit()
{
    RedisScript &script = *m_script;
    QJsonObject reply;
    for (int i = 1; i <= 3; ++i) {
        const QByteArray number = QByteArray::number(i);
        script.call("a", "{'want':[{'b':'x','n':1,'seq':" + number + "}]}");
        reply = script.call("a", "{'done':[{'b':'x','l':" + number + ",'how':'answered'}]}");
    }
    QCOMPARE(reply[u"learnt"_qs][0][u"knowledge"_qs], u"unlimited"_qs);
}

// One route may have two hashes, in two channels: the later answer says nothing of the other one.
void TestRedisScriptRules::anOvertakenAnswerOfAnotherBucketTeaches()
{
    RedisScript &script = *m_script;
    const auto answered = [](const char *bucket, int age, const char *hash, const char *name) {
        return QByteArray("{'done':[{'b':'") + bucket
            + "','l':1,'how':'answered','age':" + QByteArray::number(age)
            + ",'status':200,'kind':'bucket','limit':5,'remaining':4,'after':9000,'route':'R','"
              "hash':'"
            + hash + "','name':'" + name + "'}]}";
    };
    script.call("a", answered("#p#2", 10, "i", "i#2"));
    QJsonObject reply = script.call("b", answered("#p#1", 20, "h", "h#1"));
    QCOMPARE(reply[u"learnt"_qs][0][u"b"_qs], u"h#1"_qs);
    QCOMPARE(reply[u"learnt"_qs][0][u"remaining"_qs], 4);
    reply = script.call("b", answered("h#3", 20, "h", "h#3"));
    QCOMPARE(reply[u"learnt"_qs][0][u"remaining"_qs], 4);
    // In its own bucket it may be overtaken.
    reply = script.call("b", answered("i#2", 20, "h", "h#2"));
    QCOMPARE(reply[u"learnt"_qs].toArray().size(), 1);
    QCOMPARE(reply[u"learnt"_qs][0][u"b"_qs], u"i#2"_qs);
    QCOMPARE(reply[u"learnt"_qs][0][u"remaining"_qs], 3); // it has taken one
    reply = script.call("c", "{'want':[{'b':'#p#4','n':1,'seq':1,'route':'R'}]}");
    QCOMPARE(reply[u"want"_qs][0][u"hash"_qs], u"i"_qs); // which was heard of last
}

void TestRedisScriptRules::whoGarblesNumbersGarblesNames()
{
    const QJsonObject reply = m_script->call("a",
        "{'done':[{'b':'#p#x','l':1,'how':'answered','status':200,'kind':'invalid','limit':-7,"
        "'remaining':-3,'after':9000,'route':'R','hash':'h','name':'h#1'}]}");
    QCOMPARE(reply[u"learnt"_qs].toArray().size(), 1);
    QCOMPARE(reply[u"learnt"_qs][0][u"b"_qs], u"#p#x"_qs);
    QCOMPARE(reply[u"learnt"_qs][0][u"remaining"_qs], 0);
    QVERIFY(keysOf("r").isEmpty());
}

void TestRedisScriptRules::interactionsTellWhatTheyMeet()
{
    RedisScript &script = *m_script;
    RedisWakes wakes(script);
    const auto met = [](const char *status, const char *more) {
        return QByteArray("{'done':[{'b':'-','l':-1,'exempt':true,'how':'answered','status':")
            + status + ",'kind':'none'" + more + "}]}";
    };
    QJsonObject reply = script.call("a", met("403", ""));
    QCOMPARE(reply[u"invalid"_qs], 1);
    QCOMPARE(reply[u"global"_qs][u"used"_qs], 0);
    QVERIFY(!reply.contains(u"learnt"_qs));
    QVERIFY(wakes.take().isEmpty());
    reply = script.call("a", met("429", ",'limited':{'kind':'global','wait':3000}"));
    QCOMPARE(reply[u"global"_qs][u"lock"_qs], 3000);
    QVERIFY(wakes.take().isEmpty()); // holds only those who ask
    reply = script.call("a", met("429", ",'ago':100,'limited':{'kind':'cloudflare','wait':61000}"));
    QCOMPARE(reply[u"global"_qs][u"edge"_qs], 60'900);
    QCOMPARE(wakes.take(), QByteArrayList{"!"}); // all are to look
    script.call("b", met("429", ",'ago':100,'limited':{'kind':'cloudflare','wait':61000}"));
    QVERIFY(wakes.take().isEmpty()); // no news
}

QTEST_GUILESS_MAIN(TestRedisScriptRules)

#include "tst_redisscriptrules.moc"
