// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/Inbox.h"

#include <QtCore/QCoreApplication>

namespace Turnstile {

QEvent::Type Inbox::eventType()
{
    static const auto type = QEvent::Type(QEvent::registerEventType());
    return type;
}

void Inbox::wake()
{
    if (m_isEventSent) // and only this thread says that it has come
        return;
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
    if (!m_isEventSent.exchange(true))
        QCoreApplication::postEvent(m_owner, new QEvent(eventType()));
}

std::vector<Inbox::Message> Inbox::takeAll(std::vector<Message> used)
{
    used.clear();
    const std::lock_guard lock(m_mutex);
    used.swap(m_messages);
    return used;
}

void Inbox::close()
{
    std::vector<Message> dropped; // after the lock: what they hold may say something
    const std::lock_guard lock(m_mutex);
    m_owner = nullptr;
    dropped.swap(m_messages);
}

} // namespace Turnstile
