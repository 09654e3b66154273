// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/GlobalLimit.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

static TimePoint at(milliseconds time)
{
    return TimePoint(1h) + time;
}

class GlobalLimitTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsInFlightAndAnswered()
    {
        GlobalLimit limit(2, 1s);
        limit.take();
        limit.take();
        QVERIFY(!limit.isFree(at(0ms)));
        QVERIFY(!limit.nextFreeAt(at(0ms))); // only an answer can free a slot
        limit.answered(at(100ms));
        QVERIFY(!limit.isFree(at(100ms))); // answered within the last period still counts
        QCOMPARE(limit.nextFreeAt(at(100ms)), at(1100ms));
        QVERIFY(!limit.isFree(at(1099ms)));
        QVERIFY(limit.isFree(at(1100ms)));
        QVERIFY(!limit.nextFreeAt(at(1100ms))); // nothing to wait for
        QCOMPARE(limit.used(at(1100ms)), 1);
    }

    void compensates_data()
    {
        QTest::addColumn<std::optional<milliseconds>>("margin");
        QTest::addColumn<milliseconds>("freeAt");
        const auto row = [](const char *name, std::optional<milliseconds> margin,
                             milliseconds freeAt) { QTest::newRow(name) << margin << freeAt; };
        row("not", std::nullopt, 1300ms);
        row("sent and a margin", 40ms, 1140ms);
        row("no margin", 0ms, 1100ms);
        row("never later than without", 500ms, 1300ms);
    }

    void compensates()
    {
        QFETCH(std::optional<milliseconds>, margin);
        QFETCH(milliseconds, freeAt);
        GlobalLimit limit(1, 1s);
        limit.take();
        limit.answered(at(100ms), margin, at(300ms));
        QCOMPARE(limit.nextFreeAt(at(300ms)), at(freeAt));
        QVERIFY(!limit.isFree(at(freeAt - 1ms)));
        QVERIFY(limit.isFree(at(freeAt)));
    }

    void compensatesOutOfOrder()
    {
        GlobalLimit limit(3, 1s);
        for (int i = 0; i < 3; ++i)
            limit.take();
        limit.answered(at(30ms), 10ms, at(100ms));
        limit.answered(at(0ms), 10ms, at(110ms)); // sent first, answered last
        limit.answered(at(20ms), 10ms, at(120ms));
        QCOMPARE(limit.nextFreeAt(at(120ms)), at(1010ms));
        QCOMPARE(limit.used(at(1010ms)), 2);
        QCOMPARE(limit.used(at(1030ms)), 1);
        QCOMPARE(limit.used(at(1040ms)), 0);
    }

    void forgetsAnAnswerThatTookLongerThanThePeriod()
    {
        GlobalLimit limit(1, 1s);
        limit.take();
        limit.answered(at(0s), 10ms, at(2s));
        QVERIFY(limit.isFree(at(2s)));
        QCOMPARE(limit.used(at(2s)), 0);
    }

    void waitsForAsManyAsAreTooMany()
    {
        GlobalLimit limit(2, 1s);
        for (int i = 0; i < 4; ++i) // more than the limit, as after a lowered one
            limit.take();
        limit.answered(at(100ms));
        QVERIFY(!limit.nextFreeAt(at(100ms)));
        limit.answered(at(200ms));
        limit.answered(at(300ms));
        QCOMPARE(limit.nextFreeAt(at(300ms)), at(1300ms));
        QVERIFY(!limit.isFree(at(1299ms)));
        QVERIFY(limit.isFree(at(1300ms)));
    }

    void givesBackAtOnce()
    {
        GlobalLimit limit(1, 1s);
        limit.take();
        limit.giveBack();
        QVERIFY(limit.isFree(at(0ms)));
        QCOMPARE(limit.used(at(0ms)), 0);
    }

    void noLimitNeverFills()
    {
        GlobalLimit limit(0, 1s);
        for (int i = 0; i < 1000; ++i)
            limit.take();
        QVERIFY(limit.isFree(at(0ms)));
        for (int i = 0; i < 1000; ++i)
            limit.answered(at(0ms));
        QCOMPARE(limit.used(at(0ms)), 0);
    }

    void longerLockWins()
    {
        GlobalLimit limit(0, 1s);
        limit.lock(at(5s));
        limit.lock(at(1s));
        QVERIFY(limit.isLocked(at(4999ms)));
        QVERIFY(!limit.isFree(at(4999ms)));
        QCOMPARE(limit.nextFreeAt(at(0s)), at(5s));
        QVERIFY(limit.isFree(at(5s)));
        QVERIFY(!limit.nextFreeAt(at(5s)));
    }

    void lockAndFullCountTogether()
    {
        GlobalLimit limit(1, 1s);
        limit.take();
        limit.lock(at(500ms));
        QVERIFY(!limit.nextFreeAt(at(0ms))); // the end of the lock frees no slot
        limit.answered(at(100ms));
        QCOMPARE(limit.nextFreeAt(at(100ms)), at(1100ms));
        limit.lock(at(3s));
        QCOMPARE(limit.nextFreeAt(at(100ms)), at(3s));
    }

    // The rule, against a server that counts at any moment between sending and answer.
    void neverExceedsAnyWindow()
    {
        constexpr int most = 5;
        GlobalLimit limit(most, 1s);
        std::vector<milliseconds> arrivals;
        std::vector<std::pair<milliseconds, milliseconds>> flying; // answer, arrival
        quint32 seed = 1;
        const auto random = [&seed](int below) {
            seed = seed * 1664525u + 1013904223u;
            return milliseconds(int(seed >> 8) % below);
        };
        for (milliseconds now{}; now < 60s; now += 1ms) {
            std::erase_if(flying, [&](const auto &request) {
                if (request.first > now)
                    return false;
                limit.answered(at(now));
                return true;
            });
            while (limit.isFree(at(now))) {
                limit.take();
                const auto arrival = now + random(150);
                arrivals.push_back(arrival);
                flying.emplace_back(arrival + random(150) + 1ms, arrival);
            }
        }
        std::sort(arrivals.begin(), arrivals.end());
        QVERIFY(arrivals.size() > 200);
        for (size_t i = most; i < arrivals.size(); ++i)
            QVERIFY(arrivals[i] - arrivals[i - most] >= 1s);
    }

    // Refused although a slot was free: the server allows less than was said.
    void aRefusalLowersTheShare()
    {
        GlobalLimit limit(50, 1s);
        const auto send = [&limit](int passed, int refused, milliseconds time) {
            for (int i = 0; i < passed + refused; ++i) {
                QVERIFY(limit.isFree(at(time)));
                limit.take();
            }
            for (int i = 0; i < passed; ++i)
                limit.answered(at(time + 40ms));
            for (int i = 0; i < refused; ++i)
                limit.refused(at(time), at(time + 1s), at(time + 50ms));
        };
        send(4, 46, 0ms);
        QCOMPARE(limit.shareAt(at(1s)), 25); // half of it; the others of the burst say no more
        send(4, 21, 1040ms);
        QCOMPARE(limit.shareAt(at(2s)), 4); // what passed
        QVERIFY(!limit.isFree(at(2079ms)));
        QVERIFY(limit.isFree(at(2080ms)));
        QCOMPARE(limit.shareAt(at(4039ms)), 4);
        QCOMPARE(limit.shareAt(at(4040ms)), 5); // tried again after two periods
        send(4, 1, 4040ms);
        QCOMPARE(limit.shareAt(at(9039ms)), 4);
        QCOMPARE(limit.shareAt(at(9040ms)), 5); // and then after four
        QCOMPARE(limit.shareAt(at(1h)), 50);
    }

    void theShareGrowsBack()
    {
        GlobalLimit limit(4, 1s);
        for (int i = 0; i < 4; ++i)
            limit.take();
        limit.refused(at(0ms), at(500ms), at(50ms));
        QCOMPARE(limit.shareAt(at(500ms)), 2);
        QVERIFY(!limit.isFree(at(600ms)));
        QCOMPARE(limit.nextFreeAt(at(600ms)), at(2500ms)); // three are in flight
        QCOMPARE(limit.shareAt(at(2500ms)), 4);
        QVERIFY(limit.isFree(at(2500ms)));
    }

    void noLimitIsLoweredToo()
    {
        GlobalLimit limit(0, 1s);
        for (int i = 0; i < 20; ++i)
            limit.take();
        limit.refused(at(0ms), at(1s), at(50ms));
        QCOMPARE(limit.shareAt(at(1s)), 10);
        QVERIFY(!limit.isFree(at(1s)));
        for (int i = 0; i < 19; ++i)
            limit.giveBack();
        QVERIFY(limit.isFree(at(1s)));
    }
};

QTEST_GUILESS_MAIN(GlobalLimitTest)
#include "tst_globallimit.moc"
