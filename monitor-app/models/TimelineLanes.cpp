// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TimelineLanes.h"

#include <QtCore/QSet>

#include <algorithm>

namespace Turnstile::Monitor {

void TimelineLanes::setBuckets(std::vector<BucketId> buckets)
{
    buckets.resize(std::min(buckets.size(), most));
    if (m_wanted == buckets)
        return;
    m_wanted = std::move(buckets);
    m_version.reset();
}

void TimelineLanes::clear()
{
    m_lanes.clear();
    m_version.reset();
}

bool TimelineLanes::update(const TicketLog &tickets, TimePoint now)
{
    if (m_version == tickets.version())
        return false;
    if (m_version && !m_lanes.empty() && now >= m_at && now - m_at < interval)
        return false;
    m_version = tickets.version();
    m_at = now;
    std::vector<BucketId> lanes;
    if (m_wanted) {
        std::copy_if(m_wanted->begin(), m_wanted->end(), std::back_inserter(lanes),
            [&](BucketId bucket) { return !tickets.tries(bucket).empty(); });
    } else {
        const std::vector<BucketId> latest = tickets.latest(mostLatest);
        QSet<BucketId> wanted(latest.begin(), latest.end());
        for (const auto *known : {&std::as_const(m_lanes), &latest}) {
            std::copy_if(known->begin(), known->end(), std::back_inserter(lanes),
                [&](BucketId bucket) { return wanted.remove(bucket); });
        }
    }
    const bool isNew = lanes != m_lanes;
    m_lanes = std::move(lanes);
    return isNew;
}

} // namespace Turnstile::Monitor
