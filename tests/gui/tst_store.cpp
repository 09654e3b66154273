// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Store.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// Batches in, ranges out, once per frame; on virtual time but for the frame timer itself.
class TestStore : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void tellsNothingBeforeAFrame();
    void addsRowsAtOnce();
    void mergesChangesToRanges();
    void removesRowsAndFindsTheRest();
    void removesManyAtOnce();
    void showsFiguresWhileTimeStands();
    void survivesBucketsThatCameAndWent();
    void sumsTheLoad();
    void findsRowsByBucket();
    void looksAtAllWaitsInAFewFrames();
    void replacesEverythingOfAnotherProcess();
    void forgetsTheFutureWhenTimeGoesBack();
    void keepsHistoryOverASnapshot();
    void standsStillWhileFrozen();
    void measuresTheLag();
    void countsDownFromTheFrame();
    void knowsThatRedisIsAway();
    void knowsWhatOthersHold();
    void measuresWaitsByTheirLongestStretch();
    void gathersForTheNextFrame();
    void makesNoFramesWhenNothingMoves();
    void makesFramesWhileAWindowIsOpen();
    void keepsNoMoreThanThereIsWhileNobodyWatches();
    void forgetsTheLagOfTimesWhenNobodyWatched();
    void showsInteractionsAsOneRow();

private:
    UpdateBatch batch(std::vector<Bucket> buckets) const
    {
        UpdateBatch made;
        made.at = made.since = now;
        made.events = int(buckets.size());
        made.buckets = std::move(buckets);
        return made;
    }
    std::vector<Bucket> numbered(quint64 first, quint64 last) const
    {
        std::vector<Bucket> buckets;
        for (quint64 number = first; number <= last; ++number)
            buckets.push_back(Fake::bucket(number, QStringLiteral("GET /channels/%1").arg(number)));
        return buckets;
    }
    std::unique_ptr<Store> makeStore()
    {
        return std::make_unique<Store>([this] { return now; });
    }
    TimePoint now;
};

void TestStore::init()
{
    now = TimePoint(1000s);
}

void TestStore::tellsNothingBeforeAFrame()
{
    const auto store = makeStore();
    QSignalSpy added(store.get(), &Store::bucketsAdded);
    store->apply(batch(numbered(1, 3)));
    QCOMPARE(store->bucketCount(), 0);
    QCOMPARE(added.count(), 0);
    QVERIFY(!store->isFramePending()); // nobody watches
}

void TestStore::addsRowsAtOnce()
{
    const auto store = makeStore();
    QSignalSpy about(store.get(), &Store::bucketsAboutToBeAdded);
    store->apply(batch(numbered(1, 3)));
    store->apply(batch(numbered(3, 5)));
    store->makeFrame();
    QCOMPARE(about.count(), 1);
    QCOMPARE(about[0], QVariantList({0, 4}));
    QCOMPARE(store->bucketCount(), 5);
    QCOMPARE(store->bucketAt(4).path, QStringLiteral("/channels/5"));
    QCOMPARE(store->bucketAt(4).method, QStringLiteral("GET"));
}

void TestStore::mergesChangesToRanges()
{
    const auto store = makeStore();
    store->apply(batch(numbered(1, 10)));
    store->makeFrame();
    QSignalSpy changed(store.get(), &Store::bucketsChanged);
    for (quint64 number : {5u, 3u, 4u, 9u, 4u})
        store->apply(batch(numbered(number, number)));
    QCOMPARE(changed.count(), 0);
    store->makeFrame();
    QCOMPARE(changed.count(), 2);
    QCOMPARE(changed[0], QVariantList({2, 4}));
    QCOMPARE(changed[1], QVariantList({8, 8}));
    store->makeFrame();
    QCOMPARE(changed.count(), 2);
}

void TestStore::removesRowsAndFindsTheRest()
{
    const auto store = makeStore();
    store->apply(batch(numbered(1, 8)));
    store->makeFrame();
    QSignalSpy about(store.get(), &Store::bucketsAboutToBeRemoved);
    UpdateBatch removal = batch({});
    for (quint64 number : {7u, 2u, 3u, 99u})
        removal.removed.push_back(Fake::bucketId(number));
    store->apply(removal);
    store->makeFrame();
    QCOMPARE(about.count(), 2);
    QCOMPARE(about[0], QVariantList({6, 6}));
    QCOMPARE(about[1], QVariantList({1, 2}));
    QCOMPARE(store->bucketCount(), 5);

    QSignalSpy changed(store.get(), &Store::bucketsChanged);
    store->apply(batch(numbered(8, 8)));
    store->makeFrame();
    QCOMPARE(changed.value(0), QVariantList({4, 4}));
    QCOMPARE(store->bucketAt(4).path, QStringLiteral("/channels/8"));
}

