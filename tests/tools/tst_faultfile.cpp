// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/FaultFile.h"

#include <QtCore/QTemporaryFile>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

class FaultFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsFaults_data();
    void readsFaults();
    void keepsTheirOrder();
    void refusesNonsense_data();
    void refusesNonsense();
    void isBounded();
    void readsFiles();
};

void FaultFileTest::readsFaults_data()
{
    using Kind = Fault::Kind;
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<Fault>("fault");
    const auto row = [](const char *line, const Fault &fault) {
        QTest::newRow(line) << QByteArray(line) << fault;
    };
    row(R"({"kind":"no_answer"})", {.kind = Kind::NoAnswer});
    row(R"({"kind":"close_before_answer","every":3})",
        {.kind = Kind::CloseBeforeAnswer, .every = 3});
    row(R"({"kind":"close_in_the_middle"})", {.kind = Kind::CloseInTheMiddle});
    row(R"({"kind":"malformed_headers"})", {.kind = Kind::MalformedHeaders});
    row(R"({"kind":"missing_headers","times":"always"})",
        {.kind = Kind::MissingHeaders, .times = Fault::always});
    row(R"({"status":502,"times":4,"kind":"server_error"})",
        {.kind = Kind::ServerError, .times = 4, .status = 502});
    row(R"({"kind":"cloudflare_page","retry_after_ms":1})",
        {.kind = Kind::CloudflarePage, .retryAfter = 1ms});
    row(R"({"kind":"global_limit","retry_after_ms":65000})",
        {.kind = Kind::GlobalLimit, .retryAfter = 65s});
    row(R"({"kind":"reset"})", {.kind = Kind::Reset});
    row(R"({"kind":"slow_drip","size":7,"pause_ms":20})",
        {.kind = Kind::SlowDrip, .size = 7, .pause = 20ms});
    row(R"({"kind":"oversize","size":2000000000,"tells_length":false})",
        {.kind = Kind::Oversize, .size = 2'000'000'000, .tellsLength = false});
    row(R"({"kind":"bad_gateway"})", {.kind = Kind::BadGateway});
    row(R"({"kind":"api_error","status":404,"code":10015})",
        {.kind = Kind::ApiError, .status = 404, .code = 10015});
    row(R"({"kind":"redirect","status":308,"location":"http://localhost:1/x?y=z"})",
        {.kind = Kind::Redirect, .status = 308, .location = "http://localhost:1/x?y=z"});
    row(R"({"kind":"rate_limit","limit":"shared","retry_after_ms":1})",
        {.kind = Kind::RateLimit, .retryAfter = 1ms, .limit = LimitKind::Shared});
    row(R"({"kind":"hash_flip","hash":"abc","route":"GET /guilds/{guild}"})",
        {.kind = Kind::HashFlip, .route = "GET /guilds/{guild}", .hash = "abc"});
}

void FaultFileTest::readsFaults()
{
    QFETCH(QByteArray, line);
    QFETCH(Fault, fault);
    const FaultFile file = FaultFile::parse(line, QStringLiteral("f"));
    QCOMPARE(file.error, QString());
    QCOMPARE(file.faults.size(), 1);
    QVERIFY(file.faults.first() == fault);
}

void FaultFileTest::keepsTheirOrder()
{
    const FaultFile file = FaultFile::parse(
        "\n{\"kind\":\"no_answer\"}\r\n  \n{\"kind\":\"global_limit\"}", QStringLiteral("f"));
    QCOMPARE(file.error, QString());
    QCOMPARE(file.faults.size(), 2);
    QCOMPARE(file.faults[0].kind, Fault::Kind::NoAnswer);
    QCOMPARE(file.faults[1].kind, Fault::Kind::GlobalLimit);
    QVERIFY(FaultFile::parse({}, QStringLiteral("f")).faults.isEmpty());
}

void FaultFileTest::refusesNonsense_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *text, const char *error) {
        QTest::newRow(text) << QByteArray(text) << QString::fromUtf8(error);
    };
    row("{\"kind\":\"no_answer\"}\n\nnonsense", "f:3: this is not JSON: illegal value (at byte 1)");
    row("[]", "f:1: a fault is a JSON object");
    row("{}",
        "f:1: \"kind\" is one of no_answer, close_before_answer, close_in_the_middle, reset, "
        "slow_drip, "
        "oversize, malformed_headers, missing_headers, server_error, bad_gateway, api_error, "
        "redirect, cloudflare_page, global_limit, rate_limit, hash_flip");
    row(R"({"kind":"no_answer","often":2})",
        "f:1: there is no \"often\"; there are kind, times, every, route, status, "
        "retry_after_ms, hash, limit, code, location, size, pause_ms and tells_length");
    row(R"({"kind":"no_answer","times":0})",
        "f:1: \"times\" is a whole number from 1 to 1000000 or \"always\"");
    row(R"({"kind":"no_answer","times":"twice"})",
        "f:1: \"times\" is a whole number from 1 to 1000000 or \"always\"");
    row(R"({"kind":"no_answer","every":1.5})",
        "f:1: \"every\" is a whole number from 1 to 1000000");
    row(R"({"kind":"no_answer","every":1e300})",
        "f:1: \"every\" is a whole number from 1 to 1000000");
    row(R"({"kind":"server_error","status":429})",
        "f:1: \"status\" is a whole number from 500 to 599");
    row(R"({"kind":"no_answer","status":500})",
        "f:1: \"status\" goes with server_error, api_error and redirect");
    row(R"({"kind":"server_error","retry_after_ms":1})",
        "f:1: \"retry_after_ms\" goes with cloudflare_page, global_limit and rate_limit");
    row(R"({"kind":"global_limit","retry_after_ms":-1})",
        "f:1: \"retry_after_ms\" is a whole number from 1 to 86400000");
    row(R"({"kind":"global_limit","hash":"a"})", "f:1: \"hash\" goes with hash_flip");
    row(R"({"kind":"hash_flip","hash":"a\r\nb"})", "f:1: \"hash\" is text without spaces");
    row(R"({"kind":"hash_flip","hash":7})", "f:1: \"hash\" is text without spaces");
    row(R"({"kind":"api_error","status":500})",
        "f:1: \"status\" is a whole number from 400 to 499");
    row(R"({"kind":"redirect","status":400})", "f:1: \"status\" is a whole number from 300 to 399");
    row(R"({"kind":"redirect","location":"a b"})", "f:1: \"location\" is text without spaces");
    row(R"({"kind":"rate_limit","limit":"all"})",
        "f:1: \"limit\" is one of bucket, sublimit, shared, global, cloudflare");
    row(R"({"kind":"slow_drip","tells_length":true})", "f:1: \"tells_length\" goes with oversize");
    row(R"({"kind":"oversize","tells_length":1})", "f:1: \"tells_length\" is true or false");
    row(R"({"kind":"oversize","size":1e12})",
        "f:1: \"size\" is a whole number from 0 to 2147483647");
    for (const char *route : {"\"/guilds\"", "\"FETCH /guilds\"", "\"GET guilds\"", "\"GET\"", "1"})
        row(qPrintable(
                QStringLiteral(R"({"kind":"no_answer","route":%1})").arg(QString::fromUtf8(route))),
            "f:1: \"route\" is a method and a path, as in \"POST /channels/{channel}/messages\"");
}

