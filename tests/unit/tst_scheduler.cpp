// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Desk.h"

#include <QtTest/QTest>

static const Endpoint messages(Method::Post, "/channels/1/messages");
static const Endpoint history(Method::Get, "/channels/1/messages");
static const Endpoint roles(Method::Get, "/guilds/2/roles");
static const Endpoint callback(Method::Post, "/interactions/3/secret/callback");

class SchedulerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void probesAnUnknownBucketWithOneRequest()
    {
        Desk desk;
        const auto a = desk.ask(history, 0ms), b = desk.ask(history, 0ms),
                   c = desk.ask(history, 0ms);
        QVERIFY(desk.isGranted(a));
        QCOMPARE(desk.state(b), TicketState::Queued);
        desk.complete(a, answer(2, 1, 1s), 100ms);
        QVERIFY(desk.isGranted(b));
        QCOMPARE(desk.state(c), TicketState::Queued);
        desk.runTo(1099ms);
        QCOMPARE(desk.state(c), TicketState::Queued);
        desk.runTo(1100ms);
        QCOMPARE(desk.grantedAt[c], at(1100ms));
    }

    void grantsAsManyAsTheBucketHas()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(10, 9, 5s), 10ms);
        for (int i = 0; i < 20; ++i)
            desk.ask(history, 20ms);
        QCOMPARE(desk.grants.size(), 10u); // the probe, and nine more
        desk.runTo(6s);                    // unanswered ones stay charged across the reset
        QCOMPARE(desk.grants.size(), 11u);
    }

    void ordering_data()
    {
        QTest::addColumn<Ordering>("ordering");
        QTest::addColumn<Method>("method");
        QTest::addColumn<int>("atOnce");
        QTest::newRow("POST, automatic") << Ordering::Automatic << Method::Post << 1;
        QTest::newRow("PATCH, automatic") << Ordering::Automatic << Method::Patch << 1;
        QTest::newRow("GET, automatic") << Ordering::Automatic << Method::Get << 4;
        QTest::newRow("PUT, automatic") << Ordering::Automatic << Method::Put << 4;
        QTest::newRow("DELETE, automatic") << Ordering::Automatic << Method::Delete << 4;
        QTest::newRow("GET, strict") << Ordering::Strict << Method::Get << 1;
        QTest::newRow("POST, concurrent") << Ordering::Concurrent << Method::Post << 4;
    }
    void ordering()
    {
        QFETCH(Ordering, ordering);
        QFETCH(Method, method);
        QFETCH(int, atOnce);
        for (const bool perTicket : {false, true}) {
            Desk desk({.ordering = perTicket ? Ordering::Automatic : ordering});
            const TicketOptions options{
                .ordering = perTicket ? std::optional(ordering) : std::nullopt};
            const Endpoint endpoint(method, "/channels/1/things");
            desk.complete(desk.ask(endpoint, 0ms, options), answer(5, 4, 5s), 0ms);
            for (int i = 0; i < 6; ++i)
                desk.ask(endpoint, 1ms, options);
            QCOMPARE(int(desk.grants.size()) - 1, atOnce);
        }
    }

    void nothingGoesBesideAStrictTicket()
    {
        Desk desk;
        const Endpoint pins(Method::Get, "/channels/1/pins");
        const TicketOptions strict{.ordering = Ordering::Strict};
        desk.complete(desk.ask(history, 0ms), answer(9, 8, 5s), 10ms);
        desk.complete(desk.ask(pins, 20ms), answer(9, 7, 5s), 30ms); // the same bucket
        const auto alone = desk.ask(history, 40ms, strict);
        QVERIFY(desk.isGranted(alone));
        const auto sameLane = desk.ask(history, 41ms, {.ordering = Ordering::Concurrent});
        const auto otherLane = desk.ask(pins, 42ms);
        for (const TicketId held : {sameLane, otherLane}) {
            QCOMPARE(desk.state(held), TicketState::Queued);
            QCOMPARE(desk.scheduler.waits(held, at(43ms)),
                (std::vector<Wait>{{WaitReason::Order, {}, alone}}));
        }
        const Estimate expected = desk.scheduler.estimate(pins, {}, at(43ms));
        QCOMPARE(expected.waits.size(), 1u);
        QCOMPARE(expected.waits.front().reason, WaitReason::Order);
        QVERIFY(expected.at > at(43ms));
        desk.complete(alone, answer(9, 6, 5s), 50ms);
        QVERIFY(desk.isGranted(sameLane) && desk.isGranted(otherLane));
    }

    void aStrictTicketHoldsTheBucketUntilItEnds_data()
    {
        QTest::addColumn<Response>("response");
        QTest::newRow("answered") << answer(9, 7, 5s);
        QTest::newRow("moves to another bucket") << answer(9, 8, 5s, "other");
        QTest::newRow("lost") << Response::lost();
        QTest::newRow("unused") << Response::unused();
    }
    void aStrictTicketHoldsTheBucketUntilItEnds()
    {
        QFETCH(Response, response);
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(9, 8, 5s), 10ms);
        const auto strict = desk.ask(history, 20ms, {.ordering = Ordering::Strict});
        const auto a = desk.ask(history, 21ms), b = desk.ask(history, 21ms);
        QVERIFY(!desk.isGranted(a) && !desk.isGranted(b));
        desk.complete(strict, response, 30ms);
        QVERIFY(desk.isGranted(a) && desk.isGranted(b));
        const auto last = desk.ask(history, 31ms, {.ordering = Ordering::Strict});
        desk.complete(a, answer(9, 6, 5s), 40ms);
        QVERIFY(!desk.isGranted(last));
        desk.complete(b, answer(9, 5, 5s), 41ms);
        QVERIFY(desk.isGranted(last));
    }

    void aLaneTakesItsStrictTicketAlong()
    {
        Desk desk({.responseTimeout = 1min});
        const Endpoint pins(Method::Get, "/channels/1/pins");
        desk.complete(desk.ask(history, 0ms), answer(9, 8, 5s), 10ms);
        const auto late = desk.ask(pins, 1s); // as far as is known, in a bucket of its own
        const auto strict = desk.ask(pins, 2s, {.ordering = Ordering::Strict});
        desk.runTo(61s);
        QCOMPARE(desk.state(late), TicketState::TimedOut);
        QVERIFY(desk.isGranted(strict));
        desk.complete(late, answer(9, 8, 5s), 62s); // it counts where history does
        QCOMPARE(desk.scheduler.size().buckets, 1);
        const auto held = desk.ask(history, 63s);
        QCOMPARE(desk.scheduler.waits(held, at(63s)),
            (std::vector<Wait>{{WaitReason::Order, {}, strict}}));
        desk.complete(strict, answer(9, 7, 5s), 64s);
        QVERIFY(desk.isGranted(held));
    }

    void lanesOfOneBucketRunSideBySide()
    {
        Desk desk;
        desk.complete(desk.ask(messages, 0ms), answer(5, 4, 5s), 0ms);
        desk.complete(desk.ask(history, 0ms), answer(5, 3, 5s), 1ms);
        QCOMPARE(desk.scheduler.size().buckets, 1); // one hash, one major resource
        const auto post = desk.ask(messages, 2ms), second = desk.ask(messages, 2ms);
        const auto get = desk.ask(history, 2ms);
        QVERIFY(desk.isGranted(post));
        QCOMPARE(desk.state(second), TicketState::Queued); // behind the other POST
        QVERIFY(desk.isGranted(get));
        QCOMPARE(desk.scheduler.bucket(history, at(2ms))->inFlight, 2);
    }

    void theOldestGoesFirstAcrossBuckets()
    {
        Desk desk({.globalLimit = 1});
        const auto first = desk.ask(roles, 0ms);
        std::vector<TicketId> asked;
        for (int i = 0; i < 6; ++i)
            asked.push_back(desk.ask(
                Endpoint(Method::Get, QStringLiteral("/guilds/%1/roles").arg(i % 3 + 10)), 1ms));
        desk.complete(first, noHeaders(), 2ms);
        for (int i = 1; i < 40 && desk.grants.size() < 7; ++i) {
            desk.runTo(i * 1s + 500ms);
            if (desk.isGranted(desk.grants.back()))
                desk.complete(desk.grants.back(), noHeaders(), i * 1s + 500ms);
        }
        QCOMPARE(std::vector(desk.grants.begin() + 1, desk.grants.end()), asked);
    }

    void globalLimitHoldsEverythingButExempt()
    {
        Desk desk({.globalLimit = 2});
        const auto a = desk.ask(messages, 0ms), b = desk.ask(roles, 0ms);
        const auto c = desk.ask(Endpoint(Method::Get, "/users/@me"), 0ms);
        const auto i = desk.ask(callback, 0ms), j = desk.ask(callback, 0ms);
        QVERIFY(desk.isGranted(a) && desk.isGranted(b) && desk.isGranted(i) && desk.isGranted(j));
        QCOMPARE(desk.state(c), TicketState::Queued);
        desk.complete(a, noHeaders(), 100ms);
        desk.runTo(1099ms);
        QCOMPARE(desk.state(c), TicketState::Queued);
        desk.runTo(1100ms);
        QVERIFY(desk.isGranted(c));
    }

    void unusedTicketsGiveEverythingBack()
    {
        Desk desk({.globalLimit = 1});
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms);
        QVERIFY(desk.cancel(a, 50ms));
        QCOMPARE(desk.state(a), TicketState::Dropped);
        QCOMPARE(desk.grantedAt[b], at(50ms));
        QVERIFY(!desk.cancel(a, 51ms)); // not twice
        QCOMPARE(desk.scheduler.globalState(at(51ms)).used, 1);
    }

    void a429OfTheBucketIsRetriedFirst()
    {
        Desk desk;
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms);
        QVERIFY(desk.retry(a, tooMany(2s), 10ms));
        QCOMPARE(desk.state(a), TicketState::Queued);
        desk.runTo(2009ms);
        QCOMPARE(desk.state(a), TicketState::Queued);
        desk.runTo(2010ms);
        QCOMPARE(desk.grantedAt[a], at(2010ms));
        QCOMPARE(desk.state(b), TicketState::Queued);
        desk.complete(a, answer(5, 4, 1s), 2020ms);
        QVERIFY(desk.isGranted(b));
    }

    void retriedTicketsKeepTheirOrder()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(5, 4, 5s), 0ms);
        const auto a = desk.ask(history, 1ms), b = desk.ask(history, 1ms),
                   c = desk.ask(history, 1ms);
        desk.grants.clear();
        desk.retry(b, tooMany(1s), 10ms);
        desk.retry(c, tooMany(1s), 10ms);
        desk.retry(a, tooMany(1s), 11ms);
        desk.runTo(2s);
        QCOMPARE(desk.grants, std::vector({a, b, c}));
    }

    void sublimitsHoldTheirLaneOnly()
    {
        Desk desk;
        const Endpoint channel(Method::Patch, "/channels/1");
        desk.complete(desk.ask(history, 0ms), answer(5, 4, 10s), 0ms);
        desk.complete(desk.ask(channel, 0ms), answer(5, 3, 10s), 0ms);
        const auto patch = desk.ask(channel, 1ms);
        desk.retry(patch, tooMany(600s, Scope::User, 3), 2ms);
        QCOMPARE(desk.scheduler.bucket(channel, at(3ms))->state, BucketState::RouteLimited);
        QVERIFY(desk.isGranted(desk.ask(history, 3ms)));
        desk.runTo(600001ms);
        QCOMPARE(desk.state(patch), TicketState::Queued);
        desk.runTo(600002ms);
        QVERIFY(desk.isGranted(patch));
    }

    void aGlobal429LocksEverythingButExempt()
    {
        Desk desk;
        const auto a = desk.ask(messages, 0ms);
        const auto other = desk.ask(Endpoint(Method::Post, "/channels/2/messages"), 0ms);
        desk.retry(a, globalLock(5s), 10ms);
        desk.retry(other, globalLock(1s), 11ms); // does not shorten it
        const auto b = desk.ask(roles, 20ms), i = desk.ask(callback, 20ms);
        QVERIFY(desk.isGranted(i));
        QVERIFY(desk.scheduler.isGloballyLocked(at(5009ms)));
        desk.runTo(5009ms);
        QCOMPARE(desk.state(b), TicketState::Queued);
        QCOMPARE(desk.scheduler.bucket(roles, at(5009ms))->state, BucketState::GloballyLocked);
        desk.runTo(5010ms);
        QCOMPARE(desk.grantedAt[a], at(5010ms));
        QCOMPARE(desk.grantedAt[b], at(5010ms));
        QCOMPARE(std::count_if(desk.events.begin(), desk.events.end(),
                     [](const Event &event) {
                         return event.type == Event::Type::LockChanged && event.wait == 0ms;
                     }),
            1);
    }

    void a429WithoutAWaitDoublesUpToFiveMinutes_data()
    {
        QTest::addColumn<std::optional<milliseconds>>("retryAfter");
        QTest::newRow("none") << std::optional<milliseconds>();
        QTest::newRow("zero") << std::optional(0ms);
    }
    void a429WithoutAWaitDoublesUpToFiveMinutes()
    {
        QFETCH(std::optional<milliseconds>, retryAfter);
        Response blind = noHeaders(429);
        blind.headers->via = true;
        blind.headers->retryAfter = retryAfter;
        Desk desk;
        const auto a = desk.ask(roles, 0ms);
        milliseconds now{};
        for (const milliseconds wait : {5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
            desk.retry(a, blind, now);
            const auto before = now;
            desk.runTo(now + wait - 1ms);
            QCOMPARE(desk.state(a), TicketState::Queued);
            now = before + wait;
            desk.runTo(now);
            QVERIFY(desk.isGranted(a));
        }
        desk.complete(a, noHeaders(), now); // an answer that is none starts again from the first
        const auto b = desk.ask(roles, now);
        desk.retry(b, blind, now);
        desk.runTo(now + 5s);
        QVERIFY(desk.isGranted(b));
    }

    void endsOfATicket_data()
    {
        QTest::addColumn<Response>("response");
        QTest::addColumn<TicketState>("state");
        QTest::newRow("headers") << answer(5, 4, 1s) << TicketState::Completed;
        QTest::newRow("no headers") << Response::answered({}) << TicketState::Completed;
        QTest::newRow("lost") << Response::lost() << TicketState::Lost;
        QTest::newRow("unused") << Response::unused() << TicketState::Dropped;
    }
    void endsOfATicket()
    {
        QFETCH(Response, response);
        QFETCH(TicketState, state);
        Desk desk;
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms);
        QVERIFY(desk.complete(a, response, 10ms));
        QCOMPARE(desk.state(a), state);
        QVERIFY(!desk.complete(a, response, 11ms));
        desk.runTo(2s);
        QVERIFY(desk.isGranted(b)); // whatever the end, the next one goes
    }

    void cancelsWhileQueued()
    {
        Desk desk;
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms),
                   c = desk.ask(messages, 0ms);
        QVERIFY(desk.cancel(b, 10ms));
        QCOMPARE(desk.state(b), TicketState::Cancelled);
        desk.complete(a, noHeaders(), 20ms);
        QVERIFY(desk.isGranted(c));
        QCOMPARE(desk.scheduler.size().queued, 0);
    }

    void cancelsTheHeadThatWaitsForTheGlobalLimit()
    {
        Desk desk({.globalLimit = 1});
        const auto a = desk.ask(messages, 0ms);
        const auto b = desk.ask(roles, 0ms), c = desk.ask(roles, 1ms);
        desk.cancel(b, 2ms);
        desk.complete(a, noHeaders(), 3ms);
        desk.runTo(1003ms);
        QVERIFY(desk.isGranted(c));
    }

    void expiresAtItsDeadline()
    {
        Desk desk;
        desk.complete(desk.ask(messages, 0ms), answer(5, 0, 10s), 0ms);
        const auto a = desk.ask(messages, 1ms, {.deadline = 2s}), b = desk.ask(messages, 1ms);
        desk.runTo(2000ms);
        QCOMPARE(desk.state(a), TicketState::Queued);
        desk.runTo(2001ms);
        QCOMPARE(desk.state(a), TicketState::Expired);
        desk.runTo(10s);
        QVERIFY(desk.isGranted(b));
    }

    void neverGrantsAfterTheDeadlineEvenWhenWokenLate()
    {
        Desk desk;
        desk.complete(desk.ask(messages, 0ms), answer(5, 0, 1s), 0ms);
        const auto a = desk.ask(messages, 0ms, {.deadline = 2s});
        desk.scheduler.advance(at(1h)); // the machine slept
        const auto events = desk.scheduler.takeEvents();
        QVERIFY(std::any_of(events.begin(), events.end(), [a](const Event &event) {
            return event.ticket == a && event.state == TicketState::Expired;
        }));
    }

    void timesOutWhenNobodySpeaks()
    {
        Desk desk({.responseTimeout = 30s});
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms);
        desk.runTo(30s);
        QCOMPARE(desk.state(a), TicketState::TimedOut);
        QVERIFY(desk.isGranted(b));
        QVERIFY(!desk.complete(a, answer(7, 3, 60s), 31s));           // too late for the ticket
        QCOMPARE(desk.scheduler.bucket(messages, at(31s))->limit, 7); // and still teaches
        QCOMPARE(desk.scheduler.size().inFlight, 1);
    }

    void rejects_data()
    {
        QTest::addColumn<SchedulerOptions>("options");
        QTest::addColumn<Endpoint>("endpoint");
        QTest::addColumn<TicketError::Code>("code");
        SchedulerOptions perBucket, inAll;
        perBucket.maxQueuedPerBucket = inAll.maxQueued = 2;
        QTest::newRow("bucket full") << perBucket << messages << TicketError::Code::QueueFull;
        QTest::newRow("all full") << inAll << messages << TicketError::Code::QueueFull;
        QTest::newRow("no endpoint") << inAll << Endpoint() << TicketError::Code::InvalidEndpoint;
    }
    void rejects()
    {
        QFETCH(SchedulerOptions, options);
        QFETCH(Endpoint, endpoint);
        QFETCH(TicketError::Code, code);
        Desk desk(options);
        for (int i = 0; i < 3; ++i)
            desk.ask(messages, 0ms); // one is granted, two wait
        const auto refused = desk.ask(endpoint, 1ms);
        QCOMPARE(desk.state(refused), TicketState::Rejected);
        QCOMPARE(std::find_if(desk.events.begin(), desk.events.end(),
                     [refused](const Event &event) { return event.ticket == refused; })
                     ->error,
            code);
        QCOMPARE(desk.scheduler.size().queued, 2);
    }

    void learnsAcrossChannelsButProbesEachOne()
    {
        Desk desk;
        desk.complete(desk.ask(messages, 0ms), answer(5, 4, 5s, "abcd"), 0ms);
        const Endpoint elsewhere(Method::Post, "/channels/2/messages");
        const auto a = desk.ask(elsewhere, 1ms);
        const auto hinted = desk.scheduler.bucket(elsewhere, at(1ms));
        QCOMPARE(hinted->hash, QByteArray("abcd"));
        QCOMPARE(hinted->limit, 5);
        QCOMPARE(hinted->state, BucketState::Probing);
        QVERIFY(hinted->id != desk.scheduler.bucket(messages, at(1ms))->id);
        QVERIFY(desk.isGranted(a));
    }

    void reactionsShareBeforeAndAfterTheFirstAnswer()
    {
        const Endpoint add(Method::Put, "/channels/1/messages/2/reactions/x/@me");
        const Endpoint remove(Method::Delete, "/channels/1/messages/2/reactions/x/@me");
        Desk desk;
        const auto a = desk.ask(add, 0ms), b = desk.ask(remove, 0ms);
        QCOMPARE(desk.state(b), TicketState::Queued); // behind the probe
        desk.complete(a, answer(1, 0, 500ms), 50ms);
        QCOMPARE(desk.state(b), TicketState::Queued);
        desk.runTo(549ms);
        QCOMPARE(desk.state(b), TicketState::Queued);
        desk.runTo(550ms);
        QVERIFY(desk.isGranted(b));
        desk.complete(b, answer(5, 4, 500ms, "other"), 560ms); // then it was wrong
        QCOMPARE(desk.scheduler.size().buckets, 2);
    }

    void reactionsShareAlsoABucketThatIsThereAlready()
    {
        const Endpoint add(Method::Put, "/channels/1/messages/2/reactions/x/@me");
        const Endpoint remove(Method::Delete, "/channels/1/messages/2/reactions/x/@me");
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(2, 1, 900ms), 0ms);
        const auto a = desk.ask(add, 0ms), b = desk.ask(remove, 0ms);
        desk.complete(a, answer(2, 0, 900ms), 50ms);
        QCOMPARE(desk.scheduler.size().buckets, 1);
        QCOMPARE(desk.scheduler.bucket(remove, at(50ms))->hash, QByteArray("abcd"));
        QCOMPARE(desk.state(b), TicketState::Queued);
    }

    void neverIsAVeryLongTime()
    {
        Desk desk({.responseTimeout = milliseconds::max(),
            .idleBucketLifetime = milliseconds::max(),
            .hashLifetime = milliseconds::max()});
        const auto a = desk.ask(messages, 0ms, {.deadline = milliseconds::max()});
        const auto b = desk.ask(messages, 0ms, {.deadline = milliseconds::max()});
        desk.runTo(1h);
        QVERIFY(desk.isGranted(a));
        QCOMPARE(desk.state(b), TicketState::Queued);
        desk.complete(a, answer(5, 4, 1s), 1h);
        QVERIFY(desk.isGranted(b));
    }

    void aHashIsForgottenBeforeItsLane()
    {
        Desk desk({.hashLifetime = 30min});
        desk.complete(desk.ask(history, 0ms), answer(5, 4, 1s, "aaaa"), 0ms);
        const auto late = desk.ask(history, 59min);
        desk.runTo(60min);
        QCOMPARE(desk.scheduler.size().hashes, 0);
        QCOMPARE(desk.scheduler.size().lanes, 1);
        desk.complete(late, answer(5, 4, 1s, "aaaa"), 60min);
        QCOMPARE(desk.scheduler.size().hashes, 1);
        desk.complete(desk.ask(history, 60min), answer(5, 3, 1s, "bbbb"), 60min);
        QCOMPARE(desk.scheduler.bucket(history, at(60min))->hash, QByteArray("bbbb"));
    }

    void aTokenInFlightIsATokenGone()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(1, 0, 1s), 0ms);
        desk.ask(history, 0ms);
        desk.ask(history, 0ms);
        desk.runTo(2s); // one goes, and its answer is slow
        QCOMPARE(desk.scheduler.bucket(history, at(2s))->state, BucketState::Exhausted);
    }

    void alternatingHashesKeepBothCounters()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(3, 2, 10s, "aaaa"), 0ms);
        const auto first = desk.scheduler.bucket(history, at(0ms))->id;
        desk.complete(desk.ask(history, 10ms), answer(10, 9, 10s, "bbbb"), 10ms);
        QVERIFY(desk.scheduler.bucket(history, at(10ms))->id != first);
        QCOMPARE(desk.scheduler.bucket(history, at(10ms))->remaining, 9);
        desk.complete(desk.ask(history, 20ms), answer(3, 1, 9980ms, "aaaa"), 20ms);
        QCOMPARE(desk.scheduler.bucket(history, at(20ms))->id, first);
        QCOMPARE(desk.scheduler.bucket(history, at(20ms))->remaining, 1);
        QCOMPARE(desk.scheduler.size().buckets, 2);
    }

    void waitingTicketsFollowTheirLaneInOrder()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(3, 0, 1s, "old"), 0ms);
        const auto a = desk.ask(history, 1ms), b = desk.ask(history, 1ms),
                   c = desk.ask(history, 1ms);
        desk.runTo(1s);
        QCOMPARE(desk.state(c), TicketState::Available);
        const auto d = desk.ask(history, 1001ms), e = desk.ask(history, 1001ms);
        desk.complete(b, answer(4, 3, 10s, "new"), 1002ms);
        QVERIFY(desk.isGranted(d)); // 3 left, a and c in flight
        QCOMPARE(desk.state(e), TicketState::Queued);
        desk.complete(a, answer(4, 2, 10s, "new"), 1003ms);
        desk.complete(c, answer(4, 1, 10s, "new"), 1003ms);
        desk.complete(d, answer(4, 0, 10s, "new"), 1003ms);
        desk.runTo(12s);
        QVERIFY(desk.isGranted(e));
        QCOMPARE(desk.scheduler.size().buckets, 1); // the old one was at rest, and unused
    }

    void forgetsWhatIsIdle()
    {
        Desk desk;
        desk.complete(desk.ask(messages, 0ms), answer(5, 4, 5s), 0ms);
        desk.complete(desk.ask(roles, 0ms), answer(1, 0, 3h, "slow"), 0ms);
        desk.runTo(1h);
        QCOMPARE(desk.scheduler.size().buckets, 1); // the other one's window is open
        QVERIFY(desk.scheduler.bucket(roles, at(1h)));
        desk.runTo(30h);
        QCOMPARE(desk.scheduler.size().buckets, 0);
        QCOMPARE(desk.scheduler.size().lanes, 0);
        QCOMPARE(desk.scheduler.size().hashes, 0);
        QVERIFY(!desk.scheduler.nextDeadline());
    }

    void forgetsInteractionsSoon()
    {
        Desk desk;
        desk.complete(desk.ask(callback, 0ms), noHeaders(), 10ms);
        QCOMPARE(desk.scheduler.size().buckets, 1);
        desk.runTo(1min + 10ms);
        QCOMPARE(desk.scheduler.size().buckets, 0);
        QCOMPARE(desk.scheduler.size().lanes, 0);
    }

    void namesNoTokens()
    {
        Desk desk;
        desk.ask(callback, 0ms);
        const auto bucket = desk.scheduler.bucket(callback, at(0ms));
        QVERIFY(!bucket->name.contains(QLatin1String("secret")));
        QVERIFY(!bucket->majorResource.contains("secret"));
    }

    void tellsBucketsInPages()
    {
        Desk desk;
        for (int i = 0; i < 10; ++i)
            desk.ask({Method::Get, QStringLiteral("/channels/%1/messages").arg(i)}, 0ms);
        std::vector<BucketId> seen;
        std::optional<quint32> from = 0;
        while (from) {
            const auto page = desk.scheduler.buckets(at(0ms), *from, 4);
            QVERIFY(page.buckets.size() <= 4);
            for (const Bucket &bucket : page.buckets)
                seen.push_back(bucket.id);
            from = page.next;
        }
        const auto all = desk.scheduler.buckets(at(0ms));
        QCOMPARE(seen.size(), all.size());
        for (size_t i = 0; i < all.size(); ++i)
            QCOMPARE(seen[i], all[i].id);
    }

    void tellsWhoWaits()
    {
        Desk desk;
        const Endpoint put(Method::Put, "/channels/1/messages/2/reactions/x/@me");
        const Endpoint remove(Method::Delete, "/channels/1/messages/2/reactions/x/@me");
        std::vector<TicketId> tickets; // of two lanes in one bucket, in turn
        for (int i = 0; i < 10; ++i)
            tickets.push_back(desk.ask(i % 2 == 0 ? put : remove, milliseconds(i)));
        const auto bucket = desk.scheduler.bucket(put, at(10ms));
        QCOMPARE(bucket->queued, 9);
        const auto waiting = desk.scheduler.waiting(bucket->id, 4);
        QCOMPARE(waiting.size(), size_t(4));
        for (size_t i = 0; i < waiting.size(); ++i) {
            QCOMPARE(waiting[i].ticket, tickets[i + 1]); // the first one is the probe
            QCOMPARE(waiting[i].state, TicketState::Queued);
            QCOMPARE(waiting[i].at, at(milliseconds(int(i) + 1)));
            QCOMPARE(waiting[i].bucket, bucket->id);
        }
        QCOMPARE(desk.scheduler.waiting(bucket->id, 100).size(), size_t(9));
        QVERIFY(desk.scheduler.waiting(BucketId{5}, 4).empty());
        QVERIFY(!desk.scheduler.isWaiting(tickets[0]));
        QVERIFY(desk.scheduler.isWaiting(tickets[1]));
        desk.cancel(tickets[1], 11ms);
        QVERIFY(!desk.scheduler.isWaiting(tickets[1]));
    }
};

QTEST_GUILESS_MAIN(SchedulerTest)
#include "tst_scheduler.moc"
