// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"

#include <QtCore/QRegularExpression>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkCookieJar>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;

/// What a client sends, and where.
class tst_RestClient : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void hasSettings();
    void sendsMethods_data();
    void sendsMethods();
    void sendsHeaders();
    void keepsAuthorizationForWhatWantsIt_data();
    void keepsAuthorizationForWhatWantsIt();
    void refusesWhatCannotBeSent_data();
    void refusesWhatCannotBeSent();
    void refusesWhatBecomesUnfitToBeSent();
    void takesThatNothingHasChanged();
    void setsTheTokenAnew();
    void asksNoMoreForAWebhookThatIsGone();
    void asksForTickets();
    void usesTheManagerThatItIsGiven();
    void keepsNoCookies();
    void goesWithItsReplies();
    void outlivesItsLimiter();
};

namespace {

const QString callback = QStringLiteral("/interactions/1/token/callback");

} // namespace

void tst_RestClient::hasSettings()
{
    InMemoryRatelimiter limiter;
    RestClient client(&limiter);
    QCOMPARE(client.baseUrl(), QUrl(QStringLiteral("https://discord.com/api/v10")));
    QVERIFY(client.userAgent().startsWith("DiscordBot ("));
    QCOMPARE(client.maxConnections(), 6);
    client.setMaxConnections(7);
    QCOMPARE(client.maxConnections(), 6);
    client.setMaxConnections(0);
    QCOMPARE(client.maxConnections(), 1);
    client.setMaxResponseSize(5);
    QCOMPARE(client.maxResponseSize(), 5);
    client.setTimeouts({.connect = 1s});
    QCOMPARE(client.timeouts().connect, 1s);
    client.setRetryPolicy({.maxAttempts = 7});
    QCOMPARE(client.retryPolicy().maxAttempts, 7);
    client.setUserAgent("me");
    QCOMPARE(client.userAgent(), "me");
}

void tst_RestClient::sendsMethods_data()
{
    QTest::addColumn<Method>("method");
    QTest::addColumn<RestBody>("body");
    QTest::addColumn<QByteArray>("length");
    QTest::newRow("GET") << Method::Get << RestBody() << QByteArray();
    QTest::newRow("HEAD") << Method::Head << RestBody() << QByteArray();
    QTest::newRow("DELETE") << Method::Delete << RestBody() << QByteArray();
    QTest::newRow("DELETE with a body")
        << Method::Delete << RestBody(QJsonObject()) << QByteArray("2");
    QTest::newRow("PUT") << Method::Put << RestBody() << QByteArray("0");
    QTest::newRow("PUT with a body") << Method::Put << RestBody(QJsonArray()) << QByteArray("2");
    QTest::newRow("POST") << Method::Post << RestBody() << QByteArray("0");
    QTest::newRow("POST of nothing") << Method::Post << RestBody::bytes({}) << QByteArray("0");
    QTest::newRow("PATCH") << Method::Patch << RestBody::bytes("abc") << QByteArray("3");
}

void tst_RestClient::sendsMethods()
{
    QFETCH(Method, method);
    QFETCH(RestBody, body);
    QFETCH(QByteArray, length);
    RestWorld world;
    world.server.answer(200);
    // The second one uses the same connection, which differs in what the manager tells.
    for (int i = 0; i < 2; ++i) {
        auto *reply = world.client->send(method, QStringLiteral("/channels/1?a=b%2Fc"), body);
        QSignalSpy sent(reply, &RestReply::sent);
        const RestResult result = resultOf(reply);
        QVERIFY2(result, qPrintable(result.error.message));
        QCOMPARE(sent.size(), 1);
        const auto seen = world.server.seen().last();
        QCOMPARE(seen.line(),
            methodName(method).toByteArray() + " /api/v10/channels/1?a=b%2Fc HTTP/1.1");
        QCOMPARE(seen.header("Content-Length"), length);
    }
    QCOMPARE(world.server.connections(), 1);
}

void tst_RestClient::sendsHeaders()
{
    RestWorld world;
    world.server.answer(200, "X-Thing: a\r\n", "{\"id\":\"7\"}");
    world.client->setToken("Bot abc");
    world.client->setDefaultHeader("X-Default", "1");
    world.client->setDefaultHeader("X-Gone", "1");
    world.client->setDefaultHeader("x-gone", {});
    RestOptions options;
    options.headers = {
        {"X-Audit-Log-Reason", "because"}, {"x-default", "2"}, {"authorization", "Bot other"}};
    const RestResult result = resultOf(
        world.post(QJsonObject{{QStringLiteral("content"), QStringLiteral("é")}}, options));
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.json()[u"id"].toString(), QStringLiteral("7"));
    QCOMPARE(result.header("x-THING"), "a");
    QCOMPARE(result.header("x-other"), QByteArray());

    const auto seen = world.server.seen().first();
    QCOMPARE(seen.line(), "POST /api/v10/channels/1/messages HTTP/1.1");
    QCOMPARE(seen.body, "{\"content\":\"é\"}");
    QCOMPARE(seen.header("Content-Type"), "application/json");
    QCOMPARE(seen.header("Authorization"), "Bot abc");
    QCOMPARE(seen.head.count("uthorization"), 1);
    QCOMPARE(seen.header("X-Audit-Log-Reason"), "because");
    QCOMPARE(seen.header("X-Default"), "2");
    QCOMPARE(seen.header("X-Gone"), QByteArray());
    QCOMPARE(seen.header("User-Agent"), world.client->userAgent());

    QTest::ignoreMessage(
        QtWarningMsg, "Authorization is no default header: use RestClient::setToken().");
    world.client->setDefaultHeader("authorization", "abc");
}

