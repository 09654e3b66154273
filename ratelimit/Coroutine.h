// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/TicketError.h"
#include "ratelimit/ticket/TicketReceiver.h"
#include "ratelimit/ticket/TicketSender.h"

#include <QtCore/QFuture>
#include <QtCore/QFutureWatcher>
#include <QtCore/QPointer>
#include <QtCore/QThread>

#include <coroutine>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

/// \page coroutines Coroutines
/// `co_await` for the library's futures and tickets, in coroutines of any type: QCoro's, or one of
/// your own. It is all in `<Turnstile/Coroutine>`; the library itself does not use it.
///
/// ```
/// struct Job { // the least that a coroutine can be: it starts at once, and nobody waits for it
///     struct promise_type {
///         Job get_return_object() { return {}; }
///         std::suspend_never initial_suspend() noexcept { return {}; }
///         std::suspend_never final_suspend() noexcept { return {}; }
///         void return_void() { }
///         void unhandled_exception() { std::terminate(); }
///     };
/// };
///
/// Job Bot::greet(QString name)
/// {
///     const auto ticket = co_await Turnstile::result(m_limiter.ticket(m_messages), this);
///     if (!ticket) { // and if the bot is gone, this is so, too
///         qWarning() << "not greeted:" << ticket.error;
///         co_return;
///     }
///     ticket.sender.follow(m_manager.post(m_request, hello(name)));
/// }
/// ```
///
/// **Where it goes on.** In the event loop of the thread in which it waited, or in that of the
/// context's thread if there is a context; at once, when the result is there already. A loop that
/// does not run resumes nobody.
///
/// **When something dies.** Each wait ends once, whatever happens: the ratelimiter, the receiver or
/// the context may go. Without a result the coroutine gets nothing, and when its context is gone it
/// never gets anything else: so look at the result before you touch the context. A coroutine may be
/// destroyed while it waits, in the thread where it would go on; then nothing is resumed.
///
/// **With g++ 12** give options, bodies and JSON names before you await. It destroys aggregates
/// that are made in an awaited expression twice, as in `co_await result(limiter.ticket(endpoint,
/// {.lane = "a"}))` (options that are left out do no harm), and does not compile
/// `QJsonObject{{...}}` there. clang does both right.
///
/// **With QCoro.** Both headers can be used side by side. QCoro's own `co_await future` must not be
/// given futures that may be cancelled, as those of tickets: it reads a result that is not there.

namespace Turnstile {

/// What result(future) gives: await it at once, and once.
template <typename T> class FutureAwaiter {
public:
    /// The result, or nothing; of a `QFuture<void>`, whether it finished.
    using Result = std::conditional_t<std::is_void_v<T>, bool, std::optional<T>>;

    /// \a context may be null.
    FutureAwaiter(QFuture<T> future, QObject *context)
        : m_future(std::move(future))
        , m_context(context)
        , m_hasContext(context != nullptr)
    {
    }

    /// Whether the coroutine need not wait: the result is there, and this is the right thread.
    bool await_ready() const { return isContextGone() || (isHere() && m_future.isFinished()); }

    /// Sees to it that \a coroutine is resumed.
    void await_suspend(std::coroutine_handle<> coroutine)
    {
        m_watcher = std::make_unique<QFutureWatcher<T>>();
        auto *const watcher = m_watcher.get();
        const auto begin = [watcher, coroutine, future = m_future, context = m_context,
                               hasContext = m_hasContext] {
            // Queued: whatever comes first ends the watcher, and with it what else is on its way.
            const auto resume = [coroutine] { coroutine.resume(); };
            const auto connectTo = [&](auto *object, auto signal) {
                QObject::connect(object, signal, watcher, resume, Qt::QueuedConnection);
            };
            connectTo(watcher, &QFutureWatcherBase::finished);
            connectTo(watcher, &QFutureWatcherBase::canceled);
            if (context)
                connectTo(context.data(), &QObject::destroyed);
            else if (hasContext)
                QMetaObject::invokeMethod(watcher, resume, Qt::QueuedConnection);
            watcher->setFuture(future);
        };
        if (isHere()) {
            begin();
            return;
        }
        watcher->moveToThread(m_context->thread());
        QMetaObject::invokeMethod(watcher, begin, Qt::QueuedConnection);
        // From here on the coroutine may run there, and this may be gone.
    }

    /// What `co_await` gives.
    Result await_resume()
    {
        m_watcher.reset();
        const QFuture<T> future = std::exchange(m_future, {}); // or its result would live on
        const bool isThere = !isContextGone() && future.isFinished() && !future.isCanceled();
        if constexpr (std::is_void_v<T>)
            return isThere;
        else
            return isThere && future.resultCount() > 0 ? Result(future.result()) : Result();
    }

    /// Whether there was a context, and is none any more.
    bool isContextGone() const { return m_hasContext && !m_context; }
    /// What the wait's other connections live and die with; null when it does not wait.
    QObject *watcher() const { return m_watcher.get(); }

private:
    bool isHere() const { return !m_context || m_context->thread() == QThread::currentThread(); }

    QFuture<T> m_future;
    QPointer<QObject> m_context;
    bool m_hasContext = false;
    std::unique_ptr<QFutureWatcher<T>> m_watcher;
};

/// What became of a ticket: its sender, or the reason why there is none.
struct TicketResult {
    TicketSender sender; ///< valid when the request may be sent
    TicketError error;   ///< otherwise set
    /// Whether the request may be sent.
    explicit operator bool() const { return sender.isValid(); }
};

/// What result(receiver) gives: await it at once, and once.
class TicketAwaiter {
public:
    /// Both may be null; without a receiver the ticket counts as cancelled.
    TicketAwaiter(TicketReceiver *receiver, QObject *context)
        : m_receiver(receiver)
        , m_future(receiver ? receiver->future() : QFuture<TicketSender>(), context)
    {
        Q_ASSERT(!receiver || !context || receiver->thread() == context->thread());
    }
    /// Before it is awaited only.
    TicketAwaiter(TicketAwaiter &&) noexcept = default;
    TicketAwaiter &operator=(TicketAwaiter &&) = delete;
    /// Cancels the ticket when it is still waited for.
    ~TicketAwaiter()
    {
        if (m_future.watcher())
            giveUp();
    }

