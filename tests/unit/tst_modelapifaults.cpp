// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// What a client sees on the wire of each fault that tst_modelapi.cpp leaves out.
#include "ratelimit/core/RatelimitHeaders.h"
#include "ratelimit/testing/ModelApi.h"
#include "tests/common/RawClient.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QScopeGuard>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

const QByteArray get = "GET /api/v10/channels/1 HTTP/1.1\r\nHost: x\r\n\r\n";
const QByteArray lastGet =
    "GET /api/v10/channels/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
constexpr qint64 megabyte = 1024 * 1024;

} // namespace

class tst_ModelApiFaults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void resetsTheConnection_data();
    void resetsTheConnection();
    void dripsTheBody();
    void dripsUntilTheClientGoes();
    void sendsAnOversizeBody_data();
    void sendsAnOversizeBody();
    void holdsLittleOfAnOversizeBody();
    void servesTheNextAfterAnOversizeBody();
    void givesThePageOfAGateway();
    void givesAnErrorOfTheApi();
    void redirects_data();
    void redirects();
    void limits_data();
    void limits();
    void limitsWithoutABucket();
    void aScriptedLimitCountsNothing();
    void theGlobalKindLeavesExemptRequestsAlone();
    void headsHaveNoBody();
    void countsConnections();

private:
    QNetworkReply *finished(const QString &path = QStringLiteral("/channels/1"));
    std::unique_ptr<QTcpSocket> asked(const QByteArray &request = get);

    std::unique_ptr<ModelApi> m_api;
    std::unique_ptr<QNetworkAccessManager> m_network;
};

void tst_ModelApiFaults::init()
{
    m_network = std::make_unique<QNetworkAccessManager>();
    m_network->setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
    m_api = std::make_unique<ModelApi>();
    m_api->setDefaultLimit({.limit = 3, .window = 10min, .hash = "abc"});
    QVERIFY(m_api->listen().isValid());
}

QNetworkReply *tst_ModelApiFaults::finished(const QString &path)
{
    QNetworkReply *reply = m_network->get(QNetworkRequest(QUrl(m_api->url().toString() + path)));
    QSignalSpy spy(reply, &QNetworkReply::finished);
    if (!spy.wait())
        qWarning("The request was not answered");
    return reply;
}

std::unique_ptr<QTcpSocket> tst_ModelApiFaults::asked(const QByteArray &request)
{
    auto socket = connectedTo(m_api->port());
    socket->write(request);
    return socket;
}

void tst_ModelApiFaults::resetsTheConnection_data()
{
    QTest::addColumn<Fault::Kind>("kind");
    QTest::addColumn<bool>("isReset");
    QTest::newRow("reset") << Fault::Kind::Reset << true;
    QTest::newRow("a farewell") << Fault::Kind::CloseBeforeAnswer << false;
}

