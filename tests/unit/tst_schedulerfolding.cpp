// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What is idle for long takes little memory, and nobody can tell.
#include "tests/common/Desk.h"

#include <QtTest/QTest>

static constexpr milliseconds later = 40s;

class SchedulerFoldingTest : public QObject {
    Q_OBJECT

    static Endpoint messages(int channel, Method method = Method::Get)
    {
        return {method, QStringLiteral("/channels/%1/messages").arg(channel)};
    }
    // One request, and its answer.
    static void exchange(
        Desk &desk, const Endpoint &endpoint, const Response &response, milliseconds time)
    {
        const auto ticket = desk.ask(endpoint, time);
        QVERIFY(desk.isGranted(ticket));
        desk.complete(ticket, response, time + 10ms);
    }

private Q_SLOTS:
    void keepsWhatWasLearnt()
    {
        Desk desk;
        exchange(desk, messages(1), answer(5, 4, 1s), 0ms);
        const Bucket before = *desk.scheduler.bucket(messages(1), at(10ms));
        desk.runTo(29s);
        QCOMPARE(desk.scheduler.size().folded, 0);
        desk.runTo(later);
        QCOMPARE(desk.scheduler.size().folded, 1);
        QCOMPARE(desk.scheduler.size().buckets, 1);
        QCOMPARE(desk.scheduler.size().lanes, 1);

        const Bucket after = *desk.scheduler.bucket(messages(1), at(later));
        QCOMPARE(after.id, before.id);
        QCOMPARE(after.name, before.name);
        QCOMPARE(after.hash, before.hash);
        QCOMPARE(after.majorResource, before.majorResource);
        QCOMPARE(after.state, BucketState::Idle);
        QCOMPARE(after.limit, std::optional(5));
        QCOMPARE(after.remaining, std::optional(5));
        QVERIFY(!after.resetAt);
        QCOMPARE(after.window, before.window);
        QCOMPARE(after.granted, 1u);
        QCOMPARE(after.lanes, 1);
        QCOMPARE(desk.count(Event::Type::BucketRemoved), 0);
        QCOMPARE(desk.scheduler.size().folded, 1); // who looks does not wake it

        for (int i = 0; i < 5; ++i) // not one, as if nothing were known
            QVERIFY(desk.isGranted(desk.ask(messages(1), later)));
        QVERIFY(!desk.isGranted(desk.ask(messages(1), later)));
        QCOMPARE(desk.scheduler.size().folded, 0);
        QCOMPARE(desk.events.back().bucket, before.id);
        QCOMPARE(desk.scheduler.bucket(before.id, at(later))->granted, 6u);
    }

    void keepsItsNames()
    {
        Desk desk;
        exchange(desk, messages(1), answer(5, 4, 1s), 0ms);
        const auto asked = std::find_if(desk.events.begin(), desk.events.end(),
            [](const Event &event) { return !event.lane.isNull(); });
        const LaneId lane = asked->lane;
        const BucketId bucket = asked->bucket;
        const QString name = desk.scheduler.laneName(lane);
        desk.runTo(later);
        QCOMPARE(desk.scheduler.size().folded, 1);
        QCOMPARE(desk.scheduler.laneName(lane), name);
        QCOMPARE(desk.scheduler.bucket(bucket, at(later))->name, name);
        QCOMPARE(desk.scheduler.buckets(at(later)).size(), size_t(1));
        QCOMPARE(desk.scheduler.buckets(at(later), 0, 5).buckets.front().id, bucket);
        QVERIFY(desk.scheduler.waiting(bucket, 5).empty());
        QVERIFY(desk.scheduler.estimate(messages(1), {}, at(later)).waits.empty());

        QVERIFY(desk.scheduler.setFlow(bucket, Flow::Paused, at(later)));
        QVERIFY(!desk.isGranted(desk.ask(messages(1), later)));
        QCOMPARE(desk.scheduler.size().folded, 0);
    }

    void keepsWhatHasNoLimit()
    {
        Desk desk;
        for (int i = 0; i < 3; ++i)
            exchange(desk, messages(1), noHeaders(), milliseconds(100 * i));
        desk.runTo(later);
        QCOMPARE(desk.scheduler.size().folded, 1);
        for (int i = 0; i < 20; ++i)
            QVERIFY(desk.isGranted(desk.ask(messages(1), later)));
    }

    void aWindowThatIsOpenStays()
    {
        Desk desk;
        exchange(desk, messages(1), answer(5, 4, 50s), 0ms);
        desk.runTo(2 * later);
        QCOMPARE(desk.scheduler.size().folded, 0); // nobody looks again before it is forgotten
        QVERIFY(desk.isGranted(desk.ask(messages(1), 2 * later)));
    }

