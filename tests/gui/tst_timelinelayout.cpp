// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeTries.h"
#include "monitor-app/models/TimelineLayout.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;
using Fake::Life;

/// Ten seconds on a thousand pixels: a pixel is 10 ms.
class TestTimelineLayout : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void drawsAWaitAndAGrant();
    void growsUntilItEnds();
    void tellsKindsApart_data();
    void tellsKindsApart();
    void marksWhereATicketWasGivenUp();
    void leavesOutWhatIsNotInTheWindow();
    void putsTriesThatOverlapIntoRows();
    void keepsRowsWhileTimeGoesOn();
    void showsErrorsOfOnePixelFirst();
    void isBounded();
    void findsTheTryAtAPoint();

private:
    static constexpr int height = 34;
    void add(const Life &life) { tries.push_back(Fake::made(tries.size() + 1, zero, life)); }
    std::vector<TimelineBar> bars() const { return layoutLane(tries, window, height); }

    TimePoint zero;
    TimelineWindow window;
    std::deque<TicketTry> tries;
};

void TestTimelineLayout::init()
{
    zero = TimePoint(1000s);
    window = {};
    window.setWidth(1000);
    window.setSpan(10s);
    window.setNow(zero + 10s);
    tries.clear();
}

void TestTimelineLayout::drawsAWaitAndAGrant()
{
    add({1s, 3s, 4s});
    const std::vector<TimelineBar> expected{
        {QRect(100, 11, 200, 10), BarKind::Waiting}, {QRect(300, 8, 100, 17), BarKind::Completed}};
    QCOMPARE(bars(), expected);
}

void TestTimelineLayout::growsUntilItEnds()
{
    add({1s, {}, {}});
    QCOMPARE(bars().size(), size_t(1));
    QCOMPARE(bars()[0].kind, BarKind::Waiting);
    QCOMPARE(bars()[0].rect.right(), 999);
    tries.clear();
    add({1s, 2s, {}});
    QCOMPARE(bars()[1].kind, BarKind::InFlight);
    QCOMPARE(bars()[1].rect.right(), 999);
}

void TestTimelineLayout::tellsKindsApart_data()
{
    QTest::addColumn<TicketState>("state");
    QTest::addColumn<int>("status");
    QTest::addColumn<BarKind>("kind");
    QTest::newRow("200") << TicketState::Completed << 200 << BarKind::Completed;
    QTest::newRow("no status") << TicketState::Completed << 0 << BarKind::Completed;
    QTest::newRow("429") << TicketState::Completed << 429 << BarKind::RateLimited;
    QTest::newRow("404") << TicketState::Completed << 404 << BarKind::Failed;
    QTest::newRow("502") << TicketState::Completed << 502 << BarKind::Failed;
    QTest::newRow("lost") << TicketState::Lost << 0 << BarKind::Failed;
    QTest::newRow("timed out") << TicketState::TimedOut << 0 << BarKind::Failed;
    QTest::newRow("never sent") << TicketState::Dropped << 0 << BarKind::GivenUp;
    QTest::newRow("end not told") << TicketState::InFlight << 0 << BarKind::GivenUp;
}

void TestTimelineLayout::tellsKindsApart()
{
    QFETCH(const TicketState, state);
    QFETCH(const int, status);
    add({1s, 2s, 3s, state, status});
    QTEST(bars().back().kind, "kind");
}

void TestTimelineLayout::marksWhereATicketWasGivenUp()
{
    add({1s, {}, 3s, TicketState::Cancelled});
    QCOMPARE(bars()[0].rect, QRect(100, 11, 200, 10));
    QCOMPARE(bars()[1].kind, BarKind::GivenUp);
    QCOMPARE(bars()[1].rect, QRect(294, 8, 6, 17));
}

