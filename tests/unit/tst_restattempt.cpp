// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"
#include "tests/common/RestBodies.h"

#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslServer>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;

/// What becomes of a request when the way to the server, or the server, fails.
class tst_RestAttempt : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void triesAgainWhenTheServerFails_data();
    void triesAgainWhenTheServerFails();
    void waitsAsLongAsTheServerSays();
    void keepsOrderWhileItTriesAgain();
    void holdsNoOtherQuestionsWhileItBacksOff();
    void givesUpOn429s();
    void triesAgainWhenNothingWasSent_data();
    void triesAgainWhenNothingWasSent();
    void isNotSentAgainByTheManager_data();
    void isNotSentAgainByTheManager();
    void countsWhatTheManagerSendsAgain();
    void trustsNoUnknownServer();
    void survivesABrokenAnswer_data();
    void survivesABrokenAnswer();
    void completesTicketsWithTheHeaders();
};

void tst_RestAttempt::triesAgainWhenTheServerFails_data()
{
    QTest::addColumn<Method>("method");
    QTest::addColumn<std::optional<bool>>("repeatable");
    QTest::addColumn<int>("requests");
    QTest::newRow("GET") << Method::Get << std::optional<bool>() << 3;
    QTest::newRow("PUT") << Method::Put << std::optional<bool>() << 3;
    QTest::newRow("POST") << Method::Post << std::optional<bool>() << 1;
    QTest::newRow("POST with a nonce") << Method::Post << std::optional(true) << 3;
    QTest::newRow("GET that does something") << Method::Get << std::optional(false) << 1;
}

void tst_RestAttempt::triesAgainWhenTheServerFails()
{
    QFETCH(Method, method);
    QFETCH(std::optional<bool>, repeatable);
    QFETCH(int, requests);
    RestWorld world;
    world.server.answer(502, "X-RateLimit-Bucket: abc\r\n", "<html>");
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    RestOptions options;
    options.repeatable = repeatable;
    const RestResult result =
        resultOf(world.client->send(method, QStringLiteral("/a"), {}, options));
    QCOMPARE(result.error.code, Code::ServerError);
    QCOMPARE(result.error.message, QStringLiteral("The server failed (502)."));
    QCOMPARE(result.status, 502);
    QCOMPARE(result.body, "<html>");
    QCOMPARE(result.attempts, requests);
    QCOMPARE(world.server.requests(), requests);
    QTRY_COMPARE(lastEnd(tickets), TicketState::Completed);
    const auto id = tickets.first().first().value<TicketInfo>().id;
    const bool keepsOrder = method == Method::Post || method == Method::Patch;
    for (const auto &change : tickets) // all with one ticket, where there is an order to keep
        QVERIFY(!keepsOrder || change.first().value<TicketInfo>().id == id);
}

void tst_RestAttempt::waitsAsLongAsTheServerSays()
{
    RestWorld world;
    world.server.answer(503, "Retry-After: 0.05\r\n");
    world.server.answer(200);
    auto *reply = world.get();
    QSignalSpy retries(reply, &RestReply::retryScheduled);
    QElapsedTimer timer;
    timer.start();
    QVERIFY(resultOf(reply));
    QVERIFY(timer.elapsed() >= 50);
    QCOMPARE(retries.first().at(1).value<milliseconds>(), 50ms);

    world.server.answer(503, "Retry-After: 3600\r\n");
    world.server.answer(200);
    QVERIFY(resultOf(world.get())); // the 200 that was the last one before
    QCOMPARE(codeOf(world.get()), Code::ServerError);
}

void tst_RestAttempt::keepsOrderWhileItTriesAgain()
{
    RestWorld world;
    world.server.answer(502);
    world.server.answer(200);
    const RestOptions nonce{.repeatable = true};
    world.client->post(QStringLiteral("/channels/1/messages"), RestBody::bytes("first"), nonce);
    auto *second = world.client->post(
        QStringLiteral("/channels/1/messages"), RestBody::bytes("second"), nonce);
    QVERIFY(resultOf(second));
    QCOMPARE(world.server.requests(), 3);
    QCOMPARE(world.server.seen().at(1).body, "first");
    QCOMPARE(world.server.seen().at(2).body, "second");
}

