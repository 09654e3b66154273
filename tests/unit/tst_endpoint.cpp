// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Endpoint.h"

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QRandomGenerator>
#include <QtCore/QSet>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

static const QByteArray secret =
    "VSOzAqY1OZFF5WJVtbIzFtmjGupk-84Hn0A_ZzToF_CHsPIeCk0Q9Uok_mjxR0dNtApI";

class tst_Endpoint : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void scenarios_data();
    void scenarios();
    void samePath_data();
    void samePath();
    void names_data();
    void names();
    void invalid_data();
    void invalid();
    void unknownPaths();
    void secretsStopHere_data();
    void secretsStopHere();
    void credentials();
    void authorized();
    void reactionsShareAProvisionalBucket();
    void interactionsNeverShareALane();
    void deletionsByAge_data();
    void deletionsByAge();
    void variantsComeAndGo();
    void values();
    void methods();
    void anyBytes();
};

static Credential credentialOf(const QJsonValue &auth)
{
    const QByteArray text = auth.toString(QStringLiteral("bot")).toUtf8();
    if (text == "bot")
        return {};
    return text == "none" ? Credential::none() : Credential::token(text);
}

void tst_Endpoint::scenarios_data()
{
    QTest::addColumn<QJsonObject>("scenario");
    QFile file(QStringLiteral(TEST_DATA_DIR "/../scenarios/shared.jsonl"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    while (!file.atEnd()) {
        const QJsonObject scenario = QJsonDocument::fromJson(file.readLine()).object();
        if (scenario[QStringLiteral("kind")] == QStringLiteral("route"))
            QTest::addRow("%s", qPrintable(scenario[QStringLiteral("id")].toString())) << scenario;
    }
}

void tst_Endpoint::scenarios()
{
    QFETCH(QJsonObject, scenario);
    int checked = 0;
    for (const QJsonValue expect : scenario[QStringLiteral("expect")].toArray()) {
        QHash<QString, Endpoint> keys;
        for (const QJsonValue step : scenario[QStringLiteral("given")].toArray()) {
            const QString id = step[u"id"].toString();
            keys[id] = Endpoint(*methodFromName(step[u"method"].toString().toLatin1()),
                step[u"path"].toString(), credentialOf(expect[u"when"][id][u"auth"]));
        }
        const auto lanesOf = [&](const QJsonValue &ids) {
            QSet<QByteArray> lanes;
            for (const QJsonValue id : ids.toArray())
                lanes.insert(keys.value(id.toString()).lane());
            return lanes;
        };
        if (const QJsonValue ids = expect[u"same_bucket"]; ids.isArray()) {
            QCOMPARE(lanesOf(ids).size(), 1);
            ++checked;
        }
        if (const QJsonValue ids = expect[u"diff_bucket"]; ids.isArray()) {
            QCOMPARE(lanesOf(ids).size(), ids.toArray().size());
            ++checked;
        }
        for (const bool exempt : {true, false}) {
            const auto key = exempt ? u"exempt_global" : u"not_exempt_global";
            for (const QJsonValue id : expect[key].toArray()) {
                QCOMPARE(keys.value(id.toString()).isExemptFromGlobal(), exempt);
                ++checked;
            }
        }
    }
    QVERIFY(checked > 0);
}

void tst_Endpoint::samePath_data()
{
    QTest::addColumn<QString>("path");
    for (const char *path : {"/channels/123/messages", "channels/123/messages",
             "//channels//123/messages/", "/api/channels/123/messages",
             "/api/v10/channels/123/messages", "api/v9/channels/123/messages",
             "/channels/123/messages?limit=5", "/channels/123/messages?a=/b://c",
             "/channels/123/messages#top", "https://discord.com/api/v10/channels/123/messages",
             "http://127.0.0.1:8080/channels/123/messages?x#y"})
        QTest::addRow("%s", path) << QString::fromLatin1(path);
}

void tst_Endpoint::samePath()
{
    QFETCH(QString, path);
    const Endpoint endpoint(Method::Post, path);
    QVERIFY(endpoint.isValid());
    QCOMPARE(endpoint.route(), QByteArray("POST /channels/{channel}/messages"));
    QCOMPARE(endpoint.majorResource(), QByteArray("channels/123"));
    QCOMPARE(endpoint.name(), QStringLiteral("POST /channels/123/messages"));
    QCOMPARE(endpoint, Endpoint(Method::Post, path.toUtf8()));
    QVERIFY(endpoint != Endpoint(Method::Get, path));
}

void tst_Endpoint::names_data()
{
    QTest::addColumn<Method>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QString>("name");
    const auto row = [](Method method, const QByteArray &path, const char *name) {
        QTest::addRow("%s", name) << method << path << QString::fromUtf8(name);
    };
    row(Method::Put, "/channels/123/messages/456/reactions/%F0%9F%98%8B/%40me",
        "PUT /channels/123/messages/…/reactions/…/@me");
    row(Method::Get, "/guilds/7/members/8", "GET /guilds/7/members/…");
    row(Method::Get, "/users/@me/guilds/9/member", "GET /users/@me/guilds/…/member");
    row(Method::Post, "/webhooks/7/" + secret, "POST /webhooks/7/••••");
    row(Method::Post, "/webhooks/7/tok7", "POST /webhooks/7/••••");
    row(Method::Patch, "/webhooks/7/tok7/messages/@original",
        "PATCH /webhooks/7/••••/messages/@original");
    row(Method::Post, "/interactions/1/tok/callback", "POST /interactions/…/••••/callback");
    row(Method::Get, "/new/thing/203039963636301824/x", "GET /new/thing/…/x");
    row(Method::Get, "/new/" + secret, "GET /new/••••");
    row(Method::Get, "/new/a\nb\x7f", "GET /new/a?b?");
    row(Method::Get, "/new/a\u2028\u202e\u0085b", "GET /new/a???b"); // lines, and their direction
}

void tst_Endpoint::names()
{
    QFETCH(Method, method);
    QFETCH(QByteArray, path);
    QFETCH(QString, name);
    QCOMPARE(Endpoint(method, path).name(), name);
}

void tst_Endpoint::invalid_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("slashes") << QByteArray("///");
    QTest::newRow("query") << QByteArray("?a=b");
    QTest::newRow("prefix") << QByteArray("/api/v10/");
    QTest::newRow("host") << QByteArray("https://discord.com");
    QTest::newRow("long") << QByteArray("/users/" + QByteArray(2048, '1'));
    QTest::newRow("deep") << QByteArray("/a").repeated(17);
}

void tst_Endpoint::invalid()
{
    QFETCH(QByteArray, path);
    const Endpoint endpoint(Method::Get, path);
    QVERIFY(!endpoint.isValid());
    QVERIFY(endpoint.lane().isEmpty());
    QCOMPARE(endpoint, Endpoint());
    QVERIFY(Endpoint(Method::Get, QByteArray("/a").repeated(16)).isValid());
}

void tst_Endpoint::unknownPaths()
{
    const auto route = [](const char *path) { return Endpoint(Method::Get, path).route(); };
    QCOMPARE(route("/users/1/a0"), QByteArray("GET /users/{id}/a0"));
    QCOMPARE(route("/channels/1/new/203039963636301824"),
        QByteArray("GET /channels/{channel}/new/{id}"));
    QCOMPARE(route("/things/203039963636301824/parts/smile:203039963636301824"),
        QByteArray("GET /things/{id}/parts/{id}"));
    QCOMPARE(route("/badRequest"), QByteArray("GET /badRequest"));
    QCOMPARE(Endpoint(Method::Get, "/channels/1/new/2").majorResource(), QByteArray("channels/1"));
    // The longest agreement counts, even where a literal fits first and leads nowhere.
    QCOMPARE(route("/guilds/templates/x/y"), QByteArray("GET /guilds/templates/{id}/y"));
    QCOMPARE(route("/guilds/1/scheduled-events/2/3/users"),
        QByteArray("GET /guilds/{guild}/scheduled-events/{id}/{id}/users"));
}

void tst_Endpoint::secretsStopHere_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("token");
    const auto row = [](const char *name, const QByteArray &path, const QByteArray &token) {
        QTest::newRow(name) << path << token;
    };
    const QByteArray bot = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";
    const QByteArray oauth = "6qrZcUqja7812RVdnEKjpzOL4CvHBF";
    row("webhook", "/webhooks/7/" + secret + "/messages/8", secret);
    row("short", "/webhooks/7/hunter2", "hunter2");
    row("webhook without id", "/webhooks/" + secret, secret);
    row("interaction", "/interactions/7/" + secret + "/callback", secret);
    row("undocumented", "/interactions/7/hunter2/new", "hunter2");
    row("in a channel's place", "/channels/" + secret, secret);
    row("unknown", "/new/" + secret + "/x", secret);
    row("unknown, bot", "/new/" + bot, bot);
    row("unknown, OAuth2", "/new/" + oauth, oauth);
    row("in a code's place", "/invites/" + secret, secret);
    row("query", "/new?token=" + secret, secret);
    row("user info", "https://bot:" + secret + "@discord.com/api/v10/new", secret);
}

