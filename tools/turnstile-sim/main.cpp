// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/Drain.h"
#include "tools/turnstile-sim/ReplayFile.h"
#include "tools/turnstile-sim/Serve.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QStringList>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace {

struct Command {
    const char *name;
    const char *summary;
    int (*run)(const QStringList &arguments); // those after the name; returns the exit code
};

// What the program can do: one line per command.
const std::vector<Command> &commands()
{
    static const std::vector<Command> all{
        {"replay", "Plays scenarios on a virtual clock and prints what happens.",
            Turnstile::Sim::replay},
        {"drain", "Plays a workload and measures how well it is scheduled.", Turnstile::Sim::drain},
        {"serve", "Serves a model of the API over HTTP, to try clients on.", Turnstile::Sim::serve},
    };
    return all;
}

void printHelp(std::FILE *file)
{
    std::fputs("Usage: turnstile-sim COMMAND [OPTION...]\n\n"
               "Drives the scheduler of Turnstile on a virtual clock.\n\n",
        file);
    for (const Command &command : commands())
        std::fprintf(file, "  %-10s%s\n", command.name, command.summary);
    std::fputs("\n`turnstile-sim COMMAND --help` tells more; `--version` shows the version.\n"
               "Exit codes: 0 fine, 1 it went wrong, 2 bad usage or input.\n",
        file);
}

int run(const QStringList &arguments)
{
    const QString name = arguments.value(1);
    if (name == u"--help" || name == u"-h") {
        printHelp(stdout);
        return 0;
    }
    if (name == u"--version" || name == u"-v") {
        std::puts("turnstile-sim " TURNSTILE_VERSION);
        return 0;
    }
    const auto command = std::find_if(commands().begin(), commands().end(),
        [&name](const Command &each) { return name == QLatin1StringView(each.name); });
    if (command == commands().end()) {
        if (name.isEmpty())
            std::fputs("turnstile-sim: A command is missing; --help lists them.\n", stderr);
        else
            std::fprintf(stderr, "turnstile-sim: There is no command \"%s\"; --help lists them.\n",
                qUtf8Printable(name));
        return 2;
    }
    return command->run(arguments.mid(2));
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("turnstile-sim"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TURNSTILE_VERSION));
    const int code = run(QCoreApplication::arguments());
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
        std::fputs("turnstile-sim: Cannot write to standard output.\n", stderr);
        return 1;
    }
    return code;
}
