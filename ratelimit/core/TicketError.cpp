// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/TicketError.h"

#include "ratelimit/core/Wait.h"

#include <QtCore/QMetaEnum>

namespace Turnstile {

static QString textOf(TicketError::Code code)
{
    switch (code) {
    case TicketError::Code::None:
        return {};
    case TicketError::Code::Cancelled:
        return QStringLiteral("The ticket was given up while it waited.");
    case TicketError::Code::Expired:
        return QStringLiteral("The ticket's deadline passed while it waited.");
    case TicketError::Code::QueueFull:
        return QStringLiteral("Too many tickets wait already.");
    case TicketError::Code::InvalidEndpoint:
        return QStringLiteral("The endpoint is not valid: its path is empty or too long.");
    case TicketError::Code::RatelimiterGone:
        return QStringLiteral("The ratelimiter no longer exists, or gave up the ticket.");
    case TicketError::Code::WaitTooLong:
        return QStringLiteral("The ticket would have to wait longer than it may.");
    case TicketError::Code::PredicateFailed:
        return QStringLiteral("The ticket's condition was not met.");
    case TicketError::Code::Draining:
        return QStringLiteral("No new tickets are taken: the queue is being drained.");
    case TicketError::Code::Unauthorized:
        return QStringLiteral("The API refuses the token (401). Set a new one, and say so.");
    case TicketError::Code::WebhookGone:
        return QStringLiteral("The webhook does not exist (404).");
    case TicketError::Code::Other:
        break;
    }
    return QStringLiteral("The ratelimiter refused the ticket.");
}

TicketError TicketError::of(Code code, WaitReason waitedFor)
{
    TicketError error{code, textOf(code)};
    if (code != Code::None && waitedFor != WaitReason::None)
        error.message += QStringLiteral(" It waited for: %1.").arg(Wait{waitedFor}.text({}));
    return error;
}

QDebug operator<<(QDebug debug, const TicketError &error)
{
    QDebugStateSaver saver(debug);
    debug.nospace().noquote() << "TicketError("
                              << QMetaEnum::fromType<TicketError::Code>().valueToKey(
                                     int(error.code));
    if (!error.message.isEmpty())
        debug << ": " << error.message;
    return debug << ')';
}

} // namespace Turnstile

#include "moc_TicketError.cpp"
