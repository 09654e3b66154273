// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/CommandLine.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QFileInfo>
#include <QtGui/QImageWriter>

namespace Turnstile::Monitor {

namespace {
QString tr(const char *text)
{
    return QCoreApplication::translate("Turnstile::Monitor::CommandLine", text);
}

struct Parser {
    QCommandLineParser parser;
    QCommandLineOption help{{QStringLiteral("h"), QStringLiteral("help")}, tr("Show this help.")};
    QCommandLineOption version{
        {QStringLiteral("v"), QStringLiteral("version")}, tr("Show the version.")};
    QCommandLineOption demo{QStringLiteral("demo"),
        tr("Watch two bots that send real requests to a model server, all in this process.")};
    QCommandLineOption text{QStringLiteral("text"),
        tr("Show a table in the terminal instead of a window; needs no display.")};
    QCommandLineOption screenshot{QStringLiteral("screenshot"),
        tr("Save a picture of the window in <file> and end."), QStringLiteral("file")};
    QCommandLineOption after{QStringLiteral("after"),
        tr("Take the screenshot after <seconds> (5 unless told otherwise). With --text: end then."),
        QStringLiteral("seconds")};
    QCommandLineOption theme{QStringLiteral("theme"),
        tr("Colours: dark, light or system (which is the usual)."), QStringLiteral("theme")};

    Parser()
    {
        parser.setApplicationDescription(tr("Watches the rate limits of bots that use Turnstile."));
        parser.addOptions({help, version, demo, text, screenshot, after, theme});
    }
};

QString readTheme(const QString &name, CommandLine::Theme *theme)
{
    if (name == u"dark")
        *theme = CommandLine::Theme::Dark;
    else if (name == u"light")
        *theme = CommandLine::Theme::Light;
    else if (name != u"system")
        return tr("--theme is dark, light or system, not \"%1\".").arg(name);
    return {};
}

QString readSeconds(const QString &text, std::optional<std::chrono::milliseconds> *after)
{
    bool ok = false;
    const double seconds = text.toDouble(&ok);
    if (!ok || !(seconds >= 0 && seconds <= 86400))
        return tr("--after is a number of seconds, not \"%1\".").arg(text);
    *after = std::chrono::milliseconds(qint64(seconds * 1000));
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
} // namespace

CommandLine CommandLine::parse(const QStringList &arguments)
{
    Parser p;
    CommandLine line;
    if (!p.parser.parse(arguments)) {
        line.error = p.parser.errorText();
        return line;
    }
    line.help = p.parser.isSet(p.help);
    line.version = p.parser.isSet(p.version);
    if (line.help || line.version)
        return line;
    line.demo = p.parser.isSet(p.demo);
    line.text = p.parser.isSet(p.text);
    line.screenshot = p.parser.value(p.screenshot);
    if (p.parser.isSet(p.theme))
        line.error = readTheme(p.parser.value(p.theme), &line.theme);
    if (line.error.isEmpty() && p.parser.isSet(p.after))
        line.error = readSeconds(p.parser.value(p.after), &line.after);
    if (!line.error.isEmpty())
        return line;

    const bool screenshot = p.parser.isSet(p.screenshot);
    if (const QStringList rest = p.parser.positionalArguments(); !rest.isEmpty())
        line.error = tr("\"%1\" is not understood.").arg(rest.first());
    else if (screenshot && line.screenshot.isEmpty())
        line.error = tr("--screenshot needs the name of a file.");
    else if (QString problem = screenshot ? checkPicture(line.screenshot) : QString();
             !problem.isEmpty())
        line.error = problem;
    else if (screenshot && line.text)
        line.error = tr("--screenshot needs a window, and --text has none.");
    else if (line.after && !screenshot && !line.text)
        line.error = tr("--after goes with --screenshot or --text.");
    else if (line.text && !line.demo)
        line.error = tr("--text needs something to watch: add --demo.");
    return line;
}

QString CommandLine::helpText()
{
    return Parser().parser.helpText();
}

} // namespace Turnstile::Monitor
