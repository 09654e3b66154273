// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TextReport.h"

#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/Format.h"
#include "monitor-app/models/Store.h"

#include <QtCore/QCoreApplication>

#include <algorithm>
#include <array>

namespace Turnstile::Monitor {

namespace {
QString tr(const char *text)
{
    return QCoreApplication::translate("Turnstile::Monitor::TextReport", text);
}

enum Field { State, Route, Tokens, Reset, Queued, InFlight, Wait, RateLimited, FieldCount };
constexpr std::array<int, FieldCount> widths{11, 0, 8, 9, 8, 11, 10, 6};
constexpr int leastRoute = 24;

using Line = std::array<QString, FieldCount>;

Line cells(const BucketRow &row, TimePoint now)
{
    const Bucket &bucket = row.bucket;
    const auto tokens = row.tokens(now);
    return {stateName(row.state(now)), bucket.name,
        tokens ? QStringLiteral("%1/%2").arg(*tokens).arg(*bucket.limit) : QStringLiteral("–"),
        Format::countdown(row.resetsIn(now)), QString::number(bucket.queued),
        QString::number(bucket.inFlight), Format::duration(row.waitP95),
        QString::number(bucket.rateLimited)};
}

QString elided(const QString &text, int width)
{
    if (text.size() <= width)
        return text;
    const int end = (width - 1) / 2;
    return text.left(width - 1 - end) + QStringLiteral("…") + text.right(end);
}

QString joined(const Line &line, int routeWidth)
{
    QString text;
    for (int field = 0; field < FieldCount; ++field) {
        const bool left = field == State || field == Route;
        const int width = field == Route ? routeWidth : widths[size_t(field)];
        const QString cell = elided(line[size_t(field)], width);
        text += left ? cell.leftJustified(width + 1) : cell.rightJustified(width);
    }
    while (text.endsWith(QLatin1Char(' ')))
        text.chop(1);
    return text;
}
} // namespace

QString figuresLine(const Store &store)
{
    const TimePoint now = store.now();
    const Figures &figures = store.figures();
    const GlobalLimitInfo &global = figures.global();
    const Figures::RateLimited hits = figures.rateLimited(now);
    QStringList parts;
    parts += tr("granted %1").arg(Format::rate(figures.grantedPerSecond(now)));
    const auto oldest = figures.oldestAge(now);
    parts += oldest
        ? tr("queued %1 (oldest %2)").arg(figures.queued()).arg(Format::countdown(*oldest))
        : tr("queued %1").arg(figures.queued());
    parts += tr("in flight %1").arg(figures.inFlight());
    parts +=
        tr("wait p50/p95 %1").arg(Format::durations(figures.waitP50(now), figures.waitP95(now)));
    if (global.lockedUntil && *global.lockedUntil > now)
        parts +=
            tr("global limit locked, opens in %1")
                .arg(Format::countdown(std::chrono::ceil<milliseconds>(*global.lockedUntil - now)));
    else if (global.limit > 0)
        parts += tr("global limit %1/%2").arg(global.used).arg(global.limit);
    parts += tr("429s in 10 min: %1 global, %2 user, %3 shared")
                 .arg(hits.global)
                 .arg(hits.user)
                 .arg(hits.shared);
    return parts.join(QStringLiteral(" · "));
}

QStringList figuresLines(const Store &store, int width)
{
    const QString separator = QStringLiteral(" · ");
    QStringList lines;
    for (const QString &figure : figuresLine(store).split(separator)) {
        if (!lines.isEmpty() && (lines.last() + separator + figure).size() <= width)
            lines.last() += separator + figure;
        else
            lines += figure;
    }
    return lines;
}

QStringList bucketTable(const Store &store, std::optional<int> width)
{
    int others = 2; // the blanks behind the two that are set flush left
    for (int field : widths)
        others += field;
    int routeWidth = std::max(leastRoute, width.value_or(0) - others);
    for (int row = 0; row < store.bucketCount() && !width; ++row)
        routeWidth = std::max(routeWidth, int(store.bucketAt(row).bucket.name.size()));
    QStringList lines{joined({tr("State"), tr("Route"), tr("Tokens"), tr("Resets"), tr("Queued"),
                                 tr("In flight"), tr("Wait p95"), tr("429s")},
        routeWidth)};
    for (int row = 0; row < store.bucketCount(); ++row)
        lines += joined(cells(store.bucketAt(row), store.now()), routeWidth);
    return lines;
}

} // namespace Turnstile::Monitor
