// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QHash>

#include <deque>

namespace Turnstile::Monitor {

/// One try of a ticket, from waiting to its end: a bar of the timeline, a line of the detail. A
/// ticket that met a 429 and is retried has one for each grant.
struct TicketTry {
    TicketId ticket;
    BucketId bucket;
    QString name;    ///< the endpoint for people
    int attempt = 0; ///< 1 for the first; 0 while it was never granted
    TicketState state = TicketState::Queued;
    int status = 0;                                    ///< HTTP status; 0: none (yet)
    TicketError::Code error = TicketError::Code::None; ///< why it was not granted
    WaitReason reason = WaitReason::None;              ///< what it waited for, when not granted
    TimePoint askedAt;                  ///< since when the ticket waits, over all tries
    TimePoint queuedAt;                 ///< since when this try waits
    std::optional<TimePoint> grantedAt; ///< nothing: it waits, or never was
    std::optional<TimePoint> endedAt;   ///< nothing: it is on its way

    /// Whether it was answered with a 429.
    bool isRateLimited() const { return status == 429; }
    /// From waiting to the grant, to the end where none came, or to \a now.
    milliseconds waited(TimePoint now) const;
    /// From the grant to the end, or to \a now; nothing when it was not granted.
    std::optional<milliseconds> tookTime(TimePoint now) const;
};

/// The tries of tickets of the last hour, by bucket, in bounded memory: the oldest go first.
///
/// Knows what the updates tell, so a ticket that was asked for before the monitor attached is known
/// once it changes, or when the snapshot names it.
class TicketLog {
public:
    static constexpr size_t most = 200'000;        ///< tries over all buckets
    static constexpr size_t mostOfBucket = 2'000;  ///< tries of one bucket
    static constexpr milliseconds span{3'600'000}; ///< ended ones are kept for so long

    void apply(const UpdateBatch &batch);
    void clear();

    /// Of a bucket, in the order of first word; empty when none is known.
    const std::deque<TicketTry> &tries(BucketId bucket) const;
    /// Buckets with tries, the ones that most lately changed first; at most \a count.
    std::vector<BucketId> latest(size_t count) const;
    size_t size() const { return m_size; }
    /// Counts up with every change.
    quint64 version() const { return m_version; }

private:
    struct Lane {
        std::deque<TicketTry> tries;
        quint64 firstNumber = 0; // of tries.front()
        quint64 changed = 0;     // m_version then
    };
    struct Place {
        BucketId bucket;
        quint64 number = 0;
    };
    void add(const TicketInfo &ticket);
    TicketTry *find(TicketId ticket);
    TicketTry &append(const TicketInfo &ticket);
    void removeOldest(BucketId bucket);
    void expire(TimePoint now);

    QHash<BucketId, Lane> m_lanes;
    QHash<TicketId, Place> m_open;                        // tries that have not ended
    std::deque<std::pair<BucketId, quint64>> m_order;     // all tries, by first word
    size_t m_size = 0;
    quint64 m_version = 0;
};

} // namespace Turnstile::Monitor
