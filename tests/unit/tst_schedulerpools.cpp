// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Connections that tickets share, and retries that wait.
#include "tests/common/Desk.h"

#include <QtTest/QTest>

static const PoolId six{1};
static const PoolId other{2};

class SchedulerPoolsTest : public QObject {
    Q_OBJECT

    static Endpoint roles(int guild)
    {
        return {Method::Get, QStringLiteral("/guilds/%1/roles").arg(guild)};
    }
    static TicketOptions with(PoolId pool, Priority priority = Priority::Normal)
    {
        return {.priority = priority, .pool = pool};
    }
    static std::vector<WaitReason> reasons(const Desk &desk, TicketId ticket, milliseconds time)
    {
        std::vector<WaitReason> result;
        for (const Wait &wait : desk.scheduler.waits(ticket, at(time)))
            result.push_back(wait.reason);
        return result;
    }

private Q_SLOTS:
    void noMoreInFlightThanConnections()
    {
        Desk desk;
        desk.scheduler.setPool(six, 2, at(0ms));
        std::vector<TicketId> tickets;
        for (int guild = 1; guild <= 4; ++guild)
            tickets.push_back(desk.ask(roles(guild), 0ms, with(six)));
        QCOMPARE(desk.grants, std::vector({tickets[0], tickets[1]}));
        QCOMPARE(reasons(desk, tickets[2], 0ms), std::vector({WaitReason::Connection}));
        desk.complete(tickets[1], noHeaders(), 10ms);
        QVERIFY(desk.isGranted(tickets[2]));
        desk.complete(tickets[0], Response::unused(), 20ms);
        QVERIFY(desk.isGranted(tickets[3]));
    }

    void everyEndFreesTheConnection_data()
    {
        QTest::addColumn<int>("how");
        QTest::newRow("answered") << 0;
        QTest::newRow("lost") << 1;
        QTest::newRow("dropped") << 2;
        QTest::newRow("cancelled") << 3;
        QTest::newRow("timed out") << 4;
        QTest::newRow("retried") << 5;
    }
    void everyEndFreesTheConnection()
    {
        QFETCH(int, how);
        Desk desk({.responseTimeout = 1s});
        desk.scheduler.setPool(six, 1, at(0ms));
        const auto first = desk.ask(roles(1), 0ms, with(six));
        const auto second = desk.ask(roles(2), 0ms, with(six));
        QVERIFY(desk.isGranted(first) && !desk.isGranted(second));
        if (how == 0)
            desk.complete(first, answer(5, 4, 1s), 10ms);
        else if (how == 1)
            desk.complete(first, Response::lost(), 10ms);
        else if (how == 2)
            desk.complete(first, Response::unused(), 10ms);
        else if (how == 3)
            desk.cancel(first, 10ms);
        else if (how == 5)
            desk.retry(first, tooMany(5s), 10ms);
        else
            desk.runTo(1s);
        QVERIFY(desk.isGranted(second));
    }

    // Who has connections of its own does not wait for those of others, but in one bucket: there
    // the oldest goes first, and waits for its own.
    void poolsDoNotWaitForEachOther()
    {
        Desk desk;
        desk.scheduler.setPool(six, 1, at(0ms));
        desk.scheduler.setPool(other, 1, at(0ms));
        const auto a = desk.ask(roles(1), 0ms, with(six));
        const auto b = desk.ask(roles(2), 0ms, with(six));
        const auto c = desk.ask(roles(3), 0ms, with(other));
        const auto free = desk.ask(roles(4), 0ms);
        QCOMPARE(desk.grants, std::vector({a, c, free}));
        desk.complete(a, noHeaders(), 10ms);
        QVERIFY(desk.isGranted(b));
    }

    // The oldest goes first at the global limit, whatever connections it uses.
    void poolsAreServedByAge()
    {
        Desk desk({.globalLimit = 1});
        desk.scheduler.setPool(six, 3, at(0ms));
        desk.scheduler.setPool(other, 3, at(0ms));
        std::vector<TicketId> asked;
        for (int guild = 1; guild <= 6; ++guild)
            asked.push_back(desk.ask(roles(guild), guild * 1ms, with(guild % 2 ? six : other)));
        for (int i = 1; i <= 6; ++i) {
            desk.complete(desk.grants.back(), noHeaders(), i * 2s);
            desk.runTo(i * 2s + 1s);
        }
        QCOMPARE(desk.grants, asked);
    }

    void priorityDecidesWhoGetsAConnection()
    {
        Desk desk;
        desk.scheduler.setPool(six, 1, at(0ms));
        const auto first = desk.ask(roles(1), 0ms, with(six));
        const auto low = desk.ask(roles(2), 1ms, with(six, Priority::Low));
        const auto high = desk.ask(roles(3), 2ms, with(six, Priority::High));
        desk.complete(first, noHeaders(), 3ms);
        QVERIFY(desk.isGranted(high) && !desk.isGranted(low));
    }

