// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TextReport.h"

#include "monitor-app/models/Filter.h"
#include "monitor-app/models/Format.h"
#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/models/Words.h"
#include "monitor-app/views/TerminalText.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
using Column = RowOrder::Column;

QString countdownTo(TimePoint then, TimePoint now)
{
    return Format::countdown(std::chrono::ceil<milliseconds>(then - now));
}

TextFigure globalLimit(const GlobalLimitInfo &global, TimePoint now)
{
    TextFigure figure{.name = tr("global limit")};
    if (global.lockedUntil && *global.lockedUntil > now) {
        figure.value = tr("locked");
        figure.remark = tr("opens in %1").arg(countdownTo(*global.lockedUntil, now));
        figure.alarming = true;
    } else if (global.limit == 0) {
        figure.value = tr("none");
    } else {
        figure.value = QStringLiteral("%1/%2").arg(global.used).arg(global.limit);
        if (global.nextFreeAt && *global.nextFreeAt > now)
            figure.remark = tr("frees in %1").arg(countdownTo(*global.nextFreeAt, now));
    }
    return figure;
}

QString lineOf(const std::vector<QString> &cells, int routeWidth)
{
    QString text;
    for (int i = 0; i < RowOrder::columnCount; ++i) {
        const auto column = Column(i);
        const int width = column == Column::Route ? routeWidth : columnWidth(column);
        text += TerminalText::fitted(cells[size_t(i)], width, !isFlushLeft(column));
        if (isFlushLeft(column))
            text += QLatin1Char(' ');
    }
    while (text.endsWith(QLatin1Char(' ')))
        text.chop(1);
    return text;
}
} // namespace

std::vector<TextFigure> textFigures(const Store &store)
{
    const TimePoint now = store.now();
    const Figures &figures = store.figures();
    const Figures::RateLimited hits = figures.rateLimited(now);
    const InvalidRequestsInfo &invalid = figures.invalid();
    const auto oldest = figures.oldestAge(now);
    std::vector<TextFigure> all{
        {tr("granted"), Format::rate(figures.grantedPerSecond(now)), {}},
        {tr("queued"), Format::count(quint64(figures.queued())),
            oldest ? tr("oldest %1").arg(Format::countdown(*oldest)) : QString()},
        {tr("in flight"), Format::count(quint64(figures.inFlight())), {}},
        {tr("wait p50/p95"), Format::durations(figures.waitP50(now), figures.waitP95(now)), {}},
        globalLimit(figures.global(), now),
        {tr("429s in 10 min"), Format::count(quint64(hits.total())),
            tr("%1 global, %2 user, %3 shared").arg(hits.global).arg(hits.user).arg(hits.shared),
            hits.global > 0},
    };
    if (invalid.limit > 0)
        all.push_back({tr("invalid requests"),
            QStringLiteral("%1 / %2").arg(
                Format::count(quint64(invalid.count)), Format::count(quint64(invalid.limit))),
            {}, invalid.count > invalid.limit / 2});
    return all;
}

QString figuresLine(const Store &store)
{
    QStringList parts;
    for (const TextFigure &figure : textFigures(store))
        parts += figure.remark.isEmpty()
            ? QStringLiteral("%1 %2").arg(figure.name, figure.value)
            : QStringLiteral("%1 %2 (%3)").arg(figure.name, figure.value, figure.remark);
    return parts.join(QStringLiteral(" · "));
}

QStringList processLines(const Store &store)
{
    QStringList lines;
    const SharedState *shared = store.shared();
    if (!shared)
        return lines;
    if (const QString remark = Sharing::remark(*shared, store.now()); !remark.isEmpty())
        lines += remark;
    const std::vector<Sharing::Part> parts = Sharing::parts(*shared, store);
    for (size_t i = 0; i < parts.size(); ++i) {
        const SharedProcess &process = shared->processes[i];
        const auto silence = Sharing::silentFor(*shared, i);
        const QString heard = Sharing::heard(process, silence, store.now());
        QString line =
            tr("process %1: %2, leases: %3")
                .arg(Sharing::longName(process), silence ? heard : tr("heard of %1").arg(heard),
                    Format::count(quint64(process.leases)));
        if (!parts[i].held.isEmpty())
            line += tr(", holds %1").arg(Sharing::fewOf(parts[i].held));
        if (!parts[i].wanted.isEmpty())
            line += tr(", waits for %1").arg(Sharing::fewOf(parts[i].wanted));
        lines += TerminalText::printable(line);
    }
    for (const SharedProcess &process : store.goneProcesses())
        lines += TerminalText::printable(tr("process %1: gone").arg(Sharing::longName(process)));
    return lines;
}

QString columnTitle(Column column)
{
    switch (column) {
    case Column::State:
        return tr("State");
    case Column::Route:
        return tr("Route");
    case Column::Tokens:
        return tr("Tokens");
    case Column::Resets:
        return tr("Resets");
    case Column::Queued:
        return tr("Queued");
    case Column::InFlight:
        return tr("In flight");
    case Column::Granted:
        return tr("Granted");
    case Column::Wait:
        return tr("Wait p95");
    case Column::RateLimited:
        return tr("429s");
    }
    Q_UNREACHABLE();
}

QString columnText(Column column, const BucketRow &row, TimePoint now)
{
    switch (column) {
    case Column::State:
        return shortStateName(row.state(now));
    case Column::Route:
        return TerminalText::printable(row.bucket.name);
    case Column::Tokens:
        if (const auto tokens = row.tokens(now))
            return QStringLiteral("%1/%2").arg(*tokens).arg(*row.bucket.limit);
        return QStringLiteral("–");
    case Column::Resets:
        return Format::countdown(row.resetsIn(now));
    case Column::Queued:
        return QString::number(row.bucket.queued);
    case Column::InFlight:
        return QString::number(row.bucket.inFlight);
    case Column::Granted:
        return Format::rate(row.grantedPerSecond(now));
    case Column::Wait:
        return Format::duration(row.waitP95);
    case Column::RateLimited:
        return QString::number(row.bucket.rateLimited);
    }
    Q_UNREACHABLE();
}

int columnWidth(Column column)
{
    constexpr std::array<int, RowOrder::columnCount> widths{12, 0, 8, 9, 8, 11, 10, 10, 7};
    return widths[size_t(column)];
}

bool isFlushLeft(Column column)
{
    return column == Column::State || column == Column::Route;
}

QStringList bucketTable(const Store &store, const TextOptions &options)
{
    const std::vector<int> rows = options.order.rows(store, options.filter);
    int routeWidth = 24;
    for (int row : rows)
        routeWidth = std::max(routeWidth,
            TerminalText::cellsOf(TerminalText::printable(store.bucketAt(row).bucket.name)));
    std::vector<QString> cells(RowOrder::columnCount);
    for (int i = 0; i < RowOrder::columnCount; ++i)
        cells[size_t(i)] = columnTitle(Column(i));
    QStringList lines{lineOf(cells, routeWidth)};
    for (int row : rows) {
        for (int i = 0; i < RowOrder::columnCount; ++i)
            cells[size_t(i)] = columnText(Column(i), store.bucketAt(row), store.now());
        lines += lineOf(cells, routeWidth);
    }
    return lines;
}

} // namespace Turnstile::Monitor
