// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What one process has met holds for the others: schedulers, what they say, and the script. Time is
// virtual.
#include "tests/common/RedisTalker.h"

#include <QtTest/QTest>

static const Endpoint messages(Method::Get, "/channels/1/messages");
static const Endpoint pins(Method::Get, "/channels/1/pins");
static const Endpoint callback(Method::Post, "/interactions/1/tok1/callback");

static Response cloudflare()
{
    RatelimitHeaders headers;
    headers.status = 429;
    headers.retryAfter = 5s;
    return Response::answered(headers);
}

class RedisRulesTest : public QObject {
    Q_OBJECT

    // Both know the bucket, and that it has nine tokens left of ten.
    static void meet(RedisTalkers &processes, const Endpoint &endpoint = messages)
    {
        for (int i = 0; i < 2; ++i) {
            const auto ticket = processes[i].ask(endpoint);
            processes.run(50ms);
            QVERIFY(processes[i].isGranted(ticket));
            processes[i].complete(ticket, answer(10, 9 - i, 60s));
            processes.run(50ms);
        }
    }
    static Response sublimit(milliseconds wait) { return tooMany(wait, Scope::User, 7); }

private Q_SLOTS:
    void initTestCase()
    {
        NEED_REDIS();
        m_server = std::make_unique<RedisServer>();
    }
    void init()
    {
        if (m_server)
            m_server->command({"FLUSHALL"});
    }

