// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalProcesses.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/models/Words.h"
#include "monitor-app/views/TerminalText.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
using Color = TerminalStyle::Color;
constexpr int heardCells = 17;
constexpr int leasesCells = 8;

TerminalLine processLine(const SharedState &shared, size_t place, const Sharing::Part &part,
    TimePoint now, int nameWidth)
{
    const SharedProcess &process = shared.processes[place];
    const auto silence = Sharing::silentFor(shared, place);
    TerminalLine line(
        TerminalText::fitted(TerminalText::printable(Sharing::longName(process)), nameWidth),
        {.bold = process.isOwn});
    line.add(TerminalText::fitted(Sharing::heard(process, silence, now), heardCells, true),
        silence ? Color::Amber : Color::Dim);
    line.add(TerminalText::fitted(Format::count(quint64(process.leases)), leasesCells, true),
        process.leases > 0 ? Color::Blue : Color::Dim);
    line.add(QStringLiteral("  "));
    if (!part.wanted.isEmpty())
        line.add(tr("waits for %1").arg(Sharing::fewOf(part.wanted)), Color::Amber)
            .add(part.held.isEmpty() ? QString() : QStringLiteral("; "));
    return part.held.isEmpty() ? line : line.add(tr("holds %1").arg(Sharing::fewOf(part.held)));
}

TerminalLine goneLine(const SharedProcess &process, int nameWidth)
{
    const QString name = TerminalText::printable(Sharing::longName(process));
    return TerminalLine(
        TerminalText::fitted(name, nameWidth) + TerminalText::fitted(tr("gone"), heardCells, true),
        TerminalStyle{.color = Color::Dim});
}
} // namespace

std::vector<TerminalLine> terminalProcesses(const Store &store, QSize size)
{
    const SharedState *shared = store.shared();
    if (!shared)
        return {TerminalLine(
            tr("The bot does not share its token with other processes."), {.color = Color::Dim})};
    std::vector<TerminalLine> lines;
    if (const QString remark = Sharing::remark(*shared, store.now()); !remark.isEmpty())
        lines.emplace_back(remark, TerminalStyle{.color = Color::Amber});
    if (shared->processes.empty())
        lines.emplace_back(
            tr("Redis has not told yet who shares the token."), TerminalStyle{.color = Color::Dim});
    const std::vector<SharedProcess> gone = store.goneProcesses();
    std::vector<SharedProcess> all = shared->processes;
    all.insert(all.end(), gone.begin(), gone.end());
    int nameWidth = 0;
    for (const SharedProcess &process : all)
        nameWidth = std::max(
            nameWidth, TerminalText::cellsOf(TerminalText::printable(Sharing::longName(process))));
    nameWidth = std::clamp(nameWidth, 10, std::max(10, size.width() / 2));
    if (!shared->processes.empty())
        lines.emplace_back(TerminalText::fitted(tr("Process"), nameWidth)
                + TerminalText::fitted(tr("Heard of"), heardCells, true)
                + TerminalText::fitted(tr("Leases"), leasesCells, true),
            TerminalStyle{.bold = true, .underlined = true});
    const int count = int(all.size());
    const int room = std::max(0, size.height() - int(lines.size()));
    const int shown = count <= room ? count : std::max(0, room - 1);
    const std::vector<Sharing::Part> parts = Sharing::parts(*shared, store);
    for (size_t i = 0; i < size_t(shown); ++i)
        lines.push_back(i < parts.size() ? processLine(*shared, i, parts[i], store.now(), nameWidth)
                                         : goneLine(all[i], nameWidth));
    if (shown < count)
        lines.emplace_back(tr("and %1 more").arg(Format::count(quint64(count - shown))),
            TerminalStyle{.color = Color::Dim});
    return lines;
}

} // namespace Turnstile::Monitor
