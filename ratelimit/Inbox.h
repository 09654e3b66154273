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

/// Carries messages from any thread to an object, with one posted event per burst: the first
/// message after takeAll() posts it. Messages to an object that has gone are dropped, and with them
/// what they hold.
class Inbox {
public:
    using Message = std::function<void()>;

    explicit Inbox(QObject *owner)
        : m_owner(owner)
    {
    }

    void post(Message message);
    /// What has come in since the last call, in order; for the owner's thread.
    std::vector<Message> takeAll();
    /// The owner goes: waiting messages are dropped, and later ones too.
    void close();

    static QEvent::Type eventType();

private:
    std::mutex m_mutex;
    QObject *m_owner;
    std::vector<Message> m_messages;
};

} // namespace Turnstile
