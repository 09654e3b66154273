// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// When Redis is asked who holds what, and what is made of the answer.
#include "ratelimit/redis/RedisTalk.h"
#include "tests/common/Desk.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

// A process whose Redis the test plays.
struct Talker {
    Talker()
        : scheduler({.isShared = true})
        , talk("me", {}, scheduler.options())
    {
        talk.setInfo(RedisLook::info(u"bot"_qs, 4121, u"web1"_qs));
        talk.connected(at(-1s));
        hello = call(-1s);
        reply(-1s);
    }
    void ask(const QByteArray &path, milliseconds now)
    {
        scheduler.acquire(Endpoint(Method::Get, QString::fromLatin1(path)), {}, at(now));
    }
    // What it says then; empty: nothing.
    QJsonObject call(milliseconds now)
    {
        scheduler.advance(at(now));
        for (bool again = true; again;) {
            for (const Event &event : scheduler.takeEvents())
                talk.happened(event);
            again = talk.turnEnded(scheduler, at(now));
        }
        return QJsonDocument::fromJson(talk.nextCall(scheduler, at(now))).object();
    }
    void reply(milliseconds now, QJsonObject reply = {})
    {
        reply.insert(u"now"_qs, 1);
        QCOMPARE(talk.replied(QJsonDocument(reply).toJson(), scheduler, at(now)), QString());
    }
    Scheduler scheduler;
    RedisTalk talk;
    QJsonObject hello; // what it says first
};

class RedisLookTest : public QObject {
    Q_OBJECT

    static RedisLook replied(const char *json, const RedisLook::Names &names = {})
    {
        RedisLook look;
        QByteArray text = json; // with ' for ", and ` for one in a text
        const auto document =
            QJsonDocument::fromJson(text.replace('\'', "\"").replace('`', "\\\""));
        Q_ASSERT(document.isObject());
        look.replied(document.object(), "me", names, at(1min));
        return look;
    }

private Q_SLOTS:
    void nobodyWatches()
    {
        Talker process;
        QVERIFY(process.call(0ms).isEmpty());
        QVERIFY(!process.talk.nextDeadline());
        process.ask("/channels/1/messages", 0ms);
        QVERIFY(!process.call(0ms).contains(u"look"));
    }

    void looksOnceASecondWhileSomebodyWatches()
    {
        Talker process;
        process.talk.watch(at(0ms));
        QVERIFY(process.call(0ms)[u"look"].isArray());
        process.reply(10ms);
        process.talk.watch(at(500ms));
        QVERIFY(process.call(900ms).isEmpty());
        QCOMPARE(process.talk.nextDeadline(), std::optional(at(1000ms)));
        QVERIFY(process.call(1000ms).contains(u"look"));
        process.reply(1010ms);
        // What there is to say anyway does not look sooner.
        process.ask("/channels/1/messages", 1500ms);
        const QJsonObject urgent = process.call(1500ms);
        QVERIFY(urgent.contains(u"want") && !urgent.contains(u"look"));
        process.reply(1510ms);
        QVERIFY(process.call(2000ms).contains(u"look"));
        process.reply(2010ms);
        QVERIFY(process.call(3499ms).contains(u"look"));
        process.reply(3500ms);
        const QJsonObject later = process.call(4500ms); // nobody has asked for three seconds
        QVERIFY(!later.contains(u"look"));
    }

    void endsWithoutACall()
    {
        Talker process;
        process.talk.watch(at(0ms));
        QVERIFY(process.call(3000ms).isEmpty());
        QVERIFY(!process.talk.nextDeadline());
    }

    void namesWhatItWaitsFor()
    {
        Talker process;
        process.ask("/channels/1/messages", 0ms);
        QVERIFY(process.call(0ms).contains(u"want"));
        process.reply(10ms,
            {{u"want"_qs,
                QJsonArray{QJsonObject{{u"b"_qs,
                                           u"#p#GET /channels/{channel}/messages#"
                                           "channels/1#"_qs},
                    {u"n"_qs, 0}, {u"why"_qs, u"probe"_qs}}}}});
        process.talk.watch(at(100ms));
        const QJsonArray look = process.call(100ms)[u"look"].toArray();
        QCOMPARE(look.size(), 1);
        const QString name = look[0].toString();
        process.reply(110ms,
            {{u"look"_qs,
                QJsonObject{{u"processes"_qs, QJsonArray{QJsonObject{{u"p"_qs, u"me"_qs}}}},
                    {u"buckets"_qs,
                        QJsonArray{
                            QJsonObject{{u"b"_qs, name}, {u"waits"_qs, QJsonArray{u"me"_qs}}}}}}}});
        const SharedState &state = process.talk.sharedState();
        QCOMPARE(state.buckets.size(), size_t(1));
        const auto bucket =
            process.scheduler.bucket(Endpoint{Method::Get, "/channels/1/messages"}, at(110ms));
        QCOMPARE(state.buckets[0].bucket, bucket->id);
        QCOMPARE(state.buckets[0].waiting, std::vector<int>{0});
    }

