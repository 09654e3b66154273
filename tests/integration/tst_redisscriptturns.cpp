// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Whose turn it is, and who is woken. Time is virtual.
#include "tests/common/RedisScript.h"

#include <QtCore/QRandomGenerator>
#include <QtTest/QtTest>

#include <map>

static int given(const QJsonObject &reply)
{
    return reply[u"want"_qs][0][u"n"_qs].toInt(-1);
}

static QString why(const QJsonObject &reply)
{
    return reply[u"want"_qs][0][u"why"_qs].toString();
}

static int waitOf(const QJsonObject &reply)
{
    return reply[u"want"_qs][0][u"wait"_qs].toInt(-1);
}

namespace {

/// Counts in windows of a second, as the bucket or the whole API does.
struct ModelWindow {
    int limit = 0;
    qint64 end = 0;
    int used = 0;
    int most = 0;

    void count(qint64 now)
    {
        if (now >= end) {
            end = now + 1000;
            used = 0;
        }
        most = std::max(most, ++used);
    }
};

/// Processes that always have more to send, and ask only when they are woken or told to.
class Crowd {
public:
    struct Member {
        int served = 0;
        std::map<int, bool> waits;                // bucket -> for the global limit
        std::map<int, std::map<int, int>> others; // bucket -> servings of others meanwhile
    };

    Crowd(RedisScript &script, quint32 seed, int processes, int bucketCount, int global)
        : m_script(script)
        , m_wakes(script)
        , m_random(seed)
    {
        m_script.common[u"global"_qs] = global;
        api.limit = global;
        for (int i = 0; i < bucketCount; ++i) {
            ModelWindow window;
            window.limit = m_random.bounded(3, 8);
            buckets.push_back(window);
        }
        members.resize(size_t(processes));
        for (int i = 0; i < processes; ++i) {
            for (int bucket = 0; bucket < bucketCount; ++bucket)
                m_asks[{i, bucket}] = m_script.now + m_random.bounded(5);
        }
    }

    std::vector<Member> members;
    std::vector<ModelWindow> buckets;
    ModelWindow api;
    int mostBetween = 0; // servings of another process while one waited
    int calls = 0;

    void run(qint64 time)
    {
        const qint64 end = m_script.now + time;
        while (step() && m_script.now < end) { }
    }

private:
    struct Request {
        int member = 0;
        int bucket = 0;
        int seq = 0;
        qint64 grantedAt = 0;
    };

    static QString name(int bucket) { return u'b' + QString::number(bucket); }

    bool step()
    {
        qint64 next = std::numeric_limits<qint64>::max();
        std::pair<int, int> asker{-1, -1};
        for (const auto &[who, at] : m_asks) {
            if (at < next) {
                next = at;
                asker = who;
            }
        }
        if (!m_answers.empty() && m_answers.begin()->first <= next) {
            const auto answer = m_answers.extract(m_answers.begin());
            m_script.now = std::max(m_script.now, answer.key());
            call(answer.mapped().first, -1, answer.mapped().second);
        } else if (!m_arrivals.empty() && m_arrivals.begin()->first <= next) {
            const auto arrival = m_arrivals.extract(m_arrivals.begin());
            arrive(arrival.mapped(), arrival.key());
        } else if (asker.first >= 0) {
            m_script.now = std::max(m_script.now, next);
            call(asker.first, asker.second, {});
        } else {
            return false;
        }
        return true;
    }

    // Asks for the bucket, and for all that waits for the global limit.
    void call(int index, int asked, const QJsonObject &done)
    {
        ++calls;
        QList<int> wanted;
        for (const auto &[bucket, isGlobal] : members[size_t(index)].waits) {
            if (isGlobal && bucket != asked)
                wanted.append(bucket);
        }
        if (asked >= 0)
            wanted.append(asked);
        QJsonArray wants;
        for (const int bucket : std::as_const(wanted)) {
            wants.append(QJsonObject{{u"b"_qs, name(bucket)}, {u"n"_qs, 2}, {u"seq"_qs, m_seq}});
            m_seq += 2;
        }
        QJsonObject request{{u"want"_qs, wants}};
        if (!done.isEmpty())
            request.insert(u"done"_qs, QJsonArray{done});
        const QJsonObject reply = m_script.call(u'p' + QString::number(index), request);
        for (int i = 0; i < int(wanted.size()); ++i)
            hear(index, wanted.at(i), wants[i][u"seq"_qs].toInt(), reply[u"want"_qs][i].toObject());
        wake();
    }

