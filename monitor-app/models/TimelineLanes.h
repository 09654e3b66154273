// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TicketLog.h"

#include <optional>
#include <vector>

namespace Turnstile::Monitor {

/// Which buckets have a lane in the timeline: those with tickets. They come and go at most twice a
/// second, and none changes places without need.
class TimelineLanes {
public:
    static constexpr size_t most = 1000;
    static constexpr size_t mostLatest = 50;
    static constexpr milliseconds interval{500};

    /// These, in this order. Until it is called: those that changed last.
    void setBuckets(std::vector<BucketId> buckets);
    void clear();
    const std::vector<BucketId> &buckets() const { return m_lanes; }
    /// Looks again when there is reason to; whether they are others now.
    bool update(const TicketLog &tickets, TimePoint now);

private:
    std::optional<std::vector<BucketId>> m_wanted;
    std::vector<BucketId> m_lanes;
    std::optional<quint64> m_version; // that was looked at, and when; nothing: to be looked at now
    TimePoint m_at;
};

} // namespace Turnstile::Monitor
