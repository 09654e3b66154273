// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketHeaders.h"

#include "ratelimit/ticket/TicketChannelState.h"

namespace Turnstile {

TicketHeaders::TicketHeaders(std::shared_ptr<TicketChannelState> state, int attempt)
    : m_state(std::move(state))
    , m_attempt(attempt)
{
}

TicketHeaders::TicketHeaders(TicketHeaders &&) noexcept = default;

TicketHeaders &TicketHeaders::operator=(TicketHeaders &&other) noexcept
{
    std::swap(m_state, other.m_state);
    std::swap(m_attempt, other.m_attempt);
    const TicketHeaders ended(std::move(other)); // what was held here
    return *this;
}

TicketHeaders::~TicketHeaders()
{
    if (m_state)
        m_state->headersGone(m_attempt);
}

QFuture<std::optional<RatelimitHeaders>> TicketHeaders::future()
{
    return m_state->headersFuture(m_attempt);
}

void TicketHeaders::whenDone(std::function<void(const Outcome &)> done)
{
    m_state->setWhenDone(m_attempt, std::move(done));
}

void TicketHeaders::whenDone(QObject *context, std::function<void(const Outcome &)> done)
{
    const auto promise = std::make_shared<QPromise<Outcome>>();
    promise->start();
    promise->future().then(context, std::move(done));
    whenDone([promise](const Outcome &outcome) {
        promise->addResult(outcome);
        promise->finish();
    });
}

void TicketHeaders::whenSent(std::function<void()> sent)
{
    m_state->setWhenSent(m_attempt, std::move(sent));
}

bool TicketHeaders::withdraw()
{
    const auto state = m_state;
    return state->withdraw(m_attempt);
}

void TicketHeaders::stopWaiting()
{
    const auto state = m_state;
    state->stopWaiting(m_attempt);
}

TicketSender TicketHeaders::sender() const
{
    return m_state->sender(m_attempt);
}

} // namespace Turnstile
