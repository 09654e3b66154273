// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <deque>
#include <map>

namespace Turnstile::Monitor {

/// What a source has told, as far as it still holds: enough to tell it to somebody who comes later.
/// In bounded memory; what does not fit is left out, of tickets the newest.
class LatestState {
public:
    static constexpr size_t mostBuckets = 200'000;
    static constexpr size_t mostTickets = 20'000; ///< that wait or are in flight
    static constexpr size_t mostHits = 256;       ///< 429s, and as many anomalies: the latest
    static constexpr size_t partBuckets = 256;    ///< in one part of a snapshot
    static constexpr size_t partTickets = 4096;

    /// Takes in \a update, and returns it with what a snapshot has not named in `removed`.
    UpdateBatch apply(UpdateBatch update);

    /// How far a snapshot is told. What changes meanwhile has to be told too.
    struct Cursor {
        bool isBegun = false;
        BucketId bucket; ///< the last one
        TicketId ticket;
    };
    /// The next part; the last one has `snapshotEnds`. Open tickets come in the state that they
    /// are in.
    UpdateBatch nextPart(Cursor *cursor, TimePoint now) const;
    /// All parts.
    std::vector<UpdateBatch> snapshot(TimePoint now) const;

    size_t bucketCount() const { return m_buckets.size(); }
    size_t ticketCount() const { return m_tickets.size(); }

private:
    void forget(TimePoint at);
    void take(const Bucket &bucket);
    void take(const TicketInfo &ticket);
    void removeUnnamed(std::vector<BucketId> *removed);

    struct Known {
        Bucket bucket;
        quint32 named = 0; // by which snapshot
    };
    std::map<BucketId, Known> m_buckets;
    std::map<TicketId, TicketInfo> m_tickets; // open ones
    std::deque<RateLimitEvent> m_hits;
    std::deque<AnomalyInfo> m_anomalies;
    std::optional<GlobalLimitInfo> m_global;
    std::optional<InvalidRequestsInfo> m_invalid;
    std::optional<SharedState> m_shared;
    TimePoint m_at; // of the last update
    quint32 m_snapshot = 0;
    bool m_isInSnapshot = false;
};

} // namespace Turnstile::Monitor
