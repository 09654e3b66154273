// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Drains.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

namespace {

DrainResult play(const Workload &workload)
{
    return DrainRun(workload).run();
}

const Workload oneBucket{
    .requests = 100, .buckets = 1, .limit = 5, .window = 1s, .rtt = 50ms, .jitter = 0ms};
const Workload manyBuckets{
    .requests = 1000, .buckets = 50, .limit = 5, .window = 1s, .rtt = 50ms, .jitter = 0ms};

} // namespace

Q_DECLARE_METATYPE(Workload)

class DrainRunTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void playsByTheClock();
    void reachesTheGoals_data();
    void reachesTheGoals();
    void neverBeatsTheBound_data();
    void neverBeatsTheBound();
    void avoidsWhatSlidingWindowsReject_data();
    void avoidsWhatSlidingWindowsReject();
    void repeatsWhatTheSeedSays();
    void endsWhatIsLost();
    void countsWhatOthersCause();
    void skewChangesNothing();
    void arrivalsTakeTheirTime();
    void sendsNoMoreThanItHasConnections();
    void findsWhatIsReordered_data();
    void findsWhatIsReordered();
};

// Three POSTs, two per second, an RTT of 100 ms. The first is a probe. The window begins when it
// arrives, at 50; each answer lets the client believe in an end at 1100.
void DrainRunTest::playsByTheClock()
{
    const DrainResult result =
        play({.requests = 3, .buckets = 1, .limit = 2, .window = 1s, .rtt = 100ms, .jitter = 0ms});
    const std::vector<std::chrono::nanoseconds> waits{0ms, 100ms, 1100ms};
    QCOMPARE(result.waits, waits);
    QCOMPARE(result.makespan, 1200ms);
    QCOMPARE(result.lowerBound, 1100ms);
    QCOMPARE(result.completed, 3);
    QCOMPARE(result.grants, 3);
    QCOMPARE(limitedInAll(result), 0);
    QVERIFY(result.schedulerTime > 0ns);
}

void DrainRunTest::reachesTheGoals_data()
{
    QTest::addColumn<Workload>("workload");
    QTest::addColumn<double>("goal");
    const auto row = [](const char *name, Workload workload, Method method, double goal) {
        workload.method = method;
        QTest::newRow(name) << workload << goal;
    };
    row("one bucket, GET", oneBucket, Method::Get, 1.055);
    row("one bucket, POST", oneBucket, Method::Post, 1.065);
    row("fifty buckets, GET", manyBuckets, Method::Get, 1.06);
    row("fifty buckets, POST", manyBuckets, Method::Post, 1.06);
    Workload wide{.requests = 200, .buckets = 1, .limit = 50, .window = 1s};
    wide.rtt = 100ms;
    wide.jitter = 0ms;
    wide.global = 0;
    row("a wide bucket, GET", wide, Method::Get, 1.12);
}

void DrainRunTest::reachesTheGoals()
{
    QFETCH(Workload, workload);
    QFETCH(double, goal);
    const DrainResult result = play(workload);
    QCOMPARE(result.completed, workload.requests);
    QCOMPARE(result.grants, workload.requests);
    QCOMPARE(limitedInAll(result), 0);
    QCOMPARE(result.avoidable, std::optional<int>(0));
    QCOMPARE(result.reordered, 0);
    QVERIFY2(ratio(result) <= goal, qPrintable(QString::number(ratio(result))));
}

