// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketNotifier.h"

#include "ratelimit/ticket/TicketChannelState.h"

namespace Turnstile {

TicketNotifier::TicketNotifier(std::shared_ptr<TicketChannelState> state)
    : m_state(std::move(state))
{
}

TicketNotifier::TicketNotifier(TicketNotifier &&) noexcept = default;

TicketNotifier &TicketNotifier::operator=(TicketNotifier &&other) noexcept
{
    std::swap(m_state, other.m_state);
    const TicketNotifier ended(std::move(other)); // what was held here
    return *this;
}

TicketNotifier::~TicketNotifier()
{
    if (m_state)
        m_state->notifierGone();
}

std::optional<TicketHeaders> TicketNotifier::available()
{
    auto state = m_state; // slots may destroy this
    const int attempt = state->grant();
    if (attempt == 0)
        return {};
    return TicketHeaders(std::move(state), attempt);
}

bool TicketNotifier::isCancelled() const
{
    return m_state->isCancelled();
}

void TicketNotifier::whenCancelled(std::function<void()> cancelled)
{
    m_state->setWhenCancelled(std::move(cancelled));
}

void TicketNotifier::reject(const TicketError &error)
{
    m_state->reject(error);
}

void TicketNotifier::keep(std::shared_ptr<const void> context)
{
    m_state->keep(std::move(context));
}

} // namespace Turnstile
