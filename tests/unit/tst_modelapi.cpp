// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/LatencyModel.h"
#include "ratelimit/testing/ModelApi.h"
#include "tests/common/RawClient.h"

#include <QtCore/QElapsedTimer>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

const QByteArray getHead = "GET /api/v10/channels/1/messages HTTP/1.1\r\nHost: x\r\n";
const QByteArray get = getHead + "\r\n";
const QByteArray postHead = "POST /api/v10/channels/1/messages HTTP/1.1\r\nHost: x\r\n";

} // namespace

class tst_ModelApi : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void threeLines();
    void answersEveryMethod_data();
    void answersEveryMethod();
    void headHasNoBody();
    void refusesWhatNamesNothing_data();
    void refusesWhatNamesNothing();
    void countsPerAuthorization();
    void globalLimitByDefault();
    void viaCanBeSwitchedOff();
    void keepsTheConnection();
    void servesSplitBytes();
    void servesPipelinedInOrder();
    void closesWhenAsked_data();
    void closesWhenAsked();
    void continues();
    void readsChunkedBody();
    void refusesLongBodyWithText();
    void latencyIsHalfBeforeTheCount();
    void jitterIsSeeded();
    void countsWhatAClientGaveUp();
    void faultOfTheConnection_data();
    void faultOfTheConnection();
    void faultOfTheAnswer_data();
    void faultOfTheAnswer();
    void faultsByRouteAndNumber();
    void theGlobalLimitLeavesExemptRequestsAlone();
    void handlerAnswers();
    void servesManyConnections();
    void closeDropsAndListensAgain();
    void survivesCloseInASlot();
    void survivesDeletionInTheHandler();
    void cannotListenTwice();
    void logIsBoundedAndWithoutSecrets();

private:
    QNetworkReply *finished(const QByteArray &method, const QString &path,
        const QByteArray &authorization = {}, const QByteArray &body = {});
    std::unique_ptr<QTcpSocket> connected() { return connectedTo(m_api->port()); }
    qsizetype connections() const { return m_api->findChildren<QTcpSocket *>().size(); }

    std::unique_ptr<ModelApi> m_api;
    std::unique_ptr<QNetworkAccessManager> m_network;
};

void tst_ModelApi::init()
{
    m_api = std::make_unique<ModelApi>();
    m_api->setDefaultLimit({.limit = 3, .window = 10min, .hash = "abc"});
    QVERIFY(m_api->listen().isValid());
    m_network = std::make_unique<QNetworkAccessManager>();
}

void tst_ModelApi::cleanup()
{
    m_network.reset();
    m_api.reset();
}

QNetworkReply *tst_ModelApi::finished(const QByteArray &method, const QString &path,
    const QByteArray &authorization, const QByteArray &body)
{
    QNetworkRequest request(QUrl(m_api->url().toString() + path));
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    if (!authorization.isEmpty())
        request.setRawHeader("Authorization", authorization);
    QNetworkReply *reply = m_network->sendCustomRequest(request, method, body);
    QSignalSpy spy(reply, &QNetworkReply::finished);
    if (!reply->isFinished() && !spy.wait())
        qWarning("The request was not answered");
    return reply;
}

static int answers(const QByteArray &bytes)
{
    return int(bytes.count("HTTP/1.1 200 OK\r\n"));
}

void tst_ModelApi::threeLines()
{
    ModelApi api;
    api.setLimit("POST /channels/{channel}/messages", {.limit = 1, .window = 10min});
    const QUrl base = api.listen();

    QCOMPARE(base, QUrl(QStringLiteral("http://127.0.0.1:%1/api/v10").arg(api.port())));
    QNetworkRequest request(QUrl(base.toString() + QStringLiteral("/channels/1/messages")));
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    QList<int> statuses;
    for (int i = 0; i < 2; ++i) {
        QNetworkReply *reply = m_network->post(request, "{}");
        QTRY_VERIFY(reply->isFinished());
        statuses.append(statusOf(reply));
    }
    QCOMPARE(statuses, (QList{200, 429}));
    const ServerStats stats = api.stats();
    QCOMPARE(stats.requests, 2u);
    QCOMPARE(stats.byStatus, (QMap<int, quint64>{{200, 1}, {429, 1}}));
    QCOMPARE(stats.violations.size(), 1);
    QCOMPARE(stats.violations.at(0).kind, LimitKind::Bucket);
    api.resetStats();
    QCOMPARE(api.stats().requests, 0u);
    QCOMPARE(api.stats().violations, QList<Violation>());
    QVERIFY(api.requests().isEmpty());
}

