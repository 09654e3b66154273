// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketChannel.h"

#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using Code = TicketError::Code;

/// The ratelimiter's end of a waiting ticket.
class tst_TicketNotifier : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void grantsATicketThatWaits();
    void nothingIsAvailableWhenTheReceiverIsGone();
    void nothingIsAvailableAfterCancel();
    void nothingIsAvailableTwice();
    void nothingIsAvailableAfterTheEnd();
    void availableAgainAfterARetry();
    void tellsWhoGaveUp_data();
    void tellsWhoGaveUp();
    void doesNotTellOfAGrantedTicket();
    void rejectFailsTheTicket();
    void rejectNamesSomeError();
    void rejectLeavesAGrantedTicketAlone();
    void destroyedWhileWaiting();
    void destroyedWhileGranted();
    void destroyedBeforeARetry();
    void destroyedInsideAvailable();
    void destroyedInsideWhenCancelled();
    void letsGoOfWhenCancelled_data();
    void letsGoOfWhenCancelled();
    void assignmentEndsWhatItHeld();
};

void tst_TicketNotifier::grantsATicketThatWaits()
{
    TicketChannel ticket = channel();
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    QVERIFY(!ticket.notifier.isCancelled());
    const auto headers = ticket.notifier.available();
    QVERIFY(headers);
    QCOMPARE(available.count(), 1);
    QVERIFY(!ticket.notifier.isCancelled());
}

void tst_TicketNotifier::nothingIsAvailableWhenTheReceiverIsGone()
{
    TicketChannel ticket = channel();
    delete ticket.receiver;
    QVERIFY(ticket.notifier.isCancelled());
    QVERIFY(!ticket.notifier.available());
}

void tst_TicketNotifier::nothingIsAvailableAfterCancel()
{
    TicketChannel ticket = channel();
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    ticket.receiver->cancel();
    QVERIFY(ticket.notifier.isCancelled());
    QVERIFY(!ticket.notifier.available());
    QCOMPARE(available.count(), 0);
}

void tst_TicketNotifier::nothingIsAvailableTwice()
{
    TicketChannel ticket = channel();
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    const auto headers = ticket.notifier.available();
    QVERIFY(headers);
    QVERIFY(!ticket.notifier.available());
    QCOMPARE(available.count(), 1);
    QVERIFY(headers->sender().headers({})); // the grant is still good
}

void tst_TicketNotifier::nothingIsAvailableAfterTheEnd()
{
    TicketChannel ticket = channel();
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    const auto headers = ticket.notifier.available();
    QVERIFY(headers->sender().headers({}));
    QVERIFY(!ticket.notifier.available());
    QVERIFY(!ticket.notifier.isCancelled());
}

void tst_TicketNotifier::availableAgainAfterARetry()
{
    TicketChannel ticket = channel();
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    for (int attempt = 1; attempt <= 3; ++attempt) {
        const auto headers = ticket.notifier.available();
        QVERIFY(headers);
        QCOMPARE(available.count(), attempt);
        QVERIFY(headers->sender().retry(Response::answered({})));
    }
}

void tst_TicketNotifier::tellsWhoGaveUp_data()
{
    QTest::addColumn<bool>("destroyed");
    QTest::addColumn<bool>("early");
    QTest::newRow("cancelled") << false << false;
    QTest::newRow("deleted") << true << false;
    QTest::newRow("cancelled before anybody asked") << false << true;
    QTest::newRow("deleted before anybody asked") << true << true;
}

void tst_TicketNotifier::tellsWhoGaveUp()
{
    QFETCH(bool, destroyed);
    QFETCH(bool, early);
    TicketChannel ticket = channel();
    int told = 0;
    if (!early)
        ticket.notifier.whenCancelled([&] { ++told; });
    QCOMPARE(told, 0);
    if (destroyed)
        delete ticket.receiver;
    else
        ticket.receiver->cancel();
    if (early)
        ticket.notifier.whenCancelled([&] { ++told; });
    QCOMPARE(told, 1);
    QCoreApplication::processEvents();
    QCOMPARE(told, 1);
}

void tst_TicketNotifier::doesNotTellOfAGrantedTicket()
{
    TicketChannel ticket = channel();
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    int told = 0;
    ticket.notifier.whenCancelled([&] { ++told; });
    const auto headers = ticket.notifier.available();
    delete ticket.receiver;
    QCOMPARE(told, 0);
    QVERIFY(!ticket.notifier.isCancelled());

    // Nobody is there to hear of the next grant.
    QVERIFY(headers->sender().retry(Response::answered({})));
    QCOMPARE(told, 1);
    QVERIFY(ticket.notifier.isCancelled());
    QVERIFY(!ticket.notifier.available());
}

void tst_TicketNotifier::rejectFailsTheTicket()
{
    TicketChannel ticket = channel();
    const QPointer receiver(ticket.receiver);
    QSignalSpy failed(ticket.receiver, &TicketReceiver::failed);
    const TicketError error{Code::QueueFull, QStringLiteral("Too many wait.")};
    ticket.notifier.reject(error);
    QCOMPARE(failed.count(), 0); // from the event loop only
    QCOMPARE(ticket.receiver->error(), error);
    QVERIFY(failed.wait());
    QCOMPARE(failed.at(0).at(0).value<TicketError>(), error);
    QVERIFY(!ticket.notifier.available());
    QTRY_VERIFY(!receiver);
    QCOMPARE(failed.count(), 1);
}

