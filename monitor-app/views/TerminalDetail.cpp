// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalDetail.h"

#include "monitor-app/models/BucketStory.h"
#include "monitor-app/models/Format.h"
#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/models/Words.h"
#include "monitor-app/views/TerminalTable.h"
#include "monitor-app/views/TextReport.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
using Color = TerminalStyle::Color;
constexpr int factColumn = 16;

TerminalLine fact(const QString &name, const QString &value, Color color = Color::Text)
{
    TerminalLine line(name, {.color = Color::Dim});
    return line.moveTo(factColumn, 1).add(value, color);
}

std::vector<TerminalLine> facts(const BucketRow &row, const GlobalLimitInfo &global, TimePoint now)
{
    const Bucket &bucket = row.bucket;
    const auto column = [&](RowOrder::Column which) { return columnText(which, row, now); };
    const QString oldest = bucket.oldestAskedAt
        ? tr(", the oldest for %1")
              .arg(Format::duration(std::max(milliseconds::zero(),
                  std::chrono::floor<milliseconds>(now - *bucket.oldestAskedAt))))
        : QString();
    return {
        fact(tr("next grant"), BucketStory::nextGrant(row, global, now),
            bucket.queued > 0 ? Color::Amber : Color::Text),
        fact(tr("bucket"),
            bucket.hash.isEmpty() ? QStringLiteral("–") : QString::fromUtf8(bucket.hash)),
        fact(tr("major resource"), BucketStory::majorResource(bucket.majorResource)),
        fact(tr("shared by"), BucketStory::sharedBy(bucket)),
        fact(tr("limit"), BucketStory::limit(bucket)),
        fact(tr("tokens"),
            tr("%1, resets: %2")
                .arg(column(RowOrder::Column::Tokens), column(RowOrder::Column::Resets))),
        fact(tr("queued"), column(RowOrder::Column::Queued) + oldest),
        fact(tr("in flight"), column(RowOrder::Column::InFlight)),
        fact(tr("granted"),
            tr("%1, now %2, wait p95 %3")
                .arg(Format::count(bucket.granted), column(RowOrder::Column::Granted),
                    column(RowOrder::Column::Wait))),
        fact(tr("429s"), Format::count(bucket.rateLimited),
            bucket.rateLimited > 0 ? Color::Red : Color::Text),
    };
}

QString stateText(const TicketTry &ticket)
{
    if (ticket.isEndUnknown())
        return tr("ended, nobody knows how");
    switch (ticket.state) {
    case TicketState::Queued:
        return ticket.isRateLimited() ? tr("%1, queued again").arg(ticket.status) : tr("queued");
    case TicketState::Available:
        return tr("granted");
    case TicketState::InFlight:
        return tr("in flight");
    case TicketState::Completed:
        return ticket.status > 0 ? tr("completed %1").arg(ticket.status) : tr("completed");
    case TicketState::Lost:
        return tr("lost");
    case TicketState::TimedOut:
        return tr("timed out");
    case TicketState::Dropped:
        return tr("dropped");
    case TicketState::Cancelled:
        return tr("cancelled");
    case TicketState::Expired:
        return tr("expired");
    case TicketState::Rejected:
        return tr("rejected");
    }
    Q_UNREACHABLE();
}

Color colorOf(const TicketTry &ticket)
{
    if (ticket.isRateLimited())
        return Color::Red;
    switch (ticket.state) {
    case TicketState::Available:
    case TicketState::InFlight:
        return Color::Blue;
    case TicketState::Completed:
        return Color::Green;
    case TicketState::Lost:
    case TicketState::TimedOut:
    case TicketState::Rejected:
        return Color::Amber;
    default:
        return Color::Dim;
    }
}

TerminalLine ticketLine(const TicketTry &ticket, TimePoint now)
{
    TerminalLine line(QStringLiteral("#%1").arg(ticket.ticket.number()), {.color = Color::Dim});
    line.moveTo(factColumn, 1).add(stateText(ticket), colorOf(ticket)).moveTo(factColumn + 26, 1);
    QString times = tr("waited %1").arg(Format::duration(ticket.waited(now)));
    if (const auto took = ticket.tookTime(now))
        times = tr("%1, took %2").arg(times, Format::duration(took));
    return line.add(times);
}
} // namespace

std::vector<TerminalLine> terminalDetail(const Store &store, const BucketRow &row, QSize size)
{
    const TimePoint now = store.now();
    std::vector<TerminalLine> lines(1);
    TerminalTable::addState(lines.front(), row.state(now));
    lines.front().moveTo(factColumn, 1);
    TerminalTable::addRoute(lines.front(), row, std::max(0, size.width() - factColumn));
    const GlobalLimitInfo &global = store.figures().global();
    const SharedState *shared = store.shared();
    const QString story = BucketStory::explain(row, global, now, shared);
    for (const QString &text : story.split(QLatin1Char('\n')))
        lines.emplace_back(text);
    lines.emplace_back();
    for (TerminalLine &line : facts(row, global, now))
        lines.push_back(std::move(line));
    if (shared && !row.bucket.exempt) {
        const SharedBucket *use = Sharing::useOf(*shared, row.bucket);
        if (!shared->problem.isEmpty())
            lines.push_back(fact(tr("shared limits"), shared->problem, Color::Amber));
        lines.push_back(fact(tr("held by"), Sharing::holders(*shared, use)));
        lines.push_back(fact(tr("waiting"), Sharing::waiting(*shared, use),
            use && !use->waiting.empty() ? Color::Amber : Color::Text));
    }
    lines.emplace_back();

    const auto &tries = store.tickets().tries(row.bucket.id);
    if (tries.empty())
        lines.emplace_back(tr("No ticket of it is known."), TerminalStyle{.color = Color::Dim});
    for (auto ticket = tries.rbegin(); ticket != tries.rend() && int(lines.size()) < size.height();
         ++ticket)
        lines.push_back(ticketLine(*ticket, now));
    return lines;
}

} // namespace Turnstile::Monitor
