// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/RatelimitHeaders.h"
#include "ratelimit/testing/ServerModel.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QTest>

#include <functional>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

using Setup = std::function<void(ServerModel &)>;

struct Step {
    milliseconds at;
    const char *request;
    const char *answer;
};

const char postRoute[] = "POST /channels/{channel}/messages";
const char post[] = "POST /channels/1/messages";
const char postElsewhere[] = "POST /channels/2/messages";
const char get[] = "GET /channels/1/messages";
const char callback[] = "POST /interactions/1/token/callback";

Endpoint endpoint(const QByteArray &request, const Credential &credential = {})
{
    const qsizetype space = request.indexOf(' ');
    const auto method = methodFromName(QByteArrayView(request).first(space));
    Q_ASSERT(method);
    return {*method, QUtf8StringView(QByteArrayView(request).sliced(space + 1)), credential};
}

/// A decision in short: `200 2/3 +1000` has 2 of 3 left and all back in 1000 ms.
QByteArray inShort(const ServerDecision &decision)
{
    const auto ms = [](std::chrono::nanoseconds time) {
        return QByteArray::number(std::chrono::duration<double, std::milli>(time).count(), 'g', 12);
    };
    QByteArray text = QByteArray::number(decision.status);
    if (decision.limitedBy)
        text += ' ' + QVariant::fromValue(*decision.limitedBy).toByteArray();
    if (decision.hasBucket) {
        text += ' ' + QByteArray::number(decision.remaining) + '/'
            + QByteArray::number(decision.limit) + " +" + ms(decision.fullAt - decision.time);
    }
    if (decision.limitedBy)
        text += " retry " + ms(decision.retryAfter);
    return text;
}

} // namespace

class tst_ServerModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void decides_data();
    void decides();
    void everySlidingWindowHoldsTheLimit();
    void countsPerCredential();
    void sharedLimitHoldsForAllCredentials();
    void limitChangesAtOnce();
    void hashesAreStableAndDiffer();
    void variantsUseTheRuleOfTheirRoute();
    void warnsAboutImpossibleRoute_data();
    void warnsAboutImpossibleRoute();
    void replyOfAPass();
    void replyOf429_data();
    void replyOf429();
    void parserUnderstandsTheReply();
    void viaCanBeSwitchedOff();
    void roundsUp();
    void stats();
    void violationsAreBoundedAndCounted();
    void secretsAreNotInStats();
    void idleCountersAreForgotten();
};

