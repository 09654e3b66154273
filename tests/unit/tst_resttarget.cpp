// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestTarget.h"

#include <QtTest/QTest>

using namespace Turnstile;

/// Where requests and redirects go, and where they do not.
class tst_RestTarget : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void belowTheBase_data();
    void belowTheBase();
    void refusesPaths_data();
    void refusesPaths();
    void refusesBases_data();
    void refusesBases();
    void redirects_data();
    void redirects();
    void keepsTheMethodOrNot();
    void knowsSecrets();
};

namespace {

const QUrl base(QStringLiteral("https://discord.com/api/v10"));

} // namespace

void tst_RestTarget::belowTheBase_data()
{
    QTest::addColumn<QString>("base");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("url");
    QTest::addColumn<QByteArray>("endpoint");
    const auto add = [](const char *name, const QString &start, const QString &path,
                         const QByteArray &url, const QByteArray &endpoint) {
        QTest::newRow(name) << start << path << url << endpoint;
    };
    const QString api = base.toString();
    add("plain", api, QStringLiteral("/channels/1"), "https://discord.com/api/v10/channels/1",
        "/channels/1");
    add("no slash", api, QStringLiteral("channels/1"), "https://discord.com/api/v10/channels/1",
        "/channels/1");
    add("slash at the base", api + u'/', QStringLiteral("/a"), "https://discord.com/api/v10/a",
        "/a");
    add("no base path", QStringLiteral("http://h:81"), QStringLiteral("/a/b"), "http://h:81/a/b",
        "/a/b");
    add("query", api, QStringLiteral("/a?b=c&d=e%2Ff&g=h/../i"),
        "https://discord.com/api/v10/a?b=c&d=e%2Ff&g=h/../i", "/a");
    add("escapes", api, QStringLiteral("/a%2Fb/%F0%9F%94%A5/c%3Fd"),
        "https://discord.com/api/v10/a%2Fb/%F0%9F%94%A5/c%3Fd", "/a%2Fb/%F0%9F%94%A5/c%3Fd");
    add("emoji", api, QStringLiteral("/r/\U0001F525/@me"),
        "https://discord.com/api/v10/r/%F0%9F%94%A5/@me", "/r/%F0%9F%94%A5/@me");
    add("custom emoji", api, QStringLiteral("/r/name:12/@me"),
        "https://discord.com/api/v10/r/name:12/@me", "/r/name:12/@me");
    add("space", api, QStringLiteral("/a b"), "https://discord.com/api/v10/a%20b", "/a%20b");
    // The version, and more, may stand in the base or in the path.
    add("version in the path", QStringLiteral("http://h/api"), QStringLiteral("/v10/webhooks/1/t"),
        "http://h/api/v10/webhooks/1/t", "/webhooks/1/t");
    add("more in the base", QStringLiteral("http://h/api/v10/webhooks"), QStringLiteral("/1/t"),
        "http://h/api/v10/webhooks/1/t", "/webhooks/1/t");
    add("no version", QStringLiteral("http://h/api/webhooks/1/t"), QStringLiteral("/messages/5"),
        "http://h/api/webhooks/1/t/messages/5", "/webhooks/1/t/messages/5");
    add("behind a proxy", QStringLiteral("http://h/discord/api/v9"), QStringLiteral("/a/api/b"),
        "http://h/discord/api/v9/a/api/b", "/a/api/b");
    add("another API", QStringLiteral("http://h/rest"), QStringLiteral("/a/api/b"),
        "http://h/rest/a/api/b", "/a/api/b");
    add("dots in names", api, QStringLiteral("/a..b/.c/..."),
        "https://discord.com/api/v10/a..b/.c/...", "/a..b/.c/...");
}

void tst_RestTarget::belowTheBase()
{
    QFETCH(QString, base);
    QFETCH(QString, path);
    QFETCH(QByteArray, url);
    QFETCH(QByteArray, endpoint);
    const RestTarget target = RestTarget::of(QUrl(base), path);
    QCOMPARE(target.fault, QString());
    QCOMPARE(target.url.toEncoded(), url);
    QCOMPARE(target.path, endpoint);
}

void tst_RestTarget::refusesPaths_data()
{
    QTest::addColumn<QString>("path");
    QTest::newRow("scheme") << QStringLiteral("https://evil.example/");
    QTest::newRow("scheme later") << QStringLiteral("/a/https://evil.example/");
    QTest::newRow("host") << QStringLiteral("//evil.example/a");
    QTest::newRow("up") << QStringLiteral("/../a");
    QTest::newRow("up inside") << QStringLiteral("/a/../../b");
    QTest::newRow("up at the end") << QStringLiteral("/a/..");
    QTest::newRow("up, escaped") << QStringLiteral("/a/%2e%2E/b");
    QTest::newRow("dot") << QStringLiteral("/a/./b");
    QTest::newRow("backslash") << QStringLiteral("/a\\..\\b");
    QTest::newRow("fragment") << QStringLiteral("/a#b");
    QTest::newRow("line break") << QStringLiteral("/a\r\nHost: b");
    QTest::newRow("control in the query") << QStringLiteral("/a?b=\u0001");
    QTest::newRow("delete") << QStringLiteral("/a\u007f");
}

