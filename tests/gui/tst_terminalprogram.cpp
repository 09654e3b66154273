// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include <QtCore/QtGlobal>
#include <QtTest/QtTest>

#ifdef Q_OS_UNIX
#include "PseudoTerminal.h"

#include <QtCore/QTemporaryDir>

/// The program in a terminal, as people see it.
class TestTerminalProgram : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("TERM", "xterm-256color"); }

    void showsATable();
    void followsTheSize();
    void restoresTheTerminal_data();
    void restoresTheTerminal();
    void goesOnAfterAStop();
    void showsNoColorsWhereUnwanted();
    void printsLinesForDumbTerminals();
    void endsQuietlyWithItsReader();
    void recordsAndReplays();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();

private:
    static QString path() { return QStringLiteral(TURNSTILE_MONITOR); }
    static QStringList quiet(const QStringList &more = {})
    {
        return QStringList{QStringLiteral("--text"), QStringLiteral("--demo=quiet")} + more;
    }
    static bool isStopped(qint64 pid)
    {
        QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
        return file.open(QIODevice::ReadOnly) && file.readAll().contains(") T ");
    }
    const QSize size{80, 24};
    const QString title = QStringLiteral("State▼"); // of the table
};

void TestTerminalProgram::showsATable()
{
    PseudoTerminal terminal(size);
    terminal.start(path(), quiet({QStringLiteral("--stats")}));
    QTRY_VERIFY(terminal.shows(QStringLiteral("GET /users/@me/guilds")));
    QVERIFY(terminal.shows(title));
    QVERIFY(terminal.isRaw());
    QVERIFY(terminal.screen.isAlternate && !terminal.screen.hasCursor && !terminal.screen.wraps);
    QVERIFY(terminal.screen.row(23).endsWith(QStringLiteral("q quit")));

    terminal.type("?");
    QTRY_VERIFY(terminal.shows(QStringLiteral("PgUp PgDn")));
    terminal.type("\x1b");
    QTRY_VERIFY(!terminal.shows(QStringLiteral("PgUp PgDn")));
    terminal.type("\r");
    QTRY_VERIFY(terminal.shows(QStringLiteral("next grant")));
    terminal.type("\x1b");
    terminal.type("/nowhere\r");
    QTRY_VERIFY(terminal.shows(QStringLiteral("No bucket matches the filter.")));
    terminal.type(" ");
    QTRY_VERIFY(terminal.shows(QStringLiteral(" frozen ")));
    QCOMPARE(terminal.screen.strange, 0);
    QCOMPARE(terminal.screen.beyond, 0);

    terminal.type("q");
    QVERIFY(terminal.program.waitForFinished());
    QCOMPARE(terminal.program.exitCode(), 0);
    QVERIFY(terminal.isRestored());
    QVERIFY(terminal.shows(QStringLiteral("longest stall"))); // not on the alternate screen
}

void TestTerminalProgram::followsTheSize()
{
    PseudoTerminal terminal(size);
    terminal.start(path(), quiet());
    QTRY_VERIFY(terminal.shows(title));
    for (const QSize next : {QSize(40, 10), QSize(1, 1), QSize(130, 30)}) {
        terminal.resize(next);
        const QString wanted = next.width() > 1 ? title : QStringLiteral("I"); // of "In this ..."
        QTRY_VERIFY(terminal.shows(wanted));
    }
    QCOMPARE(terminal.screen.beyond, 0);
}

void TestTerminalProgram::restoresTheTerminal_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("code"); // as shells have it; -1: it crashed
    QTest::newRow("TERM") << SIGTERM << 128 + SIGTERM;
    QTest::newRow("HUP") << SIGHUP << 128 + SIGHUP;
    QTest::newRow("Ctrl-C") << 0 << 128 + SIGINT;
    QTest::newRow("ABRT") << SIGABRT << -1;
    QTest::newRow("SEGV") << SIGSEGV << -1;
}

void TestTerminalProgram::restoresTheTerminal()
{
    QFETCH(int, signal);
    QFETCH(int, code);
    PseudoTerminal terminal(size);
    terminal.start(path(), quiet());
    QTRY_VERIFY(terminal.shows(title));
    QVERIFY(terminal.isRaw());
    if (signal == 0)
        terminal.type("\x03");
    else
        kill(pid_t(terminal.program.processId()), signal);
    QVERIFY(terminal.program.waitForFinished());
    QVERIFY(terminal.isRestored());
    if (code > 0) {
        QCOMPARE(terminal.program.exitStatus(), QProcess::NormalExit);
        QCOMPARE(terminal.program.exitCode(), code);
    } else {
        QVERIFY(terminal.program.exitCode() != 0); // sanitizers have handlers of their own
    }
}