void tst_ServerModel::decides_data()
{
    QTest::addColumn<Setup>("setup");
    QTest::addColumn<QList<Step>>("steps");

    const auto limit = [](const BucketRule &rule) -> Setup {
        return [rule](ServerModel &model) { model.setDefaultLimit(rule); };
    };

    QTest::newRow("fixed: begins with the first request, and ends")
        << limit({.limit = 2, .window = 1s})
        << QList<Step>{{500ms, post, "200 1/2 +1000"}, {900ms, post, "200 0/2 +600"},
               {1000ms, post, "429 Bucket 0/2 +500 retry 500"},
               {1499ms, post, "429 Bucket 0/2 +1 retry 1"}, {1500ms, post, "200 1/2 +1000"}};
    QTest::newRow("fixed: the next begins with a request, not with the end of the last")
        << limit({.limit = 2, .window = 1s})
        << QList<Step>{{0ms, post, "200 1/2 +1000"}, {1700ms, post, "200 1/2 +1000"},
               {2600ms, post, "200 0/2 +100"}, {2700ms, post, "200 1/2 +1000"}};
    QTest::newRow("sliding: tokens come back one by one, the full bucket moves away")
        << limit({.limit = 2, .window = 1s, .kind = Quota::Window::Sliding})
        << QList<Step>{{0ms, post, "200 1/2 +1000"}, {600ms, post, "200 0/2 +1000"},
               {700ms, post, "429 Bucket 0/2 +900 retry 300"},
               {999ms, post, "429 Bucket 0/2 +601 retry 1"}, {1000ms, post, "200 0/2 +1000"},
               {1600ms, post, "200 0/2 +1000"}, {3000ms, post, "200 1/2 +1000"}};
    QTest::newRow("major resources count apart, methods too")
        << limit({.limit = 1, .window = 1s})
        << QList<Step>{{0ms, post, "200 0/1 +1000"}, {0ms, postElsewhere, "200 0/1 +1000"},
               {0ms, get, "200 0/1 +1000"}, {1ms, post, "429 Bucket 0/1 +999 retry 999"}};
    QTest::newRow("minor resources count together")
        << limit({.limit = 1, .window = 1s})
        << QList<Step>{{0ms, "GET /channels/1/messages/7", "200 0/1 +1000"},
               {1ms, "GET /channels/1/messages/8", "429 Bucket 0/1 +999 retry 999"}};
    QTest::newRow("no bucket") << limit({.limit = 0})
                               << QList<Step>{{0ms, post, "200"}, {0ms, post, "200"}};
    QTest::newRow("a route's own rule") << Setup([](ServerModel &model) {
        model.setDefaultLimit({.limit = 9, .window = 3s});
        model.setLimit(postRoute, {.limit = 2, .window = 1s});
    }) << QList<Step>{{0ms, post, "200 1/2 +1000"}, {0ms, get, "200 8/9 +3000"}};
    QTest::newRow("shared hash") << Setup([](ServerModel &model) {
        const BucketRule rule{.limit = 3, .window = 1s, .hash = "abc"};
        model.setLimit(postRoute, rule);
        model.setLimit("GET /channels/{channel}/messages", rule);
    })
                                 << QList<Step>{{0ms, post, "200 2/3 +1000"},
                                        {100ms, get, "200 1/3 +900"},
                                        {100ms, postElsewhere, "200 2/3 +1000"},
                                        {200ms, post, "200 0/3 +800"},
                                        {300ms, get, "429 Bucket 0/3 +700 retry 700"}};
    QTest::newRow("global: counts over buckets, refused ones of a bucket too")
        << Setup([](ServerModel &model) {
               model.setDefaultLimit({.limit = 1, .window = 5s});
               model.setGlobalLimit({.limit = 3, .window = 1s});
           })
        << QList<Step>{{0ms, post, "200 0/1 +5000"}, {100ms, get, "200 0/1 +5000"},
               {200ms, post, "429 Bucket 0/1 +4800 retry 4800"},
               {300ms, postElsewhere, "429 Global retry 700"}, {999ms, post, "429 Global retry 1"},
               {1000ms, postElsewhere, "200 0/1 +5000"}};
    QTest::newRow("global: what it refuses takes no token")
        << Setup([](ServerModel &model) {
               model.setDefaultLimit({.limit = 2, .window = 5s});
               model.setGlobalLimit({.limit = 1, .window = 1s});
           })
        << QList<Step>{{0ms, post, "200 1/2 +5000"}, {10ms, post, "429 Global retry 990"},
               {1000ms, post, "200 0/2 +4000"}};
    QTest::newRow("global: exempt endpoints")
        << Setup([](ServerModel &model) {
               model.setDefaultLimit({.limit = 5, .window = 5s});
               model.setGlobalLimit({.limit = 1, .window = 1s});
           })
        << QList<Step>{{0ms, callback, "200 4/5 +5000"}, {0ms, post, "200 4/5 +5000"},
               {1ms, callback, "200 3/5 +4999"}, {1ms, post, "429 Global retry 999"}};
    QTest::newRow("global: with a phase")
        << Setup([](ServerModel &model) {
               model.setDefaultLimit({.limit = 0});
               model.setGlobalLimit({.limit = 1, .window = 1s, .phase = 300ms});
           })
        << QList<Step>{{0ms, post, "200"}, {1ms, post, "429 Global retry 299"},
               {300ms, post, "200"}, {1299ms, post, "429 Global retry 1"}, {3200ms, post, "200"},
               {3299ms, post, "429 Global retry 1"}, {3300ms, post, "200"}};
    QTest::newRow("global: sliding")
        << Setup([](ServerModel &model) {
               model.setDefaultLimit({.limit = 0});
               model.setGlobalLimit({.limit = 2, .window = 1s, .kind = Quota::Window::Sliding});
           })
        << QList<Step>{{0ms, post, "200"}, {900ms, post, "200"},
               {950ms, post, "429 Global retry 50"}, {1000ms, post, "200"},
               {1001ms, post, "429 Global retry 899"}};
    QTest::newRow("sublimit: hidden, with tokens remaining, takes none")
        << Setup([](ServerModel &model) {
               const Quota sublimit{.limit = 2, .window = 10min};
               model.setLimit("PATCH /channels/{channel}",
                   {.limit = 5, .window = 15s, .hash = "abc", .sublimit = sublimit});
               model.setLimit(
                   "GET /channels/{channel}", {.limit = 5, .window = 15s, .hash = "abc"});
           })
        << QList<Step>{{0s, "PATCH /channels/1", "200 4/5 +15000"},
               {1s, "PATCH /channels/1", "200 3/5 +14000"},
               {2s, "PATCH /channels/1", "429 Sublimit 3/5 +13000 retry 598000"},
               {2s, "GET /channels/1", "200 2/5 +13000"},
               {2s, "PATCH /channels/2", "200 4/5 +15000"},
               {600s, "PATCH /channels/1", "200 4/5 +15000"}};
    QTest::newRow("sublimit: a sliding bucket that is full is full now")
        << Setup([](ServerModel &model) {
               model.setLimit(postRoute,
                   {.limit = 5,
                       .window = 1s,
                       .kind = Quota::Window::Sliding,
                       .sublimit = {.limit = 1, .window = 10s}});
           })
        << QList<Step>{{0s, post, "200 4/5 +1000"}, {2s, post, "429 Sublimit 5/5 +0 retry 8000"}};
    QTest::newRow("sublimit: an empty bucket comes first, and spares it")
        << Setup([](ServerModel &model) {
               model.setDefaultLimit(
                   {.limit = 1, .window = 1s, .sublimit = {.limit = 2, .window = 10s}});
           })
        << QList<Step>{{0s, post, "200 0/1 +1000"}, {0s, post, "429 Bucket 0/1 +1000 retry 1000"},
               {1s, post, "200 0/1 +1000"}, {2s, post, "429 Sublimit 1/1 +1000 retry 8000"}};
}

