// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/Coroutine.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtCore/QThread>

#include <atomic>
#include <coroutine>
#include <exception>
#include <utility>

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
Task hear(Source source, QObject *context, Heard<Value> &heard, Counted = {})
{
    const Counted local;
    heard.value = co_await Turnstile::result(source, context);
    ++heard.times;
    heard.thread = QThread::currentThread();
}

inline void turn()
{
    for (int i = 0; i < 5; ++i) {
        QCoreApplication::processEvents();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
}
