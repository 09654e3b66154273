// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestClient.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/testing/ModelApi.h"
#include "tests/common/Coroutines.h"
#include "tests/common/Headers.h"

#include <QtCore/QJsonObject>
#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

using HeardTicket = Heard<TicketResult>;

static const Endpoint messages(Method::Post, "/channels/1/messages");

/// Waiting for tickets, of a receiver or a future, and for replies.
class tst_CoroutineTickets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void cleanup() { QCOMPARE(Counted::count.load(), 0); }

    void waitsInAThreadOfItsOwn();
    void getsATicket();
    void letsGoOfTheSender();
    void theRatelimiterDies();
    void theReceiverDies();
    void theReceiverWasGoneBefore();
    void tellsWhyATicketFailed();
    void aContextThatDiesGivesUpTheTicket();
    void aDestroyedCoroutineGivesUpTheTicket();
    void aGrantedTicketOfADestroyedCoroutineIsGivenBack();
    void waitsAgainAfterARetry();
    void manyInALoop();
    void awaitsReplies();
};

// Without a context: the result comes from another thread, here the limiter's.
void tst_CoroutineTickets::waitsInAThreadOfItsOwn()
{
    QThread thread;
    auto *limiter = new InMemoryRatelimiter;
    limiter->moveToThread(&thread);
    connect(&thread, &QThread::finished, limiter, &QObject::deleteLater);
    thread.start();
    Heard<std::optional<bool>> known;
    HeardTicket ticket;
    const Task a = hear(limiter->has(messages), nullptr, known);
    const Task b = hear(limiter->ticket(messages), this, ticket);
    QTRY_VERIFY(a.isDone() && b.isDone());
    QCOMPARE(known.value, false);
    QCOMPARE(known.thread, QThread::currentThread());
    QVERIFY(ticket.value);
    QVERIFY(ticket.value.sender.headers({}));
    thread.quit();
    thread.wait();
}

// Temporaries in the awaited expression, and captures: g++ 12 gets some of them wrong, so options
// with a lane have a name.
void tst_CoroutineTickets::getsATicket()
{
    InMemoryRatelimiter limiter;
    int sent = 0;
    const auto send = [&limiter, &sent, kept = Counted()](QString channel, Counted) -> Task {
        const QString path = QStringLiteral("/channels/%1/messages");
        if (const auto sender =
                co_await result(limiter.waitForTicket({Method::Post, path.arg(channel)}), &limiter))
            sent += sender->headers({}) ? 1 : 0;
        const TicketOptions options{.lane = "a lane, long enough to be allocated"};
        const TicketResult ticket =
            co_await result(limiter.ticket(Endpoint(Method::Get, path.arg(channel)), options));
        if (ticket && !ticket.error)
            sent += ticket.sender.headers({}) ? 1 : 0;
    };
    const Task a = send(QStringLiteral("1"), {}), b = send(QStringLiteral("2"), {});
    QCOMPARE(sent, 0);
    QTRY_VERIFY(a.isDone() && b.isDone());
    QCOMPARE(sent, 4);
}

void tst_CoroutineTickets::letsGoOfTheSender()
{
    InMemoryRatelimiter limiter;
    QList<TicketState> ends;
    connect(&limiter, &Ratelimiter::ticketChanged, this,
        [&](const TicketInfo &info) { ends << info.state; });
    const auto forget = [&]() -> Task {
        {
            const auto sender = co_await result(limiter.waitForTicket(messages));
        }
        {
            const TicketResult ticket = co_await result(limiter.ticket(messages));
        }
    };
    const Task task = forget();
    const QList expected{TicketState::Queued, TicketState::Available, TicketState::Dropped};
    QTRY_COMPARE(ends, expected + expected);
}

void tst_CoroutineTickets::theRatelimiterDies()
{
    auto limiter = std::make_unique<InMemoryRatelimiter>();
    limiter->setFlow(Flow::Paused);
    Heard<std::optional<TicketSender>> asked, waits;
    HeardTicket receives;
    Heard<std::optional<std::optional<Bucket>>> queries;
    const Task a = hear(limiter->waitForTicket(messages), this, waits);
    const Task b = hear(limiter->ticket(messages), this, receives);
    turn();
    const Task c = hear(limiter->waitForTicket(messages), nullptr, asked);
    const Task d = hear(limiter->bucket(messages), nullptr, queries);
    limiter.reset();
    QCOMPARE(asked.times + waits.times + receives.times + queries.times, 0);
    turn();
    QCOMPARE(asked.times, 1);
    QCOMPARE(waits.times, 1);
    QCOMPARE(queries.times, 1);
    QVERIFY(!asked.value && !waits.value && !queries.value);
    QCOMPARE(receives.times, 1);
    QVERIFY(!receives.value);
    QCOMPARE(receives.value.error.code, TicketError::Code::RatelimiterGone);
}

void tst_CoroutineTickets::theReceiverDies()
{
    InMemoryRatelimiter limiter;
    limiter.setFlow(Flow::Paused);
    HeardTicket heard;
    TicketReceiver *receiver = limiter.ticket(messages);
    const Task task = hear(receiver, this, heard);
    turn();
    delete receiver;
    QCOMPARE(heard.times, 0);
    turn();
    QCOMPARE(heard.times, 1);
    QCOMPARE(heard.value.error.code, TicketError::Code::Cancelled);
}

void tst_CoroutineTickets::theReceiverWasGoneBefore()
{
    InMemoryRatelimiter limiter;
    const QPointer<TicketReceiver> receiver = limiter.ticket(messages);
    delete receiver;
    HeardTicket heard;
    const Task task = hear(receiver.data(), this, heard);
    QCOMPARE(heard.times, 1);
    QCOMPARE(heard.value.error.code, TicketError::Code::Cancelled);
}

