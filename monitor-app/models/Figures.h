// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/RangedHistory.h"
#include "monitor-app/models/UpdateBatch.h"
#include "monitor-app/models/WaitWindow.h"

#include <optional>

namespace Turnstile::Monitor {

/// The numbers over all buckets that the strip shows, computed on the times that it is given.
class Figures {
public:
    /// What waits and what is on its way, over all buckets.
    struct Load {
        int queued = 0;
        int inFlight = 0;
        std::optional<TimePoint> oldestAskedAt;
    };

    /// 429s of the last ten minutes.
    struct RateLimited {
        int global = 0; ///< the token's limit, or Cloudflare's
        int user = 0;   ///< a bucket or a route of this bot
        int shared = 0; ///< a resource that others use too
        int total() const { return global + user + shared; }
    };

    void apply(const UpdateBatch &batch);
    void setLoad(const Load &load, TimePoint now);
    /// Nothing was heard from \a from on: levels are zero until the next word.
    void noteGap(TimePoint from);
    /// Takes a sample of what is a level and not a count; call it about once in a frame.
    void sample(TimePoint now);

    double grantedPerSecond(TimePoint now) const; ///< over the last five seconds
    int queued() const { return m_load.queued; }
    std::optional<milliseconds> oldestAge(TimePoint now) const;
    std::optional<TimePoint> oldestAskedAt() const { return m_load.oldestAskedAt; }
    int inFlight() const { return m_load.inFlight; }
    std::optional<milliseconds> waitP50(TimePoint now) const
    {
        return m_waits.percentile(0.5, now);
    }
    std::optional<milliseconds> waitP95(TimePoint now) const
    {
        return m_waits.percentile(0.95, now);
    }
    const GlobalLimitInfo &global() const { return m_global; }
    RateLimited rateLimited(TimePoint now) const;
    /// A limit of 0: it is not known, or they are not counted.
    const InvalidRequestsInfo &invalid() const { return m_invalid; }
    double eventsPerSecond(TimePoint now) const;

    const RangedHistory &grantedHistory() const { return m_granted; }
    const RangedHistory &queuedHistory() const { return m_queued; }
    const RangedHistory &inFlightHistory() const { return m_inFlight; }
    const RangedHistory &waitHistory() const { return m_waitP95; }

    /// How long until time alone changes what is drawn, as long as nothing happens: a history that
    /// still moves, a 429 that ages. Nothing: it stands.
    std::optional<milliseconds> nextChange(TimePoint now) const;

private:
    double perSecond(const History &counts, TimePoint now) const;

    static constexpr milliseconds minutes{10'000}; // a slot of the ten minutes
    RangedHistory m_granted;
    RangedHistory m_queued{History::Kind::Level};
    RangedHistory m_inFlight{History::Kind::Level};
    RangedHistory m_waitP95{History::Kind::Level};
    History m_events;
    History m_hitsGlobal{History::Kind::Sum, minutes};
    History m_hitsUser{History::Kind::Sum, minutes};
    History m_hitsShared{History::Kind::Sum, minutes};
    WaitWindow m_waits{2048};
    Load m_load;
    GlobalLimitInfo m_global;
    InvalidRequestsInfo m_invalid;
    std::optional<TimePoint> m_since; // the first batch
};

} // namespace Turnstile::Monitor
