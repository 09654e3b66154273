// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorUpdate.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtCore/QTimer>

namespace Turnstile {

class InMemoryRatelimiter;

/// Gathers what a ratelimiter tells into updates for one monitor. It only reads.
///
/// Begins with a snapshot, in parts of at most 128 buckets, one per turn of the event loop, with up
/// to 16 waiting tickets of each. Between them, and after them, buckets that were touched are asked
/// for once per update. What is in an update is bounded: further buckets come in the next one,
/// further tickets' states, 429s and anomalies are counted as dropped. Before start() and after its
/// end it is connected to nothing. Lives in the thread of the ratelimiter.
class TURNSTILE_RATELIMIT_EXPORT MonitorCollector : public QObject {
    Q_OBJECT
public:
    static constexpr size_t mostBuckets = 512;  ///< in one update
    static constexpr size_t mostTickets = 4096; ///< states of tickets in one update
    /// The same in one that tells which process holds what.
    static constexpr size_t mostBesideShared = mostTickets / 2;
    static constexpr size_t mostHits = 256;     ///< 429s in one update, and as many anomalies
    static constexpr size_t mostRemoved = 8192; ///< forgotten buckets in one update
    static constexpr int pageSize = 128;        ///< buckets in one part of a snapshot
    static constexpr int mostWaiting = 16;      ///< tickets of a bucket in a snapshot

    /// \a limiter must live in this thread. It may go first.
    explicit MonitorCollector(InMemoryRatelimiter *limiter, QObject *parent = nullptr);
    ~MonitorCollector() override;

    /// Begins with a snapshot; its first part is sent at once. Again: another snapshot.
    /// Returns false when the ratelimiter is gone.
    bool start();

    /// The shortest time between an event and the next, 33 ms if not said.
    void setInterval(milliseconds interval);
    /// While held, no further part of a snapshot is made: who listens has enough for now.
    void setHeld(bool held);
    /// While stalled, nothing is sent and tickets' states are dropped; then comes a new snapshot.
    /// \a lost states, 429s and anomalies were in updates that did not arrive.
    void setStalled(bool stalled, quint64 lost = 0);

Q_SIGNALS:
    /// News; what is in them is for the receiver to keep.
    void updated(const Turnstile::MonitorUpdate &update);

private:
    MonitorUpdate &pending();
    void sendSoon();
    std::optional<SharedState> newShared(TimePoint now);
    template <typename Item> void add(std::vector<Item> *items, const Item &item, size_t most);
    void touchBucket(BucketId bucket);
    void removeBucket(BucketId bucket);
    std::vector<BucketId> nextBuckets();
    void addBucket(const Bucket &bucket);
    void addPage(const std::vector<BucketId> &told);
    MonitorUpdate takeUpdate();
    void send();
    void schedule();
    MonitorGlobalLimit globalLimit(TimePoint now) const;

    QPointer<InMemoryRatelimiter> m_limiter;
    QTimer m_timer; // runs while an update gathers, a snapshot goes on, or the global limit moves
    milliseconds m_interval{33};
    MonitorUpdate m_batch;
    std::vector<BucketId> m_touched;    // since m_due was made, some of them repeatedly
    size_t m_mostTouched = mostBuckets; // then what is there repeatedly goes
    std::vector<BucketId> m_due;        // to be asked for, in order and each once
    QHash<BucketId, QString> m_names;   // of buckets that were told
    std::optional<quint32> m_nextPage;
    bool m_isLastPage = false; // is in the batch
    bool m_isHeld = false;
    bool m_isStalled = false;
    MonitorGlobalLimit m_global;
    MonitorInvalidRequests m_invalid;
    std::optional<SharedState> m_shared; // as it was told last
    TimePoint m_sharedAt;                // when it was asked for last
    bool m_isSharedNew = false;
};

} // namespace Turnstile
