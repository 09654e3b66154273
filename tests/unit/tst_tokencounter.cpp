// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/TokenCounter.h"

#include <QtTest/QTest>

#include <limits>

using namespace Turnstile;
using namespace std::chrono_literals;

static TimePoint at(milliseconds time)
{
    return TimePoint(1h) + time;
}

// A window's name as the server would give it: the epoch time at which it ends.
static WallTime named(milliseconds end)
{
    return WallTime(1700000000s) + end;
}

static RatelimitHeaders numbers(std::optional<int> limit, std::optional<int> remaining,
    std::optional<milliseconds> resetAfter, std::optional<WallTime> reset = {})
{
    RatelimitHeaders headers;
    headers.kind = RatelimitHeaders::Kind::Bucket;
    headers.status = 200;
    headers.limit = limit;
    headers.remaining = remaining;
    headers.resetAfter = resetAfter;
    headers.reset = reset;
    return headers;
}

class TokenCounterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void probesTheUnknown()
    {
        const TokenCounter counter;
        QCOMPARE(counter.available(0, at(0ms)), 1);
        QCOMPARE(counter.available(1, at(0ms)), 0);
        QVERIFY(!counter.nextChange(at(0ms)));
    }

    void aHintIsStillProbed()
    {
        TokenCounter counter;
        counter.hint(5);
        QCOMPARE(counter.limit(), 5);
        QCOMPARE(counter.available(0, at(0ms)), 1);
    }

    void subtractsWhatIsInFlight()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 4, 1s), at(0ms), at(50ms), 0);
        QCOMPARE(counter.available(0, at(50ms)), 4);
        QCOMPARE(counter.available(3, at(50ms)), 1);
        QCOMPARE(counter.available(9, at(50ms)), 0);
        QCOMPARE(counter.nextChange(at(50ms)), at(1050ms));
    }

    void refillsAtTheResetButKeepsInFlightCharged()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 0, 1s), at(0ms), at(0ms), 0);
        counter.roll(at(999ms));
        QCOMPARE(counter.available(0, at(999ms)), 0);
        counter.roll(at(1000ms));
        QCOMPARE(counter.available(0, at(1000ms)), 5);
        QCOMPARE(counter.available(2, at(1000ms)), 3);
        QVERIFY(!counter.resetAt());
    }

    void onlyFallsWithinAWindow_data()
    {
        QTest::addColumn<bool>("isNamed");
        QTest::newRow("with Reset") << true;
        QTest::newRow("without") << false;
    }
    void onlyFallsWithinAWindow()
    {
        QFETCH(bool, isNamed);
        const auto name = isNamed ? std::optional(named(2s)) : std::nullopt;
        TokenCounter counter;
        counter.learn(numbers(5, 4, 2s, name), at(0ms), at(0ms), 0);
        counter.learn(numbers(5, 2, 1950ms, name), at(1ms), at(50ms), 0);
        counter.learn(numbers(5, 3, 1940ms, name), at(1ms), at(60ms), 0); // overtaken on its way
        QCOMPARE(counter.remaining(), 2);
    }

    void anOlderWindowTeachesNothing()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 0, 100ms, named(100ms)), at(0ms), at(50ms), 0);
        counter.roll(at(150ms));
        QCOMPARE(counter.remaining(), 5);
        // Sent before the reset, counted in the old window, and its answer comes late.
        counter.learn(numbers(5, 0, 10ms, named(100ms)), at(60ms), at(160ms), 0);
        QCOMPARE(counter.remaining(), 5);
        counter.learn(numbers(5, 4, 1s, named(1150ms)), at(151ms), at(200ms), 0);
        QCOMPARE(counter.remaining(), 4);
        counter.learn(numbers(5, 0, 10ms, named(100ms)), at(60ms), at(210ms), 0);
        QCOMPARE(counter.remaining(), 4);
    }

    void aClockThatJumpsBackIsBelieved()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 0, 1s, named(1s)), at(0ms), at(0ms), 0);
        counter.roll(at(1s));
        counter.learn(numbers(5, 1, 1s, named(-3600s)), at(1001ms), at(1050ms), 0);
        QCOMPARE(counter.remaining(), 1);
    }

    void aNewerWindowReplacesAnOpenOne()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 0, 1s, named(1s)), at(0ms), at(100ms), 0);
        counter.learn(numbers(5, 4, 1s, named(2s)), at(900ms), at(1050ms), 0);
        QCOMPARE(counter.remaining(), 4);
        QCOMPARE(counter.resetAt(), at(2050ms));
    }

    void theEarliestEndOfAWindowCounts()
    {
        TokenCounter counter; // each answer's delay makes the end look later than it is
        counter.learn(numbers(5, 4, 1s, named(1s)), at(0ms), at(100ms), 0);
        counter.learn(numbers(5, 3, 900ms, named(1s)), at(101ms), at(120ms), 0);
        QCOMPARE(counter.resetAt(), at(1020ms));
        counter.learn(numbers(5, 2, 800ms, named(1s)), at(121ms), at(400ms), 0);
        QCOMPARE(counter.resetAt(), at(1020ms));
    }

    void limitChangesAtOnceWhenLower()
    {
        TokenCounter counter;
        counter.learn(numbers(10, 9, 1s, named(1s)), at(0ms), at(0ms), 0);
        counter.learn(numbers(3, 2, 900ms, named(1s)), at(1ms), at(100ms), 0);
        QCOMPARE(counter.limit(), 3);
        QCOMPARE(counter.available(0, at(100ms)), 2);
    }

    void limitZeroIsExhaustedUntilReset()
    {
        TokenCounter counter;
        counter.learn(numbers(0, 0, 1s), at(0ms), at(0ms), 0);
        QCOMPARE(counter.available(0, at(999ms)), 0);
        counter.roll(at(1s));
        QCOMPARE(counter.available(0, at(1s)), 1); // then it is probed
        QCOMPARE(counter.available(1, at(1s)), 0);
    }

    void withoutLimitTheNextWindowIsProbed()
    {
        TokenCounter counter;
        counter.learn(numbers({}, 1, 500ms), at(0ms), at(5ms), 0);
        QCOMPARE(counter.available(0, at(5ms)), 1);
        counter.roll(at(505ms));
        QCOMPARE(counter.knowledge(), TokenCounter::Knowledge::Unknown);
    }

    void partialHeaders_data()
    {
        QTest::addColumn<RatelimitHeaders>("headers");
        QTest::addColumn<int>("available");
        QTest::addColumn<int>("changesAfterMs"); // -1: not by itself
        QTest::newRow("no reset") << numbers(5, 4, {}) << 4 << -1;
        QTest::newRow("no reset, none left") << numbers(5, 0, {}) << 0 << 5000;
        QTest::newRow("limit alone") << numbers(5, {}, {}) << 4 << -1;
        QTest::newRow("reset alone") << numbers({}, {}, 700ms) << 0 << 700;
    }
    void partialHeaders()
    {
        QFETCH(RatelimitHeaders, headers);
        QFETCH(int, available);
        QFETCH(int, changesAfterMs);
        TokenCounter counter;
        counter.learn(headers, at(0ms), at(0ms), 0);
        QCOMPARE(counter.available(0, at(0ms)), available);
        const auto change = counter.nextChange(at(0ms));
        QCOMPARE(change.has_value(), changesAfterMs >= 0);
        if (change)
            QCOMPARE(*change, at(milliseconds(changesAfterMs)));
    }

    void lostRequestsStaySpentButNeverForEver()
    {
        TokenCounter counter;
        counter.learn(numbers(2, 2, 1s), at(0ms), at(0ms), 0);
        counter.roll(at(1s));
        counter.spend(at(1100ms));
        counter.spend(at(1200ms));
        QCOMPARE(counter.available(0, at(1200ms)), 0);
        QCOMPARE(
            counter.nextChange(at(1200ms)), at(2100ms)); // a window of the length that is known
        counter.roll(at(2100ms));
        QCOMPARE(counter.available(0, at(2100ms)), 2);
    }

    void a429HoldsWhateverTheHeadersSay()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 3, 100ms, named(100ms)), at(0ms), at(0ms), 0);
        counter.block(at(2s));
        counter.block(at(1s)); // does not shorten
        counter.learn(numbers(5, 4, 1s, named(1100ms)), at(1ms), at(50ms), 0);
        QCOMPARE(counter.available(0, at(1999ms)), 0);
        QCOMPARE(counter.nextChange(at(50ms)), at(2s));
        counter.roll(at(2s));
        QCOMPARE(counter.available(0, at(2s)), 5);
    }

    void noLimitNamedMeansNone()
    {
        TokenCounter counter;
        counter.learnNothing(false, at(0ms)); // a server error tells nothing
        QCOMPARE(counter.knowledge(), TokenCounter::Knowledge::Unknown);
        counter.learnNothing(true, at(0ms));
        QCOMPARE(counter.available(1000, at(0ms)), std::numeric_limits<int>::max());
        counter.learn(numbers(5, 4, 1s), at(0ms), at(1ms), 0); // until one is named
        QCOMPARE(counter.available(0, at(1ms)), 4);
        counter.learnNothing(true, at(2ms)); // then silence counts as one spent
        QCOMPARE(counter.available(0, at(2ms)), 3);
    }
};

QTEST_GUILESS_MAIN(TokenCounterTest)
#include "tst_tokencounter.moc"
