// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// Whatever goes wrong with a request of a RestClient: it ends as it should, its ticket is accounted
// for, and the request that follows is served.
#include "tests/common/RestBench.h"
#include "tests/common/ScriptedServer.h"

#include <QtCore/QRegularExpression>
#include <QtNetwork/QHttpMultiPart>

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;
using Kind = Fault::Kind;

namespace {

/// How a request is made.
enum class What { Get, Post, Multipart };

constexpr int limit = 20;               // in a window that does not end here
constexpr milliseconds limited = 100ms; // what a 429 asks for
constexpr milliseconds soon = 300ms;    // a short timeout; a usual answer takes far less

/// What must come of a request that meets a fault.
struct End {
    Code code = Code::None;
    int status = 200;
    int attempts = 1;
    int arrived = 1; // how often the server got it
    const char *tickets = "Completed";
    int remaining = limit - 2; // tokens; the first of them went before
};

struct Cell {
    What what = What::Get;
    Fault fault = {};
    End end = {};
    milliseconds responseTimeout = 10s;
    milliseconds wholeTimeout{0};
    milliseconds window = 10min;
};

const QString path = QStringLiteral("/channels/1/messages");

RestBody partsBody()
{
    return RestBody::multipart([] {
        auto parts = std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
        QHttpPart part;
        part.setHeader(
            QNetworkRequest::ContentDispositionHeader, QStringLiteral("form-data; name=\"file\""));
        part.setBody("content");
        parts->append(part);
        return parts;
    });
}

RestReply *send(RestBench &bench, What what, const RestOptions &options = {})
{
    switch (what) {
    case What::Get:
        return bench.client.get(path, options);
    case What::Post:
        return bench.client.post(
            path, QJsonObject{{QStringLiteral("content"), QStringLiteral("hello")}}, options);
    case What::Multipart:
        return bench.client.post(path, partsBody(), options);
    }
    return nullptr;
}

const char *nameOf(What what)
{
    return what == What::Get ? "GET" : what == What::Post ? "POST" : "multipart POST";
}

} // namespace

Q_DECLARE_METATYPE(Cell)
Q_DECLARE_METATYPE(End)

class tst_FaultMatrix : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void faults_data();
    void faults();
    void brokenAnswers_data();
    void brokenAnswers();
    void theEdgeHoldsEverything_data() { methods(); }
    void theEdgeHoldsEverything();
    void answersTooLateForTheLimiter_data();
    void answersTooLateForTheLimiter();
    void serverComesBack_data() { methods(); }
    void serverComesBack();
    void serverStaysAway_data() { methods(); }
    void serverStaysAway();
    void serverRestartsInTheMiddle_data();
    void serverRestartsInTheMiddle();
    void serverRestartsBetweenRequests_data() { methods(); }
    void serverRestartsBetweenRequests();

private:
    static void methods();
    /// The first request opens a connection and teaches the limit: nine tokens are left.
    static void begin(RestBench &bench, What what, milliseconds window = 10min);
    /// Nothing is left over, and the next request is served.
    static void checkFollowing(RestBench &bench, What what);
};

void tst_FaultMatrix::methods()
{
    QTest::addColumn<What>("what");
    for (const What what : {What::Get, What::Post, What::Multipart})
        QTest::newRow(nameOf(what)) << what;
}

void tst_FaultMatrix::begin(RestBench &bench, What what, milliseconds window)
{
    bench.api.setDefaultLimit({.limit = limit, .window = window});
    bench.client.setMaxResponseSize(4096);
    bench.client.setTimeouts({.connect = 10s, .response = 10s});
    QVERIFY(bench.listen());
    QVERIFY(RestBench::resultOf(send(bench, what)));
    QCOMPARE(bench.ends(), "Completed");
    QCOMPARE(bench.tokensLeft(), limit - 1);
    bench.forget();
}

void tst_FaultMatrix::checkFollowing(RestBench &bench, What what)
{
    bench.api.clearFaults();
    bench.forget();
    const RestResult next = RestBench::resultOf(send(bench, what));
    QVERIFY2(next, qPrintable(next.error.message));
    QCOMPARE(next.attempts, 1);
    QCOMPARE(next.resent, 0);
    QCOMPARE(bench.api.requests().size(), 1);
    QCOMPARE(bench.ends(), "Completed");
    const auto bucket = bench.bucket();
    QVERIFY(bucket);
    QCOMPARE(bucket->inFlight, 0);
    QCOMPARE(bucket->queued, 0);
    // The server's numbers overrule.
    QCOMPARE(bench.tokensLeft(), next.header("X-RateLimit-Remaining").toInt());
}