void TestStore::showsFiguresWhileTimeStands()
{
    const auto store = makeStore(); // a paused replay that jumps
    QSignalSpy figures(store.get(), &Store::figuresChanged);
    std::vector<Bucket> buckets = numbered(1, 1);
    for (const int queued : {3, 8}) {
        buckets[0].queued = queued;
        store->apply(batch(buckets));
        store->makeFrame();
    }
    QCOMPARE(figures.count(), 2);
    QCOMPARE(store->figures().queued(), 8);
}

void TestStore::removesManyAtOnce()
{
    const auto store = makeStore();
    std::vector<Bucket> buckets = numbered(1, 1000);
    for (Bucket &bucket : buckets)
        bucket.queued = 1;
    store->apply(batch(buckets));
    store->makeFrame();
    QSignalSpy resets(store.get(), &Store::wasReset);
    QSignalSpy ranges(store.get(), &Store::bucketsRemoved);
    UpdateBatch removal = batch({});
    for (quint64 number = 2; number <= 1000; number += 2)
        removal.removed.push_back(Fake::bucketId(number));
    store->apply(removal);
    now += 1s;
    store->makeFrame();
    QCOMPARE(resets.count(), 1); // and not 500 ranges
    QCOMPARE(ranges.count(), 0);
    QCOMPARE(store->bucketCount(), 500);
    QCOMPARE(store->figures().queued(), 500);
    for (int row : {0, 250, 499}) {
        QCOMPARE(store->bucketAt(row).bucket.id, Fake::bucketId(quint64(row) * 2 + 1));
        QCOMPARE(store->rowOf(Fake::bucketId(quint64(row) * 2 + 1)), row);
    }
    QCOMPARE(store->rowOf(Fake::bucketId(2)), -1);
}

void TestStore::survivesBucketsThatCameAndWent()
{
    const auto store = makeStore();
    UpdateBatch both = batch(numbered(1, 2));
    both.removed.push_back(Fake::bucketId(1));
    store->apply(both);
    store->makeFrame();
    QCOMPARE(store->bucketCount(), 1);
    QCOMPARE(store->bucketAt(0).path, QStringLiteral("/channels/2"));
}

void TestStore::sumsTheLoad()
{
    const auto store = makeStore();
    std::vector<Bucket> buckets = numbered(1, 2);
    buckets[0].queued = 4;
    buckets[0].inFlight = 1;
    buckets[0].oldestAskedAt = now - 3s;
    buckets[1].queued = 2;
    buckets[1].oldestAskedAt = now - 5s;
    store->apply(batch(buckets));
    QCOMPARE(store->figures().queued(), 6);
    QCOMPARE(store->figures().inFlight(), 1);
    store->makeFrame(); // ages are looked at when they are shown
    QCOMPARE(store->figures().oldestAge(now), std::optional<milliseconds>(5s));
    buckets[1].queued = 0;
    buckets[1].oldestAskedAt.reset();
    now += 1s;
    store->apply(batch({buckets[1]}));
    QCOMPARE(store->figures().queued(), 4);
    store->makeFrame();
    QCOMPARE(store->figures().oldestAge(now), std::optional<milliseconds>(4s));

    UpdateBatch removal = batch({});
    removal.removed.push_back(buckets[0].id);
    store->apply(removal);
    now += 1s;
    store->makeFrame();
    QCOMPARE(store->figures().queued(), 0);
    QCOMPARE(store->figures().inFlight(), 0);
}

void TestStore::findsRowsByBucket()
{
    const auto store = makeStore();
    store->apply(batch(numbered(1, 3)));
    QVERIFY(!store->find(Fake::bucketId(2))); // nobody was told
    store->makeFrame();
    QCOMPARE(store->rowOf(Fake::bucketId(2)), 1);
    QCOMPARE(store->find(Fake::bucketId(2)), &store->bucketAt(1));
    QCOMPARE(store->rowOf(Fake::bucketId(9)), -1);
}

