// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/ExemptGroups.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace Turnstile::Monitor {

void ExemptGroups::clear()
{
    m_groups.clear();
    m_names.clear();
}

UpdateBatch ExemptGroups::merged(UpdateBatch batch)
{
    std::vector<Bucket> buckets;
    QHash<QString, size_t> changed; // groups, and where in buckets they stand
    for (const Bucket &bucket : batch.buckets) {
        if (!bucket.exempt) {
            buckets.push_back(bucket);
            continue;
        }
        const QString name = m_names.value(bucket.id, bucket.name);
        Group &group = m_groups[name];
        if (group.members.isEmpty())
            group.shown = bucket.id;
        group.members.insert(bucket.id, bucket);
        m_names.insert(bucket.id, name);
        if (changed.contains(name))
            continue;
        changed.insert(name, buckets.size());
        buckets.push_back(sum(group));
    }
    if (m_names.isEmpty())
        return batch;

    const auto show = [this](BucketId &bucket) {
        if (const auto name = m_names.constFind(bucket); name != m_names.cend())
            bucket = m_groups[*name].shown;
    };
    for (TicketInfo &ticket : batch.tickets)
        show(ticket.bucket);
    for (RateLimitEvent &event : batch.hits)
        show(event.hit.bucket);
    for (AnomalyInfo &anomaly : batch.anomalies)
        show(anomaly.bucket);
    for (BucketId &removed : batch.removed) {
        const QString name = m_names.take(removed);
        if (name.isEmpty())
            continue;
        Group &group = m_groups[name];
        const Bucket gone = group.members.take(removed);
        group.granted += gone.granted;
        group.rateLimited += gone.rateLimited;
        removed = {};
        if (group.members.isEmpty()) {
            removed = group.shown;
            m_groups.remove(name);
        } else if (!changed.contains(name)) {
            changed.insert(name, buckets.size());
            buckets.push_back({});
        }
    }
    std::erase_if(batch.removed, [](BucketId removed) { return removed.isNull(); });
    for (auto place = changed.cbegin(); place != changed.cend(); ++place) {
        if (const auto group = m_groups.constFind(place.key()); group != m_groups.cend())
            buckets[place.value()] = sum(*group);
    }
    std::erase_if(buckets, [](const Bucket &bucket) { return bucket.id.isNull(); });
    batch.buckets = std::move(buckets);
    return batch;
}

Bucket ExemptGroups::sum(const Group &group)
{
    const auto isTighter = [](const Bucket &a, const Bucket &b) {
        constexpr int plenty = std::numeric_limits<int>::max();
        return a.remaining.value_or(plenty) < b.remaining.value_or(plenty);
    };
    Bucket all = *std::min_element(group.members.cbegin(), group.members.cend(), isTighter);
    all.id = group.shown;
    all.granted = group.granted;
    all.rateLimited = group.rateLimited;
    all.queued = all.inFlight = all.lanes = 0;
    for (const Bucket &member : group.members) {
        all.granted += member.granted;
        all.rateLimited += member.rateLimited;
        all.queued += member.queued;
        all.inFlight += member.inFlight;
        all.lanes += member.lanes;
        all.state = std::min(all.state, member.state); // the first that applies
        if (member.oldestAskedAt
            && (!all.oldestAskedAt || *member.oldestAskedAt < *all.oldestAskedAt))
            all.oldestAskedAt = member.oldestAskedAt;
    }
    return all;
}

} // namespace Turnstile::Monitor
