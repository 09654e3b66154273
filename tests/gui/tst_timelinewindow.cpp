// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TimelineAxis.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// Following, zooming and panning, and what stands over and behind the lanes.
class TestTimelineWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void followsInWholeColumns();
    void zoomsAboutAPoint();
    void keepsToItsLimits();
    void pansAndFollowsAgain();
    void standsWhileTimeGoesOn();
    void revealsAMoment();
    void labelsTicks_data();
    void labelsTicks();
    void saysSpans();
    void bandsLocks();
    void marksResets();

private:
    TimePoint now;
    TimelineWindow window;
};

void TestTimelineWindow::init()
{
    now = TimePoint(10'000s);
    window = {};
    window.setWidth(1000);
    window.setSpan(10s);
    window.setOldest(now - 60s);
    window.setNow(now);
}

void TestTimelineWindow::followsInWholeColumns()
{
    QVERIFY(window.isFollowing());
    QVERIFY(window.until() == now);
    QCOMPARE(window.x(now - 5s), 500);
    window.setNow(now + 4ms);
    QVERIFY(window.until() == now + 10ms); // what is now is in it
    QCOMPARE(window.x(now - 5s), 499);
    window.setNow(now + 9ms);
    QCOMPARE(window.x(now - 5s), 499);
    QVERIFY(window.x(now - 900s) < 0);
    QVERIFY(window.x(now + 900s) > 1000);
}

void TestTimelineWindow::zoomsAboutAPoint()
{
    window.zoom(0.5, 400); // -6 s
    QCOMPARE(window.span(), 5s);
    QCOMPARE(window.x(now - 6s), 400);
    QVERIFY(!window.isFollowing());
    QCOMPARE(window.behind(), 3s);
    window.zoom(2, 400);
    QVERIFY(window.isFollowing());
    window.zoom(0.5, 1000);
    QVERIFY(window.isFollowing());
    QCOMPARE(window.span(), 5s);
}

void TestTimelineWindow::keepsToItsLimits()
{
    window.zoom(1e-9, 500);
    QCOMPARE(window.span(), TimelineWindow::shortest);
    window.zoom(1e9, 500);
    QCOMPARE(window.span(), TimelineWindow::longest);
    QVERIFY(window.isFollowing());
    window.setSpan(1ms);
    QCOMPARE(window.span(), TimelineWindow::shortest);
    window.setWidth(0);
    QVERIFY(window.until() >= now);
}

void TestTimelineWindow::pansAndFollowsAgain()
{
    window.pan(-200);
    QCOMPARE(window.behind(), 2s);
    window.pan(-100'000);
    QVERIFY(window.until() == now - 59s);
    window.pan(100'000);
    QVERIFY(window.isFollowing());
    window.showOldest();
    QVERIFY(window.from() == now - 60s);
    window.follow();
    QVERIFY(window.until() == now);
}

void TestTimelineWindow::standsWhileTimeGoesOn()
{
    window.pan(-200);
    window.setNow(now + 3s);
    QVERIFY(window.until() == now - 2s);
    QCOMPARE(window.behind(), 5s);
    QCOMPARE(axisTicks(window).front().label, QStringLiteral("-5 s"));
    window.setNow(now - 30s); // a replay goes back
    QVERIFY(window.isFollowing());
}

void TestTimelineWindow::revealsAMoment()
{
    window.reveal(now - 5s);
    QVERIFY(window.isFollowing());
    window.reveal(now - 30s);
    QCOMPARE(window.x(now - 30s), 100);
    window.reveal(now - 15s);
    QCOMPARE(window.x(now - 15s), 900);
}

void TestTimelineWindow::labelsTicks_data()
{
    QTest::addColumn<int>("span");
    QTest::addColumn<int>("count");
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("last");
    QTest::newRow("10 s") << 10'000 << 10 << "-1 s"
                          << "-10 s";
    QTest::newRow("30 s") << 30'000 << 6 << "-5 s"
                          << "-30 s";
    QTest::newRow("5 min") << 300'000 << 10 << "-30 s"
                           << "-5:00";
    QTest::newRow("1 h") << 3'600'000 << 12 << "-5 min"
                         << "-60 min";
    QTest::newRow("2 s") << 2'000 << 10 << "-200 ms"
                         << "-2.0 s";
    QTest::newRow("50 ms") << 50 << 10 << "-5 ms"
                           << "-50 ms";
}

void TestTimelineWindow::labelsTicks()
{
    QFETCH(const int, span);
    window.setSpan(milliseconds(span));
    const auto ticks = axisTicks(window);
    QTEST(int(ticks.size()), "count");
    QTEST(ticks.front().label, "first");
    QTEST(ticks.back().label, "last");
    QVERIFY(ticks.front().x < 1000);
    QCOMPARE(ticks.back().x, 0);
}

void TestTimelineWindow::saysSpans()
{
    QCOMPARE(spanText(50ms), QStringLiteral("50 ms"));
    QCOMPARE(spanText(2500ms), QStringLiteral("2.5 s"));
    QCOMPARE(spanText(30s), QStringLiteral("30 s"));
    QCOMPARE(spanText(5min), QStringLiteral("5 min"));
    QCOMPARE(spanText(1h), QStringLiteral("1 h"));
}

void TestTimelineWindow::bandsLocks()
{
    const std::deque<EventLog::Lock> locks{
        {now - 90s, now - 89s}, {now - 4s, now - 3060ms}, {now - 1s, now + 14s}};
    const auto bands = lockBands(locks, window);
    QCOMPARE(bands.size(), size_t(2));
    QCOMPARE(bands[0].left, 600);
    QCOMPARE(bands[0].right, 694);
    QCOMPARE(bands[0].label, QStringLiteral("global lock 0.94 s"));
    QVERIFY(bands[1].right >= 1000);
    QCOMPARE(bands[1].label, QStringLiteral("global lock 15 s"));
    QVERIFY(!bands[1].isGap);
    const auto gaps = lockBands({{now - 4s, now - 1s, true}}, window);
    QCOMPARE(gaps.size(), size_t(1));
    QVERIFY(gaps[0].isGap);
    QCOMPARE(gaps[0].label, QStringLiteral("no connection 3.00 s"));
}

void TestTimelineWindow::marksResets()
{
    std::vector<TimePoint> resets{now - 30s, now - 7s, now - 2s};
    QCOMPARE(resetColumns(resets, now + 3s, window), std::vector<int>({300, 800}));
    QCOMPARE(resetColumns(resets, now - 1s, window), std::vector<int>({300, 800, 900}));
    QVERIFY(resetColumns(resets, now - 1990ms, window).empty()); // too close
}

QTEST_GUILESS_MAIN(TestTimelineWindow)
#include "tst_timelinewindow.moc"