void TestTerminalProgram::goesOnAfterAStop()
{
    PseudoTerminal terminal(size);
    terminal.start(path(), quiet());
    QTRY_VERIFY(terminal.shows(title));
    const qint64 pid = terminal.program.processId();
    if (!QFileInfo::exists(QStringLiteral("/proc/%1/stat").arg(pid)))
        QSKIP("There is no /proc.");
    terminal.type("\x1a");
    QTRY_VERIFY(isStopped(pid));
    QVERIFY(terminal.isRestored());
    terminal.screen.resize(size); // somebody else has cleared it
    kill(pid_t(pid), SIGCONT);
    QTRY_VERIFY(terminal.shows(title));
    QVERIFY(terminal.isRaw() && terminal.screen.isAlternate);
    terminal.type("q");
    QVERIFY(terminal.program.waitForFinished());
    QCOMPARE(terminal.program.exitCode(), 0);
    QVERIFY(terminal.isRestored());
}

void TestTerminalProgram::showsNoColorsWhereUnwanted()
{
    PseudoTerminal terminal(size);
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("NO_COLOR"), QStringLiteral("1"));
    terminal.program.setProcessEnvironment(environment);
    terminal.start(path(), quiet());
    QTRY_VERIFY(terminal.shows(QStringLiteral("GET /users/@me/guilds")));
    const auto colored = [&terminal] {
        return terminal.screen.styles.filter(QRegularExpression(QStringLiteral(";[39]\\d"))).size();
    };
    QCOMPARE(colored(), 0);
    terminal.type("c");
    QTRY_VERIFY((terminal.read(), colored() > 0));
}

void TestTerminalProgram::printsLinesForDumbTerminals()
{
    PseudoTerminal terminal({150, 24});
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("TERM"), QStringLiteral("dumb"));
    terminal.program.setProcessEnvironment(environment);
    terminal.start(path(), quiet());
    QTRY_VERIFY(terminal.shows(QStringLiteral("granted ")));
    QVERIFY(!terminal.isRaw());
    QVERIFY(terminal.screen.styles.isEmpty() && !terminal.screen.isAlternate);
    terminal.type("\x03");
    QVERIFY(terminal.program.waitForFinished());
    QCOMPARE(terminal.program.exitCode(), 128 + SIGINT);
}

void TestTerminalProgram::endsQuietlyWithItsReader()
{
    QProcess shell;
    shell.start(QStringLiteral("/bin/sh"),
        {QStringLiteral("-c"),
            QStringLiteral("{ \"$0\" --text --demo=quiet; echo $? >&2; } | head -n 1"), path()});
    QVERIFY(shell.waitForFinished());
    QCOMPARE(shell.readAllStandardError(), QByteArray("0\n"));
    QCOMPARE(shell.readAllStandardOutput().count('\n'), 1);
}

void TestTerminalProgram::recordsAndReplays()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("a.tsrec"));
    QProcess program;
    program.start(path(),
        quiet(
            {QStringLiteral("--record"), file, QStringLiteral("--after"), QStringLiteral("0.4")}));
    QVERIFY(program.waitForFinished());
    QCOMPARE(program.exitCode(), 0);

    program.start(path(), {QStringLiteral("--text"), QStringLiteral("--open"), file});
    QVERIFY(program.waitForFinished()); // by itself, at its end
    QCOMPARE(program.exitCode(), 0);
    QVERIFY(program.readAllStandardOutput().contains("POST /interactions/"));

    program.start(path(), quiet({QStringLiteral("--record"), file}));
    QVERIFY(program.waitForFinished());
    QCOMPARE(program.exitCode(), 1);
    QVERIFY(program.readAllStandardError().contains(" exists already."));
}

void TestTerminalProgram::saysWhatIsWrong_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("error");
    QTest::newRow("nonsense") << QStringList{QStringLiteral("--frobnicate")} << 2
                              << QByteArray("Unknown option 'frobnicate'.\n");
    QTest::newRow("no recording") << QStringList{QStringLiteral("--text"),
        QStringLiteral("--open=/nonexist")}
                                  << 1 << QByteArray("nonexist: No such file or directory\n");
}

void TestTerminalProgram::saysWhatIsWrong()
{
    QFETCH(QStringList, arguments);
    QProcess program;
    program.start(path(), arguments);
    QVERIFY(program.waitForFinished());
    QTEST(program.exitCode(), "code");
    QTEST(program.readAllStandardError(), "error");
}

QTEST_GUILESS_MAIN(TestTerminalProgram)
#else
QTEST_APPLESS_MAIN(QObject) // there are no such terminals
#endif
#include "tst_terminalprogram.moc"