void tst_RestClient::keepsAuthorizationForWhatWantsIt_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("authorize");
    QTest::addColumn<bool>("authorized");
    QTest::newRow("channel") << QStringLiteral("/channels/1") << true << true;
    QTest::newRow("not wanted") << QStringLiteral("/channels/1") << false << false;
    QTest::newRow("callback") << callback << true << false;
    QTest::newRow("webhook") << QStringLiteral("/webhooks/1") << true << true;
    QTest::newRow("webhook with token") << QStringLiteral("/webhooks/1/abc") << true << false;
    QTest::newRow("message of one")
        << QStringLiteral("/webhooks/1/abc/messages/2") << true << false;
}

void tst_RestClient::keepsAuthorizationForWhatWantsIt()
{
    QFETCH(QString, path);
    QFETCH(bool, authorize);
    QFETCH(bool, authorized);
    RestWorld world;
    world.server.answer(200);
    world.client->setToken("Bot abc");
    RestOptions options;
    options.authorize = authorize;
    auto *reply = world.client->post(path, QJsonObject(), options);
    QCOMPARE(reply->endpoint().isAuthorized(), authorized);
    QVERIFY(resultOf(reply));
    const auto seen = world.server.seen().first();
    QCOMPARE(seen.header("Authorization"), authorized ? "Bot abc" : QByteArray());
}

void tst_RestClient::refusesWhatCannotBeSent_data()
{
    using Change = std::function<void(RestClient &, RestOptions &, QString &)>;
    QTest::addColumn<Change>("change");
    const auto add = [](const char *name, const Change &change) { QTest::newRow(name) << change; };
    add("host", [](auto &, auto &, auto &path) { path = QStringLiteral("//evil.example/"); });
    add("up", [](auto &, auto &, auto &path) { path = QStringLiteral("/../.."); });
    add("nothing", [](auto &, auto &, auto &path) { path.clear(); });
    add("long", [](auto &, auto &, auto &path) { path.fill(u'a', 3000); });
    add("base", [](auto &client, auto &, auto &) { client.setBaseUrl({}); });
    add("token", [](auto &client, auto &, auto &) { client.setToken("Bot abc\n"); });
    add("agent", [](auto &client, auto &, auto &) { client.setUserAgent("a\r\nb"); });
    add("default", [](auto &client, auto &, auto &) { client.setDefaultHeader("a", "b\r\n"); });
    add("name", [](auto &, auto &options, auto &) { options.headers = {{"a b", "c"}}; });
    add("no name", [](auto &, auto &options, auto &) { options.headers = {{"", "c"}}; });
    add("value", [](auto &, auto &options, auto &) { options.headers = {{"a", "b\r\nc: d"}}; });
    add("length", [](auto &, auto &options, auto &) {
        options.headers = {{"content-length", "1"}};
    });
}

void tst_RestClient::refusesWhatCannotBeSent()
{
    QFETCH(std::function<void(RestClient &, RestOptions &, QString &)>, change);
    RestWorld world;
    world.server.answer(200);
    RestOptions options;
    QString path = QStringLiteral("/channels/1");
    change(*world.client, options, path);
    auto *reply = world.client->get(path, options);
    QSignalSpy finished(reply, &RestReply::finished);
    QVERIFY(!reply->isFinished());
    reply->setAutoDelete(false);
    QVERIFY(finished.wait());
    QCOMPARE(reply->error().code, Code::BadRequest);
    QVERIFY(reply->error().message.endsWith(u'.'));
    QVERIFY(!reply->error().message.contains(u"abc"));
    QCOMPARE(reply->result().attempts, 0);
    QCOMPARE(world.server.requests(), 0);
    QCOMPARE(world.limiter->buckets().size(), size_t(0));
}

void tst_RestClient::refusesWhatBecomesUnfitToBeSent()
{
    RestWorld world;
    world.server.answer(502);
    world.server.answer(200);
    world.client->setToken("Bot a");
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    auto *reply = world.get();
    connect(reply, &RestReply::retryScheduled, this,
        [&] { world.client->setToken("Bot a\r\nX-Evil: 1"); });
    const RestResult result = resultOf(reply);
    QCOMPARE(result.error.code, Code::BadRequest);
    QCOMPARE(result.attempts, 1);
    QCOMPARE(world.server.requests(), 1);
    QTRY_COMPARE(lastEnd(tickets), TicketState::Dropped);
}

