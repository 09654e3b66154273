// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/Ratelimiter.h"
#include "ratelimit/ticket/TicketChannel.h"
#include "tests/common/ScriptedServer.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtTest/QTest>

#include <deque>
#include <mutex>

using namespace Turnstile;

namespace {

/// Grants when the test says so.
class ManualRatelimiter : public Ratelimiter {
public:
    TicketReceiver *ticket(const Endpoint &, const TicketOptions &) override
    {
        TicketChannel made = channel();
        waiting.push_back(std::move(made.notifier));
        return made.receiver;
    }
    QFuture<std::optional<Bucket>> bucket(const Endpoint &) const override { return {}; }
    QFuture<bool> has(const Endpoint &) const override { return {}; }
    QFuture<bool> isGloballyLocked() const override { return {}; }

    bool grantNext()
    {
        TicketNotifier notifier = std::move(waiting.front());
        waiting.pop_front();
        std::optional<TicketHeaders> headers = notifier.available();
        if (!headers)
            return false;
        headers->whenDone([this](const auto &outcome) { // in the thread that gives the word
            const std::lock_guard lock(mutex);
            outcomes.append(outcome);
        });
        granted.push_back(std::move(*headers));
        return true;
    }

    qsizetype countOutcomes()
    {
        const std::lock_guard lock(mutex);
        return outcomes.size();
    }

    std::deque<TicketNotifier> waiting;
    std::vector<TicketHeaders> granted;
    std::mutex mutex;
    QList<TicketHeaders::Outcome> outcomes;
};

const Endpoint endpoint(Method::Get, u"/channels/1/messages");

} // namespace

/// What every ratelimiter has of its base class.
class tst_Ratelimiter : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void waitForTicketFinishesWithTheSender();
    void waitForTicketIsCancelledWithTheRatelimiter();
    void waitForTicketSurvivesACancelledFuture();
    void replyFinishedCompletesStampedRequests();
    void replyFinishedLeavesOthersAlone();
    void followsAManagerOfAnotherThread();
    void replyFinishedIsNotForOtherThreads();
};

void tst_Ratelimiter::waitForTicketFinishesWithTheSender()
{
    ManualRatelimiter limiter;
    bool word = false;
    auto done = limiter.waitForTicket(endpoint).then(
        this, [&](const TicketSender &sender) { word = sender.headers({}); });
    QVERIFY(limiter.grantNext());
    QTRY_VERIFY(done.isFinished());
    QVERIFY(word);
    QCOMPARE(limiter.outcomes.size(), 1);
}

void tst_Ratelimiter::waitForTicketIsCancelledWithTheRatelimiter()
{
    auto limiter = std::make_unique<ManualRatelimiter>();
    bool cancelled = false;
    auto done = limiter->waitForTicket(endpoint)
                    .then(this, [](const TicketSender &) { QFAIL("It was never granted."); })
                    .onCanceled(this, [&] { cancelled = true; });
    limiter.reset();
    QTRY_VERIFY(done.isFinished());
    QVERIFY(cancelled);
}

void tst_Ratelimiter::waitForTicketSurvivesACancelledFuture()
{
    ManualRatelimiter limiter;
    {
        QFuture<TicketSender> future = limiter.waitForTicket(endpoint);
        future.cancel();
    }
    QVERIFY(limiter.grantNext()); // the ticket was not cancelled, but nobody takes it
    QCOMPARE(limiter.outcomes.size(), 1);
    QCOMPARE(limiter.outcomes.at(0).response.kind, Response::Kind::Unused);
}

