// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What a process asks of Redis and gives back, whatever its tickets do.
#include "ratelimit/Clock.h"
#include "tests/common/RedisBots.h"

#include <QtCore/QThread>
#include <QtCore/QTimer>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

// A bucket that says what a test wants it to say.
static RatelimitHeaders answer(int remaining, milliseconds resetAfter, int status = 200)
{
    RatelimitHeaders headers;
    headers.kind = RatelimitHeaders::Kind::Bucket;
    headers.status = status;
    headers.limit = 5;
    headers.remaining = remaining;
    headers.resetAfter = resetAfter;
    headers.bucket = "abcd";
    if (status == 429)
        headers.retryAfter = resetAfter;
    return headers;
}

static Endpoint channel(int number)
{
    return {Method::Get, QStringLiteral("/channels/%1/messages").arg(number)};
}

class RedisBrokerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { NEED_REDIS(); }

    void destroyedWithTickets()
    {
        RedisServer redis;
        auto limiter = std::make_unique<RedisRatelimiter>(redisAt(redis.unixSocket()));
        std::vector<TicketSender> senders;
        int failed = 0;
        for (int i = 0; i < 700; ++i) {
            auto *ticket = limiter->ticket(channel(i / 2));
            connect(ticket, &TicketReceiver::available, this,
                [&](const TicketSender &sender) { senders.push_back(sender); });
            connect(ticket, &TicketReceiver::failed, this, [&](const TicketError &error) {
                failed += error.code == TicketError::Code::RatelimiterGone;
            });
        }
        QTRY_VERIFY(senders.size() >= 50); // the global limit
        QVERIFY(leasesIn(redis) >= 50);
        limiter.reset();
        QTRY_COMPARE(failed, int(700 - senders.size()));
        QTRY_COMPARE(leasesIn(redis), 0);
        QVERIFY(!senders[0].headers(answer(4, 1s)));
    }

    // And while a call is out, whose reply nobody will read.
    void destroyedDuringACall()
    {
        RedisServer redis;
        for (int i = 0; i < 40; ++i) {
            RedisRatelimiter limiter(redisAt(redis.unixSocket()));
            QTRY_VERIFY(limiter.sharing().isConnected);
            for (int n = 0; n < 5; ++n)
                QVERIFY(limiter.ticket(channel(n)));
            for (int n = 0; n <= i % 5; ++n)
                QCoreApplication::processEvents();
        }
        QTRY_COMPARE(leasesIn(redis), 0);
    }

    void cancelledBeforeTheLeaseCame()
    {
        RedisServer redis;
        RedisRatelimiter limiter(redisAt(redis.unixSocket()));
        QTRY_COMPARE(limiter.sharing().calls, 1U); // that it is there
        redis.stop();
        std::vector<TicketReceiver *> tickets;
        for (int i = 0; i < 20; ++i)
            tickets.push_back(limiter.ticket(channel(i % 4)));
        QTest::qWait(100);
        for (TicketReceiver *ticket : tickets)
            delete ticket;
        QTest::qWait(50);
        redis.resume();
        QTRY_VERIFY(limiter.sharing().calls >= 3);
        QTRY_COMPARE(leasesIn(redis), 0);
        QCOMPARE(limiter.sharing().granted, 0U);
        QCOMPARE(redis.command({"KEYS", "turnstile:{f1}:w:*"}).toList().size(), 0);
    }

    void retried()
    {
        RedisServer redis;
        RedisRatelimiter limiter(redisAt(redis.unixSocket()));
        int grants = 0;
        bool isDone = false;
        auto *ticket = limiter.ticket(channel(1));
        connect(ticket, &TicketReceiver::available, this, [&](const TicketSender &sender) {
            if (++grants < 4)
                QVERIFY(sender.retry(Response::answered(answer(0, 50ms, 429)), 50ms));
            else
                isDone = sender.headers(answer(4, 1s));
        });
        QTRY_VERIFY(isDone);
        QCOMPARE(grants, 4);
        QCOMPARE(limiter.sharing().granted, 4U);
        QTRY_COMPARE(leasesIn(redis), 0);
    }

    void movedToAThread()
    {
        RedisServer redis;
        auto *limiter = new RedisRatelimiter(redisAt(redis.unixSocket()));
        QTRY_VERIFY(limiter->sharing().isConnected);
        QThread thread;
        thread.start();
        QThread *told = nullptr;
        connect(
            limiter, &RedisRatelimiter::sharingChanged, limiter,
            [&] { told = QThread::currentThread(); }, Qt::DirectConnection);
        limiter->moveToThread(&thread);
        int done = 0;
        const auto ask = [&] {
            auto *ticket = limiter->ticket(channel(1));
            connect(ticket, &TicketReceiver::available, this,
                [&](const TicketSender &sender) { done += sender.headers(answer(4, 100ms)); });
        };
        ask();
        QTRY_COMPARE(done, 1);
        QVERIFY(redis.restart(false));
        ask();
        QTRY_COMPARE_WITH_TIMEOUT(done, 2, 10'000);
        QTRY_COMPARE(leasesIn(redis), 0);
        limiter->deleteLater();
        thread.quit();
        QVERIFY(thread.wait());
        QCOMPARE(told, &thread);
    }

    void outlivesItsThread()
    {
        RedisServer redis;
        const auto clients = [&] {
            return redis.command({"CLIENT", "LIST"}).toByteArray().count("name=turnstile");
        };
        auto *limiter = new RedisRatelimiter(redisAt(redis.unixSocket()));
        QThread thread;
        thread.start();
        limiter->moveToThread(&thread);
        std::optional<TicketSender> sender; // whose lease is to be given back
        auto *ticket = limiter->ticket(channel(1));
        connect(ticket, &TicketReceiver::available, this,
            [&](const TicketSender &given) { sender = given; });
        QTRY_VERIFY(sender);
        QCOMPARE(clients(), 2);
        thread.quit();
        QVERIFY(thread.wait());
        QEventLoop loop;
        QTimer::singleShot(0, &loop, [&] {
            delete limiter;
            loop.quit();
        });
        loop.exec();
        QTRY_COMPARE(clients(), 0);
    }

    void manyTicketsInABucket()
    {
        RedisServer redis;
        auto limiter = std::make_unique<RedisRatelimiter>(
            redisAt(redis.unixSocket()), SchedulerOptions{.globalLimit = 0});
        int done = 0;
        for (int i = 0; i < 100'000; ++i) {
            auto *ticket = limiter->ticket(channel(1));
            connect(ticket, &TicketReceiver::available, this, [&](const TicketSender &sender) {
                ++done;
                sender.headers(answer(4, 20ms));
            });
        }
        std::chrono::nanoseconds longest{};
        const TimePoint end = clockNow() + 1500ms;
        for (TimePoint before = clockNow(); before < end;) {
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            const TimePoint now = clockNow();
            longest = std::max<std::chrono::nanoseconds>(longest, now - before);
            before = now;
        }
        qInfo() << "longest turn" << std::chrono::duration_cast<milliseconds>(longest).count()
                << "ms;" << done << "granted in" << limiter->sharing().calls << "calls";
        QVERIFY(done >= 50);
        QVERIFY(longest < 500ms); // it waits in it, too
        limiter.reset();
        QTRY_COMPARE(leasesIn(redis), 0);
    }

    // More than one call may ask for: they come one after the other, the oldest first.
    void manyBuckets()
    {
        RedisServer redis;
        auto limiter = std::make_unique<RedisRatelimiter>(
            redisAt(redis.unixSocket()), SchedulerOptions{.globalLimit = 0});
        int done = 0;
        for (int i = 0; i < 6 * 700; ++i) {
            auto *ticket = limiter->ticket(channel(i % 700));
            connect(ticket, &TicketReceiver::available, this, [&](const TicketSender &sender) {
                ++done;
                RatelimitHeaders headers = answer(4, 20ms);
                headers.bucket.clear();
                sender.headers(headers);
            });
        }
        QTRY_COMPARE_WITH_TIMEOUT(done, 6 * 700, 20'000);
        QTRY_COMPARE(leasesIn(redis), 0);
        QCOMPARE(limiter->sharing().problem, QString());
        qInfo() << "calls per ticket:" << double(limiter->sharing().calls) / done;
    }

    void idleIsSilent()
    {
        RedisServer redis;
        RedisRatelimiter limiter(redisAt(redis.unixSocket()));
        bool isDone = false;
        auto *ticket = limiter.ticket(channel(1));
        connect(ticket, &TicketReceiver::available, this,
            [&](const TicketSender &sender) { isDone = sender.headers(answer(4, 50ms)); });
        QTRY_VERIFY(isDone);
        QTRY_COMPARE(leasesIn(redis), 0);
        QTest::qWait(100);
        const quint64 calls = limiter.sharing().calls;
        QTest::qWait(3300); // over the time of a heart beat
        QCOMPARE(limiter.sharing().calls, calls);
    }

    // They wait for a connection of their own: others may have what they do not use.
    void leasesThatNobodyUses()
    {
        RedisServer redis;
        RedisRatelimiter limiter(
            redisAt(redis.unixSocket()), SchedulerOptions{.responseTimeout = 600ms});
        const PoolId pool = limiter.createPool(1);
        std::vector<TicketSender> senders;
        for (int i = 0; i < 3; ++i) {
            auto *ticket = limiter.ticket(channel(i), {.pool = pool});
            connect(ticket, &TicketReceiver::available, this,
                [&](const TicketSender &sender) { senders.push_back(sender); });
        }
        QTRY_COMPARE(leasesIn(redis), 2); // and one that is ahead
        QTRY_COMPARE(senders.size(), 1U);
        const quint64 calls = limiter.sharing().calls;
        QTRY_VERIFY(limiter.sharing().calls > calls); // half of their life is over
        QVERIFY(limiter.sharing().calls <= calls + 3);
        for (size_t i = 0; i < 3; ++i) {
            QTRY_VERIFY(senders.size() > i);
            senders[i].drop();
        }
        QTRY_COMPARE(leasesIn(redis), 0);
    }

    // Its lease is over, and what it says of the bucket is heard all the same.
    void lateAnswer()
    {
        RedisServer redis;
        RedisRatelimiter limiter(
            redisAt(redis.unixSocket()), SchedulerOptions{.responseTimeout = 200ms});
        std::optional<TicketSender> kept;
        QSignalSpy changes(&limiter, &Ratelimiter::ticketChanged);
        auto *ticket = limiter.ticket(channel(1));
        connect(ticket, &TicketReceiver::available, this,
            [&](const TicketSender &sender) { kept = sender; });
        const auto hasTimedOut = [&] {
            return !changes.isEmpty()
                && changes.last().first().value<TicketInfo>().state == TicketState::TimedOut;
        };
        QTRY_VERIFY(hasTimedOut());
        QTRY_COMPARE(leasesIn(redis), 0);
        QVERIFY(!kept->headers(answer(3, 5s)));
        QTRY_COMPARE(redis.command({"KEYS", "turnstile:{f1}:b:abcd*"}).toList().size(), 1);
        QTRY_COMPARE(limiter.sharing().calls, 3U);
    }
};

QTEST_GUILESS_MAIN(RedisBrokerTest)
#include "tst_redisbroker.moc"