// Three rows of each: GET, POST, POST of parts. What arrived more often than it was attempted was
// sent again by the network manager.
void tst_FaultMatrix::faults_data()
{
    QTest::addColumn<Cell>("cell");
    const auto row = [](const char *name, const Fault &fault, const End &get, const End &post,
                         milliseconds response = 10s, milliseconds whole = 0ms,
                         milliseconds window = 10min) {
        for (const What what : {What::Get, What::Post, What::Multipart})
            QTest::addRow("%s, %s", name, nameOf(what))
                << Cell{what, fault, what == What::Get ? get : post, response, whole, window};
    };
    const auto always = Fault::always;

    row("no answer", {.kind = Kind::NoAnswer},
        {.attempts = 2, .arrived = 2, .remaining = limit - 3},
        {.code = Code::TimedOut, .status = 0, .tickets = "Lost"}, soon);

    row("closes before the answer", {.kind = Kind::CloseBeforeAnswer},
        {.arrived = 2, .remaining = limit - 3},
        {.code = Code::ConnectionFailed, .status = 0, .tickets = "Lost"});
    row("closes before each answer", {.kind = Kind::CloseBeforeAnswer, .times = always},
        {.code = Code::ConnectionFailed,
            .status = 0,
            .attempts = 3,
            .arrived = 4,
            .tickets = "Lost",
            .remaining = limit - 4},
        {.code = Code::ConnectionFailed, .status = 0, .tickets = "Lost"});

    row("closes in the middle", {.kind = Kind::CloseInTheMiddle},
        {.attempts = 2, .arrived = 2, .tickets = "Completed Completed", .remaining = limit - 3},
        {.code = Code::ConnectionFailed});

    row("resets", {.kind = Kind::Reset}, {.arrived = 2, .remaining = limit - 3},
        {.code = Code::ConnectionFailed, .status = 0, .tickets = "Lost"});

    row("drips", {.kind = Kind::SlowDrip, .size = 25, .pause = 10ms}, {}, {}, soon);
    row("drips too slowly", {.kind = Kind::SlowDrip, .size = 999, .pause = 10s},
        {.attempts = 2, .arrived = 2, .tickets = "Completed Completed", .remaining = limit - 3},
        {.code = Code::TimedOut}, soon);
    row("drips without end", {.kind = Kind::SlowDrip, .size = 999, .pause = 5ms},
        {.code = Code::TimedOut}, {.code = Code::TimedOut}, 10s, soon);

    row("500", {.kind = Kind::ServerError, .status = 500},
        {.attempts = 2, .arrived = 2, .remaining = limit - 3},
        {.code = Code::ServerError, .status = 500});
    row("500 each time", {.kind = Kind::ServerError, .times = always, .status = 500},
        {.code = Code::ServerError,
            .status = 500,
            .attempts = 3,
            .arrived = 3,
            .remaining = limit - 4},
        {.code = Code::ServerError, .status = 500});
    row("502 with a page", {.kind = Kind::BadGateway},
        {.attempts = 2, .arrived = 2, .remaining = limit - 3},
        {.code = Code::ServerError, .status = 502});

    const End waits{.attempts = 2, .arrived = 2};
    const auto limitedBy = [](LimitKind kind) {
        return Fault{.kind = Kind::RateLimit, .retryAfter = limited, .limit = kind};
    };
    row("429 of the bucket", limitedBy(LimitKind::Bucket), waits, waits);
    row("429 of a sublimit", limitedBy(LimitKind::Sublimit), waits, waits);
    row("429 of the resource", limitedBy(LimitKind::Shared), waits, waits);
    row("429 of all", {.kind = Kind::GlobalLimit, .retryAfter = limited}, waits, waits);

    // Remaining is -1 there, so that nothing is left until the window ends: that is waited for.
    row("malformed headers", {.kind = Kind::MalformedHeaders}, {.remaining = 0}, {.remaining = 0},
        10s, 0ms, 1s);
    row("no headers", {.kind = Kind::MissingHeaders}, {}, {});

    const QByteArray elsewhere = "http://127.0.0.2:9/api/v10/channels/1/messages";
    row("redirects elsewhere", {.kind = Kind::Redirect, .location = elsewhere},
        {.code = Code::RedirectRefused, .status = 307},
        {.code = Code::RedirectRefused, .status = 307});
    row("redirects here", {.kind = Kind::Redirect},
        {.attempts = 2, .arrived = 2, .tickets = "Completed Completed"},
        {.attempts = 2, .arrived = 2, .tickets = "Completed Completed"});

    row("oversize", {.kind = Kind::Oversize}, {.code = Code::ResponseTooLarge},
        {.code = Code::ResponseTooLarge});
    row("oversize, of unknown length", {.kind = Kind::Oversize, .tellsLength = false},
        {.code = Code::ResponseTooLarge}, {.code = Code::ResponseTooLarge});
}