void tst_ServerModel::decides()
{
    QFETCH(Setup, setup);
    QFETCH(QList<Step>, steps);
    ServerModel model;
    setup(model);
    for (const Step &step : steps) {
        const ServerDecision decision = model.decide(endpoint(step.request), TimePoint(step.at));
        const QByteArray where = QByteArray::number(step.at.count()) + " ms: " + step.request + ' ';
        QCOMPARE(where + inShort(decision), where + step.answer);
    }
}

void tst_ServerModel::everySlidingWindowHoldsTheLimit()
{
    ServerModel model;
    model.setDefaultLimit({.limit = 7, .window = 100ms, .kind = Quota::Window::Sliding});
    QList<milliseconds> passed;
    for (milliseconds now(0); now < 2s; now += 3ms) {
        if (model.decide(endpoint(post), TimePoint(now)).status == 200)
            passed.append(now);
    }
    QVERIFY(passed.size() >= 7 * 19);
    for (qsizetype i = 7; i < passed.size(); ++i)
        QVERIFY(passed[i] - passed[i - 7] >= 100ms);
}

void tst_ServerModel::countsPerCredential()
{
    ServerModel model;
    model.setDefaultLimit({.limit = 2, .window = 1s});
    model.setGlobalLimit({.limit = 3, .window = 1s});
    const Credential other = Credential::token("Bot other");
    const TimePoint now(1s);
    QCOMPARE(inShort(model.decide(endpoint(post), now)), "200 1/2 +1000");
    QCOMPARE(inShort(model.decide(endpoint(post, other), now, other)), "200 1/2 +1000");
    QCOMPARE(inShort(model.decide(endpoint(post), now)), "200 0/2 +1000");
    QCOMPARE(inShort(model.decide(endpoint(get), now)), "200 1/2 +1000");
    QCOMPARE(inShort(model.decide(endpoint(get), now)), "429 Global retry 1000");
    QCOMPARE(inShort(model.decide(endpoint(get, other), now, other)), "200 1/2 +1000");
    QCOMPARE(model.stats().buckets.size(), 2);
}

void tst_ServerModel::sharedLimitHoldsForAllCredentials()
{
    ServerModel model;
    model.setDefaultLimit({.limit = 5, .window = 1s, .shared = {.limit = 2, .window = 3s}});
    const Credential other = Credential::token("Bot other");
    QCOMPARE(inShort(model.decide(endpoint(post), TimePoint(0s))), "200 4/5 +1000");
    QCOMPARE(inShort(model.decide(endpoint(post, other), TimePoint(0s), other)), "200 4/5 +1000");
    QCOMPARE(
        inShort(model.decide(endpoint(post), TimePoint(100ms))), "429 Shared 4/5 +900 retry 2900");
    QCOMPARE(inShort(model.decide(endpoint(postElsewhere), TimePoint(100ms))), "200 4/5 +1000");
}

