// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/CommandLine.h"

#include "monitor-app/CommandOptions.h"
#include "monitor-app/models/Words.h"
#include "monitor-app/sources/DemoScenario.h"
#include "monitor-app/sources/TokenFile.h"
#include "monitor-app/views/TerminalText.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QFileInfo>
#include <QtGui/QImageWriter>

namespace Turnstile::Monitor {

namespace {
bool takesNext(const QString &argument)
{
    for (const CommandOption &option : commandOptions()) {
        if (option.takesValue() && argument == QStringLiteral("--") + QLatin1String(option.name))
            return true;
    }
    return false;
}

// Takes the scenario out of `--demo=scenario`: the parser knows no options that may have a value.
std::optional<QString> takeScenario(QStringList *arguments)
{
    const QString demo = QStringLiteral("--demo=");
    std::optional<QString> scenario;
    for (int i = 1; i < arguments->size() && arguments->at(i) != u"--"; ++i) {
        if (takesNext(arguments->at(i))) {
            ++i;
        } else if (arguments->at(i).startsWith(demo)) {
            scenario = arguments->at(i).mid(demo.size());
            (*arguments)[i] = demo.chopped(1);
        }
    }
    return scenario;
}

QString readTheme(const QString &name, CommandLine *line)
{
    if (name == u"dark")
        line->theme = CommandLine::Theme::Dark;
    else if (name == u"light")
        line->theme = CommandLine::Theme::Light;
    else if (name != u"system")
        return tr("--theme is dark, light or system, not \"%1\".").arg(name);
    return {};
}

QString readSeconds(const QString &text, CommandLine *line)
{
    bool ok = false;
    const double seconds = text.toDouble(&ok);
    if (!ok || !(seconds >= 0 && seconds <= 86400))
        return tr("--after is a number of seconds, not \"%1\".").arg(text);
    line->after = std::chrono::milliseconds(qint64(seconds * 1000));
    return {};
}

QString readFilter(const QString &text, CommandLine *line)
{
    line->filter = Filter::parse(text);
    if (line->filter.isValid())
        return {};
    const Filter::Range bad = line->filter.problemAt();
    const auto cells = [&text](qsizetype from, qsizetype length) {
        return TerminalText::cellsOf(TerminalText::printable(text.mid(from, length)));
    };
    return tr("--filter: %1").arg(line->filter.problem()) + QStringLiteral("\n  ")
        + TerminalText::printable(text) + QStringLiteral("\n  ")
        + QString(cells(0, bad.start), QLatin1Char(' '))
        + QString(std::max(1, cells(bad.start, bad.length)), QLatin1Char('^'));
}

QString readOrder(const QString &name, CommandLine *line)
{
    line->order.reversed = name.startsWith(QLatin1Char('-'));
    const auto column = RowOrder::named(QStringView(name).sliced(line->order.reversed ? 1 : 0));
    if (!column)
        return tr("--sort is one of %1, not \"%2\".")
            .arg(RowOrder::names().join(QStringLiteral(", ")), name);
    line->order.column = *column;
    return {};
}

QString readAddress(const QString &text, CommandLine *line)
{
    line->connect = MonitorAddress::parse(text);
    return line->connect.isValid() ? QString() : tr("--connect: %1").arg(line->connect.problem());
}

QString readToken(const QString &file, CommandLine *line)
{
    if (!line->connect.isValid() || line->connect.isLocal())
        return tr("--token-file goes with --connect to a host and port.");
    const TokenFile read = TokenFile::read(file);
    line->token = read.token;
    line->warning = read.warning;
    return read.problem;
}

QString readScenario(const QString &name, CommandLine *line)
{
    const QStringList names = DemoScenario::names();
    if (!names.contains(name))
        return tr("--demo is one of %1, not \"%2\".").arg(names.join(QStringLiteral(", ")), name);
    line->demoScenario = name;
    return {};
}

// What can be known before the picture is taken.
QString checkPicture(const QString &file)
{
    const QFileInfo info(file);
    const QByteArray format = info.suffix().toLatin1().toLower();
    if (!QImageWriter::supportedImageFormats().contains(format))
        return tr("--screenshot writes .png and the like, not \"%1\".").arg(file);
    const QFileInfo folder(info.absolutePath());
    if (!folder.isDir())
        return tr("There is no folder %1 for the screenshot.").arg(folder.filePath());
    if (info.isDir() || !(info.exists() ? info : folder).isWritable())
        return tr("The screenshot cannot be written to %1.").arg(file);
    return {};
}

QString checkTogether(const CommandLine &line, const QCommandLineParser &parser)
{
    const auto isSet = [&parser](const char *name) { return parser.isSet(QLatin1String(name)); };
    if (isSet("connect") + isSet("open") + isSet("demo") > 1)
        return tr("Only one of --connect, --open and --demo can be watched.");
    if (isSet("record") && !isSet("connect") && !isSet("demo"))
        return tr("--record goes with --connect or --demo.");
    if (line.text && !line.watchesSomething())
        return tr("--text needs something to watch: add --connect, --open or --demo.");
    if (isSet("screenshot") && line.text)
        return tr("--screenshot needs a window, and --text has none.");
    if (isSet("sort") && !line.text)
        return tr("--sort goes with --text; in the window, click on a title.");
    return isSet("screenshot") ? checkPicture(line.screenshot) : QString();
}
} // namespace

CommandLine CommandLine::parse(const QStringList &arguments)
{
    QStringList rest = arguments;
    const std::optional<QString> scenario = takeScenario(&rest);
    QCommandLineParser parser;
    for (const CommandOption &option : commandOptions()) {
        QStringList names{QString::fromLatin1(option.name)};
        if (option.letter)
            names += QString(QLatin1Char(option.letter));
        parser.addOption(QCommandLineOption(
            names, {}, option.takesValue() ? QStringLiteral("value") : QString()));
    }
    CommandLine line;
    if (!parser.parse(rest)) {
        line.error = parser.errorText();
        return line;
    }
    const auto isSet = [&parser](const char *name) { return parser.isSet(QLatin1String(name)); };
    line.help = isSet("help");
    line.version = isSet("version");
    if (line.help || line.version)
        return line;
    line.demo = isSet("demo");
    line.text = isSet("text");
    line.stats = isSet("stats");
    if (const QStringList others = parser.positionalArguments(); !others.isEmpty())
        line.error = tr("\"%1\" is not understood.").arg(others.first());
    if (scenario && line.error.isEmpty())
        line.error = readScenario(*scenario, &line);

    const auto read = [&](const char *name, auto reader) {
        const QStringList values = parser.values(QLatin1String(name));
        if (!line.error.isEmpty() || values.isEmpty())
            return;
        if (values.size() > 1)
            line.error = tr("--%1 can be given once.").arg(QLatin1String(name));
        else
            line.error = reader(values.constFirst(), &line);
    };
    const auto file = [](const char *name, QString CommandLine::*member) {
        return [name, member](const QString &value, CommandLine *into) {
            into->*member = value;
            return value.isEmpty() ? tr("--%1 needs the name of a file.").arg(QLatin1String(name))
                                   : QString();
        };
    };
    read("connect", readAddress);
    read("token-file", readToken);
    read("open", file("open", &CommandLine::open));
    read("screenshot", file("screenshot", &CommandLine::screenshot));
    read("record", file("record", &CommandLine::record));
    read("after", readSeconds);
    read("filter", readFilter);
    read("sort", readOrder);
    read("theme", readTheme);
    if (line.error.isEmpty())
        line.error = checkTogether(line, parser);
    return line;
}

} // namespace Turnstile::Monitor