void tst_FaultMatrix::faults()
{
    QFETCH(Cell, cell);
    RestBench bench;
    begin(bench, cell.what, cell.window);
    bench.client.setTimeouts(
        {.connect = 10s, .response = cell.responseTimeout, .whole = cell.wholeTimeout});
    bench.api.addFault(cell.fault);

    RestReply *reply = send(bench, cell.what);
    QSignalSpy finished(reply, &RestReply::finished);
    QSignalSpy retries(reply, &RestReply::retryScheduled);
    const RestResult result = RestBench::resultOf(reply);
    QCOMPARE(result.error.code, cell.end.code);
    QCOMPARE(result.error.message.isEmpty(), cell.end.code == Code::None);
    QCOMPARE(result.status, cell.end.status);
    QCOMPARE(result.attempts, cell.end.attempts);
    QCOMPARE(finished.size(), 1);

    // What the server got; what exceeds the attempts was sent again by the manager.
    const auto arrived = bench.api.requests();
    QCOMPARE(arrived.size(), cell.end.arrived);
    QCOMPARE(result.attempts + result.resent, cell.end.arrived);
    if (cell.fault.limitedBy())
        QVERIFY(arrived.at(1).arrived - arrived.at(0).arrived >= limited);
    QCOMPARE(bench.api.stats().violations, QList<Violation>());

    QCOMPARE(bench.ends(), cell.end.tickets);
    QCOMPARE(bench.grants(), cell.end.attempts);
    const auto bucket = bench.bucket();
    QVERIFY(bucket);
    QCOMPARE(bucket->inFlight, 0);
    QCOMPARE(bucket->queued, 0);
    QCOMPARE(bench.tokensLeft(), cell.end.remaining);
    checkFollowing(bench, cell.what);
}

// What a ModelApi cannot say. There are no limits here.
void tst_FaultMatrix::brokenAnswers_data()
{
    QTest::addColumn<What>("what");
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<bool>("closes");
    QTest::addColumn<End>("end");
    const auto row = [](const char *name, const QByteArray &answer, bool closes, const End &get,
                         const End &post) {
        for (const What what : {What::Get, What::Post, What::Multipart})
            QTest::addRow("%s, %s", name, nameOf(what))
                << what << answer << closes << (what == What::Get ? get : post);
    };
    const QByteArray ok = "HTTP/1.1 200 OK\r\n";
    const End broken{.code = Code::ConnectionFailed, .status = 0, .tickets = "Lost"};
    // The manager takes the next answer for the rest of the head, and so it asks once more.
    row("half a head", ok + "Content-Le", true, {.arrived = 3}, broken);
    row("not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", true, {.arrived = 2}, broken);
    const End again{.attempts = 2, .arrived = 2, .tickets = "Completed Completed"};
    row("not compressed", ok + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", false,
        again, {.code = Code::ConnectionFailed});
    // The manager never says that it is over.
    row("broken chunks", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", false, again,
        {.code = Code::TimedOut});
    row("continues first", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 2\r\n\r\n{}",
        false, {}, {});
}