    // What it was told when it asked is no longer so: others took the tokens meanwhile.
    void tellsTheNumbersOfNow()
    {
        Talker process;
        const Endpoint endpoint(Method::Get, "/channels/1/messages");
        const TicketId ticket = process.scheduler.acquire(endpoint, {}, at(0ms));
        const QJsonArray wants = process.call(0ms)[u"want"].toArray();
        QCOMPARE(wants.size(), 1);
        const QString name = wants[0][u"b"].toString();
        process.reply(10ms,
            {{u"want"_qs,
                 QJsonArray{QJsonObject{{u"b"_qs, name}, {u"n"_qs, 0}, {u"why"_qs, u"turn"_qs}}}},
                {u"learnt"_qs,
                    QJsonArray{
                        QJsonObject{{u"b"_qs, name}, {u"limit"_qs, 5}, {u"remaining"_qs, 3}}}}});
        const auto wait = [&](milliseconds time) {
            return process.scheduler.waits(ticket, at(time)).at(0);
        };
        QCOMPARE(wait(50ms), Wait{WaitReason::Turn});
        const auto look = [&](milliseconds time, int remaining) {
            process.talk.watch(at(time));
            QVERIFY(process.call(time).contains(u"look"));
            process.reply(time,
                {{u"look"_qs,
                    QJsonObject{{u"buckets"_qs,
                        QJsonArray{QJsonObject{{u"b"_qs, name}, {u"waits"_qs, QJsonArray{u"me"_qs}},
                            {u"limit"_qs, 5}, {u"remaining"_qs, remaining}, {u"free"_qs, remaining},
                            {u"reset"_qs, 2000}}}}}}});
            QCOMPARE(process.scheduler.bucket(endpoint, at(time))->remaining, remaining);
        };
        look(100ms, 0);
        QCOMPARE(wait(100ms), (Wait{WaitReason::Bucket, at(2101ms)}));
        look(1100ms, 2);
        QCOMPARE(wait(1100ms), Wait{WaitReason::Turn});
    }

    void introducesItself()
    {
        Talker process;
        QCOMPARE(process.hello[u"info"].toString(),
            u"{\"host\":\"web1\",\"name\":\"bot\",\"pid\":4121}"_qs);
        const auto says = [&process](milliseconds now, bool isHeard = true) {
            process.talk.watch(at(now));
            const bool isThere = process.call(now).contains(u"info");
            if (isHeard)
                process.reply(now);
            else
                process.talk.unheard(process.scheduler, at(now));
            return isThere;
        };
        for (auto now = 0s; now < 59s; now += 1s)
            QVERIFY(!says(now));
        QVERIFY(says(59s, false));
        QVERIFY(says(60s)); // nobody knows whether it was heard
        QVERIFY(!says(61s));
        QVERIFY(says(71s)); // it was taken for dead meanwhile
        QVERIFY(!says(72s));
        process.talk.watch(at(73s));
        QVERIFY(!process.call(73s).contains(u"info"));
        process.reply(73s, {{u"stranger"_qs, true}}); // Redis has forgotten
        QVERIFY(says(74s));
        QVERIFY(!says(75s));
        process.talk.disconnected(process.scheduler, at(76s));
        process.talk.connected(at(77s));
        QVERIFY(says(77s));
    }

    void infoIsShort()
    {
        const QString worst(5000, QChar(1));
        const QByteArray info = RedisLook::info(worst, std::numeric_limits<qint64>::max(), worst);
        QVERIFY(info.size() <= 1000);
        QVERIFY(QJsonDocument::fromJson(info).isObject());
        const QString wide = u"\U0001F980"_qs.repeated(5000);
        QVERIFY(RedisLook::info(wide, 1, wide).size() <= 1000);
    }

