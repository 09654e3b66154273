// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QEvent>

#include <functional>
#include <mutex>
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
    using Message = std::function<void()>;

    explicit Inbox(QObject *owner)
        : m_owner(owner)
    {
    }

    void post(Message message);
    /// Sends the event without a message, when there is still something to do.
    void wake();
    /// The event has come: the next message sends another one. For the owner, before takeAll().
    void eventCame();
    /// What has come in since the last call, in order; for the owner's thread.
    std::vector<Message> takeAll();
    /// The owner goes: waiting messages are dropped, and later ones too.
    void close();

    static QEvent::Type eventType();

private:
    void sendEvent();

    std::mutex m_mutex;
    QObject *m_owner;
    bool m_isEventSent = false;
    std::vector<Message> m_messages;
};

} // namespace Turnstile