void tst_Endpoint::secretsStopHere()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, token);
    const Endpoint endpoint(Method::Get, path);
    QVERIFY(endpoint.isValid());
    QString debug;
    QDebug(&debug) << endpoint;
    for (const QByteArray &text : {endpoint.route(), endpoint.majorResource(), endpoint.lane(),
             endpoint.provisionalBucket(), endpoint.name().toUtf8(), debug.toUtf8()})
        QVERIFY2(!text.contains(token), text.constData());
    QCOMPARE(debug.trimmed(), QStringLiteral("Endpoint(%1)").arg(endpoint.name()));

    // Another token is another lane, where the token is what is limited.
    const Endpoint other(Method::Get, QByteArray(path).replace(token, "x" + token));
    const bool matters = !path.contains("invites") && !path.contains("?") && !path.contains("@");
    QCOMPARE(other.lane() != endpoint.lane(), matters);
}

void tst_Endpoint::credentials()
{
    const auto lane = [](const Credential &credential) {
        return Endpoint(Method::Get, "/users/@me", credential).lane();
    };
    const QSet<QByteArray> lanes{lane({}), lane(Credential::none()),
        lane(Credential::token("Bearer 1")), lane(Credential::token("Bearer 2"))};
    QCOMPARE(lanes.size(), 4);
    QCOMPARE(lane(Credential::token("Bearer 1")), lane(Credential::token("Bearer 1")));
    QVERIFY(!lane(Credential::token(secret)).contains(secret));
    QVERIFY(Credential::none().isNone());
    QVERIFY(!Credential().isNone());
    QVERIFY(!Credential::token("-").isNone());
    // One token, as people keep it in files and send it in headers.
    for (const char *text : {"abc.def", "Bot abc.def", " abc.def\n", "Bot  abc.def\r\n"})
        QCOMPARE(lane(Credential::token(text)), lane(Credential::token("abc.def")));
    QVERIFY(lane(Credential::token("Bearer abc.def")) != lane(Credential::token("abc.def")));
}

