// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/TokenCounter.h"

#include <QtTest/QTest>

#include <limits>

using namespace Turnstile;
using namespace std::chrono_literals;
using Counting = TokenCounter::Counting;

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

// Of a window of 2001 ms that was seen to slide: two requests, answered at 20 and at 520 ms.
static TokenCounter slidingCounter()
{
    TokenCounter counter;
    counter.learn(numbers(5, 4, 2001ms, named(2001ms)), at(0ms), at(20ms), 0);
    counter.learn(numbers(5, 3, 2001ms, named(2501ms)), at(500ms), at(520ms), 0);
    return counter;
}

Q_DECLARE_METATYPE(TokenCounter)

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

    // Headers made by hand; those of servers say no more.
    void windowsAreBounded()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 0, milliseconds::max()), at(0ms), at(0ms), 0);
        QCOMPARE(counter.nextChange(at(0ms)), at(std::chrono::hours(30 * 24)));
    }

    void keepsItsNumbersAtRest_data()
    {
        QTest::addColumn<TokenCounter>("counter");
        QTest::newRow("unknown") << TokenCounter();
        TokenCounter hinted;
        hinted.hint(7);
        QTest::newRow("hinted") << hinted;
        TokenCounter bare;
        bare.learnNothing(true, at(0ms));
        QTest::newRow("one bare answer") << bare;
        bare.learnNothing(true, at(0ms));
        bare.learnNothing(true, at(0ms));
        QTest::newRow("unlimited") << bare;
        TokenCounter whole;
        whole.learn(numbers(5, 4, 2s), at(0ms), at(20ms), 0);
        QTest::newRow("whole seconds") << whole;
        TokenCounter fixed;
        fixed.learn(numbers(5, 4, 2001ms, named(2s)), at(0ms), at(20ms), 0);
        fixed.learn(numbers(5, 3, 1501ms, named(2s)), at(500ms), at(520ms), 0);
        QCOMPARE(fixed.windowKind(), TokenCounter::WindowKind::Fixed);
        QTest::newRow("fixed") << fixed;
        QTest::newRow("sliding") << slidingCounter();
        TokenCounter late;
        late.learn(numbers(5, 5, 2001ms), at(0ms), at(20ms), 0);
        QTest::newRow("counts late") << late;
    }
    void keepsItsNumbersAtRest()
    {
        QFETCH(TokenCounter, counter);
        counter.roll(at(1min));
        const auto rest = counter.atRest(at(1min));
        QVERIFY(rest);
        TokenCounter copy(*rest);
        // What it says, and what it makes of what it hears next.
        for (const milliseconds time : {1min, 2min, 3min}) {
            QCOMPARE(copy.knowledge(), counter.knowledge());
            QCOMPARE(copy.windowKind(), counter.windowKind());
            QCOMPARE(copy.limit(), counter.limit());
            QCOMPARE(copy.remaining(), counter.remaining());
            QCOMPARE(copy.window(), counter.window());
            QCOMPARE(copy.available(0, at(time)), counter.available(0, at(time)));
            QCOMPARE(copy.nextChange(at(time)), counter.nextChange(at(time)));
            const auto hear = [time](TokenCounter &each) {
                each.hint(9);
                if (time == 1min) {
                    each.learnNothing(true, at(time));
                    each.learnNothing(true, at(time));
                    return false;
                }
                const bool changed =
                    each.learn(numbers(6, 3, 3s), at(time), at(time), 0).limitChanged;
                each.learn(numbers(6, 2, 2s), at(time + 1s), at(time + 1s), 0);
                return changed;
            };
            QCOMPARE(hear(copy), hear(counter));
        }
    }

    void isNotAtRest()
    {
        TokenCounter open;
        open.learn(numbers(5, 4, 2s), at(0ms), at(20ms), 0);
        QVERIFY(!open.atRest(at(1s)));
        TokenCounter blocked;
        blocked.block(at(2s));
        QVERIFY(!blocked.atRest(at(1s)));
        TokenCounter lost;
        lost.learn(numbers(5, 4, 2s), at(0ms), at(20ms), 0);
        lost.spend(at(2500ms));
        QVERIFY(!lost.atRest(at(3s)));
        TokenCounter partly; // nobody knows when they are back
        partly.learn(numbers(5, 3, std::nullopt), at(0ms), at(20ms), 0);
        QVERIFY(!partly.atRest(at(1h)));
    }

    // Headers made by hand may say anything.
    void lessThanNothingIsNothing()
    {
        TokenCounter counter;
        counter.learn(numbers(5, -1, 2s), at(0ms), at(20ms), 0);
        QCOMPARE(counter.available(0, at(20ms)), 0);
        TokenCounter other;
        other.learn(numbers(-3, 2, 2s), at(0ms), at(20ms), 0);
        QVERIFY(!other.limit());
        QCOMPARE(other.available(0, at(20ms)), 2);
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

    void anOvertakenAnswerWithoutANameReplacesNothing()
    {
        TokenCounter counter; // windows of 100 ms; one ends while requests are on their way
        counter.learn(numbers(8, 7, 37ms), at(0ms), at(37ms), 0);
        counter.learn(numbers(8, 4, 87ms), at(37ms), at(62ms), 5); // of the next window
        QVERIFY(counter.learn(numbers(8, 6, 8ms), at(37ms), at(63ms), 4).stale);
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
        QCOMPARE(counter.resetAt(), at(1021ms)); // the name is rounded: it may have moved
        counter.learn(numbers(5, 1, 500ms, named(1s)), at(500ms), at(600ms), 0);
        QCOMPARE(counter.windowKind(), TokenCounter::WindowKind::Fixed); // it does not move
        counter.learn(numbers(5, 0, 400ms, named(1s)), at(601ms), at(690ms), 0);
        QCOMPARE(counter.resetAt(), at(1021ms));
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
        counter.hint(3); // not against what was learnt
        QCOMPARE(counter.limit(), 0);
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
        // The later one may have begun a window, of the length that is known.
        QCOMPARE(counter.nextChange(at(1200ms)), at(2200ms));
        counter.roll(at(2199ms));
        QVERIFY(!counter.isAtRest(at(2199ms)));
        counter.roll(at(2200ms));
        QVERIFY(counter.isAtRest(at(2200ms)));
        QCOMPARE(counter.available(0, at(2200ms)), 2);
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

    void noLimitNamedThriceMeansNone()
    {
        TokenCounter counter;
        counter.learnNothing(false, at(0ms)); // a server error tells nothing
        QCOMPARE(counter.knowledge(), TokenCounter::Knowledge::Unknown);
        counter.learnNothing(true, at(0ms)); // headers may be swallowed on the way
        counter.learnNothing(true, at(0ms));
        QCOMPARE(counter.available(0, at(0ms)), 1);
        QCOMPARE(counter.available(1, at(0ms)), 0);
        counter.learnNothing(true, at(0ms));
        QCOMPARE(counter.available(1000, at(0ms)), std::numeric_limits<int>::max());
        counter.learn(numbers(5, 4, 1s), at(0ms), at(1ms), 0); // until one is named
        QCOMPARE(counter.available(0, at(1ms)), 4);
        counter.learnNothing(true, at(2ms)); // then silence counts as one spent
        QCOMPARE(counter.available(0, at(2ms)), 3);
    }

    void tellsKindsOfWindows_data()
    {
        QTest::addColumn<bool>("isNamed");
        QTest::addColumn<milliseconds>("step"); // between two requests, one at a time
        QTest::addColumn<bool>("isSliding");
        QTest::addColumn<TokenCounter::WindowKind>("kind");
        const auto undecided = TokenCounter::WindowKind::Undecided;
        const auto fixed = TokenCounter::WindowKind::Fixed;
        const auto sliding = TokenCounter::WindowKind::Sliding;
        QTest::newRow("fixed") << true << 110ms << false << fixed;
        QTest::newRow("fixed, no Reset") << false << 150ms << false << fixed;
        QTest::newRow("fixed, too quick to tell") << true << 40ms << false << undecided;
        QTest::newRow("sliding") << true << 110ms << true << sliding;
        QTest::newRow("sliding, no Reset") << false << 150ms << true << sliding;
        QTest::newRow("sliding, too quick to tell") << true << 10ms << true << undecided;
    }
    void tellsKindsOfWindows()
    {
        QFETCH(bool, isNamed);
        QFETCH(milliseconds, step);
        QFETCH(bool, isSliding);
        QFETCH(TokenCounter::WindowKind, kind);
        TokenCounter counter;
        milliseconds granted = 0ms;
        for (int remaining = 9; remaining > 6; --remaining, granted += step) {
            const milliseconds end = isSliding ? granted + 2001ms : 2001ms;
            counter.learn(numbers(10, remaining, end - granted,
                              isNamed ? std::optional(named(end)) : std::nullopt),
                at(granted), at(granted + 20ms), 0);
        }
        QCOMPARE(counter.windowKind(), kind);
    }

    void aRefusalDoesNotShowThatAWindowIsFixed()
    {
        TokenCounter counter;
        counter.learn(numbers(10, 9, 2001ms, named(2001ms)), at(0ms), at(1ms), 0);
        RatelimitHeaders refusal = numbers(10, 8, 1801ms, named(2011ms));
        refusal.status = 429;
        counter.learn(refusal, at(210ms), at(211ms), 0);
        QCOMPARE(counter.windowKind(), TokenCounter::WindowKind::Undecided);
    }

    // A window that slides, and nobody knows it: what was refused tells of an earlier end than what
    // was decided after that and heard before.
    void anOvertakenRefusalDoesNotEndAWindowEarly()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 4, 2001ms, named(2001ms)), at(0ms), at(5ms), 0);
        counter.learn(numbers(5, 3, 2001ms, named(2041ms)), at(39ms), at(40ms), 1);
        RatelimitHeaders refusal = numbers(5, 4, 1963ms, named(2001ms)); // decided at 38 ms
        refusal.status = 429;
        counter.learn(refusal, at(37ms), at(41ms), 0);
        QVERIFY(counter.resetAt() >= at(2041ms));

        TokenCounter unnamed;
        unnamed.learn(numbers(5, 4, 2001ms), at(0ms), at(5ms), 0);
        unnamed.learn(numbers(5, 2, 2001ms), at(10ms), at(301ms), 1); // decided at 300 ms
        refusal = numbers(5, 3, 1941ms); // decided at 290 ms, 60 ms after what took a token
        refusal.status = 429;
        unnamed.learn(refusal, at(290ms), at(305ms), 0);
        QVERIFY(unnamed.resetAt() >= at(2301ms));
    }

    void anAnswerWithAllTokensOpensNoWindow()
    {
        TokenCounter counter;
        RatelimitHeaders refusal = numbers(5, 5, 1s, named(1s)); // before a token was taken
        refusal.status = 403;
        counter.learn(refusal, at(0ms), at(10ms), 0);
        QCOMPARE(counter.available(0, at(10ms)), 5);
        QVERIFY(!counter.resetAt());
        QVERIFY(!counter.windowHeardAt());
    }

    void aServerMayCountAfterItHasAnswered()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 5, 1s, named(1s)), at(0ms), at(10ms), 0);
        QCOMPARE(counter.available(0, at(10ms)), 4);
        counter.learn(numbers(5, 1, 900ms, named(1s)), at(90ms), at(100ms), 0);
        QCOMPARE(counter.available(0, at(100ms)), 0);
        // and when it says that none is left, it does not
        counter.learn(numbers(5, 0, 900ms, named(2s)), at(1090ms), at(1100ms), 0);
        counter.learn(numbers(5, 1, 900ms, named(3s)), at(2090ms), at(2100ms), 0);
        QCOMPARE(counter.available(0, at(2100ms)), 1);
    }

    void wholeSecondsMayBeRounded()
    {
        TokenCounter counter; // the end is at 4.2 s, and the server rounds up
        counter.learn(numbers(5, 4, 5s), at(0ms), at(10ms), 0);
        counter.learn(numbers(5, 3, 5s), at(190ms), at(200ms), 0);
        QCOMPARE(counter.windowKind(), TokenCounter::WindowKind::Undecided);
        QCOMPARE(counter.compare(numbers(5, 4, 5s), at(3990ms), at(4210ms)), Counting::Unknown);
    }

    void aVerdictCanBeTakenBack()
    {
        TokenCounter counter = slidingCounter();
        counter.learn(numbers(5, 2, 1801ms, named(2501ms)), at(700ms), at(720ms), 0);
        QCOMPARE(counter.windowKind(), TokenCounter::WindowKind::Fixed);
        QCOMPARE(counter.nextChange(at(720ms)), counter.resetAt());
        counter.learn(numbers(5, 1, 2001ms, named(3001ms)), at(1000ms), at(1020ms), 0);
        QCOMPARE(counter.windowKind(), TokenCounter::WindowKind::Sliding);
    }

    void aSlidingWindowGivesTokensBackOneByOne()
    {
        TokenCounter counter = slidingCounter(); // two are out since 520 ms at the latest
        counter.learn(numbers(5, 2, 2001ms, named(3001ms)), at(1000ms), at(1020ms), 0);
        counter.learn(numbers(5, 1, 2001ms, named(3501ms)), at(1500ms), at(1520ms), 0);
        QCOMPARE(counter.remaining(), 1);
        QCOMPARE(counter.nextChange(at(1520ms)), at(2521ms));
        counter.roll(at(2521ms));
        QCOMPARE(counter.available(0, at(2521ms)), 3);
        QCOMPARE(counter.available(2, at(2521ms)), 1);
        counter.roll(at(3021ms));
        QCOMPARE(counter.remaining(), 4);
        QCOMPARE(counter.resetAt(), at(3521ms));
        counter.roll(at(3521ms));
        QCOMPARE(counter.remaining(), 5);
        QVERIFY(counter.isAtRest(at(3521ms)));
    }

    void whatOthersUseInASlidingWindowIsOutToo()
    {
        TokenCounter counter = slidingCounter();
        counter.learn(numbers(5, 0, 2001ms, named(3001ms)), at(1000ms), at(1020ms), 0);
        QCOMPARE(counter.available(0, at(1020ms)), 0);
        counter.roll(at(2521ms)); // the two of slidingCounter()
        QCOMPARE(counter.available(0, at(2521ms)), 2);
        counter.roll(at(3021ms));
        QCOMPARE(counter.available(0, at(3021ms)), 5);
    }

    void aLossInASlidingWindowLeavesAfterAWindow()
    {
        TokenCounter counter = slidingCounter();
        counter.spend(at(1000ms));
        QCOMPARE(counter.available(0, at(1000ms)), 2);
        counter.roll(at(2521ms));
        QCOMPARE(counter.available(0, at(2521ms)), 4);
        counter.roll(at(3001ms));
        QCOMPARE(counter.available(0, at(3001ms)), 5);
    }

    void aLossStaysChargedWhenTheWindowIsSeenToSlide()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 4, 2001ms, named(2001ms)), at(0ms), at(20ms), 2);
        counter.spend(at(510ms));
        counter.learn(numbers(5, 3, 2001ms, named(2501ms)), at(500ms), at(520ms), 0);
        QCOMPARE(counter.windowKind(), TokenCounter::WindowKind::Sliding);
        QCOMPARE(counter.available(0, at(520ms)), 2);
    }

    void aLossIsForgottenWhenAnAnswerMustKnowOfIt_data()
    {
        QTest::addColumn<milliseconds>("grantedAt");
        QTest::addColumn<int>("available");
        QTest::newRow("sent before it") << 190ms << 2;
        QTest::newRow("sent after it") << 200ms << 3;
    }
    void aLossIsForgottenWhenAnAnswerMustKnowOfIt()
    {
        QFETCH(milliseconds, grantedAt);
        QFETCH(int, available);
        TokenCounter counter;
        counter.learn(numbers(5, 4, 1001ms, named(1001ms)), at(0ms), at(20ms), 1);
        counter.spend(at(200ms));
        counter.learn(numbers(5, 3, 751ms, named(1001ms)), at(grantedAt), at(260ms), 0);
        QCOMPARE(counter.available(0, at(260ms)), available);
    }

    // A server that begins anew, with another clock, may call its new window as it did the old one.
    void aWindowThatIsOpenForLongerHasOnlyTheSameName()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 2, 5001ms, named(5001ms)), at(0ms), at(20ms), 0);
        counter.learn(numbers(5, 4, 5000ms, named(5000ms)), at(800ms), at(850ms), 0);
        QCOMPARE(counter.resetAt(), at(5850ms));
        QCOMPARE(counter.available(0, at(850ms)), 2);
    }

    // The same with a clock that is behind.
    void aWindowWithAnEarlierNameThatIsOpenIsNotOlder()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 4, 1001ms, named(1001ms)), at(0ms), at(20ms), 0);
        counter.roll(at(1021ms));
        counter.learn(numbers(5, 4, 1000ms, named(500ms)), at(1010ms), at(1040ms), 0);
        QCOMPARE(counter.available(0, at(1040ms)), 4);
        QCOMPARE(counter.resetAt(), at(2040ms));
    }

    void comparesCounters_data()
    {
        QTest::addColumn<RatelimitHeaders>("headers");
        QTest::addColumn<milliseconds>("grantedAt");
        QTest::addColumn<milliseconds>("now");
        QTest::addColumn<Counting>("counting");
        const auto first = numbers(5, 4, 1001ms, named(1500ms));
        auto refusal = first;
        refusal.status = 429;
        QTest::newRow("first of another window") << first << 100ms << 150ms << Counting::Apart;
        QTest::newRow("second") << numbers(5, 3, 900ms) << 100ms << 150ms << Counting::Together;
        QTest::newRow("another limit")
            << numbers(6, 5, 900ms) << 100ms << 150ms << Counting::Unknown;
        QTest::newRow("no limit") << numbers({}, 4, 900ms) << 100ms << 150ms << Counting::Unknown;
        QTest::newRow("before it was known") << first << 10ms << 150ms << Counting::Unknown;
        QTest::newRow("the window may be over") << first << 900ms << 960ms << Counting::Unknown;
        QTest::newRow("refused, so it took none") << refusal << 100ms << 150ms << Counting::Unknown;
    }
    void comparesCounters()
    {
        QFETCH(RatelimitHeaders, headers);
        QFETCH(milliseconds, grantedAt);
        QFETCH(milliseconds, now);
        QFETCH(Counting, counting);
        TokenCounter counter;
        QCOMPARE(counter.compare(headers, at(grantedAt), at(now)), Counting::Unknown);
        counter.learn(numbers(5, 4, 1001ms, named(1001ms)), at(0ms), at(20ms), 0);
        QCOMPARE(counter.compare(headers, at(grantedAt), at(now)), counting);
    }

    void knowsSinceWhenAWindowIsKnown()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 4, 1001ms, named(1001ms)), at(0ms), at(20ms), 0);
        counter.learn(numbers(5, 3, 901ms, named(1001ms)), at(100ms), at(120ms), 0);
        QCOMPARE(counter.windowHeardAt(), at(20ms));
        counter.roll(at(1022ms));
        QVERIFY(!counter.windowHeardAt());
        counter.learn(numbers(5, 0, {}), at(1022ms), at(1040ms), 0); // when it ends is assumed
        QVERIFY(counter.resetAt());
        QVERIFY(!counter.windowHeardAt());
    }

    void tellsWhatElseWasLearnt_data()
    {
        QTest::addColumn<RatelimitHeaders>("headers");
        QTest::addColumn<milliseconds>("grantedAt");
        QTest::addColumn<bool>("limitChanged");
        QTest::addColumn<bool>("clockJumped");
        QTest::addColumn<bool>("stale");
        const auto row = [](const char *name, const RatelimitHeaders &headers,
                             milliseconds grantedAt, TokenCounter::Learnt learnt) {
            QTest::newRow(name) << headers << grantedAt << learnt.limitChanged << learnt.clockJumped
                                << learnt.stale;
        };
        row("as usual", numbers(5, 3, 800ms, named(1001ms)), 100ms, {});
        row("lower", numbers(4, 2, 800ms, named(1001ms)), 100ms, {.limitChanged = true});
        row("lower, overtaken", numbers(4, 2, 800ms, named(1001ms)), 10ms, {.limitChanged = true});
        row("higher", numbers(6, 4, 800ms, named(1001ms)), 100ms, {.limitChanged = true});
        row("higher, overtaken", numbers(6, 4, 800ms, named(1001ms)), 10ms, {});
        row("clock set back", numbers(5, 3, 800ms, named(-99s)), 100ms, {.clockJumped = true});
        row("older", numbers(5, 0, 1ms, named(-99s)), 10ms, {.stale = true});
    }
    void tellsWhatElseWasLearnt()
    {
        QFETCH(RatelimitHeaders, headers);
        QFETCH(milliseconds, grantedAt);
        TokenCounter counter;
        counter.hint(7);
        const auto first =
            counter.learn(numbers(5, 4, 1001ms, named(1001ms)), at(0ms), at(20ms), 0);
        QVERIFY(!first.limitChanged); // it was a hint
        const auto learnt = counter.learn(headers, at(grantedAt), at(150ms), 0);
        QTEST(learnt.limitChanged, "limitChanged");
        QTEST(learnt.clockJumped, "clockJumped");
        QTEST(learnt.stale, "stale");
    }

    void waitsBeginWhenItWasCounted()
    {
        TokenCounter counter;
        counter.learn(numbers(5, 0, 1s), at(0ms), at(80ms), 0, at(30ms));
        QCOMPARE(counter.resetAt(), at(1030ms));
        counter.learn(numbers(5, 0, 10ms), at(1030ms), at(1100ms), 0, at(1050ms));
        QVERIFY(!counter.resetAt()); // over before it was heard of
        QCOMPARE(counter.available(0, at(1100ms)), 5);
    }
};

QTEST_GUILESS_MAIN(TokenCounterTest)
#include "tst_tokencounter.moc"
