// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QHash>

#include <optional>
#include <vector>

namespace Turnstile::Monitor {

/// The lowest and the highest value of one column of a plot.
struct PlotRange {
    float low = 0;
    float high = 0;

    friend bool operator==(const PlotRange &, const PlotRange &) = default;
};
/// The columns of a plot from left to right; nothing where no value is known.
using PlotColumns = std::vector<std::optional<PlotRange>>;

/// How many tokens buckets had left over the last hour, in bounded memory.
///
/// What is left is tokensLeft(). The windows' ends, of which the ratelimiter does not tell while
/// nobody waits, are in it. What is older than the shorter ranges of time is kept as the extremes
/// of what is one column in the longer ones. Of too many buckets those go that changed least
/// lately.
class TokenTrace {
public:
    static constexpr size_t mostOfBucket = 4'000; ///< points of a bucket
    static constexpr size_t most = 400'000;       ///< points over all buckets

    void apply(const UpdateBatch &batch);
    void clear();

    /// The tokens of a bucket from \a from until \a until, in \a columns equal parts.
    PlotColumns values(BucketId bucket, TimePoint from, TimePoint until, int columns) const;
    /// Points over all buckets.
    size_t size() const { return m_size; }

private:
    struct Point {
        TimePoint at;
        int tokens = 0;
    };
    struct Line {
        std::vector<Point> points;
        std::optional<Point> reset; // what will be true then, if no word comes before
        quint64 changed = 0;        // m_changes then
    };
    void add(const Bucket &bucket, TimePoint at);
    void addPoint(Line &line, const Point &point);
    static std::vector<Point> thinned(const std::vector<Point> &points, TimePoint now);
    void makeRoom();

    QHash<BucketId, Line> m_lines;
    size_t m_size = 0;
    quint64 m_changes = 0;
};

} // namespace Turnstile::Monitor
