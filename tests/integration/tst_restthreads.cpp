// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestClient.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/testing/ModelApi.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtTest/QTest>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

using namespace Turnstile;
using namespace std::chrono_literals;

/// Clients in threads of their own, which share a limiter that lives in another one.
class tst_RestThreads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void shareALimiter();
    void giveUpWhileTheySend();
};

namespace {

constexpr int threads = 4;

struct Tally {
    std::atomic<int> succeeded = 0;
    std::atomic<int> failed = 0;
};

/// A limiter in a thread of its own.
class Shared {
public:
    Shared()
    {
        m_limiter->moveToThread(&m_thread);
        QObject::connect(&m_thread, &QThread::finished, m_limiter, &QObject::deleteLater);
        m_thread.start();
    }
    ~Shared()
    {
        m_thread.quit();
        m_thread.wait();
    }
    Q_DISABLE_COPY_MOVE(Shared)

    InMemoryRatelimiter *limiter() const { return m_limiter; }

private:
    InMemoryRatelimiter *m_limiter = new InMemoryRatelimiter({.globalLimit = 0});
    QThread m_thread;
};

/// A client in a thread of its own, which is gone when this is.
class Bot {
public:
    Bot(InMemoryRatelimiter *limiter, const QUrl &base, Tally &tally)
        : m_limiter(limiter)
        , m_base(base)
        , m_tally(tally)
    {
        m_home.moveToThread(&m_thread);
        m_thread.start();
        inThread([this] {
            m_client = std::make_unique<RestClient>(m_limiter);
            m_client->setBaseUrl(m_base);
            m_client->setToken("Bot abc");
        });
    }
    ~Bot()
    {
        inThread([this] { m_client.reset(); });
        m_thread.quit();
        m_thread.wait();
    }
    Q_DISABLE_COPY_MOVE(Bot)

    void send(int requests)
    {
        inThread([this, requests] {
            for (int i = 0; i < requests; ++i)
                sendOne(i);
        });
    }

private:
    void inThread(const std::function<void()> &work)
    {
        QMetaObject::invokeMethod(&m_home, work, Qt::BlockingQueuedConnection);
    }

    void sendOne(int number)
    {
        const QString path = QStringLiteral("/channels/%1/messages").arg(1 + number % 5);
        RestReply *reply = number % 3 == 0
            ? m_client->post(path, QJsonObject{{QStringLiteral("content"), number}})
            : m_client->get(path);
        QObject::connect(reply, &RestReply::finished, &m_home,
            [this, reply] { ++(reply->error() ? m_tally.failed : m_tally.succeeded); });
    }

    InMemoryRatelimiter *const m_limiter;
    const QUrl m_base;
    Tally &m_tally;
    QObject m_home;
    std::unique_ptr<RestClient> m_client;
    QThread m_thread;
};

using Bots = std::vector<std::unique_ptr<Bot>>;

} // namespace

void tst_RestThreads::shareALimiter()
{
    ModelApi api;
    api.setDefaultLimit({.limit = 20, .window = 200ms});
    api.setGlobalLimit({});
    api.addFault({.kind = Fault::Kind::RateLimit,
        .times = 3,
        .retryAfter = 20ms,
        .limit = LimitKind::Shared});
    const QUrl base = api.listen();
    Tally tally;
    {
        const Shared shared;
        Bots bots;
        for (int i = 0; i < threads; ++i)
            bots.push_back(std::make_unique<Bot>(shared.limiter(), base, tally));
        for (const auto &bot : bots)
            bot->send(50);
        QTRY_COMPARE_WITH_TIMEOUT(tally.succeeded + tally.failed, threads * 50, 60'000);
    }
    QCOMPARE(tally.failed.load(), 0);
    QVERIFY(api.stats().violations.isEmpty()); // the limits hold for all of them together
}

void tst_RestThreads::giveUpWhileTheySend()
{
    ModelApi api;
    api.setDefaultLimit({.limit = 0});
    api.setGlobalLimit({});
    api.setLatency(5ms, 10ms);
    const QUrl base = api.listen();
    Tally tally;
    const Shared shared;
    for (int round = 0; round < 3; ++round) {
        const int before = tally.succeeded;
        Bots bots;
        for (int i = 0; i < threads; ++i)
            bots.push_back(std::make_unique<Bot>(shared.limiter(), base, tally));
        for (const auto &bot : bots)
            bot->send(50);
        QTRY_VERIFY(tally.succeeded > before);
    }
    QCOMPARE(tally.failed.load(), 0);
    const auto isIdle = [&shared] {
        auto bucket =
            shared.limiter()->bucket({Method::Get, QStringLiteral("/channels/1/messages")});
        bucket.waitForFinished();
        return !bucket.result() || (bucket.result()->inFlight == 0 && bucket.result()->queued == 0);
    };
    QTRY_VERIFY(isIdle());
}

QTEST_GUILESS_MAIN(tst_RestThreads)
#include "tst_restthreads.moc"