void FaultFileTest::refusesNonsense()
{
    QFETCH(QByteArray, text);
    const FaultFile file = FaultFile::parse(text, QStringLiteral("f"));
    QTEST(file.error, "error");
    QVERIFY(file.faults.isEmpty());
}

void FaultFileTest::isBounded()
{
    const QByteArray line = "{\"kind\":\"no_answer\"}\n";
    QCOMPARE(FaultFile::parse(line.repeated(10000), QStringLiteral("f")).faults.size(), 10000);
    QCOMPARE(FaultFile::parse(line.repeated(10001), QStringLiteral("f")).error,
        QStringLiteral("f:10001: there are more than 10000 faults"));
    QCOMPARE(FaultFile::read(QStringLiteral("/dev/zero")).error,
        QStringLiteral("/dev/zero: is longer than 1 MiB"));
}

void FaultFileTest::readsFiles()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("{\"kind\":\"hash_flip\"}\n");
    file.close();
    QCOMPARE(FaultFile::read(file.fileName()).faults.size(), 1);
    QCOMPARE(FaultFile::read(QStringLiteral("/nowhere/f")).error,
        QStringLiteral("/nowhere/f: cannot be read: No such file or directory"));
}

QTEST_GUILESS_MAIN(FaultFileTest)
#include "tst_faultfile.moc"
