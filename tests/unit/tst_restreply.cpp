// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"
#include "tests/common/RestBodies.h"

#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;

/// The handle of a request: what it tells and when, and how it is given up.
class tst_RestReply : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void tellsItsLife();
    void deletesItself();
    void finishesFutures();
    void finishesFuturesThatAreAskedForLater();
    void cancelsWhileItWaits();
    void cancelsOnTheWire();
    void cancelsWhileItReadsItsSource();
    void cancelsBetweenAttempts();
    void cancelsOnce();
    void deletedWhileItWaits();
    void deletedOnTheWire();
    void deletedWithItsClient();
    void closesItsConnectionBeforeItTells();
    void slotsMayDeleteAnything_data();
    void slotsMayDeleteAnything();
    void factoriesMayDeleteAnything_data();
    void factoriesMayDeleteAnything();
};

namespace {

/// What became of the tickets, in the order in which they ended.
QList<TicketState> endsOf(const QSignalSpy &tickets)
{
    QList<TicketState> ends;
    for (const auto &change : tickets) {
        const auto state = change.first().value<TicketInfo>().state;
        if (isFinal(state))
            ends << state;
    }
    return ends;
}

} // namespace

void tst_RestReply::tellsItsLife()
{
    RestWorld world;
    world.server.answer(502);
    world.server.answer(
        429, "Retry-After: 0.02\r\n", "{\"retry_after\":0.02,\"message\":\"slow\"}");
    world.server.answer(200, {}, "abc");
    auto *reply = world.get();
    QStringList told;
    connect(
        reply, &RestReply::sent, this, [&](int n) { told << QStringLiteral("sent %1").arg(n); });
    connect(reply, &RestReply::retryScheduled, this,
        [&](int n, milliseconds wait, const QString &reason) {
            QVERIFY(wait >= 0ms && wait <= 20ms);
            told << QStringLiteral("retry %1: %2").arg(n).arg(reason);
        });
    connect(reply, &RestReply::downloadProgress, this, [&](qint64 bytes, qint64 total) {
        told << QStringLiteral("%1 of %2").arg(bytes).arg(total);
    });
    connect(reply, &RestReply::finished, this, [&] {
        QVERIFY(reply->isFinished());
        told << QStringLiteral("finished");
    });
    QVERIFY(!reply->isFinished());
    QCOMPARE(reply->endpoint().name(), QStringLiteral("GET /channels/1"));
    const RestResult result = resultOf(reply);
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.attempts, 3);
    QCOMPARE(result.resent, 0);
    QCOMPARE(told,
        QStringList({QStringLiteral("sent 1"), QStringLiteral("retry 2: The server failed (502)."),
            QStringLiteral("sent 2"), QStringLiteral("37 of 37"),
            QStringLiteral("retry 3: The API says too many requests: slow (429)."),
            QStringLiteral("sent 3"), QStringLiteral("3 of 3"), QStringLiteral("finished")}));
}

void tst_RestReply::deletesItself()
{
    RestWorld world;
    world.server.answer(200);
    QPointer<RestReply> reply = world.get();
    QVERIFY(reply->autoDelete());
    QTRY_VERIFY(!reply);
    QPointer<RestReply> kept = world.get();
    kept->setAutoDelete(false);
    QTRY_VERIFY(kept->isFinished());
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    QVERIFY(kept);
    kept->cancel();
    QVERIFY(kept->result());
    kept->setAutoDelete(true);
    QTRY_VERIFY(!kept);
}

void tst_RestReply::finishesFutures()
{
    RestWorld world;
    world.server.answer(404, {}, "{\"message\":\"Unknown Channel\",\"code\":10003}");
    auto *reply = world.get();
    const QFuture<RestResult> future = reply->future();
    int told = 0;
    reply->future().then(this, [&told](const RestResult &result) {
        QCOMPARE(result.status, 404);
        ++told;
    });
    QVERIFY(!future.isFinished());
    QTRY_COMPARE(told, 1);
    QCOMPARE(future.result().error.apiCode, 10003);
}

void tst_RestReply::finishesFuturesThatAreAskedForLater()
{
    RestWorld world;
    world.server.answer(200, {}, "abc");
    auto *reply = world.get();
    std::optional<QFuture<RestResult>> future;
    connect(reply, &RestReply::finished, this, [&] {
        future = reply->future();
        delete reply;
    });
    QTRY_VERIFY(future);
    QVERIFY(future->isFinished());
    QCOMPARE(future->result().body, "abc");
}

