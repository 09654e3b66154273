// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Coroutines.h"

#include <QtCore/QPromise>
#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

using namespace Turnstile;

using HeardNumber = Heard<std::optional<int>>;

static QPromise<int> started()
{
    QPromise<int> promise;
    promise.start();
    return promise;
}

/// Waiting for a future.
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

QTEST_GUILESS_MAIN(tst_Coroutine)
#include "tst_coroutine.moc"
