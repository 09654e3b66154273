// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Drains.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(Workload)

// Processes that share their token on Redis, in virtual time.
class DrainSharedTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!newScriptRedis())
            QSKIP(needsLua);
    }
    void playsByTheClock();
    void sharesTheLimits_data();
    void sharesTheLimits();
    void servesAllAlike();
    void servesAllAlikeThatHaveFewConnections();
    void asksOnceForSeveral_data();
    void asksOnceForSeveral();
    void survivesADeath();
    void waitsForNobodyWhoWentElsewhere();
    void saysWhatTheScriptSays();
};

// As DrainRunTest::playsByTheClock, but that each grant takes a call: heard after 5, told at 10.
void DrainSharedTest::playsByTheClock()
{
    Workload workload{
        .requests = 3, .buckets = 1, .limit = 2, .window = 1s, .rtt = 100ms, .jitter = 0ms};
    workload.sharing = Sharing::Redis;
    workload.redisRtt = 10ms;
    const DrainResult result = DrainRun(workload).run();
    QCOMPARE(result.problem, QString());
    QCOMPARE(result.completed, 3);
    QCOMPARE(result.waits[0], 10ms);
    QCOMPARE(result.waits[1], 120ms); // asked again with the answer at 110
    // Redis hears at 225 of a window of 1000 that is told as of 220.
    QVERIFY2(result.waits[2] >= 1120ms && result.waits[2] <= 1135ms,
        qPrintable(QString::number(result.waits[2].count())));
    QCOMPARE(limitedInAll(result), 0);
    QVERIFY(result.shared);
    QVERIFY(result.shared->calls >= 4 && result.shared->calls <= 6);
    QCOMPARE(result.shared->leastGrants, 3);
    QCOMPARE(figures(result)[u"redis_calls"], QJsonValue(result.shared->calls));
}

void DrainSharedTest::sharesTheLimits_data()
{
    QTest::addColumn<Workload>("workload");
    QTest::addColumn<double>("goal");
    const auto row = [](const char *name, double goal, auto change) {
        Workload workload{.requests = 200, .buckets = 10, .window = 1s, .processes = 4};
        change(workload);
        QTest::newRow(name) << workload << goal;
    };
    row("that of buckets", 1.3, [](Workload &w) { w.global = 0; });
    row("the same, GET", 1.3, [](Workload &w) {
        w.global = 0;
        w.method = Method::Get;
    });
    row("that of the token", 1.4, [](Workload &w) { w.limit = 0; });
    row("both", 1.35, [](Workload &) {});
    row("one bucket", 1.2, [](Workload &w) { w.buckets = 1; });
    row("windows that slide", 1.35,
        [](Workload &w) { w.windowKind = w.globalKind = Quota::Window::Sliding; });
    row("any global phase", 1.35, [](Workload &w) { w.randomGlobalPhase = true; });
    row("at once", 1.35, [](Workload &w) { w.redisRtt = 0us; });
    row("a slow Redis", 3, [](Workload &w) { w.redisRtt = 200ms; });
    row("loss", 30, [](Workload &w) { w.loss = 0.03; });
    row("a skewed clock", 1.35, [](Workload &w) { w.skew = -5h; });
    row("seldom asked for", 1.1, [](Workload &w) { w.poissonRate = 20; });
    row("ten processes", 1.4, [](Workload &w) { w.processes = 10; });
}

void DrainSharedTest::sharesTheLimits()
{
    QFETCH(Workload, workload);
    QFETCH(double, goal);
    for (workload.seed = 1; workload.seed <= 3; ++workload.seed) {
        const DrainResult result = DrainRun(workload).run();
        QCOMPARE(result.problem, QString());
        QCOMPARE(result.completed + result.lost, workload.requests);
        QCOMPARE(limitedInAll(result), 0);
        QCOMPARE(result.avoidable, std::optional<int>(0));
        QCOMPARE(result.reordered, 0);
        QVERIFY2(ratio(result) >= 1 && ratio(result) <= goal,
            qPrintable(QString::number(ratio(result))));
        if (workload.seed == 1)
            QCOMPARE(repeatable(DrainRun(workload).run()), repeatable(result));
    }
}