void tst_RestReply::cancelsWhileItWaits()
{
    RestWorld world;
    world.limiter->setFlow(Flow::Paused);
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    auto *reply = world.get();
    QTRY_COMPARE(tickets.size(), 1);
    QSignalSpy finished(reply, &RestReply::finished);
    reply->cancel();
    QCOMPARE(finished.size(), 0);
    const RestResult result = resultOf(reply);
    QCOMPARE(result.error.code, Code::Cancelled);
    QCOMPARE(result.error.message, QStringLiteral("The request was cancelled."));
    QTRY_COMPARE(endsOf(tickets), QList{TicketState::Cancelled});
    QCOMPARE(world.server.connections(), 0);
}

void tst_RestReply::cancelsOnTheWire()
{
    RestWorld world;
    world.server.keepSilent();
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    auto *reply = world.get();
    QTRY_COMPARE(world.server.requests(), 1);
    reply->cancel();
    QCOMPARE(codeOf(reply), Code::Cancelled);
    QTRY_COMPARE(endsOf(tickets), QList{TicketState::Lost});
    QTRY_COMPARE(world.server.openConnections(), 0);
}

void tst_RestReply::cancelsWhileItReadsItsSource()
{
    RestWorld world;
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    bool isOpen = false;
    auto *reply = world.post(RestBody::stream([&isOpen] {
        isOpen = true;
        auto source = opened<Sequential>("abc");
        source->keepOpen();
        return source;
    }));
    QTRY_VERIFY(isOpen);
    reply->cancel();
    QCOMPARE(codeOf(reply), Code::Cancelled);
    QTRY_COMPARE(endsOf(tickets), QList{TicketState::Dropped});
}

void tst_RestReply::cancelsBetweenAttempts()
{
    RestWorld world;
    world.server.answer(502);
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    auto *reply = world.get();
    connect(reply, &RestReply::retryScheduled, reply, &RestReply::cancel);
    const RestResult result = resultOf(reply);
    QCOMPARE(result.error.code, Code::Cancelled);
    QCOMPARE(result.status, 502);
    QTRY_COMPARE(endsOf(tickets), QList{TicketState::Completed});
    QCOMPARE(world.server.requests(), 1);
}

void tst_RestReply::cancelsOnce()
{
    RestWorld world;
    world.server.answer(200);
    auto *reply = world.get();
    reply->setAutoDelete(false);
    QSignalSpy finished(reply, &RestReply::finished);
    reply->cancel();
    reply->cancel();
    QTRY_COMPARE(finished.size(), 1);
    reply->cancel();
    QCoreApplication::processEvents();
    QCOMPARE(finished.size(), 1);
}

void tst_RestReply::deletedWhileItWaits()
{
    RestWorld world;
    world.limiter->setFlow(Flow::Paused);
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    auto *reply = world.get();
    QSignalSpy finished(reply, &RestReply::finished);
    const QFuture<RestResult> future = reply->future();
    QTRY_COMPARE(tickets.size(), 1);
    delete reply;
    QCOMPARE(finished.size(), 0);
    QCOMPARE(future.result().error.code, Code::Cancelled);
    QTRY_COMPARE(endsOf(tickets), QList{TicketState::Cancelled});
}

void tst_RestReply::deletedOnTheWire()
{
    RestWorld world;
    world.server.keepSilent();
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    auto *reply = world.get();
    QTRY_COMPARE(world.server.requests(), 1);
    delete reply;
    QTRY_COMPARE(endsOf(tickets), QList{TicketState::Lost});
    QTRY_COMPARE(world.server.openConnections(), 0);
}

void tst_RestReply::deletedWithItsClient()
{
    RestWorld world;
    world.server.keepSilent();
    auto *reply = world.get();
    bool isTold = false;
    (void)reply->future().then([&](const RestResult &) {
        isTold = true;
        world.client.reset();
    });
    delete reply;
    QVERIFY(isTold);
}

void tst_RestReply::closesItsConnectionBeforeItTells()
{
    RestWorld world;
    world.server.keepSilent();
    world.client->setTimeouts({.response = 20ms});
    auto *reply = world.post();
    bool isClosed = false;
    connect(reply, &RestReply::finished, this, [&] { // a dialog, say
        isClosed = QTest::qWaitFor([&] { return world.server.openConnections() == 0; }, 1000);
    });
    QCOMPARE(codeOf(reply), Code::TimedOut);
    QVERIFY(isClosed);
}

