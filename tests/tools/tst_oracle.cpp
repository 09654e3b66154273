// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/Oracle.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

class OracleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void knowsTheBound_data();
    void knowsTheBound();
    void alignedWindowsMayEndSoon_data();
    void alignedWindowsMayEndSoon();
    void nobodyIsAnsweredBeforeAsking();
};

void OracleTest::knowsTheBound_data()
{
    QTest::addColumn<int>("total");
    QTest::addColumn<int>("busiest");
    QTest::addColumn<int>("limit");
    QTest::addColumn<int>("global");
    QTest::addColumn<int>("sublimit");
    QTest::addColumn<int>("bound");
    QTest::newRow("one request") << 1 << 1 << 5 << 50 << 0 << 50;
    QTest::newRow("none") << 0 << 0 << 5 << 50 << 0 << 50;
    QTest::newRow("one window") << 5 << 5 << 5 << 50 << 0 << 50;
    QTest::newRow("one more") << 6 << 6 << 5 << 50 << 0 << 2050;
    QTest::newRow("the last of the second window") << 10 << 10 << 5 << 50 << 0 << 2050;
    QTest::newRow("twenty windows") << 100 << 100 << 5 << 50 << 0 << 38050;
    QTest::newRow("global") << 1000 << 20 << 20 << 50 << 0 << 19050;
    QTest::newRow("the larger one: bucket") << 1000 << 500 << 5 << 50 << 0 << 198050;
    QTest::newRow("the larger one: sublimit") << 10 << 10 << 5 << 50 << 1 << 27050;
    QTest::newRow("no limits") << 1000 << 1000 << 0 << 0 << 0 << 50;
}

void OracleTest::knowsTheBound()
{
    QFETCH(int, total);
    QFETCH(int, busiest);
    QFETCH(int, limit);
    QFETCH(int, global);
    QFETCH(int, sublimit);
    Workload workload{.limit = limit, .window = 2000ms, .rtt = 50ms, .global = global};
    workload.sublimit = {.limit = sublimit, .window = 3000ms};
    const Demand demand{.total = total, .busiestBucket = busiest};
    for (const auto kind : {Quota::Window::Fixed, Quota::Window::Sliding}) {
        workload.windowKind = workload.globalKind = kind;
        QTEST(int(lowerBound(workload, demand) / 1ms), "bound");
    }
}

// The first request arrives after 25 ms; 120 requests need three windows of 50.
void OracleTest::alignedWindowsMayEndSoon_data()
{
    QTest::addColumn<int>("phase");
    QTest::addColumn<int>("bound");
    QTest::newRow("ends 1 ms after the first arrival") << 26 << 25 + 1 + 1000 + 25;
    QTest::newRow("begins with the first arrival") << 25 << 2050;
    QTest::newRow("in the middle") << 525 << 25 + 500 + 1000 + 25;
    QTest::newRow("begins before it") << 0 << 2025;
}

void OracleTest::alignedWindowsMayEndSoon()
{
    QFETCH(int, phase);
    Workload workload{.limit = 0, .rtt = 50ms, .global = 50};
    const Demand demand{.total = 120, .busiestBucket = 120, .globalPhase = milliseconds(phase)};
    QTEST(int(lowerBound(workload, demand) / 1ms), "bound");
    const Demand fewer{.total = 50, .busiestBucket = 50, .globalPhase = milliseconds(phase)};
    QCOMPARE(int(lowerBound(workload, fewer) / 1ms), 50);
    workload.globalKind = Quota::Window::Sliding; // has no phase
    QCOMPARE(int(lowerBound(workload, demand) / 1ms), 2050);
}

void OracleTest::nobodyIsAnsweredBeforeAsking()
{
    const Workload workload{.limit = 5, .window = 1000ms, .rtt = 50ms};
    Demand demand{.total = 10, .busiestBucket = 10, .lastAskedAt = 999ms};
    QCOMPARE(int(lowerBound(workload, demand) / 1ms), 1050);
    demand.lastAskedAt = 1234ms;
    QCOMPARE(int(lowerBound(workload, demand) / 1ms), 1284);
}

QTEST_GUILESS_MAIN(OracleTest)
#include "tst_oracle.moc"
