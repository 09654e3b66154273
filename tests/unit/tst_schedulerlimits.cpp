// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// The scheduler's rules for 429s, refused tokens, gone webhooks and invalid requests.
#include "tests/common/Desk.h"

#include <QtTest/QTest>

static const Endpoint messages(Method::Post, "/channels/1/messages");
static const Endpoint roles(Method::Get, "/guilds/2/roles");
static const Endpoint guilds(Method::Get, "/users/@me/guilds");
static const Endpoint channel(Method::Patch, "/channels/1");
static const Endpoint callback(Method::Post, "/interactions/3/secret/callback");
static const Endpoint webhook(Method::Post, "/webhooks/7/tok7");

static Response answered(int status, int code = 0)
{
    Response response = noHeaders(status);
    response.headers->via = true;
    response.headers->code = code;
    return response;
}

class SchedulerLimitsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theEdgeHoldsEverything()
    {
        Desk desk;
        const auto a = desk.ask(messages, 0ms);
        desk.retry(a, noHeaders(429), 0ms); // no Via, no JSON, no header of the API
        const auto i = desk.ask(callback, 1ms), b = desk.ask(roles, 1ms);
        QVERIFY(desk.scheduler.isGloballyLocked(at(1ms)));
        desk.runTo(59'999ms);
        QCOMPARE(desk.state(i), TicketState::Queued);
        QCOMPARE(desk.state(b), TicketState::Queued);
        desk.runTo(60s);
        QVERIFY(desk.isGranted(a) && desk.isGranted(b) && desk.isGranted(i));
        QCOMPARE(desk.count(Event::Type::LockChanged), 2);
    }

    void theEdgesBlockDoubles()
    {
        Desk desk;
        const auto a = desk.ask(messages, 0ms);
        milliseconds now{};
        for (const milliseconds wait : {60s, 120s, 240s}) {
            desk.retry(a, noHeaders(429), now);
            desk.runTo(now + wait - 1ms);
            QCOMPARE(desk.state(a), TicketState::Queued);
            now += wait;
            desk.runTo(now);
            QVERIFY(desk.isGranted(a));
        }
    }

    void aSuccessEndsTheDoubling()
    {
        Desk desk;
        const auto a = desk.ask(messages, 0ms);
        desk.retry(a, noHeaders(429), 0ms);
        desk.runTo(60s);
        desk.complete(a, answered(200), 60s);
        const auto b = desk.ask(roles, 61s);
        desk.retry(b, noHeaders(429), 61s);
        desk.runTo(121s);
        QVERIFY(desk.isGranted(b)); // 60 s again
    }

    void a401OfTheOldTokenSaysNothingOfTheNewOne()
    {
        Desk desk;
        const auto a = desk.ask(messages, 0ms), b = desk.ask(roles, 0ms), c = desk.ask(guilds, 0ms);
        desk.complete(c, answered(401), 10ms);
        desk.scheduler.tokenChanged({}, at(20ms));
        desk.complete(a, answered(401), 30ms);
        desk.complete(b, answered(401), 31ms);
        QVERIFY(desk.isGranted(desk.ask(guilds, 40ms)));
        QVERIFY(desk.isGranted(desk.ask(messages, 40ms)));
    }

    void requestsOnTheirWayDoNotDoubleTheEdgesBlock()
    {
        Desk desk;
        const auto a = desk.ask(messages, 0ms), b = desk.ask(roles, 0ms);
        desk.retry(a, noHeaders(429), 0ms);
        desk.retry(b, noHeaders(429), 10ms);
        desk.runTo(60'010ms);
        QVERIFY(desk.isGranted(a));
    }

    void aServerWithoutViaHasNoEdge()
    {
        Desk desk({.expectVia = false});
        desk.retry(desk.ask(messages, 0ms), noHeaders(429), 0ms);
        QVERIFY(desk.isGranted(desk.ask(roles, 1ms)));
    }

    void sharedLimitsHoldTheRouteWhateverItsLanesAreCalled()
    {
        Desk desk;
        desk.complete(desk.ask(channel, 0ms), answer(5, 4, 10s), 0ms);
        const auto a = desk.ask(channel, 1ms, {.lane = "rename"});
        desk.retry(a, tooMany(5s, Scope::Shared, 3), 2ms);
        const auto b = desk.ask(channel, 3ms);
        const auto elsewhere = desk.ask(Endpoint(Method::Patch, "/channels/2"), 3ms);
        QCOMPARE(desk.state(b), TicketState::Queued);
        QVERIFY(desk.isGranted(elsewhere));
        desk.runTo(5002ms);
        QVERIFY(desk.isGranted(a) && desk.isGranted(b));
        QCOMPARE(desk.scheduler.invalidRequests(at(5002ms)), 0);
    }

    // It took no token, so none is missing when its wait is over.
    void a429WithoutNumbersWaitsNoLongerThanItSays()
    {
        Desk desk;
        desk.complete(desk.ask(roles, 0ms), answer(1, 0, 60s), 0ms);
        const auto limited = desk.ask(roles, 1ms);
        desk.runTo(61s);
        QVERIFY(desk.isGranted(limited));
        Response bare = answered(429);
        bare.headers->retryAfter = 2s;
        desk.retry(limited, bare, 61s);
        desk.runTo(62'999ms);
        QCOMPARE(desk.state(limited), TicketState::Queued);
        desk.runTo(63s);
        QVERIFY(desk.isGranted(limited));
    }

    void afterASublimitOneRequestGoesFirst()
    {
        Desk desk;
        desk.complete(desk.ask(roles, 0ms), answer(9, 8, 1min), 0ms);
        std::vector<TicketId> asked;
        for (int i = 0; i < 4; ++i)
            asked.push_back(desk.ask(roles, 1ms));
        for (const TicketId id : asked)
            desk.retry(id, tooMany(5s, Scope::User, 3), 2ms);
        desk.grants.clear();
        desk.runTo(6s);
        QCOMPARE(desk.grants, std::vector({asked[0]}));
        desk.complete(asked[0], answer(9, 7, 50s), 6s);
        QCOMPARE(desk.grants, asked);
    }

    void sublimitsHoldOnlyTheNamedLane()
    {
        Desk desk;
        desk.complete(desk.ask(channel, 0ms), answer(5, 4, 10s), 0ms);
        const auto rename = desk.ask(channel, 1ms, {.lane = "rename"});
        desk.retry(rename, tooMany(600s, Scope::User, 3), 2ms);
        QVERIFY(desk.isGranted(desk.ask(channel, 3ms)));
        desk.runTo(599s);
        QCOMPARE(desk.state(rename), TicketState::Queued);
        desk.runTo(600'002ms);
        QVERIFY(desk.isGranted(rename));
    }

    void a401ClosesItsLaneAndTheSecondOneTheToken()
    {
        Desk desk;
        const auto waiting = desk.ask(messages, 0ms), behind = desk.ask(messages, 0ms);
        desk.complete(waiting, answered(401), 1ms);
        QCOMPARE(desk.state(behind), TicketState::Rejected);
        QCOMPARE(desk.errorOf(behind), TicketError::Code::Unauthorized);
        QCOMPARE(desk.errorOf(desk.ask(messages, 2ms)), TicketError::Code::Unauthorized);
        const auto other = desk.ask(roles, 2ms);
        QVERIFY(desk.isGranted(other));
        desk.complete(other, answered(401), 3ms);
        QCOMPARE(desk.errorOf(desk.ask(guilds, 4ms)), TicketError::Code::Unauthorized);
        QVERIFY(desk.isGranted(desk.ask(callback, 4ms))); // carries no token
        QVERIFY(desk.isGranted(
            desk.ask(Endpoint(Method::Get, "/users/@me", Credential::token("x")), 4ms)));
        desk.scheduler.tokenChanged({}, at(5ms));
        QVERIFY(desk.isGranted(desk.ask(guilds, 6ms)));
        QVERIFY(desk.isGranted(desk.ask(messages, 6ms)));
    }

    void aRetriedTicketKeepsItsLaneAlive()
    {
        Desk desk;
        const auto a = desk.ask(messages, 0ms), b = desk.ask(messages, 0ms);
        desk.retry(a, answered(401), 1ms); // which ends what waits behind it
        QCOMPARE(desk.state(b), TicketState::Rejected);
        QVERIFY(desk.isGranted(a));
        desk.scheduler.collectIdle(at(5h));
        QCOMPARE(desk.scheduler.size().lanes, 1);
        QCOMPARE(desk.scheduler.size().inFlight, 1);
    }

    void aSuccessElsewhereSaysThatTheTokenIsFine()
    {
        Desk desk;
        desk.complete(desk.ask(messages, 0ms), answered(401), 1ms);
        desk.complete(desk.ask(roles, 2ms), answered(200), 3ms);
        desk.complete(desk.ask(guilds, 4ms), answered(401), 5ms);
        QVERIFY(desk.isGranted(desk.ask(roles, 6ms)));
        QCOMPARE(desk.errorOf(desk.ask(guilds, 6ms)), TicketError::Code::Unauthorized);
    }

    void webhooks_data()
    {
        QTest::addColumn<Endpoint>("endpoint");
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("isGone");
        const Endpoint message(Method::Patch, "/webhooks/7/tok7/messages/9");
        QTest::newRow("unknown webhook") << webhook << 10015 << true;
        QTest::newRow("no body") << webhook << 0 << true;
        QTest::newRow("unknown thread") << webhook << 10003 << false;
        QTest::newRow("unknown message") << message << 10008 << false;
        QTest::newRow("a message, no body") << message << 0 << false;
        QTest::newRow("a message of an unknown webhook") << message << 10015 << true;
    }
    void webhooks()
    {
        QFETCH(Endpoint, endpoint);
        QFETCH(int, code);
        QFETCH(bool, isGone);
        Desk desk;
        const auto a = desk.ask(endpoint, 0ms);
        const auto b = desk.ask(webhook, 0ms), c = desk.ask(webhook, 0ms);
        desk.complete(a, answered(404, code), 10ms);
        QCOMPARE(desk.state(c) == TicketState::Rejected, isGone);
        const auto later = desk.ask(webhook, 20ms);
        QCOMPARE(desk.errorOf(later) == TicketError::Code::WebhookGone, isGone);
        QVERIFY(desk.isGranted(desk.ask(Endpoint(Method::Post, "/webhooks/8/tok8"), 20ms)));
        Q_UNUSED(b);
    }

    void aWebhookIsGoneForAWhile()
    {
        Desk desk({.idleBucketLifetime = 1h});
        desk.complete(desk.ask(webhook, 0ms), answered(404), 1ms);
        QCOMPARE(desk.errorOf(desk.ask(webhook, 59min)), TicketError::Code::WebhookGone);
        const auto again = desk.ask(webhook, 61min), waiting = desk.ask(webhook, 61min);
        QVERIFY(desk.isGranted(again));
        desk.complete(again, answered(404), 62min);
        QCOMPARE(desk.errorOf(waiting), TicketError::Code::WebhookGone);
    }

    // What is remembered has a bound: the oldest is forgotten, the newest is not.
    void remembersSoManyGoneWebhooks()
    {
        Desk desk({.globalLimit = 0});
        const auto one = [](int i) {
            return Endpoint(Method::Post, QStringLiteral("/webhooks/%1/tok").arg(1000 + i));
        };
        constexpr int last = 1000;
        for (int i = 0; i <= last; ++i)
            desk.complete(desk.ask(one(i), milliseconds(i)), answered(404), milliseconds(i));
        QCOMPARE(desk.errorOf(desk.ask(one(last), 2s)), TicketError::Code::WebhookGone);
        QCOMPARE(desk.errorOf(desk.ask(one(1), 2s)), TicketError::Code::WebhookGone);
        QVERIFY(desk.isGranted(desk.ask(one(0), 2s)));
    }

    void remembersSoManyRefusedTokens()
    {
        Desk desk({.globalLimit = 0, .invalidLimit = 0});
        const auto one = [](int i) {
            return Endpoint(Method::Get, "/users/@me", Credential::token(QByteArray::number(i)));
        };
        constexpr int last = 1000;
        for (int i = 0; i <= last; ++i)
            desk.complete(desk.ask(one(i), milliseconds(i)), answered(401), milliseconds(i));
        QCOMPARE(desk.errorOf(desk.ask(one(last), 2s)), TicketError::Code::Unauthorized);
        QCOMPARE(desk.errorOf(desk.ask(one(1), 2s)), TicketError::Code::Unauthorized);
        QVERIFY(desk.isGranted(desk.ask(one(0), 2s)));
    }

    void remembersSoManyNewTokens()
    {
        Desk desk;
        const auto one = [](int i) {
            return Endpoint(Method::Get, "/users/@me", Credential::token(QByteArray::number(i)));
        };
        const auto oldest = desk.ask(one(0), 0ms), newest = desk.ask(one(1000), 0ms);
        for (int i = 0; i <= 1000; ++i)
            desk.scheduler.tokenChanged(one(i).credential(), at(milliseconds(1 + i)));
        desk.complete(oldest, answered(401), 2s);
        desk.complete(newest, answered(401), 2s);
        QCOMPARE(desk.errorOf(desk.ask(one(0), 2s)), TicketError::Code::Unauthorized);
        QVERIFY(desk.isGranted(desk.ask(one(1000), 2s)));
    }

    void stopsShortOfTheInvalidLimit()
    {
        Desk desk({.globalLimit = 0, .invalidLimit = 100, .invalidPeriod = 10min});
        for (int i = 0; i < 95; ++i)
            desk.complete(desk.ask(Endpoint(Method::Get, QStringLiteral("/guilds/%1").arg(i)), 0ms),
                answered(403), 0ms);
        QCOMPARE(desk.scheduler.invalidRequests(at(0ms)), 95);
        const auto held = desk.ask(roles, 1s);
        QCOMPARE(desk.state(held), TicketState::Queued);
        QCOMPARE(desk.scheduler.waits(held, at(1s)),
            (std::vector<Wait>{{WaitReason::InvalidRequests, at(10min)}}));
        std::vector<TicketId> callbacks;
        for (int i = 0; i < 6; ++i)
            callbacks.push_back(desk.ask(
                Endpoint(Method::Post, QStringLiteral("/interactions/%1/t/callback").arg(i)), 1s));
        QVERIFY(desk.isGranted(callbacks[4]));
        QCOMPARE(desk.state(callbacks[5]), TicketState::Queued); // in flight counts as invalid
        desk.runTo(10min - 1ms);
        QCOMPARE(desk.state(held), TicketState::Queued);
        desk.runTo(10min);
        QVERIFY(desk.isGranted(held));
    }

    void countsWhatDiscordCounts_data()
    {
        QTest::addColumn<Response>("response");
        QTest::addColumn<int>("counted");
        QTest::newRow("200") << answered(200) << 0;
        QTest::newRow("401") << answered(401) << 1;
        QTest::newRow("403") << answered(403) << 1;
        QTest::newRow("404") << answered(404) << 0;
        QTest::newRow("429") << tooMany(1s) << 1;
        QTest::newRow("429, shared") << tooMany(1s, Scope::Shared) << 0;
        QTest::newRow("429, edge") << noHeaders(429) << 1;
        QTest::newRow("500") << answered(500) << 0;
        QTest::newRow("lost") << Response::lost() << 0;
    }
    void countsWhatDiscordCounts()
    {
        QFETCH(Response, response);
        QFETCH(int, counted);
        Desk desk;
        desk.complete(desk.ask(roles, 0ms), response, 1ms);
        QCOMPARE(desk.scheduler.invalidRequests(at(1ms)), counted);
        QCOMPARE(desk.count(Event::Type::InvalidRequest), counted);
    }

    void oneBareAnswerOpensNothing_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("opens");
        for (const int status : {200, 204})
            QTest::addRow("%d", status) << status << true;
        for (const int status : {400, 401, 403, 404, 500, 502})
            QTest::addRow("%d", status) << status << false;
    }
    void oneBareAnswerOpensNothing()
    {
        QFETCH(int, status);
        QFETCH(bool, opens);
        Desk desk;
        const auto ask = [&desk] {
            return desk.ask(Endpoint(Method::Get, "/users/@me", Credential::none()), 0ms);
        };
        for (int i = 0; i < 3; ++i) {
            const auto probe = ask(), behind = ask();
            QVERIFY(desk.isGranted(probe));
            QCOMPARE(desk.state(behind), TicketState::Queued);
            desk.cancel(behind, 0ms);
            desk.complete(probe, answered(status), 0ms);
        }
        ask();
        QCOMPARE(desk.isGranted(ask()), opens);
    }

    void anomalies()
    {
        Desk desk;
        desk.complete(desk.ask(roles, 0ms), answer(5, 4, 10s, "aaaa"), 0ms);
        desk.complete(desk.ask(roles, 1ms), answer(6, 3, 10s, "aaaa"), 1ms);
        QVERIFY(desk.saw(Anomaly::LimitChanged));
        QVERIFY(!desk.saw(Anomaly::HashFlipped));
        desk.complete(desk.ask(roles, 2ms), answer(5, 4, 10s, "bbbb"), 2ms);
        QVERIFY(desk.saw(Anomaly::HashFlipped));
        QVERIFY(!desk.saw(Anomaly::HeadersVanished));
        desk.complete(desk.ask(roles, 3ms), answered(200), 3ms);
        QVERIFY(desk.saw(Anomaly::HeadersVanished));
        QVERIFY(!desk.saw(Anomaly::ClockJumped));
        desk.scheduler.advance(at(2ms));
        desk.note();
        QVERIFY(desk.saw(Anomaly::ClockJumped));
    }

    // An answer that was overtaken on its way by that of a later request.
    void aLateAnswerDoesNotMoveALaneBack()
    {
        Desk desk;
        const auto slow = desk.ask(roles, 0ms);
        desk.runTo(2min);
        QCOMPARE(desk.state(slow), TicketState::TimedOut);
        desk.complete(desk.ask(roles, 3min), answer(5, 0, 10s, "new"), 3min + 10ms);
        desk.complete(slow, answer(5, 4, 10s, "old"), 3min + 20ms);
        QVERIFY(!desk.saw(Anomaly::HashFlipped));
        QVERIFY(!desk.isGranted(desk.ask(roles, 3min + 30ms)));
    }

    // Twice, in one window and in a later one, a lane is told that nobody has spent, when others
    // have.
    void countersThatTurnOutToBeTwoAreSplit()
    {
        Desk desk;
        const Endpoint first(Method::Get, "/channels/1/messages"),
            second(Method::Get, "/channels/1/pins");
        for (const milliseconds begin : {0s, 11s}) {
            QCOMPARE(desk.saw(Anomaly::CountersSplit), false);
            desk.complete(desk.ask(first, begin), answer(5, 4, 10s), begin + 10ms);
            desk.complete(desk.ask(first, begin + 20ms), answer(5, 3, 9980ms), begin + 30ms);
            desk.complete(desk.ask(second, begin + 40ms), answer(5, 4, 10s), begin + 50ms);
        }
        QVERIFY(desk.saw(Anomaly::CountersSplit));
        QCOMPARE(desk.scheduler.size().buckets, 2);
        QCOMPARE(desk.scheduler.bucket(first, at(11'060ms))->remaining, 3);
        QCOMPARE(desk.scheduler.bucket(second, at(11'060ms))->remaining, 4);
        // And they stay apart.
        desk.complete(desk.ask(second, 11'070ms), answer(5, 3, 9970ms), 11'080ms);
        QCOMPARE(desk.scheduler.size().buckets, 2);
    }

    // The server begins anew, again and again: that looks the same, but for what comes in between.
    void countersThatBeginAnewStayTogether()
    {
        Desk desk;
        const Endpoint first(Method::Get, "/channels/1/messages"),
            second(Method::Get, "/channels/1/pins");
        for (milliseconds begin = 0s; begin < 100s; begin += 22s) {
            desk.complete(desk.ask(first, begin), answer(5, 4, 10s), begin + 10ms);
            desk.complete(desk.ask(first, begin + 20ms), answer(5, 3, 9980ms), begin + 30ms);
            desk.complete(desk.ask(second, begin + 40ms), answer(5, 4, 10s), begin + 50ms);
            desk.complete(desk.ask(first, begin + 11s), answer(5, 4, 10s), begin + 11'010ms);
            desk.complete(
                desk.ask(second, begin + 11'020ms), answer(5, 3, 9980ms), begin + 11'030ms);
        }
        QVERIFY(!desk.saw(Anomaly::CountersSplit));
        QCOMPARE(desk.scheduler.size().buckets, 1);
    }

    // Nobody has looked at the clock since the deadline; an answer comes.
    void nothingIsGrantedAfterItsDeadline()
    {
        Desk desk;
        const Endpoint post(Method::Post, "/channels/1/messages");
        const auto first = desk.ask(post, 0ms);
        const auto second = desk.ask(post, 0ms, {.deadline = 1s});
        const auto third = desk.ask(post, 0ms, {.deadline = 3s});
        desk.complete(first, answer(5, 4, 10s), 3s);
        QCOMPARE(desk.state(second), TicketState::Expired);
        QVERIFY(desk.isGranted(third)); // whose last moment this is
    }
};

QTEST_GUILESS_MAIN(SchedulerLimitsTest)
#include "tst_schedulerlimits.moc"