void tst_RestTarget::refusesPaths()
{
    QFETCH(QString, path);
    const RestTarget target = RestTarget::of(base, path);
    QVERIFY(target.fault.endsWith(u'.'));
    QVERIFY(!target.url.isValid());
}

void tst_RestTarget::refusesBases_data()
{
    QTest::addColumn<QUrl>("base");
    QTest::newRow("none") << QUrl();
    QTest::newRow("no host") << QUrl(QStringLiteral("https:///api"));
    QTest::newRow("relative") << QUrl(QStringLiteral("/api"));
    QTest::newRow("file") << QUrl(QStringLiteral("file:///etc"));
    QTest::newRow("other scheme") << QUrl(QStringLiteral("ftp://h/"));
    QTest::newRow("user") << QUrl(QStringLiteral("https://me:secret@h/"));
    QTest::newRow("query") << QUrl(QStringLiteral("https://h/a?b"));
    QTest::newRow("fragment") << QUrl(QStringLiteral("https://h/a#b"));
}

void tst_RestTarget::refusesBases()
{
    QFETCH(QUrl, base);
    QVERIFY(RestTarget::of(base, QStringLiteral("/a")).fault.startsWith(u"The base URL"));
}

void tst_RestTarget::redirects_data()
{
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<QByteArray>("url"); // empty: refused
    QTest::addColumn<QByteArray>("path");
    const auto add = [](const char *name, const QByteArray &location, const QByteArray &url,
                         const QByteArray &path) {
        QTest::newRow(name) << location << url << path;
    };
    add("path", "/api/v10/b?c=%2F", "https://discord.com/api/v10/b?c=%2F", "/b");
    add("relative", "b", "https://discord.com/api/v10/channels/b", "/channels/b");
    add("above the base", "/gateway", "https://discord.com/gateway", "/gateway");
    add("whole", "https://discord.com/api/v10/b", "https://discord.com/api/v10/b", "/b");
    add("default port", "https://DISCORD.com:443/b", "https://discord.com:443/b", "/b");
    add("fragment", "/b#c", "https://discord.com/b", "/b");
    add("other host", "https://evil.example/b", {}, {});
    add("other host, no scheme", "//evil.example/b", {}, {});
    add("sub domain", "https://a.discord.com/b", {}, {});
    add("other port", "https://discord.com:444/b", {}, {});
    add("less safe", "http://discord.com/b", {}, {});
    add("other scheme", "ftp://discord.com/b", {}, {});
    add("user", "https://me@discord.com/b", {}, {});
    add("nowhere", {}, {}, {});
    add("nonsense", "https://[", {}, {});
}

void tst_RestTarget::redirects()
{
    QFETCH(QByteArray, location);
    QFETCH(QByteArray, url);
    QFETCH(QByteArray, path);
    const RestTarget from = RestTarget::of(base, QStringLiteral("/channels/1"));
    const RestTarget target = from.redirected(base, location);
    QCOMPARE(target.fault.isEmpty(), !url.isEmpty());
    if (!url.isEmpty()) {
        QCOMPARE(target.url.toEncoded(), url);
        QCOMPARE(target.path, path);
    }
    QVERIFY(!target.fault.contains(u"evil"));
}

void tst_RestTarget::keepsTheMethodOrNot()
{
    for (const int status : {301, 302, 307, 308}) {
        for (const Method method : {Method::Get, Method::Head, Method::Put, Method::Delete})
            QCOMPARE(redirectedMethod(method, status), std::optional(method));
    }
    for (const int status : {301, 302})
        QCOMPARE(redirectedMethod(Method::Post, status), std::optional<Method>());
    for (const int status : {307, 308})
        QCOMPARE(redirectedMethod(Method::Post, status), std::optional(Method::Post));
    QCOMPARE(redirectedMethod(Method::Post, 303), std::optional(Method::Get));
    QCOMPARE(redirectedMethod(Method::Put, 303), std::optional(Method::Get));
    QCOMPARE(redirectedMethod(Method::Head, 303), std::optional(Method::Head));
}

void tst_RestTarget::knowsSecrets()
{
    const RestTarget target = RestTarget::of(base,
        QStringLiteral("/webhooks/123456789012345678/aVeryLongTokenOf-AWebhook_1/messages/1"));
    QVERIFY(target.secrets().contains("aVeryLongTokenOf-AWebhook_1"));
    QVERIFY(!target.secrets().contains("123456789012345678"));
}

QTEST_GUILESS_MAIN(tst_RestTarget)
#include "tst_resttarget.moc"
