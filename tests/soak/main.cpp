// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// turnstile-soak: does it hold for hours? Ends with 1 when a promise was broken.

#include "tests/soak/LoopbackSoak.h"
#include "tests/soak/VirtualSoak.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>

#include <cstdio>

using namespace Turnstile::Soak;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("turnstile-soak"));
    const QString seconds = QStringLiteral("seconds");
    const QString seed = QStringLiteral("seed");
    const QString part = QStringLiteral("part");
    const QString sabotage = QStringLiteral("break");
    const QString json = QStringLiteral("json");
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Does it hold for hours? Half of the time in virtual time, half over sockets."));
    parser.addOption({seconds, QStringLiteral("How long (600)."), seconds, QStringLiteral("600")});
    parser.addOption({seed, QStringLiteral("Of what happens (1)."), seed, QStringLiteral("1")});
    parser.addOption({part, QStringLiteral("virtual or loopback only."), part});
    parser.addOption({sabotage,
        QStringLiteral("Breaks a promise, to see that it is noticed: resets, deadlines, memory."),
        QStringLiteral("what")});
    parser.addOption({json, QStringLiteral("A line of JSON for each part, instead of Markdown.")});
    parser.addHelpOption();
    parser.process(app);

    Settings settings;
    settings.time = std::chrono::milliseconds(qint64(parser.value(seconds).toDouble() * 1000));
    settings.seed = parser.value(seed).toUInt();
    const QStringList breakable{
        QString(), QStringLiteral("resets"), QStringLiteral("deadlines"), QStringLiteral("memory")};
    const auto what = breakable.indexOf(parser.value(sabotage));
    const QStringList parts{QString(), QStringLiteral("virtual"), QStringLiteral("loopback")};
    if (settings.time.count() <= 0 || what < 0 || !parts.contains(parser.value(part))) {
        std::fputs(
            "turnstile-soak: --seconds, --part or --break makes no sense; see --help.\n", stderr);
        return 2;
    }
    settings.sabotage = Settings::Sabotage(what);

    const QString only = parser.value(part);
    std::vector<Outcome> outcomes;
    if (only.isEmpty())
        settings.time /= 2;
    if (only != QLatin1String("loopback"))
        outcomes.push_back(VirtualSoak(settings).run());
    if (only != QLatin1String("virtual"))
        outcomes.push_back(LoopbackSoak(settings).run());
    bool isBroken = false;
    for (const Outcome &outcome : outcomes) {
        std::fputs(parser.isSet(json) ? (outcome.json() + '\n').constData()
                                      : qPrintable(outcome.markdown() + QLatin1Char('\n')),
            stdout);
        isBroken = isBroken || outcome.isBroken();
    }
    return isBroken ? 1 : 0;
}
