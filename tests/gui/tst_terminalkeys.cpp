// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalKeys.h"

#include <QtCore/QRandomGenerator>
#include <QtTest/QtTest>

using namespace Turnstile::Monitor;
using Code = TerminalKey::Code;

namespace {
TerminalKey typed(char32_t character)
{
    return {Code::Character, character};
}
} // namespace

class TestTerminalKeys : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsKeys_data();
    void readsKeys();
    void waitsForTheRest();
    void knowsALoneEscape();
    void survivesNoise();
};

using Keys = std::vector<TerminalKey>;
Q_DECLARE_METATYPE(Keys)

void TestTerminalKeys::readsKeys_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<Keys>("keys");
    const auto row = [](const char *name, const char *bytes, const Keys &keys) {
        QTest::newRow(name) << QByteArray(bytes) << keys;
    };
    row("letters", "q/", {typed(U'q'), typed(U'/')});
    row("unicode", "ö漢🎵", {typed(U'ö'), typed(U'漢'), typed(U'🎵')});
    row("arrows", "\x1b[A\x1b[B\x1bOC\x1b[D",
        {{Code::Up}, {Code::Down}, {Code::Right}, {Code::Left}});
    row("with modifiers", "\x1b[1;5A", {{Code::Up}});
    row("pages", "\x1b[5~\x1b[6~", {{Code::PageUp}, {Code::PageDown}});
    row("ends", "\x1b[H\x1bOF\x1b[1~\x1b[8~",
        {{Code::Home}, {Code::End}, {Code::Home}, {Code::End}});
    row("enter", "\r\n\x1bOM", {{Code::Enter}, {Code::Enter}, {Code::Enter}});
    row("editing", "\x7f\b\x15\x17\x0c",
        {{Code::Backspace}, {Code::Backspace}, {Code::EraseAll}, {Code::EraseWord},
            {Code::Redraw}});
    row("unknown", "\x1b[15~\x1b[200~\x02x", {typed(U'x')});
    row("escape and a letter", "\x1bq", {{Code::Escape}, typed(U'q')});
    row("no UTF-8", "\xff\xc3x\x80\xed\xa0\x80y", {typed(U'x'), typed(U'y')});
}

void TestTerminalKeys::readsKeys()
{
    QFETCH(QByteArray, bytes);
    TerminalKeys whole;
    QTEST(whole.feed(bytes), "keys");
    QVERIFY(!whole.isWaiting());
    TerminalKeys single; // as it may come over a slow line
    Keys keys;
    for (char byte : bytes) {
        for (const TerminalKey &key : single.feed(QByteArray(1, byte)))
            keys.push_back(key);
    }
    QTEST(keys, "keys");
}

void TestTerminalKeys::waitsForTheRest()
{
    TerminalKeys keys;
    QVERIFY(keys.feed("\x1b[").empty());
    QVERIFY(keys.isWaiting());
    QCOMPARE(keys.feed("A"), Keys{{Code::Up}});
}

void TestTerminalKeys::knowsALoneEscape()
{
    TerminalKeys keys;
    QVERIFY(keys.feed("\x1b").empty());
    QCOMPARE(keys.flush(), Keys{{Code::Escape}});
    QVERIFY(!keys.isWaiting());
    QVERIFY(keys.feed("\x1b[1").empty());
    QVERIFY(keys.flush().empty()); // the rest never came
}

void TestTerminalKeys::survivesNoise()
{
    QRandomGenerator random(11);
    TerminalKeys keys;
    for (int round = 0; round < 2000; ++round) {
        QByteArray bytes(random.bounded(80), Qt::Uninitialized);
        for (char &byte : bytes)
            byte =
                random.bounded(4) == 0 ? "\x1b[;~"[random.bounded(4)] : char(random.bounded(256));
        QVERIFY(qsizetype(keys.feed(bytes).size()) <= bytes.size() + TerminalKeys::longestSequence);
    }
    keys.flush();
    QCOMPARE(keys.feed("q"), Keys{typed(U'q')});
}

QTEST_GUILESS_MAIN(TestTerminalKeys)
#include "tst_terminalkeys.moc"
