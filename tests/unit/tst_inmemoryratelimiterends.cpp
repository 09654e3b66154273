// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "tests/common/Headers.h"
#include "tests/common/Waiting.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtCore/QTimer>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

static const Endpoint messages(Method::Post, "/channels/1/messages");
static const Endpoint history(Method::Get, "/channels/1/messages");

static Endpoint callback(int interaction)
{
    return {Method::Post, QStringLiteral("/interactions/%1/t/callback").arg(interaction)};
}

static void keepBusyFor(milliseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) { }
}

/// What is odd about the ends of tickets, threads and event loops.
class tst_InMemoryRatelimiterEnds : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void eachRefusedTicketHearsItsOwnReason_data();
    void eachRefusedTicketHearsItsOwnReason();
    void refusalsOfOtherKindsKeepApart();
    void lateHeadersTeach();
    void aLateRetryIsNone();
    void whatNobodyTakesIsNotSpent();
    void whatNobodyTakesAtItsSecondGrant();
    void aDroppedFutureGivesItsTicketBack();
    void livesInAnotherThread();
    void aBurstLeavesTurnsToOthers();
    void anEventLoopInASlotGoesOnWithTheRest();
    void askingInASlotIsNoClockJump();
};

void tst_InMemoryRatelimiterEnds::eachRefusedTicketHearsItsOwnReason_data()
{
    QTest::addColumn<Endpoint>("endpoint");
    QTest::addColumn<TicketError::Code>("code");
    QTest::newRow("no endpoint") << Endpoint() << TicketError::Code::InvalidEndpoint;
    QTest::newRow("queue full") << messages << TicketError::Code::QueueFull;
}

// All in one turn of the event loop: each takes the slot that the one before it has left.
void tst_InMemoryRatelimiterEnds::eachRefusedTicketHearsItsOwnReason()
{
    QFETCH(Endpoint, endpoint);
    InMemoryRatelimiter limiter({.maxQueued = 0});
    Waiting probe(limiter, messages);
    Waiting a(limiter, endpoint), b(limiter, endpoint), c(limiter, endpoint);
    QTRY_VERIFY(!a.receiver && !b.receiver && !c.receiver);
    QTEST(a.error.code, "code");
    QTEST(b.error.code, "code");
    QTEST(c.error.code, "code");
    QCOMPARE(probe.grants, 1);
}

void tst_InMemoryRatelimiterEnds::refusalsOfOtherKindsKeepApart()
{
    InMemoryRatelimiter limiter({.maxQueued = 0});
    Waiting probe(limiter, messages);
    Waiting invalid(limiter, {}), full(limiter, messages), fits(limiter, history),
        gone(limiter, {});
    delete gone.receiver;
    QTRY_VERIFY(!invalid.receiver && !full.receiver);
    QCOMPARE(invalid.error.code, TicketError::Code::InvalidEndpoint);
    QCOMPARE(full.error.code, TicketError::Code::QueueFull);
    QTRY_COMPARE(fits.grants, 1);
    QVERIFY(fits.sender.headers({}));
}

void tst_InMemoryRatelimiterEnds::lateHeadersTeach()
{
    InMemoryRatelimiter limiter({.responseTimeout = 200ms});
    Waiting a(limiter, messages);
    int timeouts = 0;
    bool awaited = true;
    connect(&limiter, &Ratelimiter::ticketChanged, this, [&](const TicketInfo &ticket) {
        if (ticket.state != TicketState::TimedOut)
            return;
        ++timeouts;
        awaited = a.sender.headers(answer(5, 3, 5s).headers);
    });
    QTRY_COMPARE(timeouts, 1);
    QVERIFY(!awaited);
    QVERIFY(!a.sender.headers(answer(5, 1, 5s).headers)); // only the first word counts
    const auto bucket = limiter.bucket(messages);
    QTRY_VERIFY(bucket.isFinished());
    QCOMPARE(bucket.result()->limit, 5);
    QCOMPARE(bucket.result()->remaining, 3);
    QTRY_VERIFY(!a.receiver);
}

