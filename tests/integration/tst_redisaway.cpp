// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Leases that a process cannot use, and what it does on its own while Redis is away: schedulers,
// what they say, and the script. Time is virtual.
#include "tests/common/RedisTalker.h"

#include <QtTest/QTest>

static Endpoint messages(int channel)
{
    return {Method::Get, QStringLiteral("/channels/%1/messages").arg(channel)};
}

class RedisAwayTest : public QObject {
    Q_OBJECT

    using Tickets = std::vector<TicketId>;

    // Each of \a processes knows the first channel, and that it has tokens for all.
    static void meet(RedisTalkers &processes)
    {
        for (const auto &each : processes.all) {
            const auto ticket = each->ask(messages(1));
            processes.run(50ms);
            each->complete(ticket, answer(1000, 900, 1h));
        }
        processes.run(2s);
    }
    static Tickets ask(RedisTalker &process, int count, const TicketOptions &options = {})
    {
        Tickets tickets;
        for (int i = 0; i < count; ++i)
            tickets.push_back(process.ask(messages(1), options));
        return tickets;
    }
    static int granted(const RedisTalker &process, const Tickets &tickets)
    {
        return int(std::count_if(tickets.begin(), tickets.end(),
            [&](TicketId ticket) { return process.isGranted(ticket); }));
    }
    static void completeGranted(RedisTalker &process, Tickets &tickets)
    {
        for (auto it = tickets.begin(); it != tickets.end();) {
            const bool isGranted = process.isGranted(*it);
            if (isGranted)
                process.complete(*it, answer(1000, 900, 1h));
            it = isGranted ? tickets.erase(it) : std::next(it);
        }
    }
    static RedisOptions localShare(int processes = 1)
    {
        RedisOptions redis;
        redis.failurePolicy = FailurePolicy::LocalShare;
        redis.processes = processes;
        return redis;
    }

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

    // Six connections carry six requests: the rest of the global limit is for the others.
    void leavesWhatItHasNoConnectionsFor()
    {
        RedisTalkers processes(*m_server, 2, {.globalLimit = 50});
        meet(processes);
        const PoolId pool{1};
        processes[0].desk.scheduler.setPool(pool, 6, processes[0].now());
        Tickets waiting;
        for (int i = 0; i < 200; ++i)
            waiting.push_back(processes[0].ask(messages(2 + i % 40), {.pool = pool}));
        processes.run(100ms);
        QVERIFY(m_server->command({"ZCARD", "t:{f}:gl"}).toInt() <= 9);
        const Tickets others = ask(processes[1], 30);
        processes.run(100ms);
        QCOMPARE(granted(processes[1], others), 30);
        for (int i = 0; i < 600 && !waiting.empty(); ++i) {
            completeGranted(processes[0], waiting);
            processes.run(50ms);
        }
        QCOMPARE(waiting.size(), 0U); // and none is forgotten
    }

    void knowsWhatIsOnItsWay()
    {
        RedisTalkers process(*m_server, 1, {.globalLimit = 10}, localShare());
        meet(process);
        const Tickets before = ask(process[0], 10);
        process.run(100ms);
        QCOMPARE(granted(process[0], before), 10);
        process[0].disconnect();
        const Tickets own = ask(process[0], 10);
        process.run(2s);
        QCOMPARE(granted(process[0], own), 0);
        process[0].complete(before[0], answer(1000, 900, 1h));
        process.run(990ms);
        QCOMPARE(granted(process[0], own), 0);
        process.run(50ms);
        QCOMPARE(granted(process[0], own), 1);
    }

    void goesAwayTwice()
    {
        RedisTalkers process(*m_server, 1, {.globalLimit = 10}, localShare());
        meet(process);
        process[0].disconnect();
        const Tickets first = ask(process[0], 10);
        process.run(100ms);
        QCOMPARE(granted(process[0], first), 10);
        process[0].connect();
        process.run(100ms);
        process[0].disconnect();
        for (const TicketId ticket : first)
            process[0].complete(ticket, answer(1000, 900, 1h));
        const Tickets second = ask(process[0], 30);
        process.run(500ms);
        QCOMPARE(granted(process[0], second), 0);
        process.run(600ms);
        QCOMPARE(granted(process[0], second), 10);
    }

    // What it would have waited for, had Redis stayed away, is nothing to it then.
    void asksAtOnceWhenRedisIsBack()
    {
        RedisTalkers process(*m_server, 1, {}, localShare(2));
        const auto probe = process[0].ask(messages(1));
        process.run(50ms);
        process[0].complete(probe, answer(4, 3, 20s));
        process.run(50ms);
        process[0].disconnect();
        const Tickets tickets = ask(process[0], 3);
        process.run(100ms);
        QCOMPARE(granted(process[0], tickets), 1); // half of four, less the one that is spent
        process[0].connect();
        process.run(50ms);
        QCOMPARE(granted(process[0], tickets), 3);
    }

    // It would lend too much if it did not know of those that have nothing to do.
    void countsTheIdle()
    {
        RedisTalkers processes(*m_server, 2, {}, localShare());
        meet(processes);
        processes.run(30s);
        ask(processes[0], 1);
        processes.run(100ms);
        QCOMPARE(processes[0].talk.processes(), 2);
    }

private:
    std::unique_ptr<RedisServer> m_server;
};

QTEST_GUILESS_MAIN(RedisAwayTest)
#include "tst_redisaway.moc"
