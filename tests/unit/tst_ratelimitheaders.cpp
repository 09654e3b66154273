// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/RatelimitHeaders.h"

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QMetaEnum>
#include <QtTest/QTest>

#include <clocale>
#include <limits>
#include <vector>

using namespace Turnstile;
using namespace std::chrono_literals;
using Pairs = QList<std::pair<QByteArray, QByteArray>>;

static constexpr WallTime epoch{milliseconds(1'700'000'000'000)};

static RatelimitHeaders parse(int status, const Pairs &headers, const QByteArray &body = {})
{
    std::vector<HeaderField> fields;
    for (const auto &[name, value] : headers)
        fields.push_back({name, value});
    return RatelimitHeaders::parse(status, fields, body, epoch);
}

static Pairs bucketWith(const QByteArray &name, const QByteArray &value)
{
    return {{"X-RateLimit-Limit", "5"}, {"X-RateLimit-Remaining", "4"},
        {"X-RateLimit-Reset-After", "1"}, {"X-RateLimit-Bucket", "abcd"}, {name, value}};
}

static qint64 count(const std::optional<milliseconds> &value)
{
    return value ? value->count() : -1;
}

class tst_RatelimitHeaders : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void scenarios_data();
    void scenarios();
    void scenariosInCommaLocale();
    void numbers_data();
    void numbers();
    void blanksAreNoPartOfValues();
    void reset_data();
    void reset();
    void retryAfter_data();
    void retryAfter();
    void global_data();
    void global();
    void longBucketsAreLeftOut();
    void recentBucketsAreShared();
    void missing();
    void missingIsNotSaidOfAGlobalLimit();
    void duplicates_data();
    void duplicates();
    void otherHeadersAreIgnored();
    void bodyIsForRateLimitedOnly();
    void code_data();
    void code();
    void hostileSizes();
    void messages_data();
    void messages();
    void debug();
};

// What turnstile-sim prints as "parsed".
static QJsonObject parsed(const RatelimitHeaders &headers)
{
    const auto lower = [](const char *key) { return QString::fromLatin1(key).toLower(); };
    QJsonObject out{
        {QStringLiteral("kind"),
            lower(QMetaEnum::fromType<RatelimitHeaders::Kind>().valueToKey(int(headers.kind)))},
        {QStringLiteral("scope"),
            lower(QMetaEnum::fromType<Scope>().valueToKey(int(headers.scope)))},
        {QStringLiteral("bucket"), QString::fromUtf8(headers.bucket)},
    };
    if (headers.limit)
        out[QStringLiteral("limit")] = *headers.limit;
    if (headers.remaining)
        out[QStringLiteral("remaining")] = *headers.remaining;
    if (headers.resetAfter)
        out[QStringLiteral("reset_after_ms")] = qint64(headers.resetAfter->count());
    if (headers.retryAfter)
        out[QStringLiteral("retry_after_ms")] = qint64(headers.retryAfter->count());
    if (!headers.errors.isEmpty())
        out[QStringLiteral("field")] = QString::fromLatin1(headers.errors.first().header);
    return out;
}

static bool agrees(const QJsonValue &value, const QJsonValue &expected)
{
    if (expected.isArray())
        return expected.toArray().contains(value);
    if (expected.isObject()) {
        const QJsonObject range = expected.toObject();
        if (range.contains(QStringLiteral("one_of")))
            return range[QStringLiteral("one_of")].toArray().contains(value);
        return value.isDouble() && value.toDouble() >= range[QStringLiteral("min")].toDouble()
            && value.toDouble() <= range[QStringLiteral("max")].toDouble();
    }
    return value == expected;
}

static QByteArray bytesOf(const QJsonValue &value)
{
    const QJsonObject object = value.toObject();
    if (object.contains(QStringLiteral("hex")))
        return QByteArray::fromHex(object[QStringLiteral("hex")].toString().toLatin1());
    if (object.contains(QStringLiteral("repeat")))
        return object[QStringLiteral("repeat")].toString().toUtf8().repeated(
            object[QStringLiteral("count")].toInt());
    return value.toString().toUtf8();
}

