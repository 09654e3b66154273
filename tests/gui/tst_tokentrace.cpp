// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/TokenTrace.h"

#include <QtTest/QtTest>

#include <algorithm>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// Buckets in, columns out.
class TestTokenTrace : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knowsNothingOfWhatItWasNotTold();
    void holdsAValueUntilTheNext();
    void keepsExtremesWithinAColumn();
    void fillsUpWhenTheWindowEnds();
    void keepsExtremesOverAnHour();
    void isBoundedOverAllBuckets();

private:
    static Bucket bucket(int remaining, quint64 number = 1)
    {
        Bucket bucket = Fake::bucket(number, QStringLiteral("GET /a"));
        bucket.limit = 5;
        bucket.remaining = remaining;
        bucket.resetAt = TimePoint(9'000'000s);
        return bucket;
    }
    static void apply(TokenTrace &trace, TimePoint at, std::vector<Bucket> buckets)
    {
        UpdateBatch batch;
        batch.at = batch.since = at;
        batch.buckets = std::move(buckets);
        trace.apply(batch);
    }
    static PlotColumns flat(std::initializer_list<int> values)
    {
        PlotColumns columns;
        for (int value : values)
            columns.push_back(
                value < 0 ? std::nullopt : std::optional(PlotRange{float(value), float(value)}));
        return columns;
    }
    const BucketId id = Fake::bucketId(1);
    const TimePoint start{1200s};
};

void TestTokenTrace::knowsNothingOfWhatItWasNotTold()
{
    TokenTrace trace;
    QCOMPARE(trace.values(id, start, start + 3s, 3), flat({-1, -1, -1}));
    Bucket unknown = bucket(3);
    unknown.limit.reset();
    apply(trace, start, {unknown});
    QCOMPARE(trace.size(), size_t(0));
    apply(trace, start + 1s, {bucket(3)});
    QCOMPARE(trace.values(id, start, start + 3s, 3), flat({-1, 3, 3}));
    QCOMPARE(trace.values(id, start, start, 3), flat({-1, -1, -1}));
    QVERIFY(trace.values(id, start, start + 3s, 0).empty());
}

void TestTokenTrace::holdsAValueUntilTheNext()
{
    TokenTrace trace;
    apply(trace, start, {bucket(5)});
    apply(trace, start + 1s, {bucket(5)}); // nothing new
    QCOMPARE(trace.size(), size_t(1));
    apply(trace, start + 2s, {bucket(2)});
    QCOMPARE(trace.values(id, start + 600ms, start + 3600ms, 2)[0], (PlotRange{2, 5}));
    QCOMPARE(trace.values(id, start + 5s, start + 7s, 2), flat({2, 2}));
    QCOMPARE(trace.values(Fake::bucketId(2), start, start + 1s, 1), flat({-1}));
}

void TestTokenTrace::keepsExtremesWithinAColumn()
{
    TokenTrace trace;
    apply(trace, start, {bucket(3)});
    apply(trace, start + 1100ms, {bucket(0)});
    apply(trace, start + 1200ms, {bucket(5)});
    apply(trace, start + 1300ms, {bucket(4)});
    const PlotColumns columns = trace.values(id, start, start + 3s, 3);
    QCOMPARE(columns[0], (PlotRange{3, 3}));
    QCOMPARE(columns[1], (PlotRange{0, 5}));
    QCOMPARE(columns[2], (PlotRange{4, 4}));
}

void TestTokenTrace::fillsUpWhenTheWindowEnds()
{
    TokenTrace trace;
    Bucket open = bucket(1);
    open.resetAt = start + 2s;
    open.inFlight = 1;
    apply(trace, start, {open});
    QCOMPARE(trace.values(id, start, start + 4s, 4), flat({0, 0, 4, 4}));
    apply(trace, start + 4s, {bucket(1)}); // told later: it was so meanwhile
    QCOMPARE(trace.values(id, start, start + 6s, 6), flat({0, 0, 4, 4, 1, 1}));

    TokenTrace early; // a word comes before the window ends
    apply(early, start, {open});
    apply(early, start + 1s, {bucket(2)});
    QCOMPARE(early.values(id, start, start + 4s, 4), flat({0, 2, 2, 2}));
}

void TestTokenTrace::keepsExtremesOverAnHour()
{
    TokenTrace trace;
    TimePoint at = start;
    int step = 0;
    for (; at < start + 3600s; at += 33ms)
        apply(trace, at, {bucket(++step % 1800 == 0 ? 0 : 2 + step % 3)}); // 0 once a minute
    QVERIFY(trace.size() <= TokenTrace::mostOfBucket);
    const PlotColumns hour = trace.values(id, start, start + 3600s, 300);
    QVERIFY(std::all_of(hour.begin() + 1, hour.end(), [](const auto &column) {
        return column && column->high == 4 && (column->low == 2 || column->low == 0);
    }));
    const auto lows = std::count_if(
        hour.begin(), hour.end(), [](const auto &column) { return column->low == 0; });
    QVERIFY2(lows >= 60 && lows <= 64, qPrintable(QString::number(lows)));
    const PlotColumns last = trace.values(id, at - 30s, at, 300);
    QVERIFY(std::all_of(last.begin(), last.end(),
        [](const auto &column) { return column && column->high > column->low; }));
}

void TestTokenTrace::isBoundedOverAllBuckets()
{
    TokenTrace trace;
    TimePoint at = start;
    for (quint64 first = 1; first <= 150'000; first += 1000) {
        for (int tokens : {1, 2, 3}) {
            std::vector<Bucket> buckets;
            for (quint64 number = first; number < first + 1000; ++number)
                buckets.push_back(bucket(tokens, number));
            apply(trace, at, std::move(buckets));
            at += 1ms;
        }
    }
    QVERIFY(trace.size() <= TokenTrace::most);
    QVERIFY(!trace.values(id, start, at, 1)[0]); // the one that changed least lately
    QVERIFY(trace.values(Fake::bucketId(150'000), start, at, 1)[0]);

    const size_t before = trace.size();
    UpdateBatch removal;
    removal.at = at;
    removal.removed = {Fake::bucketId(150'000), Fake::bucketId(1)};
    trace.apply(removal);
    QCOMPARE(trace.size(), before - 3);
    removal.reset = true;
    trace.apply(removal);
    QCOMPARE(trace.size(), size_t(0));
}

QTEST_GUILESS_MAIN(TestTokenTrace)
#include "tst_tokentrace.moc"
