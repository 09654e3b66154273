// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QHash>

#include <deque>
#include <optional>
#include <vector>

namespace Turnstile::Monitor {

/// One try of a ticket, from waiting to its end: a bar of the timeline, a line of the detail. A
/// ticket that met a 429 and is retried has one for each grant.
struct TicketTry {
    quint64 number = 0; ///< counts up over all tries, in the order of their first word
    TicketId ticket;
    BucketId bucket;
    QString name;    ///< the endpoint for people
    int attempt = 0; ///< how often the ticket was granted; 0 while it waits for the first time
    TicketState state = TicketState::Queued;
    int status = 0;                                    ///< HTTP status; 0: none (yet)
    TicketError::Code error = TicketError::Code::None; ///< why it was not granted
    WaitReason reason = WaitReason::None;              ///< what it waited for, as far as was told
    TimePoint askedAt;                  ///< since when the ticket waits, over all tries
    TimePoint queuedAt;                 ///< since when this try waits
    std::optional<TimePoint> grantedAt; ///< nothing: it waits, or never was
    std::optional<TimePoint> endedAt;   ///< nothing: it is on its way

    /// Whether it was answered with a 429, retried or not.
    bool isRateLimited() const { return status == 429; }
    /// Whether it has ended, and the word that says how was dropped: endedAt is the latest moment.
    bool isEndUnknown() const { return endedAt && !isFinal(state); }
    /// From waiting to the grant, to the end where none came, or to \a now.
    milliseconds waited(TimePoint now) const;
    /// From the grant to the end, or to \a now; nothing when it was not granted.
    std::optional<milliseconds> tookTime(TimePoint now) const;
};

/// The tries of tickets of the last hour, by bucket, in bounded memory: the oldest go first.
///
/// Knows what the updates tell, so a ticket that was asked for before the monitor attached is known
/// once it changes, or when the snapshot names it. Where states were dropped, a try ends at the
/// latest when its bucket says that none waits, or none is in flight.
class TicketLog {
public:
    static constexpr size_t most = 200'000;        ///< tries over all buckets
    static constexpr size_t mostOfBucket = 2'000;  ///< tries of one bucket
    static constexpr milliseconds span{3'600'000}; ///< ended ones are kept for so long

    void apply(const UpdateBatch &batch);
    void clear();

    /// Of a bucket, in the order of first word; empty when none is known.
    const std::deque<TicketTry> &tries(BucketId bucket) const;
    /// When windows of a bucket ended, as far as was told; no more than the bucket has tries.
    const std::vector<TimePoint> &resets(BucketId bucket) const;
    /// Buckets with tries, the ones that most lately changed first; at most \a count.
    std::vector<BucketId> latest(size_t count) const;
    size_t size() const { return m_size; }
    /// Counts up with every change.
    quint64 version() const { return m_version; }

private:
    struct Lane {
        std::deque<TicketTry> tries;
        std::vector<TimePoint> resets;
        std::optional<TimePoint> resetAt;     // when the present window will end
        WaitReason reason = WaitReason::None; // what the bucket waited for ...
        TimePoint heardAt;                    // ... then
        quint64 changed = 0;                  // m_version then
        quint64 losses = 0; // m_losses up to which no open try can have lost its end
    };
    struct Place {
        BucketId bucket;
        quint64 number = 0; // of the try

        // The top of a heap is the oldest.
        friend bool operator<(const Place &a, const Place &b) { return a.number > b.number; }
    };
    void add(const TicketInfo &ticket);
    TicketTry *open(const TicketInfo &ticket);
    TicketTry &append(const TicketInfo &ticket);
    void end(TicketTry &held, const TicketInfo &ticket);
    void hear(const Bucket &bucket, TimePoint at);
    void endLost(Lane &lane, int queued, int inFlight);
    void removeOldest(Lane &lane);
    void trim(TimePoint now);

    QHash<BucketId, Lane> m_lanes;
    QHash<TicketId, Place> m_open;    // tries that have not ended
    QHash<BucketId, QString> m_names; // for tickets that are told without
    std::vector<Place> m_oldest;      // a heap: one for each lane, its oldest or one before it
    size_t m_size = 0;
    quint64 m_number = 0;
    quint64 m_version = 0;
    quint64 m_losses = 0; // how often states may have been lost, and when last
    TimePoint m_lostAt;
};

} // namespace Turnstile::Monitor
