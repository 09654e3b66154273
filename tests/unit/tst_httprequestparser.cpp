// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/testing/HttpRequestParser.h"

#include <QtTest/QTest>

using namespace Turnstile;

namespace {

const QByteArray host = "Host: x\r\n";

/// Everything that comes out of \a bytes when they are fed in pieces of \a size.
QList<HttpRequest> parse(HttpRequestParser &parser, QByteArrayView bytes, qsizetype size)
{
    QList<HttpRequest> requests;
    while (!bytes.isEmpty()) {
        parser.feed(bytes.first(qMin(size, bytes.size())));
        bytes = bytes.sliced(qMin(size, bytes.size()));
        while (auto request = parser.next())
            requests.append(*request);
    }
    return requests;
}

} // namespace

class tst_HttpRequestParser : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void headersByName();
    void keepsAlive_data();
    void keepsAlive();
    void pipelined();
    void requestIsNotReadyEarly();
    void expectContinue();
    void noContinueForABodyThatIsThere();
    void headIsBounded_data();
    void headIsBounded();
    void headerSpaceIsPerRequest();
    void bodyMayBeAsLongAsAllowed();
    void manySmallChunks();
    void staysFailed();
};

void tst_HttpRequestParser::reads_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("body");

    QTest::newRow("get") << "GET /a?b=c HTTP/1.1\r\n" + host + "\r\n"
                         << QByteArray("GET") << QByteArray("/a?b=c") << QByteArray();
    QTest::newRow("bare line feeds") << QByteArray("GET /a HTTP/1.1\nHost: x\n\n")
                                     << QByteArray("GET") << QByteArray("/a") << QByteArray();
    QTest::newRow("empty lines before") << "\r\n\r\nGET /a HTTP/1.1\r\n" + host + "\r\n"
                                        << QByteArray("GET") << QByteArray("/a") << QByteArray();
    QTest::newRow("1.0 without host") << QByteArray("HEAD / HTTP/1.0\r\n\r\n") << QByteArray("HEAD")
                                      << QByteArray("/") << QByteArray();
    QTest::newRow("content-length")
        << "POST / HTTP/1.1\r\n" + host + "content-LENGTH:  5 \r\n\r\nhello" << QByteArray("POST")
        << QByteArray("/") << QByteArray("hello");
    QTest::newRow("content-length twice, the same")
        << "POST / HTTP/1.1\r\n" + host + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab"
        << QByteArray("POST") << QByteArray("/") << QByteArray("ab");
    QTest::newRow("content-length 0") << "PUT / HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n"
                                      << QByteArray("PUT") << QByteArray("/") << QByteArray();
    QTest::newRow("body with line ends")
        << "POST / HTTP/1.1\r\n" + host + "Content-Length: 6\r\n\r\n\r\n\r\n\r\n"
        << QByteArray("POST") << QByteArray("/") << QByteArray("\r\n\r\n\r\n");
    QTest::newRow("chunked") << "POST / HTTP/1.1\r\n" + host
            + "Transfer-Encoding: "
              "Chunked\r\n\r\n3\r\nabc\r\n0A;x=\"y\"\r\n0123\r\n6789\r\n0\r\n\r\n"
                             << QByteArray("POST") << QByteArray("/")
                             << QByteArray("abc0123\r\n6789");
    QTest::newRow("trailers") << "POST / HTTP/1.1\r\n" + host
            + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n"
                              << QByteArray("POST") << QByteArray("/") << QByteArray("a");
}

void tst_HttpRequestParser::reads()
{
    QFETCH(QByteArray, bytes);
    for (const qsizetype size : {qsizetype(1), qsizetype(2), qsizetype(7), bytes.size()}) {
        HttpRequestParser parser;
        // twice, so that whatever the first leaves behind spoils the second
        const QList<HttpRequest> requests = parse(parser, bytes + bytes, size);
        QVERIFY(!parser.error());
        QCOMPARE(requests.size(), 2);
        for (const HttpRequest &request : requests) {
            QTEST(request.method, "method");
            QTEST(request.target, "target");
            QTEST(request.body, "body");
        }
    }
}