// Qt calls both the same, the system tells them apart.
void tst_ModelApiFaults::resetsTheConnection()
{
    QFETCH(Fault::Kind, kind);
    QFETCH(bool, isReset);
    m_api->addFault({.kind = kind});
    const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto close = qScopeGuard([client] { ::close(client); });
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(m_api->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    QCOMPARE(::connect(client, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    QCOMPARE(::send(client, get.constData(), size_t(get.size()), 0), get.size());
    ssize_t got = -1;
    int error = EAGAIN;
    const auto answered = [&] {
        if (error != EAGAIN)
            return true; // once: the next one would read the end
        char byte = 0;
        got = ::recv(client, &byte, 1, MSG_DONTWAIT);
        error = got < 0 ? errno : 0;
        return error != EAGAIN;
    };
    QTRY_VERIFY(answered());
    QCOMPARE(got, isReset ? -1 : 0);
    QCOMPARE(error, isReset ? ECONNRESET : 0);

    QCOMPARE(m_api->requests().value(0).status, 0);
    QCOMPARE(m_api->requests().value(0).fault, kind);
    QCOMPARE(finished()->rawHeader("x-ratelimit-remaining"), "1"); // it was counted
}

void tst_ModelApiFaults::dripsTheBody()
{
    m_api->addFault({.kind = Fault::Kind::SlowDrip, .size = 6, .pause = 20ms});
    QElapsedTimer timer;
    timer.start();
    const auto socket = asked(get + lastGet);
    QTRY_VERIFY(socket->peek(1000).contains("\r\n\r\n")); // the head comes at once
    QVERIFY(!socket->peek(1000).contains("{}    "));
    const QByteArray bytes = readToEnd(*socket);
    QVERIFY(timer.elapsed() >= 6 * 20);
    QVERIFY2(
        bytes.contains("Content-Length: 6\r\n\r\n{}    HTTP/1.1 200 OK\r\n"), bytes.constData());
    QCOMPARE(m_api->stats().byStatus, (QMap<int, quint64>{{200, 2}}));
}

void tst_ModelApiFaults::dripsUntilTheClientGoes()
{
    m_api->addFault({.kind = Fault::Kind::SlowDrip, .pause = 1ms});
    const auto socket = asked();
    QTRY_VERIFY(socket->peek(1000).contains("{}   "));
    socket->disconnectFromHost();
    QTRY_VERIFY(m_api->findChildren<QTcpSocket *>().isEmpty());
}

void tst_ModelApiFaults::sendsAnOversizeBody_data()
{
    QTest::addColumn<Fault>("fault");
    QTest::addColumn<qint64>("size");
    using Kind = Fault::Kind;
    QTest::newRow("with a length")
        << Fault{.kind = Kind::Oversize, .size = 3 * megabyte} << 3 * megabyte;
    QTest::newRow("without") << Fault{.kind = Kind::Oversize,
        .size = 3 * megabyte,
        .tellsLength = false} << 3 * megabyte;
    QTest::newRow("no larger than it is") << Fault{.kind = Kind::Oversize, .size = 0} << qint64(2);
}

void tst_ModelApiFaults::sendsAnOversizeBody()
{
    QFETCH(Fault, fault);
    QFETCH(qint64, size);
    m_api->addFault(fault);
    QNetworkReply *reply = finished();
    QCOMPARE(statusOf(reply), 200);
    QCOMPARE(reply->hasRawHeader("content-length"), fault.tellsLength);
    QCOMPARE(reply->rawHeader("x-ratelimit-remaining"), "2");
    const QByteArray body = reply->readAll();
    QCOMPARE(body.size(), size);
    QCOMPARE(body.trimmed(), QByteArray("{}"));
    QCOMPARE(m_api->requests().value(0).status, 200);
    QCOMPARE(statusOf(finished()), 200);
}

void tst_ModelApiFaults::holdsLittleOfAnOversizeBody()
{
    m_api->addFault({.kind = Fault::Kind::Oversize, .size = 100'000 * megabyte});
    const auto socket = asked();
    socket->setReadBufferSize(1024);
    QTRY_VERIFY(socket->bytesAvailable() > 0);
    const QTcpSocket *server = m_api->findChild<QTcpSocket *>();
    QTRY_VERIFY(server->bytesToWrite() > 0); // the system takes no more
    for (int i = 0; i < 1000; ++i) {
        socket->readAll();
        QCoreApplication::processEvents();
        QVERIFY(server->bytesToWrite() <= 65 * 1024);
    }
    socket->abort();
    QTRY_VERIFY(m_api->findChildren<QTcpSocket *>().isEmpty());
}

void tst_ModelApiFaults::servesTheNextAfterAnOversizeBody()
{
    m_api->addFault({.kind = Fault::Kind::Oversize, .size = megabyte});
    const QByteArray bytes = readToEnd(*asked(get + lastGet));
    QCOMPARE(bytes.count("HTTP/1.1 200 OK\r\n"), 2);
    QVERIFY(bytes.endsWith("{}"));
    QVERIFY(bytes.size() > megabyte);
}

void tst_ModelApiFaults::givesThePageOfAGateway()
{
    m_api->addFault({.kind = Fault::Kind::BadGateway});
    QNetworkReply *reply = finished();
    QCOMPARE(statusOf(reply), 502);
    QVERIFY(reply->rawHeader("content-type").startsWith("text/html"));
    QVERIFY(reply->readAll().contains("<h1>502 Bad Gateway</h1>"));
    for (const char *name : {"via", "x-ratelimit-limit", "x-ratelimit-bucket", "retry-after"})
        QVERIFY2(!reply->hasRawHeader(name), name);
    QCOMPARE(finished()->rawHeader("x-ratelimit-remaining"), "1");
}

void tst_ModelApiFaults::givesAnErrorOfTheApi()
{
    m_api->addFault({.kind = Fault::Kind::ApiError, .status = 404, .code = 10015});
    m_api->addFault({.kind = Fault::Kind::ApiError});
    QNetworkReply *reply = finished();
    QCOMPARE(statusOf(reply), 404);
    QCOMPARE(reply->readAll(), R"({"message":"404: Not Found","code":10015})");
    QCOMPARE(reply->rawHeader("x-ratelimit-remaining"), "2");
    QCOMPARE(reply->rawHeader("via"), "1.1 google");
    reply = finished();
    QCOMPARE(statusOf(reply), 403);
    QCOMPARE(reply->readAll(), R"({"message":"403: Forbidden","code":0})");
}

void tst_ModelApiFaults::redirects_data()
{
    QTest::addColumn<Fault>("fault");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("location");
    QTest::newRow("to itself") << Fault{.kind = Fault::Kind::Redirect} << 307
                               << QByteArray("/api/v10/channels/1?a=b");
    QTest::newRow("elsewhere") << Fault{.kind = Fault::Kind::Redirect,
        .status = 302,
        .location = "http://localhost:9/x"}
                               << 302 << QByteArray("http://localhost:9/x");
    QTest::newRow("to another path")
        << Fault{.kind = Fault::Kind::Redirect, .status = 308, .location = "/api/v10/channels/2"}
        << 308 << QByteArray("/api/v10/channels/2");
}

void tst_ModelApiFaults::redirects()
{
    QFETCH(Fault, fault);
    m_api->addFault(fault);
    QNetworkReply *reply = finished(QStringLiteral("/channels/1?a=b"));
    QTEST(statusOf(reply), "status");
    QTEST(reply->rawHeader("location"), "location");
    QVERIFY(!reply->hasRawHeader("x-ratelimit-limit"));
    // the limits did not see it
    QCOMPARE(finished()->rawHeader("x-ratelimit-remaining"), "2");
}

void tst_ModelApiFaults::limits_data()
{
    QTest::addColumn<LimitKind>("limit");
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<int>("remaining"); // -1: it does not tell
    QTest::addColumn<milliseconds>("wait");
    QTest::newRow("bucket") << LimitKind::Bucket << Scope::User << 0 << 1200ms;
    QTest::newRow("sublimit") << LimitKind::Sublimit << Scope::User << 2 << 1200ms;
    QTest::newRow("shared") << LimitKind::Shared << Scope::Shared << 2 << 1200ms;
    QTest::newRow("global") << LimitKind::Global << Scope::Global << -1 << 1200ms;
    QTest::newRow("cloudflare") << LimitKind::Cloudflare << Scope::None << -1 << 2000ms;
}

void tst_ModelApiFaults::limits()
{
    QFETCH(LimitKind, limit);
    QFETCH(Scope, scope);
    QFETCH(int, remaining);
    QFETCH(milliseconds, wait);
    finished();
    m_api->addFault({.kind = Fault::Kind::RateLimit, .retryAfter = 1200ms, .limit = limit});
    QNetworkReply *reply = finished();
    QList<HeaderField> fields;
    const auto pairs = reply->rawHeaderPairs();
    for (const auto &[name, value] : pairs)
        fields.append({name, value});
    const RatelimitHeaders headers = RatelimitHeaders::parse(
        statusOf(reply), {fields.constData(), size_t(fields.size())}, reply->readAll(), WallTime());
    QCOMPARE(headers.status, 429);
    QCOMPARE(headers.scope, scope);
    QCOMPARE(headers.remaining.value_or(-1), remaining);
    QCOMPARE(headers.retryAfter, wait);
    QCOMPARE(headers.global, limit == LimitKind::Global);
    QCOMPARE(headers.via, limit != LimitKind::Cloudflare);
    QCOMPARE(headers.json, limit != LimitKind::Cloudflare);
    if (limit == LimitKind::Bucket)
        QCOMPARE(headers.resetAfter, 1200ms);
    QVERIFY(headers.errors.isEmpty());
}

void tst_ModelApiFaults::limitsWithoutABucket()
{
    m_api->setDefaultLimit({.limit = 0});
    m_api->addFault({.kind = Fault::Kind::RateLimit});
    QNetworkReply *reply = finished();
    QCOMPARE(statusOf(reply), 429);
    QCOMPARE(reply->rawHeader("retry-after"), "1");
    QVERIFY(!reply->hasRawHeader("x-ratelimit-limit"));
}

void tst_ModelApiFaults::aScriptedLimitCountsNothing()
{
    m_api->addFault({.kind = Fault::Kind::RateLimit, .times = 5, .limit = LimitKind::Sublimit});
    for (int i = 0; i < 5; ++i)
        QCOMPARE(statusOf(finished()), 429);
    QCOMPARE(finished()->rawHeader("x-ratelimit-remaining"), "2");
    const ServerStats stats = m_api->stats();
    QCOMPARE(stats.violations, QList<Violation>());
    QCOMPARE(stats.limitedTotal(), 0u);
    QCOMPARE(stats.faults, 5u);
    QVERIFY(!m_api->requests().value(0).limitedBy);
}

void tst_ModelApiFaults::theGlobalKindLeavesExemptRequestsAlone()
{
    m_api->addFault({.kind = Fault::Kind::RateLimit, .limit = LimitKind::Global});
    QCOMPARE(statusOf(finished(QStringLiteral("/interactions/1/token/callback"))), 200);
    QCOMPARE(statusOf(finished()), 429);
}

void tst_ModelApiFaults::headsHaveNoBody()
{
    m_api->addFault({.kind = Fault::Kind::Oversize});
    m_api->addFault({.kind = Fault::Kind::SlowDrip});
    const QByteArray head = "HEAD" + get.sliced(3);
    const QByteArray bytes = readToEnd(*asked(head + head + lastGet));
    QCOMPARE(bytes.count("HTTP/1.1 200 OK\r\n"), 3);
    QCOMPARE(bytes.count("Content-Length: 67108864\r\n"), 2);
    QCOMPARE(bytes.count("{}"), 1);
}

void tst_ModelApiFaults::countsConnections()
{
    m_api->addFault({.kind = Fault::Kind::NoAnswer, .times = 2});
    auto first = asked();
    auto second = asked();
    QTRY_COMPARE(m_api->requests().size(), 2);
    readToEnd(*asked(get + lastGet));
    QCOMPARE(m_api->stats().connections, 3u);
    QCOMPARE(m_api->stats().peakConnections, 3);
    QCOMPARE(m_api->requests().value(2).connection, 3);
    QCOMPARE(m_api->requests().value(3).connection, 3);

    first->abort();
    QTRY_COMPARE(m_api->findChildren<QTcpSocket *>().size(), 1);
    m_api->resetStats();
    QCOMPARE(m_api->stats().connections, 0u);
    QCOMPARE(m_api->stats().peakConnections, 1);
    readToEnd(*asked(lastGet));
    QCOMPARE(m_api->stats().connections, 1u);
    QCOMPARE(m_api->stats().peakConnections, 2);
    QCOMPARE(m_api->requests().value(0).connection, 4);
}

QTEST_GUILESS_MAIN(tst_ModelApiFaults)
#include "tst_modelapifaults.moc"
