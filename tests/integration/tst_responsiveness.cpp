// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "tests/common/Headers.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtTest/QTest>

#include <algorithm>
#include <atomic>
#include <utility>

/// Counts the turns of its thread's event loop, and how much is done between two of them. Not by
/// the clock, which tells of other programs, too: it has itself called once in each turn.
class Turns : public QObject {
public:
    void begin()
    {
        QMetaObject::invokeMethod(
            this, [this] { turn(); }, Qt::QueuedConnection);
    }
    void done() { ++m_done; }

    std::atomic<int> turns = 0;
    std::atomic<int> most = 0; ///< done between two turns

private:
    void turn()
    {
        if (const int done = std::exchange(m_done, 0)) {
            ++turns;
            most = std::max(most.load(), done);
        }
        begin();
    }

    int m_done = 0;
};

static constexpr int burst = 100'000;

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
    QTest::addColumn<bool>("atOnce"); // granted when all have been asked for, by one call
    QTest::newRow("one thread") << true << false;
    QTest::newRow("one thread, all at once") << true << true;
    QTest::newRow("two threads") << false << false;
    QTest::newRow("two threads, all at once") << false << true;
}

void tst_Responsiveness::aBurstLeavesTurnsToOthers()
{
    QFETCH(bool, sameThread);
    QFETCH(bool, atOnce);
    QThread thread;
    auto *limiter = new InMemoryRatelimiter({.globalLimit = 0});
    Turns ofTheLimiter, ofTheCaller;
    std::atomic<int> granted = 0;
    connect(limiter, &Ratelimiter::ticketChanged, limiter, [&](const TicketInfo &ticket) {
        ofTheLimiter.done();
        granted += ticket.state == TicketState::Available;
    });
    if (!sameThread) {
        limiter->moveToThread(&thread);
        ofTheLimiter.moveToThread(&thread);
        connect(&thread, &QThread::finished, limiter, &QObject::deleteLater);
        thread.start();
    }
    ofTheLimiter.begin();
    ofTheCaller.begin();
    if (atOnce)
        limiter->setFlow(Flow::Paused);

    // Interactions never wait for each other.
    int answered = 0;
    for (int i = 0; i < burst; ++i) {
        const Endpoint callback(
            Method::Post, QStringLiteral("/interactions/%1/t/callback").arg(i % 100));
        connect(limiter->ticket(callback, {.ordering = Ordering::Concurrent}),
            &TicketReceiver::available, this, [&](const TicketSender &sender) {
                ofTheCaller.done();
                answered += sender.headers({});
            });
    }
    if (atOnce) {
        const auto asked = limiter->has({});
        QTRY_VERIFY(asked.isFinished());
        limiter->setFlow(Flow::Open);
    }
    QTRY_COMPARE_WITH_TIMEOUT(answered, burst, 60'000);
    QCOMPARE(granted, burst);
    qInfo(
        "limiter: %d turns, at most %d states in one; caller: %d turns, at most %d tickets in one",
        ofTheLimiter.turns.load(), ofTheLimiter.most.load(), ofTheCaller.turns.load(),
        ofTheCaller.most.load());
    thread.quit();
    thread.wait();
    if (sameThread)
        delete limiter;
}

QTEST_GUILESS_MAIN(tst_Responsiveness)
#include "tst_responsiveness.moc"
