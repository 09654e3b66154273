// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/HeldUpdates.h"

#include <utility>

namespace Turnstile::Monitor {

namespace {
// Keeps the latest; returns how many were left out. Room is made rarely, so that it costs little.
template <typename Item>
quint64 append(std::vector<Item> &items, const std::vector<Item> &more, size_t most)
{
    items.insert(items.end(), more.begin(), more.end());
    if (items.size() <= most + most / 4)
        return 0;
    const size_t excess = items.size() - most;
    items.erase(items.begin(), items.begin() + qsizetype(excess));
    return excess;
}
} // namespace

void HeldUpdates::add(const UpdateBatch &batch)
{
    if (batch.reset)
        forgetBuckets();
    if (m_isEmpty)
        m_all.since = batch.since;
    m_isEmpty = false;
    m_all.at = batch.at;
    m_all.snapshotBegins = m_all.snapshotBegins || batch.snapshotBegins; // words may be missing
    m_all.events += batch.events;
    for (const Bucket &bucket : batch.buckets) {
        const auto known = m_places.constFind(bucket.id);
        if (known != m_places.cend()) {
            m_all.buckets[*known] = bucket;
        } else {
            m_places.insert(bucket.id, m_all.buckets.size());
            m_all.buckets.push_back(bucket);
        }
    }
    for (const BucketId removed : batch.removed)
        remove(removed);
    m_all.dropped += batch.dropped + append(m_all.tickets, batch.tickets, mostTickets);
    append(m_all.hits, batch.hits, mostHits);
    append(m_all.anomalies, batch.anomalies, mostHits);
    if (batch.global)
        m_all.global = batch.global;
    if (batch.invalid)
        m_all.invalid = batch.invalid;
    if (batch.shared)
        m_all.shared = batch.shared;
}

// What has happened is still worth telling, what there was is not.
void HeldUpdates::forgetBuckets()
{
    m_places.clear();
    m_all.buckets.clear();
    m_all.removed.clear();
    m_all.tickets.clear();
    m_all.reset = true;
}

void HeldUpdates::remove(BucketId bucket)
{
    m_all.removed.push_back(bucket);
    const auto known = m_places.constFind(bucket);
    if (known == m_places.cend())
        return;
    const size_t place = *known;
    m_places.remove(bucket);
    if (place + 1 < m_all.buckets.size()) {
        m_all.buckets[place] = std::move(m_all.buckets.back());
        m_places[m_all.buckets[place].id] = place;
    }
    m_all.buckets.pop_back();
}

UpdateBatch HeldUpdates::take()
{
    m_places.clear();
    m_isEmpty = true;
    return std::exchange(m_all, {});
}

} // namespace Turnstile::Monitor
