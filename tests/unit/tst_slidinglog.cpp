// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/SlidingLog.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

static TimePoint at(milliseconds time)
{
    return TimePoint(1h) + time;
}

class SlidingLogTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isEmptyAtFirst()
    {
        SlidingLog log;
        QCOMPARE(log.size(), 0);
        QVERIFY(!log.nextBack());
        log.expire(at(1s));
        log.keepLatest(3);
        log.add(0, at(2s));
        log.add(-1, at(2s));
        QCOMPARE(log.size(), 0);
    }

    void givesBackInOrderOfTime()
    {
        SlidingLog log;
        log.add(1, at(30ms));
        log.add(2, at(10ms));
        log.add(1, at(20ms));
        QCOMPARE(log.size(), 4);
        QCOMPARE(log.nextBack(), at(10ms));
        log.expire(at(9ms));
        QCOMPARE(log.size(), 4);
        log.expire(at(10ms));
        QCOMPARE(log.size(), 2);
        QCOMPARE(log.nextBack(), at(20ms));
        log.expire(at(30ms));
        QCOMPARE(log.size(), 0);
        QVERIFY(!log.nextBack());
    }

    void keepsTheLatest_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("nextMs"); // 0: none
        QTest::newRow("all") << 4 << 4 << 10;
        QTest::newRow("a part of a moment") << 3 << 3 << 10;
        QTest::newRow("whole moments") << 2 << 2 << 20;
        QTest::newRow("none") << 0 << 0 << 0;
        QTest::newRow("less than none") << -1 << 0 << 0;
    }
    void keepsTheLatest()
    {
        QFETCH(int, count);
        QFETCH(int, nextMs);
        SlidingLog log;
        log.add(2, at(10ms));
        log.add(2, at(20ms));
        log.keepLatest(count);
        QTEST(log.size(), "size");
        QCOMPARE(log.nextBack().value_or(at(0ms)), at(milliseconds(nextMs)));
    }

    void isBoundedAndNeverEarly()
    {
        SlidingLog log;
        for (int i = 0; i < 1000; ++i)
            log.add(1, at(milliseconds(i)));
        QCOMPARE(log.size(), 1000);
        int moments = 0;
        while (const auto next = log.nextBack()) {
            log.expire(*next);
            ++moments;
            const auto left = 999 - (*next - at(0ms)) / 1ms;
            QVERIFY(log.size() >= left);
        }
        QVERIFY(moments <= SlidingLog::maxMoments);
    }

    void aCopyIsItsOwn()
    {
        SlidingLog log;
        log.add(1, at(10ms));
        const SlidingLog copy = log;
        log.clear();
        QCOMPARE(log.size(), 0);
        QCOMPARE(copy.size(), 1);
        log = copy;
        QCOMPARE(log.nextBack(), at(10ms));
    }
};

QTEST_GUILESS_MAIN(SlidingLogTest)
#include "tst_slidinglog.moc"