void tst_RestClient::takesThatNothingHasChanged()
{
    RestWorld world;
    world.server.answerRaw("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n");
    RestOptions options;
    options.headers = {{"If-None-Match", "\"a\""}};
    const RestResult result = resultOf(world.get(options));
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.status, 304);
    QCOMPARE(result.header("ETag"), "\"a\"");
}

void tst_RestClient::setsTheTokenAnew()
{
    RestWorld world;
    world.client->setToken("Bot old");
    world.server.answer(401, {}, "{\"message\":\"401: Unauthorized\",\"code\":0}");
    world.server.answer(200);
    QCOMPARE(codeOf(world.get()), Code::ClientError);
    const RestResult locked = resultOf(world.get());
    QCOMPARE(locked.error.code, Code::NotGranted);
    QCOMPARE(locked.error.ticket.code, TicketError::Code::Unauthorized);
    QCOMPARE(locked.error.message, locked.error.ticket.message);
    QVERIFY(resultOf(world.client->post(callback))); // is not concerned
    world.client->setToken("Bot new");
    QVERIFY(resultOf(world.get()));
    QCOMPARE(world.server.seen().last().header("Authorization"), "Bot new");
}

void tst_RestClient::asksNoMoreForAWebhookThatIsGone()
{
    RestWorld world;
    world.server.answer(404, {}, R"({"message":"Unknown Webhook","code":10015})");
    const QString hook = QStringLiteral("/webhooks/1/abcdef");
    QCOMPARE(resultOf(world.client->post(hook)).error.apiCode, 10015);
    QCOMPARE(resultOf(world.client->post(hook)).error.ticket.code, TicketError::Code::WebhookGone);
    QCOMPARE(world.server.requests(), 1);
}

void tst_RestClient::asksForTickets()
{
    RestWorld world;
    world.server.answer(200);
    world.limiter->setFlow(Flow::Paused);
    RestOptions options;
    options.ticket.deadline = 1ms;
    options.ticket.priority = Priority::High;
    QCOMPARE(resultOf(world.get(options)).error.ticket.code, TicketError::Code::Expired);
    options.ticket = {.maxWait = 1s};
    QCOMPARE(resultOf(world.get(options)).error.ticket.code, TicketError::Code::WaitTooLong);
    options.ticket = {.predicate = [](const auto &) { return false; }};
    QCOMPARE(resultOf(world.get(options)).error.ticket.code, TicketError::Code::PredicateFailed);
    QCOMPARE(world.server.requests(), 0);
}

void tst_RestClient::usesTheManagerThatItIsGiven()
{
    RestWorld world;
    world.server.answer(200);
    QNetworkAccessManager manager;
    QSignalSpy finished(&manager, &QNetworkAccessManager::finished);
    {
        RestClient client(world.limiter.get(), &manager);
        client.setBaseUrl(world.client->baseUrl());
        QVERIFY(resultOf(client.get(QStringLiteral("/a"))));
    }
    QCOMPARE(finished.size(), 1);
}

void tst_RestClient::keepsNoCookies()
{
    RestWorld world;
    world.server.answer(200, "Set-Cookie: a=b\r\n");
    QVERIFY(resultOf(world.get()));
    QVERIFY(resultOf(world.get()));
    QCOMPARE(world.server.seen().last().header("Cookie"), QByteArray());
}

void tst_RestClient::goesWithItsReplies()
{
    RestWorld world;
    world.server.keepSilent();
    QPointer<RestReply> sent = world.get();
    QFuture<RestResult> future = sent->future();
    QSignalSpy finished(sent.data(), &RestReply::finished);
    QTRY_COMPARE(world.server.requests(), 1);
    QPointer<RestReply> waiting = world.get();
    world.client.reset();
    QVERIFY(!sent);
    QVERIFY(!waiting);
    QCOMPARE(finished.size(), 0);
    QVERIFY(future.isFinished());
    QCOMPARE(future.result().error.code, Code::Cancelled);
    QTRY_COMPARE(world.server.openConnections(), 0);
    QTRY_COMPARE(world.limiter->buckets().front().inFlight, 0);
}

void tst_RestClient::outlivesItsLimiter()
{
    RestWorld world;
    world.server.keepSilent();
    auto *sent = world.client->get(QStringLiteral("/a"));
    QTRY_COMPARE(world.server.requests(), 1);
    world.limiter->setFlow(Flow::Paused);
    auto *waiting = world.client->get(QStringLiteral("/b"));
    world.limiter.reset();
    QCOMPARE(resultOf(waiting).error.ticket.code, TicketError::Code::RatelimiterGone);
    QCOMPARE(resultOf(world.get()).error.ticket.code, TicketError::Code::RatelimiterGone);
    world.client->setToken("Bot abc");
    sent->cancel();
    QCOMPARE(codeOf(sent), Code::Cancelled);
}

QTEST_GUILESS_MAIN(tst_RestClient)
#include "tst_restclient.moc"
