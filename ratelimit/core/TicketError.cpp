// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/TicketError.h"

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
    case TicketError::Code::Other:
        break;
    }
    return QStringLiteral("The ratelimiter refused the ticket.");
}

TicketError TicketError::of(Code code)
{
    return {code, textOf(code)};
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
