// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Store.h"

#include "monitor-app/models/Sharing.h"

#include <algorithm>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
constexpr milliseconds frameInterval = 16ms;
constexpr milliseconds countdownInterval = 33ms; // bars shrink smoothly, numbers have tenths
constexpr milliseconds historyInterval = 500ms;  // a slot of the sparklines
constexpr milliseconds figuresInterval = 100ms;  // faster than anybody reads
constexpr milliseconds goneBack = 1s;            // more than two clocks may differ
constexpr int mostRanges = 32;                   // that are removed one by one
constexpr size_t mostUntold = 1000;              // rows that nobody has been told of
constexpr size_t waitsPerFrame = 2000;           // percentiles that are looked at, changed or not
} // namespace

Store::Store(QObject *parent)
    : Store([] { return std::chrono::steady_clock::now(); }, parent)
{
}

Store::Store(Clock clock, QObject *parent)
    : QObject(parent)
    , m_clock(std::move(clock))
    , m_now(m_clock())
{
    m_frame.setSingleShot(true);
    m_frame.setTimerType(Qt::PreciseTimer);
    connect(&m_frame, &QTimer::timeout, this, &Store::makeFrame);
}

Store::~Store() = default;

void Store::apply(const UpdateBatch &update)
{
    UpdateBatch whole = update;
    m_known.complete(whole);
    if (m_frozen)
        m_held.add(whole);
    else
        show(std::move(whole));
}

void Store::setFrozen(bool frozen)
{
    if (m_frozen == frozen)
        return;
    m_frozen = frozen;
    if (frozen)
        m_frame.stop();
    else if (!m_held.isEmpty())
        show(m_held.take());
    if (!frozen && m_watched)
        makeFrame();
    Q_EMIT frozenChanged(frozen);
}

void Store::setClock(const Clock &clock)
{
    m_clock = clock;
    if (!m_frozen)
        m_now = m_frameAt = m_clock();
    m_figuresAt = m_waitsAt = {};
}

void Store::show(UpdateBatch update)
{
    if (update.reset) {
        if (update.at + goneBack < m_now) // a replay, back to an earlier moment
            clear();
        else
            forgetBuckets();
    }
    const UpdateBatch batch = m_groups.merged(std::move(update));
    if (batch.shared)
        share(*batch.shared);
    for (const Bucket &bucket : batch.buckets) {
        if (const auto known = m_index.constFind(bucket.id); known != m_index.cend()) {
            BucketRow &row = m_rows[size_t(*known)];
            m_queued += bucket.queued - row.bucket.queued;
            m_inFlight += bucket.inFlight - row.bucket.inFlight;
            row.update(bucket, batch.at);
            markDirty(*known);
        } else {
            m_index.insert(bucket.id, int(m_rows.size()));
            m_rows.emplace_back(bucket, batch.at);
            m_dirty.push_back(false);
            mark(int(m_rows.size()) - 1);
            m_queued += bucket.queued;
            m_inFlight += bucket.inFlight;
        }
        if (bucket.resetAt)
            m_lastReset = std::max(m_lastReset, *bucket.resetAt);
    }
    for (const TicketInfo &ticket : batch.tickets) {
        if (ticket.state != TicketState::Available)
            continue;
        if (BucketRow *row = findRow(ticket.bucket)) {
            row->grants.add(ticket.at);
            if (ticket.attempt <= 1)
                row->waits.add(
                    ticket.at, std::chrono::round<milliseconds>(ticket.at - ticket.askedAt));
            markDirty(m_index.value(ticket.bucket));
        }
    }
    m_removed.insert(m_removed.end(), batch.removed.begin(), batch.removed.end());
    m_dropped += batch.dropped;

    m_tickets.apply(batch);
    m_tokens.apply(batch);
    m_events.apply(batch);
    m_figures.apply(batch);
    m_figures.setLoad(load(), batch.at);
    if (batch.events > 0)
        m_oldestEvent = std::min(m_oldestEvent.value_or(batch.since), batch.since);
    if (m_watched)
        schedule(std::chrono::ceil<milliseconds>(
            std::max<TimePoint::duration>(0ms, m_frameAt + frameInterval - m_clock())));
    else if (m_removed.size() + m_rows.size() - size_t(m_shown) > mostUntold)
        tellRows();
}

void Store::share(const SharedState &shared)
{
    const bool isSame = m_shared && m_shared->problem.isEmpty() == shared.problem.isEmpty();
    m_shared = shared;
    m_processes.take(*m_shared);
    QHash<BucketId, int> elsewhere;
    for (const SharedBucket &use : shared.buckets) {
        if (const int leases = Sharing::elsewhere(shared, use); leases > 0 && !use.bucket.isNull())
            elsewhere.insert(use.bucket, leases);
    }
    elsewhere.swap(m_elsewhere);
    for (int row = 0; !isSame && row < int(m_rows.size()); ++row)
        mark(row);
    for (const auto &changed : {elsewhere, m_elsewhere}) {
        for (auto it = changed.cbegin(); it != changed.cend(); ++it) {
            if (const auto row = m_index.constFind(it.key()); row != m_index.cend())
                mark(*row);
        }
    }
}

