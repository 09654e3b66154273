// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/RoundTrips.h"

#include <QtTest/QTest>

#include <algorithm>
#include <deque>

using namespace Turnstile;
using namespace std::chrono_literals;

class RoundTripsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void saysNothingAtFirst()
    {
        RoundTrips trips;
        QVERIFY(!trips.margin());
        QVERIFY(!trips.typical());
        for (int i = 1; i < RoundTrips::needed; ++i)
            trips.add(50ms);
        QVERIFY(!trips.margin());
        QCOMPARE(trips.typical(), 50ms);
        trips.add(50ms);
        QCOMPARE(trips.margin(), 10ms); // never less
    }

    void roundsUp()
    {
        RoundTrips trips;
        trips.add(20ms);
        for (int i = 1; i < RoundTrips::needed; ++i)
            trips.add(45ms + 1ns);
        QCOMPARE(trips.margin(), 26ms);
        RoundTrips one;
        one.add(3ms + 1us);
        QCOMPARE(one.typical(), 4ms);
    }

    void forgetsAnOutlier()
    {
        RoundTrips trips;
        trips.add(2s);
        for (int i = 1; i < RoundTrips::window; ++i)
            trips.add(50ms);
        QCOMPARE(trips.margin(), 1950ms);
        trips.add(50ms);
        QCOMPARE(trips.margin(), 10ms);
    }

    void knowsNoMarginWhereNobodyWantsIt()
    {
        RoundTrips trips(false);
        for (int i = 0; i < RoundTrips::needed; ++i)
            trips.add(50ms);
        QVERIFY(!trips.margin());
        QCOMPARE(trips.typical(), 50ms);
    }

    void takesLessThanNothingAsNothing()
    {
        RoundTrips trips;
        for (int i = 0; i < RoundTrips::needed; ++i)
            trips.add(-1h);
        QCOMPARE(trips.margin(), 10ms);
        QCOMPARE(trips.typical(), 0ms);
    }

    void typicalFollows()
    {
        RoundTrips trips;
        trips.add(100ms);
        trips.add(180ms);
        QCOMPARE(trips.typical(), 110ms); // an eighth of the way
        for (int i = 0; i < 100; ++i)
            trips.add(20ms);
        QCOMPARE(trips.typical(), 20ms);
    }

    void agreesWithAScan_data()
    {
        QTest::addColumn<int>("shape");
        QTest::newRow("random") << 0;
        QTest::newRow("rising") << 1;
        QTest::newRow("falling") << 2;
        QTest::newRow("few values") << 3;
    }

    void agreesWithAScan()
    {
        QFETCH(int, shape);
        RoundTrips trips;
        std::deque<std::chrono::nanoseconds> last;
        quint32 seed = 3;
        for (int i = 0; i < 2000; ++i) {
            seed = seed * 1664525u + 1013904223u;
            const int random = int(seed >> 8) % 400'000;
            const int values[] = {random, i * 200, 400'000 - i * 200, random % 3 * 50'000};
            const auto trip = std::chrono::microseconds(values[shape]);
            trips.add(trip);
            last.push_back(trip);
            if (last.size() > RoundTrips::window)
                last.pop_front();
            if (i + 1 < RoundTrips::needed)
                continue;
            const auto [shortest, longest] = std::minmax_element(last.begin(), last.end());
            const auto spread = std::chrono::ceil<milliseconds>(*longest - *shortest);
            QCOMPARE(trips.margin(), std::max<milliseconds>(spread, 10ms));
        }
    }
};

QTEST_GUILESS_MAIN(RoundTripsTest)
#include "tst_roundtrips.moc"