void tst_CoroutineTickets::tellsWhyATicketFailed()
{
    InMemoryRatelimiter limiter({.maxQueued = 0});
    limiter.setFlow(Flow::Paused);
    HeardTicket refused, givenUp, known;
    const Task a = hear(limiter.ticket(messages), this, refused);
    TicketReceiver *receiver = limiter.ticket(messages);
    const Task b = hear(receiver, this, givenUp);
    receiver->cancel();
    turn();
    QCOMPARE(refused.value.error.code, TicketError::Code::QueueFull);
    QVERIFY(!refused.value.error.message.isEmpty());
    QCOMPARE(givenUp.value.error.code, TicketError::Code::Cancelled);

    const std::unique_ptr<TicketReceiver> kept(limiter.ticket(messages));
    kept->setAutoDelete(false);
    turn();
    const Task c = hear(kept.get(), this, known);
    QCOMPARE(known.times, 1);
    QCOMPARE(known.value.error.code, TicketError::Code::QueueFull);
}

void tst_CoroutineTickets::aContextThatDiesGivesUpTheTicket()
{
    InMemoryRatelimiter limiter;
    limiter.setFlow(Flow::Paused);
    auto context = std::make_unique<QObject>();
    HeardTicket heard;
    const QPointer<TicketReceiver> receiver = limiter.ticket(messages);
    const Task task = hear(receiver.data(), context.get(), heard);
    turn();
    context.reset();
    turn();
    QCOMPARE(heard.times, 1);
    QCOMPARE(heard.value.error.code, TicketError::Code::Cancelled);
    QVERIFY(!receiver);
}

void tst_CoroutineTickets::aDestroyedCoroutineGivesUpTheTicket()
{
    InMemoryRatelimiter limiter;
    limiter.setFlow(Flow::Paused);
    QList<TicketState> states;
    connect(&limiter, &Ratelimiter::ticketChanged, this,
        [&](const TicketInfo &info) { states << info.state; });
    HeardTicket heard;
    const QPointer<TicketReceiver> receiver = limiter.ticket(messages);
    Task task = hear(receiver.data(), this, heard);
    turn();
    task.destroy();
    turn();
    QVERIFY(!receiver);
    QCOMPARE(heard.times, 0);
    QCOMPARE(states, (QList{TicketState::Queued, TicketState::Cancelled}));
}

void tst_CoroutineTickets::aGrantedTicketOfADestroyedCoroutineIsGivenBack()
{
    InMemoryRatelimiter limiter;
    QList<TicketState> ends;
    Heard<std::optional<TicketSender>> heard;
    Task task = hear(limiter.waitForTicket(messages), this, heard);
    connect(&limiter, &Ratelimiter::ticketChanged, this, [&](const TicketInfo &info) {
        if (info.state == TicketState::Available) // its resumption will be on its way
            QMetaObject::invokeMethod(
                this, [&] { task.destroy(); }, Qt::QueuedConnection);
        ends << info.state;
    });
    const QList expected{TicketState::Queued, TicketState::Available, TicketState::Dropped};
    QTRY_COMPARE(ends, expected);
    QCOMPARE(heard.times, 0);
}

void tst_CoroutineTickets::waitsAgainAfterARetry()
{
    InMemoryRatelimiter limiter;
    Response limited = tooMany(1ms);
    limited.headers->resetAfter = 1ms;
    int granted = 0;
    const auto send = [&]() -> Task {
        TicketReceiver *receiver = limiter.ticket(messages);
        for (int i = 0; i < 3; ++i) {
            const TicketResult ticket = co_await result(receiver, &limiter);
            if (!ticket)
                co_return;
            ++granted;
            if (i < 2)
                ticket.sender.retry(limited);
            else
                ticket.sender.headers({});
        }
    };
    const Task task = send();
    QTRY_VERIFY(task.isDone());
    QCOMPARE(granted, 3);
}

void tst_CoroutineTickets::manyInALoop()
{
    InMemoryRatelimiter limiter({.globalLimit = 0});
    int sent = 0;
    const auto bot = [&](int channel) -> Task {
        const Endpoint endpoint(Method::Post, QStringLiteral("/channels/%1/messages").arg(channel));
        for (int i = 0; i < 100; ++i) {
            const auto sender = co_await result(limiter.waitForTicket(endpoint), &limiter);
            if (sender && sender->headers({}))
                ++sent;
        }
    };
    std::vector<Task> tasks;
    for (int channel = 1; channel <= 20; ++channel)
        tasks.push_back(bot(channel));
    QTRY_COMPARE(sent, 2000);
}

void tst_CoroutineTickets::awaitsReplies()
{
    ModelApi api;
    InMemoryRatelimiter limiter;
    auto client = std::make_unique<RestClient>(&limiter);
    client->setBaseUrl(api.listen());
    std::optional<RestResult> answered, gone;
    const auto send = [&]() -> Task {
        const QString path = QStringLiteral("/channels/1/messages");
        const QJsonObject message{{QStringLiteral("content"), path}};
        answered = co_await result(client->post(path, message)->future(), this);
        limiter.setFlow(Flow::Paused);
        gone = co_await result(client->get(path)->future(), this);
    };
    const Task task = send();
    QTRY_VERIFY(answered);
    QCOMPARE(answered->status, 200);
    client.reset();
    QTRY_VERIFY(task.isDone());
    QCOMPARE(gone->error.code, RestError::Code::Cancelled);
}

QTEST_GUILESS_MAIN(tst_CoroutineTickets)
#include "tst_coroutinetickets.moc"
