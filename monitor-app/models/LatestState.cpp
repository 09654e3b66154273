// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/LatestState.h"

namespace Turnstile::Monitor {

namespace {
template <typename Item> void keepLatest(std::deque<Item> &kept, const std::vector<Item> &items)
{
    kept.insert(kept.end(), items.begin(), items.end());
    if (kept.size() > LatestState::mostHits)
        kept.erase(kept.begin(), kept.end() - qsizetype(LatestState::mostHits));
}

bool isOpen(TicketState state)
{
    return state == TicketState::Queued || state == TicketState::Available
        || state == TicketState::InFlight;
}
} // namespace

UpdateBatch LatestState::apply(UpdateBatch update)
{
    if (update.reset)
        forget(update.at);
    m_at = update.at;
    if (update.snapshotBegins) {
        ++m_snapshot;
        m_isInSnapshot = true;
    }
    // Of those that are open nobody knows whether they still are; a snapshot names them again.
    if (update.snapshotBegins || update.dropped > 0)
        m_tickets.clear();
    for (const Bucket &bucket : update.buckets)
        take(bucket);
    for (const TicketInfo &ticket : update.tickets)
        take(ticket);
    if (update.snapshotEnds && m_isInSnapshot)
        removeUnnamed(&update.removed);
    for (const BucketId removed : update.removed)
        m_buckets.erase(removed);
    keepLatest(m_hits, update.hits);
    keepLatest(m_anomalies, update.anomalies);
    if (update.global)
        m_global = update.global;
    if (update.invalid)
        m_invalid = update.invalid;
    if (update.shared)
        m_shared = update.shared;
    return update;
}

UpdateBatch LatestState::nextPart(Cursor *cursor, TimePoint now) const
{
    UpdateBatch part;
    part.at = part.since = now;
    if (!std::exchange(cursor->isBegun, true)) {
        part.snapshotBegins = true;
        part.hits.assign(m_hits.begin(), m_hits.end());
        part.anomalies.assign(m_anomalies.begin(), m_anomalies.end());
        part.global = m_global;
        part.invalid = m_invalid;
        part.shared = m_shared;
    }
    auto bucket = m_buckets.upper_bound(cursor->bucket);
    for (; bucket != m_buckets.end() && part.buckets.size() < partBuckets; ++bucket) {
        part.buckets.push_back(bucket->second.bucket);
        cursor->bucket = bucket->first;
    }
    if (bucket != m_buckets.end())
        return part;
    auto ticket = m_tickets.upper_bound(cursor->ticket);
    for (; ticket != m_tickets.end() && part.tickets.size() < partTickets; ++ticket) {
        part.tickets.push_back(ticket->second);
        cursor->ticket = ticket->first;
    }
    part.snapshotEnds = ticket == m_tickets.end();
    return part;
}

std::vector<UpdateBatch> LatestState::snapshot(TimePoint now) const
{
    std::vector<UpdateBatch> parts;
    Cursor cursor;
    do {
        parts.push_back(nextPart(&cursor, now));
    } while (!parts.back().snapshotEnds);
    return parts;
}

// Of a process that is gone; the 429s of the last one are still of interest, as in the store, but
// not those that are yet to come when a replay goes back.
void LatestState::forget(TimePoint at)
{
    LatestState next;
    if (at >= m_at) {
        next.m_hits.swap(m_hits);
        next.m_anomalies.swap(m_anomalies);
    }
    *this = std::move(next);
}

void LatestState::take(const Bucket &bucket)
{
    const auto known = m_buckets.find(bucket.id);
    if (known != m_buckets.end())
        known->second = {bucket, m_snapshot};
    else if (m_buckets.size() < mostBuckets)
        m_buckets.insert({bucket.id, {bucket, m_snapshot}});
}

void LatestState::take(const TicketInfo &ticket)
{
    if (!isOpen(ticket.state))
        m_tickets.erase(ticket.id);
    else if (m_tickets.size() < mostTickets || m_tickets.count(ticket.id) > 0)
        m_tickets[ticket.id] = ticket;
}

void LatestState::removeUnnamed(std::vector<BucketId> *removed)
{
    m_isInSnapshot = false;
    for (const auto &[id, known] : m_buckets) {
        if (known.named != m_snapshot)
            removed->push_back(id);
    }
}

} // namespace Turnstile::Monitor
