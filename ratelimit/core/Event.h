// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Id.h"
#include "ratelimit/core/TicketError.h"
#include "ratelimit/core/Time.h"

namespace Turnstile {

/// Something that happened in a Scheduler. Which fields mean something depends on \ref type; the
/// others are as they are here. A value, for any thread.
struct Event {
    /// What happened.
    enum class Type : quint8 {
        TicketChanged,  ///< \ref ticket entered \ref state; \ref error says why it was not granted
        BucketChanged,  ///< numbers of \ref bucket changed; at most one per takeEvents()
        BucketRemoved,  ///< \ref bucket was idle and is forgotten
        LaneMoved,      ///< \ref lane now counts in \ref bucket
        LockChanged,    ///< \ref reason (Global, Cloudflare, InvalidRequests) holds what it
                        ///< concerns for \ref wait; zero: no longer
        RateLimited,    ///< a 429 of \ref kind and \ref scope came for \ref ticket; it asks for
                        ///< \ref wait
        InvalidRequest, ///< an answer counts as invalid; \ref count of them did lately
        AnomalySeen,    ///< \ref anomaly, in \ref bucket for \ref lane where it has a place
    };

    Type type = Type::TicketChanged;                   ///< what happened
    TicketState state = TicketState::Queued;           ///< that the ticket entered
    LimitKind kind = LimitKind::Bucket;                ///< of a 429
    Scope scope = Scope::None;                         ///< that a 429 named
    TicketError::Code error = TicketError::Code::None; ///< why the ticket was not granted
    WaitReason reason = WaitReason::None; ///< what an Expired or Rejected ticket waited for; a lock
    Anomaly anomaly = Anomaly::LimitChanged; ///< what should not have happened
    int count = 0;                           ///< invalid answers in SchedulerOptions::invalidPeriod
    int status = 0;                          ///< HTTP status, where a response caused it
    int attempt = 0;                         ///< how often the ticket has been granted
    TicketId ticket;                         ///< which one; null where none is concerned
    LaneId lane;                             ///< of the ticket, or the one that moved
    BucketId bucket;                         ///< which one; where a moved lane counts now
    TimePoint at;                            ///< when it happened
    TimePoint askedAt;                       ///< when the ticket was asked for
    TimePoint grantedAt;                     ///< when it was granted last; the epoch if never
    milliseconds wait{}; ///< what a 429 asks for, or how long a lock holds; zero: it is open
};

} // namespace Turnstile