// What of all that is of a row.
void Store::mark(int index)
{
    BucketRow &row = m_rows[size_t(index)];
    row.isShared = m_shared.has_value();
    row.isCutOff = m_shared && !m_shared->problem.isEmpty();
    row.elsewhere = m_elsewhere.value(row.bucket.id);
    markDirty(index);
}

void Store::setWatched(bool watched)
{
    if (m_watched == watched)
        return;
    m_watched = watched;
    m_oldestEvent.reset(); // nobody waited for what happened meanwhile
    if (m_frozen)
        return;
    if (watched)
        makeFrame();
    else
        m_frame.stop();
}

void Store::makeFrame()
{
    m_frame.stop();
    m_now = m_clock();
    m_frameAt = m_now;
    if (m_oldestEvent)
        m_lag = std::chrono::ceil<milliseconds>(m_now - *m_oldestEvent);
    m_oldestEvent.reset();

    updateWaits();
    tellRows();
    const auto sinceFigures = m_now - m_figuresAt;
    if (sinceFigures >= figuresInterval || sinceFigures <= 0ms) { // time may stand, in a replay
        m_figuresAt = m_now;
        m_figures.setLoad(loadAndAge(), m_now);
        m_figures.sample(m_now);
        Q_EMIT figuresChanged();
    }
    Q_EMIT frameMade();
    if (m_watched)
        scheduleNext();
}

void Store::tellRows()
{
    emitChanges();
    emitAdditions();
    emitRemovals();
}

void Store::clear()
{
    m_figures = Figures();
    m_events.clear();
    m_dropped = 0;
    forgetBuckets();
}

void Store::forgetBuckets()
{
    Q_EMIT aboutToBeReset();
    m_groups.clear();
    m_rows.clear();
    m_dirty.clear();
    m_dirtyRows.clear();
    m_removed.clear();
    m_index.clear();
    m_tickets.clear();
    m_tokens.clear();
    m_shared.reset();
    m_processes.clear();
    m_elsewhere.clear();
    m_shown = m_queued = m_inFlight = 0;
    m_lastReset = {};
    m_waitsNext = 0;
    m_frameAt = m_figuresAt = m_waitsAt = {}; // a replay may have gone back
    m_oldestEvent.reset();
    Q_EMIT wasReset();
}

void Store::noteGap(TimePoint from, TimePoint until)
{
    m_figures.noteGap(from);
    m_events.addGap(from, until);
}

void Store::setRange(TimeRange range)
{
    if (m_range == range)
        return;
    m_range = range;
    Q_EMIT rangeChanged(range);
}

int Store::rowOf(BucketId id) const
{
    const int row = m_index.value(id, -1);
    return row < m_shown ? row : -1;
}

const BucketRow *Store::find(BucketId id) const
{
    const int row = rowOf(id);
    return row < 0 ? nullptr : &m_rows[size_t(row)];
}

BucketRow *Store::findRow(BucketId id)
{
    const auto known = m_index.constFind(id);
    return known == m_index.cend() ? nullptr : &m_rows[size_t(*known)];
}

void Store::markDirty(int row)
{
    if (row >= m_shown || m_dirty[size_t(row)])
        return;
    m_dirty[size_t(row)] = true;
    m_dirtyRows.push_back(row);
}

// Percentiles change with every grant, and as old tickets leave the window: of all rows a part is
// looked at in each frame, so that no frame is long.
void Store::updateWaits()
{
    if (m_waitsNext == 0 && m_now - m_waitsAt >= historyInterval) {
        m_waitsAt = m_now;
        m_waitsNext = 1;
    }
    if (m_waitsNext > 0) {
        const size_t end = std::min(m_waitsNext - 1 + waitsPerFrame, m_rows.size());
        for (size_t row = m_waitsNext - 1; row < end; ++row)
            updateWait(int(row));
        m_waitsNext = end == m_rows.size() ? 0 : end + 1;
    }
    const std::vector<int> changed = m_dirtyRows; // which updateWait() may add to
    for (int row : changed)
        updateWait(row);
    for (int row = m_shown; row < int(m_rows.size()); ++row)
        updateWait(row);
}

void Store::updateWait(int index)
{
    BucketRow &row = m_rows[size_t(index)];
    if (row.waits.isEmpty())
        return;
    const auto p95 = row.waits.percentile(0.95, m_now);
    if (p95 != row.waitP95) {
        row.waitP95 = p95;
        markDirty(index);
    }
}