    /// Whether the coroutine need not wait: the result is there, and this is the right thread.
    bool await_ready() const { return m_future.await_ready(); }

    /// Sees to it that \a coroutine is resumed.
    void await_suspend(std::coroutine_handle<> coroutine)
    {
        m_future.await_suspend(coroutine);
        QObject::connect(m_receiver.data(), &TicketReceiver::failed, m_future.watcher(),
            [this](const TicketError &error) { m_error = error; });
    }

    /// What `co_await` gives.
    TicketResult await_resume()
    {
        if (auto sender = m_future.await_resume())
            return {std::move(*sender), {}};
        if (!m_error && m_receiver)
            m_error = m_receiver->error();
        if (!m_error) {
            giveUp();
            m_error = TicketError::of(TicketError::Code::Cancelled);
        }
        return {{}, std::move(m_error)};
    }

private:
    void giveUp()
    {
        if (m_receiver)
            m_receiver->cancel();
    }

    QPointer<TicketReceiver> m_receiver;
    FutureAwaiter<TicketSender> m_future;
    TicketError m_error;
};

/// Waits for \a future: `const std::optional<T> value = co_await result(future);`. Nothing comes
/// when it is cancelled (the ticket failed, the ratelimiter is gone), or \a context is gone. Goes
/// on in the thread of \a context; without one, in this thread.
///
/// A ticket of Ratelimiter::waitForTicket() that nobody waits for any more is granted in its turn,
/// and given back. The overload for a receiver gives it up at once.
template <typename T>
[[nodiscard]] FutureAwaiter<T> result(QFuture<T> future, QObject *context = nullptr)
{
    return {std::move(future), context};
}

/// Waits for a ticket, and tells why it failed: `const TicketResult ticket = co_await
/// result(limiter.ticket(endpoint));`. For a coroutine in the receiver's thread, where \a context
/// lives, too. When \a context goes, or the coroutine is destroyed, the ticket is cancelled; when
/// the receiver goes, error says Cancelled.
///
/// After TicketSender::retry() the same receiver can be awaited again.
[[nodiscard]] inline TicketAwaiter result(TicketReceiver *receiver, QObject *context = nullptr)
{
    return {receiver, context};
}

/// Waits for what a handle's future() gives, as that of a RestReply: `const
/// std::optional<RestResult> answer = co_await result(client.get(path), this);`. Failures are
/// results, too; nothing comes when \a context is gone. For a coroutine in the handle's thread. The
/// request goes on when nobody waits for it any more.
template <typename Handle>
requires requires(Handle *object)
{
    object->future();
}
[[nodiscard]] auto result(Handle *handle, QObject *context = nullptr)
{
    return result(handle->future(), context);
}

} // namespace Turnstile