void TestTimelineLayout::leavesOutWhatIsNotInTheWindow()
{
    window.setNow(zero + 20s);
    add({1s, 3s, 9s});
    add({9s, 11s, 12s});
    window.pan(-500); // 5 s to 15 s
    QCOMPARE(bars().size(), size_t(3));
    QVERIFY(bars()[1].rect.left() < 0); // the first one's grant
    QCOMPARE(bars()[1].rect.right(), 399);
    window.pan(450); // 9.5 s on
    QCOMPARE(bars().size(), size_t(2));
}

void TestTimelineLayout::putsTriesThatOverlapIntoRows()
{
    add({1s, 2s, 3s});
    add({1s, 3s, 4s});
    add({3s, 5s, 6s}); // where the first was
    const auto two = bars();
    QCOMPARE(two[0].rect.top(), two[2].rect.top());
    QVERIFY(two[1].rect.top() > two[0].rect.bottom());
    QCOMPARE(two[3].rect.height(), 10);

    for (int i = 0; i < 100; ++i)
        add({7s, 8s, 9s});
    const auto many = bars();
    QCOMPARE(many.size(), size_t(6 + 6 + 2)); // three of them, and a profile of the others
    QVERIFY(many.back().rect.bottom() < height);
}

void TestTimelineLayout::keepsRowsWhileTimeGoesOn()
{
    add({0s, 4s, 5s});
    add({1s, 5s, 6s});
    add({5500ms, 7s, 8s});
    const auto before = bars();
    window.setNow(zero + 15s + 500ms); // the first is gone
    const auto after = bars();
    QCOMPARE(before.size(), size_t(6));
    QCOMPARE(after.size(), size_t(3));
    QCOMPARE(after[0].rect, before[2].rect.translated(-550, 0));
    QCOMPARE(after[1].rect, before[4].rect.translated(-550, 0));
    QCOMPARE(after[2].rect, before[5].rect.translated(-550, 0));
}

void TestTimelineLayout::showsErrorsOfOnePixelFirst()
{
    add({1000ms, 1001ms, 1003ms, TicketState::Completed, 429});
    add({1003ms, 1004ms, 1006ms});
    add({1010ms, 1011ms, 1012ms});
    add({1020ms, 1021ms, 1022ms});
    const std::vector<TimelineBar> expected{
        {QRect(100, 8, 1, 17), BarKind::RateLimited}, {QRect(101, 8, 2, 17), BarKind::Completed}};
    QCOMPARE(bars(), expected);
}

void TestTimelineLayout::isBounded()
{
    for (int i = 0; i < 200'000; ++i) {
        const auto asked = milliseconds(i / 20);
        add({asked, asked + 40ms, asked + milliseconds(60 + i % 90), TicketState::Completed,
            i % 100 == 0 ? 429 : 200});
    }
    const size_t count = bars().size();
    QVERIFY2(count < 5000, qPrintable(QString::number(count)));
}

void TestTimelineLayout::findsTheTryAtAPoint()
{
    add({1s, 3s, 4s});
    add({4s, 5s, 6s});
    QCOMPARE(tryAt(tries, window, height, {350, 15}).held, &tries[0]);
    QCOMPARE(tryAt(tries, window, height, {450, 15}).held, &tries[1]);
    QCOMPARE(tryAt(tries, window, height, {603, 15}).held, &tries[1]);
    QCOMPARE(tryAt(tries, window, height, {640, 15}).held, nullptr);
    add({2s, {}, 3500ms, TicketState::Cancelled}); // below
    QCOMPARE(tryAt(tries, window, height, {250, 8}).held, &tries[0]);
    QCOMPARE(tryAt(tries, window, height, {250, 25}).held, &tries[2]);
    const PlacedTry placed = tryOf(tries, window, height, 2);
    QCOMPARE(placed.held, &tries[1]);
    QCOMPARE(placed.rect.left(), 400);
    QCOMPARE(placed.rect.right(), 599);
}

QTEST_GUILESS_MAIN(TestTimelineLayout)
#include "tst_timelinelayout.moc"