    void hear(int index, int bucket, int seq, const QJsonObject &told)
    {
        Member &member = members[size_t(index)];
        const int count = told[u"n"_qs].toInt();
        for (int i = 0; i < count; ++i) {
            m_arrivals.emplace(m_script.now + m_random.bounded(1, 60),
                Request{index, bucket, seq + i, m_script.now});
        }
        member.served += count;
        for (Member &other : members) {
            if (count > 0 && &other != &member && other.others.contains(bucket))
                mostBetween = std::max(mostBetween, ++other.others[bucket][index]);
        }
        m_asks.erase({index, bucket});
        member.waits.erase(bucket);
        if (!told.contains(u"why"_qs)) { // has what it wanted: wants more a little later
            member.others.erase(bucket);
            m_asks[{index, bucket}] = m_script.now + m_random.bounded(1, 30);
            return;
        }
        const bool isGlobal = told.contains(u"at"_qs);
        member.waits[bucket] = isGlobal;
        if (isGlobal)
            member.others.erase(bucket);
        else if (count > 0 || !member.others.contains(bucket))
            member.others[bucket] = {};
        if (told[u"wait"_qs].isDouble())
            m_asks[{index, bucket}] = m_script.now + told[u"wait"_qs].toInteger();
    }

    void arrive(const Request &request, qint64 at)
    {
        ModelWindow &window = buckets[size_t(request.bucket)];
        window.count(at);
        api.count(at);
        const qint64 answered = at + m_random.bounded(1, 60);
        m_answers.emplace(answered,
            std::pair(request.member,
                QJsonObject{{u"b"_qs, name(request.bucket)}, {u"l"_qs, request.seq},
                    {u"how"_qs, u"answered"_qs}, {u"age"_qs, answered - request.grantedAt},
                    {u"status"_qs, 200}, {u"kind"_qs, u"bucket"_qs}, {u"limit"_qs, window.limit},
                    {u"remaining"_qs, window.limit - window.used}, {u"after"_qs, window.end - at},
                    {u"reset"_qs, window.end}}));
    }

    void wake()
    {
        const QByteArrayList names = m_wakes.take();
        for (const QByteArray &woken : names) {
            for (int i = 0; i < int(members.size()); ++i) {
                for (const auto &[bucket, isGlobal] : members[size_t(i)].waits) {
                    if (woken == (isGlobal ? QByteArray("*") : name(bucket).toLatin1()))
                        ask(i, bucket, m_script.now + m_random.bounded(1, 20));
                }
            }
        }
    }
    void ask(int index, int bucket, qint64 at)
    {
        const auto [planned, isNew] = m_asks.try_emplace({index, bucket}, at);
        planned->second = std::min(planned->second, at);
    }

    RedisScript &m_script;
    RedisWakes m_wakes;
    QRandomGenerator m_random;
    std::map<std::pair<int, int>, qint64> m_asks; // member and bucket
    std::multimap<qint64, Request> m_arrivals;
    std::multimap<qint64, std::pair<int, QJsonObject>> m_answers;
    int m_seq = 1;
};

} // namespace

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
    QCOMPARE(wakes.take(), QByteArrayList{"x"});
    QCOMPARE(given(script.call("b", wants(1, 1))), 0);
    QCOMPARE(wakes.take(), QByteArrayList());
    script.call("a", "{'drop':['x']}");
    QCOMPARE(wakes.take(), QByteArrayList{"x"});
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
    QCOMPARE(wakes.take(), QByteArrayList{"*"}); // now it is known when the slot is free
    QCOMPARE(waitOf(script.call("b", "{'want':[{'b':'y','n':1,'seq':1}]}")), 1000);
    script.call("a", "{}");
    QCOMPARE(wakes.take(), QByteArrayList());
    script.now += 1000;
    QCOMPARE(given(script.call("b", "{'want':[{'b':'y','n':1,'seq':1}]}")), 1);
    QCOMPARE(why(script.call("a", wants(1, 2))), u"global"_qs);
    script.call("b", "{'back':[{'b':'y','l':1}]}");
    QCOMPARE(wakes.take(), QByteArrayList{"*"});
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
    // Who could be served, and asks for nothing, does not wait.
    script.call("p", "{'back':[{'b':'x','l':5},{'b':'x','l':6}]}");
    script.call("a", "{}");
    QCOMPARE(given(script.call("b", wants(4, 3))), 1);
    script.call("a", "{}");
    QCOMPARE(given(script.call("b", wants(4, 4))), 1);
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
        for (const ModelWindow &window : crowd.buckets) {
            bound += 40 * window.limit;
            QVERIFY(window.most <= window.limit);
        }
        bound = std::min(bound, 40 * global);
        qInfo("%d served of at most %d, %d to %d each, %d calls, %d between", total, bound, least,
            most, crowd.calls, crowd.mostBetween);
        QVERIFY(crowd.api.most <= global);
        QVERIFY(total > bound * 3 / 4);
        QVERIFY(most <= least * 11 / 10 + 2);
        QVERIFY(crowd.mostBetween <= 1);
    }
}

QTEST_GUILESS_MAIN(TestRedisScriptTurns)

#include "tst_redisscriptturns.moc"