    void understandsWhoHoldsWhat()
    {
        const BucketId here{77};
        const RedisLook look = replied(
            "{'processes': [ "
            "{'p': 'b', 'info': '{`name`:`music-bot`,`pid`:4121,`host`:`web2`}', "
            "'heard': 2000, 'waits': true, 'leases': 3}, "
            "{'p': 'a', 'heard': 1, 'leases': 1}, "
            "{'p': 'me', 'info': '{`name`:`music-bot`,`pid`:77,`host`:`web1`}'}], "
            "'buckets': [ "
            "{'b': 'a1f3#channels/9##GET /x', 'holds': [{'p': 'a', 'n': 1}, {'p': 'b', 'n': 3}], "
            "'waits': ['me', 'gone']}, "
            "{'b': '#p#GET /users/@me##', 'holds': [{'p': 'gone', 'n': 1}]}, "
            "{'b': '#p#GET /channels/{channel}/messages#channels/1#', 'waits': ['b']}], "
            "'more': 5}",
            {{"a1f3#channels/9##GET /x", here}});
        const SharedState &state = look.state();
        QCOMPARE(state.at, at(1min));
        QCOMPARE(state.moreBuckets, 5);
        QCOMPARE(state.processes.size(), size_t(3));
        QVERIFY(state.processes[0].isOwn && !state.processes[1].isOwn);
        QCOMPARE(state.processes[0].pid, 77);
        QCOMPARE(state.processes[1].id, u"a"_qs);
        QCOMPARE(state.processes[1].name, QString());
        QCOMPARE(state.processes[0].heardAt, at(1min - 10s)); // longer ago than Redis knows
        const SharedProcess &b = state.processes[2];
        QCOMPARE(b.name, u"music-bot"_qs);
        QCOMPARE(b.host, u"web2"_qs);
        QCOMPARE(b.heardAt, at(1min - 2s));
        QVERIFY(b.waitsForAll);
        QCOMPARE(b.leases, 3);
        QCOMPARE(state.buckets.size(), size_t(2)); // of those that are not known nobody is told
        const SharedBucket &first = state.buckets[0];
        QCOMPARE(first.bucket, here);
        QCOMPARE(first.name, u"GET /x \u00b7 channels/9 \u00b7 a1f3"_qs);
        QCOMPARE(first.hash, QByteArray("a1f3"));
        QCOMPARE(first.majorResource, QByteArray("channels/9"));
        QVERIFY((first.holders == std::vector<SharedBucket::Holder>{{2, 3}, {1, 1}}));
        QCOMPARE(first.waiting, std::vector<int>{0});
        QCOMPARE(state.buckets[1].name, u"GET /channels/{channel}/messages \u00b7 channels/1"_qs);
        QVERIFY(state.buckets[1].hash.isEmpty() && state.buckets[1].bucket.isNull());
    }

    // What is in Redis may have been written by anybody.
    void isBounded()
    {
        QJsonArray processes, holds, waits, buckets;
        for (int i = 0; i < 1100; ++i) {
            const QString name = u"p"_qs + QString::number(i);
            processes.append(QJsonObject{{u"p"_qs, name}, {u"leases"_qs, -4}, {u"heard"_qs, -1},
                {u"info"_qs, QStringLiteral("{\"name\":\"%1\\u0007\n\",\"pid\":-3}").arg(name)}});
            holds.append(QJsonObject{{u"p"_qs, name}, {u"n"_qs, i}});
            waits.append(name);
        }
        for (int i = 0; i < 400; ++i)
            buckets.append(QJsonObject{
                {u"b"_qs, QString(2000, u'#')}, {u"holds"_qs, holds}, {u"waits"_qs, waits}});
        RedisLook look;
        look.replied({{u"processes"_qs, processes}, {u"buckets"_qs, buckets}, {u"more"_qs, 1}},
            "me", {}, at(1min));
        const SharedState &state = look.state();
        QCOMPARE(state.processes.size(), SharedState::mostProcesses);
        QCOMPARE(state.processes[0].leases, 0);
        QCOMPARE(state.processes[0].pid, 0);
        QCOMPARE(state.processes[0].heardAt, at(1min));
        QCOMPARE(state.buckets.size(), SharedState::mostBuckets);
        QCOMPARE(state.moreBuckets, 101);
        QCOMPARE(state.buckets[0].holders.size(), SharedState::mostNamed);
        QVERIFY(state.buckets[0].moreHolders > 900);
        QCOMPARE(state.buckets[0].waiting.size(), SharedState::mostNamed);
        QCOMPARE(state.buckets[0].moreWaiting, 1000 - 32);
        for (const char *odd : {"{}", "{'processes': 5, 'buckets': [3, {'b': 7}]}",
                 "{'processes': [{'info': '[]'}, 9], 'more': -8}"})
            QVERIFY(replied(odd).state().moreBuckets == 0);
    }

    void tellsNoSecret()
    {
        const QByteArray secret = "Zm9vYmFyYmF6c2VjcmV0dG9rZW4";
        Talker process;
        process.ask("/webhooks/223704706495545344/" + secret, 0ms);
        process.ask("/webhooks/223704706495545344/" + secret, 0ms);
        const QByteArray first = QJsonDocument(process.call(0ms)).toJson();
        process.reply(10ms);
        process.talk.watch(at(1s));
        const QByteArray second = QJsonDocument(process.call(1s)).toJson();
        QVERIFY(second.contains("look"));
        QVERIFY(!first.contains(secret) && !second.contains(secret));
    }
};

QTEST_APPLESS_MAIN(RedisLookTest)
#include "tst_redislook.moc"
