// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What the script in Redis decides: buckets, leases, names. Time is virtual.
#include "tests/common/RedisScript.h"

#include <QtTest/QtTest>

static QJsonValue learnt(const QJsonObject &reply, const QString &what)
{
    return reply[u"learnt"_qs][0][what];
}

class TestRedisScript : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void oneProbesTheUnknown();
    void fillsAWindowOverTwoProcesses();
    void threeBareAnswersMeanUnlimited();
    void aLimitChanges();
    void leasesEnd();
    void anAnswerAfterItsLeaseTeaches();
    void aRepeatedRequestGetsTheSameLeases();
    void noMoreThanThereAreConnections();
    void aRefusedOneTakesNoConnection();
    void aHashIsLearntForAll();
    void refusesWhatItDoesNotUnderstand_data();
    void refusesWhatItDoesNotUnderstand();
    void manyAtOnce();
    void allKeysEnd();
    void memoryOfBuckets();

private:
    std::unique_ptr<RedisServer> m_server;
    std::unique_ptr<RedisScript> m_script;
};

void TestRedisScript::initTestCase()
{
    NEED_REDIS();
    m_server = std::make_unique<RedisServer>();
    QVERIFY2(m_server->isRunning(), m_server->output().constData());
}

void TestRedisScript::init()
{
    m_server->command({"FLUSHALL"});
    m_script = std::make_unique<RedisScript>(*m_server, "t:{f}");
}

void TestRedisScript::oneProbesTheUnknown()
{
    RedisScript &script = *m_script;
    QJsonObject reply = script.call("a", "{'want':[{'b':'x','n':3,'seq':1}]}");
    QCOMPARE(given(reply), 1);
    QCOMPARE(why(reply), u"probe"_qs);
    reply = script.call("b", "{'want':[{'b':'x','n':3,'seq':1}]}");
    QCOMPARE(given(reply), 0);
    QCOMPARE(why(reply), u"probe"_qs);
    QCOMPARE(waitOf(reply), 10'000); // when the other may be dead
    script.now += 50;
    reply = script.call("a", "{'done':[{'b':'x','l':1,'how':'unused'}]}");
    QCOMPARE(learnt(reply, u"inflight"_qs), 0);
    QCOMPARE(given(script.call("b", "{'want':[{'b':'x','n':3,'seq':1}]}")), 0); // it waits longer
    QCOMPARE(given(script.call("a", "{'want':[{'b':'x','n':3,'seq':2}]}")), 1);
    script.call("a", "{'back':[{'b':'x','l':2}]}");
    QCOMPARE(given(script.call("b", "{'want':[{'b':'x','n':3,'seq':1}]}")), 1);
}

void TestRedisScript::fillsAWindowOverTwoProcesses()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.now += 100;
    QJsonObject reply = script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','age':100,'status':200,'kind':'bucket',"
        "'limit':5,'remaining':4,'after':2000,'reset':1700000002000}],"
        "'want':[{'b':'x','n':2,'seq':2}]}");
    QCOMPARE(given(reply), 2);
    QVERIFY(why(reply).isEmpty());
    reply = script.call("b", "{'want':[{'b':'x','n':3,'seq':1}]}");
    QCOMPARE(given(reply), 2);
    QCOMPARE(why(reply), u"bucket"_qs);
    QCOMPARE(waitOf(reply), 2000);
    QCOMPARE(learnt(reply, u"free"_qs), 0);
    QCOMPARE(learnt(reply, u"remaining"_qs), 4);
    QCOMPARE(learnt(reply, u"inflight"_qs), 4);
    QCOMPARE(learnt(reply, u"reset"_qs), 2000);
    script.now += 1999;
    QCOMPARE(given(script.call("b", "{'want':[{'b':'x','n':3,'seq':3}]}")), 0);
    script.now += 1; // what is in flight stays charged
    QCOMPARE(given(script.call("b", "{'want':[{'b':'x','n':3,'seq':3}]}")), 1);
}

void TestRedisScript::threeBareAnswersMeanUnlimited()
{
    RedisScript &script = *m_script;
    for (int i = 1; i <= 3; ++i) {
        const QByteArray seq = QByteArray::number(i);
        QCOMPARE(given(script.call("a", "{'want':[{'b':'x','n':9,'seq':" + seq + "}]}")), 1);
        script.call("a",
            "{'done':[{'b':'x','l':" + seq + ",'how':'answered','status':204,'kind':'none'}]}");
    }
    const QJsonObject reply = script.call("b", "{'want':[{'b':'x','n':40,'seq':1}]}");
    QCOMPARE(given(reply), 40);
    QCOMPARE(learnt(reply, u"knowledge"_qs), u"unlimited"_qs);
    QVERIFY(learnt(reply, u"free"_qs).isUndefined());
}

