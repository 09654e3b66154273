// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/TerminalView.h"
#include "monitor-app/views/TextReport.h"

#include <QtCore/QTemporaryFile>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The same figures for the terminal.
class TestTextReport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void putsFiguresInALine();
    void breaksFiguresIntoLines();
    void saysThatTheGlobalLimitIsLocked();
    void alignsTheTable();
    void keepsLongRoutesApart();
    void leavesNothingOutWithoutAWidth();
    void printsPlainLinesToAFile();
    void printsTheLastBlockOnce();

private:
    TimePoint now{1000s};
};

void TestTextReport::putsFiguresInALine()
{
    Store store([this] { return now; });
    UpdateBatch batch = Fake::sampleTraffic(now);
    batch.tickets.clear();
    store.apply(batch);
    store.makeFrame();
    QCOMPARE(figuresLine(store),
        QStringLiteral(
            "granted 0.0 /s · queued 30 (oldest 6.4 s) · in flight 12 · wait p50/p95 – · "
            "global limit 37/50 · 429s in 10 min: 0 global, 1 user, 0 shared"));
}

void TestTextReport::breaksFiguresIntoLines()
{
    Store store([this] { return now; });
    UpdateBatch batch = Fake::sampleTraffic(now);
    batch.tickets.clear();
    store.apply(batch);
    store.makeFrame();
    const QStringList lines = figuresLines(store, 80);
    QCOMPARE(lines.join(QStringLiteral(" · ")), figuresLine(store));
    QCOMPARE(lines.size(), 2);
    for (const QString &line : lines)
        QVERIFY(line.size() <= 80);
    QCOMPARE(figuresLines(store, 10).size(), 6); // too narrow: a figure is never broken
}

void TestTextReport::saysThatTheGlobalLimitIsLocked()
{
    Store store([this] { return now; });
    UpdateBatch batch;
    batch.at = now;
    batch.global = GlobalLimitInfo{50, 3, {}, now + 940ms};
    store.apply(batch);
    store.makeFrame();
    QVERIFY(figuresLine(store).contains(QStringLiteral("global limit locked, opens in 1.0 s")));
    now += 940ms;
    store.makeFrame();
    QVERIFY(figuresLine(store).contains(QStringLiteral("global limit 3/50")));
}

void TestTextReport::alignsTheTable()
{
    Store store([this] { return now; });
    store.apply(Fake::sampleTraffic(now));
    store.makeFrame();
    const QStringList lines = bucketTable(store, 120);
    QCOMPARE(lines.size(), 13);
    for (const QString &line : lines)
        QCOMPARE(line.size(), 120);
    QVERIFY(lines[1].startsWith(
        QStringLiteral("exhausted   POST /channels/41771983423143937/messages ")));
    QVERIFY(lines[1].contains(QStringLiteral(" 0/5 ")));
    QVERIFY(lines[2].contains(QStringLiteral(" 6:52 ")));
}

void TestTextReport::keepsLongRoutesApart()
{
    Store store([this] { return now; });
    store.apply(Fake::sampleTraffic(now));
    store.makeFrame();
    const QStringList lines = bucketTable(store, 80);
    QVERIFY(lines[1].contains(QStringLiteral(" POST /channe…37/messages ")));
    QVERIFY(lines[2].contains(QStringLiteral(" PATCH /chann…83423143937 ")));
    for (const QString &line : lines)
        QCOMPARE(line.size(), lines[0].size());
}

void TestTextReport::leavesNothingOutWithoutAWidth()
{
    Store store([this] { return now; });
    store.apply(Fake::sampleTraffic(now));
    store.makeFrame();
    const QStringList lines = bucketTable(store);
    for (int row = 0; row < store.bucketCount(); ++row) {
        QVERIFY(lines[row + 1].contains(store.bucketAt(row).bucket.name + QLatin1Char(' ')));
        QCOMPARE(lines[row + 1].size(), lines[0].size());
    }
}

void TestTextReport::printsPlainLinesToAFile()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    std::FILE *output = std::fopen(qPrintable(file.fileName()), "w");
    QVERIFY(output);
    {
        TerminalView view(output);
        QCOMPARE(view.watch(new Fake::Source), QString());
    }
    std::fclose(output);
    const QString text = QString::fromUtf8(file.readAll());
    QVERIFY(text.startsWith(QStringLiteral("music-bot · pid 4121, after 0 s\ngranted ")));
    QVERIFY(text.contains(QStringLiteral("\nexhausted ")));
    QVERIFY(!text.contains(QChar(0x1b)));
}

void TestTextReport::printsTheLastBlockOnce()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    std::FILE *output = std::fopen(qPrintable(file.fileName()), "w");
    QVERIFY(output);
    {
        TerminalView view(output);
        QCOMPARE(view.watch(new Fake::Source), QString());
        QTRY_VERIFY(QFileInfo(file.fileName()).size() > 0); // the timer's
    }
    std::fclose(output);
    QCOMPARE(QString::fromUtf8(file.readAll()).count(QStringLiteral("music-bot")), 1);
}

QTEST_GUILESS_MAIN(TestTextReport)
#include "tst_textreport.moc"
