// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalTable.h"

#include "monitor-app/models/Store.h"
#include "monitor-app/views/TerminalText.h"
#include "monitor-app/views/TextReport.h"

#include <algorithm>
#include <array>

namespace Turnstile::Monitor {

namespace {
using Column = RowOrder::Column;
using Color = TerminalStyle::Color;

constexpr int leastRouteCells = 22;
constexpr int goodRoute = 32; // is worth more than minor columns
constexpr int stateMark = 2;  // "● "
constexpr char sortKeys[] = "SRTEQIGW4";

// What goes first where there is no room for all.
constexpr std::array dispensable{Column::Granted, Column::InFlight, Column::Wait,
    Column::RateLimited, Column::Resets, Column::Tokens, Column::Queued};

int widthOf(Column column)
{
    return column == Column::State ? columnWidth(column) + stateMark : columnWidth(column);
}

int routeWidth(const std::vector<Column> &columns, int width)
{
    int left = width - 2; // a blank behind each that is set flush left
    for (Column column : columns)
        left -= widthOf(column);
    return left;
}

Color colorOf(RowState state)
{
    switch (state) {
    case RowState::Paused:
    case RowState::GloballyLocked:
    case RowState::RedisAway:
    case RowState::RouteLimited:
        return Color::Red;
    case RowState::Exhausted:
    case RowState::InUseElsewhere:
    case RowState::OthersFirst:
        return Color::Amber;
    case RowState::Probing:
        return Color::Blue;
    case RowState::Open:
        return Color::Green;
    case RowState::Exempt:
    case RowState::Idle:
        return Color::Dim;
    }
    Q_UNREACHABLE();
}

Color colorOf(const QString &method)
{
    if (method == u"POST")
        return Color::Green;
    if (method == u"PUT")
        return Color::Purple;
    if (method == u"PATCH")
        return Color::Amber;
    if (method == u"DELETE")
        return Color::Red;
    return Color::Blue;
}

Color colorOf(Column column, const BucketRow &row, TimePoint now)
{
    switch (column) {
    case Column::Tokens:
        return !row.bucket.limit ? Color::Dim : row.tokens(now) == 0 ? Color::Amber : Color::Text;
    case Column::Resets:
        return row.resetsIn(now) > milliseconds::zero() ? Color::Text : Color::Dim;
    case Column::Queued:
        return row.bucket.queued > 0 ? Color::Text : Color::Dim;
    case Column::InFlight:
        return row.bucket.inFlight > 0 ? Color::Blue : Color::Dim;
    case Column::Granted:
        return row.grantedPerSecond(now) > 0 ? Color::Text : Color::Dim;
    case Column::Wait:
        return row.waitP95 ? Color::Text : Color::Dim;
    case Column::RateLimited:
        return row.bucket.rateLimited > 0 ? Color::Red : Color::Dim;
    case Column::State:
    case Column::Route:
        break;
    }
    return Color::Text;
}

void addTitle(TerminalLine &line, Column column, const RowOrder &order, int width)
{
    const QString title = columnTitle(column);
    const bool isSorted = order.column == column;
    const QString arrow = !isSorted ? QString()
        : order.reversed            ? QStringLiteral("▲")
                                    : QStringLiteral("▼");
    const TerminalStyle plain{.color = isSorted ? Color::Text : Color::Dim, .bold = isSorted};
    TerminalStyle marked = plain;
    marked.underlined = true;
    const int cells = TerminalText::cellsOf(title) + int(arrow.size());
    if (!isFlushLeft(column))
        line.add(QString(std::max(0, width - cells), QLatin1Char(' ')));
    const qsizetype key = title.indexOf(QLatin1Char(sortKeys[int(column)]), 0, Qt::CaseInsensitive);
    const int end = line.cells() + (isFlushLeft(column) ? width + 1 : cells);
    if (!isFlushLeft(column))
        line.add(arrow, plain);
    if (key < 0)
        line.add(title, plain);
    else
        line.add(title.first(key), plain)
            .add(title.sliced(key, 1), marked)
            .add(title.sliced(key + 1), plain);
    if (isFlushLeft(column))
        line.add(arrow, plain);
    line.moveTo(end);
}
} // namespace

std::vector<Column> TerminalTable::columns(int width)
{
    std::vector<Column> columns;
    columns.reserve(RowOrder::columnCount);
    for (int i = 0; i < RowOrder::columnCount; ++i)
        columns.push_back(Column(i));
    for (Column column : dispensable) {
        const bool isMinor = column == Column::Granted || column == Column::InFlight;
        if (routeWidth(columns, width) >= (isMinor ? goodRoute : leastRouteCells))
            break;
        columns.erase(std::find(columns.begin(), columns.end(), column));
    }
    return columns;
}

TerminalLine TerminalTable::titles(const RowOrder &order, int width)
{
    TerminalLine line;
    const std::vector<Column> shown = columns(width);
    for (Column column : shown)
        addTitle(line, column, order,
            column == Column::Route ? std::max(0, routeWidth(shown, width)) : widthOf(column));
    return line;
}

TerminalLine TerminalTable::line(const BucketRow &row, TimePoint now, int width)
{
    TerminalLine line;
    const std::vector<Column> shown = columns(width);
    for (Column column : shown) {
        const int end = line.cells() + widthOf(column) + 1;
        if (column == Column::State) {
            addState(line, row.state(now));
            line.moveTo(end);
        } else if (column == Column::Route) {
            const int cells = std::max(0, routeWidth(shown, width));
            addRoute(line, row, cells);
            line.moveTo(end + cells);
        } else {
            line.add(TerminalText::fitted(columnText(column, row, now), columnWidth(column), true),
                colorOf(column, row, now));
        }
    }
    return line;
}

void TerminalTable::addState(TerminalLine &line, RowState state)
{
    line.add(QStringLiteral("● "), colorOf(state))
        .add(shortStateName(state), state == RowState::Idle ? Color::Dim : Color::Text);
}

void TerminalTable::addRoute(TerminalLine &line, const BucketRow &row, int cells)
{
    const QString name = TerminalText::elided(TerminalText::printable(row.bucket.name), cells);
    const qsizetype method = name.startsWith(row.method + QLatin1Char(' ')) ? row.method.size() : 0;
    line.add(name.first(method), TerminalStyle{.color = colorOf(row.method), .bold = true})
        .add(name.sliced(method));
}

std::optional<Column> TerminalTable::columnOf(char32_t key)
{
    for (int i = 0; i < RowOrder::columnCount; ++i) {
        if (char32_t(sortKeys[i]) == key)
            return Column(i);
    }
    return {};
}

std::vector<TerminalLine> terminalFigures(const Store &store, int width)
{
    std::vector<TerminalLine> lines(1);
    for (const TextFigure &figure : textFigures(store)) {
        TerminalLine piece;
        const TerminalStyle value{
            .color = figure.alarming ? Color::Red : Color::Text, .bold = true};
        piece.add(figure.name + QLatin1Char(' '), Color::Dim).add(figure.value, value);
        if (!figure.remark.isEmpty())
            piece.add(QStringLiteral(" (%1)").arg(figure.remark), Color::Dim);
        TerminalLine &last = lines.back();
        const int begin = last.pieces.empty() ? 0 : last.cells() + 3;
        if (begin > 0 && begin + piece.cells() > width)
            lines.push_back(std::move(piece));
        else
            last.moveTo(begin).pieces.insert(
                last.pieces.end(), piece.pieces.begin(), piece.pieces.end());
    }
    return lines;
}

} // namespace Turnstile::Monitor
