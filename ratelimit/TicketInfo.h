// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Id.h"
#include "ratelimit/core/TicketError.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QString>

namespace Turnstile {

/// A ticket as it entered a state: what Ratelimiter::ticketChanged() tells. A value, for any
/// thread.
struct TURNSTILE_RATELIMIT_EXPORT TicketInfo {
    Q_GADGET
    Q_PROPERTY(TicketState state MEMBER state)
    Q_PROPERTY(QString name MEMBER name)
public:
    TicketId id;                             ///< the same in all its states, retries included
    LaneId lane;                             ///< the queue it waits or waited in
    BucketId bucket;                         ///< the bucket it counts in now
    TicketState state = TicketState::Queued; ///< that it entered
    QString name;                            ///< the endpoint for people, see Endpoint::name()
    int attempt = 0; ///< how often it has been granted; more than 1 after a retried 429
    int status = 0;  ///< HTTP status of the response that ended it; 0 when there was none
    TicketError::Code error = TicketError::Code::None; ///< why it was not granted
    WaitReason reason = WaitReason::None; ///< what a ticket that was not granted waited for
    TimePoint at;                         ///< when it entered the state
    TimePoint askedAt;                    ///< when it was asked for
    TimePoint grantedAt;                  ///< when it was last granted; TimePoint() when never
};

/// A 429: what Ratelimiter::rateLimited() tells. Rules: `docs/semantics.md`, "429s".
struct TURNSTILE_RATELIMIT_EXPORT RateLimitHit {
    Q_GADGET
    Q_PROPERTY(LimitKind kind MEMBER kind)
    Q_PROPERTY(Scope scope MEMBER scope)
    Q_PROPERTY(QString name MEMBER name)
public:
    TicketId ticket;                    ///< whose request met it
    BucketId bucket;                    ///< in which that counted
    LimitKind kind = LimitKind::Bucket; ///< what has to wait
    Scope scope = Scope::None;          ///< as the server said it
    QString name;                       ///< the endpoint for people
    milliseconds retryAfter{};          ///< how long the limited requests now wait
};

/// Something a server, or a clock, should not do: what Ratelimiter::anomalySeen() tells.
struct TURNSTILE_RATELIMIT_EXPORT AnomalyInfo {
    Q_GADGET
    Q_PROPERTY(Anomaly kind MEMBER kind)
    Q_PROPERTY(QString name MEMBER name)
public:
    Anomaly kind = Anomaly::LimitChanged; ///< what it was
    BucketId bucket;                      ///< none for a clock
    QString name;                         ///< the endpoint for people; empty for a clock
    TimePoint at;                         ///< when it was seen
};

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::AnomalyInfo)
Q_DECLARE_METATYPE(Turnstile::TicketInfo)
Q_DECLARE_METATYPE(Turnstile::RateLimitHit)