void tst_InMemoryRatelimiterEnds::aLateRetryIsNone()
{
    InMemoryRatelimiter limiter({.responseTimeout = 200ms});
    Waiting a(limiter, messages), b(limiter, messages);
    QSignalSpy limited(&limiter, &Ratelimiter::rateLimited);
    bool awaited = true;
    connect(&limiter, &Ratelimiter::ticketChanged, this, [&](const TicketInfo &ticket) {
        if (ticket.state == TicketState::TimedOut && ticket.id.number() == 1)
            awaited = a.sender.retry(tooMany(50ms));
    });
    QTRY_COMPARE(limited.size(), 1); // learnt
    QVERIFY(!awaited);
    QTRY_VERIFY(!a.receiver);
    QTRY_COMPARE(b.grants, 1);
    QCOMPARE(a.grants, 1);
}

void tst_InMemoryRatelimiterEnds::whatNobodyTakesIsNotSpent()
{
    InMemoryRatelimiter limiter({.responseTimeout = 100ms});
    {
        Waiting teacher(limiter, history);
        QTRY_COMPARE(teacher.grants, 1);
        QVERIFY(teacher.sender.headers(answer(5, 4, 60s).headers));
    }
    QList<TicketState> states;
    connect(&limiter, &Ratelimiter::ticketChanged, this, [&](const TicketInfo &ticket) {
        if (ticket.id.number() == 2)
            states << ticket.state;
    });
    const QPointer<TicketReceiver> ignored = limiter.ticket(history);
    QSignalSpy failed(ignored, &TicketReceiver::failed);
    const QList expected{TicketState::Queued, TicketState::Available, TicketState::Dropped};
    QTRY_COMPARE(states, expected);
    QTRY_VERIFY(!ignored); // and nothing leaks
    QCOMPARE(failed.size(), 1);
    const auto bucket = limiter.bucket(history);
    QTRY_VERIFY(bucket.isFinished());
    QCOMPARE(bucket.result()->remaining, 4);
    QCOMPARE(bucket.result()->inFlight, 0);
}

// The time of the first grant says nothing about the second one.
void tst_InMemoryRatelimiterEnds::whatNobodyTakesAtItsSecondGrant()
{
    InMemoryRatelimiter limiter({.responseTimeout = 300ms});
    TicketReceiver *receiver = limiter.ticket(messages);
    QList<TimePoint> granted;
    std::optional<TimePoint> droppedAt;
    connect(&limiter, &Ratelimiter::ticketChanged, this, [&](const TicketInfo &ticket) {
        if (ticket.state == TicketState::Available)
            granted << ticket.at;
        else if (ticket.state == TicketState::Dropped)
            droppedAt = ticket.at;
    });
    {
        const auto future = receiver->future();
        QTRY_VERIFY(future.isFinished());
        QVERIFY(future.result().retry(tooMany(150ms)));
    }
    QTRY_VERIFY(droppedAt); // nobody has asked for a second future
    QCOMPARE(granted.size(), 2);
    QVERIFY(*droppedAt - granted[1] >= 300ms);
}

void tst_InMemoryRatelimiterEnds::aDroppedFutureGivesItsTicketBack()
{
    InMemoryRatelimiter limiter;
    QList<TicketState> ends;
    connect(&limiter, &Ratelimiter::ticketChanged, this, [&](const TicketInfo &ticket) {
        if (isFinal(ticket.state))
            ends << ticket.state;
    });
    {
        const auto waiting = limiter.waitForTicket(messages); // goes while the ticket waits
    }
    auto delivered = limiter.waitForTicket(messages); // goes with the sender in it
    QTRY_VERIFY(delivered.isFinished());
    delivered = {};
    const QList expected{TicketState::Dropped, TicketState::Dropped};
    QTRY_COMPARE(ends, expected);
}

