// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "tests/common/Headers.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtTest/QTest>

#include <algorithm>
#include <atomic>
#include <utility>

/// Counts what its thread does between two turns of the event loop: it has itself called in each.
class Turns : public QObject {
public:
    void begin()
    {
        QMetaObject::invokeMethod(
            this, [this] { turn(); }, Qt::QueuedConnection);
    }

    /// Does what takes \a time at least, or longer where other programs are busy, too. So a slice
    /// has room for a number of these that does not depend on the machine.
    void work(std::chrono::microseconds time)
    {
        const auto end = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < end) { }
        most = std::max(most.load(), ++m_done);
    }

    std::atomic<int> turns = 0; ///< in which something was done
    std::atomic<int> most = 0;  ///< done between two turns

private:
    void turn()
    {
        turns += std::exchange(m_done, 0) > 0;
        begin();
    }

    int m_done = 0;
};

/// Very many tickets, asked for and granted at once, leave turns to others: in the limiter's thread
/// and in the caller's. Told by counting, so that it is as true on a busy machine.
class tst_Responsiveness : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void aBurstLeavesTurnsToOthers_data();
    void aBurstLeavesTurnsToOthers();
};

void tst_Responsiveness::aBurstLeavesTurnsToOthers_data()
{
    QTest::addColumn<bool>("sameThread");
    QTest::addColumn<int>("burst");
    QTest::newRow("one thread") << true << 20'000;
    QTest::newRow("two threads") << false << 100'000;
}

void tst_Responsiveness::aBurstLeavesTurnsToOthers()
{
    QFETCH(bool, sameThread);
    QFETCH(int, burst);
    QThread thread;
    auto *limiter = new InMemoryRatelimiter({.globalLimit = 0, .invalidLimit = 0});
    Turns ofTheLimiter, ofTheCaller;
    connect(limiter, &Ratelimiter::ticketChanged, limiter, [&] { ofTheLimiter.work(4us); });
    if (!sameThread) {
        limiter->moveToThread(&thread);
        ofTheLimiter.moveToThread(&thread);
        connect(&thread, &QThread::finished, limiter, &QObject::deleteLater);
        thread.start();
    }
    ofTheLimiter.begin();
    ofTheCaller.begin();

    limiter->setFlow(Flow::Paused);
    int answered = 0;
    bool isInOrder = true;
    for (int i = 0; i < burst; ++i) {
        const Endpoint callback( // interactions never wait for each other
            Method::Post, QStringLiteral("/interactions/%1/t/callback").arg(i % 100));
        connect(limiter->ticket(callback, {.ordering = Ordering::Concurrent}),
            &TicketReceiver::available, this, [&, i](const TicketSender &sender) {
                ofTheCaller.work(10us);
                isInOrder &= i == answered;
                answered += sender.headers({});
            });
    }
    limiter->setFlow(Flow::Open); // one call grants them all
    QTRY_COMPARE_WITH_TIMEOUT(answered, burst, 60'000);
    thread.quit();
    thread.wait();
    if (sameThread)
        delete limiter;
    QVERIFY(isInOrder);

    // The slices that can lie between two calls of turn(), one of them of a timer; and what was
    // begun in each.
    const int statesAtMost = 3 * (5000 / 4 + 1);
    const int ticketsAtMost = 3 * (5000 / 10 + 1);
    qInfo("limiter: %d turns, at most %d states in one; caller: %d turns, at most %d tickets",
        ofTheLimiter.turns.load(), ofTheLimiter.most.load(), ofTheCaller.turns.load(),
        ofTheCaller.most.load());
    QVERIFY(ofTheLimiter.most <= statesAtMost && ofTheLimiter.turns >= burst * 3 / statesAtMost);
    QVERIFY(ofTheCaller.most <= ticketsAtMost && ofTheCaller.turns >= burst / ticketsAtMost);
}

QTEST_GUILESS_MAIN(tst_Responsiveness)
#include "tst_responsiveness.moc"
