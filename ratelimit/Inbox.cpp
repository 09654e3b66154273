// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/Inbox.h"

#include <QtCore/QCoreApplication>

#include <utility>

namespace Turnstile {

QEvent::Type Inbox::eventType()
{
    static const auto type = QEvent::Type(QEvent::registerEventType());
    return type;
}

void Inbox::post(Message message)
{
    // Posted under the lock, so that the owner cannot go in between.
    const std::lock_guard lock(m_mutex);
    if (!m_owner)
        return;
    m_messages.push_back(std::move(message));
    sendEvent();
}

void Inbox::wake()
{
    const std::lock_guard lock(m_mutex);
    if (m_owner)
        sendEvent();
}

void Inbox::eventCame()
{
    const std::lock_guard lock(m_mutex);
    m_isEventSent = false;
}

void Inbox::sendEvent()
{
    if (!std::exchange(m_isEventSent, true))
        QCoreApplication::postEvent(m_owner, new QEvent(eventType()));
}

std::vector<Inbox::Message> Inbox::takeAll()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_messages, {});
}

void Inbox::close()
{
    std::vector<Message> dropped; // after the lock: what they hold may say something
    const std::lock_guard lock(m_mutex);
    m_owner = nullptr;
    dropped.swap(m_messages);
}

} // namespace Turnstile