void DrainRunTest::neverBeatsTheBound_data()
{
    QTest::addColumn<Workload>("workload");
    const auto row = [](const char *name, auto change) {
        Workload workload{.requests = 200, .buckets = 4, .window = 1s, .jitter = 100ms};
        change(workload);
        QTest::newRow(name) << workload;
    };
    row("as it is", [](Workload &) {});
    row("GET", [](Workload &w) { w.method = Method::Get; });
    row("strict", [](Workload &w) { w.ordering = Ordering::Strict; });
    row("concurrent", [](Workload &w) { w.ordering = Ordering::Concurrent; });
    row("no limit of buckets", [](Workload &w) { w.limit = 0; });
    row("no global limit", [](Workload &w) { w.global = 0; });
    row("any global phase", [](Workload &w) { w.randomGlobalPhase = true; });
    row("sliding global window", [](Workload &w) { w.globalKind = Quota::Window::Sliding; });
    row("sliding windows", [](Workload &w) { w.windowKind = Quota::Window::Sliding; });
    row("more buckets than requests", [](Workload &w) { w.buckets = 1000; });
    row("seldom asked for", [](Workload &w) { w.poissonRate = 20; });
    row("loss", [](Workload &w) { w.loss = 0.02; });
    row("sublimit", [](Workload &w) { w.sublimit = {.limit = 3, .window = 2s}; });
    row("shared", [](Workload &w) { w.shared = 0.05; });
    row("two processes", [](Workload &w) {
        w.processes = 2;
        w.sharing = Sharing::None;
    });
    row("slow", [](Workload &w) { w.rtt = 3s; });
}

void DrainRunTest::neverBeatsTheBound()
{
    QFETCH(Workload, workload);
    for (workload.seed = 1; workload.seed <= 5; ++workload.seed) {
        const DrainResult result = play(workload);
        QCOMPARE(result.completed + result.lost, workload.requests);
        QVERIFY2(ratio(result) >= 1, qPrintable(QString::number(ratio(result))));
        QCOMPARE(result.reordered, 0);
        QCOMPARE(result.grants, workload.requests + limitedInAll(result));
    }
}

// Many at once in a window that slides: every one of them must find a token.
void DrainRunTest::avoidsWhatSlidingWindowsReject_data()
{
    QTest::addColumn<Workload>("workload");
    const auto row = [](const char *name, auto change) {
        Workload workload{.requests = 300, .buckets = 1, .limit = 5, .window = 1s, .jitter = 0ms};
        workload.windowKind = Quota::Window::Sliding;
        workload.method = Method::Get;
        change(workload);
        QTest::newRow(name) << workload;
    };
    row("narrow", [](Workload &) {});
    row("narrow, jitter", [](Workload &w) { w.jitter = 100ms; });
    row("wide", [](Workload &w) { w.limit = 50; });
    row("wide, jitter", [](Workload &w) {
        w.limit = 50;
        w.jitter = 100ms;
    });
    row("wide, no global limit", [](Workload &w) {
        w.limit = 50;
        w.global = 0;
        w.jitter = 60ms;
    });
    row("many buckets", [](Workload &w) { w.buckets = 20; });
    row("slower than the window", [](Workload &w) { w.rtt = 3s; });
    row("seldom asked for", [](Workload &w) {
        w.poissonRate = 8;
        w.jitter = 60ms;
    });
    row("loss", [](Workload &w) { w.loss = 0.05; });
    row("compensated", [](Workload &w) { w.compensate = true; });
}

void DrainRunTest::avoidsWhatSlidingWindowsReject()
{
    QFETCH(Workload, workload);
    for (workload.seed = 1; workload.seed <= 5; ++workload.seed) {
        const DrainResult result = play(workload);
        QCOMPARE(result.completed + result.lost, workload.requests);
        QCOMPARE(result.avoidable, std::optional<int>(0));
        QCOMPARE(limitedInAll(result), 0);
    }
}

void DrainRunTest::repeatsWhatTheSeedSays()
{
    Workload workload{.requests = 300, .jitter = 50ms};
    workload.randomGlobalPhase = true;
    workload.loss = 0.01;
    workload.poissonRate = 100;
    const QJsonObject first = repeatable(play(workload));
    QCOMPARE(repeatable(play(workload)), first);
    workload.seed = 2;
    QVERIFY(repeatable(play(workload)) != first);
}

void DrainRunTest::endsWhatIsLost()
{
    Workload workload = oneBucket;
    workload.requests = 3;
    workload.loss = 1;
    const DrainResult nothing = play(workload);
    QCOMPARE(nothing.lost, 3);
    QCOMPARE(nothing.completed, 0);
    QCOMPARE(nothing.makespan, 0ms);
    // One after another, as the probe of an unknown bucket and as a POST.
    QCOMPARE(nothing.waits.back(), std::chrono::nanoseconds(2 * clientTimeout));

    workload.requests = 200;
    workload.loss = 0.1;
    const DrainResult some = play(workload);
    QCOMPARE(some.completed + some.lost, 200);
    QVERIFY(some.lost > 5 && some.lost < 50);
    QCOMPARE(some.avoidable, std::optional<int>(0));
    QCOMPARE(some.reordered, 0);
}

