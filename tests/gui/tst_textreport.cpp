// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/TextReport.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The same figures for the terminal.
class TestTextReport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void putsFiguresInALine();
    void saysThatTheGlobalLimitIsLocked();
    void listsProcesses();
    void alignsTheTable();
    void listsWhatIsWanted();
    void keepsNamesFromTheTerminal();

private:
    TimePoint now{1000s};
    std::unique_ptr<Store> store;
};

void TestTextReport::init()
{
    now = TimePoint(1000s);
    store = std::make_unique<Store>([this] { return now; });
    UpdateBatch batch = Fake::sampleTraffic(now);
    batch.tickets.clear();
    batch.invalid = InvalidRequestsInfo{12, 10'000};
    store->apply(batch);
    store->makeFrame();
}

void TestTextReport::putsFiguresInALine()
{
    QCOMPARE(figuresLine(*store),
        QStringLiteral(
            "granted 0.0 /s · queued 30 (oldest 6.4 s) · in flight 12 · wait p50/p95 – · "
            "global limit 37/50 (frees in 0.4 s) · 429s in 10 min 1 (0 global, 1 user, 0 shared) "
            "· invalid requests 12 / 10\u00a0000"));
}

void TestTextReport::saysThatTheGlobalLimitIsLocked()
{
    UpdateBatch batch;
    batch.at = now;
    batch.global = GlobalLimitInfo{50, 3, {}, now + 940ms};
    store->apply(batch);
    store->makeFrame();
    QVERIFY(figuresLine(*store).contains(QStringLiteral("global limit locked (opens in 1.0 s)")));
    now += 940ms;
    store->makeFrame();
    QVERIFY(figuresLine(*store).contains(QStringLiteral("global limit 3/50")));
}

void TestTextReport::listsProcesses()
{
    QCOMPARE(processLines(*store), QStringList());
    UpdateBatch batch;
    batch.at = now;
    batch.shared = Fake::sampleShared(now);
    batch.shared->moreBuckets = 1200;
    batch.shared->processes[1].name = QStringLiteral("\033[2Jbot");
    store->apply(batch);
    QCOMPARE(processLines(*store),
        QStringList({QStringLiteral("Of 1\u00a0200 more buckets nothing is told."),
            QStringLiteral("process music-bot 318@web1 (this process): heard of now, leases: 1, "
                           "holds POST /channels/41771983423143937/messages (1), waits for POST "
                           "/channels/41771983423143937/messages"),
            QStringLiteral("process \ufffd[2Jbot 77@web1: heard of now, leases: 0, waits for the "
                           "global limit, POST /channels/41771983423143937/messages"),
            QStringLiteral("process music-bot 4121@web2: silent for 11 s, leases: 5, holds POST "
                           "/channels/41771983423143937/messages (3), channels/99 · beef (2)")}));
    batch.shared->at = now;
    batch.shared->processes.pop_back();
    batch.shared->buckets.clear();
    store->apply(batch);
    QCOMPARE(processLines(*store).value(3), QStringLiteral("process music-bot 4121@web2: gone"));
}

void TestTextReport::alignsTheTable()
{
    const QStringList lines = bucketTable(*store);
    QCOMPARE(lines.size(), 13);
    for (const QString &line : lines)
        QCOMPARE(line.size(), lines[0].size());
    for (int row = 0; row < store->bucketCount(); ++row) // nothing is left out
        QCOMPARE(lines.filter(store->bucketAt(row).bucket.name + u' ').size(), 1);
    const QStringList exhausted = lines.filter(QStringLiteral("exhausted"));
    QVERIFY(exhausted[0].startsWith(
        QStringLiteral("exhausted    POST /channels/41771983423143937/messages ")));
    QVERIFY(exhausted[0].contains(QStringLiteral(" 0/5 ")));
    QVERIFY(
        lines.filter(QStringLiteral("route limit")).value(0).contains(QStringLiteral(" 6:52 ")));
}

void TestTextReport::listsWhatIsWanted()
{
    const QStringList lines = bucketTable(*store,
        {.filter = Filter::parse(QStringLiteral("queued:>2")),
            .order = {RowOrder::Column::Queued, true}});
    QCOMPARE(lines.size(), 5);
    QVERIFY(lines.last().contains(QStringLiteral("/pins")));
}

void TestTextReport::keepsNamesFromTheTerminal()
{
    UpdateBatch batch;
    batch.at = batch.since = now;
    batch.buckets = {Fake::bucket(99, QStringLiteral("GET /\x1b[2J/漢字\n"))};
    store->apply(batch);
    store->makeFrame();
    const QString all = bucketTable(*store).join(u'|');
    QVERIFY(!all.contains(QChar(0x1b)) && !all.contains(u'\n'));
    QVERIFY(all.contains(QStringLiteral("GET /�[2J/漢字�")));
}

QTEST_GUILESS_MAIN(TestTextReport)
#include "tst_textreport.moc"
