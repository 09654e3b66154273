// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/Clock.h"
#include "ratelimit/ticket/TicketChannel.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEventLoop>
#include <QtCore/QPointer>
#include <QtTest/QTest>

#include <thread>

using namespace Turnstile;

static void fillTheSlice()
{
    const TimePoint end = clockNow() + slice;
    while (clockNow() < end) { }
}

/// What comes from another thread, more than one turn has time for.
class tst_DeliveryQueue : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void whatIsLeftComesInLaterTurnsInOrder();
    void whatWaitsMayGo();
    void anEventLoopInASlotGoesOn();
    void failuresWaitTheirTurn();

private:
    // Each ticket takes a whole slice.
    template <typename Slot> void listen(int ticket, Slot slot)
    {
        connect(receivers.at(size_t(ticket)), &TicketReceiver::available, this, [=, this] {
            told << ticket;
            fillTheSlice();
            slot();
        });
    }
    void grantAll()
    {
        std::thread([this] {
            for (auto &notifier : notifiers)
                headers.push_back(notifier.available());
        }).join();
    }

    std::vector<TicketNotifier> notifiers;
    std::vector<QPointer<TicketReceiver>> receivers;
    std::vector<std::optional<TicketHeaders>> headers;
    QList<int> told;
};

void tst_DeliveryQueue::init()
{
    for (int i = 0; i < 4; ++i) {
        TicketChannel made = channel();
        notifiers.push_back(std::move(made.notifier));
        receivers.emplace_back(made.receiver);
    }
}

void tst_DeliveryQueue::cleanup()
{
    headers.clear();
    notifiers.clear();
    told.clear();
    for (const auto &receiver : receivers)
        QTRY_VERIFY(!receiver);
    receivers.clear();
}

void tst_DeliveryQueue::whatIsLeftComesInLaterTurnsInOrder()
{
    for (int i = 0; i < 4; ++i)
        listen(i, [] {});
    grantAll();
    for (int turns = 1; turns <= 4; ++turns) {
        QCoreApplication::sendPostedEvents();
        QCOMPARE(told.size(), turns);
    }
    QCOMPARE(told, (QList{0, 1, 2, 3}));
}

void tst_DeliveryQueue::whatWaitsMayGo()
{
    listen(0, [] {});
    listen(1, [this] { delete receivers[2]; });
    listen(2, [] {});
    listen(3, [] {});
    grantAll();
    QTRY_COMPARE(told.size(), 3);
    QCOMPARE(told, (QList{0, 1, 3}));
    QVERIFY(notifiers[2].isCancelled());
}

void tst_DeliveryQueue::anEventLoopInASlotGoesOn()
{
    QEventLoop loop;
    listen(0, [] {});
    listen(1, [&loop] { loop.exec(); });
    listen(2, [] {});
    listen(3, [&loop] { loop.quit(); });
    grantAll();
    QTRY_COMPARE(told.size(), 4);
    QCOMPARE(told, (QList{0, 1, 2, 3}));
}

void tst_DeliveryQueue::failuresWaitTheirTurn()
{
    for (int i = 0; i < 4; ++i) {
        connect(receivers[size_t(i)], &TicketReceiver::failed, this, [this, i] {
            told << i;
            fillTheSlice();
        });
    }
    notifiers.clear();
    QCoreApplication::sendPostedEvents();
    QCOMPARE(told.size(), 1);
    QTRY_COMPARE(told, (QList{0, 1, 2, 3}));
}

QTEST_GUILESS_MAIN(tst_DeliveryQueue)
#include "tst_deliveryqueue.moc"
