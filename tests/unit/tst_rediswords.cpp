// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisRequest.h"

#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(RedisDone)

static TimePoint at(milliseconds time)
{
    return TimePoint(1h + time);
}

class RedisWordsTest : public QObject {
    Q_OBJECT

    static RedisDone answered(qint64 number, milliseconds grantedAt, milliseconds answeredAt)
    {
        RatelimitHeaders headers;
        headers.kind = RatelimitHeaders::Kind::Bucket;
        headers.status = 200;
        headers.remaining = 4;
        headers.resetAfter = 1s;
        RedisDone done;
        done.lease = {"abcd#1", number, at(grantedAt)};
        done.grantedAt = done.sentAt = at(grantedAt);
        done.answeredAt = at(answeredAt);
        done.response = Response::answered(headers);
        return done;
    }
    static QJsonObject said(RedisWords &words, milliseconds now)
    {
        RedisRequest request("p", {}, {});
        words.say(request, at(now));
        return QJsonDocument::fromJson(request.toJson()).object();
    }

private Q_SLOTS:
    // However long it took until they could be said.
    void timesAreThoseOfTheCall()
    {
        RedisWords words(10s);
        words.done(answered(1, 100ms, 300ms));
        const QJsonObject first = said(words, 400ms)[u"done"][0].toObject();
        QCOMPARE(first[u"age"].toInt(), 300);
        QCOMPARE(first[u"ago"].toInt(), 100);
        QCOMPARE(first[u"after"].toInt(), 1000); // as the server said
        words.sayAgain();
        const QJsonObject again = said(words, 2300ms)[u"done"][0].toObject();
        QCOMPARE(again[u"age"].toInt(), 2200);
        QCOMPARE(again[u"sent"].toInt(), 2200);
        QCOMPARE(again[u"ago"].toInt(), 2000);
        QCOMPARE(again[u"after"].toInt(), 1000);
        words.heard();
        QVERIFY(words.isEmpty());
    }

    void somebodyMayWaitForIt_data()
    {
        QTest::addColumn<RedisDone>("done");
        QTest::addColumn<bool>("isPressing");
        const auto row = [](const char *name, bool isPressing, auto change) {
            RedisDone done = answered(1, 100ms, 300ms);
            done.name = done.lease.bucket;
            done.response.headers->bucket = "abcd";
            change(done);
            QTest::newRow(name) << done << isPressing;
        };
        row("the window ends later", false, [](RedisDone &) {});
        row("soon", true, [](RedisDone &d) { d.response.headers->resetAfter = 999ms; });
        row("nobody knows when", true,
            [](RedisDone &d) { d.response.headers->resetAfter.reset(); });
        row("the first one", true, [](RedisDone &d) { d.lease.bucket = "#p#1"; });
        row("without a name", true, [](RedisDone &d) { d.response.headers->bucket.clear(); });
        row("a 429", true, [](RedisDone &d) { d.limit.emplace(); });
        row("lost", true, [](RedisDone &d) { d.response = Response::lost(); });
        row("unused", true, [](RedisDone &d) { d.response = Response::unused(); });
    }
    void somebodyMayWaitForIt()
    {
        QFETCH(RedisDone, done);
        RedisWords words(10s);
        words.done(done);
        QTEST(words.isPressing(), "isPressing");
        words.back({"b", 1, at(100ms)});
        QVERIFY(words.isPressing());
        said(words, 400ms);
        QVERIFY(!words.isPressing());
        words.sayAgain();
        QVERIFY(words.isPressing());
    }

    void whatRedisHasGivenUpIsForgotten()
    {
        RedisWords words(1s);
        for (int i = 0; i < 10; ++i) {
            words.done(answered(i, 100ms * i, 100ms * i));
            words.back({"b", 100 + i, at(100ms * i)});
        }
        words.forget(at(1950ms));
        QCOMPARE(said(words, 1950ms)[u"done"].toArray().size(), 10);
        words.sayAgain();
        words.forget(at(2500ms));
        const QJsonObject left = said(words, 2500ms);
        QCOMPARE(left[u"done"].toArray().size(), 4);
        QCOMPARE(left[u"back"].toArray().size(), 4);
        words.sayAgain();
        words.forget(at(3s));
        QVERIFY(words.isEmpty());
    }

    void noMoreThanACallTakes()
    {
        RedisWords words(10s);
        for (int i = 0; i < 700; ++i)
            words.back({"b", i, at(0ms)});
        QCOMPARE(said(words, 0ms)[u"back"].toArray().size(), 300);
        words.sayAgain(); // in their order
        QCOMPARE(said(words, 0ms)[u"back"][0][u"l"].toInt(), 0);
        words.heard();
        QCOMPARE(said(words, 0ms)[u"back"][0][u"l"].toInt(), 300);
        words.heard();
        QCOMPARE(said(words, 0ms)[u"back"].toArray().size(), 100);
        words.heard();
        QVERIFY(words.isEmpty());
    }

    void whoWaitsAgainIsNotDropped()
    {
        RedisWords words(10s);
        words.drop("a");
        words.drop("b");
        words.keep("a");
        QCOMPARE(said(words, 0ms)[u"drop"].toArray(), QJsonArray{u"b"_qs});
    }

    void longNamesAreCut()
    {
        const QByteArray one(5000, 'x');
        const QByteArray other = one + 'y';
        QVERIFY(RedisRequest::name(one).size() <= 1024);
        QVERIFY(RedisRequest::name(one) != RedisRequest::name(other));
        QCOMPARE(RedisRequest::name(RedisRequest::name(one)), RedisRequest::name(one));
        QCOMPARE(RedisRequest::name("abcd#1"), "abcd#1");
        const QByteArray garbled(500, '\xe9'); // is longer as UTF-8
        QVERIFY(RedisRequest::name(garbled).isValidUtf8());
        QVERIFY(RedisRequest::name(garbled).size() <= 1024);
    }
};

QTEST_APPLESS_MAIN(RedisWordsTest)
#include "tst_rediswords.moc"
