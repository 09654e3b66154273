// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeTries.h"
#include "monitor-app/models/TimelineLayout.h"

#include <QtTest/QtTest>

#include <numeric>

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
    std::vector<QRect> bars(BarKind kind) const
    {
        return layoutLane(tries, window, height)[size_t(kind)];
    }
    std::vector<size_t> counts() const
    {
        std::vector<size_t> counts;
        for (const auto &rects : layoutLane(tries, window, height))
            counts.push_back(rects.size());
        return counts;
    }

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
    QCOMPARE(counts(), std::vector<size_t>({1, 1, 0, 0, 0, 0}));
    QCOMPARE(bars(BarKind::Waiting)[0], QRect(100, 11, 200, 10));
    QCOMPARE(bars(BarKind::Completed)[0], QRect(300, 8, 100, 17));
}

void TestTimelineLayout::growsUntilItEnds()
{
    add({1s, {}, {}});
    QCOMPARE(counts(), std::vector<size_t>({1, 0, 0, 0, 0, 0}));
    QCOMPARE(bars(BarKind::Waiting)[0].right(), 999);
    tries.clear();
    add({1s, 2s, {}});
    QCOMPARE(bars(BarKind::InFlight)[0].right(), 999);
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
    QFETCH(const BarKind, kind);
    QCOMPARE(bars(kind).size(), size_t(1));
}

void TestTimelineLayout::marksWhereATicketWasGivenUp()
{
    add({1s, {}, 3s, TicketState::Cancelled});
    QCOMPARE(bars(BarKind::Waiting)[0], QRect(100, 11, 200, 10));
    QCOMPARE(bars(BarKind::GivenUp)[0], QRect(291, 8, 9, 17));
}

void TestTimelineLayout::leavesOutWhatIsNotInTheWindow()
{
    window.setNow(zero + 20s);
    add({1s, 3s, 9s});
    add({9s, 11s, 12s});
    window.pan(-500); // 5 s to 15 s
    QCOMPARE(counts(), std::vector<size_t>({1, 2, 0, 0, 0, 0}));
    QVERIFY(bars(BarKind::Completed)[0].left() < 0);
    QCOMPARE(bars(BarKind::Completed)[0].right(), 399);
    window.pan(450); // 9.5 s on
    QCOMPARE(counts(), std::vector<size_t>({1, 1, 0, 0, 0, 0}));
}

void TestTimelineLayout::putsTriesThatOverlapIntoRows()
{
    add({1s, 2s, 3s});
    add({1s, 3s, 4s});
    add({3s, 5s, 6s}); // where the first was
    const auto two = bars(BarKind::Completed);
    QCOMPARE(two[0].top(), two[2].top());
    QVERIFY(two[1].top() > two[0].bottom());
    QCOMPARE(two[0].height(), 12);

    for (int i = 0; i < 100; ++i)
        add({7s, 8s, 9s}); // three of them, and a profile of the others
    QCOMPARE(counts(), std::vector<size_t>({3 + 3 + 1, 3 + 3 + 1, 0, 0, 0, 0}));
    QCOMPARE(bars(BarKind::Completed).back().left(), 800);
    QCOMPARE(bars(BarKind::Completed).back().right(), 899);
    QVERIFY(bars(BarKind::Completed).back().bottom() < height);
}

void TestTimelineLayout::keepsRowsWhileTimeGoesOn()
{
    add({0s, 4s, 5s});
    add({1s, 5s, 6s});
    add({5500ms, 7s, 8s});
    const auto before = bars(BarKind::Completed);
    window.setNow(zero + 15s + 500ms); // the first is gone
    const auto after = bars(BarKind::Completed);
    QCOMPARE(before.size(), size_t(3));
    QCOMPARE(after.size(), size_t(2));
    QCOMPARE(after[0], before[1].translated(-550, 0));
    QCOMPARE(after[1], before[2].translated(-550, 0));
}

void TestTimelineLayout::showsErrorsOfOnePixelFirst()
{
    add({1000ms, 1001ms, 1003ms, TicketState::Completed, 429});
    add({1003ms, 1004ms, 1006ms});
    add({1010ms, 1011ms, 1012ms});
    add({1020ms, 1021ms, 1022ms});
    QCOMPARE(counts(), std::vector<size_t>({0, 1, 0, 0, 0, 1}));
    QCOMPARE(bars(BarKind::RateLimited)[0], QRect(100, 8, 1, 17));
    QCOMPARE(bars(BarKind::Completed)[0], QRect(101, 8, 2, 17));
}

void TestTimelineLayout::isBounded()
{
    for (int i = 0; i < 200'000; ++i) {
        const auto asked = milliseconds(i / 20);
        add({asked, asked + 40ms, asked + milliseconds(60 + i % 90), TicketState::Completed,
            i % 100 == 0 ? 429 : 200});
    }
    const auto all = counts();
    const size_t count = std::accumulate(all.begin(), all.end(), size_t(0));
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