void TestStore::looksAtAllWaitsInAFewFrames()
{
    const auto store = makeStore();
    UpdateBatch many = batch(numbered(1, 5000));
    for (quint64 number = 1; number <= 5000; ++number)
        many.tickets.push_back(Fake::grant(Fake::bucketId(number), now, 7ms));
    store->apply(many);
    for (int frame = 0; frame < 3; ++frame)
        store->makeFrame();
    QCOMPARE(store->bucketAt(4999).waitP95, std::optional<milliseconds>(7ms));
    now += 60s; // nothing of them counts any more, and nothing comes in
    for (int frame = 0; frame < 3; ++frame)
        store->makeFrame();
    for (int row : {0, 2500, 4999})
        QVERIFY(!store->bucketAt(row).waitP95);
}

void TestStore::forgetsTheFutureWhenTimeGoesBack()
{
    const auto store = makeStore();
    UpdateBatch first = batch(numbered(1, 2));
    first.tickets.push_back(Fake::grant(Fake::bucketId(1), now, 5ms));
    store->apply(first);
    now += 1s;
    store->makeFrame();
    QVERIFY(store->figures().nextChange(now));
    now -= 20s;
    UpdateBatch earlier = batch(numbered(1, 2));
    earlier.reset = true;
    earlier.events = 0;
    store->apply(earlier);
    QVERIFY(!store->figures().nextChange(now + 20s));
}

void TestStore::replacesEverythingOfAnotherProcess()
{
    const auto store = makeStore();
    std::vector<Bucket> buckets = numbered(1, 4);
    buckets[0].queued = 4;
    UpdateBatch first = batch(buckets);
    first.tickets.push_back(Fake::grant(buckets[0].id, now, 5ms));
    store->apply(first);
    store->makeFrame();
    QSignalSpy reset(store.get(), &Store::wasReset);
    now += 2s;
    UpdateBatch snapshot = batch(numbered(7, 7));
    snapshot.reset = snapshot.snapshotBegins = snapshot.snapshotEnds = true;
    store->apply(snapshot);
    store->makeFrame();
    QCOMPARE(reset.count(), 1);
    QCOMPARE(store->bucketCount(), 1);
    QCOMPARE(store->figures().queued(), 0);
    QCOMPARE(store->tickets().size(), size_t(0));
    QVERIFY(store->figures().nextChange(now)); // its line goes on, with a gap
}

void TestStore::keepsHistoryOverASnapshot()
{
    const auto store = makeStore();
    UpdateBatch first = batch(numbered(1, 3));
    first.tickets.push_back(Fake::grant(Fake::bucketId(1), now, 5ms));
    store->apply(first);
    store->makeFrame();
    QSignalSpy reset(store.get(), &Store::wasReset);
    UpdateBatch snapshot = batch(numbered(1, 2));
    snapshot.snapshotBegins = snapshot.snapshotEnds = true;
    store->apply(snapshot);
    now += 1s;
    store->makeFrame();
    QCOMPARE(reset.count(), 0);
    QCOMPARE(store->bucketCount(), 2);
    QVERIFY(!store->bucketAt(0).grants.isFlat(now));
}

void TestStore::standsStillWhileFrozen()
{
    const auto store = makeStore();
    std::vector<Bucket> buckets = numbered(1, 2);
    store->apply(batch(buckets));
    store->setWatched(true);
    store->makeFrame();
    const TimePoint frozenAt = store->now();
    QSignalSpy frames(store.get(), &Store::frameMade);
    store->setFrozen(true);
    QVERIFY(store->isFrozen());
    now += 3s;
    buckets[0].queued = 9;
    store->apply(batch(buckets));
    store->apply(batch(numbered(5, 6)));
    QVERIFY(!store->isFramePending());
    QCOMPARE(frames.count(), 0);
    QCOMPARE(store->bucketAt(0).bucket.queued, 0);
    QVERIFY(store->now() == frozenAt);

    store->setFrozen(false);
    QCOMPARE(frames.count(), 1);
    QCOMPARE(store->bucketCount(), 4);
    QCOMPARE(store->bucketAt(0).bucket.queued, 9);
    QCOMPARE(store->figures().queued(), 9);
    QVERIFY(store->now() == now);
}