    void aSublimitHoldsTheLaneOfAll_data()
    {
        QTest::addColumn<bool>("isShared");
        QTest::addColumn<bool>("waits"); // before it is met
        QTest::newRow("sublimit") << false << false;
        QTest::newRow("sublimit, others wait") << false << true;
        QTest::newRow("shared") << true << false;
    }
    void aSublimitHoldsTheLaneOfAll()
    {
        QFETCH(bool, isShared);
        QFETCH(bool, waits);
        RedisTalkers processes(*m_server, 2);
        meet(processes);
        std::vector<TicketId> mine;
        for (int i = 0; i < 8; ++i) // all that are left
            mine.push_back(processes[0].ask(messages));
        processes.run(50ms);
        QVERIFY(processes[0].isGranted(mine.back()));
        TicketId other;
        if (waits)
            other = processes[1].ask(messages);
        processes.run(50ms);
        processes[0].retry(mine[0], isShared ? tooMany(3s, Scope::Shared, 7) : sublimit(3s));
        processes.run(100ms);
        for (int i = 1; i < 8; ++i)
            processes[0].complete(mine[size_t(i)], Response::unused()); // there are tokens
        if (!waits)
            other = processes[1].ask(messages);
        processes.run(2'800ms);
        QVERIFY(!processes[1].isGranted(other));
        const auto reasons = processes[1].desk.scheduler.waits(other, processes[1].now());
        QVERIFY(std::any_of(reasons.begin(), reasons.end(),
            [](const Wait &wait) { return wait.reason == WaitReason::Route; }));
        processes.run(200ms); // one of them tries
        QCOMPARE(processes[0].isGranted(mine[0]) + processes[1].isGranted(other), 1);
        processes.run(5s);
        QCOMPARE(processes[0].isGranted(mine[0]) + processes[1].isGranted(other), 1);
        const bool isMine = processes[0].isGranted(mine[0]);
        processes[isMine ? 0 : 1].complete(isMine ? mine[0] : other, answer(10, 5, 50s));
        processes.run(1'100ms);
        QVERIFY(isMine ? processes[1].isGranted(other) : processes[0].isGranted(mine[0]));
    }

    // Other lanes of the bucket go on, and get the leases that this one had.
    void aSublimitHoldsNoOtherLane()
    {
        RedisTalkers processes(*m_server, 2);
        meet(processes);
        meet(processes, pins);
        const auto a = processes[0].ask(messages);
        processes.run(50ms);
        processes[0].complete(a, sublimit(3s));
        processes.run(50ms);
        const auto held = processes[1].ask(messages), free = processes[1].ask(pins);
        processes.run(50ms);
        QVERIFY(!processes[1].isGranted(held));
        QVERIFY(processes[1].isGranted(free));
        processes[1].complete(free, answer(10, 5, 50s));
        processes.run(100ms);
        QCOMPARE(m_server->command({"ZCARD", "t:{f}:gl"}), 0); // nothing is kept for it
        processes.run(3s);
        QVERIFY(processes[1].isGranted(held));
    }

    // What comes up while it is told that another process tries is asked for at once.
    void aHeldLaneDelaysNothing()
    {
        RedisTalkers processes(*m_server, 2);
        meet(processes);
        meet(processes, pins);
        const auto a = processes[0].ask(messages);
        processes.run(50ms);
        processes[0].retry(a, sublimit(3s));
        processes.run(50ms);
        const auto held = processes[1].ask(messages);
        processes.run(3s);
        QVERIFY(processes[0].isGranted(a)); // tries
        TicketId free;
        for (int i = 0; i < 300 && free.isNull(); ++i) {
            processes.script.now += 5;
            processes[1].step([&] { free = processes[1].ask(pins); });
        }
        processes.run(100ms);
        QVERIFY(!processes[1].isGranted(held));
        QVERIFY(processes[1].isGranted(free));
    }

    // It tells the others when Redis is back.
    void aSublimitMetWhileRedisIsAway()
    {
        RedisTalkers processes(
            *m_server, 2, {}, {.failurePolicy = FailurePolicy::LocalShare, .processes = 2});
        meet(processes);
        processes[0].disconnect();
        const auto a = processes[0].ask(messages), b = processes[0].ask(messages);
        processes.run(50ms);
        QVERIFY(processes[0].isGranted(a));
        processes[0].complete(a, sublimit(20s));
        processes.run(10s);
        QVERIFY(processes[0].isGranted(b)); // was out
        processes[0].connect();
        processes.run(100ms);
        const auto c = processes[1].ask(messages);
        processes.run(9'500ms);
        QVERIFY(!processes[1].isGranted(c));
        processes.run(1'500ms);
        QVERIFY(processes[1].isGranted(c));
    }

    // Whoever wants nothing of Redis hears of it, too.
    void theEdgeHoldsInteractionsOfAll()
    {
        RedisTalkers processes(*m_server, 2);
        processes.run(50ms);
        const auto a = processes[0].ask(callback);
        processes.run(1min); // long not heard of
        processes[0].complete(a, cloudflare());
        processes.run(50ms);
        const auto b = processes[1].ask(callback);
        QVERIFY(!processes[1].isGranted(b));
        processes.run(59'800ms);
        QVERIFY(!processes[1].isGranted(b));
        processes.run(200ms);
        QVERIFY(processes[1].isGranted(b));
    }

    // While one was away, or had not begun.
    void theEdgeHoldsThoseWhoComeLater()
    {
        RedisTalkers processes(*m_server, 2);
        processes[1].disconnect();
        processes[0].complete(processes[0].ask(callback), cloudflare());
        processes.run(50ms);
        processes[1].connect();
        processes.run(50ms);
        QVERIFY(!processes[1].isGranted(processes[1].ask(callback)));
    }

    void whatInteractionsMeetCountsForAll()
    {
        RedisTalkers processes(*m_server, 2);
        processes.run(50ms);
        for (const int status : {200, 401, 403, 404})
            processes[0].complete(processes[0].ask(callback), noHeaders(status));
        processes.run(50ms);
        processes[0].complete(processes[0].ask(callback), globalLock(3s));
        processes.run(50ms);
        const auto b = processes[1].ask(messages);
        processes.run(2'900ms);
        QVERIFY(!processes[1].isGranted(b));
        QCOMPARE(processes[1].desk.scheduler.invalidRequests(processes[1].now()), 3);
        QCOMPARE(processes[0].desk.scheduler.invalidRequests(processes[0].now()), 3); // once each
        processes.run(200ms);
        QVERIFY(processes[1].isGranted(b));
        QCOMPARE(processes.script.call("c", "{}")[u"global"_qs][u"used"_qs], 1);
    }

    // Who waits for that hears when it is over, although it asks for nothing else.
    void invalidAnswersOfAllHoldInteractions()
    {
        RedisTalkers processes(
            *m_server, 2, {.invalidLimit = 20, .invalidPeriod = milliseconds(60s)});
        processes.run(50ms);
        for (int i = 0; i < 19; ++i)
            processes[0].complete(processes[0].ask(callback), noHeaders(403));
        processes.run(40s);
        processes[1].complete(processes[1].ask(callback), noHeaders(401));
        processes.run(50ms);
        const auto b = processes[1].ask(callback);
        processes.run(18s);
        QVERIFY(!processes[1].isGranted(b));
        processes.run(6s);
        QVERIFY(processes[1].isGranted(b));
        const quint64 calls = processes[1].talk.calls();
        processes.run(10s);
        QCOMPARE(processes[1].talk.calls(), calls); // and is silent again
    }

    void tellsItsMargin()
    {
        for (const bool compensates : {false, true}) {
            RedisTalkers processes(*m_server, 1, {.compensate = compensates});
            for (int i = 0; i < 20; ++i) {
                const auto a = processes[0].ask(messages);
                processes.run(50ms);
                processes[0].complete(a, answer(50, 40 - i, 60s));
            }
            processes.run(50ms);
            QCOMPARE(processes[0].said.contains(u"margin"_qs), compensates);
            m_server->command({"FLUSHALL"});
        }
    }

    // One finds out; the other waits meanwhile in the bucket that was thought to be one, or has
    // something on its way there, or has never been there.
    void aSplitIsTakenOver_data()
    {
        QTest::addColumn<int>("how");
        QTest::newRow("waits") << 0;
        QTest::newRow("waits behind another route") << 1;
        QTest::newRow("is on its way") << 2;
        QTest::newRow("knows nothing") << 3;
    }
    void aSplitIsTakenOver()
    {
        QFETCH(int, how);
        RedisTalkers processes(*m_server, 2);
        const auto get = [&](int process, const Endpoint &endpoint, int remaining,
                             milliseconds reset) {
            const auto ticket = processes[process].ask(endpoint);
            processes.run(50ms);
            QVERIFY(processes[process].isGranted(ticket));
            processes[process].complete(ticket, answer(5, remaining, reset));
            processes.run(50ms);
        };
        get(0, messages, 4, 10s);
        if (how < 3)
            get(1, how == 1 ? messages : pins, 3, 9'900ms);
        if (how == 1)
            get(1, pins, 3, 9'800ms);
        get(0, messages, 3, 9'700ms);
        get(0, pins, 4, 10s);
        processes.run(11s);
        get(0, messages, 4, 10s);
        get(0, messages, 3, 9'900ms);
        TicketId b = processes[1].ask(pins); // nothing is known of: it goes
        if (how != 2) {                      // the tokens are used up, as far as Redis knows
            processes[1].desk.cancel(b, 0ms);
            m_server->command({"HSET", "t:{f}:b:abcd#channels/1#", "re", "1"});
        }
        processes.run(50ms);
        const auto found = processes[0].ask(pins);
        processes.run(50ms);
        QVERIFY(processes[0].isGranted(found));
        if (how < 2) {
            m_server->command({"HSET", "t:{f}:b:abcd#channels/1#", "re", "0", "f", "1"});
            b = processes[1].ask(how == 1 ? messages : pins);
            if (how == 1)
                b = processes[1].ask(pins);
            processes.run(50ms);
            QVERIFY(!processes[1].isGranted(b));
        }
        processes[0].complete(found, answer(5, 4, 10s));
        QVERIFY(processes[0].desk.saw(Anomaly::CountersSplit));
        processes.run(50ms);
        if (how == 2)
            processes[1].complete(b, answer(5, 3, 9'900ms));
        if (how >= 2)
            b = processes[1].ask(pins);
        processes.run(2'500ms);
        QVERIFY(processes[1].isGranted(b));
        const auto bucket = processes[1].desk.scheduler.bucket(pins, processes[1].now());
        QVERIFY(bucket->id
            != processes[1]
                   .desk.scheduler.bucket(messages, processes[1].now())
                   .value_or(Bucket{})
                   .id);
        QCOMPARE(m_server->command({"ZCARD", "t:{f}:l:abcd#channels/1##" + pins.route()}), 1);
        QCOMPARE(m_server->command({"ZCARD", "t:{f}:l:abcd#channels/1#"}), 0);
        QVERIFY(!processes[1].desk.saw(Anomaly::CountersSplit)); // it was told
    }

    // A process that has learnt the name of the route asks by it, while another one probes.
    void oneProbesWhateverItKnows()
    {
        static const Endpoint elsewhere(Method::Get, "/channels/2/messages");
        RedisTalkers processes(*m_server, 3);
        const auto probe = processes[0].ask(messages);
        const auto other = processes[1].ask(elsewhere);
        processes.run(50ms);
        QVERIFY(processes[0].isGranted(probe) && processes[1].isGranted(other));
        processes[1].complete(other, answer(1, 0, 5s));
        const auto byName = processes[1].ask(messages), byRoute = processes[2].ask(messages);
        processes.run(1s);
        QVERIFY(!processes[1].isGranted(byName) && !processes[2].isGranted(byRoute));
        processes[0].complete(probe, answer(1, 0, 4s));
        processes.run(3'900ms);
        QVERIFY(!processes[1].isGranted(byName) && !processes[2].isGranted(byRoute));
        processes.run(300ms);
        QCOMPARE(processes[1].isGranted(byName) + processes[2].isGranted(byRoute), 1);
    }

    // However late that is told: who tells whole seconds is known for it.
    void wholeSecondsStayWhole()
    {
        RedisTalkers processes(*m_server, 1);
        const auto ticket = processes[0].ask(messages);
        processes.run(50ms);
        processes[0].complete(ticket, answer(5, 4, 5s));
        while (!processes[0].said.contains(u"done"))
            processes.run(5ms);
        QVERIFY(processes[0].said[u"done"][0][u"ago"].toInt() > 0);
        QCOMPARE(processes[0].said[u"done"][0][u"after"], 5000);
        QCOMPARE(m_server->command({"HEXISTS", "t:{f}:b:abcd#channels/1#", "tf"}), 0);
        QCOMPARE(m_server->command({"HGET", "t:{f}:b:abcd#channels/1#", "wi"}), QByteArray("5000"));
    }

private:
    std::unique_ptr<RedisServer> m_server;
};

QTEST_GUILESS_MAIN(RedisRulesTest)
#include "tst_redisrules.moc"
