// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"

#include <QtCore/QRegularExpression>
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
