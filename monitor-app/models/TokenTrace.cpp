// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TokenTrace.h"

#include "monitor-app/models/BucketRow.h"
#include "monitor-app/models/TimeRange.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr int columnsOfPlot = 300; // about as many as the panel has pixels

// Of what is shorter, nobody sees more than the extremes.
milliseconds columnAt(milliseconds age)
{
    if (age <= spanOf(TimeRange::Seconds30))
        return milliseconds(1);
    return spanOf(age <= spanOf(TimeRange::Minutes5) ? TimeRange::Minutes5 : TimeRange::Hour1)
        / columnsOfPlot;
}
} // namespace

void TokenTrace::apply(const UpdateBatch &batch)
{
    if (batch.reset)
        clear();
    for (const Bucket &bucket : batch.buckets)
        add(bucket, batch.at);
    for (const BucketId removed : batch.removed)
        m_size -= m_lines.take(removed).points.size();
    if (m_size > most)
        makeRoom();
}

void TokenTrace::clear()
{
    m_lines.clear();
    m_size = 0;
}

void TokenTrace::add(const Bucket &bucket, TimePoint at)
{
    const auto left = tokensLeft(bucket, at);
    if (!left)
        return;
    Line &line = m_lines[bucket.id];
    line.changed = ++m_changes;
    if (line.reset && line.reset->at <= at)
        addPoint(line, *line.reset);
    addPoint(line, {at, *left});
    line.reset.reset();
    if (bucket.resetAt && *bucket.resetAt > at)
        line.reset = Point{*bucket.resetAt, *tokensLeft(bucket, *bucket.resetAt)};
}

void TokenTrace::addPoint(Line &line, const Point &point)
{
    std::vector<Point> &points = line.points;
    if (!points.empty() && (points.back().tokens == point.tokens || points.back().at > point.at))
        return;
    points.push_back(point);
    ++m_size;
    if (points.size() <= mostOfBucket)
        return;
    m_size -= points.size();
    points = thinned(points, point.at);
    m_size += points.size();
}

std::vector<TokenTrace::Point> TokenTrace::thinned(const std::vector<Point> &points, TimePoint now)
{
    std::vector<Point> kept;
    const auto byTokens = [](const Point &left, const Point &right) {
        return left.tokens < right.tokens;
    };
    const auto columnOf = [now](const Point &point) {
        const milliseconds width = columnAt(std::chrono::floor<milliseconds>(now - point.at));
        return std::pair(width, point.at.time_since_epoch() / width);
    };
    for (auto first = points.begin(); first != points.end();) {
        const auto column = columnOf(*first);
        const auto end = std::find_if(
            first, points.end(), [&](const Point &point) { return columnOf(point) != column; });
        const auto [lowest, highest] = std::minmax_element(first, end, byTokens);
        const auto last = std::prev(end);
        for (auto point : {std::min(lowest, highest), std::max(lowest, highest), last}) {
            if (kept.empty() || kept.back().at < point->at)
                kept.push_back(*point);
        }
        first = end;
    }
    const size_t excess = std::max(kept.size(), mostOfBucket * 3 / 4) - mostOfBucket * 3 / 4;
    kept.erase(kept.begin(), kept.begin() + qsizetype(excess));
    return kept;
}

void TokenTrace::makeRoom()
{
    std::vector<std::pair<quint64, BucketId>> lines;
    lines.reserve(size_t(m_lines.size()));
    for (auto line = m_lines.cbegin(); line != m_lines.cend(); ++line)
        lines.emplace_back(line->changed, line.key());
    std::sort(lines.begin(), lines.end());
    for (const auto &[changed, bucket] : lines) {
        if (m_size <= most * 3 / 4)
            break;
        m_size -= m_lines.take(bucket).points.size();
    }
}

PlotColumns TokenTrace::values(BucketId bucket, TimePoint from, TimePoint until, int columns) const
{
    PlotColumns values(size_t(std::max(columns, 0)));
    const auto line = m_lines.constFind(bucket);
    if (line == m_lines.cend() || until <= from)
        return values;
    const size_t count = line->points.size() + (line->reset ? 1 : 0);
    const auto pointAt = [&](size_t index) -> const Point & {
        return index < line->points.size() ? line->points[index] : *line->reset;
    };
    const auto timeOf = [&](int column) { return from + (until - from) * column / columns; };
    const auto after = std::upper_bound(line->points.begin(), line->points.end(), from,
        [](TimePoint at, const Point &point) { return at < point.at; });
    size_t next = size_t(after - line->points.begin());
    std::optional<float> current;
    if (next > 0)
        current = float(pointAt(next - 1).tokens);
    for (int column = 0; column < columns; ++column) {
        for (; next < count && pointAt(next).at <= timeOf(column); ++next)
            current = float(pointAt(next).tokens);
        std::optional<PlotRange> range;
        if (current)
            range = {*current, *current};
        for (; next < count && pointAt(next).at < timeOf(column + 1); ++next) {
            current = float(pointAt(next).tokens);
            const PlotRange before = range.value_or(PlotRange{*current, *current});
            range = {std::min(before.low, *current), std::max(before.high, *current)};
        }
        values[size_t(column)] = range;
    }
    return values;
}

} // namespace Turnstile::Monitor
