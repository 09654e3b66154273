// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtTest/QTest>

#include <algorithm>

using namespace Turnstile;
using namespace std::chrono_literals;

/// The limiter grants no more than there are connections for.
class tst_RestConnections : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void makesAPool();
    void asksInItsPool();
    void countsBodies();
    void saysNothingOfShortBodies();
    void hasNoMoreInFlightThanConnections();
    void grantsNoConnectionThatABodyNeeds();
    void grantsNoConnectionOfWhatOutlivesItsTicket();
    void usesALimiterOfAnotherThread();
};

namespace {

/// A limiter that notes what it is told of pools, and tickets ask for.
class Noting : public InMemoryRatelimiter {
public:
    TicketReceiver *ticket(const Endpoint &endpoint, const TicketOptions &options) override
    {
        asked << options.pool;
        return InMemoryRatelimiter::ticket(endpoint, options);
    }
    void setPool(PoolId pool, int connections) override
    {
        pools << pool;
        told << connections;
        InMemoryRatelimiter::setPool(pool, connections);
    }
    void removePool(PoolId pool) override
    {
        removed << pool;
        InMemoryRatelimiter::removePool(pool);
    }

    QList<PoolId> asked;
    QList<PoolId> pools;
    QList<int> told;
    QList<PoolId> removed;
};

} // namespace

void tst_RestConnections::makesAPool()
{
    Noting limiter;
    {
        RestClient client(&limiter);
        QCOMPARE(limiter.told, QList({6}));
        client.setMaxConnections(4);
        client.setMaxConnections(2);
        QTRY_COMPARE(limiter.told, QList({6, 2}));
        RestClient other(&limiter);
        QVERIFY(limiter.pools.last() != limiter.pools.first());
    }
    QCOMPARE(limiter.removed.size(), 2);
    QVERIFY(limiter.removed.contains(limiter.pools.first()));
}

void tst_RestConnections::asksInItsPool()
{
    Noting limiter;
    ScriptedServer server;
    server.answer(200);
    RestClient client(&limiter);
    client.setBaseUrl(server.url());
    RestOptions options;
    options.ticket.pool = PoolId{77};
    QVERIFY(resultOf(client.get(QStringLiteral("/a"), options)));
    QCOMPARE(limiter.asked, QList({limiter.pools.first()}));
}

void tst_RestConnections::countsBodies()
{
    Noting limiter;
    ScriptedServer server;
    server.answerRaw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    RestClient client(&limiter);
    client.setBaseUrl(server.url());
    auto *first = client.get(QStringLiteral("/a"));
    QTRY_COMPARE(limiter.told, QList({6, 5}));
    auto *second = client.get(QStringLiteral("/b"));
    QTRY_COMPARE(limiter.told, QList({6, 5, 4}));
    delete first;
    second->cancel();
    QTRY_COMPARE(limiter.told, QList({6, 5, 4, 6}));
}

void tst_RestConnections::saysNothingOfShortBodies()
{
    Noting limiter;
    ScriptedServer server;
    server.answer(200, {}, "abc");
    RestClient client(&limiter);
    client.setBaseUrl(server.url());
    for (int i = 0; i < 5; ++i)
        QVERIFY(resultOf(client.get(QStringLiteral("/a"))));
    QCOMPARE(limiter.told, QList({6}));
}

void tst_RestConnections::hasNoMoreInFlightThanConnections()
{
    RestWorld world;
    world.server.answer(200);
    world.client->setMaxConnections(2);
    QCoreApplication::processEvents();
    int inFlight = 0;
    int most = 0;
    connect(world.limiter.get(), &Ratelimiter::ticketChanged, this, [&](const TicketInfo &ticket) {
        if (ticket.state == TicketState::Available)
            most = std::max(most, ++inFlight);
        else if (isFinal(ticket.state))
            --inFlight;
    });
    QList<QFuture<RestResult>> all;
    for (int i = 0; i < 20; ++i)
        all << world.client->get(QStringLiteral("/channels/%1").arg(i))->future();
    for (const auto &future : all)
        QTRY_VERIFY(future.isFinished());
    QCOMPARE(most, 2);
    QVERIFY(world.server.connections() <= 2);
}

void tst_RestConnections::grantsNoConnectionThatABodyNeeds()
{
    RestWorld world;
    world.client->setTimeouts({.connect = 50ms, .response = 10s});
    for (int i = 0; i < 6; ++i)
        world.server.answerRaw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
    world.server.answer(200);
    QList<RestReply *> slow;
    for (int i = 0; i < 6; ++i)
        slow << world.client->get(QStringLiteral("/guilds/%1").arg(i));
    QList<QFuture<RestResult>> others;
    for (int i = 0; i < 6; ++i)
        others << world.client->get(QStringLiteral("/channels/%1").arg(i))->future();
    QTRY_COMPARE(world.server.requests(), 6);
    QTest::qWait(150); // what waited in the manager would have failed by now
    QCOMPARE(world.server.requests(), 6);
    qDeleteAll(slow);
    for (const auto &other : others) {
        QTRY_VERIFY(other.isFinished());
        QVERIFY2(other.result(), qPrintable(other.result().error.message));
        QCOMPARE(other.result().attempts, 1);
    }
}

void tst_RestConnections::grantsNoConnectionOfWhatOutlivesItsTicket()
{
    InMemoryRatelimiter hasty(SchedulerOptions{.expectVia = false, .responseTimeout = 50ms});
    ScriptedServer server;
    for (int i = 0; i < 6; ++i)
        server.keepSilent();
    server.answer(200);
    RestClient client(&hasty);
    client.setBaseUrl(server.url());
    client.setTimeouts({.connect = 50ms, .response = 10s});
    QList<RestReply *> slow;
    for (int i = 0; i < 6; ++i)
        slow << client.post(QStringLiteral("/channels/%1/messages").arg(i), QJsonObject());
    auto *other = client.get(QStringLiteral("/channels/9"));
    QTRY_COMPARE(server.requests(), 6);
    QTest::qWait(200); // it would have failed in the manager
    QVERIFY(!other->isFinished());
    delete slow.first();
    const RestResult result = resultOf(other);
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.attempts, 1);
    QCOMPARE(server.connections(), 7);
}

void tst_RestConnections::usesALimiterOfAnotherThread()
{
    QThread thread;
    auto *limiter = new InMemoryRatelimiter;
    limiter->moveToThread(&thread);
    connect(&thread, &QThread::finished, limiter, &QObject::deleteLater);
    thread.start();
    {
        ScriptedServer server;
        server.answer(429, "Retry-After: 0.001\r\nVia: a\r\n", "{\"retry_after\":0.001}");
        server.answer(200);
        RestClient client(limiter);
        client.setBaseUrl(server.url());
        client.setToken("Bot abc");
        const RestResult result = resultOf(client.post(QStringLiteral("/a"), QJsonObject()));
        QVERIFY2(result, qPrintable(result.error.message));
        QCOMPARE(result.attempts, 2);
    }
    thread.quit();
    QVERIFY(thread.wait());
}

QTEST_GUILESS_MAIN(tst_RestConnections)
#include "tst_restconnections.moc"
