// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Several ratelimiters that share a token by a real Redis, against one server with its limits.
#include "ratelimit/http/RestClient.h"
#include "ratelimit/redis/RedisRatelimiter.h"
#include "ratelimit/testing/ModelApi.h"
#include "tests/common/RedisServer.h"

#include <QtCore/QRegularExpression>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

// A bot of several.
class Bot {
public:
    Bot(const RedisServer &redis, const QUrl &api, const SchedulerOptions &options = {},
        FailurePolicy policy = FailurePolicy::Wait)
        : limiter({.unixSocket = redis.unixSocket(), .fingerprint = "f1", .failurePolicy = policy},
            options)
        , client(&limiter)
    {
        client.setBaseUrl(api);
    }

    void get(int channel)
    {
        ++asked;
        auto *reply = client.get(QStringLiteral("/channels/%1/messages").arg(channel));
        QObject::connect(reply, &RestReply::finished, &client,
            [this, reply] { (reply->result() ? succeeded : failed) += 1; });
    }
    bool isDone() const { return succeeded + failed == asked; }

    RedisRatelimiter limiter;
    RestClient client;
    int asked = 0;
    int succeeded = 0;
    int failed = 0;
};

class RedisRatelimiterTest : public QObject {
    Q_OBJECT

    using Bots = std::vector<std::unique_ptr<Bot>>;

    static Bots botsAt(
        const RedisServer &redis, const QUrl &api, int count, const SchedulerOptions &options = {})
    {
        Bots bots;
        for (int i = 0; i < count; ++i)
            bots.push_back(std::make_unique<Bot>(redis, api, options));
        return bots;
    }
    static bool areDone(const Bots &bots)
    {
        return std::all_of(bots.begin(), bots.end(), [](const auto &bot) { return bot->isDone(); });
    }
    static int succeeded(const Bots &bots)
    {
        int sum = 0;
        for (const auto &bot : bots)
            sum += bot->succeeded;
        return sum;
    }

private Q_SLOTS:
    void initTestCase() { NEED_REDIS(); }