void TestRedisScript::aLimitChanges()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','status':200,'kind':'bucket','limit':10,"
        "'remaining':9,'after':1000}],'want':[{'b':'x','n':1,'seq':2}]}");
    script.now += 20;
    const QJsonObject reply = script.call("a",
        "{'done':[{'b':'x','l':2,'how':'answered','age':20,'status':200,'kind':'bucket','limit':3,"
        "'remaining':1,'after':980}],'want':[{'b':'x','n':5,'seq':3}]}");
    QCOMPARE(given(reply), 1);
    QCOMPARE(learnt(reply, u"limit"_qs), 3);
    script.now += 2000; // one is in flight
    QCOMPARE(learnt(script.call("a", "{'drop':['x']}"), u"free"_qs), 2);
    QCOMPARE(given(script.call("b", "{'want':[{'b':'x','n':5,'seq':1}]}")), 2);
}

static const char fiveTokens[] =
    "{'done':[{'b':'x','l':1,'how':'answered','status':200,'kind':'bucket','limit':5,"
    "'remaining':4,'after':1000}],'want':[{'b':'x','n':4,'seq':2}]}";

void TestRedisScript::leasesEnd()
{
    RedisScript &script = *m_script;
    script.common[u"lease"_qs] = 5000;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    QCOMPARE(given(script.call("a", fiveTokens)), 4);
    script.now += 500;
    QJsonObject reply = script.call("a", "{'back':[{'b':'x','l':2}]}");
    QCOMPARE(learnt(reply, u"free"_qs), 1);
    QCOMPARE(reply[u"global"_qs][u"used"_qs], 4);
    reply = script.call("a", "{'done':[{'b':'x','l':3,'how':'lost','age':500}]}");
    QCOMPARE(learnt(reply, u"free"_qs), 1); // as good as spent, for a window
    QCOMPARE(learnt(reply, u"inflight"_qs), 2);
    script.now += 999;
    QCOMPARE(learnt(script.call("a", "{'drop':['x']}"), u"free"_qs), 2);
    script.now += 1;
    QCOMPARE(learnt(script.call("a", "{'drop':['x']}"), u"free"_qs), 3);
    script.now = 1'000'005'000; // the process is dead: its leases are lost
    reply = script.call("b", "{'drop':['x']}");
    QCOMPARE(learnt(reply, u"inflight"_qs), 0);
    QCOMPARE(learnt(reply, u"free"_qs), 3);
    QCOMPARE(reply[u"processes"_qs], 2);
    QCOMPARE(reply[u"global"_qs][u"used"_qs], 2);
    script.now += 1000;
    reply = script.call("b", "{'drop':['x']}");
    QCOMPARE(learnt(reply, u"free"_qs), 5);
    QCOMPARE(reply[u"global"_qs][u"used"_qs], 0);
    script.now += 10'000;
    QCOMPARE(script.call("b", "{}")[u"processes"_qs], 1);
}

void TestRedisScript::anAnswerAfterItsLeaseTeaches()
{
    RedisScript &script = *m_script;
    script.common[u"lease"_qs] = 1000;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    script.now += 1000;
    QCOMPARE(given(script.call("b", "{'want':[{'b':'x','n':1,'seq':1}]}")), 1);
    script.now += 100;
    const QJsonObject reply = script.call("a",
        "{'done':[{'b':'x','l':1,'how':'answered','age':1100,'status':200,'kind':'bucket',"
        "'limit':5,'remaining':4,'after':900}]}");
    QCOMPARE(learnt(reply, u"remaining"_qs), 4);
    QCOMPARE(learnt(reply, u"free"_qs), 3);
}

void TestRedisScript::aRepeatedRequestGetsTheSameLeases()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}");
    QCOMPARE(given(script.call("a", "{'want':[{'b':'x','n':1,'seq':1}]}")), 1);
    const QByteArray more = QByteArray("{'want':[{'b':'x','n':3,'seq':2}]}");
    script.call("a", fiveTokens);
    QCOMPARE(given(script.call("a", more)), 3);
    const QJsonObject reply = script.call("a", more);
    QCOMPARE(given(reply), 3);
    QCOMPARE(learnt(reply, u"inflight"_qs), 4);
    QCOMPARE(reply[u"global"_qs][u"used"_qs], 5);
}

