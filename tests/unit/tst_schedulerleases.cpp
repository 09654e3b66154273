// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Where others count: what is wanted of them, and what is done with what they give.
#include "tests/common/Desk.h"

#include <QtTest/QTest>

static const Endpoint messages(Method::Get, "/channels/1/messages");
static const Endpoint posts(Method::Post, "/channels/1/messages");
static const Endpoint callback(Method::Post, "/interactions/1/tok1/callback");

class SchedulerLeasesTest : public QObject {
    Q_OBJECT

    static SchedulerOptions shared() { return {.isShared = true}; }
    static BucketId bucketOf(const Desk &desk, const Endpoint &endpoint)
    {
        return desk.scheduler.bucket(endpoint, at(0ms))->id;
    }
    static int need(const Desk &desk, const Endpoint &endpoint)
    {
        return desk.scheduler.leaseNeed(bucketOf(desk, endpoint))->leases;
    }
    static int lend(Desk &desk, const Endpoint &endpoint, int leases, milliseconds time)
    {
        const int lent = desk.scheduler.lend(bucketOf(desk, endpoint), leases, at(time));
        desk.note();
        return lent;
    }
    static std::vector<WaitReason> reasons(const Desk &desk, TicketId ticket, milliseconds time)
    {
        std::vector<WaitReason> result;
        for (const Wait &wait : desk.scheduler.waits(ticket, at(time)))
            result.push_back(wait.reason);
        return result;
    }

private Q_SLOTS:
    void nothingGoesWithoutALease()
    {
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms),
                   c = desk.ask(messages, 0ms);
        QVERIFY(!desk.isGranted(a));
        QCOMPARE(need(desk, messages), 3);
        QCOMPARE(lend(desk, messages, 2, 10ms), 2);
        QVERIFY(desk.isGranted(a) && desk.isGranted(b) && !desk.isGranted(c));
        QCOMPARE(need(desk, messages), 1);
        desk.runTo(1h); // time brings no token
        QVERIFY(!desk.isGranted(c));
    }

    // What answers tell is learnt, and overruled by those who count.
    void answersGrantNothing()
    {
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms);
        lend(desk, messages, 1, 0ms);
        desk.complete(a, answer(5, 4, 1s), 50ms);
        QVERIFY(!desk.isGranted(b));
        QCOMPARE(desk.scheduler.bucket(messages, at(50ms))->limit, std::optional(5));
        QCOMPARE(desk.scheduler.bucket(messages, at(50ms))->hash, "abcd");
        QCOMPARE(need(desk, messages), 1);
    }

    void aLeaseWaitsForATicket()
    {
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms);
        desk.cancel(a, 10ms);
        QCOMPARE(need(desk, messages), 0);
        QCOMPARE(lend(desk, messages, 2, 20ms), 2); // came too late
        QCOMPARE(need(desk, messages), -2);
        QVERIFY(desk.isGranted(desk.ask(messages, 30ms)));
        QCOMPARE(need(desk, messages), -1);
        QCOMPARE(lend(desk, messages, -3, 40ms), -1); // there was one left
        QCOMPARE(need(desk, messages), 0);
        QVERIFY(!desk.isGranted(desk.ask(messages, 50ms)));
    }

    // An ordered lane has one request in flight, so it wants one lease.
    void wantsNoMoreThanCanGo()
    {
        Desk desk(shared());
        const auto a = desk.ask(posts, 0ms);
        desk.ask(posts, 0ms);
        QCOMPARE(need(desk, posts), 1);
        lend(desk, posts, 1, 0ms);
        QVERIFY(desk.isGranted(a));
        QCOMPARE(need(desk, posts), 0);
        desk.complete(a, answer(5, 4, 1s), 50ms);
        QCOMPARE(need(desk, posts), 1);
    }

    void wantsNothingWhileItIsHeld_data()
    {
        QTest::addColumn<int>("how");
        QTest::newRow("paused") << 0;
        QTest::newRow("its bucket is") << 1;
        QTest::newRow("global 429") << 2;
        QTest::newRow("429 of the bucket") << 3;
        QTest::newRow("locked by another process") << 4;
    }
    void wantsNothingWhileItIsHeld()
    {
        QFETCH(int, how);
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms);
        lend(desk, messages, 2, 0ms);
        QVERIFY(desk.isGranted(b));
        const auto c = desk.ask(messages, 0ms);
        if (how == 0)
            desk.setFlow(Flow::Paused, 10ms);
        else if (how == 1)
            desk.scheduler.setFlow(bucketOf(desk, messages), Flow::Paused, at(10ms));
        else if (how == 2)
            desk.complete(a, globalLock(1s), 10ms);
        else if (how == 3)
            desk.complete(a, tooMany(1s), 10ms);
        else
            desk.scheduler.lockGlobally(at(1s), at(10ms));
        desk.note();
        QCOMPARE(need(desk, messages), 0);
        desk.events.clear();
        if (how == 0)
            desk.setFlow(Flow::Open, 2s);
        else if (how == 1)
            desk.scheduler.setFlow(bucketOf(desk, messages), Flow::Open, at(2s));
        desk.runTo(2s);
        QCOMPARE(need(desk, messages), 1);
        const auto bucket = bucketOf(desk, messages);
        QVERIFY(std::any_of(desk.events.begin(), desk.events.end(), [bucket](const Event &event) {
            return event.type == Event::Type::BucketChanged && event.bucket == bucket;
        })); // so that somebody asks
        lend(desk, messages, 1, 2s);
        QVERIFY(desk.isGranted(c));
    }

    void exemptOnesAreCountedHere()
    {
        Desk desk(shared());
        QVERIFY(desk.isGranted(desk.ask(callback, 0ms)));
        QVERIFY(!desk.scheduler.leaseNeed(bucketOf(desk, callback)));
        QCOMPARE(desk.scheduler.lend(bucketOf(desk, callback), 1, at(0ms)), 0);
        QCOMPARE(desk.scheduler.lend({}, 1, at(0ms)), 0);
    }

    void tellsWhyItWaits()
    {
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms);
        QCOMPARE(reasons(desk, a, 0ms), std::vector({WaitReason::Lease}));
        const Wait turn{WaitReason::Turn};
        desk.scheduler.setLeaseWait(bucketOf(desk, messages), turn, at(1ms));
        QCOMPARE(desk.scheduler.waits(a, at(1ms)), std::vector({turn}));
        const Wait bucket{WaitReason::Bucket, at(500ms)};
        desk.scheduler.setLeaseWait(bucketOf(desk, messages), bucket, at(2ms));
        QCOMPARE(desk.scheduler.estimate(messages, {}, at(2ms)).at, at(500ms));
        QCOMPARE(desk.scheduler.bucket(messages, at(2ms))->wait, std::optional(bucket));
    }

    // The name is the same in all processes, and has no secret in it.
    void namesBucketsForAll()
    {
        Desk desk(shared()), other(shared());
        const Endpoint webhook(Method::Post, "/webhooks/7/verysecrettoken7");
        for (Desk *each : {&desk, &other}) {
            each->ask(roles(), 0ms); // other ids, other slots
            each->ask(messages, 0ms);
            each->ask(webhook, 0ms);
        }
        const auto name = [](const Desk &each, const Endpoint &endpoint) {
            return each.scheduler.leaseNeed(bucketOf(each, endpoint))->bucket;
        };
        QCOMPARE(name(desk, messages), name(other, messages));
        QVERIFY(name(desk, messages) != name(desk, webhook));
        QVERIFY(!name(desk, webhook).contains("verysecret"));
        QCOMPARE(desk.scheduler.leaseNeed(bucketOf(desk, messages))->route, messages.route());
        lend(desk, messages, 1, 0ms);
        desk.complete(desk.grants.back(), answer(5, 4, 1s, "hash"), 10ms);
        QVERIFY(name(desk, messages).startsWith("hash#channels/1"));
    }

    void showsWhatAllKnow()
    {
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms);
        desk.ask(messages, 0ms);
        const BucketId bucket = bucketOf(desk, messages);
        lend(desk, messages, 1, 0ms);
        desk.complete(a, answer(5, 4, 1s), 10ms);
        desk.scheduler.setSharedNumbers(bucket, {5, 1, at(800ms)}, at(20ms)); // others spent three
        desk.scheduler.setLeaseWait(bucket, Wait{WaitReason::Turn}, at(20ms));
        Bucket shown = *desk.scheduler.bucket(bucket, at(20ms));
        QCOMPARE(shown.limit, std::optional(5));
        QCOMPARE(shown.remaining, std::optional(1));
        QCOMPARE(shown.resetAt, std::optional(at(800ms)));
        QCOMPARE(shown.state, BucketState::Exhausted);
        QCOMPARE(shown.wait->reason, WaitReason::Turn);
        shown = *desk.scheduler.bucket(bucket, at(900ms));
        QCOMPARE(shown.remaining, std::optional(5));
        QVERIFY(!shown.resetAt);
        desk.scheduler.setLeaseWait(bucket, Wait{WaitReason::Probe}, at(1s));
        QCOMPARE(desk.scheduler.bucket(bucket, at(1s))->state, BucketState::Probing);
        desk.scheduler.setLeaseWait(bucket, Wait{WaitReason::Global}, at(1s));
        QCOMPARE(desk.scheduler.bucket(bucket, at(1s))->state, BucketState::GloballyLocked);
    }

    void showsTheGlobalLimitOfAll()
    {
        Desk desk({.globalLimit = 30, .isShared = true});
        desk.scheduler.setSharedGlobal(12, at(300ms), at(0ms));
        auto state = desk.scheduler.globalState(at(0ms));
        QCOMPARE(state.limit, 30);
        QCOMPARE(state.used, 12);
        QCOMPARE(state.nextFreeAt, std::optional(at(300ms)));
        desk.scheduler.lockGlobally(at(2s), at(1s));
        QCOMPARE(desk.scheduler.globalState(at(1s)).lockedUntil, std::optional(at(2s)));
        QVERIFY(desk.scheduler.isGloballyLocked(at(1s)));
    }

    // One part of what the process knows itself, when those who count are away.
    void ownTokens()
    {
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms);
        const BucketId bucket = bucketOf(desk, messages);
        QCOMPARE(desk.scheduler.ownTokens(bucket, 3, at(0ms)).leases, 1); // a probe
        QCOMPARE(lend(desk, messages, 1, 0ms), 1);
        QCOMPARE(desk.scheduler.ownTokens(bucket, 3, at(0ms)).leases, 0);
        desk.complete(a, answer(10, 9, 1s), 50ms);
        QCOMPARE(desk.scheduler.ownTokens(bucket, 1, at(50ms)).leases, 9);
        QCOMPARE(desk.scheduler.ownTokens(bucket, 3, at(50ms)).leases, 2); // 3, and one is spent
        QCOMPARE(desk.scheduler.ownTokens(bucket, 100, at(50ms)).leases, 0);
        QCOMPARE(desk.scheduler.ownTokens(bucket, 100, at(50ms)).more, at(1050ms));
        QCOMPARE(desk.scheduler.ownTokens(bucket, 3, at(2s)).leases, 3);
        QCOMPARE(desk.scheduler.ownTokens(bucket, 100, at(2s)).leases, 1); // never none
        QCOMPARE(lend(desk, messages, 2, 2s), 2);
        QCOMPARE(desk.scheduler.ownTokens(bucket, 3, at(2s)).leases, 1); // those count, too
        QCOMPARE(desk.scheduler.ownTokens({}, 3, at(2s)).leases, 0);
    }

    void movesToTheBucketThatTheAnswerNames()
    {
        Desk desk(shared());
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms);
        lend(desk, messages, 1, 0ms);
        desk.scheduler.restore(std::vector<LearntRoute>{{messages.route(), "other", {}}}, at(0ms));
        desk.complete(a, answer(5, 4, 1s, "abcd"), 10ms);
        QCOMPARE(need(desk, messages), 1);
        lend(desk, messages, 1, 20ms);
        QVERIFY(desk.isGranted(b));
    }

    // One lane of a bucket with very many of them.
    void wantsForTheLastOfManyLanes()
    {
        Desk desk(shared());
        const auto item = [](int number) {
            return Endpoint(Method::Get, QStringLiteral("/items/item%1").arg(number));
        };
        for (int i = 0; i < 100; ++i) {
            const auto ticket = desk.ask(item(i), 0ms);
            lend(desk, item(i), 1, 0ms);
            desk.complete(ticket, answer(1000, 900, 1h), 10ms);
        }
        QCOMPARE(bucketOf(desk, item(0)), bucketOf(desk, item(99)));
        const auto ticket = desk.ask(item(99), 1s);
        QCOMPARE(need(desk, item(99)), 1);
        for (int i = 90; i < 95; ++i)
            desk.ask(item(i), 1s);
        QCOMPARE(need(desk, item(99)), 6); // all that are ready
        lend(desk, item(99), 1, 1s);
        QVERIFY(desk.isGranted(ticket));
    }

    void saysWhatItsPoolCanUse()
    {
        Desk desk(shared());
        const PoolId pool{1};
        desk.scheduler.setPool(pool, 6, at(0ms));
        desk.ask(messages, 0ms);
        const auto connections = [&] {
            return desk.scheduler.leaseNeed(bucketOf(desk, messages))->connections;
        };
        QVERIFY(!connections()); // as many as it likes
        const Endpoint other(Method::Get, "/channels/2/messages");
        for (int i = 0; i < 9; ++i)
            desk.ask(other, 0ms, {.pool = pool});
        const auto ofOther = [&] {
            return *desk.scheduler.leaseNeed(bucketOf(desk, other))->connections;
        };
        QCOMPARE(ofOther(), 9); // a half more, for the time that asking takes
        lend(desk, other, 6, 0ms);
        QCOMPARE(ofOther(), 3);
    }

private:
    static Endpoint roles() { return {Method::Get, "/guilds/3/roles"}; }
};

QTEST_GUILESS_MAIN(SchedulerLeasesTest)
#include "tst_schedulerleases.moc"
