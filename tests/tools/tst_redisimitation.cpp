// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// The script replies the same in turnstile-sim as in a real Redis, and publishes the same.
#include "tests/common/RedisHost.h"
#include "tools/turnstile-sim/DrainRun.h"

#include <QtTest/QTest>

#include <map>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

namespace {

// In an order that does not depend on that of a hash, which is anyone's guess.
QJsonObject understood(const QByteArray &reply)
{
    QJsonObject said = QJsonDocument::fromJson(reply).object();
    QJsonArray wants = said[u"want"].toArray();
    for (auto &&want : wants) {
        QJsonObject object = want.toObject();
        std::map<QString, QJsonValue> byLane;
        for (const auto &hold : object[u"holds"].toArray())
            byLane[hold[u"lane"].toString()] = hold;
        QJsonArray holds;
        for (const auto &[lane, hold] : byLane)
            holds.append(hold);
        object[u"holds"_qs] = holds;
        want = object;
    }
    said[u"want"_qs] = wants;
    return said.isEmpty() ? QJsonObject{{u"not JSON"_qs, QString::fromUtf8(reply)}} : said;
}

/// Both of them; says where they differ.
class BothHosts final : public ScriptHost {
public:
    BothHosts(RedisServer &server, const QByteArray &keys)
        : m_real(server, keys)
        , m_imitation(newScriptRedis())
    {
    }

    Reply call(const QByteArray &request, TimePoint now) override
    {
        return callAsItIs(RedisHost::timed(request, now));
    }
    Reply callAsItIs(const QByteArray &request)
    {
        // Its keys live as long as those of the server, whose clock is another one.
        const Reply reply = m_imitation->call(request, TimePoint(1h));
        const QByteArray real = m_real.callAsItIs(request);
        m_messages = m_imitation->takeMessages();
        const QByteArrayList messages = m_real.takeMessages();
        if (!reply.problem.isEmpty())
            return {{}, reply.problem + QStringLiteral("; Redis: ") + QString::fromUtf8(real)};
        if (understood(reply.text) == understood(real) && m_messages == messages)
            return reply;
        return {{},
            QStringLiteral("to %1\nthe imitation replies\n%2 %3\nand Redis\n%4 %5")
                .arg(QString::fromUtf8(request), QString::fromUtf8(reply.text),
                    QString::fromUtf8(m_messages.join("; ")), QString::fromUtf8(real),
                    QString::fromUtf8(messages.join("; ")))};
    }
    QByteArrayList takeMessages() override { return std::exchange(m_messages, {}); }

private:
    RedisHost m_real;
    std::unique_ptr<ScriptHost> m_imitation;
    QByteArrayList m_messages;
};

} // namespace

Q_DECLARE_METATYPE(Workload)

class RedisImitationTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<RedisServer> m_server;
    int m_tokens = 0;

private Q_SLOTS:
    void initTestCase()
    {
        NEED_REDIS();
        if (!newScriptRedis())
            QSKIP("This was built without Lua 5.1 (Debian: liblua5.1-0-dev).");
        m_server = std::make_unique<RedisServer>();
        QVERIFY2(m_server->isRunning(), m_server->output().constData());
    }
    void cleanupTestCase() { m_server.reset(); }
    void repliesTheSame_data();
    void repliesTheSame();
    void understandsTheSame();
};

// What processes say in all sorts of trouble.
void RedisImitationTest::repliesTheSame_data()
{
    QTest::addColumn<Workload>("workload");
    const auto row = [](const char *name, auto change) {
        Workload workload{.requests = 150, .buckets = 6, .window = 1s, .processes = 3};
        change(workload);
        QTest::newRow(name) << workload;
    };
    row("as it is", [](Workload &) {});
    row("GET", [](Workload &w) { w.method = Method::Get; });
    row("tight", [](Workload &w) { w.global = 5; });
    row("no global limit", [](Workload &w) { w.global = 0; });
    row("no limit of buckets", [](Workload &w) { w.limit = 0; });
    row("sliding", [](Workload &w) { w.windowKind = w.globalKind = Quota::Window::Sliding; });
    row("loss", [](Workload &w) { w.loss = 0.1; });
    row("shared, sublimit", [](Workload &w) {
        w.shared = 0.1;
        w.sublimit = {.limit = 3, .window = 2s};
    });
    row("other hashes", [](Workload &w) { w.hashFlip = 0.1; });
    row("death", [](Workload &w) { w.kill = 700ms; });
    row("lower than told", [](Workload &w) {
        w.globalKind = Quota::Window::Fixed;
        w.randomGlobalPhase = true;
        w.compensate = true;
    });
    row("slow", [](Workload &w) {
        w.redisRtt = 300ms;
        w.poissonRate = 40;
    });
}

void RedisImitationTest::repliesTheSame()
{
    QFETCH(Workload, workload);
    for (workload.seed = 1; workload.seed <= 4; ++workload.seed) {
        const QByteArray keys = "t:{" + QByteArray::number(++m_tokens) + '}';
        const DrainResult result =
            DrainRun(workload, std::make_unique<BothHosts>(*m_server, keys)).run();
        QVERIFY2(result.problem.isEmpty(), qPrintable(result.problem));
        QCOMPARE(result.completed + result.lost, workload.requests);
    }
}

// What is wrong in it, and what is odd.
void RedisImitationTest::understandsTheSame()
{
    BothHosts hosts(*m_server, "t:{odd}");
    const QByteArray good = R"("v":1,"p":"a","lease":1000,"now":1000000)";
    const QByteArrayList requests{"", "null", "7", "[]", "{}", "{\"v\":2}", "{\"v\":1}",
        '{' + good + '}', '{' + good + ",\"p\":\"\"}", '{' + good + ",\"want\":[]}",
        '{' + good + ",\"want\":null,\"look\":null}", '{' + good + ",\"want\":{}}",
        '{' + good + ",\"global\":1e15}", '{' + good + ",\"global\":2.5}",
        '{' + good + ",\"info\":\"\\\"\\\\/\\u0001 \xc3\xa4\"}",
        '{' + good + ",\"want\":[{\"b\":\"\\u00e4 \\\"\\n\",\"n\":1,\"seq\":1,\"route\":\"/\"}]}",
        '{' + good
            + ",\"want\":[{\"b\":\"c\",\"n\":2,\"seq\":2},{\"b\":\"d\",\"n\":5000,\"seq\":9}]}",
        '{' + good + ",\"want\":[{\"b\":\"c\",\"n\":3000,\"seq\":2}]}",
        '{' + good + ",\"done\":[{\"b\":\"c\",\"l\":2,\"how\":\"lost\"}]}",
        '{' + good + ",\"drop\":[\"c\",\"*\",\"none\"],\"back\":[{\"b\":\"c\",\"l\":3}]}"};
    for (const QByteArray &request : requests) {
        const ScriptHost::Reply reply = hosts.callAsItIs(request);
        QVERIFY2(reply.problem.isEmpty(), qPrintable(reply.problem));
    }
}

QTEST_GUILESS_MAIN(RedisImitationTest)
#include "tst_redisimitation.moc"
