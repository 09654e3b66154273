// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketChannel.h"

#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using Code = TicketError::Code;

namespace {

/// What the ratelimiter hears of a grant.
QList<Response::Kind> *listen(TicketHeaders &headers, QObject *parent)
{
    struct Told : QObject {
        using QObject::QObject;
        QList<Response::Kind> kinds;
    };
    auto *told = new Told(parent);
    headers.whenDone([told](const auto &outcome) { told->kinds.append(outcome.response.kind); });
    return &told->kinds;
}

const QList unused{Response::Kind::Unused};

} // namespace

/// The consumer's end of a ticket.
class tst_TicketReceiver : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void tellsAtOnceWhoListens();
    void waitsForSomebodyToListen();
    void waitsForSomebodyToListenAgain();
    void anOldEventDeliversNothingNew();
    void deletedWhileWaiting();
    void deletedBeforeDelivery();
    void deletedInsideAvailable_data();
    void deletedInsideAvailable();
    void deletedInsideFailed();
    void deletedAfterwardsChangesNothing();
    void cancelledWhileWaiting();
    void cancelledBeforeDelivery();
    void cancelledWhileGranted();
    void failsOnceAndLast();
    void deletesItselfAtTheEnd_data();
    void deletesItselfAtTheEnd();
    void staysOnRequest();
    void futureFinishesWithTheSender_data();
    void futureFinishesWithTheSender();
    void futureIsCancelledOnFailure();
    void futureIsCancelledWithTheReceiver();
    void futureIsCancelledByAnEndItDidNotSee();
    void futureAfterTheEnd();
    void futureOfEachAttempt();
    void futureAndSignalShareTheGrant();
    void futureLetsGoOfTheSender();
};

void tst_TicketReceiver::tellsAtOnceWhoListens()
{
    TicketChannel ticket = channel(this);
    TicketSender received;
    connect(ticket.receiver, &TicketReceiver::available, this,
        [&](const TicketSender &sender) { received = sender; });
    const auto headers = ticket.notifier.available();
    QVERIFY(received.isValid());
    QVERIFY(received == headers->sender());
}

void tst_TicketReceiver::waitsForSomebodyToListen()
{
    TicketChannel ticket = channel(this);
    auto headers = ticket.notifier.available();
    const auto *told = listen(*headers, this);
    QCoreApplication::processEvents();
    QVERIFY(told->isEmpty()); // and was not dropped
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    QCOMPARE(available.count(), 0); // not from inside connect()
    QVERIFY(available.wait());
    QVERIFY(available.at(0).at(0).value<TicketSender>() == headers->sender());
    QCoreApplication::processEvents();
    QCOMPARE(available.count(), 1);
}

void tst_TicketReceiver::waitsForSomebodyToListenAgain()
{
    TicketChannel ticket = channel(this);
    auto headers = ticket.notifier.available();
    TicketSender sender;
    {
        const auto future = ticket.receiver->future();
        QTRY_VERIFY(future.isFinished());
        sender = future.result();
    }
    QVERIFY(sender.retry(Response::answered({})));
    headers = ticket.notifier.available();
    QCoreApplication::processEvents();
    QVERIFY(headers->sender().isValid()); // held: nobody has asked for this attempt
    const auto future = ticket.receiver->future();
    QTRY_VERIFY(future.isFinished());
    QVERIFY(future.result().headers({}));
}

void tst_TicketReceiver::anOldEventDeliversNothingNew()
{
    TicketChannel ticket = channel(this);
    auto headers = ticket.notifier.available();
    {
        const auto future = ticket.receiver->future(); // its event is on the way
        QVERIFY(headers->sender().retry(Response::answered({})));
        headers = ticket.notifier.available(); // at once, for the future listens
        QVERIFY(future.isFinished());
        QVERIFY(future.result().retry(Response::answered({})));
    }
    headers = ticket.notifier.available();
    QCoreApplication::processEvents();
    QVERIFY(headers->sender().isValid()); // nobody has asked for this one
}

void tst_TicketReceiver::deletedWhileWaiting()
{
    TicketChannel ticket = channel();
    QSignalSpy failed(ticket.receiver, &TicketReceiver::failed);
    delete ticket.receiver;
    QVERIFY(ticket.notifier.isCancelled());
    QCoreApplication::processEvents();
    QCOMPARE(failed.count(), 0);
}

void tst_TicketReceiver::deletedBeforeDelivery()
{
    TicketChannel ticket = channel();
    auto headers = ticket.notifier.available();
    const auto *told = listen(*headers, this);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available); // its event is on the way
    delete ticket.receiver;
    QCOMPARE(*told, unused);
    QVERIFY(ticket.notifier.isCancelled());
    QCoreApplication::processEvents();
    QCOMPARE(available.count(), 0);
}

