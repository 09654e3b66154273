// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Figures.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The strip's numbers on virtual time.
class TestFigures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void averagesOverFiveSeconds();
    void startsWithTheTimeThereWas();
    void computesPercentiles_data();
    void computesPercentiles();
    void forgetsOldWaits();
    void showsAGap();
    void keepsTheNewestWaits();
    void countsTheFirstGrantOfATicketAsItsWait();
    void tellsTheOldestAge();
    void sorts429sByScope_data();
    void sorts429sByScope();
    void forgets429sAfterTenMinutes();
    void keepsInvalidRequests();
    void saysWhenTheNextChangeIs();

private:
    static UpdateBatch batch(TimePoint at)
    {
        UpdateBatch made;
        made.at = made.since = at;
        return made;
    }
    static UpdateBatch grants(TimePoint at, int count, milliseconds wait = 0ms)
    {
        UpdateBatch made = batch(at);
        for (int i = 0; i < count; ++i)
            made.tickets.push_back(Fake::grant(Fake::bucketId(1), at, wait));
        made.events = count;
        return made;
    }
    const TimePoint start{1000s};
};

void TestFigures::averagesOverFiveSeconds()
{
    Figures figures;
    for (milliseconds at = 0ms; at < 10s; at += 100ms)
        figures.apply(grants(start + at, 4));
    QCOMPARE(figures.grantedPerSecond(start + 10s), 40.0);
    QCOMPARE(figures.eventsPerSecond(start + 10s), 40.0);
    QCOMPARE(figures.grantedPerSecond(start + 12500ms), 20.0);
    QCOMPARE(figures.grantedPerSecond(start + 15s), 0.0);
}

void TestFigures::startsWithTheTimeThereWas()
{
    Figures figures;
    QCOMPARE(figures.grantedPerSecond(start), 0.0);
    figures.apply(grants(start, 10));
    figures.apply(grants(start + 500ms, 10));
    QCOMPARE(figures.grantedPerSecond(start + 1s), 20.0);
}

void TestFigures::computesPercentiles_data()
{
    QTest::addColumn<QList<int>>("waits");
    QTest::addColumn<int>("p50");
    QTest::addColumn<int>("p95");
    QTest::newRow("one") << QList<int>{7} << 7 << 7;
    QTest::newRow("two") << QList<int>{1, 9} << 1 << 9;
    QTest::newRow("unordered") << QList<int>{50, 10, 40, 20, 30} << 30 << 50;
    QList<int> hundred;
    for (int i = 100; i > 0; --i)
        hundred += i;
    QTest::newRow("a hundred") << hundred << 50 << 95;
}

void TestFigures::computesPercentiles()
{
    QFETCH(QList<int>, waits);
    Figures figures;
    for (int wait : waits)
        figures.apply(grants(start, 1, milliseconds(wait)));
    QTEST(int(figures.waitP50(start)->count()), "p50");
    QTEST(int(figures.waitP95(start)->count()), "p95");
}

void TestFigures::forgetsOldWaits()
{
    Figures figures;
    figures.apply(grants(start, 1, 900ms));
    figures.apply(grants(start + 20s, 1, 10ms));
    QCOMPARE(figures.waitP95(start + 30s), std::optional(900ms));
    QCOMPARE(figures.waitP95(start + 31s), std::optional(10ms));
    QCOMPARE(figures.waitP95(start + 51s), std::nullopt);
}

void TestFigures::keepsTheNewestWaits()
{
    WaitWindow window(3);
    for (int wait : {1, 2, 3, 4, 5})
        window.add(start, milliseconds(wait));
    QCOMPARE(window.percentile(0, start), std::optional(3ms));
    QCOMPARE(window.percentile(1, start), std::optional(5ms));
}