void tst_RatelimitHeaders::scenarios_data()
{
    QTest::addColumn<QJsonObject>("scenario");
    QFile file(QStringLiteral(TEST_DATA_DIR "/../scenarios/shared.jsonl"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    while (!file.atEnd()) {
        const QJsonObject scenario = QJsonDocument::fromJson(file.readLine()).object();
        if (scenario[QStringLiteral("kind")] == QStringLiteral("headers"))
            QTest::addRow("%s", qPrintable(scenario[QStringLiteral("id")].toString())) << scenario;
    }
}

void tst_RatelimitHeaders::scenarios()
{
    QFETCH(QJsonObject, scenario);
    const QJsonObject step = scenario[QStringLiteral("given")].toArray().first().toObject();
    Pairs headers;
    for (const QJsonValue pair : step[QStringLiteral("headers")].toArray())
        headers.append({bytesOf(pair[0]), bytesOf(pair[1])});
    const QJsonValue body = step[QStringLiteral("body")];
    const RatelimitHeaders result = parse(step[QStringLiteral("status")].toInt(), headers,
        body.isObject() ? QJsonDocument(body.toObject()).toJson() : bytesOf(body));

    const QJsonObject actual = parsed(result);
    int checked = 0;
    for (const QJsonValue entry : scenario[QStringLiteral("expect")].toArray()) {
        const QJsonObject expected = entry[u"parsed"].toObject();
        for (auto it = expected.begin(); it != expected.end(); ++it, ++checked) {
            QVERIFY2(agrees(actual[it.key()], it.value()),
                (it.key().toUtf8() + ": " + QJsonDocument(actual).toJson()).constData());
        }
    }
    QVERIFY(checked > 0);
    for (const auto &wait : {result.resetAfter, result.retryAfter})
        QVERIFY(!wait || (*wait >= 0ms && *wait <= 30 * 24h));
}

void tst_RatelimitHeaders::scenariosInCommaLocale()
{
    const char *const locale = std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
    const auto result = parse(200, {{"x-ratelimit-reset-after", "64.57"}});
    const auto body = parse(429, {}, R"({"retry_after": 64.57})");
    std::setlocale(LC_NUMERIC, "C");
    if (!locale)
        QSKIP("the locale de_DE.UTF-8 is not installed");
    QCOMPARE(count(result.resetAfter), 64570);
    QCOMPARE(count(body.retryAfter), 64570);
}

void tst_RatelimitHeaders::numbers_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("expected"); // -1: nothing
    QTest::addColumn<int>("problem");     // -1: none
    using Kind = HeaderError::Kind;
    const auto good = [](const char *text, qint64 value) {
        QTest::addRow("good %s", text) << QByteArray(text) << value << -1;
    };
    const auto bad = [](const char *text, Kind kind, qint64 value = -1) {
        QTest::addRow("bad %s", text) << QByteArray(text) << value << int(kind);
    };
    good("0", 0);
    good("-0", 0);
    good("1.069", 1069);
    good("64.57", 64570);
    good("0.0001", 1);
    good("1.0010000000000000000000000000000000000000000000000001", 1002);
    good("1.0010000000000000000000000000000000000000000000000000", 1001);
    good(".25", 250);
    good("+0.25", 250);
    good("5.", 5000);
    good("2.5e-1", 250);
    good("25E-2", 250);
    good("1.069e0", 1069);
    good("1e-400", 1);
    good("0e999999999999", 0);
    good("00000000000000000000000000005", 5000);
    good("2592000", 2'592'000'000);
    good("0000000002592000", 2'592'000'000);
    good("2592000.00000000", 2'592'000'000);
    good(" \t5 ", 5000);
    bad("2592000.0001", Kind::TooLarge);
    bad("2592000.001", Kind::TooLarge);
    bad("9999999999999999", Kind::TooLarge);
    bad("99999999999999999999", Kind::TooLarge);
    bad("1e18", Kind::TooLarge);
    bad("1e999999999999", Kind::TooLarge);
    bad("inf", Kind::TooLarge);
    bad("-Infinity", Kind::TooLarge);
    bad("NaN", Kind::TooLarge);
    bad("-1.5", Kind::Negative, 0);
    bad("-1e-400", Kind::Negative, 0);
    for (const char *text : {"", ".", "+", "-", "e5", "5e", "5e+", "5e+-1", "5s", "0x10", "0.25f",
             "0.25 s", "1.2.3", "1..2", "1..", "1 2", "--1", "1_000", "٣"})
        bad(text, Kind::Malformed);
}

void tst_RatelimitHeaders::numbers()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, expected);
    QFETCH(int, problem);
    const auto result = parse(200,
        {{"x-ratelimit-limit", "5"}, {"x-ratelimit-remaining", "1"},
            {"x-ratelimit-reset-after", text}, {"x-ratelimit-bucket", "abcd"}});
    QCOMPARE(count(result.resetAfter), expected);
    QCOMPARE(result.kind,
        expected < 0 ? RatelimitHeaders::Kind::Invalid : RatelimitHeaders::Kind::Bucket);
    QCOMPARE(result.errors.size(), problem < 0 ? 0 : 1);
    if (problem >= 0) {
        QCOMPARE(int(result.errors.first().kind), problem);
        QCOMPARE(result.errors.first().header, QByteArray("x-ratelimit-reset-after"));
        QCOMPARE(result.errors.first().value, text.trimmed());
    }
}

void tst_RatelimitHeaders::blanksAreNoPartOfValues()
{
    const Pairs plain = {{"x-ratelimit-limit", "5"}, {"x-ratelimit-remaining", "7x"},
        {"x-ratelimit-reset", "1700000003"}, {"x-ratelimit-reset-after", "9s"},
        {"x-ratelimit-bucket", "abcd"}, {"x-ratelimit-bucket", "ab cd"},
        {"x-ratelimit-global", "false"}, {"x-ratelimit-scope", "shared"}, {"retry-after", "soon"},
        {"date", "Tue, 14 Nov 2023 22:13:22 GMT"}};
    Pairs padded = plain;
    for (auto &[name, value] : padded)
        value = " \t" + value + "\r\n ";
    const auto result = parse(429, padded);
    QCOMPARE(result, parse(429, plain));
    QCOMPARE(result.bucket, QByteArray("ab cd"));
    QCOMPARE(count(result.resetAfter), 1000);
    QCOMPARE(result.errors.size(), 4);
    QCOMPARE(result.errors.first().value, QByteArray("7x"));
    QCOMPARE(parse(429, {{"x-ratelimit-bucket", " \t "}, {"date", " "}}),
        parse(429, {{"x-ratelimit-bucket", ""}, {"date", ""}}));
}

void tst_RatelimitHeaders::reset_data()
{
    QTest::addColumn<Pairs>("headers");
    QTest::addColumn<qint64>("expected");
    QTest::addColumn<qint64>("at");
    const auto row = [](const char *name, const Pairs &headers, qint64 expected, qint64 at) {
        QTest::newRow(name) << headers << expected << at;
    };
    const QByteArray reset = "x-ratelimit-reset";
    row("by our clock", {{reset, "1700000003.25"}}, 3250, 1'700'000'003'250);
    row("by the server's clock", {{reset, "1700000003"}, {"Date", "Tue, 14 Nov 2023 22:13:22 GMT"}},
        1000, 1'700'000'003'000);
    row("bad date", {{reset, "1700000003"}, {"Date", "yesterday"}}, 3000, 1'700'000'003'000);
    row("past", {{reset, "1600000000"}}, 0, 1'600'000'000'000);
    row("milliseconds", {{reset, "1700000004000"}}, 4000, 1'700'000'004'000);
    row("seconds from now", {{reset, "3"}}, 3000, -1);
    row("reset-after rules", {{reset, "1700000004"}, {"x-ratelimit-reset-after", "9"}}, 9000,
        1'700'000'004'000);
    row("reset-after is bad", {{reset, "1700000004"}, {"x-ratelimit-reset-after", "9s"}}, 4000,
        1'700'000'004'000);
    row("over 30 days", {{reset, "1702592001"}}, -1, 1'702'592'001'000);
    row("30 days", {{reset, "1702592000"}}, 2'592'000'000, 1'702'592'000'000);
    row("absurd", {{reset, "1e17"}}, -1, -1);
    row("negative", {{reset, "-5"}}, -1, -1);
}

void tst_RatelimitHeaders::reset()
{
    QFETCH(Pairs, headers);
    QFETCH(qint64, expected);
    QFETCH(qint64, at);
    const auto result = parse(200, headers);
    QCOMPARE(count(result.resetAfter), expected);
    QCOMPARE(result.reset ? result.reset->time_since_epoch().count() : -1, at);
    QCOMPARE(result.kind == RatelimitHeaders::Kind::Invalid, expected < 0);
}

void tst_RatelimitHeaders::retryAfter_data()
{
    QTest::addColumn<Pairs>("headers");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<qint64>("expected");
    const auto row = [](const char *name, const Pairs &headers, const char *body, qint64 expected) {
        QTest::newRow(name) << headers << QByteArray(body) << expected;
    };
    const QByteArray retry = "Retry-After";
    const QByteArray resetAfter = "x-ratelimit-reset-after";
    const QByteArray remaining = "x-ratelimit-remaining";
    row("none", {}, "", -1);
    row("the header is the body's ceiling", {{retry, "65"}}, R"({"retry_after": 64.57})", 64570);
    row("no binary noise", {{retry, "9"}}, R"({"retry_after": 8.2})", 8200);
    row("the header is larger", {{retry, "70"}}, R"({"retry_after": 64.57})", 70000);
    row("the body is larger", {{retry, "2"}}, R"({"retry_after": 64.57})", 64570);
    row("a decimal header is no ceiling", {{retry, "1.5"}}, R"({"retry_after": 1.2})", 1500);
    row("body only", {}, R"({"retry_after": 0.3})", 300);
    row("negative body", {{retry, "2"}}, R"({"retry_after": -1})", 2000);
    row("negative header", {{retry, "-2"}}, "", -1);
    row("absurd header", {{retry, "1e9"}}, "", -1);
    row("body is no object", {{retry, "2"}}, R"([{"retry_after": 9}])", 2000);
    row("body is broken", {{retry, "2"}}, R"({"retry_after": 9)", 2000);
    row("reset-after serves alone", {{resetAfter, "3"}}, "", 3000);
    row("but a zero is no answer", {{resetAfter, "-3"}}, "", -1);
    row("rounded down", {{retry, "2"}, {resetAfter, "2.974"}}, "", 2974);
    row("reset-after never shortens", {{retry, "8"}, {resetAfter, "4"}}, "", 8000);
    row("sublimit", {{retry, "1"}, {resetAfter, "60"}, {remaining, "3"}}, "", 1000);
    row("global", {{retry, "1"}, {resetAfter, "60"}, {"x-ratelimit-global", "true"}}, "", 1000);
    row("body rules over reset-after", {{retry, "1"}, {resetAfter, "60"}},
        R"({"retry_after": 0.5})", 500);
    row("date", {{retry, "Tue, 14 Nov 2023 22:13:27 GMT"}}, "", 7000);
    row("date and Date",
        {{"date", "Tue, 14 Nov 2023 22:13:25 GMT"}, {retry, "Tue, 14 Nov 2023 22:13:27 GMT"}}, "",
        2000);
    row("past date", {{retry, "Tue, 14 Nov 2023 22:13:19 GMT"}}, "", 0);
    row("date next year", {{retry, "Thu, 14 Nov 2024 22:13:27 GMT"}}, "", -1);
    row("no such date", {{retry, "Tue, 31 Feb 2023 22:13:27 GMT"}}, "", -1);
    row("no such month", {{retry, "Tue, 14 anF 2023 22:13:27 GMT"}}, "", -1);
    row("number and date", {{retry, "5"}, {retry, "Tue, 14 Nov 2023 22:13:27 GMT"}}, "", 5000);
}

void tst_RatelimitHeaders::retryAfter()
{
    QFETCH(Pairs, headers);
    QFETCH(QByteArray, body);
    QFETCH(qint64, expected);
    QCOMPARE(count(parse(429, headers, body).retryAfter), expected);
    QCOMPARE(count(parse(200, headers, body).retryAfter), -1);
}

void tst_RatelimitHeaders::global_data()
{
    QTest::addColumn<Pairs>("headers");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<bool>("expected");
    const QByteArray name = "X-RateLimit-Global";
    QTest::newRow("true") << Pairs{{name, "true"}} << QByteArray() << true;
    QTest::newRow("any value") << Pairs{{name, "1.002"}} << QByteArray() << true;
    QTest::newRow("False") << Pairs{{name, "False"}} << QByteArray() << false;
    QTest::newRow("scope") << Pairs{{"X-RateLimit-Scope", "Global"}} << QByteArray() << true;
    QTest::newRow("other scope") << Pairs{{"X-RateLimit-Scope", "user"}} << QByteArray() << false;
    QTest::newRow("body") << Pairs{} << QByteArray(R"({"global": true})") << true;
    QTest::newRow("body says no") << Pairs{} << QByteArray(R"({"global": false})") << false;
}

void tst_RatelimitHeaders::global()
{
    QFETCH(Pairs, headers);
    QFETCH(QByteArray, body);
    QFETCH(bool, expected);
    const auto result = parse(429, headers, body);
    QCOMPARE(result.global, expected);
    QCOMPARE(result.kind, expected ? RatelimitHeaders::Kind::Global : RatelimitHeaders::Kind::None);
    QVERIFY(parse(200, headers, body).kind == RatelimitHeaders::Kind::None);
}

void tst_RatelimitHeaders::longBucketsAreLeftOut()
{
    const QByteArray longest(RatelimitHeaders::maxBucket, 'x');
    QCOMPARE(parse(200, {{"X-RateLimit-Bucket", longest}}).bucket, longest);
    const RatelimitHeaders headers = parse(200,
        {{"X-RateLimit-Limit", "5"}, {"X-RateLimit-Remaining", "4"},
            {"X-RateLimit-Reset-After", "1"}, {"X-RateLimit-Bucket", longest + 'x'}});
    QCOMPARE(headers.bucket, QByteArray());
    QCOMPARE(headers.limit, 5); // its numbers count
    QCOMPARE(headers.errors.size(), 1);
    QCOMPARE(headers.errors.first().kind, HeaderError::Kind::TooLarge);
    QVERIFY(headers.errors.first().message().endsWith(QStringLiteral("at most 256 bytes")));
}

void tst_RatelimitHeaders::recentBucketsAreShared()
{
    const auto bucketOf = [](const QByteArray &hash) {
        return parse(200, {{"X-RateLimit-Bucket", hash}}).bucket;
    };
    const QByteArray first = bucketOf("80c17d2f203122d936070c88c8d10f33");
    QCOMPARE(bucketOf(first).constData(), first.constData()); // the very bytes
    for (int i = 0; i < 2000; ++i) {
        for (const QByteArray &hash : {QByteArray::number(i), "bucket-of-" + QByteArray::number(i)})
            QCOMPARE(bucketOf(hash), hash);
    }
    QCOMPARE(first, QByteArray("80c17d2f203122d936070c88c8d10f33"));
}

void tst_RatelimitHeaders::missing()
{
    const auto missing = [](const Pairs &headers) {
        QByteArrayList names;
        for (const HeaderError &error : parse(200, headers).errors) {
            if (error.kind == HeaderError::Kind::Missing)
                names.append(error.header);
        }
        return names;
    };
    QCOMPARE(missing({}), QByteArrayList());
    QCOMPARE(missing({{"x-ratelimit-bucket", "abcd"}}),
        QByteArrayList({"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset-after"}));
    QCOMPARE(missing({{"x-ratelimit-limit", "5"}, {"x-ratelimit-reset", "1700000001"}}),
        QByteArrayList({"x-ratelimit-remaining", "x-ratelimit-bucket"}));
    QCOMPARE(parse(200, {{"x-ratelimit-remaining", "0"}}).kind, RatelimitHeaders::Kind::Bucket);
}

void tst_RatelimitHeaders::missingIsNotSaidOfAGlobalLimit()
{
    const auto result = parse(429, {{"x-ratelimit-global", "1"}, {"x-ratelimit-reset-after", "1"}});
    QVERIFY(result.errors.isEmpty());
}

void tst_RatelimitHeaders::duplicates_data()
{
    QTest::addColumn<QByteArray>("second");
    QTest::addColumn<int>("expected");
    QTest::addColumn<QByteArrayList>("errors");
    const QByteArray twice = "x-ratelimit-limit came more than once with different values: ";
    QTest::newRow("same") << QByteArray("5") << 5 << QByteArrayList();
    QTest::newRow("the last one") << QByteArray("7") << 7
                                  << QByteArrayList{twice + "\"7\" is used"};
    QTest::newRow("joined") << QByteArray("5, 7") << 7 << QByteArrayList{twice + "\"7\" is used"};
    QTest::newRow("joined, one bad")
        << QByteArray("5 , x") << 5 << QByteArrayList{twice + "\"5\" is used"};
    QTest::newRow("joined, all the same") << QByteArray("5,5") << 5 << QByteArrayList();
    QTest::newRow("bad") << QByteArray("x") << 5
                         << QByteArrayList{"x-ratelimit-limit is \"x\": expected a whole number"};
}

void tst_RatelimitHeaders::duplicates()
{
    QFETCH(QByteArray, second);
    QFETCH(int, expected);
    QFETCH(QByteArrayList, errors);
    const auto result = parse(200, bucketWith("x-ratelimit-limit", second));
    QCOMPARE(result.kind, RatelimitHeaders::Kind::Bucket);
    QCOMPARE(result.limit, expected);
    QByteArrayList actual;
    for (const HeaderError &error : result.errors)
        actual.append(error.message().toUtf8());
    QCOMPARE(actual, errors);
    QCOMPARE(parse(200, bucketWith("x-ratelimit-bucket", "efgh")).bucket, QByteArray("efgh"));
}

void tst_RatelimitHeaders::otherHeadersAreIgnored()
{
    const auto result = parse(200,
        {{"x-ratelimit-limits", "1"}, {"x_ratelimit_limit", "1"}, {"x\rratelimit\rlimit", "1"},
            {"", ""}, {"viA", "1.1 google"}, {"content-type", "text/html"}});
    RatelimitHeaders expected;
    expected.status = 200;
    expected.via = true;
    QCOMPARE(result, expected);
}

void tst_RatelimitHeaders::bodyIsForRateLimitedOnly()
{
    const QByteArray body = R"( {"retry_after": 2, "global": true} )";
    const auto limited = parse(429, {}, body);
    QVERIFY(limited.json && limited.global && limited.isRateLimited());
    const auto forbidden = parse(403, {}, body);
    QVERIFY(!forbidden.json && !forbidden.global && !forbidden.isRateLimited());
    const auto notFound = parse(404, {}, body);
    QVERIFY(!notFound.json && !notFound.global && notFound.errors.isEmpty());
    QVERIFY(!parse(429, {}, "error code: 1015").json);
    const auto big = parse(429, {}, body + QByteArray(64 * 1024, ' ') + "x");
    QVERIFY(!big.json && !big.retryAfter);
    QVERIFY(!parse(429, {}, QByteArray("{\"a\":[").repeated(10'000)).json);
}

void tst_RatelimitHeaders::code_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("expected");
    const auto row = [](const char *name, int status, const QByteArray &body, int expected) {
        QTest::newRow(name) << status << body << expected;
    };
    const QByteArray unknownWebhook = R"({"message": "Unknown Webhook", "code": 10015})";
    row("404", 404, unknownWebhook, 10015);
    row("429", 429, R"({"retry_after": 1, "code": 20028})", 20028);
    row("403", 403, unknownWebhook, 0);
    row("200", 200, unknownWebhook, 0);
    row("no code", 404, R"({"message": "404: Not Found"})", 0);
    row("a text", 404, R"({"code": "10015"})", 0);
    row("a fraction", 404, R"({"code": 10015.5})", 0);
    row("negative", 404, R"({"code": -1})", 0);
    row("large", 404, R"({"code": 99999999999})", std::numeric_limits<int>::max());
    row("absurd", 404, R"({"code": 1e300})", 0);
    row("no object", 404, R"([10015])", 0);
    row("a page", 404, "<html>", 0);
    row("over 64 KiB", 404, unknownWebhook + QByteArray(64 * 1024, ' ') + 'x', 0);
}

void tst_RatelimitHeaders::code()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(int, expected);
    const auto result = parse(status, {}, body);
    QCOMPARE(result.code, expected);
    QCOMPARE(result.json, status == 429);
}

void tst_RatelimitHeaders::hostileSizes()
{
    const QByteArray commas(1 << 18, ',');
    const QByteArray digits(1 << 18, '9');
    const auto result = parse(429,
        {{"x-ratelimit-limit", commas}, {"x-ratelimit-remaining", digits}, {"retry-after", commas},
            {"x-ratelimit-reset-after", "." + digits}});
    QCOMPARE(result.kind, RatelimitHeaders::Kind::Invalid);
    QCOMPARE(count(result.resetAfter), 1000);
    for (const HeaderError &error : result.errors)
        QVERIFY(error.value.size() <= 64);

    Pairs flood;
    for (int i = 0; i < 100'000; ++i)
        flood.append({"x-ratelimit-limit", QByteArray::number(i)});
    const auto flooded = parse(200, flood);
    QCOMPARE(flooded.limit, 99'999);
    QCOMPARE(flooded.errors.size(), 16);
}

void tst_RatelimitHeaders::messages_data()
{
    QTest::addColumn<HeaderError>("error");
    QTest::addColumn<QString>("expected");
    const auto row = [](HeaderError::Kind kind, const char *header, const QByteArray &value,
                         const char *expected) {
        QTest::newRow(header) << HeaderError{kind, header, value} << QString::fromUtf8(expected);
    };
    using Kind = HeaderError::Kind;
    row(Kind::Missing, "x-ratelimit-limit", {},
        "x-ratelimit-limit is missing, while others of its group are there");
    row(Kind::Malformed, "x-ratelimit-reset-after", "5s",
        "x-ratelimit-reset-after is \"5s\": expected seconds as a decimal number");
    row(Kind::Malformed, "retry-after", "so\non\xff",
        "retry-after is \"so\uFFFDon\uFFFD\": expected seconds as a decimal number, or an HTTP "
        "date");
    row(Kind::Negative, "x-ratelimit-remaining", "-1",
        "x-ratelimit-remaining is \"-1\": expected nothing below zero");
    row(Kind::TooLarge, "retry_after", "1e18",
        "retry_after in the body is \"1e18\": expected at most 30 days");
    row(Kind::TooLarge, "x-ratelimit-limit", QByteArray(64, '9'),
        "x-ratelimit-limit is \"9999999999999999999999999999999999999999999999999999999999999999"
        "…\": too large to be a number of requests");
}

void tst_RatelimitHeaders::messages()
{
    QFETCH(HeaderError, error);
    QFETCH(QString, expected);
    QCOMPARE(error.message(), expected);
}

void tst_RatelimitHeaders::debug()
{
    QString text;
    QDebug(&text) << parse(429,
        {{"x-ratelimit-limit", "5"}, {"x-ratelimit-remaining", "-1"},
            {"x-ratelimit-reset-after", "1"}, {"x-ratelimit-bucket", "ab\n"},
            {"x-ratelimit-scope", "user"}, {"retry-after", "2"}},
        R"({"code": 20028})");
    QCOMPARE(text.trimmed(),
        QStringLiteral("RatelimitHeaders(Bucket, status 429, limit 5, remaining 0, reset after "
                       "1000 ms, bucket ab, scope User, code 20028, retry after 2000 ms; "
                       "x-ratelimit-remaining is \"-1\": expected nothing below zero)"));
}

QTEST_GUILESS_MAIN(tst_RatelimitHeaders)
#include "tst_ratelimitheaders.moc"