void DrainSharedTest::servesAllAlike()
{
    Workload workload{.requests = 800, .buckets = 10, .window = 1s, .processes = 4};
    const DrainResult result = DrainRun(workload).run();
    QCOMPARE(result.completed, 800);
    QCOMPARE(result.shared->mostGrants, 200);
    QVERIFY2(
        result.shared->leastGrants >= 160, qPrintable(QString::number(result.shared->leastGrants)));
}

// As RestClient has. Not more than a tenth less than the others, whatever they could use when.
void DrainSharedTest::servesAllAlikeThatHaveFewConnections()
{
    Workload workload{.requests = 960,
        .buckets = 40,
        .window = 1s,
        .rtt = 5ms,
        .jitter = 5ms,
        .method = Method::Get,
        .processes = 4};
    workload.connections = 6;
    for (workload.seed = 1; workload.seed <= 5; ++workload.seed) {
        const DrainResult result = DrainRun(workload).run();
        QCOMPARE(result.completed, 960);
        QCOMPARE(limitedInAll(result), 0);
        QCOMPARE(result.shared->mostGrants, 240);
        QVERIFY2(result.shared->leastGrants >= 225,
            qPrintable(QString::number(result.shared->leastGrants)));
    }
}

void DrainSharedTest::asksOnceForSeveral_data()
{
    QTest::addColumn<Workload>("workload");
    QTest::addColumn<double>("most");
    const auto row = [](const char *name, double most, auto change) {
        Workload workload{.requests = 480,
            .buckets = 40,
            .window = 1s,
            .rtt = 40ms,
            .method = Method::Get,
            .processes = 4};
        workload.connections = 6;
        change(workload);
        QTest::newRow(name) << workload << most;
    };
    row("connections", 0.75, [](Workload &w) { w.limit = w.global = 0; });
    row("one process", 0.75, [](Workload &w) {
        w.limit = w.global = 0;
        w.processes = 1;
        w.sharing = Sharing::Redis;
    });
    row("that of the token", 0.8, [](Workload &w) { w.limit = 50; });
    row("both", 0.8, [](Workload &) {});
}

void DrainSharedTest::asksOnceForSeveral()
{
    QFETCH(Workload, workload);
    QFETCH(double, most);
    for (workload.seed = 1; workload.seed <= 2; ++workload.seed) {
        const DrainResult result = DrainRun(workload).run();
        QCOMPARE(result.completed, 480);
        const double calls = double(result.shared->calls) / result.grants;
        QVERIFY2(calls <= most, qPrintable(QString::number(calls)));
    }
}

// What it has yet to do is lost, and what it held comes back to the others.
void DrainSharedTest::survivesADeath()
{
    Workload workload{.requests = 400, .buckets = 10, .window = 1s, .processes = 4};
    workload.kill = 2s;
    for (workload.seed = 1; workload.seed <= 3; ++workload.seed) {
        const DrainResult result = DrainRun(workload).run();
        QCOMPARE(result.completed + result.lost, 400);
        QVERIFY(result.lost > 40 && result.lost < 100);
        QCOMPARE(result.avoidable, std::optional<int>(0));
        QCOMPARE(result.reordered, 0);
        QCOMPARE(result.shared->mostGrants, 100);
    }
}

// Where buckets change their names, a process leaves the list of the one that it is sent from.
void DrainSharedTest::waitsForNobodyWhoWentElsewhere()
{
    Workload workload{.requests = 300, .buckets = 10, .window = 1s, .processes = 2};
    workload.hashFlip = 0.05;
    for (const quint32 seed : {5U, 17U}) {
        workload.seed = seed;
        const DrainResult result = DrainRun(workload).run();
        QCOMPARE(result.completed, 300);
        QVERIFY2(ratio(result) < 2, qPrintable(QString::number(ratio(result))));
    }
}

void DrainSharedTest::saysWhatTheScriptSays()
{
    const Workload workload{.requests = 4, .processes = 2};
    QVERIFY(DrainRun(workload, newScriptRedis("return x.y"))
                .run()
                .problem.startsWith(u"the script fails: script:1:"));
    QCOMPARE(DrainRun(workload, newScriptRedis(R"(return '{"error":"no"}')")).run().problem,
        QStringLiteral("no"));
    QVERIFY(!DrainRun(workload, nullptr).run().problem.isEmpty());
}

QTEST_GUILESS_MAIN(DrainSharedTest)
#include "tst_drainshared.moc"
