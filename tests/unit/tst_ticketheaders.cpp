// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketChannel.h"

#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <thread>

using namespace Turnstile;

namespace {

enum class Word { Headers, None, Lost, Dropped, LastCopyGone, Retry };

RatelimitHeaders withStatus(int status)
{
    RatelimitHeaders headers;
    headers.status = status;
    return headers;
}

} // namespace

/// The ratelimiter's end of a granted ticket.
class tst_TicketHeaders : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void tellsTheOutcome_data();
    void tellsTheOutcome();
    void tellsAContext();
    void tellsOnTheWire_data();
    void tellsOnTheWire();
    void givesTheSender();
    void destroyedWhileInFlight();
    void destroyedBeforeDelivery();
    void destroyedWithAnOutcomeNobodyAskedFor();
    void destroyedInsideWhenDone();
    void destroyedFutureIsCancelled();
    void grantsAgainInsideWhenDone();
    void olderAttemptsHaveNoSay();
    void anOutcomeIsToldOnce();
    void assignmentEndsWhatItHeld();
    void passesOnALateWord_data();
    void passesOnALateWord();
    void aLateWordAfterTheEndIsDropped();
    void withdrawsWhatNobodyHas();
};

void tst_TicketHeaders::tellsTheOutcome_data()
{
    QTest::addColumn<Word>("word");
    QTest::addColumn<Response::Kind>("kind");
    QTest::addColumn<int>("status"); // -1: no headers
    QTest::addColumn<bool>("retry");
    QTest::addColumn<bool>("cancelled"); // the future
    using Kind = Response::Kind;
    QTest::newRow("headers") << Word::Headers << Kind::Answered << 200 << false << false;
    QTest::newRow("no headers") << Word::None << Kind::Answered << -1 << false << false;
    QTest::newRow("lost") << Word::Lost << Kind::Lost << -1 << false << true;
    QTest::newRow("dropped") << Word::Dropped << Kind::Unused << -1 << false << true;
    QTest::newRow("last copy gone") << Word::LastCopyGone << Kind::Unused << -1 << false << true;
    QTest::newRow("retry") << Word::Retry << Kind::Answered << 429 << true << false;
}

void tst_TicketHeaders::tellsTheOutcome()
{
    QFETCH(Word, word);
    for (const bool inSlot : {true, false}) {
        for (const bool byFuture : {true, false}) {
            TicketChannel ticket = channel(this);
            TicketSender kept;
            const auto give = [&word](TicketSender sender) {
                switch (word) {
                case Word::Headers:
                    return sender.headers(withStatus(200));
                case Word::None:
                    return sender.headers({});
                case Word::Lost:
                    return sender.lost();
                case Word::Dropped:
                    return sender.drop();
                case Word::Retry:
                    return sender.retry(Response::answered(withStatus(429)));
                default:
                    return true;
                }
            };
            connect(
                ticket.receiver, &TicketReceiver::available, this, [&](const TicketSender &sender) {
                    if (inSlot)
                        QVERIFY(give(sender));
                    else
                        kept = sender;
                });
            std::optional<TicketHeaders> headers = ticket.notifier.available();
            QVERIFY(headers);
            if (byFuture) {
                const auto future = headers->future();
                QCOMPARE(future.isFinished(), inSlot);
                if (!inSlot)
                    QVERIFY(give(std::exchange(kept, {})));
                QVERIFY(future.isFinished());
                QTEST(future.isCanceled(), "cancelled");
                if (!future.isCanceled()) {
                    const auto result = future.result();
                    QTEST(result ? result->status : -1, "status");
                }
            } else {
                QList<TicketHeaders::Outcome> told;
                headers->whenDone([&](const auto &outcome) { told.append(outcome); });
                QCOMPARE(told.size(), inSlot ? 1 : 0);
                if (!inSlot)
                    QVERIFY(give(std::exchange(kept, {})));
                QCOMPARE(told.size(), 1);
                const Response &response = told.at(0).response;
                QTEST(response.kind, "kind");
                QTEST(response.headers ? response.headers->status : -1, "status");
                QTEST(told.at(0).retry, "retry");
            }
        }
    }
}

void tst_TicketHeaders::tellsAContext()
{
    for (const bool contextGone : {false, true}) {
        TicketChannel ticket = channel(this);
        auto context = std::make_unique<QObject>();
        auto headers = ticket.notifier.available();
        QList<bool> told;
        headers->whenDone(
            context.get(), [&](const TicketHeaders::Outcome &outcome) { told << outcome.retry; });
        const TicketSender sender = headers->sender();
        std::thread([&] { QVERIFY(sender.retry(Response::answered(withStatus(429)))); }).join();
        QVERIFY(told.isEmpty()); // from the event loop
        if (contextGone)
            context.reset();
        QTRY_COMPARE(told, contextGone ? QList<bool>() : QList{true});
        QCoreApplication::processEvents();
        QCOMPARE(told.size(), contextGone ? 0 : 1);
    }
}

