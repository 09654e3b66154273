// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/CommandLine.h"
#include "monitor-app/CommandOptions.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <functional>

using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// What the program understands, and what it says when it does not.
class TestCommandLine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsOptions_data();
    void readsOptions();
    void testsEveryOption();
    void watchesOneThing();
    void readsTheToken();
    void marksTheWordThatIsWrong();
    void refusesNonsense_data();
    void refusesNonsense();
    void helpsInEightyColumns();

private:
    static CommandLine parse(const QString &arguments)
    {
        return CommandLine::parse(QStringList(QStringLiteral("turnstile-monitor"))
            + arguments.split(u' ', Qt::SkipEmptyParts));
    }
};

namespace {
using Check = std::function<bool(const CommandLine &)>;

/// What each option does; its name is the first word.
struct Case {
    const char *arguments;
    Check check;
};
const std::vector<Case> &cases()
{
    static const std::vector<Case> cases{
        {"--connect /run/bot.sock",
            [](const CommandLine &line) {
                return line.connect.path() == u"/run/bot.sock" && line.watchesSomething();
            }},
        {"--token-file /nonexist --connect bot:7070",
            [](const CommandLine &line) { return line.error.contains(u"/nonexist"); }},
        {"--open a.tsrec", [](const CommandLine &line) { return line.open == u"a.tsrec"; }},
        {"--demo",
            [](const CommandLine &line) { return line.demo && line.demoScenario.isEmpty(); }},
        {"--demo=flood",
            [](const CommandLine &line) { return line.demo && line.demoScenario == u"flood"; }},
        {"--text --demo", [](const CommandLine &line) { return line.text && !line.needsWindow(); }},
        {"--screenshot a.png", [](const CommandLine &line) { return line.screenshot == u"a.png"; }},
        {"--record b.tsrec --demo",
            [](const CommandLine &line) { return line.record == u"b.tsrec"; }},
        {"--record b.tsrec --text --connect bot:7070",
            [](const CommandLine &line) { return line.text && line.record == u"b.tsrec"; }},
        {"--stats", [](const CommandLine &line) { return line.stats; }},
        {"--filter method:GET",
            [](const CommandLine &line) { return line.filter.text() == u"method:GET"; }},
        {"--filter -state:idle", [](const CommandLine &line) { return !line.filter.isEmpty(); }},
        {"--filter --demo=x", // a value, whatever it looks like
            [](const CommandLine &line) { return line.filter.text() == u"--demo=x"; }},
        {"--sort queued --text --demo",
            [](const CommandLine &line) {
                return line.order.column == RowOrder::Column::Queued && !line.order.reversed;
            }},
        {"--sort -429 --text --demo",
            [](const CommandLine &line) {
                return line.order.column == RowOrder::Column::RateLimited && line.order.reversed;
            }},
        {"--theme dark",
            [](const CommandLine &line) { return line.theme == CommandLine::Theme::Dark; }},
        {"--theme system",
            [](const CommandLine &line) { return line.theme == CommandLine::Theme::System; }},
        {"--after 2.5", [](const CommandLine &line) { return line.after == 2500ms; }},
        {"--version", [](const CommandLine &line) { return line.version && !line.needsWindow(); }},
        {"--help", [](const CommandLine &line) { return line.help && !line.needsWindow(); }},
        {"-h", [](const CommandLine &line) { return line.help; }},
        {"-v", [](const CommandLine &line) { return line.version; }},
        {"",
            [](const CommandLine &line) { return line.needsWindow() && !line.watchesSomething(); }},
    };
    return cases;
}
} // namespace

void TestCommandLine::readsOptions_data()
{
    QTest::addColumn<int>("index");
    for (int i = 0; i < int(cases().size()); ++i)
        QTest::newRow(cases()[size_t(i)].arguments) << i;
}

void TestCommandLine::readsOptions()
{
    QFETCH(int, index);
    const Case &one = cases()[size_t(index)];
    const CommandLine line = parse(QString::fromUtf8(one.arguments));
    QVERIFY2(one.check(line), qPrintable(line.error));
    if (!QByteArray(one.arguments).contains("nonexist"))
        QCOMPARE(line.error, QString());
}