void tst_TicketNotifier::rejectNamesSomeError()
{
    TicketChannel ticket = channel();
    ticket.notifier.reject({});
    QCOMPARE(ticket.receiver->error().code, Code::Other);
    delete ticket.receiver;
}

void tst_TicketNotifier::rejectLeavesAGrantedTicketAlone()
{
    TicketChannel ticket = channel();
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    const auto headers = ticket.notifier.available();
    ticket.notifier.reject(TicketError::of(Code::Other));
    QCOMPARE(ticket.receiver->error().code, Code::None);
    QVERIFY(headers->sender().headers({}));
}

void tst_TicketNotifier::destroyedWhileWaiting()
{
    std::optional<TicketChannel> ticket = channel();
    QSignalSpy failed(ticket->receiver, &TicketReceiver::failed);
    ticket.reset();
    QVERIFY(failed.wait());
    QCOMPARE(failed.at(0).at(0).value<TicketError>(), TicketError::of(Code::RatelimiterGone));
}

void tst_TicketNotifier::destroyedWhileGranted()
{
    std::optional<TicketChannel> ticket = channel();
    QSignalSpy available(ticket->receiver, &TicketReceiver::available);
    QSignalSpy failed(ticket->receiver, &TicketReceiver::failed);
    const QPointer receiver(ticket->receiver);
    const auto headers = ticket->notifier.available();
    ticket.reset();
    QVERIFY(headers->sender().headers({}));
    QTRY_VERIFY(!receiver);
    QCOMPARE(failed.count(), 0);
}

void tst_TicketNotifier::destroyedBeforeARetry()
{
    std::optional<TicketChannel> ticket = channel();
    QSignalSpy available(ticket->receiver, &TicketReceiver::available);
    QSignalSpy failed(ticket->receiver, &TicketReceiver::failed);
    const auto headers = ticket->notifier.available();
    ticket.reset();
    QVERIFY(headers->sender().retry(Response::answered({})));
    QVERIFY(failed.wait());
    QCOMPARE(failed.at(0).at(0).value<TicketError>().code, Code::RatelimiterGone);
}

void tst_TicketNotifier::destroyedInsideAvailable()
{
    auto ticket = std::make_unique<TicketChannel>(channel());
    bool word = false;
    QObject::connect(
        ticket->receiver, &TicketReceiver::available, this, [&](const TicketSender &sender) {
            ticket.reset();
            word = sender.headers({});
        });
    QVERIFY(ticket->notifier.available());
    QVERIFY(word);
    QVERIFY(!ticket);
}

void tst_TicketNotifier::destroyedInsideWhenCancelled()
{
    auto ticket = std::make_unique<TicketChannel>(channel());
    const QPointer receiver(ticket->receiver);
    ticket->notifier.whenCancelled([&] { ticket.reset(); });
    receiver->cancel();
    QVERIFY(!ticket);
    QTRY_VERIFY(!receiver);

    ticket = std::make_unique<TicketChannel>(channel());
    delete ticket->receiver;
    ticket->notifier.whenCancelled([&] { ticket.reset(); });
    QVERIFY(!ticket);
}

void tst_TicketNotifier::letsGoOfWhenCancelled_data()
{
    using End = std::function<void(std::optional<TicketChannel> &)>;
    QTest::addColumn<End>("end");
    QTest::newRow("destroyed") << End([](auto &ticket) { ticket.reset(); });
    QTest::newRow("rejected") << End([](auto &ticket) { ticket->notifier.reject({}); });
    QTest::newRow("cancelled") << End([](auto &ticket) { ticket->receiver->cancel(); });
    QTest::newRow("completed") << End(
        [](auto &ticket) { QVERIFY(ticket->notifier.available()->sender().headers({})); });
    QTest::newRow("no longer waited for")
        << End([](auto &ticket) { ticket->notifier.available().reset(); });
}

// What it captured may hold the notifier, or be held by what waits for its end.
void tst_TicketNotifier::letsGoOfWhenCancelled()
{
    QFETCH(std::function<void(std::optional<TicketChannel> &)>, end);
    std::optional<TicketChannel> ticket = channel(this);
    ticket->receiver->setAutoDelete(false);
    auto captured = std::make_shared<int>();
    ticket->notifier.whenCancelled([captured] {});
    const std::weak_ptr<int> held = std::exchange(captured, nullptr);
    QVERIFY(!held.expired());
    end(ticket);
    QVERIFY(held.expired());
}

void tst_TicketNotifier::assignmentEndsWhatItHeld()
{
    TicketChannel first = channel();
    TicketChannel second = channel();
    QSignalSpy failed(first.receiver, &TicketReceiver::failed);
    first.notifier = std::move(second.notifier);
    QVERIFY(failed.wait());
    delete second.receiver;
    QVERIFY(first.notifier.isCancelled());
}

QTEST_GUILESS_MAIN(tst_TicketNotifier)
#include "tst_ticketnotifier.moc"
