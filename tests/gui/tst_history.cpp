// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/History.h"

#include <QtTest/QtTest>

#include <numeric>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// Slots of half a second on virtual time.
class TestHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void countsPerSlot();
    void leavesOutThePresentSlot();
    void forgetsWhatIsOld();
    void survivesALongPause();
    void ignoresWhatComesTooLate();
    void keepsALevel();
    void smoothsOverASecond();
    void keepsThePeaksOfALevel();

private:
    const TimePoint start{1000s};
};

void TestHistory::countsPerSlot()
{
    History history;
    history.add(start);
    history.add(start + 499ms);
    history.add(start + 500ms);
    const History::Values values = history.values(start + 1s);
    QCOMPARE(values[History::length - 2], 2.f);
    QCOMPARE(values[History::length - 1], 1.f);
    QCOMPARE(history.sumOfLast(2, start + 1s), 3.f);
    QCOMPARE(history.sumOfLast(1, start + 1s), 1.f);
}

void TestHistory::leavesOutThePresentSlot()
{
    History history;
    history.add(start + 10ms);
    QCOMPARE(history.values(start + 20ms).back(), 0.f);
    QCOMPARE(history.values(start + 500ms).back(), 1.f);
    QCOMPARE(history.total(start + 20ms), 1.f);
}

void TestHistory::forgetsWhatIsOld()
{
    History history;
    history.add(start);
    QCOMPARE(history.values(start + 30s).front(), 1.f);
    QVERIFY(!history.isFlat(start + 30s));
    QCOMPARE(history.values(start + 30500ms), History::Values{});
    QVERIFY(history.isFlat(start + 30500ms));
}

void TestHistory::survivesALongPause()
{
    History history;
    for (int i = 0; i < 100; ++i)
        history.add(start + i * 500ms);
    history.add(start + 24h);
    const History::Values values = history.values(start + 24h + 500ms);
    QCOMPARE(std::accumulate(values.begin(), values.end(), 0.f), 1.f);
}

void TestHistory::ignoresWhatComesTooLate()
{
    History history;
    history.add(start + 60s);
    history.add(start + 50s); // late, and still in the window
    history.add(start);       // its slot is another's now
    QCOMPARE(history.total(start + 60s), 2.f);
}

void TestHistory::keepsALevel()
{
    History history(History::Kind::Level);
    history.set(start, 3);
    history.set(start + 100ms, 5);
    history.set(start + 2s, 1);
    const History::Values values = history.values(start + 10s);
    const auto at = [&values](milliseconds since) {
        return values[size_t(History::length - (10s - since) / 500ms)];
    };
    QCOMPARE(at(0s), 5.f);
    QCOMPARE(at(1500ms), 5.f);
    QCOMPARE(at(2s), 1.f);
    QCOMPARE(at(9s), 1.f);
    QCOMPARE(history.values(start + 1h).front(), 1.f);
}

void TestHistory::smoothsOverASecond()
{
    History history;
    history.add(start, 4);
    const History::Values values = history.perSecond(start + 1500ms, 1s);
    QCOMPARE(values[History::length - 3], 4.f); // the second that ends with its slot
    QCOMPARE(values[History::length - 2], 4.f);
    QCOMPARE(values[History::length - 1], 0.f);
}

void TestHistory::keepsThePeaksOfALevel()
{
    History history(History::Kind::Peak);
    history.set(start, 3);
    history.set(start + 100ms, 9);
    history.set(start + 200ms, 1);
    const History::Values values = history.values(start + 1500ms);
    QCOMPARE(values[History::length - 3], 9.f);
    QCOMPARE(values[History::length - 2], 1.f); // what lasts
    QCOMPARE(history.highestOfLast(3, start + 1500ms), 9.f);
    QCOMPARE(history.highestOfLast(2, start + 1500ms), 1.f);
}

QTEST_GUILESS_MAIN(TestHistory)
#include "tst_history.moc"