void tst_ModelApi::answersEveryMethod_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QString>("path");
    for (const char *method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
        QTest::newRow(method) << QByteArray(method) << QStringLiteral("/channels/1/messages/2");
    QTest::newRow("unknown path") << QByteArray("GET") << QStringLiteral("/some/thing/new?a=b");
}

void tst_ModelApi::answersEveryMethod()
{
    QFETCH(QByteArray, method);
    QFETCH(QString, path);
    QNetworkReply *reply = finished(method, path, "Bot x", "{\"content\":\"hello\"}");
    QCOMPARE(reply->error(), QNetworkReply::NoError);
    QCOMPARE(statusOf(reply), 200);
    QCOMPARE(reply->readAll(), "{}");
    QCOMPARE(reply->rawHeader("x-ratelimit-limit"), "3");
    QCOMPARE(reply->rawHeader("x-ratelimit-remaining"), "2");
    QCOMPARE(reply->rawHeader("x-ratelimit-reset-after"), "600.000");
    QCOMPARE(reply->rawHeader("x-ratelimit-bucket"), "abc");
    QCOMPARE(reply->rawHeader("via"), "1.1 google");
    const double reset = reply->rawHeader("x-ratelimit-reset").toDouble();
    QVERIFY(qAbs(reset - 600 - double(QDateTime::currentMSecsSinceEpoch()) / 1000) < 30);
    QCOMPARE(m_api->requests().size(), 1);
    QCOMPARE(m_api->requests().at(0).status, 200);
}

void tst_ModelApi::headHasNoBody()
{
    auto socket = connected();
    socket->write("HEAD /api/v10/channels/1 HTTP/1.1\r\nHost: x\r\n\r\n");
    socket->write("HEAD /api/v10/channels/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const QByteArray bytes = readToEnd(*socket);
    QCOMPARE(answers(bytes), 2);
    QCOMPARE(bytes.count("Content-Length: 2\r\n"), 2);
    QVERIFY(!bytes.contains("{}"));
}

void tst_ModelApi::refusesWhatNamesNothing_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("method") << QByteArray(
        "BREW /api/v10/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            << QByteArray("HTTP/1.1 405 Method Not Allowed\r\n");
    QTest::newRow("not http") << QByteArray("hello\r\n")
                              << QByteArray("HTTP/1.1 400 Bad Request\r\n");
    QTest::newRow("long head") << getHead + "A: " + QByteArray(70000, 'a')
                               << QByteArray("HTTP/1.1 431 Request Header Fields Too Large\r\n");
}

void tst_ModelApi::refusesWhatNamesNothing()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, answer);
    auto socket = connected();
    socket->write(bytes);
    const QByteArray read = readToEnd(*socket);
    QCOMPARE(read.first(qMin(answer.size(), read.size())), answer);
    QVERIFY(read.contains("{\"message\":\""));
    QCOMPARE(m_api->stats().requests, 1u);
    QVERIFY(m_api->stats().buckets.isEmpty());
    QVERIFY(m_api->requests().isEmpty());
}

void tst_ModelApi::countsPerAuthorization()
{
    for (const char *token : {"Bot a", "Bot b", ""}) {
        for (int i = 0; i < 4; ++i) {
            QNetworkReply *reply = finished("GET", QStringLiteral("/channels/1"), token);
            QCOMPARE(statusOf(reply), i < 3 ? 200 : 429);
        }
    }
}

void tst_ModelApi::globalLimitByDefault()
{
    m_api->setDefaultLimit({.limit = 0});
    auto socket = connected();
    socket->write(get.repeated(50) + getHead + "Connection: close\r\n\r\n");
    const QByteArray bytes = readToEnd(*socket);
    QCOMPARE(answers(bytes), 50);
    QVERIFY(bytes.contains("HTTP/1.1 429 Too Many Requests\r\n"));
    QVERIFY(bytes.contains("X-RateLimit-Global: true\r\n"));
    QVERIFY(!bytes.contains("X-RateLimit-Bucket"));
    QCOMPARE(m_api->stats().limited, (QMap<LimitKind, quint64>{{LimitKind::Global, 1}}));
}

void tst_ModelApi::viaCanBeSwitchedOff()
{
    m_api->setVia(false);
    QVERIFY(!finished("GET", QStringLiteral("/channels/1"))->hasRawHeader("via"));
}