void tst_Endpoint::authorized()
{
    QVERIFY(Endpoint(Method::Get, "/users/@me").isAuthorized());
    QVERIFY(Endpoint(Method::Get, "/webhooks/7").isAuthorized());
    QVERIFY(!Endpoint(Method::Post, "/webhooks/7/" + secret).isAuthorized());
    QVERIFY(!Endpoint(Method::Post, "/interactions/7/tok/callback").isAuthorized());
    QVERIFY(!Endpoint(Method::Get, "/gateway", Credential::none()).isAuthorized());
    QVERIFY(Endpoint(Method::Get, "/gateway", Credential::token("x")).isAuthorized());
}

void tst_Endpoint::reactionsShareAProvisionalBucket()
{
    const Endpoint add(Method::Put, "/channels/1/messages/2/reactions/x/@me");
    const Endpoint clear(Method::Delete, "/channels/1/messages/3/reactions");
    const Endpoint elsewhere(Method::Put, "/channels/2/messages/2/reactions/x/@me");
    const Endpoint message(Method::Get, "/channels/1/messages/2");
    QVERIFY(add.lane() != clear.lane());
    QCOMPARE(add.provisionalBucket(), clear.provisionalBucket());
    QVERIFY(add.provisionalBucket() != elsewhere.provisionalBucket());
    QVERIFY(add.provisionalBucket()
        != Endpoint(Method::Put, "/channels/1/messages/2/reactions/x/@me", Credential::token("t"))
               .provisionalBucket());
    QCOMPARE(message.provisionalBucket(), message.lane());
}

void tst_Endpoint::interactionsNeverShareALane()
{
    const Endpoint a(Method::Post, "/interactions/1/a/callback");
    const Endpoint b(Method::Post, "/interactions/1/b/callback");
    const Endpoint c(Method::Post, "/interactions/2/a/callback");
    QCOMPARE((QSet<QByteArray>{a.lane(), b.lane(), c.lane()}.size()), 3);
    QCOMPARE(a.route(), c.route());
    QVERIFY(!Endpoint(Method::Post, "/interactions/1/a/new").isExemptFromGlobal());
}

