// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketRow.h"
#include "monitor-app/models/EventLog.h"
#include "monitor-app/models/ExemptGroups.h"
#include "monitor-app/models/Figures.h"
#include "monitor-app/models/HeldUpdates.h"
#include "monitor-app/models/KnownBuckets.h"
#include "monitor-app/models/ProcessMemory.h"
#include "monitor-app/models/TicketLog.h"
#include "monitor-app/models/TimeRange.h"
#include "monitor-app/models/TokenTrace.h"
#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QHash>
#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <functional>
#include <vector>

namespace Turnstile::Monitor {

/// Everything that the views show. Batches come in at any rate, from any source; what changed goes
/// out as ranges of rows once per frame.
///
/// A frame is at most every 16 ms. There is none while nothing moves or nobody watches; then
/// changes gather, and are told without a frame when they are many. Rows keep their order, new ones
/// come last. Interactions are one row, see ExemptGroups.
class Store : public QObject {
    Q_OBJECT
public:
    using Clock = std::function<TimePoint()>;
    explicit Store(QObject *parent = nullptr);
    explicit Store(Clock clock, QObject *parent = nullptr);
    ~Store() override;

    void apply(const UpdateBatch &update);

    /// What time it is for the source: the replay of a recording has its own.
    void setClock(const Clock &clock);
    /// Forgets everything, for another source. Of another process of the same bot only the buckets
    /// and tickets are new: its figures and events go on, so that the gap can be seen.
    void clear();

    /// While frozen nothing changes, time included. What comes in is held, and shown after it.
    void setFrozen(bool frozen);
    bool isFrozen() const { return m_frozen; }
    /// How many states of tickets a source could not tell, or were too many to hold.
    quint64 dropped() const { return m_dropped; }

    /// Whether somebody looks: without, there are no frames.
    void setWatched(bool watched);
    bool isWatched() const { return m_watched; }
    /// Whether a frame is due.
    bool isFramePending() const { return m_frame.isActive(); }

    /// The moment of the present frame: what views count down from.
    TimePoint now() const { return m_now; }
    /// Rows that were told so far.
    int bucketCount() const { return m_shown; }
    /// Rows, and removals of rows, in memory: told or not.
    int heldCount() const { return int(m_rows.size() + m_removed.size()); }
    const BucketRow &bucketAt(int row) const { return m_rows[size_t(row)]; }
    /// The row of a bucket, -1 when there is none that was told.
    int rowOf(BucketId id) const;
    /// A bucket that was told; null when there is none. Valid until the next change.
    const BucketRow *find(BucketId id) const;
    const Figures &figures() const { return m_figures; }
    const TicketLog &tickets() const { return m_tickets; }
    const TokenTrace &tokenTrace() const { return m_tokens; }
    /// Which of several processes that share the limits holds what; null: nothing is shared.
    const SharedState *shared() const { return m_shared ? &*m_shared : nullptr; }
    /// Those that shared them, and are gone since less than a minute.
    std::vector<SharedProcess> goneProcesses() const { return m_processes.gone(m_now); }
    const EventLog &events() const { return m_events; }
    /// To follow it, and to add what the monitor itself has to tell.
    EventLog *events() { return &m_events; }

    /// Nothing was heard between: the gap is to be seen.
    void noteGap(TimePoint from, TimePoint until);

    /// How much of the past is looked at. Everything is kept; views ask.
    void setRange(TimeRange range);
    TimeRange range() const { return m_range; }
    /// From the oldest event of a batch until the frame that showed it; the last one.
    milliseconds updateLag() const { return m_lag; }

    /// Has the next frame come no later, for a view that moves with time. Not while frozen.
    void requestFrame(milliseconds within);
    /// Makes a frame now. The timer calls it.
    void makeFrame();

Q_SIGNALS:
    void bucketsAboutToBeAdded(int first, int last);
    void bucketsAdded();
    void bucketsAboutToBeRemoved(int first, int last);
    void bucketsRemoved();
    void aboutToBeReset();
    void wasReset();
    /// Rows have new values.
    void bucketsChanged(int first, int last);
    /// The strip of figures should be read again; at most ten times a second.
    void figuresChanged();
    /// Time has moved: what counts down with it should be painted again.
    void frameMade();
    void frozenChanged(bool frozen);
    void rangeChanged(Turnstile::Monitor::TimeRange range);

private:
    void forgetBuckets();
    void show(UpdateBatch update);
    void share(const SharedState &shared);
    void mark(int index);
    void tellRows();
    BucketRow *findRow(BucketId id);
    void markDirty(int row);
    void emitChanges();
    void emitAdditions();
    void emitRemovals();
    void removeAtOnce(const std::vector<int> &rows);
    void updateWaits();
    void updateWait(int index);
    Figures::Load load() const;
    Figures::Load loadAndAge() const;
    void schedule(milliseconds delay);
    void scheduleNext();

    Clock m_clock;
    QTimer m_frame;
    std::vector<BucketRow> m_rows; // the first m_shown of them were told
    std::vector<bool> m_dirty;     // by row
    std::vector<int> m_dirtyRows;
    std::vector<BucketId> m_removed;
    QHash<BucketId, int> m_index;
    KnownBuckets m_known;
    ExemptGroups m_groups;
    HeldUpdates m_held;
    Figures m_figures;
    TicketLog m_tickets;
    TokenTrace m_tokens;
    EventLog m_events;
    std::optional<SharedState> m_shared;
    ProcessMemory m_processes;
    QHash<BucketId, int> m_elsewhere; // leases that others hold
    TimeRange m_range = TimeRange::Seconds30;
    int m_shown = 0;
    int m_queued = 0;
    int m_inFlight = 0;
    quint64 m_dropped = 0;
    bool m_watched = false;
    bool m_frozen = false;
    TimePoint m_now;
    TimePoint m_frameAt;
    TimePoint m_figuresAt;
    TimePoint m_waitsAt;
    size_t m_waitsNext = 0; // the row whose percentile is looked at next
    TimePoint m_lastReset;  // no window is open after it
    std::optional<TimePoint> m_oldestEvent;
    milliseconds m_lag{};
};

} // namespace Turnstile::Monitor
