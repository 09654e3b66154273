// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalHelp.h"

#include <QtCore/QCoreApplication>

#include <array>

namespace Turnstile::Monitor {

namespace {
constexpr const char *context = "Turnstile::Monitor";
constexpr int helpColumn = 18;

struct Entry {
    const char *keys;
    const char *text;
};
constexpr std::array entries{
    Entry{"↑ ↓ PgUp PgDn",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "select a bucket; Home and End go to the ends")},
    Entry{"Enter",
        QT_TRANSLATE_NOOP(
            "Turnstile::Monitor", "its details: why it waits, its tickets; Esc goes back")},
    Entry{"p",
        QT_TRANSLATE_NOOP(
            "Turnstile::Monitor", "where processes share a token: what each holds and waits for")},
    Entry{"S R T E Q I G W 4",
        QT_TRANSLATE_NOOP(
            "Turnstile::Monitor", "sort by the column with that letter, again: reversed")},
    Entry{"s r", QT_TRANSLATE_NOOP("Turnstile::Monitor", "sort by the next column; reverse")},
    Entry{"Space",
        QT_TRANSLATE_NOOP(
            "Turnstile::Monitor", "freeze; what happens meanwhile is shown after it")},
    Entry{"/",
        QT_TRANSLATE_NOOP(
            "Turnstile::Monitor", "filter; Enter keeps it, Esc takes the one before")},
    Entry{"← →",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "in a recording: five seconds back, and on")},
    Entry{"c", QT_TRANSLATE_NOOP("Turnstile::Monitor", "colours off, on")},
    Entry{"Ctrl-L", QT_TRANSLATE_NOOP("Turnstile::Monitor", "draw everything anew")},
    Entry{"q Ctrl-C", QT_TRANSLATE_NOOP("Turnstile::Monitor", "quit")},
    Entry{"", ""},
    Entry{"channels/4177",
        QT_TRANSLATE_NOOP(
            "Turnstile::Monitor", "filter: routes with that; more words narrow it down")},
    Entry{"method:POST",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "filter: also state:exhausted, bucket:a1f3")},
    Entry{"queued:>10",
        QT_TRANSLATE_NOOP("Turnstile::Monitor", "filter: also wait:>500ms, limit:<=1, 429:>0")},
    Entry{"-state:idle", QT_TRANSLATE_NOOP("Turnstile::Monitor", "filter: all but those")},
};
} // namespace

std::vector<TerminalLine> terminalHelp()
{
    std::vector<TerminalLine> lines;
    for (const Entry &entry : entries) {
        TerminalLine line(QString::fromUtf8(entry.keys), {.bold = true});
        if (*entry.text)
            line.moveTo(helpColumn + 1, 1).add(QCoreApplication::translate(context, entry.text));
        lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace Turnstile::Monitor
