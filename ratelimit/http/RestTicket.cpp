// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestTicket.h"

#include "ratelimit/Ratelimiter.h"

#include <utility>

namespace Turnstile {

static Response responseOf(const RestOutcome &outcome)
{
    const RestResult &answer = outcome.result;
    if (answer.status != 0)
        return Response::answered(headersOf(answer.status, answer.headers, answer.body));
    return outcome.sent ? Response::lost() : Response::unused();
}

RestTicket::~RestTicket()
{
    abandon();
}

void RestTicket::ask(Ratelimiter *limiter, const Endpoint &endpoint, const TicketOptions &options,
    QObject *context, Listener listener)
{
    abandon();
    m_receiver = limiter->ticket(endpoint, options);
    QObject::connect(m_receiver, &TicketReceiver::available, context,
        [this, granted = std::move(listener.granted)](const TicketSender &sender) {
            m_sender = sender;
            granted();
        });
    QObject::connect(m_receiver, &TicketReceiver::failed, context, std::move(listener.failed));
    QObject::connect(
        m_receiver, &QObject::destroyed, context, [this, outlived = std::move(listener.outlived)] {
            if (m_sender.isValid())
                outlived();
        });
}

// Once it was granted, its receiver is not needed.
void RestTicket::abandon()
{
    if (TicketReceiver *receiver = std::exchange(m_receiver, nullptr)) {
        QObject::disconnect(receiver, &QObject::destroyed, nullptr, nullptr);
        delete receiver;
    }
}

void RestTicket::tellSent() const
{
    const auto sender = m_sender;
    sender.sent();
}

void RestTicket::end(const RestOutcome &outcome)
{
    const auto sender = std::exchange(m_sender, {});
    if (!sender.isValid())
        return;
    const Response response = responseOf(outcome);
    switch (response.kind) {
    case Response::Kind::Answered:
        sender.headers(response.headers);
        break;
    case Response::Kind::Lost:
        sender.lost();
        break;
    case Response::Kind::Unused:
        sender.drop();
        break;
    }
}

bool RestTicket::retry(const RestOutcome &outcome, milliseconds wait)
{
    const auto sender = std::exchange(m_sender, {});
    return sender.isValid() && sender.retry(responseOf(outcome), wait);
}

} // namespace Turnstile