// Of several wants, in turn; of each pool by itself, and counted if it is said again.
void TestRedisScript::noMoreThanThereAreConnections()
{
    RedisScript &script = *m_script;
    for (const char *bucket : {"x", "y", "z"})
        m_server->command({"HSET", QByteArray("t:{f}:b:") + bucket, "k", "1"});
    const QByteArray request = "{'most':[4,1],'want':[{'b':'x','n':2,'seq':1,'pool':1},"
                               "{'b':'y','n':2,'seq':3,'pool':1},{'b':'z','n':2,'seq':5,'pool':1},"
                               "{'b':'x2','n':1,'seq':7,'pool':2},{'b':'x3','n':1,'seq':8}]}";
    for (int i = 0; i < 2; ++i) {
        const QJsonObject reply = script.call("a", request);
        QCOMPARE(given(reply, 0), 2);
        for (const int each : {1, 2}) {
            QCOMPARE(given(reply, each), 1);
            QCOMPARE(why(reply, each), u"most"_qs);
        }
        QCOMPARE(given(reply, 3), 1);
        QCOMPARE(given(reply, 4), 1);
    }
    QCOMPARE(m_server->command({"ZCARD", "t:{f}:gl"}).toInt(), 6);
    QCOMPARE(m_server->command({"EXISTS", "t:{f}:w:z"}).toInt(), 0); // it does not wait there
}

// The next one that asks gets it. Who waits for the token's limits has it when its turn comes.
void TestRedisScript::aRefusedOneTakesNoConnection()
{
    RedisScript &script = *m_script;
    m_server->command({"HSET", "t:{f}:b:x", "bl", QByteArray::number(script.now + 5000)});
    const QByteArray request =
        "{'most':[1],'want':[{'b':'x','n':1,'seq':1,'pool':1},"
        "{'b':'y','n':1,'seq':2,'pool':1},{'b':'z','n':1,'seq':3,'pool':1}]}";
    QJsonObject reply = script.call("a", request);
    QCOMPARE(why(reply, 0), u"bucket"_qs);
    QCOMPARE(given(reply, 1), 1);
    QCOMPARE(why(reply, 2), u"most"_qs);
    script.common[u"global"_qs] = 1;
    reply = script.call("b", request);
    QCOMPARE(why(reply, 1), u"probe"_qs);
    QCOMPARE(why(reply, 2), u"global"_qs);
    reply = script.call("c",
        "{'most':[1],'want':[{'b':'z','n':1,'seq':1,'pool':1},{'b':'q','n':1,'seq':2,'pool':1}]}");
    QCOMPARE(why(reply, 0), u"global"_qs);
    QCOMPARE(why(reply, 1), u"most"_qs);
}

void TestRedisScript::aHashIsLearntForAll()
{
    RedisScript &script = *m_script;
    script.call("a", "{'want':[{'b':'#p#L','n':1,'seq':1,'route':'GET c'}]}");
    script.call("b", "{'want':[{'b':'#p#L','n':1,'seq':1,'route':'GET c'}]}");
    QJsonObject reply = script.call("a",
        "{'done':[{'b':'#p#L','l':1,'how':'answered','status':200,'kind':'bucket','limit':5,"
        "'remaining':4,'after':1000,'hash':'h','name':'h#1','route':'GET c'}]}");
    QCOMPARE(learnt(reply, u"b"_qs), u"h#1"_qs);
    QCOMPARE(learnt(reply, u"waiting"_qs), 1); // it has moved too
    reply = script.call("b",
        "{'want':[{'b':'#p#L','n':1,'seq':1,'route':'GET c'},"
        "{'b':'#p#M','n':1,'seq':2,'route':'GET c','major':'2'},"
        "{'b':'h#1','n':2,'seq':2,'route':'GET c'},{'b':'h#2','n':2,'seq':4,'route':'GET c'}]}");
    QCOMPARE(given(reply, 0), 0);
    QCOMPARE(reply[u"want"_qs][0][u"name"_qs], u"h#1"_qs);
    QCOMPARE(given(reply, 1), 0);
    QCOMPARE(reply[u"want"_qs][1][u"hash"_qs], u"h"_qs);
    QCOMPARE(reply[u"want"_qs][1][u"name"_qs], u"h#2"_qs);
    QCOMPARE(given(reply, 2), 2);
    QCOMPARE(given(reply, 3), 1); // known, and still probed
    QCOMPARE(reply[u"learnt"_qs][2][u"limit"_qs], 5);
    // Another name: the answer is of that bucket, and both keep their numbers.
    script.now += 10;
    reply = script.call("b",
        "{'done':[{'b':'h#1','l':2,'how':'answered','status':200,'kind':'bucket','limit':9,"
        "'remaining':7,'after':1000,'hash':'i','name':'i#1','route':'GET c'}]}");
    QCOMPARE(learnt(reply, u"remaining"_qs), 4);
    QCOMPARE(learnt(reply, u"inflight"_qs), 1);
    QCOMPARE(reply[u"learnt"_qs][1][u"remaining"_qs], 7);
}

