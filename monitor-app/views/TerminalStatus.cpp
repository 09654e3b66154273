// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalStatus.h"

#include "monitor-app/models/Filter.h"
#include "monitor-app/models/Format.h"
#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/models/Words.h"
#include "monitor-app/views/TerminalText.h"

namespace Turnstile::Monitor {

using Color = TerminalStyle::Color;
using State = MonitorSource::State;
using namespace std::chrono_literals;

namespace {
constexpr int leastLeft = 12;

// \a left and \a right at the ends of a line; where there is no room for both, pieces at the end of
// the left one go, and the end of its text.
TerminalLine spread(TerminalLine left, const TerminalLine &right, int width)
{
    if (right.pieces.empty())
        return left;
    const int begin = width - right.cells();
    while (left.pieces.size() > 1 && left.cells() >= begin)
        left.pieces.pop_back();
    if (left.cells() >= begin && begin > leastLeft) {
        QString &text = left.pieces.front().text;
        text = TerminalText::cut(text, begin - 2);
    }
    if (begin > left.cells()) {
        left.moveTo(begin);
        left.pieces.insert(left.pieces.end(), right.pieces.begin(), right.pieces.end());
    }
    return left;
}
} // namespace

TerminalLine TerminalStatus::title(const Store &store, const Filter &filter, int width) const
{
    TerminalLine left(name, {.bold = true});
    TerminalLine right;
    if (isRecording)
        right.add(tr("● recording"), Color::Red).add(QStringLiteral("  "));
    if (store.isFrozen())
        right.add(tr(" frozen "), TerminalStyle{.color = Color::Blue, .reversed = true})
            .add(QStringLiteral("  "));
    if (!filter.isEmpty())
        right.add(tr("filter: "), Color::Dim).add(filter.text());
    return spread(std::move(left), right, width);
}

TerminalLine TerminalStatus::banner() const
{
    const TerminalStyle lost{.color = Color::Amber, .bold = true};
    const QString picture =
        age ? tr("This picture is %1 old. ").arg(Format::duration(age)) : QString();
    if (state == State::Lost)
        return TerminalLine(tr("Reconnecting. "), lost).add(picture).add(reason);
    if (state == State::Failed)
        return TerminalLine(age ? tr("The connection has ended. ") : tr("Not connected. "),
            {.color = Color::Red, .bold = true})
            .add(picture)
            .add(reason);
    return {};
}

TerminalLine TerminalStatus::line(const Store &store, bool isTable, int width) const
{
    const bool isLive = state == State::Live || state == State::Replay;
    const QString trouble = isLive ? Sharing::connection(store.shared()) : QString();
    TerminalLine left(trouble.isEmpty() ? connection : trouble,
        {.color = isLive && trouble.isEmpty() ? Color::Green : Color::Amber});
    const double events = store.figures().eventsPerSecond(store.now());
    left.add(tr("  %1 events/s").arg(Format::count(quint64(qRound64(events)))), Color::Dim)
        .add(tr("  %1 dropped").arg(Format::count(store.dropped())), Color::Dim);
    if (age)
        left.add(
            *age < 1s ? tr("  updated now") : tr("  updated %1 ago").arg(Format::duration(age)),
            Color::Dim);
    TerminalLine right;
    const auto key = [&right](const QString &which, const QString &does) {
        right.add(QStringLiteral("  ") + which, TerminalStyle{.bold = true})
            .add(QLatin1Char(' ') + does, Color::Dim);
    };
    if (isTable) {
        key(QStringLiteral("/"), tr("filter"));
        if (store.shared())
            key(QStringLiteral("p"), tr("processes"));
        key(QStringLiteral("?"), tr("help"));
    } else {
        key(QStringLiteral("Esc"), tr("back"));
    }
    key(QStringLiteral("q"), tr("quit"));
    return spread(std::move(left), right, width);
}

} // namespace Turnstile::Monitor
