// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/CommandLine.h"

#include <QtTest/QtTest>

using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// What the program understands, and what it says when it does not.
class TestCommandLine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsOptions();
    void refusesNonsense_data();
    void refusesNonsense();
    void listsItsOptions();

private:
    static CommandLine parse(const QString &arguments)
    {
        return CommandLine::parse(QStringList(QStringLiteral("turnstile-monitor"))
            + arguments.split(u' ', Qt::SkipEmptyParts));
    }
};

void TestCommandLine::readsOptions()
{
    QCOMPARE(parse({}).error, QString());
    QVERIFY(parse({}).needsWindow());
    QVERIFY(!parse({}).demo);

    const CommandLine shot =
        parse(QStringLiteral("--demo --screenshot a.png --after 2.5 --theme dark"));
    QCOMPARE(shot.error, QString());
    QVERIFY(shot.demo && shot.needsWindow());
    QCOMPARE(shot.screenshot, QStringLiteral("a.png"));
    QCOMPARE(shot.after, std::optional<std::chrono::milliseconds>(2500ms));
    QCOMPARE(shot.theme, CommandLine::Theme::Dark);

    const CommandLine text = parse(QStringLiteral("--text --demo"));
    QCOMPARE(text.error, QString());
    QVERIFY(text.text && !text.needsWindow());
    QVERIFY(parse(QStringLiteral("--version")).version);
    QVERIFY(parse(QStringLiteral("--help --screenshot")).help
        || !parse(QStringLiteral("--help --screenshot")).error.isEmpty());
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
    row("--demo --screenshot", "Missing value after '--screenshot'.");
    row("--screenshot=", "--screenshot needs the name of a file.");
    row("--after 5 --demo", "--after goes with --screenshot or --text.");
    row("--screenshot a.png --after soon", "--after is a number of seconds, not \"soon\".");
    row("--screenshot a.png --after -1", "--after is a number of seconds, not \"-1\".");
    row("--screenshot a.png --after nan", "--after is a number of seconds, not \"nan\".");
    row("--screenshot /nonexist/x.png", "There is no folder /nonexist for the screenshot.");
    row("--screenshot a.xyz", "--screenshot writes .png and the like, not \"a.xyz\".");
    row("--screenshot picture", "--screenshot writes .png and the like, not \"picture\".");
    row("--theme pink", "--theme is dark, light or system, not \"pink\".");
    row("--text", "--text needs something to watch: add --demo.");
    row("--text --demo --screenshot a.png", "--screenshot needs a window, and --text has none.");
}

void TestCommandLine::refusesNonsense()
{
    QFETCH(QString, arguments);
    QTEST(parse(arguments).error, "error");
    QVERIFY(!parse(arguments).needsWindow());
}

void TestCommandLine::listsItsOptions()
{
    const QString help = CommandLine::helpText();
    for (const char *option : {"--help", "--version", "--demo", "--text", "--screenshot <file>",
             "--after <seconds>", "--theme <theme>"})
        QVERIFY2(help.contains(QString::fromLatin1(option)), option);
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