void TestRedisScript::refusesWhatItDoesNotUnderstand_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("error");
    const auto row = [](const char *name, const QByteArray &request, const char *error) {
        QTest::newRow(name) << request << QByteArray(error);
    };
    row("empty", "", "the request is not a JSON object");
    row("number", "7", "the request is not a JSON object");
    row("cut", R"({"v":1,)", "the request is not a JSON object");
    row("no version", R"({"p":"a","lease":1})", "this script speaks version 1");
    row("version", R"({"v":2,"p":"a","lease":1})", "this script speaks version 1");
    row("no process", R"({"v":1,"lease":1})", "request.p is missing");
    row("process", R"({"v":1,"lease":1,"p":"a:b"})", "request.p is not made of letters and digits");
    row("lease", R"({"v":1,"p":"a","lease":0})",
        "lease, period and invalidPeriod have to be above 0");
    row("fraction", R"({"v":1,"p":"a","lease":1.5})", "request.lease is not a whole number");
    row("null", R"({"v":1,"p":"a","lease":null})", "request.lease is missing");
    row("list", R"({"v":1,"p":"a","lease":1,"want":3})", "request.want is not an object");
    row("entry", R"({"v":1,"p":"a","lease":1,"want":[3]})", "request.want[] is not an object");
    row("none", R"({"v":1,"p":"a","lease":1,"want":[{"b":"x","n":0,"seq":1}]})",
        "request.want[].n has to be above 0");
    row("pool", R"({"v":1,"p":"a","lease":1,"want":[{"b":"x","n":1,"seq":1,"pool":1}]})",
        "request.want[].pool is none of request.most");
    row("connections", R"({"v":1,"p":"a","lease":1,"most":[0.5]})",
        "request.most[] is not a whole number");
    row("leases", R"({"v":1,"p":"a","lease":1,"want":[{"b":"x","n":5001,"seq":1}]})",
        "more than 5000 leases are wanted");
    row("wait",
        R"({"v":1,"p":"a","lease":1,"done":[{"b":"x","l":1,"how":"lost","limited":{"wait":1}}]})",
        "request.done[].limited.kind is missing");
    row("long", R"({"v":1,"p":"a","lease":1,"drop":[")" + QByteArray(1025, 'x') + R"("]})",
        "request.drop[] is too long");
    row("many", R"({"v":1,"p":"a","lease":1,"drop":["")" + QByteArray(",\"\"").repeated(500) + "]}",
        "request.drop has more than 500 entries");
}

void TestRedisScript::refusesWhatItDoesNotUnderstand()
{
    QFETCH(QByteArray, request);
    const QByteArray reply = m_script->call(request);
    const auto error = QJsonDocument::fromJson(reply)[u"error"_qs].toString().toUtf8();
    QTEST(error, "error");
    QCOMPARE(m_server->command({"DBSIZE"}).toInt(), 0);
}

static QJsonObject wants(int count, int seq)
{
    QJsonArray all;
    for (int i = 0; i < count; ++i) {
        const QString number = QString::number(i);
        all.append(QJsonObject{{u"b"_qs, QString(u"hash%1#123456789012345678"_qs.arg(number))},
            {u"n"_qs, 1}, {u"seq"_qs, seq + i}, {u"route"_qs, u"GET /channels/{channel}/"_qs}});
    }
    return {{u"want"_qs, all}, {u"global"_qs, 0}};
}

