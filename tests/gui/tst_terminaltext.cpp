// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalLine.h"
#include "monitor-app/views/TerminalText.h"

#include <QtTest/QtTest>

using namespace Turnstile::Monitor;

/// What reaches a terminal harms nobody and is as wide as it is said to be.
class TestTerminalText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void takesOutWhatTerminalsObey_data();
    void takesOutWhatTerminalsObey();
    void countsCells_data();
    void countsCells();
    void fitsIntoCells_data();
    void fitsIntoCells();
    void fillsLines();
};

void TestTerminalText::takesOutWhatTerminalsObey_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("printable");
    const auto row = [](const char *name, const QString &text, const char *printable) {
        QTest::newRow(name) << text << QString::fromUtf8(printable);
    };
    row("plain", QStringLiteral("GET /a b"), "GET /a b");
    row("escape", QStringLiteral("\x1b]0;owned\x07"), "�]0;owned�");
    row("lines", QStringLiteral("a\r\nb\tc"), "a��b�c");
    row("delete and C1", QStringLiteral("\u007f\u009b31m"), "��31m");
    row("direction", QStringLiteral("a\u202egnp\u202cb"), "a�gnp�b");
    row("separators", QStringLiteral("a\u2028b\u2029"), "a�b�");
    row("half a pair", QString(QChar(0xd83c)) + u'x', "�x");
    row("the other half", QStringLiteral("x") + QChar(0xdfb5), "x�");
    row("emoji", QStringLiteral("🎵"), "🎵");
    row("joined", QStringLiteral("👩\u200d🚀❤\ufe0f"), "👩🚀❤");
    row("tokens", QStringLiteral("••••…"), "••••…");
}

void TestTerminalText::takesOutWhatTerminalsObey()
{
    QFETCH(QString, text);
    QTEST(TerminalText::printable(text), "printable");
}

void TestTerminalText::countsCells_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("cells");
    QTest::newRow("latin") << QStringLiteral("größe") << 5;
    QTest::newRow("combining") << QStringLiteral("e\u0301a") << 2;
    QTest::newRow("cjk") << QStringLiteral("漢字カ한") << 8;
    QTest::newRow("half width") << QStringLiteral("ｶ") << 1;
    QTest::newRow("emoji") << QStringLiteral("🎵a😀") << 5;
    QTest::newRow("ours") << QStringLiteral("●…•–▼·�") << 7;
    QTest::newRow("end of a range") << QStringLiteral("\u115f\u1160") << 3;
}

void TestTerminalText::countsCells()
{
    QFETCH(QString, text);
    QTEST(TerminalText::cellsOf(text), "cells");
}

void TestTerminalText::fitsIntoCells_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("cells");
    QTest::addColumn<QString>("elided");
    QTest::addColumn<QString>("cut");
    const auto row = [](const char *text, int cells, const char *elided, const char *cut) {
        QTest::addRow("%s in %d", text, cells)
            << QString::fromUtf8(text) << cells << QString::fromUtf8(elided)
            << QString::fromUtf8(cut);
    };
    row("abcdef", 6, "abcdef", "abcdef");
    row("abcdef", 5, "ab…ef", "abcd…");
    row("abcdef", 2, "a…", "a…");
    row("abcdef", 1, "…", "…");
    row("abcdef", 0, "", "");
    row("漢字漢字", 5, "漢…字", "漢字…");
    row("漢字漢字", 4, "漢…", "漢…"); // no half of a character
    row("🎵🎵🎵", 4, "🎵…", "🎵…");
    row("aé́bcd", 3, "a…d", "aé́…");
}

void TestTerminalText::fitsIntoCells()
{
    QFETCH(QString, text);
    QFETCH(int, cells);
    QTEST(TerminalText::elided(text, cells), "elided");
    QTEST(TerminalText::cut(text, cells), "cut");
    const QString left = TerminalText::fitted(text, cells);
    const QString right = TerminalText::fitted(text, cells, true);
    QCOMPARE(TerminalText::cellsOf(left), cells);
    QCOMPARE(TerminalText::cellsOf(right), cells);
    QVERIFY(left.trimmed() == right.trimmed());
}

void TestTerminalText::fillsLines()
{
    TerminalLine line(QStringLiteral("a\x1b[2J"), {.bold = true});
    QCOMPARE(line.text(), QStringLiteral("a�[2J"));
    line.moveTo(8).add(QStringLiteral("漢"), TerminalStyle::Color::Red).moveTo(4, 1);
    QCOMPARE(line.text(), QStringLiteral("a�[2J   漢 "));
    line.select(20);
    QCOMPARE(line.cells(), 20);
    for (const TerminalLine::Piece &piece : line.pieces)
        QVERIFY(piece.style.reversed);
}

QTEST_GUILESS_MAIN(TestTerminalText)
#include "tst_terminaltext.moc"