namespace {

using Victim = std::function<void(RestWorld &, RestReply *)>;

void addVictims(const char *when, const auto &add)
{
    add(QByteArray(when) + ": reply", Victim([](RestWorld &, RestReply *reply) { delete reply; }));
    add(QByteArray(when) + ": client",
        Victim([](RestWorld &world, RestReply *) { world.client.reset(); }));
    add(QByteArray(when) + ": limiter",
        Victim([](RestWorld &world, RestReply *) { world.limiter.reset(); }));
    add(QByteArray(when) + ": all", Victim([](RestWorld &world, RestReply *) {
        world.client.reset();
        world.limiter.reset();
    }));
    add(QByteArray(when) + ": none, cancelled",
        Victim([](RestWorld &, RestReply *reply) { reply->cancel(); }));
}

} // namespace

void tst_RestReply::slotsMayDeleteAnything_data()
{
    QTest::addColumn<int>("when");
    QTest::addColumn<Victim>("victim");
    const char *const names[] = {"sent", "upload", "retry", "download", "finished", "future",
        "limiter's sent", "limiter's answered"};
    for (int i = 0; i < int(std::size(names)); ++i) {
        addVictims(names[i], [i](const QByteArray &name, const Victim &victim) {
            QTest::newRow(name.constData()) << i << victim;
        });
    }
}

void tst_RestReply::slotsMayDeleteAnything()
{
    QFETCH(int, when);
    QFETCH(Victim, victim);
    RestWorld world;
    world.server.answer(502, {}, "abc");
    world.server.answer(200, {}, QByteArray(1'000'000, 'a'));
    QPointer<RestReply> reply =
        world.client->put(QStringLiteral("/channels/1"), RestBody::bytes(QByteArray(100'000, 'b')));
    int struck = 0;
    const auto strike = [&] {
        if (struck++ == 0)
            victim(world, reply);
    };
    if (when == 0)
        connect(reply, &RestReply::sent, this, strike);
    else if (when == 1)
        connect(reply, &RestReply::uploadProgress, this, strike);
    else if (when == 2)
        connect(reply, &RestReply::retryScheduled, this, strike);
    else if (when == 3)
        connect(reply, &RestReply::downloadProgress, this, strike);
    else if (when == 4)
        connect(reply, &RestReply::finished, this, strike);
    else if (when == 5)
        reply->future().then([&](const RestResult &) { strike(); });
    else
        connect(
            world.limiter.get(), &Ratelimiter::ticketChanged, this, [&](const TicketInfo &ticket) {
                if (ticket.state == (when == 6 ? TicketState::InFlight : TicketState::Completed))
                    strike();
            });
    QVERIFY(QSignalSpy(reply, &QObject::destroyed).wait());
    QVERIFY(struck >= 1);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    if (world.client && world.limiter) {
        world.server.answer(200);
        QVERIFY(resultOf(world.client->get(QStringLiteral("/other")))); // goes on
    }
}

void tst_RestReply::factoriesMayDeleteAnything_data()
{
    QTest::addColumn<int>("when");
    QTest::addColumn<Victim>("victim");
    const char *const names[] = {"parts", "device", "download"};
    for (int i = 0; i < int(std::size(names)); ++i) {
        addVictims(names[i], [i](const QByteArray &name, const Victim &victim) {
            QTest::newRow(name.constData()) << i << victim;
        });
    }
}

void tst_RestReply::factoriesMayDeleteAnything()
{
    QFETCH(int, when);
    QFETCH(Victim, victim);
    RestWorld world;
    world.server.answer(200, {}, "abc");
    QPointer<RestReply> reply;
    RestBody body;
    RestOptions options;
    const auto device = [&] {
        victim(world, reply);
        auto buffer = std::make_unique<QBuffer>();
        buffer->setData("abc");
        return buffer;
    };
    if (when == 0) {
        body = RestBody::multipart([&] {
            victim(world, reply);
            return std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
        });
    } else if (when == 1) {
        body = RestBody::stream(device);
    } else {
        options.download = device;
    }
    reply = world.post(body, options);
    QVERIFY(QSignalSpy(reply, &QObject::destroyed).wait());
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

QTEST_GUILESS_MAIN(tst_RestReply)
#include "tst_restreply.moc"
