// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"

#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslServer>
#include <QtTest/QTest>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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
    void givesUpOn429s();
    void triesAgainWhenNothingWasSent_data();
    void triesAgainWhenNothingWasSent();
    void isNotSentAgainByTheManager_data();
    void isNotSentAgainByTheManager();
    void countsWhatTheManagerSendsAgain();
    void trustsNoUnknownServer();
    void survivesABrokenAnswer_data();
    void survivesABrokenAnswer();
    void timesOutWithoutAConnection_data();
    void timesOutWithoutAConnection();
    void timesOutWithoutAnAnswer();
    void timesOutInTheBody();
    void timesOutAsAWhole_data();
    void timesOutAsAWhole();
    void asksAnewWhenItsTicketTimedOut();
    void completesTicketsWithTheHeaders();
};

namespace {

/// A port of loopback where no connection comes about: its queue is full.
class FullPort {
public:
    FullPort()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto *plain = reinterpret_cast<sockaddr *>(&address);
        socklen_t size = sizeof address;
        if (bind(m_socket, plain, size) == 0 && listen(m_socket, 0) == 0
            && getsockname(m_socket, plain, &size) == 0)
            m_port = ntohs(address.sin_port);
        m_filler.connectToHost(QHostAddress(QHostAddress::LocalHost), m_port);
        m_filler.waitForConnected(1000);
    }
    ~FullPort() { ::close(m_socket); }
    Q_DISABLE_COPY_MOVE(FullPort)

    QUrl url() const { return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_port)); }

private:
    const int m_socket = socket(AF_INET, SOCK_STREAM, 0);
    quint16 m_port = 0;
    QTcpSocket m_filler;
};

/// How the last ticket to end did.
TicketState lastEnd(const QSignalSpy &tickets)
{
    TicketState last = TicketState::Queued;
    for (const auto &change : tickets) {
        const auto state = change.first().value<TicketInfo>().state;
        last = isFinal(state) ? state : last;
    }
    return last;
}

} // namespace

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
    for (const auto &change : tickets)
        QCOMPARE(change.first().value<TicketInfo>().id, id); // all with one ticket
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
    const auto parts = RestBody::multipart([] {
        auto multipart = std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
        QHttpPart part;
        part.setHeader(
            QNetworkRequest::ContentDispositionHeader, QStringLiteral("form-data; name=\"a\""));
        part.setBody("abc");
        multipart->append(part);
        return multipart;
    });
    const QList<std::pair<const char *, RestBody>> bodies{
        {"JSON", QJsonObject{{QStringLiteral("a"), 1}}}, {"parts", parts}};
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

void tst_RestAttempt::timesOutWithoutAConnection_data()
{
    QTest::addColumn<bool>("post");
    QTest::newRow("GET") << false;
    QTest::newRow("POST") << true;
}

void tst_RestAttempt::timesOutWithoutAConnection()
{
    QFETCH(bool, post);
    const FullPort port;
    RestWorld world;
    world.client->setBaseUrl(port.url());
    world.client->setTimeouts({.connect = 30ms, .response = 0ms});
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    const RestResult result = resultOf(post ? world.post(QJsonObject()) : world.get());
    QCOMPARE(result.error.code, Code::TimedOut);
    QCOMPARE(result.error.message,
        QStringLiteral("No connection to the server came about within 30 ms."));
    QCOMPARE(result.attempts, 3); // nothing was sent
    QTRY_COMPARE(lastEnd(tickets), TicketState::Dropped);
}

void tst_RestAttempt::timesOutWithoutAnAnswer()
{
    RestWorld world;
    world.server.keepSilent();
    world.client->setTimeouts({.response = 30ms});
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    const RestResult result = resultOf(world.post(QJsonObject()));
    QCOMPARE(result.error.code, Code::TimedOut);
    QCOMPARE(result.error.message, QStringLiteral("The server did not answer within 30 ms."));
    QCOMPARE(result.attempts, 1);
    QTRY_COMPARE(lastEnd(tickets), TicketState::Lost);
    const RestResult again = resultOf(world.get());
    QCOMPARE(again.error.code, Code::TimedOut);
    QCOMPARE(again.attempts, 3);
    QTRY_COMPARE(world.server.openConnections(), 0);
}

void tst_RestAttempt::timesOutInTheBody()
{
    RestWorld world;
    world.server.answerRaw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    world.client->setTimeouts({.response = 30ms});
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    const RestResult result = resultOf(world.post(QJsonObject()));
    QCOMPARE(result.error.code, Code::TimedOut);
    QCOMPARE(result.error.message,
        QStringLiteral("The answer stopped, and did not go on within 30 ms."));
    QCOMPARE(result.status, 200);
    QCOMPARE(result.body, "abc");
    QCOMPARE(lastEnd(tickets), TicketState::Completed);

    // What a refusal says in its body is worth no failure.
    RestWorld other;
    other.server.answerRaw("HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\nabc");
    other.client->setTimeouts({.response = 30ms});
    QCOMPARE(codeOf(other.get()), Code::ClientError);
}

void tst_RestAttempt::timesOutAsAWhole_data()
{
    QTest::addColumn<bool>("paused");
    QTest::newRow("waiting for its ticket") << true;
    QTest::newRow("on the wire") << false;
}

void tst_RestAttempt::timesOutAsAWhole()
{
    QFETCH(bool, paused);
    RestWorld world;
    world.server.keepSilent();
    world.limiter->setFlow(paused ? Flow::Paused : Flow::Open);
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    RestOptions options;
    options.timeouts = RestTimeouts{.whole = 50ms};
    const RestResult result = resultOf(world.get(options));
    QCOMPARE(result.error.code, Code::TimedOut);
    QCOMPARE(result.error.message, QStringLiteral("The request was not finished within 50 ms."));
    QTRY_COMPARE(lastEnd(tickets), paused ? TicketState::Cancelled : TicketState::Lost);
}

void tst_RestAttempt::asksAnewWhenItsTicketTimedOut()
{
    RestWorld world;
    InMemoryRatelimiter hasty(SchedulerOptions{.responseTimeout = 20ms});
    RestClient client(&hasty);
    client.setBaseUrl(world.server.url());
    client.setTimeouts({.response = 60ms});
    client.setRetryPolicy({.firstBackOff = 1ms});
    world.server.keepSilent();
    world.server.answer(200);
    QSignalSpy tickets(&hasty, &Ratelimiter::ticketChanged);
    const RestResult result = resultOf(client.get(QStringLiteral("/a")));
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.attempts, 2);
    QTRY_COMPARE(lastEnd(tickets), TicketState::Completed);
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
