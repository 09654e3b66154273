// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/EventLog.h"

#include "monitor-app/models/EventGathering.h"
#include "monitor-app/models/EventWords.h"

#include <algorithm>
#include <limits>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
using Kind = LoggedEvent::Kind;
constexpr milliseconds sameWithin = 1s;
constexpr milliseconds sameLock = 250ms;
constexpr int mostCounted = 1'000'000'000;
constexpr size_t fewBuckets = 3; // that are paused together, and still named

enum What : quint16 { Paused, Resumed, Moved, Dropped, Locked, FirstHit };

quint16 whatOf(const TicketInfo &ticket)
{
    return quint16(quint16(ticket.state) << 8 | quint16(ticket.error));
}

quint16 whatOf(const RateLimitHit &hit)
{
    return quint16(FirstHit + (quint16(hit.kind) << 8 | quint16(hit.scope)));
}
} // namespace

QString kindName(Kind kind)
{
    switch (kind) {
    case Kind::GlobalLock:
        return EventLog::tr("global lock");
    case Kind::RateLimited:
        return EventLog::tr("429");
    case Kind::Failure:
        return EventLog::tr("failure");
    case Kind::Anomaly:
        return EventLog::tr("anomaly");
    case Kind::Bucket:
        return EventLog::tr("bucket");
    case Kind::Connection:
        return EventLog::tr("connection");
    case Kind::Control:
        break;
    }
    return EventLog::tr("control");
}

EventLog::EventLog(QObject *parent)
    : QObject(parent)
    , m_open(std::make_unique<QHash<EventKey, Place>>())
{
}

EventLog::~EventLog() = default;

void EventLog::apply(const UpdateBatch &batch)
{
    if (batch.reset)
        forgetBuckets();
    EventGathering gathering;
    noteBuckets(gathering, batch);
    noteAnomalies(gathering, batch);
    noteTickets(gathering, batch);
    noteHits(gathering, batch);
    if (batch.dropped > 0)
        gathering.add({Kind::Connection, Dropped, {}, {}}, batch.at, EventWords::dropped,
            int(std::min(batch.dropped, quint64(mostCounted))));
    for (const BucketId removed : batch.removed)
        m_known.remove(removed);

    if (batch.at - m_openSince >= sameWithin || batch.at < m_openSince
        || m_open->size() > EventLog::most) {
        m_open->clear();
        m_openSince = batch.at;
    }
    take(gathering);
}

void EventLog::add(const LoggedEvent &event)
{
    append({event});
}

void EventLog::addGap(TimePoint from, TimePoint until)
{
    addBand({from, until, true});
}

void EventLog::addBand(const Lock &band)
{
    m_locks.push_back(band);
    if (m_locks.size() > mostLocks)
        m_locks.pop_front();
}

void EventLog::clear()
{
    Q_EMIT aboutToBeReset();
    m_events.clear();
    m_locks.clear();
    m_known.clear();
    m_open->clear();
    m_first = 0;
    Q_EMIT wasReset();
}

// Their ids name other ones in the process that comes.
void EventLog::forgetBuckets()
{
    m_known.clear();
    m_open->clear();
    for (LoggedEvent &event : m_events)
        event.bucket = {};
}

void EventLog::noteBuckets(EventGathering &gathering, const UpdateBatch &batch)
{
    std::vector<BucketId> paused;
    std::vector<BucketId> resumed;
    for (const Bucket &bucket : batch.buckets) {
        const auto place = m_known.find(bucket.id);
        if (place == m_known.end()) {
            m_known.insert(bucket.id, {bucket.state, bucket.hash, bucket.name});
            continue;
        }
        const bool isPaused = bucket.state == BucketState::Paused;
        if (isPaused != (place->state == BucketState::Paused))
            (isPaused ? paused : resumed).push_back(bucket.id);
        // Of interactions, which are one row, any may give its hash.
        if (!bucket.exempt && !place->hash.isEmpty() && place->hash != bucket.hash)
            gathering.add({Kind::Bucket, Moved, bucket.id, bucket.name}, batch.at,
                [from = place->hash, to = bucket.hash](int times) {
                    return EventWords::repeated(EventWords::moved(from, to), times);
                });
        *place = {bucket.state, bucket.hash, bucket.name};
    }
    const auto note = [&](const std::vector<BucketId> &changed, What what, auto words) {
        if (changed.size() > fewBuckets)
            gathering.add({Kind::Bucket, what, {}, {}}, batch.at, words, int(changed.size()));
        else
            for (const BucketId id : changed)
                gathering.add({Kind::Bucket, what, id, nameOf(id, {})}, batch.at,
                    [words](int times) { return EventWords::repeated(words(1), times); });
    };
    note(paused, Paused, EventWords::paused);
    note(resumed, Resumed, EventWords::resumed);
}

void EventLog::noteTickets(EventGathering &gathering, const UpdateBatch &batch) const
{
    for (const TicketInfo &ticket : batch.tickets) {
        if (!EventWords::isFailure(ticket.state))
            continue;
        const auto known = m_known.constFind(ticket.bucket);
        const EventKey key{Kind::Failure, whatOf(ticket), ticket.bucket,
            known == m_known.cend() ? ticket.name : known->name};
        gathering.add(
            key, ticket.at, [state = ticket.state, why = ticket.error, id = ticket.id](int count) {
                return EventWords::failed(state, why, id, count);
            });
    }
}

