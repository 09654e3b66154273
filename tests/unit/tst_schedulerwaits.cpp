// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Priorities, pauses, and what the scheduler says of waiting.
#include "tests/common/Desk.h"

#include <QtTest/QTest>

static const Endpoint messages(Method::Post, "/channels/1/messages");
static const Endpoint history(Method::Get, "/channels/1/messages");
static const Endpoint pins(Method::Get, "/channels/1/pins");
static const Endpoint roles(Method::Get, "/guilds/2/roles");
static const Endpoint callback(Method::Post, "/interactions/3/secret/callback");

class SchedulerWaitsTest : public QObject {
    Q_OBJECT

    static std::vector<WaitReason> reasons(const std::vector<Wait> &waits)
    {
        std::vector<WaitReason> result;
        for (const Wait &wait : waits)
            result.push_back(wait.reason);
        return result;
    }

private Q_SLOTS:
    void higherPriorityGoesFirstInABucket()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(5, 4, 1s), 0ms);
        desk.complete(desk.ask(pins, 0ms), answer(5, 0, 1s), 0ms);
        const auto low = desk.ask(history, 1ms, {.priority = Priority::Low});
        const auto high = desk.ask(pins, 2ms, {.priority = Priority::High});
        desk.grants.clear();
        desk.runTo(1s);
        QCOMPARE(desk.grants, std::vector({high, low}));
    }

    void higherPriorityGoesFirstAtTheGlobalLimit()
    {
        Desk desk({.globalLimit = 1});
        const auto first = desk.ask(roles, 0ms);
        const auto normal = desk.ask(history, 1ms);
        const auto high =
            desk.ask(Endpoint(Method::Get, "/users/@me"), 2ms, {.priority = Priority::High});
        desk.complete(first, noHeaders(), 10ms);
        desk.runTo(1010ms);
        QVERIFY(desk.isGranted(high));
        QCOMPARE(desk.state(normal), TicketState::Queued);
    }

    void waitingMakesUpForPriority()
    {
        Desk desk({.globalLimit = 1});
        const auto first = desk.ask(roles, 0ms);
        const auto low = desk.ask(history, 1ms, {.priority = Priority::Low});
        const auto high =
            desk.ask(Endpoint(Method::Get, "/users/@me"), 20'002ms, {.priority = Priority::High});
        desk.complete(first, noHeaders(), 20'003ms);
        desk.runTo(21'003ms);
        QVERIFY(desk.isGranted(low)); // two levels below, and more than 20 s older
        QCOMPARE(desk.state(high), TicketState::Queued);
    }

    void priorityChangesNothingWithinALane()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(5, 0, 1s), 0ms);
        const auto normal = desk.ask(history, 1ms);
        const auto high = desk.ask(history, 2ms, {.priority = Priority::High});
        desk.grants.clear();
        desk.runTo(1s);
        QCOMPARE(desk.grants, std::vector({normal, high}));
    }

    void saysWhyATicketWaits()
    {
        Desk desk({.globalLimit = 2});
        const auto probe = desk.ask(messages, 0ms), second = desk.ask(messages, 0ms),
                   third = desk.ask(messages, 0ms);
        QVERIFY(desk.scheduler.waits(probe, at(0ms)).empty());
        const auto behindProbe = desk.scheduler.waits(second, at(0ms));
        QCOMPARE(reasons(behindProbe), std::vector({WaitReason::Order, WaitReason::Probe}));
        QCOMPARE(behindProbe[0].behind, probe);
        QCOMPARE(desk.scheduler.waits(third, at(0ms))[0].behind, second);

        desk.complete(probe, answer(5, 0, 2s), 10ms);
        const auto noToken = desk.scheduler.waits(second, at(10ms));
        QCOMPARE(noToken, (std::vector<Wait>{{WaitReason::Bucket, at(2010ms)}}));
        QCOMPARE(desk.scheduler.bucket(messages, at(10ms))->wait, noToken.front());
        desk.retry(desk.ask(roles, 20ms), globalLock(5s), 20ms);
        QCOMPARE(reasons(desk.scheduler.waits(second, at(20ms))),
            std::vector({WaitReason::Bucket, WaitReason::Global}));
        desk.setFlow(Flow::Paused, 30ms);
        QCOMPARE(reasons(desk.scheduler.waits(second, at(30ms))),
            std::vector({WaitReason::Bucket, WaitReason::Global, WaitReason::Paused}));
        desk.setFlow(Flow::Open, 40ms);
        desk.runTo(6s);
        QVERIFY(desk.isGranted(second));
        QVERIFY(desk.scheduler.waits(second, at(6s)).empty());
    }

    void saysThatARouteIsLimited()
    {
        Desk desk;
        desk.complete(desk.ask(roles, 0ms), answer(5, 4, 1s), 0ms);
        const auto a = desk.ask(roles, 1ms);
        desk.retry(a, tooMany(9s, Scope::User, 3), 2ms);
        QCOMPARE(
            desk.scheduler.waits(a, at(3ms)), (std::vector<Wait>{{WaitReason::Route, at(9002ms)}}));
    }

    // What a bucket counts down to, by its state.
    void resetAt()
    {
        Desk desk;
        const auto resetAt = [&desk](milliseconds time) {
            return desk.scheduler.bucket(roles, at(time))->resetAt;
        };
        desk.complete(desk.ask(roles, 0ms), answer(2, 1, 10s), 0ms);
        QCOMPARE(resetAt(1ms), at(10s));
        const auto limited = desk.ask(roles, 1ms);
        desk.retry(limited, tooMany(4s, Scope::User, 1), 2ms); // a sublimit
        QCOMPARE(desk.scheduler.bucket(roles, at(3ms))->state, BucketState::RouteLimited);
        QCOMPARE(resetAt(3ms), at(4002ms));
        // Exhausted beside it: the window's end, not the route's.
        const auto other = desk.ask(roles, 3ms, {.lane = "other"});
        desk.complete(other, answer(2, 0, 10s), 4ms);
        QCOMPARE(desk.scheduler.bucket(roles, at(5ms))->state, BucketState::Exhausted);
        QVERIFY(resetAt(5ms) >= at(10s));
        // A 429 of the bucket, longer than the window.
        desk.runTo(10100ms);
        QVERIFY(desk.isGranted(limited));
        desk.retry(limited, tooMany(30s), 10200ms);
        QCOMPARE(resetAt(10200ms), at(40200ms));
        desk.runTo(40200ms);
        QVERIFY(desk.isGranted(limited));
        desk.complete(limited, answer(2, 1, 10s), 40200ms);
        QVERIFY(!resetAt(60s));
    }

    void aLongerBlockOfARouteIsNotTheReset()
    {
        Desk desk;
        desk.complete(desk.ask(roles, 0ms), answer(2, 1, 10s), 0ms);
        desk.retry(desk.ask(roles, 1ms), tooMany(60s, Scope::User, 1), 2ms);
        desk.complete(desk.ask(roles, 3ms, {.lane = "other"}), answer(2, 0, 10s), 4ms);
        const auto bucket = desk.scheduler.bucket(roles, at(5ms));
        QCOMPARE(bucket->state, BucketState::Exhausted);
        QVERIFY(bucket->resetAt >= at(10s) && bucket->resetAt < at(11s));
        QCOMPARE(desk.scheduler.bucket(roles, at(15s))->resetAt, at(60'002ms));
    }

    void estimates()
    {
        Desk desk;
        QVERIFY(desk.scheduler.estimate(history, {}, at(0ms)).waits.empty());
        desk.complete(desk.ask(history, 0ms), answer(5, 0, 2s), 0ms);
        for (int i = 0; i < 12; ++i)
            desk.ask(history, 1ms);
        // 12 before it, 5 per window: five at 2 s, five at 4 s, and it among the next.
        const Estimate expected = desk.scheduler.estimate(history, {}, at(1ms));
        QCOMPARE(expected.at, at(6s));
        QCOMPARE(reasons(expected.waits), std::vector({WaitReason::Bucket}));
    }

    void estimatesForTheTicketThatIsAskedFor()
    {
        Desk desk({.maxWait = 3s});
        desk.complete(desk.ask(history, 0ms), answer(5, 0, 2s), 0ms);
        for (int i = 0; i < 5; ++i)
            desk.ask(history, 1ms);
        QCOMPARE(desk.errorOf(desk.ask(history, 1ms)), TicketError::Code::WaitTooLong);
        desk.complete(desk.ask(pins, 2ms), answer(5, 0, 2s), 3ms); // the same bucket
        const auto high = desk.ask(pins, 4ms, {.priority = Priority::High});
        QCOMPARE(desk.state(high), TicketState::Queued);
        desk.runTo(2100ms);
        QVERIFY(desk.isGranted(high));
    }

    void cancellingWhatWasSentGivesNothingBack()
    {
        Desk desk({.globalLimit = 1});
        const auto sent = desk.ask(history, 0ms);
        desk.scheduler.markSent(sent, at(1ms));
        desk.note();
        QVERIFY(desk.cancel(sent, 2ms));
        QCOMPARE(desk.state(sent), TicketState::Lost);
        QCOMPARE(desk.scheduler.globalState(at(3ms)).used, 1);
    }

    void rejectsWhatWouldWaitTooLong()
    {
        Desk desk({.maxWait = 3s});
        desk.complete(desk.ask(history, 0ms), answer(5, 0, 2s), 0ms);
        for (int i = 0; i < 5; ++i)
            QCOMPARE(desk.state(desk.ask(history, 1ms)), TicketState::Queued);
        const auto sixth = desk.ask(history, 1ms);
        QCOMPARE(desk.errorOf(sixth), TicketError::Code::WaitTooLong);
        QCOMPARE(desk.events.back().reason, WaitReason::Bucket);
        QCOMPARE(desk.state(desk.ask(history, 1ms, {.maxWait = 1min})), TicketState::Queued);
    }

    void aPauseIsTooLongForAnyMaxWait()
    {
        Desk desk;
        const TicketOptions patient{.maxWait = 1h};
        desk.complete(desk.ask(history, 0ms), answer(5, 4, 10s), 0ms);
        const auto id = desk.scheduler.bucket(history, at(0ms))->id;
        desk.scheduler.setFlow(id, Flow::Paused, at(1ms));
        const auto rejected = desk.ask(history, 2ms, patient);
        QCOMPARE(desk.errorOf(rejected), TicketError::Code::WaitTooLong);
        const auto event = std::find_if(desk.events.begin(), desk.events.end(),
            [rejected](const Event &each) { return each.ticket == rejected; });
        QCOMPARE(event->reason, WaitReason::Paused);
        QCOMPARE(desk.state(desk.ask(history, 2ms)), TicketState::Queued);
        QVERIFY(desk.isGranted(desk.ask(roles, 2ms, patient)));
        desk.setFlow(Flow::Paused, 3ms);
        QCOMPARE(desk.errorOf(desk.ask(pins, 4ms, patient)), TicketError::Code::WaitTooLong);
        desk.setFlow(Flow::Open, 5ms);
        QVERIFY(desk.isGranted(desk.ask(pins, 6ms, patient)));
    }

    void aFullQueueStillLetsThroughWhatNeedNotWait()
    {
        Desk desk({.maxQueued = 0});
        const auto probe = desk.ask(history, 0ms);
        QVERIFY(desk.isGranted(probe));
        QCOMPARE(desk.errorOf(desk.ask(history, 0ms)), TicketError::Code::QueueFull);
        QVERIFY(desk.isGranted(desk.ask(roles, 0ms)));
    }

    void predicates()
    {
        Desk desk;
        const auto asked = [&desk](int least) {
            return desk.ask(history, 1ms, {.predicate = [least](const auto &bucket) {
                return !bucket || bucket->remaining.value_or(0) >= least;
            }});
        };
        const auto unknown = asked(3);
        QVERIFY(desk.isGranted(unknown));
        desk.complete(unknown, answer(5, 3, 10s), 1ms);
        QVERIFY(desk.isGranted(asked(3)));
        QCOMPARE(desk.errorOf(asked(4)), TicketError::Code::PredicateFailed);
        QCOMPARE(desk.scheduler.size().queued, 0);
    }

    void pausesEverything()
    {
        Desk desk;
        desk.setFlow(Flow::Paused, 0ms);
        const auto a = desk.ask(messages, 1ms), i = desk.ask(callback, 1ms);
        desk.runTo(1h);
        QCOMPARE(desk.state(a), TicketState::Queued);
        QCOMPARE(desk.state(i), TicketState::Queued);
        QCOMPARE(desk.scheduler.bucket(messages, at(1h))->state, BucketState::Paused);
        desk.setFlow(Flow::Open, 1h);
        QVERIFY(desk.isGranted(a) && desk.isGranted(i));
    }

    void pausesOneBucket()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(5, 4, 10s), 0ms);
        const auto id = desk.scheduler.bucket(history, at(0ms))->id;
        QVERIFY(desk.scheduler.setFlow(id, Flow::Paused, at(1ms)));
        const auto a = desk.ask(history, 2ms), b = desk.ask(roles, 2ms);
        QCOMPARE(desk.state(a), TicketState::Queued);
        QVERIFY(desk.isGranted(b));
        desk.runTo(20s);
        QCOMPARE(desk.state(a), TicketState::Queued);
        QVERIFY(desk.scheduler.setFlow(id, Flow::Open, at(20s)));
        desk.note();
        QVERIFY(desk.isGranted(a));
    }

    void aPausedBucketIsNotForgotten()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(5, 4, 10s), 0ms);
        const auto id = desk.scheduler.bucket(history, at(0ms))->id;
        desk.scheduler.setFlow(id, Flow::Paused, at(1ms));
        desk.runTo(5h);
        QVERIFY(desk.scheduler.bucket(id, at(5h)));
        QVERIFY(desk.scheduler.setFlow(id, Flow::Open, at(5h)));
        desk.runTo(7h);
        QVERIFY(!desk.scheduler.setFlow(id, Flow::Paused, at(7h)));
    }

    void drains()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(5, 0, 10s), 0ms);
        const auto waiting = desk.ask(history, 1ms);
        desk.setFlow(Flow::Draining, 2ms);
        QCOMPARE(desk.errorOf(desk.ask(history, 3ms)), TicketError::Code::Draining);
        QCOMPARE(desk.errorOf(desk.ask(roles, 3ms)), TicketError::Code::Draining);
        desk.runTo(10s);
        QVERIFY(desk.isGranted(waiting));
        desk.setFlow(Flow::Open, 10s);
        QVERIFY(desk.isGranted(desk.ask(roles, 10s)));
    }

    void drainsOneBucket()
    {
        Desk desk;
        desk.complete(desk.ask(history, 0ms), answer(5, 0, 10s), 0ms);
        const auto waiting = desk.ask(history, 1ms);
        desk.scheduler.setFlow(
            desk.scheduler.bucket(history, at(0ms))->id, Flow::Draining, at(2ms));
        QCOMPARE(desk.errorOf(desk.ask(history, 3ms)), TicketError::Code::Draining);
        QVERIFY(desk.isGranted(desk.ask(roles, 3ms)));
        desk.runTo(10s);
        QVERIFY(desk.isGranted(waiting));
    }

    void shutsDown()
    {
        Desk desk;
        const auto granted = desk.ask(messages, 0ms), waiting = desk.ask(messages, 0ms);
        desk.scheduler.shutdown(at(1ms));
        desk.note();
        QCOMPARE(desk.errorOf(waiting), TicketError::Code::RatelimiterGone);
        QCOMPARE(desk.errorOf(desk.ask(roles, 2ms)), TicketError::Code::RatelimiterGone);
        QVERIFY(desk.complete(granted, answer(5, 4, 1s), 3ms));
        QCOMPARE(desk.scheduler.size().queued, 0);
    }

    void learntRoutesAreRestored()
    {
        Desk before;
        before.complete(before.ask(history, 0ms), answer(5, 4, 10s, "abcd"), 0ms);
        before.complete(before.ask(pins, 0ms), answer(5, 3, 10s, "abcd"), 0ms);
        const auto learnt = before.scheduler.learntRoutes(at(1h));
        QCOMPARE(learnt.size(), 2u);

        Desk after;
        after.scheduler.restore(learnt, at(0ms));
        after.ask(history, 0ms);
        const auto behind = after.ask(pins, 0ms);
        QCOMPARE(after.scheduler.size().buckets, 1); // it knows that they share
        QCOMPARE(after.scheduler.bucket(pins, at(0ms))->limit, 5);
        QCOMPARE(after.state(behind), TicketState::Queued); // and probes all the same
        QCOMPARE(after.scheduler.learntRoutes(at(0ms)).size(), 2u);
    }

    void oldRoutesAreNotRestored()
    {
        Desk desk;
        const std::vector<LearntRoute> learnt{
            {history.route(), "abcd", 5, false, 24h}, {pins.route(), "abcd", 5, false, 23h}};
        desk.scheduler.restore(learnt, at(0ms));
        QCOMPARE(desk.scheduler.size().hashes, 1);
    }
};

QTEST_GUILESS_MAIN(SchedulerWaitsTest)
#include "tst_schedulerwaits.moc"
