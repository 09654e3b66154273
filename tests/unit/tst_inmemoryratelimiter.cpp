// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "tests/common/Headers.h"
#include "tests/common/Waiting.h"

#include <QtCore/QThread>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <map>

static const Endpoint messages(Method::Post, "/channels/1/messages");
static const Endpoint history(Method::Get, "/channels/1/messages");

class InMemoryRatelimiterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void grantsFromTheEventLoop()
    {
        InMemoryRatelimiter limiter;
        Waiting a(limiter, messages);
        QCOMPARE(a.grants, 0); // nothing is emitted from inside ticket()
        QTRY_COMPARE(a.grants, 1);
        QVERIFY(a.sender.headers(answer(5, 4, 5s).headers));
        QVERIFY(!a.sender.headers(answer(5, 4, 5s).headers));
        QTRY_VERIFY(!a.receiver); // it deletes itself
    }

    void tellsEveryState()
    {
        InMemoryRatelimiter limiter;
        QList<TicketState> states;
        connect(&limiter, &Ratelimiter::ticketChanged, this, [&](const TicketInfo &ticket) {
            QCOMPARE(ticket.name, messages.name());
            states << ticket.state;
        });
        Waiting a(limiter, messages);
        QTRY_COMPARE(a.grants, 1);
        a.sender.sent();
        a.sender.headers(answer(5, 4, 5s).headers);
        const QList expected{TicketState::Queued, TicketState::Available, TicketState::InFlight,
            TicketState::Completed};
        QTRY_COMPARE(states, expected);
    }

    void waitsForTheReset()
    {
        InMemoryRatelimiter limiter;
        Waiting a(limiter, messages), b(limiter, messages);
        QTRY_COMPARE(a.grants, 1);
        QElapsedTimer clock;
        clock.start();
        a.sender.headers(answer(5, 0, 80ms).headers);
        QTRY_COMPARE(b.grants, 1);
        QVERIFY(clock.nsecsElapsed() >= 80'000'000); // never early
    }

    void retriesTheSameTicketFirst()
    {
        InMemoryRatelimiter limiter;
        QSignalSpy limited(&limiter, &Ratelimiter::rateLimited);
        Waiting a(limiter, messages), b(limiter, messages);
        QTRY_COMPARE(a.grants, 1);
        QVERIFY(a.sender.retry(tooMany(50ms)));
        QTRY_COMPARE(a.grants, 2);
        QCOMPARE(b.grants, 0);
        QCOMPARE(limited.size(), 1);
        QCOMPARE(limited.first().first().value<RateLimitHit>().retryAfter, 50ms);
        a.sender.headers(answer(5, 4, 5s).headers);
        QTRY_COMPARE(b.grants, 1);
    }

    void deletingTheReceiverCancels()
    {
        InMemoryRatelimiter limiter;
        std::map<quint64, TicketState> states;
        connect(&limiter, &Ratelimiter::ticketChanged, this,
            [&](const TicketInfo &ticket) { states[ticket.id.number()] = ticket.state; });
        Waiting a(limiter, messages), b(limiter, messages), c(limiter, messages);
        QTRY_COMPARE(a.grants, 1);
        delete b.receiver;
        c.receiver->cancel();
        QTRY_COMPARE(c.error.code, TicketError::Code::Cancelled);
        QTRY_COMPARE(states[2], TicketState::Cancelled);
        QTRY_COMPARE(states[3], TicketState::Cancelled);
        QVERIFY(a.sender.headers({}));
        QTRY_COMPARE(states[1], TicketState::Completed);
    }

    void aDroppedSenderLetsTheNextOneGo()
    {
        InMemoryRatelimiter limiter;
        Waiting a(limiter, messages), b(limiter, messages);
        QTRY_COMPARE(a.grants, 1);
        a.sender = {};
        QTRY_COMPARE(b.grants, 1);
    }

    void failures_data()
    {
        QTest::addColumn<int>("maxQueued");
        QTest::addColumn<Endpoint>("endpoint");
        QTest::addColumn<int>("deadlineMs");
        QTest::addColumn<TicketError::Code>("code");
        QTest::newRow("queue full") << 0 << messages << 60000 << TicketError::Code::QueueFull;
        QTest::newRow("no endpoint")
            << 9 << Endpoint() << 60000 << TicketError::Code::InvalidEndpoint;
        QTest::newRow("expired") << 9 << messages << 20 << TicketError::Code::Expired;
    }
    void failures()
    {
        QFETCH(int, maxQueued);
        QFETCH(Endpoint, endpoint);
        QFETCH(int, deadlineMs);
        QFETCH(TicketError::Code, code);
        SchedulerOptions options;
        options.maxQueuedPerBucket = maxQueued;
        InMemoryRatelimiter limiter(options);
        Waiting holds(limiter, history);
        if (maxQueued > 0)
            holds.sender = {};
        Waiting probe(limiter, messages);
        Waiting refused(limiter, endpoint, {.deadline = milliseconds(deadlineMs)});
        QTRY_COMPARE(refused.error.code, code);
        QCOMPARE(refused.grants, 0);
        QVERIFY(!refused.error.message.isEmpty());
        QTRY_VERIFY(!refused.receiver);
    }

    void timesOutWhenNobodySpeaks()
    {
        SchedulerOptions options;
        options.responseTimeout = 30ms;
        InMemoryRatelimiter limiter(options);
        Waiting a(limiter, messages), b(limiter, messages);
        QTRY_COMPARE(b.grants, 1);
        QVERIFY(!a.sender.headers(answer(5, 4, 5s).headers)); // too late
    }

    // Destroyed with a ticket in each state: whoever waits is told, and nobody else is harmed.
    void destroyedWithTicketsInEachState()
    {
        auto limiter = std::make_unique<InMemoryRatelimiter>();
        Waiting available(*limiter, messages), queued(*limiter, messages);
        QTRY_COMPARE(available.grants, 1);
        const auto future = limiter->waitForTicket(messages);
        Waiting asked(*limiter, messages); // still in the inbox
        limiter.reset();
        QVERIFY(!available.sender.headers(answer(5, 4, 5s).headers));
        QTRY_COMPARE(queued.error.code, TicketError::Code::RatelimiterGone);
        QTRY_COMPARE(asked.error.code, TicketError::Code::RatelimiterGone);
        QTRY_VERIFY(future.isFinished());
        QVERIFY(future.isCanceled());
        QTRY_VERIFY(!available.receiver && !queued.receiver && !asked.receiver);
    }

    void destroyedInsideItsOwnSignals_data()
    {
        QTest::addColumn<int>("in");
        QTest::newRow("ticketChanged") << 0;
        QTest::newRow("available") << 1;
        QTest::newRow("bucketChanged") << 2;
        QTest::newRow("ticketAvailable") << 3;
        QTest::newRow("bucketTouched") << 4;
    }
    void destroyedInsideItsOwnSignals()
    {
        QFETCH(int, in);
        auto *limiter = new InMemoryRatelimiter;
        const QPointer<InMemoryRatelimiter> alive(limiter);
        const auto destroy = [&alive] { delete alive; };
        Waiting a(*limiter, messages), b(*limiter, history);
        if (in == 0)
            connect(limiter, &Ratelimiter::ticketChanged, this, destroy);
        else if (in == 1)
            connect(a.receiver, &TicketReceiver::available, this, destroy);
        else if (in == 2)
            connect(limiter, &Ratelimiter::bucketChanged, this, destroy);
        else if (in == 4)
            connect(limiter, &InMemoryRatelimiter::bucketTouched, this, destroy);
        else
            connect(limiter, &Ratelimiter::ticketAvailable, this, destroy);
        QTRY_VERIFY(!alive);
        QTRY_VERIFY(!a.receiver);
        QTRY_VERIFY(!b.receiver || b.grants == 1);
    }

    void tellsWhichBucketToAskFor()
    {
        InMemoryRatelimiter limiter;
        BucketId touched;
        connect(&limiter, &InMemoryRatelimiter::bucketTouched, this,
            [&touched](BucketId bucket) { touched = bucket; });
        Waiting a(limiter, messages);
        QTRY_COMPARE(a.grants, 1);
        const auto bucket = limiter.bucket(touched);
        QVERIFY(bucket);
        QCOMPARE(bucket->id, touched);
        QCOMPARE(bucket->inFlight, 1);
        QVERIFY(!limiter.bucket(BucketId()));
    }

    void aReceiverMayDieInsideItsOwnSignal()
    {
        InMemoryRatelimiter limiter;
        QPointer<TicketReceiver> receiver = limiter.ticket(messages);
        TicketSender kept;
        connect(receiver, &TicketReceiver::available, this, [&](const TicketSender &sender) {
            kept = sender;
            delete receiver;
        });
        QTRY_VERIFY(kept.isValid());
        QVERIFY(kept.headers({}));
    }

    void answersQuestionsInOrder()
    {
        InMemoryRatelimiter limiter;
        const auto before = limiter.has(messages);
        Waiting a(limiter, messages);
        const auto after = limiter.has(messages);
        QTRY_VERIFY(after.isFinished());
        QCOMPARE(before.result(), false);
        QCOMPARE(after.result(), true);
        a.sender.headers(answer(5, 3, 5s).headers);
        auto bucket = limiter.bucket(messages);
        QTRY_VERIFY(bucket.isFinished());
        QCOMPARE(bucket.result()->remaining, 3);
        QCOMPARE(limiter.buckets().size(), 1u);
        QCOMPARE(limiter.globalUse().used, 1);
        const auto locked = limiter.isGloballyLocked();
        QTRY_VERIFY(locked.isFinished());
        QCOMPARE(locked.result(), false);
    }

    void questionsOfTheDeadAreCancelled()
    {
        auto limiter = std::make_unique<InMemoryRatelimiter>();
        const auto future = limiter->bucket(messages);
        limiter.reset();
        QVERIFY(future.isFinished());
        QVERIFY(future.isCanceled());
    }

    void tellsOfTheGlobalLock()
    {
        InMemoryRatelimiter limiter;
        QSignalSpy lock(&limiter, &Ratelimiter::globalLockChanged);
        Waiting a(limiter, messages);
        QTRY_COMPARE(a.grants, 1);
        a.sender.retry(globalLock(60ms));
        QTRY_COMPARE(lock.size(), 1);
        QCOMPARE(lock.first().first().toBool(), true);
        QVERIFY(limiter.globalUse().locked.has_value());
        QTRY_COMPARE(lock.size(), 2);
        QCOMPARE(lock.last().first().toBool(), false);
        QTRY_COMPARE(a.grants, 2);
    }

    void ticketAvailableCarriesTheSameSender()
    {
        InMemoryRatelimiter limiter;
        Waiting a(limiter, messages);
        TicketSender seen;
        connect(&limiter, &Ratelimiter::ticketAvailable, this,
            [&](TicketId, const TicketSender &sender) { seen = sender; });
        QTRY_VERIFY(seen.isValid());
        QCOMPARE(seen, a.sender);
    }

    void anyThreadMayAsk()
    {
        InMemoryRatelimiter limiter;
        std::atomic<int> granted = 0;
        std::vector<std::unique_ptr<QThread>> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back(QThread::create([&limiter, &granted, t] {
                QEventLoop loop;
                int left = 50;
                for (int i = 0; i < 50; ++i) {
                    const Endpoint endpoint(Method::Post,
                        QStringLiteral("/interactions/%1/t%2/callback").arg(t + 1).arg(i));
                    auto *receiver = limiter.ticket(endpoint);
                    QObject::connect(receiver, &TicketReceiver::available, &loop,
                        [&](const TicketSender &sender) {
                            granted += sender.headers({});
                            if (--left == 0)
                                loop.quit();
                        });
                }
                loop.exec();
            }));
            threads.back()->start();
        }
        for (auto &thread : threads)
            QTRY_VERIFY(thread->isFinished());
        QCOMPARE(granted.load(), 200);
    }
};

QTEST_GUILESS_MAIN(InMemoryRatelimiterTest)
#include "tst_inmemoryratelimiter.moc"
