// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/Coroutine.h"
#include "ratelimit/http/RestClient.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/testing/ModelApi.h"
#include "tests/common/Headers.h"

#include <QtCore/QJsonObject>
#include <QtCore/QPromise>
#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

#include <atomic>

static const Endpoint messages(Method::Post, "/channels/1/messages");

/// A coroutine type of one's own: it starts at once, and its handle owns the frame.
class Task {
public:
    struct promise_type {
        Task get_return_object()
        {
            return Task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() { }
        void unhandled_exception() { std::terminate(); }
    };

    Task(Task &&other) noexcept
        : m_coroutine(std::exchange(other.m_coroutine, {}))
    {
    }
    Task &operator=(Task &&other) noexcept
    {
        std::swap(m_coroutine, other.m_coroutine);
        return *this;
    }
    ~Task() { destroy(); }

    bool isDone() const { return m_coroutine && m_coroutine.done(); }
    void destroy()
    {
        if (const auto coroutine = std::exchange(m_coroutine, {}))
            coroutine.destroy();
    }

private:
    explicit Task(std::coroutine_handle<promise_type> coroutine)
        : m_coroutine(coroutine)
    {
    }
    std::coroutine_handle<promise_type> m_coroutine;
};

/// How many of them are there: a coroutine that is destroyed once leaves none.
struct Counted {
    Counted() { ++count; }
    Counted(const Counted &) { ++count; }
    Counted &operator=(const Counted &) = default;
    ~Counted() { --count; }
    static inline std::atomic<int> count = 0;
};

template <typename Value> struct Heard {
    int times = 0;
    Value value{};
    QThread *thread = nullptr;
};

template <typename Value, typename Source>
static Task hear(Source source, QObject *context, Heard<Value> &heard, Counted = {})
{
    const Counted local;
    heard.value = co_await result(source, context);
    ++heard.times;
    heard.thread = QThread::currentThread();
}

using HeardNumber = Heard<std::optional<int>>;
using HeardTicket = Heard<TicketResult>;

static void turn()
{
    for (int i = 0; i < 5; ++i) {
        QCoreApplication::processEvents();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
}

static QPromise<int> started()
{
    QPromise<int> promise;
    promise.start();
    return promise;
}

class tst_Coroutine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void cleanup() { QCOMPARE(Counted::count.load(), 0); }

    void goesOnFromTheEventLoop();
    void goesOnAtOnceWithAReadyResult();
    void givesNothingWhenCancelled();
    void waitsForVoid();
    void severalWaitForOneFuture();
    void aContextThatDiesGivesNothing();
    void aDestroyedCoroutineIsNotResumed();
    void goesOnInTheThreadOfTheContext();
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

void tst_Coroutine::goesOnFromTheEventLoop()
{
    QPromise<int> promise = started();
    HeardNumber heard;
    const Task task = hear(promise.future(), nullptr, heard);
    turn();
    QCOMPARE(heard.times, 0);
    promise.addResult(7);
    promise.finish();
    QCOMPARE(heard.times, 0);
    turn();
    QCOMPARE(heard.times, 1);
    QCOMPARE(heard.value, 7);
    QVERIFY(task.isDone());
}

void tst_Coroutine::goesOnAtOnceWithAReadyResult()
{
    QPromise<int> promise = started();
    promise.addResult(7);
    promise.finish();
    HeardNumber heard;
    const Task task = hear(promise.future(), this, heard);
    QCOMPARE(heard.times, 1);
    QCOMPARE(heard.value, 7);
}

void tst_Coroutine::givesNothingWhenCancelled()
{
    HeardNumber gone, cancelled, before, never;
    auto promise = std::make_unique<QPromise<int>>(started());
    QPromise<int> kept = started(), other = started();
    other.future().cancel();
    const Task a = hear(promise->future(), this, gone), b = hear(kept.future(), this, cancelled),
               c = hear(other.future(), this, before), d = hear(QFuture<int>(), this, never);
    QCOMPARE(never.times, 1); // nothing will ever come
    turn();
    QCOMPARE(before.times, 1);
    QCOMPARE(gone.times + cancelled.times, 0);

    promise.reset();
    kept.future().cancel();
    turn();
    QCOMPARE(gone.times, 1);
    QCOMPARE(cancelled.times, 1);
    kept.addResult(7); // too late, and resumes nobody
    kept.finish();
    turn();
    QCOMPARE(cancelled.times, 1);
    for (const auto &heard : {gone, cancelled, before, never})
        QVERIFY(!heard.value);
}

void tst_Coroutine::waitsForVoid()
{
    QPromise<void> promise;
    promise.start();
    Heard<bool> heard, cancelled;
    const Task a = hear(promise.future(), this, heard);
    const Task b = hear(QFuture<void>(), this, cancelled);
    promise.finish();
    turn();
    QCOMPARE(heard.times, 1);
    QVERIFY(heard.value);
    QCOMPARE(cancelled.times, 1);
    QVERIFY(!cancelled.value);
}

void tst_Coroutine::severalWaitForOneFuture()
{
    QPromise<int> promise = started();
    HeardNumber first, second;
    const Task a = hear(promise.future(), this, first), b = hear(promise.future(), this, second);
    promise.addResult(7);
    promise.finish();
    turn();
    QCOMPARE(first.value, 7);
    QCOMPARE(second.value, 7);
}

void tst_Coroutine::aContextThatDiesGivesNothing()
{
    QPromise<int> waiting = started(), ready = started();
    auto context = std::make_unique<QObject>();
    HeardNumber a, b, c;
    const Task waits = hear(waiting.future(), context.get(), a);
    const Task isReady = hear(ready.future(), context.get(), b);
    auto late = result(waiting.future(), context.get()); // awaited when the context has gone
    ready.addResult(7);
    ready.finish();
    context.reset(); // with one resumption on its way
    QCOMPARE(a.times + b.times, 0);
    const Task isLate = [](auto awaiter, HeardNumber *heard) -> Task {
        heard->value = co_await std::move(awaiter);
        ++heard->times;
    }(std::move(late), &c);
    QCOMPARE(c.times, 1);
    turn();
    waiting.addResult(7);
    waiting.finish();
    turn();
    QCOMPARE(a.times, 1);
    QCOMPARE(b.times, 1);
    QVERIFY(!a.value && !b.value && !c.value);
}

void tst_Coroutine::aDestroyedCoroutineIsNotResumed()
{
    QPromise<int> promise = started();
    auto context = std::make_unique<QObject>();
    HeardNumber first, second, third;
    Task waits = hear(promise.future(), context.get(), first);
    Task isReady = hear(promise.future(), context.get(), second);
    const Task other = hear(promise.future(), nullptr, third);
    waits.destroy();
    promise.addResult(7);
    promise.finish();
    context.reset();
    isReady.destroy();                  // with its resumption on its way
    QCOMPARE(Counted::count.load(), 2); // the third's
    turn();
    QCOMPARE(first.times + second.times, 0);
    QCOMPARE(third.value, 7);
}

void tst_Coroutine::goesOnInTheThreadOfTheContext()
{
    QThread thread;
    auto context = std::make_unique<QObject>();
    context->moveToThread(&thread);
    thread.start();
    QPromise<int> later = started(), ready = started(), never = started();
    ready.addResult(1);
    ready.finish();
    HeardNumber a, b, c;
    const Task first = hear(later.future(), context.get(), a);
    const Task second = hear(ready.future(), context.get(), b);
    const Task third = hear(never.future(), context.get(), c);
    later.addResult(2);
    later.finish();
    const auto isDone = [&](const Task &task) {
        bool done = false;
        const auto look = [&] { done = task.isDone(); };
        QMetaObject::invokeMethod(context.get(), look, Qt::BlockingQueuedConnection);
        return done;
    };
    QTRY_VERIFY(isDone(first) && isDone(second));
    QMetaObject::invokeMethod(context.release(), &QObject::deleteLater);
    QObject other;
    other.moveToThread(&thread);
    const auto heardOfIt = [&] { return c.times == 1; };
    bool heard = false;
    QTRY_VERIFY((QMetaObject::invokeMethod(
                     &other, [&] { heard = heardOfIt(); }, Qt::BlockingQueuedConnection),
        heard));
    thread.quit();
    thread.wait();
    QCOMPARE(a.value, 2);
    QCOMPARE(b.value, 1);
    QVERIFY(!c.value);
    QVERIFY(a.thread == &thread && b.thread == &thread && c.thread == &thread);
}

// Without a context: the result comes from another thread, here the limiter's.
void tst_Coroutine::waitsInAThreadOfItsOwn()
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
void tst_Coroutine::getsATicket()
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

void tst_Coroutine::letsGoOfTheSender()
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

void tst_Coroutine::theRatelimiterDies()
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

void tst_Coroutine::theReceiverDies()
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

void tst_Coroutine::theReceiverWasGoneBefore()
{
    InMemoryRatelimiter limiter;
    const QPointer<TicketReceiver> receiver = limiter.ticket(messages);
    delete receiver;
    HeardTicket heard;
    const Task task = hear(receiver.data(), this, heard);
    QCOMPARE(heard.times, 1);
    QCOMPARE(heard.value.error.code, TicketError::Code::Cancelled);
}

void tst_Coroutine::tellsWhyATicketFailed()
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

void tst_Coroutine::aContextThatDiesGivesUpTheTicket()
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

void tst_Coroutine::aDestroyedCoroutineGivesUpTheTicket()
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

void tst_Coroutine::aGrantedTicketOfADestroyedCoroutineIsGivenBack()
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

void tst_Coroutine::waitsAgainAfterARetry()
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

void tst_Coroutine::manyInALoop()
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

void tst_Coroutine::awaitsReplies()
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

QTEST_GUILESS_MAIN(tst_Coroutine)
#include "tst_coroutine.moc"