// A GET that backs off holds no other one.
void tst_RestAttempt::holdsNoOtherQuestionsWhileItBacksOff()
{
    RestWorld world;
    world.client->setRetryPolicy({.maxAttempts = 2, .firstBackOff = 10s});
    world.server.answer(503, "Retry-After: 20\r\n");
    world.server.answer(200);
    RestReply *failing = world.get();
    QSignalSpy scheduled(failing, &RestReply::retryScheduled);
    QVERIFY(scheduled.wait());
    QVERIFY(resultOf(world.get()));
    QVERIFY(!failing->isFinished());
}

void tst_RestAttempt::givesUpOn429s()
{
    RestWorld world;
    world.server.answer(429, "Retry-After: 0.001\r\nX-RateLimit-Scope: shared\r\n",
        "{\"retry_after\":0.001,\"code\":20028}");
    const RestResult result = resultOf(world.post());
    QCOMPARE(result.error.code, Code::RateLimited);
    QCOMPARE(result.error.apiCode, 20028);
    QCOMPARE(result.status, 429);
    QCOMPARE(world.server.requests(), 3);
}

void tst_RestAttempt::triesAgainWhenNothingWasSent_data()
{
    QTest::addColumn<QUrl>("base");
    QTcpServer closed;
    closed.listen(QHostAddress::LocalHost);
    QTest::newRow("refused") << QUrl(
        QStringLiteral("http://127.0.0.1:%1/").arg(closed.serverPort()));
    QTest::newRow("no such host") << QUrl(QStringLiteral("http://turnstile.invalid/"));
}

void tst_RestAttempt::triesAgainWhenNothingWasSent()
{
    QFETCH(QUrl, base);
    RestWorld world;
    world.client->setBaseUrl(base);
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    auto *reply = world.post(QJsonObject());
    QSignalSpy sent(reply, &RestReply::sent);
    QSignalSpy retries(reply, &RestReply::retryScheduled);
    const RestResult result = resultOf(reply);
    QCOMPARE(result.error.code, Code::ConnectionFailed);
    QVERIFY(result.error.network != QNetworkReply::NoError);
    QCOMPARE(result.attempts, 3);
    QCOMPARE(sent.size(), 0);
    QCOMPARE(retries.size(), 2);
    QTRY_COMPARE(lastEnd(tickets), TicketState::Dropped);
}

void tst_RestAttempt::isNotSentAgainByTheManager_data()
{
    QTest::addColumn<RestBody>("body");
    QTest::addColumn<QByteArray>("answer");
    const QList<std::pair<const char *, RestBody>> bodies{
        {"JSON", QJsonObject{{QStringLiteral("a"), 1}}}, {"parts", RestBody::multipart(onePart)},
        {"sequential", RestBody::stream([] { return opened<Sequential>("content"); })}};
    for (const auto &[name, body] : bodies) {
        QTest::addRow("%s, closed", name) << body << QByteArray();
        QTest::addRow("%s, half a head", name) << body << QByteArray("HTTP/1.1 200 OK\r\nConte");
        QTest::addRow("%s, no HTTP", name) << body << QByteArray("what?\r\n\r\n");
    }
}

void tst_RestAttempt::isNotSentAgainByTheManager()
{
    QFETCH(RestBody, body);
    QFETCH(QByteArray, answer);
    RestWorld world;
    world.server.answer(200);
    world.server.hangUp(answer);
    QVERIFY(resultOf(world.post(body))); // the next one finds an open connection
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    const RestResult result = resultOf(world.post(body));
    QCOMPARE(result.error.code, Code::ConnectionFailed);
    QCOMPARE(result.error.message,
        QStringLiteral("The server closed the connection before it answered."));
    QCOMPARE(result.resent, 0);
    QCOMPARE(world.server.requests(), 2);
    QTRY_COMPARE(lastEnd(tickets), TicketState::Lost);
}

