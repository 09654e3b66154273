// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// Whatever goes wrong with a request of a RestClient: it ends as it should, its ticket is accounted
// for, and the request that follows is served.
#include "tests/common/RestMatrix.h"

#include <QtCore/QRegularExpression>

using namespace Matrix;

namespace {

struct Cell {
    What what = What::Get;
    Fault fault = {};
    End end = {};
    milliseconds responseTimeout = 10s;
    milliseconds wholeTimeout{0};
    milliseconds window = 10min;
};

} // namespace

Q_DECLARE_METATYPE(Cell)

class tst_FaultMatrix : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void faults_data();
    void faults();
    void theEdgeHoldsEverything_data() { methodRows(); }
    void theEdgeHoldsEverything();
    void answersTooLateForTheLimiter_data();
    void answersTooLateForTheLimiter();
};

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

    // A question that is asked again has a ticket for each time; a message keeps the one it has.
    row("no answer", {.kind = Kind::NoAnswer},
        {.attempts = 2, .arrived = 2, .tickets = "Lost Completed", .remaining = limit - 3},
        {.code = Code::TimedOut, .status = 0, .tickets = "Lost"}, soon);

    row("closes before the answer", {.kind = Kind::CloseBeforeAnswer},
        {.arrived = 2, .remaining = limit - 3},
        {.code = Code::ConnectionFailed, .status = 0, .tickets = "Lost"});
    row("closes before each answer", {.kind = Kind::CloseBeforeAnswer, .times = always},
        {.code = Code::ConnectionFailed,
            .status = 0,
            .attempts = 3,
            .arrived = 4,
            .tickets = "Lost Lost Lost",
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
        {.attempts = 2, .arrived = 2, .tickets = "Completed Completed", .remaining = limit - 3},
        {.code = Code::ServerError, .status = 500});
    row("500 each time", {.kind = Kind::ServerError, .times = always, .status = 500},
        {.code = Code::ServerError,
            .status = 500,
            .attempts = 3,
            .arrived = 3,
            .tickets = "Completed Completed Completed",
            .remaining = limit - 4},
        {.code = Code::ServerError, .status = 500});
    row("502 with a page", {.kind = Kind::BadGateway},
        {.attempts = 2, .arrived = 2, .tickets = "Completed Completed", .remaining = limit - 3},
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

QTEST_GUILESS_MAIN(tst_FaultMatrix)
#include "tst_faultmatrix.moc"