void TestCommandLine::testsEveryOption()
{
    QSet<QString> tested;
    for (const Case &one : cases()) {
        const QString first = QString::fromUtf8(one.arguments).section(u' ', 0, 0);
        tested += first.section(u'=', 0, 0);
    }
    static const QRegularExpression option(QStringLiteral("(?<=\\s)-{1,2}[a-z][a-z-]*"));
    int found = 0;
    for (auto match = option.globalMatch(commandHelp()); match.hasNext(); ++found) {
        const QString name = match.next().captured();
        QVERIFY2(tested.contains(name), qPrintable(name));
    }
    QVERIFY(found >= int(commandOptions().size()));
    for (const CommandOption &each : commandOptions())
        QVERIFY2(
            commandHelp().contains(QStringLiteral("--") + QLatin1String(each.name)), each.name);
}

void TestCommandLine::watchesOneThing()
{
    for (const char *two :
        {"--demo --open a", "--connect a:1 --open a", "--demo=quiet --connect a:1"})
        QCOMPARE(parse(QString::fromUtf8(two)).error,
            QStringLiteral("Only one of --connect, --open and --demo can be watched."));
}

void TestCommandLine::readsTheToken()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("token")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("secret\n");
    file.close();
    const QString arguments =
        QStringLiteral("--connect tls://bot:7070 --token-file ") + file.fileName();
    file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    CommandLine line = parse(arguments);
    QCOMPARE(line.token, QStringLiteral("secret"));
    QCOMPARE(line.warning + line.error, QString());
    file.setPermissions(file.permissions() | QFileDevice::ReadOther);
    line = parse(arguments);
    QCOMPARE(line.error, QString());
    QVERIFY(line.warning.startsWith(QStringLiteral("Others can read the token file ")));
}

void TestCommandLine::marksTheWordThatIsWrong()
{
    const CommandLine line = CommandLine::parse({QStringLiteral("turnstile-monitor"),
        QStringLiteral("--filter"), QStringLiteral("漢 queued:>x\x1b a")});
    const QStringList lines = line.error.split(u'\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY2(lines[0].startsWith(QStringLiteral("--filter: ")), qPrintable(line.error));
    QCOMPARE(lines[1], QStringLiteral("  漢 queued:>x� a"));
    QCOMPARE(lines[2], QStringLiteral("     ^^^^^^^^^^"));
}

void TestCommandLine::refusesNonsense_data()
{
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *arguments, const char *error) {
        QTest::newRow(arguments) << QString::fromUtf8(arguments) << QString::fromUtf8(error);
    };
    row("--frobnicate", "Unknown option 'frobnicate'.");
    row("music-bot", "\"music-bot\" is not understood.");
    row("--demo=flod", "--demo is one of mixed, quiet, flood, not \"flod\".");
    row("--demo=", "--demo is one of mixed, quiet, flood, not \"\".");
    row("--connect", "Missing value after '--connect'.");
    row("--connect bot",
        "--connect: \"bot\" is no path of a socket (it has no /), and no host:port.");
    row("--connect a:1 --connect b:1", "--connect can be given once.");
    row("--token-file t", "--token-file goes with --connect to a host and port.");
    row("--token-file t --connect /a", "--token-file goes with --connect to a host and port.");
    row("--open=", "--open needs the name of a file.");
    row("--record a", "--record goes with --connect or --demo.");
    row("--record a --open b", "--record goes with --connect or --demo.");
    row("--record= --demo", "--record needs the name of a file.");
    row("--screenshot=", "--screenshot needs the name of a file.");
    row("--after soon", "--after is a number of seconds, not \"soon\".");
    row("--after -1", "--after is a number of seconds, not \"-1\".");
    row("--after nan", "--after is a number of seconds, not \"nan\".");
    row("--screenshot /nonexist/x.png", "There is no folder /nonexist for the screenshot.");
    row("--screenshot a.xyz", "--screenshot writes .png and the like, not \"a.xyz\".");
    row("--theme pink", "--theme is dark, light or system, not \"pink\".");
    row("--sort colour --text --demo",
        "--sort is one of state, route, tokens, resets, queued, in-flight, granted, wait, 429, "
        "not \"colour\".");
    row("--sort state", "--sort goes with --text; in the window, click on a title.");
    row("--text", "--text needs something to watch: add --connect, --open or --demo.");
    row("--text --demo --screenshot a.png", "--screenshot needs a window, and --text has none.");
}

void TestCommandLine::refusesNonsense()
{
    QFETCH(QString, arguments);
    QTEST(parse(arguments).error, "error");
    QVERIFY(!parse(arguments).needsWindow());
}

void TestCommandLine::helpsInEightyColumns()
{
    for (const QString &line : commandHelp().split(u'\n'))
        QVERIFY2(line.size() <= 80 && !line.endsWith(u' '), qPrintable(line));
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
