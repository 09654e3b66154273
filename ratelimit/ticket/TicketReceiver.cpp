// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketReceiver.h"

#include "ratelimit/ticket/DeliveryQueue.h"
#include "ratelimit/ticket/TicketChannelState.h"

#include <QtCore/QMetaMethod>

namespace Turnstile {

TicketReceiver::TicketReceiver(std::shared_ptr<TicketChannelState> state, QObject *parent)
    : QObject(parent)
    , m_state(std::move(state))
{
    m_state->setReceiver(this);
}

TicketReceiver::~TicketReceiver()
{
    m_state->cancel(TicketChannelState::Consumer::Gone);
}

QFuture<TicketSender> TicketReceiver::future()
{
    return m_state->senderFuture();
}

void TicketReceiver::cancel()
{
    const auto state = m_state; // whoever is told may destroy this
    state->cancel(TicketChannelState::Consumer::Stays);
}

TicketError TicketReceiver::error() const
{
    return m_state->error();
}

bool TicketReceiver::autoDelete() const
{
    return m_state->autoDelete();
}

void TicketReceiver::setAutoDelete(bool on)
{
    m_state->setAutoDelete(on);
}

void TicketReceiver::connectNotify(const QMetaMethod &signal)
{
    static const QMetaMethod listened = QMetaMethod::fromSignal(&TicketReceiver::available);
    if (signal == listened)
        m_state->listen();
}

bool TicketReceiver::event(QEvent *event)
{
    if (event->type() != TicketChannelState::deliveryEvent())
        return QObject::event(event);
    const auto state = m_state; // slots may destroy this
    DeliveryQueue::ofThisThread().deliver(state);
    return true;
}

} // namespace Turnstile