void tst_InMemoryRatelimiterEnds::livesInAnotherThread()
{
    QThread thread;
    auto *limiter = new InMemoryRatelimiter;
    Waiting early(*limiter, history); // asked before the move
    limiter->moveToThread(&thread);
    thread.start();
    int answered = 0;
    for (int i = 0; i < 6; ++i) {
        connect(limiter->ticket(messages), &TicketReceiver::available, this,
            [&answered](const TicketSender &sender) {
                answered += sender.headers(answer(1, 0, 20ms).headers);
            });
    }
    QTRY_COMPARE(answered, 6); // five of them after a reset, which a timer has to tell
    QCOMPARE(early.grants, 1);
    limiter->deleteLater();
    thread.quit();
    QVERIFY(thread.wait());
}

// Each slot takes longer than a slice, so no turn may have room for two.
void tst_InMemoryRatelimiterEnds::aBurstLeavesTurnsToOthers()
{
    InMemoryRatelimiter limiter;
    QList<int> order;
    int inThisTurn = 0;
    int mostInATurn = 0;
    const QObject here; // the dispatcher outlives these numbers
    connect(QCoreApplication::eventDispatcher(), &QAbstractEventDispatcher::awake, &here,
        [&] { mostInATurn = std::max(mostInATurn, std::exchange(inThisTurn, 0)); });
    for (int i = 0; i < 8; ++i) {
        connect(limiter.ticket(callback(i)), &TicketReceiver::available, this,
            [&, i](const TicketSender &sender) {
                order << i;
                ++inThisTurn;
                keepBusyFor(6ms);
                sender.headers({});
            });
    }
    QTRY_COMPARE(order.size(), 8);
    const QList expected{0, 1, 2, 3, 4, 5, 6, 7};
    QCOMPARE(order, expected);
    QCOMPARE(std::max(mostInATurn, inThisTurn), 1);
    QTRY_COMPARE(limiter.globalUse().used, 0);
    QTRY_VERIFY(std::ranges::all_of(
        limiter.buckets(), [](const Bucket &bucket) { return bucket.inFlight == 0; }));
}

void tst_InMemoryRatelimiterEnds::anEventLoopInASlotGoesOnWithTheRest()
{
    InMemoryRatelimiter limiter;
    QEventLoop loop;
    bool inside = false;
    bool wasInside = false;
    connect(limiter.ticket(callback(1)), &TicketReceiver::available, this, [&](TicketSender) {
        inside = true;
        QTimer::singleShot(5s, &loop, &QEventLoop::quit);
        loop.exec();
        inside = false;
    });
    connect(limiter.ticket(callback(2)), &TicketReceiver::available, this, [&](TicketSender) {
        wasInside = inside;
        loop.quit();
    });
    QTRY_VERIFY(wasInside);
    QTRY_VERIFY(!inside);
}

void tst_InMemoryRatelimiterEnds::askingInASlotIsNoClockJump()
{
    InMemoryRatelimiter limiter;
    QSignalSpy anomalies(&limiter, &Ratelimiter::anomalySeen);
    std::unique_ptr<Waiting> late;
    const QPointer<TicketReceiver> first = limiter.ticket(callback(1));
    const QPointer<TicketReceiver> second = limiter.ticket(callback(2));
    connect(first, &TicketReceiver::available, this, [&](const TicketSender &) {
        late = std::make_unique<Waiting>(limiter, history);
        delete second; // its cancellation is done before the ticket is asked for
    });
    connect(second, &TicketReceiver::available, this, [](const TicketSender &) { QFAIL("gone"); });
    QTRY_VERIFY(late && late->grants == 1);
    QCOMPARE(anomalies.size(), 0);
}

QTEST_GUILESS_MAIN(tst_InMemoryRatelimiterEnds)
#include "tst_inmemoryratelimiterends.moc"