void tst_TicketHeaders::tellsOnTheWire_data()
{
    QTest::addColumn<bool>("early");
    QTest::newRow("later") << false;
    QTest::newRow("before anybody asked") << true;
}

void tst_TicketHeaders::tellsOnTheWire()
{
    QFETCH(bool, early);
    TicketChannel ticket = channel(this);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    auto headers = ticket.notifier.available();
    const TicketSender sender = headers->sender();
    QByteArray order;
    if (early) {
        QVERIFY(sender.sent());
        QVERIFY(sender.headers({}));
    }
    headers->whenSent([&] { order += 's'; });
    headers->whenDone([&](const auto &) { order += 'd'; });
    if (!early) {
        QVERIFY(sender.sent());
        QVERIFY(sender.sent());
        QVERIFY(sender.headers({}));
    }
    QVERIFY(!sender.sent());
    QCOMPARE(order, "sd");
}

void tst_TicketHeaders::givesTheSender()
{
    TicketChannel ticket = channel(this);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    auto headers = ticket.notifier.available();
    TicketSender sender = available.takeFirst().at(0).value<TicketSender>();
    QVERIFY(sender.isValid());
    QVERIFY(headers->sender() == sender);
    sender = {}; // the last copy
    QVERIFY(!headers->sender().isValid());
}

void tst_TicketHeaders::destroyedWhileInFlight()
{
    TicketChannel ticket = channel();
    const QPointer receiver(ticket.receiver);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    QSignalSpy failed(ticket.receiver, &TicketReceiver::failed);
    auto headers = ticket.notifier.available();
    const TicketSender sender = headers->sender();
    headers.reset();
    QVERIFY(!sender.sent());
    QVERIFY(!sender.headers({}));
    QVERIFY(!sender.retry(Response::lost()));
    QTRY_VERIFY(!receiver);
    QCOMPARE(failed.count(), 0); // it was granted
}

void tst_TicketHeaders::destroyedBeforeDelivery()
{
    TicketChannel ticket = channel();
    auto headers = ticket.notifier.available();
    const TicketSender sender = headers->sender();
    headers.reset();
    QVERIFY(!sender.headers({}));
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    QSignalSpy failed(ticket.receiver, &TicketReceiver::failed);
    QVERIFY(failed.wait());
    QCOMPARE(failed.at(0).at(0).value<TicketError>().code, TicketError::Code::RatelimiterGone);
    QCOMPARE(available.count(), 0);
}

void tst_TicketHeaders::destroyedWithAnOutcomeNobodyAskedFor()
{
    TicketChannel ticket = channel();
    const QPointer receiver(ticket.receiver);
    QVERIFY(ticket.notifier.available()->sender().headers({}));
    QTRY_VERIFY(!receiver);
    QVERIFY(!ticket.notifier.available());
}

void tst_TicketHeaders::destroyedInsideWhenDone()
{
    for (const bool early : {false, true}) {
        TicketChannel ticket = channel(this);
        auto headers = ticket.notifier.available();
        TicketSender sender = headers->sender();
        if (early)
            QVERIFY(sender.headers({}));
        headers->whenDone([&](const TicketHeaders::Outcome &outcome) {
            headers.reset();
            sender = {};
            QCOMPARE(outcome.response.kind, Response::Kind::Answered); // still there
        });
        if (!early)
            QVERIFY(sender.headers({}));
        QVERIFY(!headers);
    }
}

void tst_TicketHeaders::destroyedFutureIsCancelled()
{
    TicketChannel ticket = channel(this);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    auto headers = ticket.notifier.available();
    const auto future = headers->future();
    QVERIFY(!future.isFinished());
    headers.reset();
    QVERIFY(future.isFinished() && future.isCanceled());
}

void tst_TicketHeaders::grantsAgainInsideWhenDone()
{
    TicketChannel ticket = channel();
    const QPointer receiver(ticket.receiver);
    int granted = 0;
    QObject::connect(receiver, &TicketReceiver::available, this, [&](const TicketSender &sender) {
        if (++granted < 4)
            QVERIFY(sender.retry(Response::answered(withStatus(429))));
        else
            QVERIFY(sender.headers(withStatus(200)));
    });
    std::optional<TicketHeaders> headers;
    QList<int> statuses;
    std::function<void()> grant = [&] {
        headers = ticket.notifier.available();
        headers->whenDone([&](const TicketHeaders::Outcome &outcome) {
            statuses.append(outcome.response.headers->status);
            if (outcome.retry)
                grant();
        });
    };
    grant();
    QCOMPARE(statuses, QList<int>({429, 429, 429, 200}));
    QTRY_VERIFY(!receiver);
}

