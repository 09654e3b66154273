// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Bucket.h"
#include "ratelimit/SharedState.h"
#include "ratelimit/TicketInfo.h"

#include <QtCore/QMetaType>

#include <optional>
#include <vector>

namespace Turnstile {

/// The global limit as it was last seen.
struct MonitorGlobalLimit {
    int limit = 0;                       ///< requests in SchedulerOptions::globalPeriod; 0: none
    int used = 0;                        ///< slots taken
    std::optional<TimePoint> nextFreeAt; ///< when the next used slot frees, if known
    std::optional<TimePoint>
        lockedUntil; ///< a global 429, or the edge, holds everything until then

    friend bool operator==(const MonitorGlobalLimit &, const MonitorGlobalLimit &) = default;
};

/// Answers that count as invalid, and how many an address may get.
struct MonitorInvalidRequests {
    int count = 0; ///< in the last SchedulerOptions::invalidPeriod
    int limit = 0; ///< 0: no guard

    friend bool operator==(
        const MonitorInvalidRequests &, const MonitorInvalidRequests &) = default;
};

/// A 429 and when it was seen.
struct MonitorHit {
    TimePoint at;     ///< when it was seen
    RateLimitHit hit; ///< what it says
};

/// What changed in a bot since the last update: all that is told to who watches, in plain values.
///
/// Buckets are told whole, as they are at \ref at, so a later update of a bucket replaces an
/// earlier one. A snapshot names every bucket, in one update or in several; other changes may come
/// between its parts.
struct MonitorUpdate {
    TimePoint at;                ///< when it was made
    TimePoint since;             ///< when the oldest event in it happened
    bool reset = false;          ///< ids told before mean nothing any more: it is another process
    bool snapshotBegins = false; ///< every bucket is named from here on ...
    bool snapshotEnds = false;   ///< ... to the end of this update; those that were not are gone
    int events = 0;              ///< how many changes of the ratelimiter are in it
    quint64 dropped = 0; ///< tickets' states, 429s and anomalies that were too many to be told,
                         ///< since the last
    std::vector<Bucket> buckets;   ///< changed ones, each once
    std::vector<BucketId> removed; ///< buckets that were forgotten
    /// States that tickets entered, in order. An empty name is that of the ticket's bucket.
    std::vector<TicketInfo> tickets;
    std::vector<MonitorHit> hits;                  ///< 429s, in order
    std::vector<AnomalyInfo> anomalies;            ///< in order
    std::optional<MonitorGlobalLimit> global;      ///< nothing: as before
    std::optional<MonitorInvalidRequests> invalid; ///< nothing: as before
    /// Which of the processes that share the limits holds what. Nothing: as before, or not shared.
    std::optional<SharedState> shared;
};

/// What a monitor may ask of a bot that allows it.
struct MonitorCommand {
    /// What is to be done.
    enum class Action : quint8 {
        Resume,       ///< Flow::Open
        Pause,        ///< Flow::Paused
        Drain,        ///< Flow::Draining
        CancelTicket, ///< gives up a ticket that waits
    };

    Action action = Action::Resume; ///< what is to be done
    BucketId bucket;                ///< of Resume, Pause and Drain; none: everything
    TicketId ticket;                ///< of CancelTicket
};

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::MonitorUpdate)