static QJsonObject answers(int count, int seq)
{
    QJsonArray all;
    for (int i = 0; i < count; ++i) {
        const QString number = QString::number(i);
        all.append(QJsonObject{{u"b"_qs, QString(u"hash%1#123456789012345678"_qs.arg(number))},
            {u"l"_qs, seq + i}, {u"how"_qs, u"answered"_qs}, {u"age"_qs, 100}, {u"sent"_qs, 99},
            {u"status"_qs, 200}, {u"kind"_qs, u"bucket"_qs}, {u"limit"_qs, 1'000'000},
            {u"remaining"_qs, 999'999}, {u"after"_qs, 5000},
            {u"reset"_qs, qint64(1'700'000'000'123)}});
    }
    return {{u"done"_qs, all}, {u"global"_qs, 0}};
}

void TestRedisScript::manyAtOnce()
{
    int seq = 1;
    for (const int count : {1, 10, 100, 300}) {
        QCOMPARE(m_script->call(u"p"_qs, wants(count, seq))[u"want"_qs].toArray().size(), count);
        m_script->call(u"p"_qs, answers(count, seq));
        m_server->command({"CONFIG", "RESETSTAT"});
        const int rounds = 600 / count;
        for (int i = 0; i < rounds; ++i) {
            seq += count;
            m_script->now += 100;
            const QJsonObject reply = m_script->call(u"p"_qs, wants(count, seq));
            QCOMPARE(given(reply, count - 1), 1);
            m_script->call(u"p"_qs, answers(count, seq));
        }
        const QByteArray stats = m_server->command({"INFO", "commandstats"}).toByteArray();
        const QByteArray calls = stats.mid(stats.indexOf("cmdstat_evalsha"));
        const QByteArray perCall = calls.mid(calls.indexOf("usec_per_call=") + 14);
        qInfo("%d wants or answers: %s us a call", count,
            perCall.left(perCall.indexOf(',')).constData());
        seq += count;
    }
}

void TestRedisScript::allKeysEnd()
{
    RedisScript &script = *m_script;
    script.common[u"global"_qs] = 2;
    script.call("a", "{'info':'{}','want':[{'b':'#p#L','n':3,'seq':1,'route':'GET c'}]}");
    script.call("b", "{'want':[{'b':'#p#L','n':3,'seq':1},{'b':'y','n':3,'seq':2}]}");
    script.call("b", "{'want':[{'b':'z','n':3,'seq':3}]}");
    script.call("a",
        "{'done':[{'b':'#p#L','l':1,'how':'answered','status':403,'kind':'bucket','limit':5,"
        "'remaining':4,'after':1000,'hash':'h','name':'h#1','route':'GET c'},"
        "{'b':'x','l':9,'how':'answered','age':3,'status':429,'kind':'none',"
        "'limited':{'kind':'bucket','wait':20000000}},"
        "{'b':'x','l':9,'how':'answered','age':3,'status':429,'kind':'global',"
        "'limited':{'kind':'global','wait':1000}}],'want':[{'b':'h#1','n':2,'seq':4}]}");
    const QVariantList keys = m_server->command({"KEYS", "*"}).toList();
    QByteArrayList names;
    for (const QVariant &key : keys) {
        const QByteArray name = key.toByteArray();
        names.append(name.mid(6));
        const qint64 time = m_server->command({"PTTL", name}).toLongLong();
        QVERIFY2(time > 0 && time <= 24 * 3'600'000,
            (name + ' ' + QByteArray::number(time)).constData());
    }
    std::sort(names.begin(), names.end());
    QCOMPARE(
        names.join(' '), QByteArray("b:#p#L b:h#1 b:x g ga gl i:default l:y p ph r w:* w:h#1 w:y"));
    QVERIFY(m_server->command({"PTTL", "t:{f}:b:x"}).toLongLong() > 39'000'000);
}

void TestRedisScript::memoryOfBuckets()
{
    m_script->call(u"p"_qs, wants(1, 1));
    m_script->call(u"p"_qs, answers(1, 1));
    const QByteArray name = "t:{f}:b:hash0#123456789012345678";
    const int rest = m_server->command({"MEMORY", "USAGE", name}).toInt();
    m_script->call(u"p"_qs, wants(1, 2));
    const int lease =
        m_server->command({"MEMORY", "USAGE", "t:{f}:l:hash0#123456789012345678"}).toInt();
    qInfo("%d bytes a bucket, and %d while it has a lease", rest, lease);
    QVERIFY(rest > 0 && rest < 600);
}

QTEST_GUILESS_MAIN(TestRedisScript)

#include "tst_redisscript.moc"
