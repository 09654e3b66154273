// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/TimeRing.h"

#include <QtTest/QTest>

#include <algorithm>
#include <vector>

using namespace Turnstile;

static TimePoint at(int time)
{
    return TimePoint(milliseconds(time));
}

class TimeRingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void startsEmpty()
    {
        TimeRing ring;
        QVERIFY(ring.isEmpty());
        QCOMPARE(ring.countAfter(at(0)), 0);
        ring.removeUntil(at(1));
        QCOMPARE(ring.size(), 0);
    }

    void countsWhatIsAfter()
    {
        TimeRing ring;
        for (int time : {1, 2, 2, 5})
            ring.insert(at(time));
        QCOMPARE(ring.countAfter(at(0)), 4);
        QCOMPARE(ring.countAfter(at(1)), 3);
        QCOMPARE(ring.countAfter(at(2)), 1);
        QCOMPARE(ring.countAfter(at(4)), 1);
        QCOMPARE(ring.countAfter(at(5)), 0);
        ring.removeUntil(at(2));
        QCOMPARE(ring.size(), 1);
        QCOMPARE(ring.at(0), at(5));
    }

    // Against a sorted vector, with the ring's seam at every place.
    void keepsOrderWhileItGrowsAndTurns()
    {
        TimeRing ring;
        std::vector<TimePoint> model;
        quint32 seed = 7;
        for (int now = 0; now < 5000; ++now) {
            seed = seed * 1664525u + 1013904223u;
            const TimePoint time = at(now - int(seed >> 24) % 20);
            ring.insert(time);
            model.insert(std::upper_bound(model.begin(), model.end(), time), time);
            if (const TimePoint over = at(now - now / 50); now % 3 == 0) {
                ring.removeUntil(over);
                std::erase_if(model, [&](TimePoint old) { return old <= over; });
            }
            QCOMPARE(ring.size(), int(model.size()));
            for (int i = 0; i < ring.size(); ++i)
                QCOMPARE(ring.at(i), model[size_t(i)]);
            QCOMPARE(ring.countAfter(at(now - 5)),
                int(std::ranges::count_if(model, [&](TimePoint t) { return t > at(now - 5); })));
        }
        QVERIFY(ring.size() > 64); // so it has grown
    }
};

QTEST_GUILESS_MAIN(TimeRingTest)
#include "tst_timering.moc"