void tst_ModelApi::keepsTheConnection()
{
    auto socket = connected();
    for (int i = 1; i <= 3; ++i) {
        socket->write(get);
        QByteArray bytes;
        QTRY_VERIFY((bytes += socket->readAll()).endsWith("{}"));
        QCOMPARE(answers(bytes), 1);
        QVERIFY(!bytes.contains("Connection: close"));
    }
    QCOMPARE(socket->state(), QTcpSocket::ConnectedState);
}

void tst_ModelApi::servesSplitBytes()
{
    auto socket = connected();
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    const QByteArray bytes = postHead + "Content-Length: 4\r\nConnection: close\r\n\r\nabcd";
    for (const char byte : bytes) {
        socket->write(&byte, 1);
        QVERIFY(socket->waitForBytesWritten(5000));
        QCoreApplication::processEvents();
    }
    QCOMPARE(answers(readToEnd(*socket)), 1);
}

void tst_ModelApi::servesPipelinedInOrder()
{
    m_api->setDefaultLimit({.limit = 1000, .window = 10min});
    m_api->setGlobalLimit({});
    QByteArray bytes;
    for (int i = 0; i < 500; ++i) {
        bytes += "POST /channels/" + QByteArray::number(1000 + i)
            + "/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\n" + QByteArray(300, 'x');
    }
    auto socket = connected();
    socket->write(bytes + getHead + "Connection: close\r\n\r\n");
    QCOMPARE(answers(readToEnd(*socket)), 501);
    const QList<ServedRequest> requests = m_api->requests();
    QCOMPARE(requests.size(), 501);
    for (int i = 0; i < 500; ++i)
        QVERIFY(requests.at(i).endpoint.contains(QString::number(1000 + i)));
}

void tst_ModelApi::closesWhenAsked_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("1.1") << getHead + "Connection: close\r\n\r\n";
    QTest::newRow("1.0") << QByteArray("GET /channels/1 HTTP/1.0\r\n\r\n");
    QTest::newRow("and no more is served") << getHead + "Connection: close\r\n\r\n" + get;
}

void tst_ModelApi::closesWhenAsked()
{
    QFETCH(QByteArray, bytes);
    auto socket = connected();
    socket->write(bytes);
    const QByteArray read = readToEnd(*socket);
    QCOMPARE(answers(read), 1);
    QVERIFY(read.contains("Connection: close\r\n"));
    QCOMPARE(m_api->requests().size(), 1);
}