void Store::emitChanges()
{
    std::vector<int> rows;
    rows.swap(m_dirtyRows);
    std::sort(rows.begin(), rows.end());
    for (int row : rows)
        m_dirty[size_t(row)] = false;
    for (size_t begin = 0; begin < rows.size();) {
        size_t end = begin + 1;
        while (end < rows.size() && rows[end] == rows[end - 1] + 1)
            ++end;
        Q_EMIT bucketsChanged(rows[begin], rows[end - 1]);
        begin = end;
    }
}

void Store::emitAdditions()
{
    const int count = int(m_rows.size());
    if (count == m_shown)
        return;
    Q_EMIT bucketsAboutToBeAdded(m_shown, count - 1);
    m_shown = count;
    Q_EMIT bucketsAdded();
}

void Store::emitRemovals()
{
    std::vector<int> rows;
    for (BucketId id : m_removed) {
        if (const auto known = m_index.constFind(id); known != m_index.cend())
            rows.push_back(*known);
    }
    m_removed.clear();
    if (rows.empty())
        return;
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    const auto breaks = std::adjacent_find(rows.begin(), rows.end(),
        [left = mostRanges](int row, int next) mutable { return next != row + 1 && --left == 0; });
    if (breaks != rows.end()) {
        removeAtOnce(rows);
        return;
    }
    for (auto last = rows.rbegin(); last != rows.rend();) {
        auto first = last;
        while (std::next(first) != rows.rend() && *std::next(first) == *first - 1)
            ++first;
        Q_EMIT bucketsAboutToBeRemoved(*first, *last);
        for (int row = *first; row <= *last; ++row) {
            const Bucket &bucket = m_rows[size_t(row)].bucket;
            m_queued -= bucket.queued;
            m_inFlight -= bucket.inFlight;
            m_index.remove(bucket.id);
        }
        m_rows.erase(m_rows.begin() + *first, m_rows.begin() + *last + 1);
        m_dirty.erase(m_dirty.begin() + *first, m_dirty.begin() + *last + 1);
        m_shown -= *last - *first + 1;
        Q_EMIT bucketsRemoved();
        last = std::next(first);
    }
    for (int row = rows.front(); row < m_shown; ++row)
        m_index[m_rows[size_t(row)].bucket.id] = row;
}

// Each range moves all rows behind it, and everybody who follows them; so many are one reset.
void Store::removeAtOnce(const std::vector<int> &rows)
{
    Q_EMIT aboutToBeReset();
    size_t kept = 0;
    auto next = rows.begin();
    for (size_t row = 0; row < m_rows.size(); ++row) {
        const Bucket &bucket = m_rows[row].bucket;
        if (next != rows.end() && size_t(*next) == row) {
            m_queued -= bucket.queued;
            m_inFlight -= bucket.inFlight;
            m_index.remove(bucket.id);
            ++next;
            continue;
        }
        m_index[bucket.id] = int(kept);
        if (kept != row)
            m_rows[kept] = std::move(m_rows[row]);
        ++kept;
    }
    m_rows.erase(m_rows.begin() + qsizetype(kept), m_rows.end());
    m_dirty.assign(kept, false);
    m_dirtyRows.clear();
    m_shown = int(kept);
    m_waitsNext = 0;
    Q_EMIT wasReset();
}

// How old the oldest ticket is takes a look at every row, so it is not known of every batch.
Figures::Load Store::load() const
{
    return {m_queued, m_inFlight, m_queued > 0 ? m_figures.oldestAskedAt() : std::nullopt};
}

Figures::Load Store::loadAndAge() const
{
    Figures::Load load{m_queued, m_inFlight, {}};
    if (m_queued == 0)
        return load;
    for (const BucketRow &row : m_rows) {
        const auto &asked = row.bucket.oldestAskedAt;
        if (asked && (!load.oldestAskedAt || *asked < *load.oldestAskedAt))
            load.oldestAskedAt = asked;
    }
    return load;
}

void Store::schedule(milliseconds delay)
{
    if (!m_frame.isActive() || m_frame.remainingTimeAsDuration() > delay)
        m_frame.start(delay);
}

void Store::requestFrame(milliseconds within)
{
    if (m_watched && !m_frozen)
        schedule(within);
}

// What moves by itself decides when the next frame is; batches bring it forward.
void Store::scheduleNext()
{
    const GlobalLimitInfo &global = m_figures.global();
    const bool counting = m_lastReset > m_now || m_queued > 0
        || global.lockedUntil.value_or(m_now) > m_now || global.nextFreeAt.value_or(m_now) > m_now;
    if (counting)
        schedule(countdownInterval);
    else if (m_now - m_figuresAt > 0ms)
        schedule(figuresInterval); // a frame that came too soon for the figures
    else if (const auto change = m_figures.nextChange(m_now))
        schedule(*change);
}

} // namespace Turnstile::Monitor
