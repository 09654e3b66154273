// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/History.h"
#include "monitor-app/models/WaitWindow.h"
#include "ratelimit/core/Bucket.h"

#include <optional>

namespace Turnstile::Monitor {

/// What the State column says, in the order in which it sorts: the most pressing first.
enum class RowState : quint8 {
    Paused,
    GloballyLocked,
    RedisAway, ///< who counts for all processes cannot be asked
    RouteLimited,
    Exhausted,
    InUseElsewhere, ///< other processes have the last tokens
    OthersFirst,    ///< other processes are served before
    Probing,
    Open,
    Exempt,
    Idle,
};

/// The state in a word or two, for people.
QString stateName(RowState state);
/// The same where there is little room: at most 12 letters.
QString shortStateName(RowState state);
/// The state in a sentence, for tooltips.
QString stateDescription(RowState state);

/// Requests that may still be sent in the window of \a now, if no word comes before; nothing while
/// the limit is unknown.
std::optional<int> tokensLeft(const Bucket &bucket, TimePoint now);

/// One line of the bucket table: what the ratelimiter says of a bucket, and what the monitor has
/// seen of it over time.
struct BucketRow {
    BucketRow(const Bucket &first, TimePoint at);

    Bucket bucket;
    QString method;      ///< of the endpoint that made it
    QString path;        ///< the same endpoint's path, without secrets
    QString shortHash;   ///< see Format::shortHash()
    quint32 renamed = 0; ///< how often name or hash were told anew
    milliseconds span{}; ///< how long the wait is, or was, that ends at `bucket.resetAt`
    History grants;      ///< tickets granted per slot
    WaitWindow waits;    ///< from asking to the first grant
    std::optional<milliseconds> waitP95; ///< of \ref waits, as of the last frame
    bool isShared = false; ///< it may be counted for several processes, see Store::shared()
    bool isCutOff = false; ///< and who counts cannot be asked now
    int elsewhere = 0;     ///< requests that other processes had on their way when that was told

    /// Takes new numbers of the same bucket, as of \a at.
    void update(const Bucket &changed, TimePoint at);

    /// The state at \a now. The ratelimiter does not tell that a window ends for which nobody
    /// waits.
    RowState state(TimePoint now) const;

    /// See tokensLeft(). None, where who counts for several processes has said so since.
    std::optional<int> tokens(TimePoint now) const;

    /// Until the window ends; zero when none is open.
    milliseconds resetsIn(TimePoint now) const;
    /// How much of the wait until then is left, 0 to 1.
    double waitLeft(TimePoint now) const;

    /// Tickets granted, over the last five seconds.
    double grantedPerSecond(TimePoint now) const { return double(grants.sumOfLast(10, now)) / 5; }

private:
    bool isAmongOthers() const;
    bool isRefused(TimePoint now) const;
    std::optional<RowState> stateAmongOthers(TimePoint now) const;
};

} // namespace Turnstile::Monitor
