// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Id.h"
#include "ratelimit/core/TicketError.h"
#include "ratelimit/core/Time.h"

namespace Turnstile {

/// Something that happened in a Scheduler. Which fields mean something depends on \ref type.
struct Event {
    enum class Type : quint8 {
        TicketChanged, ///< \ref ticket entered \ref state; \ref error says why it was not granted
        BucketChanged, ///< numbers of \ref bucket changed; at most one per takeEvents()
        BucketRemoved, ///< \ref bucket was idle and is forgotten
        LaneMoved,     ///< \ref lane now counts in \ref bucket
        GlobalLockChanged, ///< everything but exempt tickets waits for \ref wait; zero: no longer
        RateLimited, ///< a 429 of \ref kind and \ref scope came for \ref ticket; it asks for \ref
                     ///< wait
    };

    Type type = Type::TicketChanged;
    TicketState state = TicketState::Queued;
    LimitKind kind = LimitKind::Bucket;
    Scope scope = Scope::None;
    TicketError::Code error = TicketError::Code::None;
    int status = 0;  ///< HTTP status, where a response caused it
    int attempt = 0; ///< how often the ticket has been granted
    TicketId ticket;
    LaneId lane;
    BucketId bucket;
    TimePoint at;        ///< when it happened
    TimePoint askedAt;   ///< when the ticket was asked for
    TimePoint grantedAt; ///< when it was granted last; the epoch if never
    milliseconds wait{};
};

} // namespace Turnstile