void EventLog::noteHits(EventGathering &gathering, const UpdateBatch &batch)
{
    for (const RateLimitEvent &event : batch.hits) {
        const RateLimitHit &hit = event.hit;
        const bool locks = hit.kind == LimitKind::Global || hit.kind == LimitKind::Cloudflare;
        if (locks)
            lock(event.at, event.at + hit.retryAfter);
        const EventKey key{locks ? Kind::GlobalLock : Kind::RateLimited, whatOf(hit), hit.bucket,
            nameOf(hit.bucket, hit.name)};
        gathering.add(key, event.at,
            [hit](int times) { return EventWords::repeated(EventWords::rateLimited(hit), times); });
    }
    // A lock of which no 429 was told: it is older than the connection.
    if (!batch.global || !batch.global->lockedUntil)
        return;
    const TimePoint until = *batch.global->lockedUntil;
    if (lock(batch.at, until))
        gathering.add({Kind::GlobalLock, Locked, {}, {}}, batch.at,
            [left = std::chrono::ceil<milliseconds>(until - batch.at)](
                int times) { return EventWords::repeated(EventWords::locked(left), times); });
}

void EventLog::noteAnomalies(EventGathering &gathering, const UpdateBatch &batch) const
{
    for (const AnomalyInfo &anomaly : batch.anomalies) {
        const QString name = nameOf(anomaly.bucket, anomaly.name);
        const QByteArray from = m_known.value(anomaly.bucket).hash;
        if (anomaly.kind != Anomaly::HashFlipped || from.isEmpty()) {
            gathering.add({Kind::Anomaly, quint16(anomaly.kind), anomaly.bucket, name}, anomaly.at,
                [kind = anomaly.kind](
                    int times) { return EventWords::repeated(EventWords::anomaly(kind), times); });
            continue;
        }
        const BucketId target = movedTo(anomaly, batch);
        gathering.add({Kind::Bucket, Moved, target.isNull() ? anomaly.bucket : target, name},
            anomaly.at, [from, to = m_known.value(target).hash](int times) {
                return EventWords::repeated(EventWords::moved(from, to), times);
            });
    }
}

// The answer that gave the other hash ended a ticket, which counts there now.
BucketId EventLog::movedTo(const AnomalyInfo &anomaly, const UpdateBatch &batch) const
{
    for (const TicketInfo &ticket : batch.tickets) {
        if (ticket.state == TicketState::Completed && ticket.bucket != anomaly.bucket
            && nameOf(ticket.bucket, ticket.name) == anomaly.name)
            return ticket.bucket;
    }
    return {};
}

bool EventLog::lock(TimePoint from, TimePoint until)
{
    if (until <= from)
        return false;
    if (!m_locks.empty() && !m_locks.back().isGap && from <= m_locks.back().until + sameLock) {
        const bool isLonger = until > m_locks.back().until + sameLock;
        m_locks.back().until = std::max(m_locks.back().until, until);
        return isLonger;
    }
    addBand({from, until});
    return true;
}

QString EventLog::nameOf(BucketId bucket, const QString &name) const
{
    return name.isEmpty() ? m_known.value(bucket).name : name;
}

void EventLog::take(EventGathering &gathering)
{
    std::vector<LoggedEvent> events;
    quint64 firstCounted = std::numeric_limits<quint64>::max();
    quint64 lastCounted = 0;
    const quint64 next = m_first + m_events.size();
    for (const EventGathering::Group &group : gathering.take()) {
        Place &place = (*m_open)[group.key];
        const bool isOpen = place.count > 0 && place.number >= m_first && place.number < next;
        place.count = std::min(isOpen ? place.count + group.count : group.count, mostCounted);
        if (isOpen) {
            m_events[size_t(place.number - m_first)].text = group.words(place.count);
            firstCounted = std::min(firstCounted, place.number);
            lastCounted = std::max(lastCounted, place.number);
            continue;
        }
        place.number = next + events.size();
        events.push_back(
            {group.at, group.key.kind, group.key.bucket, group.key.name, group.words(group.count)});
    }
    if (firstCounted <= lastCounted)
        Q_EMIT counted(int(firstCounted - m_first), int(lastCounted - m_first));
    append(std::move(events));
}

void EventLog::append(std::vector<LoggedEvent> events)
{
    if (events.empty())
        return;
    const size_t excess = std::max(m_events.size() + events.size(), size_t(most)) - size_t(most);
    const size_t removed = std::min(excess, m_events.size());
    const auto first = events.begin() + qsizetype(excess - removed);
    Q_EMIT aboutToChange(int(removed), int(events.end() - first));
    m_events.erase(m_events.begin(), m_events.begin() + qsizetype(removed));
    m_events.insert(
        m_events.end(), std::make_move_iterator(first), std::make_move_iterator(events.end()));
    m_first += excess;
    Q_EMIT changed();
}

} // namespace Turnstile::Monitor