void TestStore::measuresTheLag()
{
    const auto store = makeStore();
    UpdateBatch late = batch(numbered(1, 1));
    late.since = now - 5ms;
    store->apply(late);
    now += 3ms;
    store->makeFrame();
    QCOMPARE(store->updateLag(), 8ms);
}

void TestStore::countsDownFromTheFrame()
{
    const auto store = makeStore();
    Bucket bucket = Fake::bucket(1, QStringLiteral("GET /x"), BucketState::Exhausted);
    bucket.limit = 5;
    bucket.remaining = 1;
    bucket.inFlight = 2;
    bucket.window = 5s;
    bucket.resetAt = now + 4s;
    store->apply(batch({bucket}));
    store->makeFrame();
    const BucketRow &row = store->bucketAt(0);
    QCOMPARE(row.resetsIn(store->now()), milliseconds(4s));
    QCOMPARE(row.waitLeft(store->now()), 0.8);
    QCOMPARE(row.tokens(store->now()), std::optional(0));
    QCOMPARE(row.state(store->now()), RowState::Exhausted);
    now += 4s;
    QCOMPARE(row.resetsIn(store->now()), milliseconds(4s));
    store->makeFrame();
    QCOMPARE(row.resetsIn(store->now()), milliseconds(0));
    QCOMPARE(row.waitLeft(store->now()), 0.0);
    QCOMPARE(row.tokens(store->now()), std::optional(3));
    QCOMPARE(row.state(store->now()), RowState::Open);
}

// Which is news of all rows.
void TestStore::knowsThatRedisIsAway()
{
    const auto store = makeStore();
    Bucket bucket = Fake::bucket(1, QStringLiteral("GET /x"), BucketState::Open);
    bucket.limit = bucket.remaining = 5;
    bucket.queued = 2;
    bucket.wait = Wait{WaitReason::Lease};
    store->apply(batch({bucket}));
    store->makeFrame();
    QCOMPARE(store->bucketAt(0).state(now), RowState::Open);
    QSignalSpy changed(store.get(), &Store::bucketsChanged);
    UpdateBatch news;
    news.at = now;
    news.shared = Fake::sampleShared(now);
    store->apply(news);
    store->makeFrame();
    QCOMPARE(std::exchange(news.shared->problem, QStringLiteral("Redis is away.")), QString());
    QCOMPARE(store->bucketAt(0).state(now), RowState::Open); // it is asked
    changed.clear();
    store->apply(news);
    store->makeFrame();
    QCOMPARE(changed.count(), 1);
    QCOMPARE(store->bucketAt(0).state(now), RowState::RedisAway);
    bucket.id = Fake::bucketId(2);
    store->apply(batch({bucket}));
    store->makeFrame();
    QCOMPARE(store->bucketAt(1).state(now), RowState::RedisAway);
    bucket.exempt = true; // such a one is of this process alone
    store->apply(batch({bucket}));
    store->makeFrame();
    QVERIFY(store->bucketAt(1).state(now) != RowState::RedisAway);
    news.shared->problem.clear();
    store->apply(news);
    store->makeFrame();
    QCOMPARE(store->bucketAt(0).state(now), RowState::Open);
}

void TestStore::knowsWhatOthersHold()
{
    const auto store = makeStore();
    Bucket bucket = Fake::bucket(1, QStringLiteral("GET /x"), BucketState::Exhausted);
    bucket.limit = bucket.remaining = 5;
    bucket.queued = 2;
    bucket.wait = Wait{WaitReason::Bucket};
    UpdateBatch news = batch({bucket});
    news.shared = Fake::sampleShared(now);
    store->apply(news);
    store->makeFrame();
    QCOMPARE(store->bucketAt(0).elsewhere, 3); // it has one itself
    QCOMPARE(store->bucketAt(0).state(now), RowState::InUseElsewhere);
    news.buckets.clear();
    news.shared->buckets.clear();
    QSignalSpy changed(store.get(), &Store::bucketsChanged);
    store->apply(news);
    store->makeFrame();
    QCOMPARE(changed.count(), 1);
    QCOMPARE(store->bucketAt(0).state(now), RowState::Exhausted);
}