void tst_ServerModel::limitChangesAtOnce()
{
    ServerModel model;
    model.setDefaultLimit({.limit = 5, .window = 1s});
    QCOMPARE(inShort(model.decide(endpoint(post), TimePoint(0s))), "200 4/5 +1000");
    QCOMPARE(inShort(model.decide(endpoint(post), TimePoint(0s))), "200 3/5 +1000");
    model.setDefaultLimit({.limit = 1, .window = 2s});
    QCOMPARE(
        inShort(model.decide(endpoint(post), TimePoint(500ms))), "429 Bucket 0/1 +1500 retry 1500");
    model.setDefaultLimit({.limit = 3, .window = 1s});
    QCOMPARE(inShort(model.decide(endpoint(post), TimePoint(600ms))), "200 0/3 +400");

    // sliding: waits until enough of them are over
    const Quota sliding{.limit = 3, .window = 1s, .kind = Quota::Window::Sliding};
    model.setDefaultLimit({.limit = 0});
    model.setGlobalLimit(sliding);
    for (const milliseconds at : {10s + 0ms, 10s + 100ms, 10s + 200ms})
        QCOMPARE(inShort(model.decide(endpoint(post), TimePoint(at))), "200");
    model.setGlobalLimit({.limit = 1, .window = 1s, .kind = Quota::Window::Sliding});
    QCOMPARE(inShort(model.decide(endpoint(post), TimePoint(10s + 300ms))), "429 Global retry 900");
}

void tst_ServerModel::hashesAreStableAndDiffer()
{
    ServerModel a;
    ServerModel b;
    const QByteArray hash = a.decide(endpoint(post), TimePoint(0s)).hash;
    QCOMPARE(hash.size(), 32);
    QCOMPARE(b.decide(endpoint(post), TimePoint(9s)).hash, hash);
    QCOMPARE(a.decide(endpoint(postElsewhere), TimePoint(0s)).hash, hash);
    QVERIFY(a.decide(endpoint(get), TimePoint(0s)).hash != hash);
    a.setLimit(postRoute, {.hash = "mine"});
    QCOMPARE(a.decide(endpoint(post), TimePoint(0s)).hash, "mine");
}

void tst_ServerModel::variantsUseTheRuleOfTheirRoute()
{
    ServerModel model;
    model.setEpoch(WallTime(1700000000000ms));
    model.setLimit("DELETE /channels/{channel}/messages/{message}", {.limit = 3, .window = 1s});
    const auto message = [](milliseconds unixTime) {
        const qint64 id = (unixTime.count() - 1420070400000) << 22;
        return "DELETE /channels/1/messages/" + QByteArray::number(id);
    };
    const QByteArray old = message(1600000000000ms);
    const QByteArray middle = message(1699999900000ms);
    const ServerDecision first = model.decide(endpoint(old), TimePoint(0s));
    const ServerDecision second = model.decide(endpoint(middle), TimePoint(0s));
    QCOMPARE(inShort(first), "200 2/3 +1000");
    QCOMPARE(inShort(second), "200 2/3 +1000");
    QVERIFY(first.hash != second.hash);
}

void tst_ServerModel::warnsAboutImpossibleRoute_data()
{
    QTest::addColumn<QByteArray>("route");
    QTest::newRow("no method") << QByteArray("/channels/{channel}");
    QTest::newRow("unknown method") << QByteArray("SEND /channels/{channel}");
    QTest::newRow("no slash") << QByteArray("GET channels/{channel}");
}

void tst_ServerModel::warnsAboutImpossibleRoute()
{
    QFETCH(QByteArray, route);
    QTest::ignoreMessage(
        QtWarningMsg, QRegularExpression(QStringLiteral("No request has this route")));
    ServerModel model;
    model.setLimit(route, {.limit = 1});
}

