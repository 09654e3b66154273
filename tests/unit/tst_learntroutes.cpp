// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/LearntRoutes.h"

#include <QtTest/QTest>

#include <limits>

using namespace Turnstile;
using namespace std::chrono_literals;
using Routes = std::vector<LearntRoute>;

static LearntRoute routeWith(const QByteArray &hash)
{
    return {.route = "GET /gateway", .hash = hash, .limit = {}, .split = false, .unusedFor = 0ms};
}

static QByteArray fileWith(const QByteArray &route)
{
    return R"({"version":1,"learnt_routes":[)" + route + "]}";
}

class LearntRoutesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesOneRoutePerLine()
    {
        const Routes routes{
            {"POST /channels/{channel}/messages", "abcd1234", 5, false, 1500ms},
            {"GET /users/@me", "\xff\"%\n", {}, true, 0ms},
        };
        const QByteArray expected = R"({"version":1,"learnt_routes":[
{"hash":"abcd1234","limit":5,"route":"POST /channels/{channel}/messages","unused_ms":1500},
{"hash":"%FF%22%25%0A","route":"GET /users/@me","split":true,"unused_ms":0}
]}
)";
        QCOMPARE(LearntRoutes::toJson(routes), expected);
        QVERIFY(LearntRoutes::fromJson(expected).routes == routes);
        QCOMPARE(LearntRoutes::fromJson(expected).error, QString());
    }

    void survivesAnyByte()
    {
        QByteArray all;
        for (int i = 0; i < 256; ++i)
            all += char(i);
        LearntRoute route = routeWith(all);
        route.route = all;
        route.limit = std::numeric_limits<int>::max();
        route.unusedFor = LearntRoutes::maxUnused;
        const Routes routes{route, routeWith("b")};
        QVERIFY(LearntRoutes::fromJson(LearntRoutes::toJson(routes)).routes == routes);
    }

    void noRoutes()
    {
        const LearntRoutes read = LearntRoutes::fromJson(LearntRoutes::toJson({}));
        QVERIFY(read.routes.empty());
        QCOMPARE(read.error, QString());
    }

    void leavesOutWhatIsBeyondTheBounds()
    {
        Routes routes;
        routes.push_back(routeWith({}));
        routes.push_back(routeWith(QByteArray(LearntRoutes::maxHash + 1, 'x')));
        routes.push_back(routeWith("long"));
        routes.back().route = QByteArray(LearntRoutes::maxRoute + 1, 'x');
        routes.push_back(routeWith("negative"));
        routes.back().limit = -1;
        routes.push_back(routeWith("young"));
        routes.back().unusedFor = -1ms;
        routes.push_back(routeWith("old"));
        routes.back().unusedFor = LearntRoutes::maxUnused + 1ms;
        routes.push_back(routeWith("good"));
        const LearntRoutes read = LearntRoutes::fromJson(LearntRoutes::toJson(routes));
        QVERIFY(read.routes == Routes{routeWith("good")});
    }

    void keepsTheFirstThatFit_data()
    {
        QTest::addColumn<LearntRoute>("route");
        QTest::addColumn<bool>("allFit");
        LearntRoute large = routeWith(QByteArray(LearntRoutes::maxHash, '\xff'));
        QTest::newRow("count") << routeWith("abcd") << true;
        QTest::newRow("size") << large << false;
    }

    void keepsTheFirstThatFit()
    {
        QFETCH(LearntRoute, route);
        QFETCH(bool, allFit);
        Routes routes(LearntRoutes::maxCount + 5, route);
        routes.front().limit = 7;
        const QByteArray json = LearntRoutes::toJson(routes);
        QVERIFY(json.size() <= LearntRoutes::maxSize);
        const LearntRoutes read = LearntRoutes::fromJson(json);
        QCOMPARE(read.error, QString());
        QCOMPARE(read.routes.size() == LearntRoutes::maxCount, allFit);
        QVERIFY(read.routes.size() > 1000);
        QCOMPARE(read.routes.front().limit, 7);
    }

    void tellsWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("error");
        const auto row = [](const char *name, const QByteArray &json, const QByteArray &error) {
            QTest::newRow(name) << json << QString::fromUtf8(error);
        };
        const auto route = [&row](const char *name, const QByteArray &entry, const char *problem) {
            row(name, fileWith(entry), QByteArray("Route 1 cannot be used: ") + problem);
        };
        const char *const other = "It does not hold learnt routes";
        row("nothing", "", "It is not JSON: illegal value at byte 0");
        row("not JSON", "[1,", "It is not JSON: unterminated array at byte 3");
        row("not UTF-8", "{\"\xff\":1}", "It is not JSON: invalid UTF8 string at byte 2");
        row("other JSON", R"({"a":1})", other);
        row("array", "[]", other);
        row("no version", R"({"learnt_routes":[]})", other);
        row("odd version", R"({"version":"1","learnt_routes":[]})", other);
        row("no routes", R"({"version":1})", other);
        row("newer", R"({"version":2,"learnt_routes":[]})",
            "It is of version 2, and the newest known is 1");
        row("too large", QByteArray(LearntRoutes::maxSize + 1, ' '),
            "It has more than 4194304 bytes");
        row("too many", fileWith(QByteArray("0,").repeated(10'000) + '0'),
            "It holds more than 10000 routes");
        row("too deep", QByteArray("[").repeated(100'000),
            "It is not JSON: too deeply nested document at byte 1025");
        route("no object", "7", "its route is not a text of 1 to 4096 bytes");
        route("no hash", R"({"route":"a"})", "its hash is not a text of 1 to 256 bytes");
        route("long hash", R"({"route":"a","hash":")" + QByteArray(257, 'a') + R"("})",
            "its hash is not a text of 1 to 256 bytes");
        for (const char *limit : {"-1", "1.5", "1e300", "2147483648", "\"5\"", "null", "[]"}) {
            route(limit,
                QByteArray(R"({"route":"a","hash":"b","unused_ms":0,"limit":)") + limit + '}',
                "its limit is not a number of requests");
        }
        for (const char *age : {"-1.0", "0.5", "2592000001", "1e99", "\"0\""}) {
            route(age, QByteArray(R"({"route":"a","hash":"b","unused_ms":)") + age + '}',
                "its unused_ms is not between 0 and 30 days");
        }
        row("the second", fileWith(R"({"route":"a","hash":"b","unused_ms":0},{})"),
            "Route 2 cannot be used: its route is not a text of 1 to 4096 bytes");
    }

    void tellsWhatIsWrong()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, error);
        const LearntRoutes read = LearntRoutes::fromJson(json);
        QCOMPARE(read.error, error);
        QVERIFY(read.routes.empty());
    }

    void ignoresWhatALaterVersionAdds()
    {
        const LearntRoutes read = LearntRoutes::fromJson(R"({"made_by":"x","version":1,
            "learnt_routes":[{"route":"a","hash":"b","unused_ms":3,"colour":"red"}]})");
        QCOMPARE(read.error, QString());
        QVERIFY(read.routes == (Routes{{"a", "b", {}, false, 3ms}}));
    }

    void holdsNoSecrets_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("webhook") << QStringLiteral("/webhooks/123456789012345678/%1");
        QTest::newRow("webhook message")
            << QStringLiteral("/webhooks/123456789012345678/%1/messages/123456789012345679");
        QTest::newRow("interaction")
            << QStringLiteral("/interactions/123456789012345678/%1/callback");
        QTest::newRow("unknown") << QStringLiteral("/things/123456789012345678/%1");
    }

    void holdsNoSecrets()
    {
        QFETCH(QString, path);
        const QString secret = QStringLiteral("aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OkdEUkdSZA");
        const Endpoint endpoint(Method::Post, path.arg(secret));
        QVERIFY(endpoint.isValid());
        LearntRoute route = routeWith("abcd");
        route.route = endpoint.route();
        const QByteArray json = LearntRoutes::toJson({{route}});
        QVERIFY(json.contains("POST /"));
        QVERIFY(!json.contains(secret.toUtf8()));
        QVERIFY(!json.contains(secret.first(20).toUtf8()));
        QVERIFY(!json.contains("12345678901234567"));
    }
};

QTEST_GUILESS_MAIN(LearntRoutesTest)
#include "tst_learntroutes.moc"