void tst_TicketReceiver::deletedInsideAvailable_data()
{
    QTest::addColumn<bool>("queued");
    QTest::addColumn<bool>("keeps");
    QTest::newRow("at once") << false << false;
    QTest::newRow("at once, and keeps the sender") << false << true;
    QTest::newRow("from the event loop") << true << false;
    QTest::newRow("from the event loop, and keeps the sender") << true << true;
}

void tst_TicketReceiver::deletedInsideAvailable()
{
    QFETCH(bool, queued);
    QFETCH(bool, keeps);
    TicketChannel ticket = channel();
    QPointer receiver(ticket.receiver);
    TicketSender kept;
    const auto listenToIt = [&] {
        connect(receiver, &TicketReceiver::available, this, [&](const TicketSender &sender) {
            delete receiver;
            if (keeps)
                kept = sender;
        });
    };
    if (!queued)
        listenToIt();
    auto headers = ticket.notifier.available();
    const auto *told = listen(*headers, this);
    if (queued)
        listenToIt();
    QTRY_VERIFY(!receiver);
    QCOMPARE(told->isEmpty(), keeps);
    if (keeps)
        QVERIFY(kept.headers({}));
    else
        QCOMPARE(*told, unused);
}

void tst_TicketReceiver::deletedInsideFailed()
{
    TicketChannel ticket = channel();
    QPointer receiver(ticket.receiver);
    const auto future = receiver->future();
    connect(receiver, &TicketReceiver::failed, this, [&] { delete receiver; });
    receiver->cancel();
    QTRY_VERIFY(!receiver);
    QVERIFY(future.isCanceled());
}

void tst_TicketReceiver::deletedAfterwardsChangesNothing()
{
    TicketChannel ticket = channel();
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    auto headers = ticket.notifier.available();
    const auto *told = listen(*headers, this);
    delete ticket.receiver;
    QVERIFY(told->isEmpty());
    QVERIFY(available.at(0).at(0).value<TicketSender>().headers({}));
    QCOMPARE(*told, QList{Response::Kind::Answered});
}

void tst_TicketReceiver::cancelledWhileWaiting()
{
    TicketChannel ticket = channel();
    const QPointer receiver(ticket.receiver);
    QSignalSpy failed(receiver, &TicketReceiver::failed);
    QCOMPARE(receiver->error().code, Code::None);
    receiver->cancel();
    QCOMPARE(failed.count(), 0);
    QCOMPARE(receiver->error(), TicketError::of(Code::Cancelled));
    QVERIFY(failed.wait());
    QCOMPARE(failed.at(0).at(0).value<TicketError>().code, Code::Cancelled);
    QTRY_VERIFY(!receiver);
}

void tst_TicketReceiver::cancelledBeforeDelivery()
{
    TicketChannel ticket = channel();
    auto headers = ticket.notifier.available();
    const auto *told = listen(*headers, this);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    QSignalSpy failed(ticket.receiver, &TicketReceiver::failed);
    ticket.receiver->cancel();
    QCOMPARE(*told, unused);
    QVERIFY(failed.wait());
    QCOMPARE(available.count(), 0);
}

void tst_TicketReceiver::cancelledWhileGranted()
{
    TicketChannel ticket = channel(this);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    const auto headers = ticket.notifier.available();
    ticket.receiver->cancel();
    QCOMPARE(ticket.receiver->error().code, Code::None);
    QVERIFY(headers->sender().headers({}));
}

void tst_TicketReceiver::failsOnceAndLast()
{
    TicketChannel ticket = channel(this);
    ticket.receiver->setAutoDelete(false);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    QSignalSpy failed(ticket.receiver, &TicketReceiver::failed);
    ticket.receiver->cancel();
    ticket.receiver->cancel();
    ticket.notifier.reject(TicketError::of(Code::Other));
    QVERIFY(!ticket.notifier.available());
    {
        [[maybe_unused]] const TicketNotifier gone = std::move(ticket.notifier);
    }
    QVERIFY(failed.wait());
    ticket.receiver->cancel();
    QCoreApplication::processEvents();
    QCOMPARE(failed.count(), 1);
    QCOMPARE(available.count(), 0);
    QCOMPARE(ticket.receiver->error().code, Code::Cancelled);
}

void tst_TicketReceiver::deletesItselfAtTheEnd_data()
{
    QTest::addColumn<bool>("retried");
    QTest::newRow("completed") << false;
    QTest::newRow("retried, then completed") << true;
}

void tst_TicketReceiver::deletesItselfAtTheEnd()
{
    QFETCH(bool, retried);
    TicketChannel ticket = channel();
    const QPointer receiver(ticket.receiver);
    QSignalSpy available(receiver, &TicketReceiver::available);
    auto headers = ticket.notifier.available();
    if (retried) {
        QVERIFY(headers->sender().retry(Response::answered({})));
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(receiver); // it is needed again
        headers = ticket.notifier.available();
    }
    QVERIFY(headers->sender().headers({}));
    QVERIFY(receiver); // never at once
    QTRY_VERIFY(!receiver);
}