    void sizesMayChange()
    {
        Desk desk;
        desk.scheduler.setPool(six, 0, at(0ms));
        const auto a = desk.ask(roles(1), 0ms, with(six));
        const auto b = desk.ask(roles(2), 0ms, with(six));
        QVERIFY(desk.grants.empty());
        QVERIFY(!desk.scheduler.nextDeadline()); // only a word can change it
        desk.scheduler.setPool(six, 2, at(5ms));
        desk.note();
        QCOMPARE(desk.grants, std::vector({a, b}));
        desk.scheduler.setPool(six, 1, at(6ms)); // what is on its way goes on
        const auto c = desk.ask(roles(3), 7ms, with(six));
        desk.complete(a, noHeaders(), 8ms);
        QVERIFY(!desk.isGranted(c));
        desk.complete(b, noHeaders(), 9ms);
        QVERIFY(desk.isGranted(c));
    }

    void removedPoolsHoldNobody()
    {
        Desk desk;
        desk.scheduler.setPool(six, 1, at(0ms));
        const auto a = desk.ask(roles(1), 0ms, with(six));
        const auto b = desk.ask(roles(2), 0ms, with(six));
        desk.scheduler.removePool(six, at(1ms));
        desk.note();
        QVERIFY(desk.isGranted(b));
        desk.complete(a, noHeaders(), 2ms);
        desk.cancel(b, 3ms); // the last one that names it
        const auto c = desk.ask(roles(3), 4ms, with(six));
        QVERIFY(desk.isGranted(c));
    }

    // The last waiting ticket of a removed pool takes it along, at whose gate its bucket stood.
    void theLastOfARemovedPoolEnds()
    {
        Desk desk;
        desk.scheduler.setPool(six, 1, at(0ms));
        desk.setFlow(Flow::Paused, 0ms);
        const auto waiting = desk.ask(roles(1), 0ms, with(six));
        desk.scheduler.removePool(six, at(1ms));
        desk.cancel(waiting, 2ms);
        desk.setFlow(Flow::Open, 3ms);
        QVERIFY(desk.isGranted(desk.ask(roles(1), 4ms)));
    }

    void estimatesKnowOfConnections()
    {
        Desk desk;
        desk.scheduler.setPool(six, 1, at(0ms));
        (void)desk.ask(roles(1), 0ms, with(six));
        const auto waits = desk.scheduler.estimate(roles(2), with(six), at(0ms)).waits;
        QCOMPARE(waits.size(), 1u);
        QCOMPARE(waits.front().reason, WaitReason::Connection);
    }

    void aPoolWithoutConnectionsIsTooLongForAnyMaxWait()
    {
        Desk desk;
        desk.scheduler.setPool(six, 0, at(0ms));
        const auto ticket = desk.ask(roles(1), 0ms, {.maxWait = 1h, .pool = six});
        QCOMPARE(desk.errorOf(ticket), TicketError::Code::WaitTooLong);
    }

    void noPoolIsNoPool()
    {
        Desk desk;
        desk.scheduler.setPool({}, 0, at(0ms));
        QVERIFY(desk.isGranted(desk.ask(roles(1), 0ms)));
    }

    // A request that failed keeps the head of its lane while it backs off, and holds it.
    void aRetryWaits()
    {
        Desk desk;
        const auto first = desk.ask(roles(1), 0ms);
        const auto second = desk.ask(roles(1), 0ms);
        const auto elsewhere = desk.ask(roles(2), 0ms);
        desk.retry(first, noHeaders(502), 10ms, 300ms);
        QCOMPARE(reasons(desk, first, 10ms), std::vector({WaitReason::Retry}));
        QCOMPARE(reasons(desk, second, 10ms), std::vector({WaitReason::Retry, WaitReason::Order}));
        desk.runTo(309ms);
        QCOMPARE(desk.grants, std::vector({first, elsewhere}));
        desk.runTo(310ms);
        QCOMPARE(desk.grants, std::vector({first, elsewhere, first}));
    }

    void aRetryThatIsGivenUpHoldsNobody()
    {
        Desk desk;
        const auto first = desk.ask(roles(1), 0ms);
        const auto second = desk.ask(roles(1), 0ms);
        desk.retry(first, Response::unused(), 10ms, 10s);
        QVERIFY(!desk.isGranted(second));
        desk.cancel(first, 20ms);
        QVERIFY(desk.isGranted(second));
    }

    // The longer of the two waits counts.
    void aRetryOfA429WaitsForBoth()
    {
        Desk desk;
        const auto first = desk.ask(roles(1), 0ms);
        desk.retry(first, tooMany(1s, Scope::User, 3), 0ms, 3s);
        desk.runTo(2s);
        QCOMPARE(desk.grants.size(), 1u);
        desk.runTo(3s);
        QCOMPARE(desk.grants.size(), 2u);
        desk.retry(first, tooMany(5s, Scope::User, 3), 3s, 1s);
        desk.runTo(7s);
        QCOMPARE(desk.grants.size(), 2u);
        desk.runTo(8s);
        QCOMPARE(desk.grants.size(), 3u);
    }
};

QTEST_GUILESS_MAIN(SchedulerPoolsTest)
#include "tst_schedulerpools.moc"