void tst_ServerModel::replyOfAPass()
{
    ServerModel model;
    model.setEpoch(WallTime(1700000000000ms));
    model.setDefaultLimit({.limit = 5, .window = 2500ms, .hash = "abc"});
    const ServerReply reply = model.answer(endpoint(post), TimePoint(1061ms));
    const QList<std::pair<QByteArray, QByteArray>> expected{
        {"Date", "Tue, 14 Nov 2023 22:13:21 GMT"},
        {"Content-Type", "application/json"},
        {"Via", "1.1 google"},
        {"X-RateLimit-Limit", "5"},
        {"X-RateLimit-Remaining", "4"},
        {"X-RateLimit-Reset", "1700000003.561"},
        {"X-RateLimit-Reset-After", "2.500"},
        {"X-RateLimit-Bucket", "abc"},
    };
    QCOMPARE(reply.status, 200);
    QCOMPARE(reply.headers, expected);
    QCOMPARE(reply.body, "{}");
}

void tst_ServerModel::replyOf429_data()
{
    QTest::addColumn<BucketRule>("rule");
    QTest::addColumn<int>("global");
    QTest::addColumn<QByteArray>("scope");
    QTest::addColumn<QByteArray>("remaining");
    QTest::addColumn<QByteArray>("message");

    const Quota one{.limit = 1, .window = 2s};
    const QByteArray you = "You are being rate limited.";
    QTest::newRow("bucket") << BucketRule{.limit = 1, .window = 2s} << 0 << QByteArray("user")
                            << QByteArray("0") << you;
    QTest::newRow("sublimit") << BucketRule{.limit = 3, .window = 9s, .sublimit = one} << 0
                              << QByteArray("user") << QByteArray("2") << you;
    QTest::newRow("shared") << BucketRule{.limit = 3, .window = 9s, .shared = one} << 0
                            << QByteArray("shared") << QByteArray("2")
                            << QByteArray("The resource is being rate limited.");
    QTest::newRow("global") << BucketRule{.limit = 3, .window = 9s} << 1 << QByteArray("global")
                            << QByteArray() << you;
}

void tst_ServerModel::replyOf429()
{
    QFETCH(BucketRule, rule);
    QFETCH(int, global);
    QFETCH(QByteArray, remaining);
    ServerModel model;
    model.setDefaultLimit(rule);
    model.setGlobalLimit({.limit = global, .window = 2s});
    QCOMPARE(model.answer(endpoint(post), TimePoint(0ms)).status, 200);
    const ServerReply reply = model.answer(endpoint(post), TimePoint(471ms));

    QCOMPARE(reply.status, 429);
    QCOMPARE(reply.header("retry-after"), "2");
    QTEST(reply.header("x-ratelimit-scope").value(), "scope");
    QCOMPARE(reply.header("x-ratelimit-global").has_value(), global > 0);
    QCOMPARE(reply.header("x-ratelimit-remaining").value_or(""), remaining);
    QCOMPARE(reply.header("x-ratelimit-bucket").has_value(), global == 0);
    const QJsonObject body = QJsonDocument::fromJson(reply.body).object();
    QCOMPARE(body.size(), 3);
    QTEST(body.value(u"message").toString().toUtf8(), "message");
    QCOMPARE(body.value(u"retry_after").toDouble(), 1.529);
    QCOMPARE(body.value(u"global").toBool(true), global > 0);
}

void tst_ServerModel::parserUnderstandsTheReply()
{
    ServerModel model;
    model.setEpoch(WallTime(1700000000000ms));
    model.setDefaultLimit({.limit = 1, .window = 1s, .hash = "abc"});
    model.answer(endpoint(post), TimePoint(0ms));
    const ServerReply reply = model.answer(endpoint(post), TimePoint(400ms));
    QList<HeaderField> fields;
    for (const auto &[name, value] : reply.headers)
        fields.append({name, value});
    const auto headers =
        RatelimitHeaders::parse(reply.status, fields, reply.body, WallTime(1700000000400ms));
    QVERIFY(headers.errors.isEmpty());
    QCOMPARE(headers.kind, RatelimitHeaders::Kind::Bucket);
    QCOMPARE(headers.limit, 1);
    QCOMPARE(headers.remaining, 0);
    QVERIFY(headers.resetAfter == 600ms);
    QVERIFY(headers.retryAfter == 600ms);
    QVERIFY(headers.reset == WallTime(1700000001000ms));
    QCOMPARE(headers.bucket, "abc");
    QCOMPARE(headers.scope, Scope::User);
    QVERIFY(headers.via);
    QVERIFY(headers.json);
}

void tst_ServerModel::viaCanBeSwitchedOff()
{
    ServerModel model;
    model.setVia(false);
    QVERIFY(!model.answer(endpoint(post), TimePoint(0s)).header("via"));
    model.setVia(true);
    QCOMPARE(model.answer(endpoint(post), TimePoint(0s)).header("VIA"), "1.1 google");
}