void tst_TicketReceiver::staysOnRequest()
{
    for (const bool granted : {true, false}) {
        TicketChannel ticket = channel();
        const QPointer receiver(ticket.receiver);
        QVERIFY(receiver->autoDelete());
        receiver->setAutoDelete(false);
        QVERIFY(!receiver->autoDelete());
        QSignalSpy failed(receiver, &TicketReceiver::failed);
        if (granted)
            QVERIFY(ticket.notifier.available()->sender().headers({}));
        else
            receiver->cancel();
        QTRY_COMPARE(failed.count(), granted ? 0 : 1);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(receiver);
        receiver->setAutoDelete(true);
        QTRY_VERIFY(!receiver);
    }
}

void tst_TicketReceiver::futureFinishesWithTheSender_data()
{
    QTest::addColumn<bool>("early");
    QTest::newRow("asked before it is available") << true;
    QTest::newRow("asked afterwards") << false;
}

void tst_TicketReceiver::futureFinishesWithTheSender()
{
    QFETCH(bool, early);
    TicketChannel ticket = channel(this);
    QFuture<TicketSender> future;
    if (early)
        future = ticket.receiver->future();
    const auto headers = ticket.notifier.available();
    if (!early) {
        future = ticket.receiver->future();
        QVERIFY(!future.isFinished()); // from the event loop
    }
    QTRY_VERIFY(future.isFinished());
    QVERIFY(!future.isCanceled());
    QVERIFY(future.result().headers({}));
}

void tst_TicketReceiver::futureIsCancelledOnFailure()
{
    TicketChannel ticket = channel();
    const auto future = ticket.receiver->future();
    bool failed = false;
    connect(ticket.receiver, &TicketReceiver::failed, this, [&] { failed = true; });
    ticket.notifier.reject(TicketError::of(Code::Expired));
    QVERIFY(!future.isFinished());
    QTRY_VERIFY(future.isFinished());
    QVERIFY(future.isCanceled());
    QVERIFY(failed);
}

void tst_TicketReceiver::futureIsCancelledWithTheReceiver()
{
    TicketChannel ticket = channel();
    const auto future = ticket.receiver->future();
    delete ticket.receiver;
    QVERIFY(future.isFinished() && future.isCanceled());
}

void tst_TicketReceiver::futureIsCancelledByAnEndItDidNotSee()
{
    for (const bool autoDelete : {true, false}) {
        TicketChannel ticket = channel(this);
        ticket.receiver->setAutoDelete(autoDelete);
        QSignalSpy available(ticket.receiver, &TicketReceiver::available);
        const auto headers = ticket.notifier.available();
        const auto future = ticket.receiver->future(); // of a next attempt, which never comes
        QVERIFY(!future.isFinished());
        QVERIFY(headers->sender().headers({}));
        QTRY_VERIFY(future.isFinished());
        QVERIFY(future.isCanceled());
    }
}

void tst_TicketReceiver::futureAfterTheEnd()
{
    TicketChannel ticket = channel();
    ticket.receiver->cancel();
    const auto future = ticket.receiver->future();
    QVERIFY(future.isFinished() && future.isCanceled());
    delete ticket.receiver;
}

void tst_TicketReceiver::futureOfEachAttempt()
{
    TicketChannel ticket = channel(this);
    for (int attempt = 0; attempt < 3; ++attempt) {
        const auto future = ticket.receiver->future();
        const auto headers = ticket.notifier.available();
        QVERIFY(future.isFinished());
        QVERIFY(future.result().retry(Response::answered({})));
    }
}

void tst_TicketReceiver::futureAndSignalShareTheGrant()
{
    TicketChannel ticket = channel(this);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    const auto future = ticket.receiver->future();
    QVERIFY(ticket.receiver->future().isStarted());
    const auto headers = ticket.notifier.available();
    QVERIFY(available.at(0).at(0).value<TicketSender>() == future.result());
}

void tst_TicketReceiver::futureLetsGoOfTheSender()
{
    // Who neither keeps the future nor the sender drops the ticket, then() or not.
    for (const bool then : {false, true}) {
        TicketChannel ticket = channel(this);
        bool called = false;
        if (then)
            ticket.receiver->future().then(
                this, [&](const TicketSender &sender) { called = sender.isValid(); });
        else
            ticket.receiver->future();
        auto headers = ticket.notifier.available();
        const auto *told = listen(*headers, this);
        QTRY_COMPARE(*told, unused);
        QCOMPARE(called, then);
    }
}

QTEST_GUILESS_MAIN(tst_TicketReceiver)
#include "tst_ticketreceiver.moc"
