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
        desk.runTo(later + 2h);
        QCOMPARE(desk.scheduler.size().lanes, 0);
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
        QCOMPARE(desk.scheduler.size().folded, 2);
        QCOMPARE(hashOf(desk, 1), "old");
        QCOMPARE(hashOf(desk, 2), "new");
        QCOMPARE(hashOf(desk, 3), "old");
        exchange(desk, messages(3), answer(5, 4, 1s, "old"), later); // and back
        QCOMPARE(hashOf(desk, 2), "new");
        desk.runTo(2 * later);
        QCOMPARE(desk.scheduler.size().folded, 3);
        QCOMPARE(hashOf(desk, 1), "old");
        QCOMPARE(hashOf(desk, 2), "new");
        exchange(desk, messages(1), answer(5, 4, 1s, "new"), 2 * later);
        QCOMPARE(hashOf(desk, 1), "new");
        QCOMPARE(hashOf(desk, 3), "old");
    }

    // A learnt hash may be forgotten before the bucket that is called by it.
    void outlivesWhatWasLearnt()
    {
        Desk desk({.idleBucketLifetime = 1h, .hashLifetime = 10min});
        exchange(desk, messages(1), answer(5, 4, 1s), 0ms);
        desk.runTo(35min);
        exchange(desk, messages(2), answer(5, 4, 1s), 35min);
        desk.runTo(70min);
        QCOMPARE(desk.scheduler.size().hashes, 0);
        QCOMPARE(hashOf(desk, 2), "abcd");
        QVERIFY(desk.isGranted(desk.ask(messages(2), 70min)));
        QCOMPARE(hashOf(desk, 2), "abcd");
        desk.runTo(4h);
    }

    // What has more to say than a record has room for stays as it is.
    void stays_data()
    {
        QTest::addColumn<int>("what");
        QTest::newRow("a route that a sublimit holds") << 0;
        QTest::newRow("a route that probes after one") << 1;
        QTest::newRow("drained") << 2;
        QTest::newRow("blind 429s") << 3;
        QTest::newRow("headers that vanished") << 4;
        QTest::newRow("a change that was not told yet") << 5;
        QTest::newRow("called after another route") << 6;
        QTest::newRow("tokens that are out for ever") << 7;
        QTest::newRow("a sublimit that one on its way did not meet") << 8;
    }
    void stays()
    {
        QFETCH(int, what);
        Desk desk;
        exchange(desk, messages(1), answer(5, 4, 1s), 0ms);
        const BucketId bucket = desk.scheduler.bucket(messages(1), at(0ms))->id;
        if (what == 0)
            exchange(desk, messages(1), tooMany(1min, Scope::User, 3), 2s);
        else if (what == 1)
            exchange(desk, messages(1), tooMany(2s, Scope::User, 3), 2s);
        else if (what == 2)
            QVERIFY(desk.scheduler.setFlow(bucket, Flow::Draining, at(2s)));
        else if (what == 8)
            limitOneOfTwo(desk);
        else if (what == 3)
            exchange(desk, messages(1), tooMany(0s), 2s);
        else if (what == 4)
            exchange(desk, messages(1), noHeaders(), 2s);
        else if (what == 6)
            leaveToAnother(desk);
        else if (what == 7)
            exchange(desk, messages(2), partly(), 2s);
        desk.note();
        if (what == 5) {
            const auto ticket = desk.ask(messages(1), 2s);
            desk.scheduler.complete(ticket, answer(5, 4, 1s), at(2s));
            desk.scheduler.advance(at(later)); // nobody takes the events
        } else {
            desk.runTo(later);
        }
        QCOMPARE(desk.scheduler.size().folded, what == 7 ? 1 : 0);
    }

    // All at once would stall the bot.
    void foldsInSteps()
    {
        Desk desk({.globalLimit = 0});
        for (int channel = 1; channel <= 1200; ++channel)
            exchange(desk, messages(channel), answer(5, 4, 1s), 0ms);
        desk.runTo(29s);
        int most = 0, before = 0, wakeUps = 0;
        for (auto deadline = desk.scheduler.nextDeadline(); deadline && *deadline <= at(later);
             deadline = desk.scheduler.nextDeadline()) {
            desk.scheduler.advance(*deadline);
            const int folded = desk.scheduler.size().folded;
            most = std::max(most, folded - std::exchange(before, folded));
            ++wakeUps;
        }
        QCOMPARE(before, 1200);
        QCOMPARE(most, 500);
        QVERIFY(wakeUps <= 5);
    }

    // A bot that goes idle does not wake up for each of its buckets.
    void wakesUpSeldom()
    {
        Desk desk({.globalLimit = 0});
        for (int channel = 1; channel <= 300; ++channel) {
            desk.runTo(100ms * channel);
            exchange(desk, messages(channel), answer(5, 4, 1s), 100ms * channel);
        }
        desk.runTo(35s);
        int wakeUps = 0;
        while (desk.scheduler.size().folded < 300) {
            desk.scheduler.advance(*desk.scheduler.nextDeadline());
            ++wakeUps;
        }
        QVERIFY(wakeUps <= 6);
    }

    // What is forgotten at once is not folded for ever.
    void aLifetimeOfNothing()
    {
        Desk desk({.idleBucketLifetime = 0ms});
        exchange(desk, messages(1), answer(5, 4, 1s), 0ms);
        desk.runTo(3s);
        QCOMPARE(desk.scheduler.size().buckets, 0);
    }

    // The estimate is that of the lane's own bucket, which is not the one that its route has now.
    void estimatesByItsOwnBucket()
    {
        Desk desk;
        exchange(desk, messages(1), noHeaders(), 0ms);
        desk.runTo(later);
        QCOMPARE(desk.scheduler.size().folded, 1);
        exchange(desk, messages(2), answer(5, 4, 1s, "h"), later);
        exchange(desk, messages(1, Method::Delete), answer(1, 0, 20s, "h"), later);
        QCOMPARE(desk.scheduler.estimate(messages(1), {}, at(later + 20ms)).at, at(later + 20ms));
        QVERIFY(desk.isGranted(desk.ask(messages(1), later + 20ms)));
    }

private:
    static QByteArray hashOf(const Desk &desk, int channel)
    {
        return desk.scheduler.bucket(messages(channel), desk.events.back().at)->hash;
    }
    // Two lanes share the bucket; the one that it is called after is forgotten.
    static void leaveToAnother(Desk &desk)
    {
        exchange(desk, messages(1, Method::Delete), answer(5, 3, 1s), 100ms);
        exchange(desk, messages(1), answer(5, 4, 1s, "other"), 2s); // moves away
    }
    static void limitOneOfTwo(Desk &desk)
    {
        const auto first = desk.ask(messages(1), 2s), second = desk.ask(messages(1), 2s);
        desk.complete(first, tooMany(1min, Scope::User, 3), 2s);
        desk.complete(second, answer(5, 3, 1s), 2s);
    }
    // A server that says what is left, and never for how long.
    static Response partly()
    {
        Response response = answer(5, 3, 1s, {});
        response.headers->resetAfter.reset();
        return response;
    }
};

QTEST_GUILESS_MAIN(SchedulerFoldingTest)
#include "tst_schedulerfolding.moc"
