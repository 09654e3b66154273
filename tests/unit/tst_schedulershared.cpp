// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What other processes have met, and what is told to them.
#include "tests/common/Desk.h"

#include <QtTest/QTest>

static const Endpoint messages(Method::Get, "/channels/1/messages");
static const Endpoint pins(Method::Get, "/channels/1/pins");
static const Endpoint channel(Method::Patch, "/channels/1");
static const Endpoint callback(Method::Post, "/interactions/1/tok1/callback");

class SchedulerSharedTest : public QObject {
    Q_OBJECT

    static SchedulerOptions shared() { return {.isShared = true}; }
    static BucketId bucketOf(const Desk &desk, const Endpoint &endpoint)
    {
        return desk.scheduler.bucket(endpoint, at(0ms))->id;
    }
    static Scheduler::LeaseNeed need(const Desk &desk, const Endpoint &endpoint)
    {
        return *desk.scheduler.leaseNeed(bucketOf(desk, endpoint));
    }
    static void lend(Desk &desk, const Endpoint &endpoint, int leases, milliseconds time)
    {
        QCOMPARE(desk.scheduler.lend(bucketOf(desk, endpoint), leases, at(time)), leases);
        desk.note();
    }
    static LaneId laneOf(const Desk &desk, TicketId ticket)
    {
        const auto event = std::find_if(desk.events.begin(), desk.events.end(),
            [ticket](const Event &each) { return each.ticket == ticket; });
        return event == desk.events.end() ? LaneId() : event->lane;
    }
    static void hold(Desk &desk, const Endpoint &bucket, const QByteArray &name, milliseconds until,
        milliseconds time)
    {
        desk.scheduler.holdLanes(bucketOf(desk, bucket), {{name, at(until)}}, at(time));
        desk.note();
    }
    // Asks, sends and is answered.
    static void get(Desk &desk, const Endpoint &endpoint, int remaining, milliseconds time)
    {
        const auto ticket = desk.ask(endpoint, time);
        lend(desk, endpoint, 1, time);
        desk.complete(ticket, answer(5, remaining, 10s), time + 10ms);
    }

private Q_SLOTS:
    // Two processes call it the same, and nothing secret is in it.
    void namesWhatIsHeld()
    {
        Desk desk(shared()), other(shared());
        other.ask(pins, 0ms);
        const auto one = desk.ask(channel, 0ms), named = desk.ask(channel, 0ms, {.lane = "name"});
        const auto same = other.ask(channel, 0ms);
        const auto name = [](const Desk &of, TicketId ticket, LimitKind kind) {
            return of.scheduler.holdName(laneOf(of, ticket), kind);
        };
        QCOMPARE(name(desk, one, LimitKind::Sublimit), name(other, same, LimitKind::Sublimit));
        QVERIFY(name(desk, one, LimitKind::Sublimit) != name(desk, named, LimitKind::Sublimit));
        QCOMPARE(name(desk, one, LimitKind::Shared), name(desk, named, LimitKind::Shared));
        QVERIFY(name(desk, one, LimitKind::Shared) != name(desk, one, LimitKind::Sublimit));
        QCOMPARE(name(desk, one, LimitKind::Shared).size(), 32);
        QCOMPARE(desk.scheduler.holdName({}, LimitKind::Shared), QByteArray());
    }

    void holdsOneLane()
    {
        Desk desk(shared());
        const auto a = desk.ask(channel, 0ms), b = desk.ask(channel, 0ms, {.lane = "topic"});
        desk.ask(channel, 0ms);
        desk.ask(channel, 0ms);
        const QByteArray name = desk.scheduler.holdName(laneOf(desk, a), LimitKind::Sublimit);
        desk.events.clear();
        hold(desk, channel, name, 1s, 10ms);
        QCOMPARE(desk.count(Event::Type::BucketChanged), 1); // so that somebody looks
        QCOMPARE(need(desk, channel).leases, 1);             // for the other
        QCOMPARE(desk.scheduler.waits(a, at(10ms)).size(), size_t(1));
        QCOMPARE(desk.scheduler.waits(a, at(10ms)).front(), (Wait{WaitReason::Route, at(1s)}));
        lend(desk, channel, 2, 20ms);
        QVERIFY(desk.isGranted(b) && !desk.isGranted(a));
        QCOMPARE(need(desk, channel).leases, -1); // to be given back
        QCOMPARE(desk.scheduler.lend(bucketOf(desk, channel), -1, at(20ms)), -1);
        desk.runTo(1s);
        QCOMPARE(need(desk, channel).leases, 1);
        lend(desk, channel, 1, 1s);
        QVERIFY(desk.isGranted(a));
    }