void tst_FaultMatrix::brokenAnswers()
{
    QFETCH(What, what);
    QFETCH(QByteArray, answer);
    QFETCH(bool, closes);
    QFETCH(End, end);
    ScriptedServer server;
    RestBench bench;
    bench.client.setBaseUrl(server.url());
    bench.client.setTimeouts({.connect = 10s, .response = soon});
    if (closes)
        server.hangUp(answer);
    else
        server.answerRaw(answer);
    server.answer(200, {}, "{}");

    const RestResult result = RestBench::resultOf(send(bench, what));
    QCOMPARE(result.error.code, end.code);
    QCOMPARE(result.status, end.status);
    QCOMPARE(result.attempts, end.attempts);
    QCOMPARE(server.requests(), end.arrived);
    QCOMPARE(bench.ends(), end.tickets);
    QVERIFY(RestBench::resultOf(send(bench, what)));
    QCOMPARE(bench.ends(), end.tickets + QByteArray(" Completed"));
    QCOMPARE(bench.bucket()->inFlight, 0);
    QCOMPARE(bench.bucket()->queued, 0);
}

// The page's block lasts a minute at least, which nobody waits for here: it is seen to hold this
// request and the next one, and both are given up.
void tst_FaultMatrix::theEdgeHoldsEverything()
{
    QFETCH(What, what);
    RestBench bench;
    begin(bench, what);
    bench.api.addFault({.kind = Kind::CloudflarePage});
    const auto waitsForTheEdge = [&bench] {
        const auto future = bench.limiter.waits(bench.tickets.rbegin()->first);
        const bool isTold = QTest::qWaitFor([&future] { return future.isFinished(); });
        const auto waits = isTold ? future.result() : std::vector<Wait>();
        return !waits.empty() && waits.back().reason == WaitReason::Cloudflare
            && waits.back().until > std::chrono::steady_clock::now() + 50s;
    };

    RestReply *reply = send(bench, what);
    QSignalSpy retries(reply, &RestReply::retryScheduled);
    QVERIFY(retries.wait());
    QTRY_VERIFY(waitsForTheEdge());
    reply->cancel();
    const RestResult result = RestBench::resultOf(reply);
    QCOMPARE(result.error.code, Code::Cancelled);
    QCOMPARE(result.attempts, 1);
    QCOMPARE(bench.ends(), "Cancelled");

    RestReply *next = send(bench, what);
    QTRY_COMPARE(bench.tickets.size(), size_t(2));
    QVERIFY(waitsForTheEdge());
    next->cancel();
    QCOMPARE(RestBench::resultOf(next).attempts, 0);
    QCOMPARE(bench.ends(), "Cancelled Cancelled");
    QCOMPARE(bench.api.requests().size(), 1);
    const auto bucket = bench.bucket();
    QCOMPARE(bucket->inFlight, 0);
    QCOMPARE(bucket->queued, 0);
    QCOMPARE(bench.tokensLeft(), limit - 1); // the API was not reached
}

void tst_FaultMatrix::answersTooLateForTheLimiter_data()
{
    QTest::addColumn<What>("what");
    QTest::addColumn<int>("status");
    for (const What what : {What::Get, What::Post, What::Multipart}) {
        for (const int status : {200, 500})
            QTest::addRow("%s, %d", nameOf(what), status) << what << status;
    }
}

// The ticket has timed out, and what comes then is still the answer. Only a retry needs another
// ticket.
void tst_FaultMatrix::answersTooLateForTheLimiter()
{
    QFETCH(What, what);
    QFETCH(int, status);
    RestBench bench({.responseTimeout = soon});
    begin(bench, what);
    bench.api.setLatency(2 * soon);
    connect(&bench.api, &ModelApi::requestArrived, this, [&bench] { bench.api.setLatency(0ms); });
    if (status != 200)
        bench.api.addFault({.kind = Kind::ServerError, .status = status});

    const bool isRetried = what == What::Get && status != 200;
    const RestResult result = RestBench::resultOf(send(bench, what));
    QCOMPARE(result.status, isRetried ? 200 : status);
    QCOMPARE(result.attempts, isRetried ? 2 : 1);
    QCOMPARE(bench.api.requests().size(), isRetried ? 2 : 1);
    QCOMPARE(bench.ends(), isRetried ? "TimedOut Completed" : "TimedOut");
    QCOMPARE(bench.tokensLeft(), isRetried ? limit - 3 : limit - 2);
    checkFollowing(bench, what);
}