void tst_Ratelimiter::replyFinishedCompletesStampedRequests()
{
    ScriptedServer server;
    server.answer(200, "X-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 4\r\n");
    QNetworkAccessManager manager;
    ManualRatelimiter limiter;
    connect(&manager, &QNetworkAccessManager::finished, &limiter, &Ratelimiter::replyFinished);
    limiter.waitForTicket(endpoint).then(this, [&](const TicketSender &sender) {
        QNetworkRequest request(server.url());
        sender.stamp(request);
        manager.get(request);
    });
    QVERIFY(limiter.grantNext());
    QTRY_COMPARE(limiter.outcomes.size(), 1);
    const auto headers = limiter.outcomes.at(0).response.headers;
    QVERIFY(headers);
    QCOMPARE(headers->status, 200);
    QCOMPARE(headers->limit, 5);
    QCOMPARE(headers->remaining, 4);
}

void tst_Ratelimiter::replyFinishedLeavesOthersAlone()
{
    ScriptedServer server;
    server.answer(200);
    QNetworkAccessManager manager;
    ManualRatelimiter limiter;
    int finished = 0;
    connect(&manager, &QNetworkAccessManager::finished, &limiter, &Ratelimiter::replyFinished);
    connect(&manager, &QNetworkAccessManager::finished, this, [&] { ++finished; });
    auto ticket = limiter.waitForTicket(endpoint);
    QVERIFY(limiter.grantNext());
    manager.get(QNetworkRequest(server.url()));
    QTRY_COMPARE(finished, 1);
    limiter.replyFinished(nullptr);
    QCOMPARE(limiter.outcomes.size(), 0);
}

// A bot in a thread of its own, which deletes its replies as every bot does.
class Bot : public QObject {
public:
    Bot(const QUrl &url, Ratelimiter *limiter, bool byFollow)
        : m_url(url)
    {
        if (byFollow) {
            Ratelimiter::follow(&m_manager);
            Ratelimiter::follow(&m_manager); // twice is once
        } else {
            connect(
                &m_manager, &QNetworkAccessManager::finished, limiter, &Ratelimiter::replyFinished);
        }
    }
    void send(const TicketSender &sender)
    {
        QNetworkRequest request(m_url);
        sender.stamp(request);
        QNetworkReply *reply = m_manager.get(request);
        connect(reply, &QNetworkReply::finished, reply, &QObject::deleteLater);
    }

private:
    const QUrl m_url;
    QNetworkAccessManager m_manager{this};
};

struct BotThread {
    BotThread(const QUrl &url, Ratelimiter *limiter, bool byFollow)
        : bot(new Bot(url, limiter, byFollow))
    {
        bot->moveToThread(&thread);
        QObject::connect(&thread, &QThread::finished, bot, &QObject::deleteLater);
        thread.start();
    }
    ~BotThread()
    {
        thread.quit();
        thread.wait();
    }
    Q_DISABLE_COPY_MOVE(BotThread)

    QThread thread;
    Bot *bot;
};

void tst_Ratelimiter::followsAManagerOfAnotherThread()
{
    ScriptedServer server;
    server.answer(200, "X-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 4\r\n");
    ManualRatelimiter limiter;
    const BotThread other(server.url(), &limiter, true);
    for (int i = 0; i < 5; ++i) {
        TicketReceiver *ticket = limiter.ticket(endpoint, {});
        connect(ticket, &TicketReceiver::available, other.bot, &Bot::send);
        QVERIFY(limiter.grantNext());
    }
    QTRY_COMPARE(limiter.countOutcomes(), 5);
    for (const auto &outcome : limiter.outcomes)
        QCOMPARE(outcome.response.headers->remaining, 4);
}

void tst_Ratelimiter::replyFinishedIsNotForOtherThreads()
{
    ScriptedServer server;
    server.answer(200);
    ManualRatelimiter limiter;
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("another thread")));
    const BotThread other(server.url(), &limiter, false);
    TicketReceiver *ticket = limiter.ticket(endpoint, {});
    connect(ticket, &TicketReceiver::available, other.bot, &Bot::send);
    QVERIFY(limiter.grantNext());
    QTRY_COMPARE(limiter.countOutcomes(), 1);
    QCOMPARE(limiter.outcomes.at(0).response.kind, Response::Kind::Lost);
}

QTEST_GUILESS_MAIN(tst_Ratelimiter)
#include "tst_ratelimiter.moc"
