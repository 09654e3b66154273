// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeTerminal.h"
#include "monitor-app/views/TerminalScreen.h"

#include <QtCore/QRandomGenerator>
#include <QtTest/QtTest>

using namespace Turnstile::Monitor;

/// Only what changed is sent, and the terminal shows all of it.
class TestTerminalScreen : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sendsWhatHasChanged();
    void jumpsOverWhatHasNot();
    void erasesTheEndsOfLines();
    void cutsWhatIsTooLong();
    void leavesColorsOut();
    void startsAnewForAnotherSize();
    void showsWhateverComes();

private:
    using Lines = std::vector<TerminalLine>;
    const QSize size{20, 3};
};

void TestTerminalScreen::sendsWhatHasChanged()
{
    TerminalScreen screen;
    const Lines lines{
        TerminalLine(QStringLiteral("one")), TerminalLine(QStringLiteral("in 3.2 s"))};
    QCOMPARE(screen.update(lines, size), QByteArray("\x1b[m\x1b[2J\x1b[1;1Hone\x1b[2;1Hin 3.2 s"));
    QCOMPARE(screen.update(lines, size), QByteArray());
    const Lines later{lines[0], TerminalLine(QStringLiteral("in 3.1 s"))};
    QCOMPARE(screen.update(later, size), QByteArray("\x1b[2;6H1"));
}

void TestTerminalScreen::jumpsOverWhatHasNot()
{
    TerminalScreen screen;
    screen.update({TerminalLine(QStringLiteral("1 ab 2 abcdefgh 3"))}, size);
    QCOMPARE(screen.update({TerminalLine(QStringLiteral("4 ab 5 abcdefgh 6"))}, size),
        QByteArray("\x1b[1;1H4 ab 5\x1b[1;17H6"));
}

void TestTerminalScreen::erasesTheEndsOfLines()
{
    TerminalScreen screen;
    screen.update(
        {TerminalLine(QStringLiteral("abcdef")), TerminalLine(QStringLiteral("x"))}, size);
    QCOMPARE(screen.update({TerminalLine(QStringLiteral("abx"))}, size),
        QByteArray("\x1b[1;3Hx\x1b[K\x1b[2;1H "));
}

void TestTerminalScreen::cutsWhatIsTooLong()
{
    TerminalScreen screen;
    FakeTerminal terminal({5, 1});
    terminal.feed(screen.update(
        {TerminalLine(QStringLiteral("abcd漢字")), TerminalLine(QStringLiteral("no row"))},
        {5, 1}));
    QCOMPARE(terminal.row(0), QStringLiteral("abcd")); // half of a character is none
    QCOMPARE(terminal.beyond, 0);
}

void TestTerminalScreen::leavesColorsOut()
{
    const Lines lines{TerminalLine(QStringLiteral("a"),
        {.color = TerminalStyle::Color::Red, .bold = true, .underlined = true, .reversed = true})};
    TerminalScreen screen;
    QVERIFY(screen.update(lines, size).contains("\x1b[0;1;4;7;31ma\x1b[m"));
    screen.setColored(false);
    QVERIFY(screen.update(lines, size).contains("\x1b[0;1;4;7ma\x1b[m"));
}

void TestTerminalScreen::startsAnewForAnotherSize()
{
    TerminalScreen screen;
    const Lines lines{TerminalLine(QStringLiteral("one"))};
    screen.update(lines, size);
    QCOMPARE(screen.update(lines, {10, 3}), QByteArray("\x1b[m\x1b[2J\x1b[1;1Hone"));
    screen.forget();
    QCOMPARE(screen.update(lines, {10, 3}), QByteArray("\x1b[m\x1b[2J\x1b[1;1Hone"));
}

void TestTerminalScreen::showsWhateverComes()
{
    QRandomGenerator random(7);
    TerminalScreen screen;
    FakeTerminal terminal(size);
    const QStringList pieces{QStringLiteral("ab"), QStringLiteral("漢"), QStringLiteral("e\u0301"),
        QStringLiteral("   "), QStringLiteral("🎵"), QStringLiteral("\x1b[H"), QStringLiteral("7")};
    for (int round = 0; round < 2000; ++round) {
        Lines lines;
        FakeTerminal wanted(size);
        for (int y = 0; y < size.height(); ++y) {
            TerminalLine line;
            const int count = random.bounded(12);
            for (int i = 0; i < count; ++i)
                line.add(pieces.at(random.bounded(pieces.size())),
                    TerminalStyle::Color(random.bounded(3)));
            lines.push_back(line);
        }
        terminal.feed(screen.update(lines, size));
        TerminalScreen fresh;
        wanted.feed(fresh.update(lines, size));
        QCOMPARE(terminal.text(), wanted.text());
    }
    QCOMPARE(terminal.strange, 0);
    QCOMPARE(terminal.beyond, 0);
}

QTEST_GUILESS_MAIN(TestTerminalScreen)
#include "tst_terminalscreen.moc"