void tst_ServerModel::roundsUp()
{
    ServerModel model;
    model.setDefaultLimit({.limit = 1, .window = 1s});
    model.setEpoch(WallTime(1700000000000ms));
    model.answer(endpoint(post), TimePoint(1ns));
    const ServerReply reply = model.answer(endpoint(post), TimePoint(2ns));
    QCOMPARE(reply.header("x-ratelimit-reset-after"), "1.000");
    QCOMPARE(reply.header("x-ratelimit-reset"), "1700000001.001");
    QCOMPARE(reply.header("retry-after"), "1");
    QCOMPARE(model.stats().violations.at(0).tooEarly, 1000ms);
}

void tst_ServerModel::stats()
{
    ServerModel model;
    model.setDefaultLimit({.limit = 2, .window = 1s, .hash = "abc"});
    model.setGlobalLimit({.limit = 4, .window = 1s});
    for (int i = 0; i < 4; ++i)
        model.decide(endpoint(post), TimePoint(i * 10ms));
    model.decide(endpoint(postElsewhere), TimePoint(50ms));

    const ServerStats stats = model.stats();
    QCOMPARE(stats.requests, 5u);
    QCOMPARE(stats.byStatus, (QMap<int, quint64>{{200, 2}, {429, 3}}));
    QCOMPARE(
        stats.limited, (QMap<LimitKind, quint64>{{LimitKind::Bucket, 2}, {LimitKind::Global, 1}}));
    QCOMPARE(stats.limitedTotal(), 3u);
    QCOMPARE(stats.buckets.size(), 1);
    const BucketStats bucket{.passed = 2, .limited = 2};
    QCOMPARE(stats.buckets.value(QStringLiteral("abc:channels/1")), bucket);
    const QList<Violation> violations{
        {TimePoint(20ms), endpoint(post).name(), LimitKind::Bucket, 980ms},
        {TimePoint(30ms), endpoint(post).name(), LimitKind::Bucket, 970ms},
        {TimePoint(50ms), endpoint(postElsewhere).name(), LimitKind::Global, 950ms},
    };
    QCOMPARE(stats.violations, violations);

    model.resetStats();
    QCOMPARE(model.stats().requests, 0u);
    QVERIFY(model.stats().buckets.isEmpty());
    QCOMPARE(model.decide(endpoint(post), TimePoint(60ms)).status, 429); // the windows stay
}

void tst_ServerModel::violationsAreBoundedAndCounted()
{
    ServerModel model;
    model.setDefaultLimit({.limit = 1, .window = 1h});
    for (int i = 0; i < 3001; ++i)
        model.decide(endpoint(post), TimePoint(i * 1ms));
    QCOMPARE(model.stats().violations.size(), 1000);
    QCOMPARE(model.stats().limitedTotal(), 3000u);
}

void tst_ServerModel::secretsAreNotInStats()
{
    ServerModel model;
    model.setDefaultLimit({.limit = 1, .window = 1s});
    const Endpoint webhook = endpoint("POST /webhooks/1/a-secret-token");
    model.decide(webhook, TimePoint(0s));
    model.decide(webhook, TimePoint(0s));
    const ServerStats stats = model.stats();
    QCOMPARE(stats.violations.size(), 1);
    QVERIFY(!stats.violations.at(0).endpoint.contains(u"secret"));
    QCOMPARE(stats.buckets.size(), 1);
    QVERIFY(!stats.buckets.firstKey().contains(u"secret"));
}

void tst_ServerModel::idleCountersAreForgotten()
{
    ServerModel model;
    model.setDefaultLimit({.limit = 1, .window = 1s});
    const auto channel = [](int i) {
        return endpoint("POST /channels/" + QByteArray::number(1000 + i) + "/messages");
    };
    for (int i = 0; i < 50000; ++i)
        QCOMPARE(model.decide(channel(i), TimePoint(i * 1ms)).status, 200);
    QVERIFY(model.counterCount() < 10000);
    // what still counts was kept
    for (int i = 49500; i < 50000; ++i)
        QCOMPARE(model.decide(channel(i), TimePoint(50s)).status, 429);
}

QTEST_GUILESS_MAIN(tst_ServerModel)
#include "tst_servermodel.moc"
