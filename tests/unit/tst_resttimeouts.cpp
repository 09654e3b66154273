// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"
#include "tests/common/RestBodies.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QTimer>
#include <QtTest/QTest>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;

/// What becomes of a request when nothing happens for too long.
class tst_RestTimeouts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void withoutAConnection_data();
    void withoutAConnection();
    void withoutAnAnswer();
    void inTheBody();
    void inABodyThatDrips_data();
    void inABodyThatDrips();
    void whileASourceStalls();
    void asAWhole_data();
    void asAWhole();
    void ofItsTicket();
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

/// Answers with a \a head, and then with one byte after another.
class Dripping : public QTcpServer {
public:
    explicit Dripping(const QByteArray &head)
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this, head] {
            QTcpSocket *socket = nextPendingConnection();
            auto *timer = new QTimer(socket);
            connect(timer, &QTimer::timeout, socket, [socket] { socket->write("x"); });
            connect(socket, &QTcpSocket::readyRead, timer, [socket, timer, head] {
                socket->readAll();
                socket->write(head + "Content-Length: 1000000\r\n\r\n");
                timer->start(5ms);
            });
        });
    }
    QUrl url() const { return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(serverPort())); }
};

} // namespace

void tst_RestTimeouts::withoutAConnection_data()
{
    QTest::addColumn<bool>("post");
    QTest::newRow("GET") << false;
    QTest::newRow("POST") << true;
}

void tst_RestTimeouts::withoutAConnection()
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

void tst_RestTimeouts::withoutAnAnswer()
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

void tst_RestTimeouts::inTheBody()
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

void tst_RestTimeouts::inABodyThatDrips_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<RestTimeouts>("timeouts");
    QTest::addColumn<Code>("code");
    const RestTimeouts response{.response = 50ms, .body = 10s};
    const RestTimeouts body{.response = 10s, .body = 50ms};
    QTest::newRow("200") << QByteArray("200 OK") << body << Code::TimedOut;
    QTest::newRow("403") << QByteArray("403 No") << response << Code::ClientError;
    QTest::newRow("403, patient") << QByteArray("403 No") << body << Code::ClientError;
    QTest::newRow("429") << QByteArray("429 No") << response << Code::RateLimited;
    QTest::newRow("503") << QByteArray("503 No") << response << Code::ServerError;
}

void tst_RestTimeouts::inABodyThatDrips()
{
    QFETCH(QByteArray, head);
    QFETCH(RestTimeouts, timeouts);
    QFETCH(Code, code);
    const Dripping server("HTTP/1.1 " + head + "\r\nRetry-After: 0.001\r\nVia: a\r\n");
    RestWorld world;
    world.client->setBaseUrl(server.url());
    world.client->setTimeouts(timeouts);
    world.client->setRetryPolicy({.maxAttempts = 1, .maxRateLimited = 0});
    const RestResult result = resultOf(world.get());
    QCOMPARE(result.error.code, code);
    if (code == Code::TimedOut)
        QCOMPARE(result.error.message, QStringLiteral("The answer was not complete within 50 ms."));
    QVERIFY(result.body.startsWith('x'));
}

void tst_RestTimeouts::whileASourceStalls()
{
    RestWorld world;
    world.server.answer(200);
    world.client->setTimeouts({.connect = 10s, .response = 30ms});
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    int opened = 0;
    const auto open = [&opened] {
        ++opened;
        auto source = ::opened<Sequential>("abc");
        source->keepOpen();
        return source;
    };
    const RestResult result = resultOf(world.post(RestBody::stream(open)));
    QCOMPARE(result.error.code, Code::TimedOut);
    QCOMPARE(result.error.message,
        QStringLiteral("What is to be sent stopped, and did not go on within 30 ms."));
    QCOMPARE(opened, 3); // nothing was sent
    QCOMPARE(world.server.connections(), 0);
    QTRY_COMPARE(lastEnd(tickets), TicketState::Dropped);
}

void tst_RestTimeouts::asAWhole_data()
{
    QTest::addColumn<bool>("paused");
    QTest::newRow("waiting for its ticket") << true;
    QTest::newRow("on the wire") << false;
}

void tst_RestTimeouts::asAWhole()
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

void tst_RestTimeouts::ofItsTicket()
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

QTEST_GUILESS_MAIN(tst_RestTimeouts)
#include "tst_resttimeouts.moc"
