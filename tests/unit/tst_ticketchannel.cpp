// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketChannel.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

using namespace Turnstile;

namespace {

RatelimitHeaders withStatus(int status)
{
    RatelimitHeaders headers;
    headers.status = status;
    return headers;
}

/// A thread with an event loop, for consumers.
struct ConsumerThread : QThread {
    ConsumerThread()
    {
        start();
        context.moveToThread(this);
    }
    ~ConsumerThread() override
    {
        quit();
        wait();
    }
    /// Waits for it with the standard library, which ThreadSanitizer can see.
    template <typename F> void run(F function)
    {
        std::promise<void> done;
        const std::future<void> finished = done.get_future();
        QMetaObject::invokeMethod(&context, [&function, done = std::move(done)]() mutable {
            function();
            done.set_value();
        });
        finished.wait();
    }
    QObject context;
};

} // namespace

/// The whole way of a ticket, in one thread and across threads.
class tst_TicketChannel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void belongsToItsParent();
    void aTicketFromAskingToTheEnd();
    void losesNothingInADeepQueue();
    void consumerInAnotherThread();
    void consumerOfAThreadWithoutAnEventLoop();
    void failureInAnotherThread();
    void oneWordFromManyThreads();
    void receiverDeletedWhileItIsGranted();
    void headersDestroyedWhileTheWordIsGiven();
    void retriedWhileTheReceiverIsDeleted();
};

void tst_TicketChannel::belongsToItsParent()
{
    auto parent = std::make_unique<QObject>();
    const TicketChannel ticket = channel(parent.get());
    QCOMPARE(ticket.receiver->parent(), parent.get());
    parent.reset();
    QVERIFY(ticket.notifier.isCancelled());
}

void tst_TicketChannel::aTicketFromAskingToTheEnd()
{
    TicketChannel ticket = channel();
    const QPointer receiver(ticket.receiver);
    QByteArray story;
    connect(receiver, &TicketReceiver::available, this, [&](const TicketSender &sender) {
        story += "available ";
        QVERIFY(sender.sent());
        if (!story.contains("429"))
            QVERIFY(sender.retry(Response::answered(withStatus(429))));
        else
            QVERIFY(sender.headers(withStatus(200)));
    });
    bool again = true;
    while (again) {
        auto headers = ticket.notifier.available();
        QVERIFY(headers);
        headers->whenSent([&] { story += "sent "; });
        headers->whenDone([&](const TicketHeaders::Outcome &outcome) {
            story += QByteArray::number(outcome.response.headers->status) + ' ';
            again = outcome.retry;
        });
    }
    connect(receiver, &QObject::destroyed, this, [&] { story += "gone"; });
    QTRY_VERIFY(!receiver);
    QCOMPARE(story, "available sent 429 available sent 200 gone");
}

void tst_TicketChannel::losesNothingInADeepQueue()
{
    std::vector<TicketChannel> tickets;
    std::vector<TicketHeaders> grants;
    QList<int> order;
    int answered = 0;
    for (int i = 0; i < 1000; ++i) {
        tickets.push_back(channel());
        connect(tickets.back().receiver, &TicketReceiver::available, this,
            [&order, i](const TicketSender &sender) {
                order.append(i);
                sender.headers({});
            });
    }
    for (TicketChannel &ticket : tickets) {
        grants.push_back(*ticket.notifier.available());
        grants.back().whenDone([&](const auto &) { ++answered; });
    }
    QCOMPARE(answered, 1000);
    QVERIFY(std::is_sorted(order.begin(), order.end()));
    QCOMPARE(order.size(), 1000);
}

void tst_TicketChannel::consumerInAnotherThread()
{
    std::optional<TicketChannel> ticket;
    std::promise<QThread *> receivedIn;
    std::promise<Response> response;
    ConsumerThread consumer; // ends before what it uses
    consumer.run([&] {
        ticket.emplace(channel());
        connect(ticket->receiver, &TicketReceiver::available, &consumer.context,
            [&](const TicketSender &sender) {
                receivedIn.set_value(QThread::currentThread());
                sender.headers(withStatus(200));
            });
    });
    auto headers = ticket->notifier.available();
    QVERIFY(headers);
    headers->whenDone([&](const auto &outcome) { response.set_value(outcome.response); });
    QCOMPARE(receivedIn.get_future().get(), &consumer);
    QCOMPARE(response.get_future().get().headers->status, 200);
}

void tst_TicketChannel::consumerOfAThreadWithoutAnEventLoop()
{
    TicketNotifier *notifier = nullptr;
    std::promise<void> ready;
    std::thread thread([&] {
        TicketChannel ticket = channel();
        notifier = &ticket.notifier;
        const QFuture<TicketSender> future = ticket.receiver->future();
        ready.set_value();
        while (!future.isFinished())
            QCoreApplication::sendPostedEvents(ticket.receiver);
        future.result().headers({});
        delete ticket.receiver;
    });
    ready.get_future().wait();
    auto headers = notifier->available();
    const auto future = headers->future();
    thread.join();
    QVERIFY(future.isFinished() && !future.isCanceled());
}