// Nothing was sent, so that all may be tried again.
void tst_FaultMatrix::serverComesBack()
{
    QFETCH(What, what);
    RestBench bench;
    begin(bench, what);
    const quint16 port = bench.api.port();
    bench.api.close();
    bench.manager.clearConnectionCache();

    RestReply *reply = send(bench, what);
    connect(reply, &RestReply::retryScheduled, &bench.api, [&bench, port] { bench.listen(port); });
    const RestResult result = RestBench::resultOf(reply);
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.attempts, 2);
    QCOMPARE(bench.api.requests().size(), 1);
    QCOMPARE(bench.ends(), "Completed");
    QCOMPARE(bench.tokensLeft(), limit - 2);
    checkFollowing(bench, what);
}

void tst_FaultMatrix::serverStaysAway()
{
    QFETCH(What, what);
    RestBench bench;
    begin(bench, what);
    const quint16 port = bench.api.port();
    bench.api.close();
    bench.manager.clearConnectionCache();

    const RestResult result = RestBench::resultOf(send(bench, what));
    QCOMPARE(result.error.code, Code::ConnectionFailed);
    QCOMPARE(result.error.network, QNetworkReply::ConnectionRefusedError);
    QCOMPARE(result.attempts, 3);
    QCOMPARE(bench.ends(), "Dropped");
    QCOMPARE(bench.tokensLeft(), limit - 1);
    QVERIFY(bench.listen(port));
    checkFollowing(bench, what);
}

void tst_FaultMatrix::serverRestartsInTheMiddle_data()
{
    QTest::addColumn<What>("what");
    QTest::addColumn<bool>("atOnce");
    for (const What what : {What::Get, What::Post, What::Multipart}) {
        for (const bool atOnce : {true, false})
            QTest::addRow("%s, %s", nameOf(what), atOnce ? "at once" : "later") << what << atOnce;
    }
}

// A server that is back at once gets what the manager sends again; later, what we do.
void tst_FaultMatrix::serverRestartsInTheMiddle()
{
    QFETCH(What, what);
    QFETCH(bool, atOnce);
    RestBench bench;
    begin(bench, what);
    bench.api.addFault({.kind = Kind::NoAnswer});
    const quint16 port = bench.api.port();
    const auto restart = [&bench, atOnce, port] {
        bench.api.close();
        if (atOnce)
            bench.listen(port);
    };
    const auto once = Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection);
    connect(&bench.api, &ModelApi::requestArrived, &bench.api, restart, once);

    RestReply *reply = send(bench, what);
    connect(reply, &RestReply::retryScheduled, &bench.api, [&bench, port] { bench.listen(port); });
    const RestResult result = RestBench::resultOf(reply);
    const bool isSafe = what == What::Get;
    QCOMPARE(result.error.code, isSafe ? Code::None : Code::ConnectionFailed);
    QVERIFY(atOnce || result.resent == 0);
    QCOMPARE(result.attempts + result.resent, isSafe ? 2 : 1);
    QCOMPARE(bench.api.requests().size(), isSafe ? 2 : 1);
    QCOMPARE(bench.ends(), isSafe ? "Completed" : "Lost");
    QCOMPARE(bench.tokensLeft(), isSafe ? limit - 3 : limit - 2);
    QVERIFY(bench.listen(port));
    checkFollowing(bench, what);
}

// The client may not have seen yet that its connection is gone. What went out on it cannot have
// arrived, but nobody knows that of a POST.
void tst_FaultMatrix::serverRestartsBetweenRequests()
{
    QFETCH(What, what);
    RestBench bench;
    begin(bench, what);
    const quint16 port = bench.api.port();
    bench.api.close();
    QVERIFY(bench.listen(port));
    const RestResult result = RestBench::resultOf(send(bench, what));
    QVERIFY(result || (what != What::Get && result.error.code == Code::ConnectionFailed));
    QCOMPARE(bench.api.requests().size(), result ? 1 : 0);
    QCOMPARE(bench.ends(), result ? "Completed" : "Lost");
    checkFollowing(bench, what);
}

QTEST_GUILESS_MAIN(tst_FaultMatrix)
#include "tst_faultmatrix.moc"