    // Looking again and again would cost a wake-up each time.
    void aLongWaitCostsNoWakeUps()
    {
        Desk desk;
        desk.complete(desk.ask(messages(1), 0ms), tooMany(24h), 10ms);
        int wakeUps = 0;
        while (const auto deadline = desk.scheduler.nextDeadline()) {
            desk.scheduler.advance(*deadline);
            desk.note();
            ++wakeUps;
        }
        QCOMPARE(desk.scheduler.size().buckets, 0);
        QVERIFY(wakeUps < 40);
    }

    void whatIsNotAloneStays()
    {
        Desk desk;
        exchange(desk, messages(1), answer(5, 4, 1s), 0ms);
        exchange(desk, messages(1, Method::Delete), answer(5, 3, 1s), 0ms); // the same bucket
        const auto named = desk.ask(messages(2), 0ms, {.lane = "mine"});
        desk.complete(named, answer(5, 4, 1s, "two"), 10ms);
        exchange(desk, {Method::Post, "/interactions/1/tok/callback"}, noHeaders(), 0ms);
        desk.runTo(later);
        QCOMPARE(desk.scheduler.size().folded, 0);
        desk.runTo(2h);
        QCOMPARE(desk.scheduler.size().buckets, 0);
        QCOMPARE(desk.scheduler.size().lanes, 0);
    }

    void isForgottenInTime()
    {
        Desk desk;
        for (int channel = 1; channel <= 3; ++channel)
            exchange(desk, messages(channel), answer(5, 4, 1s), milliseconds(channel));
        desk.runTo(59min);
        QCOMPARE(desk.scheduler.size().folded, 3);
        QVERIFY(desk.isGranted(desk.ask(messages(2), 59min)));
        desk.runTo(61min);
        QCOMPARE(desk.scheduler.size().buckets, 1);
        QCOMPARE(desk.scheduler.size().lanes, 1);
        QCOMPARE(desk.count(Event::Type::BucketRemoved), 2);
        QVERIFY(!desk.scheduler.bucket(messages(1), at(61min)));
        QVERIFY(desk.scheduler.bucket(messages(2), at(61min)));
    }

    void anotherRouteFindsItsBucket()
    {
        Desk desk;
        exchange(desk, messages(1), answer(5, 4, 1s), 0ms);
        const BucketId bucket = desk.scheduler.bucket(messages(1), at(0ms))->id;
        desk.runTo(later);
        QCOMPARE(desk.scheduler.size().folded, 1);
        exchange(desk, messages(1, Method::Delete), answer(5, 4, 1s), later);
        QCOMPARE(desk.scheduler.size().buckets, 1);
        QCOMPARE(desk.scheduler.size().folded, 0);
        QCOMPARE(desk.scheduler.bucket(messages(1, Method::Delete), at(later))->id, bucket);
    }

    // The hash of a route changes with one bucket; the others have theirs until they hear it.
    void keepsItsHash()
    {
        Desk desk;
        for (int channel = 1; channel <= 3; ++channel)
            exchange(desk, messages(channel), answer(5, 4, 1s, "old"), 0ms);
        desk.runTo(later);
        QCOMPARE(desk.scheduler.size().folded, 3);
        exchange(desk, messages(2), answer(5, 4, 1s, "new"), later);
        QVERIFY(desk.saw(Anomaly::HashFlipped));
        QCOMPARE(desk.scheduler.bucket(messages(1), at(later))->hash, "old");
        QCOMPARE(desk.scheduler.bucket(messages(2), at(later))->hash, "new");
        QCOMPARE(desk.scheduler.bucket(messages(3), at(later))->hash, "old");
        desk.runTo(2 * later);
        QCOMPARE(desk.scheduler.size().folded, 1); // the record has no room for the others' hash
        exchange(desk, messages(3), answer(5, 4, 1s, "new"), 2 * later);
        QCOMPARE(desk.scheduler.bucket(messages(3), at(2 * later))->hash, "new");
    }

    // A hash is not forgotten as long as a bucket is called by it.
    void aForgottenHashStays()
    {
        Desk desk({.idleBucketLifetime = 1h, .hashLifetime = 10min});
        exchange(desk, messages(1), answer(5, 4, 1s), 0ms);
        desk.runTo(59min);
        exchange(desk, messages(2), answer(5, 4, 1s), 59min);
        QCOMPARE(desk.scheduler.bucket(messages(1), at(59min))->hash, "abcd");
        desk.runTo(4h);
        QCOMPARE(desk.scheduler.size().buckets, 0);
        QCOMPARE(desk.scheduler.size().hashes, 0);
    }
};

QTEST_GUILESS_MAIN(SchedulerFoldingTest)
#include "tst_schedulerfolding.moc"