void tst_TicketChannel::failureInAnotherThread()
{
    std::optional<TicketChannel> ticket;
    std::promise<TicketError> failure;
    std::promise<void> gone;
    ConsumerThread consumer; // ends before what it uses
    consumer.run([&] {
        ticket.emplace(channel());
        connect(ticket->receiver, &TicketReceiver::failed, &consumer.context,
            [&](const TicketError &error) { failure.set_value(error); });
        connect(
            ticket->receiver, &QObject::destroyed, &consumer.context, [&] { gone.set_value(); });
    });
    ticket.reset();
    QCOMPARE(failure.get_future().get().code, TicketError::Code::RatelimiterGone);
    gone.get_future().wait();
}

void tst_TicketChannel::oneWordFromManyThreads()
{
    for (int round = 0; round < 100; ++round) {
        TicketChannel ticket = channel(this);
        auto headers = ticket.notifier.available();
        std::atomic<int> told = 0;
        headers->whenDone([&](const auto &) { ++told; });
        std::atomic<int> accepted = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&, sender = headers->sender()]() mutable {
                if (sender.sent() && sender.headers(withStatus(200)))
                    ++accepted;
                sender = {};
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(accepted.load(), 1);
        QCOMPARE(told.load(), 1);
        delete ticket.receiver;
    }
}

void tst_TicketChannel::receiverDeletedWhileItIsGranted()
{
    constexpr int rounds = 500;
    std::vector<std::promise<TicketNotifier>> handed(rounds);
    std::thread consumer([&] {
        for (int round = 0; round < rounds; ++round) {
            TicketChannel ticket = channel();
            const std::unique_ptr<TicketReceiver> receiver(ticket.receiver);
            bool available = false;
            if (round % 2)
                connect(receiver.get(), &TicketReceiver::available, receiver.get(),
                    [&](const TicketSender &sender) { available = sender.isValid(); });
            handed[size_t(round)].set_value(std::move(ticket.notifier));
            for (int i = 0; i < round % 20 && !available; ++i)
                QCoreApplication::sendPostedEvents(receiver.get());
        }
    });
    std::atomic<int> cancelled = 0;
    std::atomic<int> unused = 0;
    int refused = 0;
    int granted = 0;
    std::vector<TicketNotifier> notifiers;
    std::vector<TicketHeaders> grants;
    for (auto &promise : handed) {
        notifiers.push_back(promise.get_future().get());
        notifiers.back().whenCancelled([&] { ++cancelled; });
        if (auto headers = notifiers.back().available()) {
            ++granted;
            headers->whenDone([&](const TicketHeaders::Outcome &outcome) {
                if (outcome.response.kind == Response::Kind::Unused)
                    ++unused;
            });
            grants.push_back(std::move(*headers));
        } else {
            ++refused;
        }
    }
    consumer.join();
    QCOMPARE(granted + refused, rounds);
    QCOMPARE(unused.load(), granted);
    QCOMPARE(cancelled.load(), refused);
}

void tst_TicketChannel::headersDestroyedWhileTheWordIsGiven()
{
    for (int round = 0; round < 200; ++round) {
        TicketChannel ticket = channel(this);
        auto headers = ticket.notifier.available();
        std::atomic<int> told = 0;
        headers->whenDone([&](const auto &) { ++told; });
        bool accepted = false;
        std::thread thread([&, sender = headers->sender()] { accepted = sender.headers({}); });
        headers.reset();
        thread.join();
        QCOMPARE(told.load(), accepted ? 1 : 0);
        delete ticket.receiver;
    }
}

void tst_TicketChannel::retriedWhileTheReceiverIsDeleted()
{
    for (int round = 0; round < 200; ++round) {
        TicketChannel ticket = channel();
        QSignalSpy available(ticket.receiver, &TicketReceiver::available);
        std::atomic<int> cancelled = 0;
        ticket.notifier.whenCancelled([&] { ++cancelled; });
        auto headers = ticket.notifier.available();
        std::optional<TicketHeaders> again;
        std::thread thread([&, sender = headers->sender()] {
            sender.retry(Response::answered({}));
            again = ticket.notifier.available();
        });
        delete ticket.receiver;
        thread.join();
        QVERIFY(ticket.notifier.isCancelled());
        QCOMPARE(cancelled.load(), again ? 0 : 1);
        if (again) { // granted, and given back before it was delivered
            QCOMPARE(again->sender().isValid(), false);
            bool unused = false;
            again->whenDone([&](const TicketHeaders::Outcome &outcome) {
                unused = outcome.response.kind == Response::Kind::Unused;
            });
            QVERIFY(unused);
        }
    }
}

QTEST_GUILESS_MAIN(tst_TicketChannel)
#include "tst_ticketchannel.moc"
