// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QEvent>
#include <QtCore/QMutex>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace Turnstile {

/// Carries messages from any thread to an object, with one posted event per burst: never more than
/// one is on its way. Messages to an object that has gone are dropped, and with them what they
/// hold.
class Inbox {
public:
    /// A function that is called once at most. It lies in the message itself, so that none is an
    /// allocation, and may hold what can only be moved. A moved-from message is only good for being
    /// destroyed.
    class Message {
    public:
        template <typename Function>
        requires(!std::is_same_v<Function, Message>) explicit Message(Function function)
            : m_held(new (m_place) HeldFunction<Function>(std::move(function)))
        {
            static_assert(sizeof(HeldFunction<Function>) <= sizeof m_place);
            // Not so where something const is captured: write [a = a].
            static_assert(std::is_nothrow_move_constructible_v<Function>);
        }
        Message(Message &&other) noexcept
            : m_held(other.m_held->moveTo(m_place))
        {
        }
        Message &operator=(Message &&) = delete;
        ~Message() { m_held->~Held(); }

        void operator()() { m_held->call(); }

    private:
        struct Held {
            virtual ~Held() = default;
            virtual Held *moveTo(void *place) noexcept = 0;
            virtual void call() = 0;
        };

        template <typename Function> struct HeldFunction final : Held {
            explicit HeldFunction(Function &&held)
                : function(std::move(held))
            {
            }
            Held *moveTo(void *place) noexcept override
            {
                return new (place) HeldFunction(std::move(function));
            }
            void call() override { function(); }
            Function function;
        };

        alignas(std::max_align_t) std::byte m_place[240];
        Held *m_held;
    };

    explicit Inbox(QObject *owner)
        : m_owner(owner)
    {
    }

    /// Drops the function outside of the lock if the owner has gone: what it holds may say
    /// something.
    template <typename Function> void post(Function function)
    {
        // Posted under the lock, so that the owner cannot go in between.
        const std::lock_guard lock(m_mutex);
        if (!m_owner)
            return;
        m_messages.emplace_back(std::move(function));
        sendEvent();
    }
    /// Sends the event without a message, when there is still something to do; for the owner's
    /// thread.
    void wake();
    /// The event has come: the next message sends another one. For the owner, before takeAll().
    void eventCame();
    /// What has come in since the last call, in order; for the owner's thread. The memory of
    /// \a used is taken for what comes next.
    std::vector<Message> takeAll(std::vector<Message> used = {});
    /// The owner goes: waiting messages are dropped, and later ones too.
    void close();

    static QEvent::Type eventType();

private:
    void sendEvent();

    QMutex m_mutex;
    QObject *m_owner;
    std::atomic<bool> m_isEventSent = false; // set under the mutex, reset in the owner's thread
    std::vector<Message> m_messages;
};

} // namespace Turnstile
