// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// The fault matrix of RestClient, continued: servers that speak no HTTP, that go and that come.
#include "tests/common/RestMatrix.h"
#include "tests/common/ScriptedServer.h"

#include <QtCore/QRegularExpression>

using namespace Matrix;

/// The server goes, and no connection to it is left. Returns its port.
static quint16 leave(RestBench &bench)
{
    const quint16 port = bench.api.port();
    bench.api.close();
    bench.manager.clearConnectionCache();
    return port;
}

class tst_FaultMatrixServers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void brokenAnswers_data();
    void brokenAnswers();
    void serverComesBack_data() { methodRows(); }
    void serverComesBack();
    void serverStaysAway_data() { methodRows(); }
    void serverStaysAway();
    void serverRestartsInTheMiddle_data();
    void serverRestartsInTheMiddle();
    void serverRestartsBetweenRequests_data() { methodRows(); }
    void serverRestartsBetweenRequests();
};

// What a ModelApi cannot say. There are no limits here.
void tst_FaultMatrixServers::brokenAnswers_data()
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
    // Nobody asked for that, and so it is taken as it comes.
    row("not compressed", ok + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", false, {},
        {});
    // The manager never says that it is over.
    row("broken chunks", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", false, again,
        {.code = Code::TimedOut});
    row("continues first", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 2\r\n\r\n{}",
        false, {}, {});
}

void tst_FaultMatrixServers::brokenAnswers()
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

// Nothing was sent, so that all may be tried again.
void tst_FaultMatrixServers::serverComesBack()
{
    QFETCH(What, what);
    RestBench bench;
    begin(bench, what);
    const quint16 port = leave(bench);
    RestReply *reply = send(bench, what);
    connect(reply, &RestReply::retryScheduled, &bench.api, [&bench, port] { bench.listen(port); });
    const RestResult result = RestBench::resultOf(reply);
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.attempts, 2);
    QCOMPARE(bench.api.requests().size(), 1);
    QCOMPARE(bench.ends(), what == What::Get ? "Dropped Completed" : "Completed");
    QCOMPARE(bench.tokensLeft(), limit - 2);
    checkFollowing(bench, what);
}

void tst_FaultMatrixServers::serverStaysAway()
{
    QFETCH(What, what);
    RestBench bench;
    begin(bench, what);
    const quint16 port = leave(bench);
    const RestResult result = RestBench::resultOf(send(bench, what));
    QCOMPARE(result.error.code, Code::ConnectionFailed);
    QCOMPARE(result.error.network, QNetworkReply::ConnectionRefusedError);
    QCOMPARE(result.attempts, 3);
    QCOMPARE(bench.ends(), what == What::Get ? "Dropped Dropped Dropped" : "Dropped");
    QCOMPARE(bench.tokensLeft(), limit - 1);
    QVERIFY(bench.listen(port));
    checkFollowing(bench, what);
}

void tst_FaultMatrixServers::serverRestartsInTheMiddle_data()
{
    QTest::addColumn<What>("what");
    QTest::addColumn<bool>("atOnce");
    for (const What what : {What::Get, What::Post, What::Multipart}) {
        for (const bool atOnce : {true, false})
            QTest::addRow("%s, %s", nameOf(what), atOnce ? "at once" : "later") << what << atOnce;
    }
}

// A server that is back at once gets what the manager sends again; later, what we do.
void tst_FaultMatrixServers::serverRestartsInTheMiddle()
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
    const QByteArray lost = isSafe && result.attempts == 1 ? "" : "Lost";
    QCOMPARE(bench.ends(), (lost + (isSafe ? " Completed" : "")).trimmed());
    QCOMPARE(bench.tokensLeft(), isSafe ? limit - 3 : limit - 2);
    QVERIFY(bench.listen(port));
    checkFollowing(bench, what);
}

// The client may not have seen yet that its connection is gone. What went out on it cannot have
// arrived, but nobody knows that of a POST.
void tst_FaultMatrixServers::serverRestartsBetweenRequests()
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

QTEST_GUILESS_MAIN(tst_FaultMatrixServers)
#include "tst_faultmatrixservers.moc"
