// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/RangedHistory.h"

#include <QtTest/QtTest>

#include <numeric>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The same number over 30 s, 5 min and an hour, on virtual time.
class TestRangedHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void coversItsRange_data();
    void coversItsRange();
    void isAsNewAsItsFinerSlots();
    void keepsPeaks();
    void saysWhenItChanges();

private:
    const TimePoint start{1200s};
};

void TestRangedHistory::coversItsRange_data()
{
    QTest::addColumn<TimeRange>("range");
    QTest::addColumn<float>("rate"); // of one grant, in its slot
    QTest::newRow("5 min") << TimeRange::Minutes5 << 1 / 5.f;
    QTest::newRow("1 h") << TimeRange::Hour1 << 1 / 60.f;
}

void TestRangedHistory::coversItsRange()
{
    QFETCH(TimeRange, range);
    RangedHistory history;
    history.add(start);
    const milliseconds slot = spanOf(range) / History::length;
    QTEST(history.values(start + spanOf(range) - slot, range).front(), "rate");
    QCOMPARE(history.values(start + spanOf(range), range), History::Values{});
}

void TestRangedHistory::isAsNewAsItsFinerSlots()
{
    RangedHistory history;
    history.add(start + 1s, 5);
    QCOMPARE(history.values(start + 1500ms, TimeRange::Minutes5).back(), 1.f);
    QCOMPARE(history.values(start + 1500ms, TimeRange::Hour1).back(), 0.f);
    QCOMPARE(history.values(start + 5s, TimeRange::Hour1).back(), 5 / 60.f);
    // It is counted once where the slot is over.
    const History::Values values = history.values(start + 30s, TimeRange::Minutes5);
    QCOMPARE(std::accumulate(values.begin(), values.end(), 0.f), 1.f);
}

void TestRangedHistory::keepsPeaks()
{
    RangedHistory history(History::Kind::Level);
    history.set(start, 0);
    history.set(start + 20s, 40);
    history.set(start + 21s, 2);
    QCOMPARE(history.values(start + 25s, TimeRange::Hour1).back(), 40.f);
    const History::Values hour = history.values(start + 30min, TimeRange::Hour1);
    QCOMPARE(hour[History::length - 31], 40.f);
    QCOMPARE(hour.back(), 2.f);
}

void TestRangedHistory::saysWhenItChanges()
{
    RangedHistory history;
    QCOMPARE(history.nextChange(start), std::nullopt);
    history.add(start);
    QCOMPARE(history.nextChange(start), std::optional(500ms));
    QCOMPARE(history.nextChange(start + 2min), std::optional(5000ms));
    QCOMPARE(history.nextChange(start + 30min), std::optional(60'000ms));
    QCOMPARE(history.nextChange(start + 2h), std::nullopt);
}

QTEST_GUILESS_MAIN(TestRangedHistory)
#include "tst_rangedhistory.moc"
