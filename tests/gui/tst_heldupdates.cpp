// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/HeldUpdates.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;

class TestHeldUpdates : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsTheLatestWordOfABucket();
    void keepsTicketsInOrderAndBounded();
    void forgetsBeforeAnotherProcess();
    void keepsWhatHappenedBeforeAnotherProcess();
    void dropsBucketsThatCameAndWent();
    void isEmptyWhenTaken();
};

static const TimePoint start = TimePoint() + std::chrono::hours(1);

static UpdateBatch batchOf(const Bucket &bucket, int atMs)
{
    UpdateBatch batch;
    batch.since = start + milliseconds(atMs - 1);
    batch.at = start + milliseconds(atMs);
    batch.events = 1;
    batch.buckets.push_back(bucket);
    return batch;
}

void TestHeldUpdates::keepsTheLatestWordOfABucket()
{
    HeldUpdates held;
    Bucket bucket = Fake::bucket(1, QStringLiteral("GET /x"));
    bucket.queued = 1;
    held.add(batchOf(bucket, 10));
    held.add(batchOf(Fake::bucket(2, QStringLiteral("GET /y")), 20));
    bucket.queued = 5;
    UpdateBatch last = batchOf(bucket, 30);
    last.global = GlobalLimitInfo{50, 7, {}, {}};
    last.shared = Fake::sampleShared(start);
    held.add(last);
    const UpdateBatch all = held.take();
    QCOMPARE(all.buckets.size(), size_t(2));
    QCOMPARE(all.buckets[0].queued, 5);
    QCOMPARE(all.events, 3);
    QVERIFY(all.since == start + milliseconds(9));
    QVERIFY(all.at == start + milliseconds(30));
    QCOMPARE(all.global->used, 7);
    QVERIFY(all.shared == last.shared);
}

void TestHeldUpdates::keepsTicketsInOrderAndBounded()
{
    HeldUpdates held;
    constexpr int total = 600'000;
    for (int i = 0; i < total; i += 1000) {
        UpdateBatch batch;
        for (int k = 0; k < 1000; ++k)
            batch.tickets.push_back(
                Fake::grant(Fake::bucketId(1), start + milliseconds(i + k), milliseconds(0)));
        held.add(batch);
    }
    const UpdateBatch all = held.take();
    QVERIFY(all.tickets.size() >= HeldUpdates::mostTickets);
    QVERIFY(all.tickets.size() <= HeldUpdates::mostTickets * 5 / 4);
    QCOMPARE(all.dropped + all.tickets.size(), quint64(total));
    QVERIFY(all.tickets.back().at == start + milliseconds(total - 1));
    QVERIFY(std::is_sorted(all.tickets.begin(), all.tickets.end(),
        [](const TicketInfo &a, const TicketInfo &b) { return a.at < b.at; }));
}

void TestHeldUpdates::keepsWhatHappenedBeforeAnotherProcess()
{
    HeldUpdates held;
    UpdateBatch before = batchOf(Fake::bucket(1, QStringLiteral("GET /x")), 10);
    before.hits.emplace_back();
    before.dropped = 3;
    held.add(before);
    UpdateBatch other = batchOf(Fake::bucket(1, QStringLiteral("GET /y")), 20);
    other.reset = true;
    held.add(other);
    const UpdateBatch all = held.take();
    QVERIFY(all.reset);
    QCOMPARE(all.hits.size(), size_t(1));
    QCOMPARE(all.dropped, quint64(3));
    QCOMPARE(all.buckets.size(), size_t(1));
}

void TestHeldUpdates::dropsBucketsThatCameAndWent()
{
    HeldUpdates held;
    for (quint64 number = 1; number <= 3; ++number)
        held.add(batchOf(Fake::bucket(number, QStringLiteral("GET /x")), int(number)));
    UpdateBatch removal;
    removal.removed = {Fake::bucketId(1)};
    held.add(removal);
    held.add(batchOf(Fake::bucket(3, QStringLiteral("GET /renamed")), 9)); // where it is now
    const UpdateBatch all = held.take();
    QCOMPARE(all.buckets.size(), size_t(2));
    QCOMPARE(all.removed.size(), size_t(1));
    for (const Bucket &bucket : all.buckets) {
        const bool isThird = bucket.id == Fake::bucketId(3);
        QCOMPARE(bucket.name, isThird ? QStringLiteral("GET /renamed") : QStringLiteral("GET /x"));
    }
}

void TestHeldUpdates::forgetsBeforeAnotherProcess()
{
    HeldUpdates held;
    held.add(batchOf(Fake::bucket(1, QStringLiteral("GET /x")), 10));
    UpdateBatch other = batchOf(Fake::bucket(2, QStringLiteral("GET /y")), 20);
    other.reset = true;
    held.add(other);
    const UpdateBatch all = held.take();
    QVERIFY(all.reset);
    QCOMPARE(all.buckets.size(), size_t(1));
    QVERIFY(all.buckets[0].id == Fake::bucketId(2));
}

void TestHeldUpdates::isEmptyWhenTaken()
{
    HeldUpdates held;
    QVERIFY(held.isEmpty());
    held.add(batchOf(Fake::bucket(1, QStringLiteral("GET /x")), 10));
    QVERIFY(!held.isEmpty());
    held.take();
    QVERIFY(held.isEmpty());
    QVERIFY(held.take().buckets.empty());
}

QTEST_GUILESS_MAIN(TestHeldUpdates)
#include "tst_heldupdates.moc"
