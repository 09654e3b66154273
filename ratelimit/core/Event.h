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

    Type type = Type::TicketChanged;
    TicketState state = TicketState::Queued;
    LimitKind kind = LimitKind::Bucket;
    Scope scope = Scope::None;
    TicketError::Code error = TicketError::Code::None;
    WaitReason reason = WaitReason::None; ///< what an Expired or Rejected ticket waited for
    Anomaly anomaly = Anomaly::LimitChanged;
    int count = 0;
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
