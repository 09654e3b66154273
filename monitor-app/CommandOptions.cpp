// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/CommandOptions.h"

#include "monitor-app/models/RowOrder.h"
#include "monitor-app/models/Words.h"
#include "monitor-app/sources/DemoScenario.h"

#include <array>

namespace Turnstile::Monitor {

namespace {
using Group = CommandOption::Group;
constexpr int width = 80;
constexpr int textColumn = 25;

#define TEXT(text) QT_TRANSLATE_NOOP("Turnstile::Monitor", text)
constexpr std::array options{
    CommandOption{Group::Source, "connect", 0, "<address>",
        TEXT("A running bot: the path of its socket, host:port, or tls://host:port.")},
    CommandOption{Group::Source, "token-file", 0, "<file>",
        TEXT("The token that a bot on TCP asks for; a file that only you can read.")},
    CommandOption{Group::Source, "open", 0, "<file>", TEXT("A recording.")},
    CommandOption{Group::Source, "demo", 0, "[=<scenario>]",
        TEXT("Two bots that send real requests to a model server, all in this process.")},
    CommandOption{Group::Output, "text", 0, "",
        TEXT("A table in the terminal, without a display; ? shows its keys. When output is no "
             "terminal: a list each second.")},
    CommandOption{
        Group::Output, "screenshot", 0, "<file>", TEXT("Save a picture of the window, and end.")},
    CommandOption{Group::Output, "record", 0, "<file>",
        TEXT("Record a bot, or the demo, to be opened later.")},
    CommandOption{Group::Output, "stats", 0, "",
        TEXT("Say at the end what the run took: time, memory, the longest stall.")},
    CommandOption{Group::Look, "filter", 0, "<filter>",
        TEXT("Only buckets that match: \"method:POST queued:>0\".")},
    CommandOption{Group::Look, "sort", 0, "<column>",
        TEXT("With --text: %1. With - before it: "
             "the other way round.")},
    CommandOption{Group::Look, "theme", 0, "<theme>",
        TEXT("Colours of the window: dark, light, or system (the usual).")},
    CommandOption{Group::Program, "after", 0, "<seconds>",
        TEXT("End by itself; a screenshot is taken then, after 5 if not said.")},
    CommandOption{Group::Program, "version", 'v', "", TEXT("Show the version.")},
    CommandOption{Group::Program, "help", 'h', "", TEXT("Show this.")},
};
#undef TEXT

QString title(Group group)
{
    switch (group) {
    case Group::Source:
        return tr("What to watch; without it the window offers what there is");
    case Group::Output:
        return tr("Where to show it");
    case Group::Look:
        return tr("How it looks");
    case Group::Program:
        return tr("The program");
    }
    Q_UNREACHABLE();
}

QString textOf(const CommandOption &option)
{
    const QString text = tr(option.text);
    return text.contains(u"%1") ? text.arg(RowOrder::names().join(QStringLiteral(", "))) : text;
}

// \a text broken into lines, from \a column on, where the first line already is.
QString wrapped(const QString &text, int column)
{
    QString result;
    int at = column;
    for (const QString &word : text.split(QLatin1Char(' '))) {
        if (at > column && at + 1 + word.size() > width) {
            result += QLatin1Char('\n') + QString(column, QLatin1Char(' '));
            at = column;
        } else if (at > column) {
            result += QLatin1Char(' ');
            ++at;
        }
        result += word;
        at += int(word.size());
    }
    return result + QLatin1Char('\n');
}

QString entry(const QString &name, const QString &text)
{
    return (QStringLiteral("  ") + name).leftJustified(textColumn) + wrapped(text, textColumn);
}
} // namespace

std::span<const CommandOption> commandOptions()
{
    return options;
}

QString commandHelp()
{
    QString help = tr("turnstile-monitor - watches the rate limits of bots that use Turnstile\n\n"
                      "Usage: turnstile-monitor [options]\n");
    std::optional<Group> group;
    for (const CommandOption &option : options) {
        if (group != option.group)
            help += QStringLiteral("\n%1:\n").arg(title(option.group));
        group = option.group;
        QString name = QStringLiteral("--") + QLatin1String(option.name);
        if (option.letter)
            name = QStringLiteral("-%1, %2").arg(QLatin1Char(option.letter)).arg(name);
        if (option.takesValue())
            name += QLatin1Char(' ');
        help += entry(name + QLatin1String(option.value), textOf(option));
        if (option.value[0] != '[')
            continue;
        for (const QString &scenario : DemoScenario::names())
            help += entry(QStringLiteral("      ") + scenario, DemoScenario::description(scenario));
    }
    help += tr("\nExamples:\n");
    for (const char *example : {"--connect /run/user/1000/turnstile/music-bot-4121.sock",
             "--text --demo --filter state:exhausted --sort queued",
             "--connect host:7070 --token-file token --filter 429:>0"})
        help += QStringLiteral("  turnstile-monitor %1\n").arg(QLatin1String(example));
    return help
        + tr("\nIt ends with 0; with 1 when something failed; with 2 when it was not "
             "understood.\n");
}

} // namespace Turnstile::Monitor
