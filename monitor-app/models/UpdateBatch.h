// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Bucket.h"
#include "ratelimit/TicketInfo.h"

#include <QtCore/QMetaType>

#include <optional>
#include <vector>

namespace Turnstile::Monitor {

/// The global limit as a source last saw it.
struct GlobalLimitInfo {
    int limit = 0; ///< 0: none
    int used = 0;
    std::optional<TimePoint> nextFreeAt;  ///< when the next used slot frees, if known
    std::optional<TimePoint> lockedUntil; ///< a global 429 holds everything until then

    friend bool operator==(const GlobalLimitInfo &, const GlobalLimitInfo &) = default;
};

/// A 429 and when it was seen.
struct RateLimitEvent {
    TimePoint at;
    RateLimitHit hit;
};

/// What changed in a bot since the last batch: all that a source tells, in plain values.
struct UpdateBatch {
    TimePoint at;                          ///< when it was sent
    TimePoint since;                       ///< when the oldest event in it happened
    bool snapshot = false;                 ///< replaces everything told before
    int events = 0;                        ///< how many signals of the ratelimiter are in it
    std::vector<Bucket> buckets;           ///< changed ones, each once, as they are now
    std::vector<BucketId> removed;         ///< buckets that were forgotten
    std::vector<TicketInfo> tickets;       ///< every state that a ticket entered, in order
    std::vector<RateLimitEvent> hits;      ///< 429s, in order
    std::optional<GlobalLimitInfo> global; ///< nothing: as before
};

} // namespace Turnstile::Monitor

Q_DECLARE_METATYPE(Turnstile::Monitor::UpdateBatch)