void DrainRunTest::countsWhatOthersCause()
{
    Workload workload{.requests = 200, .buckets = 2, .window = 1s};
    workload.processes = 2;
    workload.sharing = Sharing::None;
    const DrainResult rivals = play(workload);
    QVERIFY(rivals.limited.at(LimitKind::Bucket) > 0);
    QVERIFY(!rivals.avoidable);
    QCOMPARE(rivals.completed, 200);

    workload.processes = 1;
    workload.sublimit = {.limit = 2, .window = 3s};
    const DrainResult sublimited = play(workload);
    QVERIFY(sublimited.limited.at(LimitKind::Sublimit) > 0);
    QCOMPARE(sublimited.avoidable, std::optional<int>(0));
    QCOMPARE(sublimited.completed, 200);

    workload.sublimit = {};
    workload.shared = 0.1;
    const DrainResult shared = play(workload);
    QVERIFY(shared.limited.at(LimitKind::Shared) > 0);
    QCOMPARE(shared.avoidable, std::optional<int>(0));
    QCOMPARE(shared.completed, 200);
}

void DrainRunTest::skewChangesNothing()
{
    Workload workload = manyBuckets;
    workload.jitter = 60ms;
    const QJsonObject before = repeatable(play(workload));
    for (const milliseconds skew : {-24h, -5h, 1h}) {
        workload.skew = skew;
        QCOMPARE(repeatable(play(workload)), before);
    }
}

void DrainRunTest::arrivalsTakeTheirTime()
{
    Workload workload = oneBucket;
    workload.requests = 1000;
    workload.limit = workload.global = 0;
    workload.method = Method::Get;
    workload.poissonRate = 100;
    const DrainResult result = play(workload);
    // 1000 gaps of 10 ms: 10 s, and a standard deviation of 0.32 s.
    QVERIFY(result.lowerBound > 8700ms && result.lowerBound < 11300ms);
    QCOMPARE(result.makespan, result.lowerBound);
}

// Two at a time, though nothing else keeps them: five round trips for ten.
void DrainRunTest::sendsNoMoreThanItHasConnections()
{
    Workload workload{
        .requests = 10, .buckets = 10, .limit = 0, .rtt = 100ms, .jitter = 0ms, .global = 0};
    QCOMPARE(play(workload).makespan, 100ms);
    workload.connections = 2;
    QCOMPARE(play(workload).makespan, 500ms);
    workload.processes = 5;
    workload.sharing = Sharing::None;
    QCOMPARE(play(workload).completed, 10);
}

void DrainRunTest::findsWhatIsReordered_data()
{
    QTest::addColumn<QList<int>>("arrivals");
    QTest::addColumn<int>("lanes");
    QTest::addColumn<int>("reordered");
    QTest::newRow("in order") << QList<int>{1, 2, 3, 4} << 1 << 0;
    QTest::newRow("the last one first") << QList<int>{2, 3, 4, 1} << 1 << 1;
    QTest::newRow("the first one last") << QList<int>{4, 1, 2, 3} << 1 << 3;
    QTest::newRow("across lanes") << QList<int>{2, 1, 4, 3} << 2 << 0;
    QTest::newRow("in one lane") << QList<int>{3, 1, 2, 4} << 2 << 1;
    QTest::newRow("one never came") << QList<int>{1, 0, 2, 0} << 1 << 0;
    QTest::newRow("one never came, in between") << QList<int>{3, 0, 2} << 1 << 1;
}

void DrainRunTest::findsWhatIsReordered()
{
    QFETCH(QList<int>, arrivals);
    QFETCH(int, lanes);
    const std::vector<quint64> places(arrivals.begin(), arrivals.end());
    QTEST(countReordered(places, lanes), "reordered");
}

QTEST_GUILESS_MAIN(DrainRunTest)
#include "tst_drainrun.moc"