void tst_ModelApi::continues()
{
    auto socket = connected();
    socket->write(
        postHead + "Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
    QTRY_COMPARE(socket->peek(1000), "HTTP/1.1 100 Continue\r\n\r\n");
    QVERIFY(m_api->requests().isEmpty());
    socket->readAll();
    socket->write("{}");
    QCOMPARE(answers(readToEnd(*socket)), 1);
}

void tst_ModelApi::readsChunkedBody()
{
    QByteArray body;
    m_api->setHandler([&body](const ApiRequest &request) {
        body = request.body;
        return ServerReply();
    });
    auto socket = connected();
    socket->write(postHead
        + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n4\r\n "
          "you\r\n0\r\n\r\n");
    QCOMPARE(answers(readToEnd(*socket)), 1);
    QCOMPARE(body, "hello you");
}

void tst_ModelApi::refusesLongBodyWithText()
{
    auto socket = connected();
    QElapsedTimer timer;
    timer.start();
    // the client goes on to send while it is refused
    socket->write(postHead + "Content-Length: 40000000\r\n\r\n" + QByteArray(1000000, 'x'));
    const QByteArray bytes = readToEnd(*socket);
    QVERIFY(bytes.startsWith("HTTP/1.1 413 Content Too Large\r\n"));
    QVERIFY(bytes.contains("Connection: close\r\n"));
    QVERIFY(bytes.contains("32 MiB"));
    QVERIFY(timer.elapsed() >= 200); // had the time to read that
    QCOMPARE(m_api->stats().byStatus, (QMap<int, quint64>{{413, 1}}));
}

void tst_ModelApi::latencyIsHalfBeforeTheCount()
{
    m_api->setLatency(200ms);
    QSignalSpy arrived(m_api.get(), &ModelApi::requestArrived);
    auto socket = connected();
    QElapsedTimer timer;
    timer.start();
    socket->write(getHead + "Connection: close\r\n\r\n");
    QVERIFY(arrived.wait(5000));
    const qint64 there = timer.elapsed();
    QCOMPARE(socket->bytesAvailable(), 0);
    QCOMPARE(answers(readToEnd(*socket)), 1);
    QVERIFY(there >= 100);
    QVERIFY(timer.elapsed() >= 200);
}

void tst_ModelApi::jitterIsSeeded()
{
    LatencyModel expected;
    expected.setLatency(0ms, 100ms);
    expected.setSeed(7);
    m_api->setLatency(0ms, 100ms);
    m_api->setSeed(7);
    m_api->setDefaultLimit({.limit = 0});
    for (int i = 0; i < 8; ++i) { // a busy machine only adds to the times
        const LatencyModel::Delay delay = expected.next();
        auto socket = connected();
        QElapsedTimer timer;
        timer.start();
        socket->write(getHead + "Connection: close\r\n\r\n");
        QCOMPARE(answers(readToEnd(*socket)), 1);
        QVERIFY(timer.elapsed() >= (delay.there + delay.back).count());
    }
}

void tst_ModelApi::countsWhatAClientGaveUp()
{
    m_api->setLatency(100ms);
    QSignalSpy arrived(m_api.get(), &ModelApi::requestArrived);
    auto socket = connected();
    socket->write(get);
    QVERIFY(socket->waitForBytesWritten(5000));
    QTRY_COMPARE(connections(), 1); // accepted
    socket->disconnectFromHost();
    QVERIFY(arrived.wait(5000));
    QCOMPARE(m_api->stats().requests, 1u);
    QTRY_COMPARE(connections(), 0); // and forgotten
    QVERIFY(m_api->stats().byStatus.isEmpty());
}

void tst_ModelApi::faultOfTheConnection_data()
{
    QTest::addColumn<Fault::Kind>("kind");
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("end");
    QTest::newRow("before") << Fault::Kind::CloseBeforeAnswer << QByteArray() << QByteArray();
    QTest::newRow("middle") << Fault::Kind::CloseInTheMiddle << QByteArray("HTTP/1.1 200 OK\r\n")
                            << QByteArray("\r\n\r\n{");
    QTest::newRow("never") << Fault::Kind::NoAnswer << QByteArray() << QByteArray();
}

void tst_ModelApi::faultOfTheConnection()
{
    QFETCH(Fault::Kind, kind);
    QFETCH(QByteArray, start);
    QFETCH(QByteArray, end);
    m_api->addFault({.kind = kind});
    QSignalSpy arrived(m_api.get(), &ModelApi::requestArrived);
    auto socket = connected();
    socket->write(get);
    QVERIFY(arrived.wait(5000));
    if (kind == Fault::Kind::NoAnswer) {
        QVERIFY(!socket->waitForReadyRead(50));
        QCOMPARE(socket->state(), QTcpSocket::ConnectedState);
    } else {
        const QByteArray bytes = readToEnd(*socket);
        QVERIFY(bytes.startsWith(start));
        QVERIFY(bytes.endsWith(end));
        QCOMPARE(bytes.isEmpty(), start.isEmpty());
    }

    const ServedRequest served = m_api->requests().value(0);
    QCOMPARE(served.status, 0);
    QCOMPARE(served.fault, kind);
    QCOMPARE(m_api->stats().faults, 1u);
    QVERIFY(m_api->stats().byStatus.isEmpty());
    // it was counted, and the next one is served
    QNetworkReply *reply = finished("GET", QStringLiteral("/channels/1/messages"));
    QCOMPARE(reply->rawHeader("x-ratelimit-remaining"), "1");
}

void tst_ModelApi::faultOfTheAnswer_data()
{
    QTest::addColumn<Fault>("fault");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("limit");
    QTest::addColumn<QByteArray>("bucket");
    QTest::addColumn<QByteArray>("retryAfter");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("counted");

    const QByteArray none;
    QTest::newRow("malformed") << Fault{.kind = Fault::Kind::MalformedHeaders} << 200
                               << QByteArray("many") << QByteArray("1e999") << none
                               << QByteArray("{}") << true;
    QTest::newRow("missing") << Fault{.kind = Fault::Kind::MissingHeaders} << 200 << none << none
                             << none << QByteArray("{}") << true;
    QTest::newRow("5xx") << Fault{.kind = Fault::Kind::ServerError, .status = 502} << 502 << none
                         << none << none << QByteArray("502: Bad Gateway") << true;
    QTest::newRow("cloudflare") << Fault{.kind = Fault::Kind::CloudflarePage, .retryAfter = 90s}
                                << 429 << none << none << QByteArray("90")
                                << QByteArray("<!DOCTYPE html>") << false;
    QTest::newRow("global") << Fault{.kind = Fault::Kind::GlobalLimit, .retryAfter = 1200ms} << 429
                            << none << none << QByteArray("2")
                            << QByteArray("\"retry_after\":1.200,\"global\":true") << false;
    QTest::newRow("hash, named") << Fault{.kind = Fault::Kind::HashFlip, .hash = "def"} << 200
                                 << QByteArray("3") << QByteArray("def") << none << QByteArray("{}")
                                 << true;
    QTest::newRow("hash, derived")
        << Fault{.kind = Fault::Kind::HashFlip} << 200 << QByteArray("3")
        << QByteArray("900150983cd24fb0d6963f7d28e17f72") << none << QByteArray("{}") << true;
}

void tst_ModelApi::faultOfTheAnswer()
{
    QFETCH(Fault, fault);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(bool, counted);
    m_api->addFault(fault);
    QNetworkReply *reply = finished("GET", QStringLiteral("/channels/1"));
    QCOMPARE(::statusOf(reply), status);
    QTEST(reply->rawHeader("x-ratelimit-limit"), "limit");
    QTEST(reply->rawHeader("x-ratelimit-bucket"), "bucket");
    QTEST(reply->rawHeader("retry-after"), "retryAfter");
    QCOMPARE(reply->hasRawHeader("via"), fault.kind != Fault::Kind::CloudflarePage);
    const QByteArray read = reply->readAll();
    QVERIFY2(read.contains(body), read.constData());
    QCOMPARE(m_api->stats().byStatus, (QMap<int, quint64>{{status, 1}}));
    QCOMPARE(m_api->stats().violations, QList<Violation>());
    QCOMPARE(m_api->requests().value(0).fault, fault.kind);

    reply = finished("GET", QStringLiteral("/channels/1"));
    QCOMPARE(reply->rawHeader("x-ratelimit-remaining"), counted ? "1" : "2");
    QCOMPARE(reply->rawHeader("x-ratelimit-bucket"), "abc");
}

void tst_ModelApi::faultsByRouteAndNumber()
{
    m_api->setDefaultLimit({.limit = 0});
    const auto error = [](int status, int times, int every, const QByteArray &route = {}) {
        return Fault{.kind = Fault::Kind::ServerError,
            .route = route,
            .times = times,
            .every = every,
            .status = status};
    };
    const auto statuses = [this](const QString &path, int count) {
        QList<int> result;
        for (int i = 0; i < count; ++i)
            result.append(statusOf(finished("GET", path)));
        return result;
    };
    m_api->addFault(error(500, 2, 1));
    QCOMPARE(statuses(QStringLiteral("/channels/1"), 3), (QList{500, 500, 200}));
    m_api->addFault(error(501, Fault::always, 3));
    QCOMPARE(
        statuses(QStringLiteral("/channels/1"), 7), (QList{200, 200, 501, 200, 200, 501, 200}));
    m_api->clearFaults();
    m_api->addFault(error(502, Fault::always, 1, "GET /guilds/{guild.id}"));
    m_api->addFault(error(503, 1, 2));
    QCOMPARE(statuses(QStringLiteral("/channels/1"), 1), (QList{200}));
    QCOMPARE(statuses(QStringLiteral("/guilds/1"), 2), (QList{502, 502}));
    QCOMPARE(statuses(QStringLiteral("/channels/1"), 2), (QList{503, 200}));
    QCOMPARE(m_api->stats().faults, 7u);
}

void tst_ModelApi::theGlobalLimitLeavesExemptRequestsAlone()
{
    m_api->addFault({.kind = Fault::Kind::GlobalLimit});
    QCOMPARE(statusOf(finished("POST", QStringLiteral("/interactions/1/token/callback"))), 200);
    QCOMPARE(statusOf(finished("GET", QStringLiteral("/channels/1"))), 429);
    m_api->addFault({.kind = Fault::Kind::CloudflarePage}); // stands before everything
    QCOMPARE(statusOf(finished("POST", QStringLiteral("/interactions/1/token/callback"))), 429);
}

void tst_ModelApi::handlerAnswers()
{
    m_api->setDefaultLimit({.limit = 1, .window = 10min});
    m_api->setHandler([](const ApiRequest &request) {
        return ServerReply{
            404, {{"X-Own", request.target}, {"Content-Type", "text/plain"}}, "no " + request.body};
    });
    QNetworkReply *reply =
        finished("POST", QStringLiteral("/channels/1/messages?wait=true"), {}, "news");
    QCOMPARE(statusOf(reply), 404);
    QCOMPARE(reply->rawHeader("x-own"), "/api/v10/channels/1/messages?wait=true");
    QCOMPARE(reply->rawHeader("content-type"), "text/plain");
    QCOMPARE(reply->rawHeader("x-ratelimit-remaining"), "0");
    QCOMPARE(reply->readAll(), "no news");
    reply = finished("POST", QStringLiteral("/channels/1/messages"));
    QCOMPARE(statusOf(reply), 429);
    QVERIFY(!reply->hasRawHeader("x-own"));
    QCOMPARE(m_api->requests().value(0).status, 404);
}

void tst_ModelApi::servesManyConnections()
{
    m_api->setDefaultLimit({.limit = 0});
    m_api->setGlobalLimit({});
    std::vector<std::unique_ptr<QTcpSocket>> sockets;
    for (int i = 0; i < 200; ++i) {
        sockets.push_back(connected());
        sockets.back()->write(getHead + "Connection: close\r\n\r\n");
    }
    for (const auto &socket : sockets)
        QCOMPARE(answers(readToEnd(*socket)), 1);
    QTRY_COMPARE(connections(), 0);
}

void tst_ModelApi::closeDropsAndListensAgain()
{
    m_api->setLatency(10s);
    const quint16 port = m_api->port();
    auto idle = connected();
    auto waiting = connected();
    waiting->write(get);
    QTRY_COMPARE(connections(), 2);
    m_api->close();
    QVERIFY(!m_api->isListening());
    QVERIFY(m_api->url().isEmpty());
    QCOMPARE(readToEnd(*idle), "");
    QCOMPARE(readToEnd(*waiting), "");
    QTRY_COMPARE(connections(), 0);
    QCOMPARE(m_api->stats().requests, 0u);

    m_api->setLatency(0ms);
    QCOMPARE(m_api->listen(port).port(), port);
    QCOMPARE(m_api->listen(), m_api->url()); // listening already
    QCOMPARE(statusOf(finished("GET", QStringLiteral("/channels/1"))), 200);
}

void tst_ModelApi::survivesCloseInASlot()
{
    connect(m_api.get(), &ModelApi::requestArrived, m_api.get(), &ModelApi::close);
    auto socket = connected();
    socket->write(get + get);
    QCOMPARE(readToEnd(*socket), "");
    QCOMPARE(m_api->stats().requests, 1u);
    QTRY_COMPARE(connections(), 0);
}

void tst_ModelApi::survivesDeletionInTheHandler()
{
    auto socket = connected();
    m_api->setHandler([this](const ApiRequest &) {
        m_api.reset();
        return ServerReply();
    });
    socket->write(get);
    QCOMPARE(readToEnd(*socket), "");
    QVERIFY(!m_api);
}

void tst_ModelApi::cannotListenTwice()
{
    QTest::ignoreMessage(QtWarningMsg,
        QRegularExpression(QStringLiteral("Cannot listen on port %1").arg(m_api->port())));
    ModelApi other;
    QVERIFY(other.listen(m_api->port()).isEmpty());
    QVERIFY(!other.isListening());
}

void tst_ModelApi::logIsBoundedAndWithoutSecrets()
{
    m_api->setGlobalLimit({});
    const QByteArray request = "POST /api/v10/webhooks/1/secret HTTP/1.1\r\nHost: x\r\n"
                               "Authorization: Bot secret\r\n\r\n";
    auto socket = connected();
    socket->write(request.repeated(10010) + getHead + "Connection: close\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(m_api->stats().requests, 10011u, 60000);
    const QList<ServedRequest> requests = m_api->requests();
    QCOMPARE(requests.size(), 10000);
    QCOMPARE(requests.last().method, Method::Get);
    QString printed;
    QDebug(&printed) << requests.first(5) << m_api->stats().violations
                     << m_api->stats().buckets.keys();
    QVERIFY(printed.contains(u"POST /webhooks/1"));
    QVERIFY(!printed.contains(u"secret"));
}

QTEST_GUILESS_MAIN(tst_ModelApi)
#include "tst_modelapi.moc"
