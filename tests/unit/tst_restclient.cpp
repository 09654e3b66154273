// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestClient.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "tests/common/ScriptedServer.h"

#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;

/// What a client sends, and what it makes of the answers.
class tst_RestClient : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void getsJson();
    void postsJson();
    void waitsWhenLimited();
    void finishesFutures();
};

namespace {

/// A server, a limiter and a client of it.
struct World {
    World()
    {
        client.setBaseUrl(server.url(QStringLiteral("/api/v10")));
        client.setRetryPolicy({.firstBackOff = 2ms});
    }
    ScriptedServer server;
    InMemoryRatelimiter limiter{SchedulerOptions{.expectVia = false}};
    RestClient client{&limiter};
};

/// Waits for the end.
RestResult resultOf(RestReply *reply)
{
    QSignalSpy finished(reply, &RestReply::finished);
    reply->setAutoDelete(false);
    if (!reply->isFinished())
        finished.wait();
    const RestResult result = reply->result();
    delete reply;
    return result;
}

} // namespace

void tst_RestClient::getsJson()
{
    World world;
    world.server.answer(200, "Content-Type: application/json\r\nX-Thing: a\r\n", "{\"id\":\"7\"}");
    const RestResult result = resultOf(world.client.get(QStringLiteral("/channels/1?a=b%2Fc")));
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.status, 200);
    QCOMPARE(result.json()[u"id"].toString(), QStringLiteral("7"));
    QCOMPARE(result.header("x-thing"), "a");
    QCOMPARE(result.attempts, 1);
    QCOMPARE(world.server.seen().first().line(), "GET /api/v10/channels/1?a=b%2Fc HTTP/1.1");
}

void tst_RestClient::postsJson()
{
    World world;
    world.client.setToken("Bot abc");
    world.server.answer(200);
    QVERIFY(resultOf(world.client.post(QStringLiteral("/channels/1/messages"),
        QJsonObject{{QStringLiteral("content"), QStringLiteral("hello")}})));
    const auto seen = world.server.seen().first();
    QCOMPARE(seen.line(), "POST /api/v10/channels/1/messages HTTP/1.1");
    QCOMPARE(seen.body, "{\"content\":\"hello\"}");
    QCOMPARE(seen.header("Content-Type"), "application/json");
    QCOMPARE(seen.header("Authorization"), "Bot abc");
    QVERIFY(seen.header("User-Agent").startsWith("DiscordBot ("));
}

void tst_RestClient::waitsWhenLimited()
{
    World world;
    world.server.answer(429, "Retry-After: 0.02\r\nX-RateLimit-Scope: user\r\n",
        "{\"retry_after\":0.02,\"global\":false,\"message\":\"slow\"}");
    world.server.answer(200);
    auto *reply = world.client.post(QStringLiteral("/channels/1/messages"), QJsonObject());
    QSignalSpy retries(reply, &RestReply::retryScheduled);
    QSignalSpy sent(reply, &RestReply::sent);
    const RestResult result = resultOf(reply);
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.attempts, 2);
    QCOMPARE(sent.size(), 2);
    QCOMPARE(retries.size(), 1);
    QCOMPARE(retries.first().at(1).value<milliseconds>(), 20ms);
}

void tst_RestClient::finishesFutures()
{
    World world;
    world.server.answer(404, {}, "{\"message\":\"Unknown Channel\",\"code\":10003}");
    QFuture<RestResult> future = world.client.get(QStringLiteral("channels/1"))->future();
    QTRY_VERIFY(future.isFinished());
    const RestError error = future.result().error;
    QCOMPARE(error.code, Code::ClientError);
    QCOMPARE(error.apiCode, 10003);
    QCOMPARE(error.message,
        QStringLiteral("The API refused the request: Unknown Channel (404, code 10003)."));
}

QTEST_GUILESS_MAIN(tst_RestClient)
#include "tst_restclient.moc"