void tst_Endpoint::deletionsByAge_data()
{
    QTest::addColumn<Method>("method");
    QTest::addColumn<QString>("path");
    QTest::addColumn<qint64>("age"); // ms
    QTest::addColumn<QString>("suffix");
    const QString path = QStringLiteral("/channels/1/messages/175928847299117063");
    const qint64 day = 24 * 3600 * 1000;
    const auto del = Method::Delete;
    QTest::newRow("clocks differ") << del << path << qint64(-5000) << QStringLiteral(" (new)");
    QTest::newRow("new") << del << path << qint64(9999) << QStringLiteral(" (new)");
    QTest::newRow("no longer") << del << path << qint64(10000) << QString();
    QTest::newRow("not yet old") << del << path << 14 * day << QString();
    QTest::newRow("old") << del << path << 14 * day + 1 << QStringLiteral(" (old)");
    QTest::newRow("GET") << Method::Get << path << 20 * day << QString();
    QTest::newRow("pin") << del << QStringLiteral("/channels/1/messages/pins/175928847299117063")
                         << 20 * day << QString();
    QTest::newRow("reactions") << del << QString(path + QStringLiteral("/reactions")) << 20 * day
                               << QString();
    QTest::newRow("no snowflake") << del << QStringLiteral("/channels/1/messages/12x") << 20 * day
                                  << QString();
    QTest::newRow("too large") << del << QString(path + path.right(18)) << 20 * day << QString();
}

void tst_Endpoint::deletionsByAge()
{
    QFETCH(Method, method);
    QFETCH(QString, path);
    QFETCH(qint64, age);
    QFETCH(QString, suffix);
    const Endpoint endpoint(method, path);
    // 175928847299117063 was made at 1462015105796, as Discord's documentation has it.
    const Endpoint aged = endpoint.at(WallTime(milliseconds(1'462'015'105'796 + age)));
    QCOMPARE(aged.route(), endpoint.route() + suffix.toLatin1());
    QCOMPARE(aged.name(), endpoint.name() + suffix);
    QCOMPARE(aged == endpoint, suffix.isEmpty());
    QCOMPARE(aged.majorResource(), endpoint.majorResource());
}

void tst_Endpoint::variantsComeAndGo()
{
    const Endpoint endpoint(Method::Delete, "/channels/1/messages/175928847299117063");
    const WallTime made{1'462'015'105'796ms};
    const Endpoint young = endpoint.at(made);
    const Endpoint old = young.at(made + 15 * 24h);
    QVERIFY(young != old);
    QCOMPARE(old.at(made + 1h), endpoint);
    QCOMPARE(old.at(made), young);
    QCOMPARE(Endpoint().at(made), Endpoint());
}

void tst_Endpoint::values()
{
    Endpoint a(Method::Get, "/gateway");
    const Endpoint b = a;
    QCOMPARE(a, b);
    QCOMPARE(qHash(a), qHash(Endpoint(Method::Get, "gateway/")));
    const Endpoint c = std::move(a);
    QCOMPARE(c, b);
    a = b;
    QCOMPARE(a, b);
    QVERIFY(a != Endpoint());
    QVERIFY(QVariant::fromValue(a).value<Endpoint>() == a);
}

void tst_Endpoint::methods()
{
    for (const Method method :
        {Method::Get, Method::Head, Method::Post, Method::Put, Method::Patch, Method::Delete})
        QCOMPARE(methodFromName(methodName(method)), method);
    QCOMPARE(methodFromName("pAtCh"), Method::Patch);
    QVERIFY(!methodFromName("BREW"));
    QVERIFY(!methodFromName(""));
}

void tst_Endpoint::anyBytes()
{
    QRandomGenerator random(7);
    constexpr std::string_view alphabet =
        "//channelsguildswebhooks/@me/{}*#?%40:.0123456789\0\xff\n";
    for (int i = 0; i < 20'000; ++i) {
        QByteArray path;
        const int length = random.bounded(60);
        for (int j = 0; j < length; ++j)
            path += alphabet[size_t(random.bounded(int(alphabet.size())))];
        const Endpoint endpoint(Method::Delete, path);
        QCOMPARE(endpoint.isValid(), !endpoint.lane().isEmpty());
        QCOMPARE(endpoint.at(WallTime()).isValid(), endpoint.isValid());
        QVERIFY(!endpoint.name().contains(u'\n'));
        QCOMPARE(Endpoint(Method::Delete, path), endpoint);
    }
}

QTEST_GUILESS_MAIN(tst_Endpoint)
#include "tst_endpoint.moc"