void tst_HttpRequestParser::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");

    const QByteArray post = "POST / HTTP/1.1\r\n" + host;
    const QByteArray chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    QTest::newRow("words") << QByteArray("hello\r\n") << 400;
    QTest::newRow("two spaces") << QByteArray("GET  / HTTP/1.1\r\n") << 400;
    QTest::newRow("no target") << QByteArray("GET HTTP/1.1\r\n") << 400;
    QTest::newRow("method with colon") << QByteArray("GE:T / HTTP/1.1\r\n") << 400;
    QTest::newRow("control in target") << QByteArray("GET /\x01 HTTP/1.1\r\n") << 400;
    QTest::newRow("no version") << QByteArray("GET / FTP\r\n") << 400;
    QTest::newRow("tls hello") << QByteArray("\x16\x03\x01\x02\n") << 400;
    QTest::newRow("version 2") << QByteArray("GET / HTTP/2.0\r\n") << 505;
    QTest::newRow("no host") << QByteArray("GET / HTTP/1.1\r\n\r\n") << 400;
    QTest::newRow("no colon") << post + "oops\r\n" << 400;
    QTest::newRow("no name") << post + ": v\r\n" << 400;
    QTest::newRow("blank before colon") << post + "a : v\r\n" << 400;
    QTest::newRow("folded line") << post + "a: v\r\n w\r\n" << 400;
    QTest::newRow("nul in value") << post + QByteArray("a: v\0w\r\n", 8) << 400;
    QTest::newRow("length of words") << post + "Content-Length: five\r\n" << 400;
    QTest::newRow("length empty") << post + "Content-Length:\r\n" << 400;
    QTest::newRow("length negative") << post + "Content-Length: -1\r\n" << 400;
    QTest::newRow("length plus") << post + "Content-Length: +1\r\n" << 400;
    QTest::newRow("lengths differ") << post + "Content-Length: 1\r\nContent-Length: 2\r\n" << 400;
    QTest::newRow("length over") << post + "Content-Length: 33554433\r\n" << 413;
    QTest::newRow("length over 64 bit") << post + "Content-Length: 99999999999999999999\r\n" << 413;
    QTest::newRow("gzip") << post + "Transfer-Encoding: gzip\r\n\r\n" << 501;
    QTest::newRow("length and chunked")
        << post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"
        << 400;
    QTest::newRow("expectation") << post + "Expect: tea\r\n\r\n" << 417;
    QTest::newRow("chunk size of words") << chunked + "five\r\n" << 400;
    QTest::newRow("chunk size empty") << chunked + "\r\n" << 400;
    QTest::newRow("chunk size negative") << chunked + "-1\r\n" << 400;
    QTest::newRow("chunk over") << chunked + "2000001\r\n" << 413;
    QTest::newRow("chunk over 64 bit") << chunked + "ffffffffffffffffff\r\n" << 413;
    QTest::newRow("chunk too long") << chunked + "1\r\nab\r\n" << 400;
}

void tst_HttpRequestParser::refuses()
{
    QFETCH(QByteArray, bytes);
    for (const qsizetype size : {qsizetype(1), bytes.size()}) {
        HttpRequestParser parser;
        QCOMPARE(parse(parser, bytes, size).size(), 0);
        QVERIFY(parser.error());
        QTEST(parser.error()->status, "status");
        QVERIFY(!parser.error()->text.isEmpty());
    }
}

void tst_HttpRequestParser::headersByName()
{
    HttpRequestParser parser;
    parser.feed("GET / HTTP/1.1\r\n" + host + "X-Two:one\r\nX-TWO:\ttwo \r\nX-Empty:\r\n\r\n");
    const auto request = parser.next();
    QVERIFY(request);
    QCOMPARE(request->header("x-two"), "one");
    QCOMPARE(request->header("x-empty"), "");
    QCOMPARE(request->header("x-missing"), "");
    QCOMPARE(request->headers.size(), 4);
    QCOMPARE(request->headers.at(2).second, "two");
}

void tst_HttpRequestParser::keepsAlive_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QByteArray>("connection");
    QTest::addColumn<bool>("expected");

    QTest::newRow("1.1") << QByteArray("1.1") << QByteArray("x") << true;
    QTest::newRow("1.1 close") << QByteArray("1.1") << QByteArray("Upgrade, CLOSE") << false;
    QTest::newRow("1.1 closed") << QByteArray("1.1") << QByteArray("closed") << true;
    QTest::newRow("1.0") << QByteArray("1.0") << QByteArray("x") << false;
    QTest::newRow("1.0 keep-alive") << QByteArray("1.0") << QByteArray("Keep-Alive") << true;
}

void tst_HttpRequestParser::keepsAlive()
{
    QFETCH(QByteArray, version);
    QFETCH(QByteArray, connection);
    HttpRequestParser parser;
    parser.feed("GET / HTTP/" + version + "\r\n" + host + "Connection: " + connection + "\r\n\r\n");
    const auto request = parser.next();
    QVERIFY(request);
    QTEST(request->keepAlive(), "expected");
}

void tst_HttpRequestParser::pipelined()
{
    HttpRequestParser parser;
    QByteArray bytes;
    for (int i = 0; i < 100; ++i) {
        bytes += "POST /" + QByteArray::number(i) + " HTTP/1.1\r\n" + host
            + "Content-Length: 3\r\n\r\n" + QByteArray::number(100 + i);
    }
    const QList<HttpRequest> requests = parse(parser, bytes, 11);
    QCOMPARE(requests.size(), 100);
    for (int i = 0; i < 100; ++i) {
        QCOMPARE(requests.at(i).target, '/' + QByteArray::number(i));
        QCOMPARE(requests.at(i).body, QByteArray::number(100 + i));
    }
}

