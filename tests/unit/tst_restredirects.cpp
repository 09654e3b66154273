// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"

#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

#include <algorithm>

using namespace Turnstile;
using Code = RestError::Code;

/// Where a client follows a server, and where it does not.
class tst_RestRedirects : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void followsRedirects();
    void followsRedirectsWithBodies();
    void refusesRedirects_data();
    void refusesRedirects();
};

void tst_RestRedirects::followsRedirects()
{
    RestWorld world;
    world.client->setToken("Bot abc");
    world.server.answer(302, "Location: /api/v10/guilds/2?a=b\r\n");
    world.server.answer(307, "Location: 3\r\n");
    world.server.answer(200, {}, "there");
    auto *reply = world.get();
    QSignalSpy sent(reply, &RestReply::sent);
    QSignalSpy retries(reply, &RestReply::retryScheduled);
    const RestResult result = resultOf(reply);
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.body, "there");
    QCOMPARE(result.attempts, 3);
    QCOMPARE(sent.last().first().toInt(), 3);
    QCOMPARE(retries.size(), 0);
    QCOMPARE(world.server.seen().at(1).line(), "GET /api/v10/guilds/2?a=b HTTP/1.1");
    QCOMPARE(world.server.seen().at(2).line(), "GET /api/v10/guilds/3 HTTP/1.1");
    QCOMPARE(world.server.seen().at(2).header("Authorization"), "Bot abc");
    QTRY_COMPARE(world.limiter->buckets().size(), size_t(3)); // each hop had its own ticket
    QTRY_VERIFY(std::ranges::all_of(
        world.limiter->buckets(), [](const Bucket &bucket) { return bucket.inFlight == 0; }));
}

void tst_RestRedirects::followsRedirectsWithBodies()
{
    RestWorld world;
    world.server.answer(308, "Location: /api/v10/webhooks/1/abcdef\r\n");
    world.server.answer(303, "Location: /api/v10/channels/2\r\n");
    world.server.answer(502); // of a GET, which may be repeated
    world.server.answer(200);
    world.client->setToken("Bot abc");
    const RestResult result = resultOf(world.post(QJsonObject{{QStringLiteral("a"), 1}}));
    QVERIFY2(result, qPrintable(result.error.message));
    const auto second = world.server.seen().at(1);
    QCOMPARE(second.line(), "POST /api/v10/webhooks/1/abcdef HTTP/1.1");
    QCOMPARE(second.body, "{\"a\":1}");
    QCOMPARE(second.header("Authorization"), QByteArray()); // a webhook takes none
    const auto third = world.server.seen().at(2);
    QCOMPARE(third.line(), "GET /api/v10/channels/2 HTTP/1.1");
    QCOMPARE(third.body, QByteArray());
    QCOMPARE(third.header("Content-Type"), QByteArray());
}

void tst_RestRedirects::refusesRedirects_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<int>("requests");
    QTest::newRow("other host") << 307 << QByteArray("Location: http://127.0.0.2:OTHER/\r\n") << 1;
    QTest::newRow("other port") << 307 << QByteArray("Location: http://127.0.0.1:OTHER/\r\n") << 1;
    QTest::newRow("nowhere") << 307 << QByteArray() << 1;
    QTest::newRow("a POST that could become a GET")
        << 302 << QByteArray("Location: /api/v10/a\r\n") << 1;
    QTest::newRow("for ever") << 308 << QByteArray("Location: /api/v10/a\r\n") << 6;
}

void tst_RestRedirects::refusesRedirects()
{
    QFETCH(int, status);
    QFETCH(QByteArray, location);
    QFETCH(int, requests);
    RestWorld world;
    ScriptedServer other;
    world.server.answer(status, location.replace("OTHER", QByteArray::number(other.serverPort())));
    const RestResult result = resultOf(world.post());
    QCOMPARE(result.error.code, Code::RedirectRefused);
    QCOMPARE(result.status, status);
    QCOMPARE(world.server.requests(), requests);
    QCOMPARE(other.connections(), 0);
}

QTEST_GUILESS_MAIN(tst_RestRedirects)
#include "tst_restredirects.moc"