void TestStore::measuresWaitsByTheirLongestStretch()
{
    Bucket bucket = Fake::bucket(1, QStringLiteral("PATCH /x"), BucketState::Open);
    bucket.window = 5s;
    bucket.resetAt = now + 4s;
    BucketRow row(bucket, now);
    QCOMPARE(row.waitLeft(now), 0.8);
    bucket.resetAt = now + 600s; // a 429 that asks for more than the window
    row.update(bucket, now);
    QCOMPARE(row.waitLeft(now), 1.0);
    row.update(bucket, now + 300s);
    QCOMPARE(row.waitLeft(now + 300s), 0.5);
    bucket.resetAt = now + 605s;
    row.update(bucket, now + 600s);
    QCOMPARE(row.waitLeft(now + 600s), 1.0);
}

void TestStore::gathersForTheNextFrame()
{
    Store store; // on the real clock
    store.setWatched(true);
    QSignalSpy frames(&store, &Store::frameMade);
    now = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i)
        store.apply(batch(numbered(1, 20)));
    QCOMPARE(frames.count(), 0);
    QVERIFY(frames.wait());
    QCOMPARE(frames.count(), 1);
    QCOMPARE(store.bucketCount(), 20);
}

void TestStore::makesNoFramesWhenNothingMoves()
{
    const auto store = makeStore();
    store->setWatched(true);
    QVERIFY(!store->isFramePending());
    store->apply(batch(numbered(1, 1)));
    QVERIFY(store->isFramePending());
    now += 40s; // the sparklines have run out
    store->makeFrame();
    QVERIFY(!store->isFramePending());
    store->apply(batch(numbered(1, 1)));
    QVERIFY(store->isFramePending());
    store->setWatched(false);
    QVERIFY(!store->isFramePending());
}

void TestStore::makesFramesWhileAWindowIsOpen()
{
    const auto store = makeStore();
    store->setWatched(true);
    std::vector<Bucket> buckets = numbered(1, 1);
    buckets[0].resetAt = now + 60s;
    store->apply(batch(buckets));
    now += 40s;
    store->makeFrame();
    QVERIFY(store->isFramePending());
    now += 20s;
    store->makeFrame();
    QVERIFY(!store->isFramePending());
}

void TestStore::keepsNoMoreThanThereIsWhileNobodyWatches()
{
    const auto store = makeStore();
    int most = 0;
    for (quint64 number = 1; number <= 10'000; number += 10) {
        store->apply(batch(numbered(number, number + 9)));
        UpdateBatch removal = batch({});
        for (quint64 gone = number; gone < number + 10; ++gone)
            removal.removed.push_back(Fake::bucketId(gone));
        store->apply(removal);
        most = std::max(most, store->heldCount());
    }
    QVERIFY2(most < 2500, qPrintable(QString::number(most)));
    store->apply(batch(numbered(20'000, 20'000)));
    store->makeFrame();
    QCOMPARE(store->bucketCount(), 1);
    QCOMPARE(store->heldCount(), 1);
}

void TestStore::forgetsTheLagOfTimesWhenNobodyWatched()
{
    const auto store = makeStore();
    store->apply(batch(numbered(1, 1)));
    now += 60s;
    store->setWatched(true);
    QCOMPARE(store->bucketCount(), 1);
    QCOMPARE(store->updateLag(), 0ms);
    store->apply(batch(numbered(1, 1)));
    now += 7ms;
    store->makeFrame();
    QCOMPARE(store->updateLag(), 7ms);
}

void TestStore::showsInteractionsAsOneRow()
{
    const auto store = makeStore();
    std::vector<Bucket> buckets = numbered(1, 50);
    for (Bucket &bucket : buckets) {
        bucket.name = QStringLiteral("POST /interactions/…/••••/callback");
        bucket.exempt = true;
        bucket.inFlight = 1;
    }
    UpdateBatch update = batch(buckets);
    update.tickets = {Fake::grant(Fake::bucketId(40), now, 5ms)};
    store->apply(update);
    store->makeFrame();
    QCOMPARE(store->bucketCount(), 1);
    QCOMPARE(store->bucketAt(0).bucket.inFlight, 50);
    QCOMPARE(store->bucketAt(0).waitP95, std::optional(5ms));
    QCOMPARE(store->figures().inFlight(), 50);
}

QTEST_GUILESS_MAIN(TestStore)
#include "tst_store.moc"
