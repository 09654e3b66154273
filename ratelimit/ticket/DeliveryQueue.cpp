// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/DeliveryQueue.h"

#include "ratelimit/Clock.h"
#include "ratelimit/ticket/TicketChannelState.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>

namespace Turnstile {

DeliveryQueue &DeliveryQueue::ofThisThread()
{
    static thread_local DeliveryQueue queue;
    return queue;
}

void DeliveryQueue::deliver(const std::shared_ptr<TicketChannelState> &state)
{
    if (!m_isTurnEndComing)
        beginTurn();
    if (m_waiting.empty() && clockNow() < m_end)
        state->deliver();
    else
        m_waiting.push_back(state);
}

// What is posted in one turn comes in the next.
void DeliveryQueue::beginTurn()
{
    m_isTurnEndComing = true;
    m_end = clockNow() + slice;
    QCoreApplication::postEvent(this, new QEvent(TicketChannelState::deliveryEvent()));
}

// An event loop in a slot comes here again, and goes on with what waits.
bool DeliveryQueue::event(QEvent *event)
{
    if (event->type() != TicketChannelState::deliveryEvent())
        return QObject::event(event);
    m_isTurnEndComing = false;
    if (m_waiting.empty())
        return true;
    beginTurn();
    while (!m_waiting.empty() && clockNow() < m_end) {
        const auto state = m_waiting.front().lock();
        m_waiting.pop_front();
        if (state)
            state->deliver();
    }
    return true;
}

} // namespace Turnstile
