// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Real processes that share a token, and what the server sees of them.
#include "tests/common/RedisBots.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

class RedisProcessesTest : public QObject {
    Q_OBJECT

    using Processes = std::vector<std::unique_ptr<QProcess>>;

    static Processes started(
        const RedisServer &redis, const QUrl &api, int processes, int count, int channels, int wait)
    {
        Processes bots;
        bots.reserve(size_t(processes));
        for (int i = 0; i < processes; ++i) {
            auto &bot = *bots.emplace_back(std::make_unique<QProcess>());
            bot.setProcessChannelMode(QProcess::ForwardedErrorChannel);
            bot.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
            bot.start(QStringLiteral(REDIS_BOT),
                {redis.unixSocket(), api.toString(), QString::number(i), QString::number(count),
                    QString::number(channels), QString::number(wait)});
        }
        return bots;
    }
    static bool areReady(const Processes &bots)
    {
        return std::all_of(
            bots.begin(), bots.end(), [](const auto &bot) { return bot->bytesAvailable() > 0; });
    }
    static void go(const Processes &bots)
    {
        for (const auto &bot : bots) {
            bot->readAllStandardOutput();
            bot->write("go\n");
        }
    }
    static bool haveEnded(const Processes &bots)
    {
        return std::all_of(bots.begin(), bots.end(),
            [](const auto &bot) { return bot->state() == QProcess::NotRunning; });
    }

private Q_SLOTS:
    void initTestCase() { NEED_REDIS(); }

    void shareTheToken()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 5, .window = 1s});
        api.setGlobalLimit({.limit = 50, .window = 1s});
        api.setLatency(5ms, 5ms);
        QMap<QByteArray, int> shares; // when all have begun: the first that asks is alone
        int served = 0;
        QElapsedTimer time;
        qint64 last = 0;
        api.setHandler([&](const ApiRequest &request) {
            if (served == 0)
                time.start();
            last = time.elapsed();
            if (++served > 50 && served <= 250)
                ++shares[request.target.right(1)];
            return ServerReply();
        });
        const Processes bots = started(redis, api.listen(), 4, 100, 40, 120'000);
        QTRY_VERIFY_WITH_TIMEOUT(areReady(bots), 20'000);
        go(bots);
        QTRY_VERIFY_WITH_TIMEOUT(haveEnded(bots), 30'000);
        for (const auto &bot : bots)
            QCOMPARE(bot->readAllStandardOutput(), "succeeded 100\n");
        qInfo() << "400 requests of 4 processes in" << last
                << "ms; shares of the 51st to 250th:" << shares;
        QCOMPARE(api.stats().limitedTotal(), 0U);
        QCOMPARE(api.stats().requests, 400U);
        // The time is a figure: on a busy machine it is more than the bound, (400 - 50) / 50 per s.
        for (const int share : shares)
            QVERIFY2(std::abs(share - 50) <= 5, qPrintable(QString::number(share)));
        QTRY_COMPARE(leasesIn(redis), 0);
    }

    // Its requests are lost when their leases end, and the others go on.
    void oneIsKilledWithLeases()
    {
        RedisServer redis;
        ModelApi api;
        api.setDefaultLimit({.limit = 5, .window = 500ms});
        api.setLatency(400ms);
        const QUrl url = api.listen();
        const Processes killed = started(redis, url, 1, 5, 1, 1000);
        const Processes others = started(redis, url, 2, 5, 1, 1000);
        QTRY_VERIFY_WITH_TIMEOUT(areReady(killed) && areReady(others), 20'000);
        go(killed);
        QTRY_VERIFY_WITH_TIMEOUT(api.stats().requests == 1 && leasesIn(redis) > 1, 10'000);
        killed[0]->kill();
        killed[0]->waitForFinished();
        go(others);
        QTRY_VERIFY_WITH_TIMEOUT(haveEnded(others), 30'000);
        for (const auto &bot : others)
            QCOMPARE(bot->readAllStandardOutput(), "succeeded 5\n");
        QCOMPARE(api.stats().limitedTotal(), 0U);
        QTRY_COMPARE(leasesIn(redis), 0);
    }
};

QTEST_GUILESS_MAIN(RedisProcessesTest)
#include "tst_redisprocesses.moc"
