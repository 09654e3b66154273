// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/turnstile_core_export.h"

#include <QtCore/QDebug>
#include <QtCore/QObject>
#include <QtCore/QString>

namespace Turnstile {

/// Why a ticket was never granted. A value, for any thread.
struct TURNSTILE_CORE_EXPORT TicketError {
    Q_GADGET
public:
    /// The reason, for programs.
    enum class Code : quint8 {
        None,            ///< no error: it was granted, or waits still
        Cancelled,       ///< its owner gave it up
        Expired,         ///< its deadline passed while it waited
        QueueFull,       ///< `SchedulerOptions::maxQueued` or `maxQueuedPerBucket` is reached
        InvalidEndpoint, ///< the endpoint names nothing
        RatelimiterGone, ///< the ratelimiter was destroyed, or gave up the ticket
        WaitTooLong,     ///< it would have to wait longer than `maxWait`
        PredicateFailed, ///< `TicketOptions::predicate` said no
        Draining,        ///< the bucket, or the ratelimiter, takes no new tickets
        Unauthorized,    ///< the API refuses the token: it answered 401
        WebhookGone,     ///< the API does not know the webhook: it answered 404
        Other,           ///< a reason of a ratelimiter of one's own
    };
    Q_ENUM(Code)

    Code code = Code::None; ///< the reason, for programs
    QString message;        ///< one sentence for people; no secrets

    /// The error with the text that fits its \a code, and says what the ticket waited for where
    /// \a waitedFor tells it; empty for Code::None.
    static TicketError of(Code code, WaitReason waitedFor = WaitReason::None);

    /// Whether it is one.
    explicit operator bool() const { return code != Code::None; }
    friend bool operator==(const TicketError &, const TicketError &) = default;
};

TURNSTILE_CORE_EXPORT QDebug operator<<(QDebug debug, const TicketError &error);

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::TicketError)
