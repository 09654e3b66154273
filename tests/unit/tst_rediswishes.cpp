// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// When a process asks Redis, and what it trusts in; Redis is what the test says. Time is virtual.
#include "tests/common/Talker.h"

#include <QtTest/QTest>

class RedisWishesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // The token's limits hold it: it asks for all at once, and when it is its turn.
    void asksForAllAtItsTurn()
    {
        Talker talker;
        talker.ask(1, 0ms);
        talker.ask(2, 0ms);
        QCOMPARE(talker.wants(0ms), 2);
        talker.reply("{'n':0,'why':'global','at':'*','wait':700}", 2, 1ms);
        talker.ask(3, 100ms); // is no reason to ask
        QCOMPARE(talker.wants(100ms), 0);
        QCOMPARE(*talker.talk.nextDeadline(), at(702ms));
        QCOMPARE(talker.wants(701ms), 0);
        QCOMPARE(talker.wants(702ms), 3);
        talker.reply("{'n':1}", 3, 703ms);
        QCOMPARE(talker.desk.grants.size(), 3U);
        talker.ask(4, 710ms);
        QCOMPARE(talker.wants(710ms), 1); // nothing holds it now
    }

    void isWokenByName_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<int>("asksAt");
        QTest::newRow("others") << QByteArray("*\nhe she+20 meme") << 2001;
        QTest::newRow("another list") << QByteArray("x\nme") << 2001;
        QTest::newRow("by name") << QByteArray("*\nhe me") << 100;
        QTest::newRow("by name, later") << QByteArray("*\nme+350 he") << 450;
        QTest::newRow("all") << QByteArray("*") << 100;
    }
    void isWokenByName()
    {
        QFETCH(QByteArray, message);
        QFETCH(int, asksAt);
        Talker talker;
        talker.ask(1, 0ms);
        QCOMPARE(talker.wants(0ms), 1);
        talker.reply("{'n':0,'why':'global','at':'*'}", 1, 1ms);
        QCOMPARE(talker.wants(99ms), 0);
        QCOMPARE(talker.talk.isMeant(message), QTest::currentDataTag() != QByteArray("others"));
        talker.talk.woken(message);
        for (int time = 100; time < asksAt; ++time)
            QCOMPARE(talker.wants(milliseconds(time)), 0);
        QCOMPARE(talker.wants(milliseconds(asksAt)), 1);
    }

    // It asks then, and not before: the message is better than a poll.
    void isToldItsTurn()
    {
        Talker talker;
        const TicketId ticket = talker.ask(1, 0ms);
        const QString bucket = talker.call(0ms)[u"want"][0][u"b"].toString();
        talker.reply("{'n':0,'why':'turn','wait':9000}", 1, 1ms);
        const auto waits = [&](milliseconds time) {
            return talker.desk.scheduler.waits(ticket, at(time));
        };
        QCOMPARE(waits(50ms), std::vector{Wait{WaitReason::Turn}});
        talker.talk.woken(bucket.toUtf8() + "\nme+4000");
        QVERIFY(talker.call(100ms).isEmpty());
        QCOMPARE(waits(100ms), (std::vector{Wait{WaitReason::Bucket, at(4100ms)}}));
        QCOMPARE(talker.wants(3100ms), 0); // a sign of life
        talker.reply("", 0, 3101ms);
        QCOMPARE(talker.wants(4099ms), 0);
        QCOMPARE(talker.wants(4100ms), 1);
    }

    // And is woken while it asks: the reply may be from before.
    void isWokenDuringACall()
    {
        Talker talker;
        talker.ask(1, 0ms);
        QCOMPARE(talker.wants(0ms), 1);
        talker.talk.woken("*\nme+200");
        QVERIFY(talker.call(1ms).isEmpty());
        talker.reply("{'n':0,'why':'global','at':'*'}", 1, 2ms);
        QCOMPARE(talker.wants(200ms), 0);
        QCOMPARE(talker.wants(201ms), 1);
    }

    // A bucket's wait is over, but the token's limits hold the process: that can wait, but not for
    // long, as the bucket may keep tokens for it.
    void isPatientWhileItIsHeld()
    {
        Talker talker;
        talker.ask(1, 0ms);
        QCOMPARE(talker.wants(0ms), 1);
        talker.reply("{'n':0,'why':'bucket','wait':300}", 1, 0ms);
        talker.ask(2, 10ms);
        QCOMPARE(talker.wants(30ms), 1);
        talker.reply("{'n':0,'why':'global','at':'*','wait':2000}", 1, 30ms);
        QCOMPARE(talker.wants(301ms), 0);
        QCOMPARE(talker.wants(800ms), 0);
        QCOMPARE(talker.wants(801ms), 2);
    }

    // Messages that come meanwhile are missed.
    void asksMoreOftenWhileItHearsNothing()
    {
        Talker talker;
        talker.ask(1, 0ms);
        QCOMPARE(talker.wants(0ms), 1);
        talker.reply("{'n':0,'why':'probe'}", 1, 0ms);
        talker.talk.setListening(false, at(100ms));
        QCOMPARE(talker.wants(599ms), 0);
        QCOMPARE(talker.wants(600ms), 1);
        talker.reply("{'n':0,'why':'bucket','wait':60000}", 1, 600ms);
        QCOMPARE(talker.wants(1099ms), 0);
        QCOMPARE(talker.wants(1100ms), 1);
        talker.reply("{'n':0,'why':'bucket','wait':60000}", 1, 1100ms);
        talker.talk.setListening(true, at(1200ms));
        QCOMPARE(talker.wants(1200ms), 1);
        talker.reply("{'n':0,'why':'bucket','wait':60000}", 1, 1200ms);
        QCOMPARE(talker.wants(61'201ms), 1);
    }

    // Redis takes it for dead then, and what it has is another one's.
    void trustsInNothingAfterALongSilence()
    {
        Talker talker;
        const PoolId pool{1};
        talker.desk.scheduler.setPool(pool, 1, at(0ms));
        const TicketId first = talker.ask(1, 0ms, {.pool = pool});
        const TicketId second = talker.ask(2, 0ms, {.pool = pool});
        QCOMPARE(talker.wants(0ms), 2);
        talker.reply("{'n':1}", 2, 1ms);
        QVERIFY(talker.desk.isGranted(first));
        QVERIFY(!talker.desk.isGranted(second));     // there is no connection for it
        QVERIFY(talker.call(8999ms).contains(u"p")); // lives
        talker.talk.unheard(talker.desk.scheduler, at(8999ms));
        talker.talk.turnBegins(talker.desk.scheduler, at(9000ms));
        talker.desk.complete(first, Response::lost(), 9000ms);
        talker.hear();
        QVERIFY(!talker.desk.isGranted(second));
        const QJsonObject call = talker.call(9030ms);
        QCOMPARE(call[u"back"].toArray().size(), 1);
        QCOMPARE(call[u"want"].toArray().size(), 1);
        talker.reply("{'n':1}", 1, 9031ms);
        QVERIFY(talker.desk.isGranted(second));
    }

    void usesNothingOfAnOldReply()
    {
        Talker talker;
        const TicketId ticket = talker.ask(1, 0ms);
        QCOMPARE(talker.wants(0ms), 1);
        talker.reply("{'n':1}", 1, 9000ms); // it was stopped meanwhile
        QVERIFY(!talker.desk.isGranted(ticket));
        const QJsonObject call = talker.call(9000ms);
        QCOMPARE(call[u"back"].toArray().size(), 1);
        QCOMPARE(call[u"want"].toArray().size(), 1);
    }

    // A call has 300 places. Those that find none wait with the others, and not in a loop.
    void waitsAtTheGateWithoutAPlace()
    {
        Talker talker;
        for (int i = 0; i < 360; ++i)
            talker.ask(i, 0ms);
        QCOMPARE(talker.wants(0ms), 300);
        talker.reply("{'n':0,'why':'global','at':'*','wait':700}", 300, 1ms);
        for (int time = 1; time < 702; ++time)
            QVERIFY(talker.call(milliseconds(time)).isEmpty());
        QCOMPARE(talker.wants(702ms), 300);
        talker.reply("{'n':1}", 300, 703ms);
        QCOMPARE(talker.wants(732ms), 60); // as soon as it may
    }

    // Until somebody may be dead, which is no reason to wait for so long, nor what it waits for.
    void asksAgainWhereItKnowsNoTurn()
    {
        Talker talker;
        const TicketId ticket = talker.ask(1, 0ms);
        QCOMPARE(talker.wants(0ms), 1);
        talker.reply("{'n':0,'why':'bucket','wait':119999,'maybe':true}", 1, 0ms);
        const auto waits = talker.desk.scheduler.waits(ticket, at(0ms));
        QVERIFY(!waits.empty() && !waits.back().until);
        QCOMPARE(talker.wants(1999ms), 0);
        QCOMPARE(talker.wants(2000ms), 1);
    }

    // Those that know no moment ask together, so some of them earlier.
    void asksForAllThatKnowNoTurnAtOnce()
    {
        Talker talker;
        const QByteArray behindOthers = "{'n':0,'why':'turn','wait':9000}";
        for (int i = 0; i < 10; ++i) {
            talker.ask(i, 100ms * i);
            QCOMPARE(talker.wants(100ms * i), 1);
            talker.reply(behindOthers, 1, 100ms * i);
        }
        QCOMPARE(talker.wants(1999ms), 0);
        QCOMPARE(talker.wants(2s), 10);
        talker.reply(behindOthers, 10, 2s);
        QCOMPARE(talker.wants(3999ms), 0);
        QCOMPARE(talker.wants(4s), 10);
    }

    // Its own answer says what the bucket has. Others may wait for that, so it is said soon.
    void asksWithItsAnswerWhereItProbes()
    {
        Talker talker;
        const Endpoint endpoint(Method::Get, "/channels/1/messages");
        const TicketId probe = talker.desk.ask(endpoint, 0ms);
        talker.desk.ask(endpoint, 0ms);
        talker.hear();
        talker.call(0ms);
        talker.reply("{'n':1,'why':'probe','wait':10000}", 1, 0ms);
        talker.desk.complete(probe, Response::lost(), 100ms);
        talker.hear();
        const QJsonObject call = talker.call(100ms);
        QCOMPARE(call[u"done"].toArray().size(), 1);
        QCOMPARE(call[u"want"].toArray().size(), 1);
    }

    // What nobody can make use of before the window ends can wait a little for more of it.
    void tellsWhatIsUsedUpALittleLater()
    {
        Talker talker;
        std::vector<TicketId> tickets;
        for (int i = 0; i < 2; ++i) {
            const TicketId ticket = talker.ask(1, 1s * i);
            talker.call(1s * i);
            talker.reply("{'n':1}", 1, 1s * i);
            const Response response = answer(5, 4 - i, 5s);
            talker.talk.answered(ticket, response, at(1s * i));
            talker.desk.complete(ticket, response, 1s * i);
            talker.hear();
            QVERIFY(talker.call(1s * i).isEmpty());
            const milliseconds soon = 1s * i + 50ms; // it may, after the first: that is the probe
            QCOMPARE(talker.call(soon).contains(u"done"), i == 0);
            if (i == 0)
                talker.reply("{}", 0, soon);
        }
        QVERIFY(talker.call(1100ms).contains(u"done"));
    }

    // What Redis does not understand is not said again, and stops nothing.
    void saysNothingAgainThatIsNotUnderstood()
    {
        Talker talker;
        const TicketId ticket = talker.ask(1, 0ms);
        talker.call(0ms);
        talker.reply("{'n':1}", 1, 0ms);
        Response response = answer(5, 4, std::chrono::hours(1'000'000'000));
        response.headers->reset = WallTime(100'000'000'000'000ms);
        talker.talk.answered(ticket, response, at(10ms));
        talker.desk.complete(ticket, response, 10ms);
        talker.hear();
        talker.ask(2, 10ms);
        QJsonObject call = talker.call(40ms);
        const QJsonValue done = call[u"done"][0];
        QVERIFY(done[u"reset"].toInteger() > 0 && done[u"reset"].toInteger() < 100'000'000'000'000);
        QVERIFY(done[u"after"].toInteger() > 0 && done[u"after"].toInteger() < 100'000'000'000'000);
        QVERIFY(!talker.refuse("request.done[].reset is not a whole number", 41ms).isEmpty());
        call = talker.call(1041ms);
        QVERIFY(!call.contains(u"done"));
        QCOMPARE(call[u"want"].toArray().size(), 1);
    }

    void saysAgainWhatWasNotHeard()
    {
        Talker talker;
        const TicketId ticket = talker.ask(1, 0ms);
        talker.call(0ms);
        talker.reply("{'n':1}", 1, 0ms);
        talker.desk.complete(ticket, Response::lost(), 10ms);
        talker.hear();
        QVERIFY(talker.call(10ms).isEmpty());
        QVERIFY(talker.call(40ms).contains(u"done"));
        QVERIFY(!talker.refuse("-LOADING", 41ms).isEmpty());
        QVERIFY(talker.call(1041ms).contains(u"done"));
    }

    void callsAreNumbered()
    {
        Talker talker;
        talker.ask(1, 0ms);
        QCOMPARE(talker.call(0ms)[u"call"], 1);
        talker.talk.unheard(talker.desk.scheduler, at(1ms));
        QCOMPARE(talker.call(31ms)[u"call"], 2);
        const QByteArrayList last = talker.talk.lastWords(at(40ms));
        QCOMPARE(last.size(), 1);
        QVERIFY(last[0].contains(R"("call":3)"));
    }
};

QTEST_GUILESS_MAIN(RedisWishesTest)
#include "tst_rediswishes.moc"