    void oneProcess()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 5, .window = 500ms});
        Bot bot(redis, api.listen());
        for (int i = 0; i < 12; ++i)
            bot.get(1);
        QTRY_VERIFY_WITH_TIMEOUT(bot.isDone(), 10'000);
        QCOMPARE(bot.succeeded, 12);
        QCOMPARE(api.stats().limitedTotal(), 0u);
        QCOMPARE(bot.limiter.sharing().granted, 12u);
        QVERIFY(bot.limiter.sharing().calls <= 12u);
        QCOMPARE(bot.limiter.sharing().processes, 1);
    }

    void severalProcessesShareABucket()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 5, .window = 500ms});
        api.setLatency(20ms, 20ms);
        const QUrl url = api.listen();
        const Bots bots = botsAt(redis, url, 4);
        for (const auto &bot : bots) {
            for (int i = 0; i < 10; ++i)
                bot->get(1);
        }
        QTRY_VERIFY_WITH_TIMEOUT(areDone(bots), 20'000);
        QCOMPARE(succeeded(bots), 40);
        QCOMPARE(api.stats().limitedTotal(), 0u);
    }

    void manyBucketsUnderTheGlobalLimit()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 5, .window = 1s});
        api.setGlobalLimit({.limit = 50, .window = 1s});
        api.setLatency(20ms, 20ms);
        const QUrl url = api.listen();
        const Bots bots = botsAt(redis, url, 4);
        for (int i = 0; i < 50; ++i) {
            for (const auto &bot : bots)
                bot->get(i % 40);
        }
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY_WITH_TIMEOUT(areDone(bots), 30'000);
        qInfo() << "200 requests of 4 processes:" << timer.elapsed() << "ms, calls"
                << bots[0]->limiter.sharing().calls << bots[1]->limiter.sharing().calls;
        QCOMPARE(succeeded(bots), 200);
        QCOMPARE(api.stats().limitedTotal(), 0u);
    }

    // Each of two processes goes on with half of the limits, and shares again when Redis is back.
    void goesOnWithItsShare()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 6, .window = 500ms});
        api.setGlobalLimit({.limit = 40, .window = 1s});
        api.setLatency(10ms, 10ms);
        const QUrl url = api.listen();
        Bots bots;
        for (int i = 0; i < 2; ++i)
            bots.push_back(std::make_unique<Bot>(
                redis, url, SchedulerOptions{.globalLimit = 40}, FailurePolicy::LocalShare));
        for (const auto &bot : bots)
            bot->get(1);
        QTRY_VERIFY(areDone(bots));
        QTRY_COMPARE(bots[0]->limiter.sharing().processes, 2);
        redis.kill();
        for (const auto &bot : bots) {
            for (int i = 0; i < 20; ++i)
                bot->get(1 + i % 2);
        }
        QTRY_VERIFY_WITH_TIMEOUT(areDone(bots), 20'000);
        QVERIFY(!bots[0]->limiter.sharing().isConnected);
        QCOMPARE(succeeded(bots), 42);
        QCOMPARE(api.stats().limitedTotal(), 0u);

        QVERIFY(redis.restart(false));
        QTRY_VERIFY_WITH_TIMEOUT(
            bots[0]->limiter.sharing().isConnected && bots[1]->limiter.sharing().isConnected,
            10'000);
        for (const auto &bot : bots) {
            for (int i = 0; i < 10; ++i)
                bot->get(1);
        }
        QTRY_VERIFY_WITH_TIMEOUT(areDone(bots), 20'000);
        QCOMPARE(succeeded(bots), 62);
        QCOMPARE(api.stats().limitedTotal(), 0u);
    }

    // One meets it, and none sends anything there until it is over.
    void aSublimitOfOneHoldsAll()
    {
        RedisServer redis;
        ModelApi api;
        api.addFault(
            {.kind = Fault::Kind::RateLimit, .retryAfter = 2s, .limit = LimitKind::Sublimit});
        const QUrl url = api.listen();
        const Bots bots = botsAt(redis, url, 2);
        bots[0]->get(1);
        QTRY_COMPARE(redis.command({"KEYS", "turnstile:{f1}:h:*"}).toList().size(), 1);
        for (int i = 0; i < 3; ++i)
            bots[1]->get(1);
        QTRY_VERIFY_WITH_TIMEOUT(areDone(bots), 20'000);
        QCOMPARE(succeeded(bots), 4);
        const QList<ServedRequest> requests = api.requests();
        QCOMPARE(requests.size(), 5);
        for (const ServedRequest &request : requests.mid(1))
            QVERIFY(request.arrived >= requests[0].arrived + 1990ms);
    }

    void needsAFingerprint()
    {
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"fingerprint is empty"_qs));
        RedisRatelimiter limiter{RedisOptions()};
        QVERIFY(!limiter.sharing().isConnected);
        QVERIFY(limiter.sharing().problem.contains(u"fingerprint"));
        TicketReceiver *ticket =
            limiter.ticket({Method::Get, "/channels/1/messages"}, {.deadline = 50ms});
        QSignalSpy failed(ticket, &TicketReceiver::failed);
        QVERIFY(failed.wait()); // by its deadline: it waits, and is not lost
    }

    void waitsWhileRedisIsAway()
    {
        RedisServer redis;
        ModelApi api;
        Bot bot(redis, api.listen());
        bot.get(1);
        QTRY_COMPARE(bot.succeeded, 1);
        QSignalSpy changes(&bot.limiter, &RedisRatelimiter::sharingChanged);
        redis.kill();
        QTRY_VERIFY(!bot.limiter.sharing().isConnected);
        QVERIFY(!bot.limiter.sharing().problem.isEmpty());
        QVERIFY(!changes.isEmpty());
        bot.get(1);
        QTest::qWait(100);
        QCOMPARE(bot.succeeded, 1);
        QVERIFY(redis.restart(false));
        QTRY_COMPARE_WITH_TIMEOUT(bot.succeeded, 2, 10'000);
        QCOMPARE(api.stats().limitedTotal(), 0u);
    }
};

QTEST_GUILESS_MAIN(RedisRatelimiterTest)
#include "tst_redisratelimiter.moc"