void tst_RestAttempt::countsWhatTheManagerSendsAgain()
{
    RestWorld world;
    world.server.hangUp();
    world.server.answer(200);
    auto *reply = world.get();
    QSignalSpy sent(reply, &RestReply::sent);
    const RestResult result = resultOf(reply);
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.attempts, 1);
    QCOMPARE(result.resent, 1);
    QCOMPARE(sent.size(), 1);
    QCOMPARE(world.server.requests(), 2);
}

void tst_RestAttempt::trustsNoUnknownServer()
{
    QFile certificate(QStringLiteral(TEST_DATA_DIR "/monitor-cert.pem"));
    QFile key(QStringLiteral(TEST_DATA_DIR "/monitor-key.pem"));
    QVERIFY(certificate.open(QIODevice::ReadOnly) && key.open(QIODevice::ReadOnly));
    QSslConfiguration tls;
    tls.setLocalCertificate(QSslCertificate(&certificate));
    tls.setPrivateKey(QSslKey(&key, QSsl::Rsa));
    if (tls.privateKey().isNull()) {
        key.reset();
        tls.setPrivateKey(QSslKey(&key, QSsl::Ec));
    }
    QSslServer server;
    server.setSslConfiguration(tls);
    QVERIFY(server.listen(QHostAddress::LocalHost));
    int connections = 0;
    connect(&server, &QSslServer::startedEncryptionHandshake, this, [&] { ++connections; });

    RestWorld world;
    world.client->setBaseUrl(QUrl(QStringLiteral("https://127.0.0.1:%1").arg(server.serverPort())));
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    const RestResult result = resultOf(world.get());
    QCOMPARE(result.error.code, Code::TlsFailed);
    QCOMPARE(result.error.network, QNetworkReply::SslHandshakeFailedError);
    QVERIFY(result.error.message.endsWith(u'.'));
    QCOMPARE(result.attempts, 1);
    QCOMPARE(connections, 1);
    QTRY_COMPARE(lastEnd(tickets), TicketState::Dropped);
}

void tst_RestAttempt::survivesABrokenAnswer_data()
{
    QTest::addColumn<bool>("post");
    QTest::addColumn<int>("status");
    QTest::newRow("GET") << false << 200;
    QTest::newRow("POST") << true << 200;
    QTest::newRow("refusal") << false << 403;
}

void tst_RestAttempt::survivesABrokenAnswer()
{
    QFETCH(bool, post);
    QFETCH(int, status);
    RestWorld world;
    const QByteArray head = "HTTP/1.1 " + QByteArray::number(status) + " So\r\n";
    world.server.hangUp(head + "Content-Length: 10\r\n\r\nabc");
    world.server.answer(200, {}, "whole");
    const RestResult result = resultOf(post ? world.post(QJsonObject()) : world.get());
    QCOMPARE(result.status, post || status == 403 ? status : 200);
    if (status == 403) {
        QCOMPARE(result.error.code, Code::ClientError);
    } else if (post) {
        QCOMPARE(result.error.code, Code::ConnectionFailed);
        QCOMPARE(
            result.error.message, QStringLiteral("The connection broke while the answer came."));
    } else {
        QVERIFY2(result, qPrintable(result.error.message));
        QCOMPARE(result.body, "whole");
    }
    QVERIFY(resultOf(world.get()));
}

void tst_RestAttempt::completesTicketsWithTheHeaders()
{
    RestWorld world;
    world.server.answerRaw("HTTP/1.1 200 OK\r\nX-RateLimit-Bucket: abc\r\nX-RateLimit-Limit: 5\r\n"
                           "X-RateLimit-Remaining: 4\r\nX-RateLimit-Reset-After: 1\r\n"
                           "Content-Length: 10\r\n\r\nabc");
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    auto *reply = world.get();
    QTRY_COMPARE(lastEnd(tickets), TicketState::Completed);
    QVERIFY(!reply->isFinished());
    QCOMPARE(world.limiter->buckets().front().limit, 5);
}

QTEST_GUILESS_MAIN(tst_RestAttempt)
#include "tst_restattempt.moc"