void tst_HttpRequestParser::requestIsNotReadyEarly()
{
    const QByteArray bytes = "POST / HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nab";
    HttpRequestParser parser;
    parser.feed(QByteArrayView(bytes).chopped(1));
    QVERIFY(!parser.next());
    QVERIFY(!parser.next());
    parser.feed("b");
    QVERIFY(parser.next());
    QVERIFY(!parser.next());
}

void tst_HttpRequestParser::expectContinue()
{
    HttpRequestParser parser;
    parser.feed("POST / HTTP/1.1\r\n" + host + "Content-Length: 2\r\nExpect: 100-Continue\r\n");
    QVERIFY(!parser.next());
    QVERIFY(!parser.takeExpectContinue()); // more headers may come
    parser.feed("\r\n");
    QVERIFY(!parser.next());
    QVERIFY(parser.takeExpectContinue());
    QVERIFY(!parser.takeExpectContinue());
    parser.feed("ab");
    QCOMPARE(parser.next().value().body, "ab");
}

void tst_HttpRequestParser::noContinueForABodyThatIsThere()
{
    HttpRequestParser parser;
    parser.feed(
        "POST / HTTP/1.1\r\n" + host + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\nab");
    QVERIFY(parser.next());
    QVERIFY(!parser.takeExpectContinue());
    parser.feed("POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    QVERIFY(!parser.next());
    QVERIFY(!parser.takeExpectContinue()); // a client of 1.0 would take it for the answer
}

void tst_HttpRequestParser::headIsBounded_data()
{
    QTest::addColumn<QByteArray>("start");
    QTest::addColumn<QByteArray>("again");

    const QByteArray head = "GET / HTTP/1.1\r\n" + host;
    QTest::newRow("request line") << QByteArray("GET /") << QByteArray("a");
    QTest::newRow("one header") << head + "a: " << QByteArray("b");
    QTest::newRow("many headers") << head << QByteArray("a: b\r\n");
    QTest::newRow("empty lines") << QByteArray() << QByteArray("\r\n");
    QTest::newRow("chunk size") << head + "Transfer-Encoding: chunked\r\n\r\n" << QByteArray("0");
    QTest::newRow("trailers") << head + "Transfer-Encoding: chunked\r\n\r\n0\r\n"
                              << QByteArray("a: b\r\n");
}

void tst_HttpRequestParser::headIsBounded()
{
    QFETCH(QByteArray, start);
    QFETCH(QByteArray, again);
    HttpRequestParser parser;
    parser.feed(start);
    qsizetype fed = 0;
    while (!parser.error() && fed < 2 * HttpRequestParser::maxHead) {
        const QByteArray piece = again.repeated(1000 / again.size());
        parser.feed(piece);
        fed += piece.size();
        QVERIFY(!parser.next());
    }
    QVERIFY(parser.error());
    QCOMPARE(parser.error()->status, 431);
    QVERIFY(fed > HttpRequestParser::maxHead - 1000);
}

void tst_HttpRequestParser::headerSpaceIsPerRequest()
{
    const QByteArray request =
        "GET / HTTP/1.1\r\n" + host + "A: " + QByteArray(60000, 'a') + "\r\n\r\n";
    HttpRequestParser parser;
    QCOMPARE(parse(parser, request + request + request, 4096).size(), 3);
    QVERIFY(!parser.error());
}

void tst_HttpRequestParser::bodyMayBeAsLongAsAllowed()
{
    HttpRequestParser parser;
    parser.feed("POST / HTTP/1.1\r\n" + host + "Content-Length: 33554432\r\n\r\n");
    const QByteArray piece(1 << 20, 'x');
    for (int i = 0; i < 32; ++i) {
        QVERIFY(!parser.next());
        parser.feed(piece);
    }
    QCOMPARE(parser.next().value().body.size(), HttpRequestParser::maxBody);
}

void tst_HttpRequestParser::manySmallChunks()
{
    HttpRequestParser parser;
    parser.feed("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n");
    const QByteArray chunks = QByteArray("1\r\nx\r\n").repeated(1000);
    for (int i = 0; i < 100; ++i) {
        parser.feed(chunks);
        QVERIFY(!parser.next());
    }
    QVERIFY(!parser.error());
    parser.feed("0\r\n\r\n");
    QCOMPARE(parser.next().value().body, QByteArray(100000, 'x'));
}

void tst_HttpRequestParser::staysFailed()
{
    HttpRequestParser parser;
    parser.feed("oops\r\n");
    QVERIFY(!parser.next());
    QCOMPARE(parser.error().value().status, 400);
    parser.feed("GET / HTTP/1.1\r\n" + host + "\r\n");
    QVERIFY(!parser.next());
    QCOMPARE(parser.error().value().status, 400);
}

QTEST_GUILESS_MAIN(tst_HttpRequestParser)
#include "tst_httprequestparser.moc"