    void holdsAllLanesOfAnEndpoint()
    {
        Desk desk(shared());
        const auto a = desk.ask(channel, 0ms);
        desk.ask(channel, 0ms, {.lane = "topic"});
        QCOMPARE(need(desk, channel).leases, 2);
        const QByteArray name = desk.scheduler.holdName(laneOf(desk, a), LimitKind::Shared);
        hold(desk, channel, name, 1s, 10ms);
        QCOMPARE(need(desk, channel).leases, 0);
        hold(desk, channel, name, 500ms, 20ms); // a shorter one changes nothing
        desk.runTo(999ms);
        QCOMPARE(need(desk, channel).leases, 0);
    }

    // Lanes whose requests go side by side go one after another then, until one is answered.
    void probesWhenThatIsOver()
    {
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms);
        desk.ask(messages, 0ms);
        desk.ask(messages, 0ms);
        QVERIFY(need(desk, messages).probes.empty());
        const QByteArray name = desk.scheduler.holdName(laneOf(desk, a), LimitKind::Sublimit);
        hold(desk, messages, name, 1s, 10ms);
        desk.runTo(1s);
        QCOMPARE(need(desk, messages).leases, 1);
        QCOMPARE(need(desk, messages).probes.front(), name);
        lend(desk, messages, 1, 1s);
        QCOMPARE(need(desk, messages).leases, 0);
        desk.complete(a, answer(5, 4, 10s), 1100ms);
        QCOMPARE(need(desk, messages).leases, 2);
        QVERIFY(need(desk, messages).probes.empty());
    }

    void holdsNothingElse()
    {
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms);
        hold(desk, messages, "0123456789abcdef0123456789abcdef", 1s, 0ms);
        desk.scheduler.holdLanes({}, {{"x", at(1s)}}, at(0ms)); // no such bucket
        QCOMPARE(need(desk, messages).leases, 1);
        Desk alone; // counts for itself
        const auto b = alone.ask(messages, 0ms);
        const QByteArray name = alone.scheduler.holdName(laneOf(alone, b), LimitKind::Shared);
        hold(alone, messages, name, 1s, 0ms);
        alone.complete(b, answer(5, 4, 10s), 10ms);
        QVERIFY(alone.isGranted(alone.ask(messages, 20ms)));
        QVERIFY(desk.state(a) == TicketState::Queued);
    }

    // Interactions too, unlike by a global lock.
    void theEdgeHoldsAll()
    {
        Desk desk(shared());
        desk.scheduler.lockGlobally(at(30s), at(0ms));
        QVERIFY(desk.isGranted(desk.ask(callback, 0ms)));
        desk.scheduler.lockEdge(at(60s), at(10ms));
        desk.note();
        const auto a = desk.ask(callback, 20ms), b = desk.ask(messages, 20ms);
        QVERIFY(!desk.isGranted(a));
        QCOMPARE(desk.scheduler.waits(a, at(20ms)).back(), (Wait{WaitReason::Cloudflare, at(60s)}));
        QCOMPARE(need(desk, messages).leases, 0);
        QVERIFY(desk.scheduler.isGloballyLocked(at(59s)));
        desk.scheduler.lockEdge(at(50s), at(40s)); // a shorter one changes nothing
        const auto told = [&](milliseconds wait) {
            return std::count_if(desk.events.begin(), desk.events.end(), [&](const Event &event) {
                return event.type == Event::Type::LockChanged
                    && event.reason == WaitReason::Cloudflare && event.wait == wait;
            });
        };
        QCOMPARE(told(59'990ms), 1);
        desk.runTo(60s);
        QCOMPARE(told(0ms), 1);
        QVERIFY(desk.isGranted(a));
        QCOMPARE(need(desk, messages).leases, 1);
        lend(desk, messages, 1, 60s);
        QVERIFY(desk.isGranted(b));
    }

    void showsInvalidAnswersOfAll()
    {
        Desk desk(shared());
        desk.scheduler.setSharedInvalid(7, at(0ms));
        QCOMPARE(desk.scheduler.invalidRequests(at(0ms)), 7);
        desk.complete(desk.ask(callback, 0ms), noHeaders(403), 10ms);
        QCOMPARE(desk.scheduler.invalidRequests(at(10ms)), 8);
        QCOMPARE(std::find_if(desk.events.begin(), desk.events.end(),
                     [](const Event &event) { return event.type == Event::Type::InvalidRequest; })
                     ->count,
            8);
        desk.scheduler.setSharedInvalid(0, at(20ms)); // they have forgotten
        QCOMPARE(desk.scheduler.invalidRequests(at(20ms)), 1);
        desk.scheduler.setSharedInvalid(5, at(30ms));
        QCOMPARE(desk.scheduler.invalidRequests(at(11min)), 0); // nobody has said more since
    }

    // Interactions need no lease, and the address is banned for them as well.
    void invalidAnswersOfOthersHoldInteractions()
    {
        Desk desk({.isShared = true, .invalidLimit = 100});
        desk.scheduler.setSharedInvalid(99, at(0ms));
        const auto a = desk.ask(callback, 0ms), b = desk.ask(callback, 0ms);
        QVERIFY(desk.isGranted(a) && !desk.isGranted(b)); // there may be one
        desk.complete(a, noHeaders(403), 10ms);
        QVERIFY(!desk.isGranted(b));
        QCOMPARE(desk.scheduler.waits(b, at(10ms)).back().reason, WaitReason::InvalidRequests);
        desk.scheduler.setSharedInvalid(98, at(20ms)); // some have left the period
        desk.note();
        QVERIFY(desk.isGranted(b));
        desk.complete(b, noHeaders(), 30ms);
        desk.scheduler.setSharedInvalid(150, at(40ms));
        const auto c = desk.ask(callback, 50ms);
        QCOMPARE(desk.scheduler.invalidRequests(at(50ms)), 100);
        desk.runTo(10min + 39ms);
        QVERIFY(!desk.isGranted(c));
        desk.runTo(10min + 40ms); // all of them have, whatever is heard
        QVERIFY(desk.isGranted(c));
    }

    void knowsItsMargin()
    {
        for (const bool compensates : {false, true}) {
            Desk desk({.isShared = true, .compensate = compensates});
            QVERIFY(!desk.scheduler.margin());
            for (int i = 0; i < 16; ++i)
                desk.complete(desk.ask(callback, i * 1s), noHeaders(), i * 1s + 100ms + i * 2ms);
            QCOMPARE(desk.scheduler.margin(),
                compensates ? std::optional<milliseconds>(30ms) : std::nullopt);
        }
    }

    // What was found out here: the name tells, and others can be told.
    void findsOutThatARouteIsSplit()
    {
        Desk desk(shared());
        const Endpoint pins2(Method::Get, "/channels/2/pins");
        get(desk, pins2, 4, 0ms);
        for (const milliseconds begin : {0s, 11s}) {
            QVERIFY(!desk.saw(Anomaly::CountersSplit));
            get(desk, messages, 4, begin);
            get(desk, messages, 3, begin + 20ms);
            get(desk, pins, 4, begin + 40ms);
        }
        QVERIFY(desk.saw(Anomaly::CountersSplit));
        const LaneId apart = laneOf(desk, desk.ask(pins, 12s)),
                     old = laneOf(desk, desk.ask(messages, 12s));
        QVERIFY(desk.scheduler.isSplit(apart, "abcd") && !desk.scheduler.isSplit(old, "abcd"));
        QVERIFY(!desk.scheduler.isSplit(apart, "other"));
        QVERIFY(desk.scheduler.leaseName(apart, "abcd").endsWith('#' + pins.route()));
        QCOMPARE(desk.scheduler.leaseName(apart, "abcd"), need(desk, pins).bucket);
        // Those of other channels are where they were, until somebody says so.
        const LaneId second = laneOf(desk, desk.ask(pins2, 12s));
        QCOMPARE(desk.scheduler.leaseName(second, "abcd"), need(desk, pins2).bucket);
        QVERIFY(!need(desk, pins2).bucket.contains(pins.route()));
        // And when the server has a new name for it, that is over.
        lend(desk, pins, 1, 12s);
        desk.complete(desk.grants.back(), answer(5, 4, 10s, "new"), 13s);
        QVERIFY(!desk.scheduler.isSplit(apart, "abcd") && !desk.scheduler.isSplit(apart, "new"));
        desk.ask(pins, 13s);
        QVERIFY(!need(desk, pins).bucket.contains(pins.route()));
    }

    // What others found out: all lanes of the route move, with what waits in them.
    void isToldThatARouteIsSplit()
    {
        Desk desk(shared());
        const Endpoint pins2(Method::Get, "/channels/2/pins");
        get(desk, messages, 4, 0ms);
        get(desk, pins, 3, 20ms);
        get(desk, pins2, 4, 40ms);
        const auto a = desk.ask(pins, 1s), b = desk.ask(messages, 1s), c = desk.ask(pins2, 1s);
        const BucketId together = bucketOf(desk, messages);
        QCOMPARE(bucketOf(desk, pins), together);
        QCOMPARE(need(desk, messages).leases, 2);
        desk.events.clear();
        desk.scheduler.learnSplit(pins.route(), "other", at(1s)); // not what it answers with
        QCOMPARE(need(desk, messages).leases, 2);
        desk.scheduler.learnSplit(pins.route(), "abcd", at(1s));
        desk.note();
        QCOMPARE(need(desk, messages).leases, 1);
        QCOMPARE(need(desk, pins).leases, 1);
        QCOMPARE(need(desk, pins2).leases, 1);
        QVERIFY(need(desk, pins).bucket.endsWith('#' + pins.route()));
        QVERIFY(need(desk, pins2).bucket.endsWith('#' + pins.route()));
        QVERIFY(need(desk, pins).bucket != need(desk, pins2).bucket);
        const BucketId apart = bucketOf(desk, pins);
        for (const BucketId bucket : {together, apart}) { // so that somebody asks
            QVERIFY(std::any_of(desk.events.begin(), desk.events.end(), [&](const Event &event) {
                return event.type == Event::Type::BucketChanged && event.bucket == bucket;
            }));
        }
        lend(desk, pins, 1, 1s);
        QVERIFY(desk.isGranted(a) && !desk.isGranted(b) && !desk.isGranted(c));
        desk.complete(a, answer(5, 4, 10s), 1100ms); // stays there
        QCOMPARE(bucketOf(desk, pins), apart);
    }

    // Before it knows what it answers with.
    void isToldThatAnUnknownRouteIsSplit()
    {
        Desk desk(shared());
        const auto a = desk.ask(pins, 0ms);
        desk.scheduler.learnSplit(pins.route(), "abcd", at(0ms));
        QVERIFY(need(desk, pins).bucket.startsWith("#p#"));
        const BucketId bucket = bucketOf(desk, pins);
        QVERIFY(desk.scheduler.learnHash(bucket, "abcd", at(0ms)));
        QVERIFY(!desk.scheduler.learnHash(bucket, "abcd", at(0ms))); // no news
        QVERIFY(need(desk, pins).bucket.endsWith('#' + pins.route()));
        lend(desk, pins, 1, 0ms);
        QVERIFY(desk.isGranted(a));
    }
};

QTEST_GUILESS_MAIN(SchedulerSharedTest)
#include "tst_schedulershared.moc"