void tst_TicketHeaders::olderAttemptsHaveNoSay()
{
    TicketChannel ticket = channel(this);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    auto first = ticket.notifier.available();
    const TicketSender firstSender = first->sender();
    QVERIFY(firstSender.sent());
    QVERIFY(firstSender.retry(Response::answered(withStatus(429))));
    auto second = ticket.notifier.available();
    QVERIFY(second);
    QVERIFY(!firstSender.headers({}));
    QVERIFY(!first->sender().isValid());
    first->whenDone([](const auto &) { QFAIL("That was over."); });
    QVERIFY(first->future().isCanceled());
    second->whenSent([] { QFAIL("Nobody has said so of this attempt."); });
    QVERIFY(second->sender().headers(withStatus(200)));
    QVERIFY(first->future().isCanceled());
    first.reset();
    const auto future = second->future(); // told late, and of the right attempt
    QVERIFY(future.isFinished() && !future.isCanceled());
    QCOMPARE(future.result()->status, 200);
}

void tst_TicketHeaders::anOutcomeIsToldOnce()
{
    TicketChannel ticket = channel(this);
    auto first = ticket.notifier.available();
    QVERIFY(first->sender().retry(Response::answered(withStatus(429)))); // nobody asks what it said
    auto second = ticket.notifier.available();
    int told = 0;
    second->whenDone([&](const TicketHeaders::Outcome &) { ++told; });
    QVERIFY(second->sender().headers({}));
    QCOMPARE(told, 1);
    QVERIFY(second->future().isCanceled());
}

void tst_TicketHeaders::assignmentEndsWhatItHeld()
{
    TicketChannel first = channel(this);
    TicketChannel second = channel(this);
    auto headers = first.notifier.available();
    const TicketSender firstSender = headers->sender();
    headers = second.notifier.available();
    QVERIFY(!firstSender.headers({}));
    QVERIFY(headers->sender().headers({}));
}

void tst_TicketHeaders::passesOnALateWord_data()
{
    using Give = std::function<bool(TicketSender)>;
    QTest::addColumn<Give>("give");
    QTest::addColumn<Response::Kind>("kind");
    using Kind = Response::Kind;
    QTest::newRow("headers") << Give([](auto s) { return s.headers(withStatus(200)); })
                             << Kind::Answered;
    QTest::newRow("retry") << Give([](auto s) {
        return s.retry(Response::answered(withStatus(429)));
    }) << Kind::Answered;
    QTest::newRow("lost") << Give([](auto s) { return s.lost(); }) << Kind::Lost;
    QTest::newRow("last copy gone") << Give([](auto) { return false; }) << Kind::Unused;
}

void tst_TicketHeaders::passesOnALateWord()
{
    QFETCH(std::function<bool(TicketSender)>, give);
    TicketChannel ticket = channel(this);
    const QPointer receiver(ticket.receiver);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    auto headers = ticket.notifier.available();
    QList<TicketHeaders::Outcome> told;
    headers->whenDone([&](const auto &outcome) { told.append(outcome); });
    headers->stopWaiting();
    QVERIFY(!headers->sender().isValid());
    QTRY_VERIFY(!receiver); // for the consumer the ticket has ended
    TicketSender sender = available.takeFirst().at(0).value<TicketSender>();
    QVERIFY(!sender.sent());
    QVERIFY(!give(std::exchange(sender, {})));
    QCOMPARE(told.size(), 1);
    QTEST(told.at(0).response.kind, "kind");
    QVERIFY(!told.at(0).retry);
    QVERIFY(!ticket.notifier.available());
}

void tst_TicketHeaders::aLateWordAfterTheEndIsDropped()
{
    TicketChannel ticket = channel(this);
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    auto headers = ticket.notifier.available();
    int told = 0;
    headers->whenDone([&](const auto &) { ++told; });
    headers->stopWaiting();
    headers.reset();
    const auto sender = available.takeFirst().at(0).value<TicketSender>();
    QVERIFY(!sender.headers(withStatus(200)));
    QCOMPARE(told, 0);
}

void tst_TicketHeaders::withdrawsWhatNobodyHas()
{
    TicketChannel ticket = channel(this);
    ticket.receiver->setAutoDelete(false);
    QSignalSpy failed(ticket.receiver, &TicketReceiver::failed);
    auto headers = ticket.notifier.available();
    int told = 0;
    headers->whenDone([&](const auto &) { ++told; });
    QVERIFY(headers->withdraw());
    QVERIFY(!headers->withdraw());
    QCOMPARE(told, 0); // who withdraws knows
    QSignalSpy available(ticket.receiver, &TicketReceiver::available);
    QTRY_COMPARE(failed.size(), 1);
    QCOMPARE(ticket.receiver->error().code, TicketError::Code::RatelimiterGone);
    QCOMPARE(available.size(), 0);

    TicketChannel taken = channel(this);
    QSignalSpy takes(taken.receiver, &TicketReceiver::available);
    auto waits = taken.notifier.available();
    QVERIFY(!waits->withdraw());
    QVERIFY(takes.at(0).at(0).value<TicketSender>().headers(withStatus(200)));
}

QTEST_GUILESS_MAIN(tst_TicketHeaders)
#include "tst_ticketheaders.moc"