void TestFigures::countsTheFirstGrantOfATicketAsItsWait()
{
    Figures figures;
    UpdateBatch again = grants(start, 1, 5000ms);
    again.tickets[0].attempt = 2;
    figures.apply(grants(start, 1, 100ms));
    figures.apply(again);
    QCOMPARE(figures.waitP95(start), std::optional(100ms));
    QCOMPARE(figures.grantedPerSecond(start + 500ms), 4.0);
}

void TestFigures::tellsTheOldestAge()
{
    Figures figures;
    QCOMPARE(figures.oldestAge(start), std::nullopt);
    figures.setLoad({3, 2, start}, start + 1s);
    QCOMPARE(figures.queued(), 3);
    QCOMPARE(figures.inFlight(), 2);
    QCOMPARE(figures.oldestAge(start + 6400ms), std::optional(6400ms));
}

void TestFigures::showsAGap()
{
    Figures figures;
    figures.setLoad({7, 2, {}}, start);
    figures.noteGap(start + 2s);
    figures.setLoad({7, 2, {}}, start + 5s);
    const auto values =
        figures.queuedHistory().values(start + 6s, TimeRange::Seconds30); // slots of 500 ms
    const auto end = values.end();
    QCOMPARE(*(end - 1), 7.0F);
    QCOMPARE(*(end - 4), 0.0F);
    QCOMPARE(*(end - 8), 0.0F);
    QCOMPARE(*(end - 10), 7.0F);
}

void TestFigures::sorts429sByScope_data()
{
    QTest::addColumn<LimitKind>("kind");
    QTest::addColumn<QList<int>>("counts");
    QTest::newRow("bucket") << LimitKind::Bucket << QList<int>{0, 1, 0};
    QTest::newRow("sublimit") << LimitKind::Sublimit << QList<int>{0, 1, 0};
    QTest::newRow("shared") << LimitKind::Shared << QList<int>{0, 0, 1};
    QTest::newRow("global") << LimitKind::Global << QList<int>{1, 0, 0};
    QTest::newRow("cloudflare") << LimitKind::Cloudflare << QList<int>{1, 0, 0};
}

void TestFigures::sorts429sByScope()
{
    QFETCH(LimitKind, kind);
    Figures figures;
    UpdateBatch hit = batch(start);
    hit.hits.push_back({start, {}});
    hit.hits[0].hit.kind = kind;
    figures.apply(hit);
    const Figures::RateLimited counts = figures.rateLimited(start);
    QTEST(QList<int>({counts.global, counts.user, counts.shared}), "counts");
    QCOMPARE(counts.total(), 1);
}

void TestFigures::forgets429sAfterTenMinutes()
{
    Figures figures;
    UpdateBatch hit = batch(start);
    hit.hits.push_back({start, {}});
    figures.apply(hit);
    QCOMPARE(figures.rateLimited(start + 589s).total(), 1);
    QCOMPARE(figures.rateLimited(start + 600s).total(), 0);
}

void TestFigures::keepsInvalidRequests()
{
    Figures figures;
    QCOMPARE(figures.invalid().limit, 0);
    UpdateBatch some = batch(start);
    some.invalid = InvalidRequestsInfo{12, 10'000};
    figures.apply(some);
    figures.apply(batch(start + 1s)); // as before
    QCOMPARE(figures.invalid(), *some.invalid);
}

void TestFigures::saysWhenTheNextChangeIs()
{
    Figures figures;
    QCOMPARE(figures.nextChange(start), std::nullopt);
    UpdateBatch grant = grants(start, 1);
    grant.hits.push_back({start, {}});
    figures.apply(grant);
    QCOMPARE(figures.nextChange(start + 29s), std::optional(500ms));
    QCOMPARE(figures.nextChange(start + 31s), std::optional(5000ms));
    QCOMPARE(figures.nextChange(start + 306s), std::optional(10'000ms)); // the 429
    QCOMPARE(figures.nextChange(start + 20min), std::optional(60'000ms));
    QCOMPARE(figures.nextChange(start + 62min), std::nullopt);
}

QTEST_GUILESS_MAIN(TestFigures)
#include "tst_figures.moc"
