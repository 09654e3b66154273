// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/KnownBuckets.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;

class TestKnownBuckets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void removesWhatASnapshotDoesNotName();
    void waitsForTheLastPart();
    void keepsWhatIsToldBetweenTheParts();
    void startsAnewWithAnotherProcess();
};

static UpdateBatch naming(std::initializer_list<quint64> numbers)
{
    UpdateBatch batch;
    for (const quint64 number : numbers)
        batch.buckets.push_back(Fake::bucket(number, QStringLiteral("GET /x")));
    return batch;
}

using Ids = std::vector<BucketId>;

void TestKnownBuckets::removesWhatASnapshotDoesNotName()
{
    KnownBuckets known;
    UpdateBatch first = naming({1, 2, 3});
    known.complete(first);
    QVERIFY(first.removed.empty());
    UpdateBatch snapshot = naming({1, 3, 4});
    snapshot.snapshotBegins = snapshot.snapshotEnds = true;
    known.complete(snapshot);
    QVERIFY((snapshot.removed == Ids{Fake::bucketId(2)}));
    UpdateBatch again = naming({1, 3, 4});
    again.snapshotBegins = again.snapshotEnds = true;
    known.complete(again);
    QVERIFY(again.removed.empty());
}

void TestKnownBuckets::waitsForTheLastPart()
{
    KnownBuckets known;
    UpdateBatch first = naming({1, 2});
    known.complete(first);
    UpdateBatch begin = naming({1});
    begin.snapshotBegins = true;
    known.complete(begin);
    QVERIFY(begin.removed.empty());
    UpdateBatch end = naming({3});
    end.snapshotEnds = true;
    known.complete(end);
    QVERIFY((end.removed == Ids{Fake::bucketId(2)}));
}

void TestKnownBuckets::keepsWhatIsToldBetweenTheParts()
{
    KnownBuckets known;
    UpdateBatch first = naming({1, 2});
    known.complete(first);
    UpdateBatch begin;
    begin.snapshotBegins = true;
    known.complete(begin);
    UpdateBatch change = naming({1, 7}); // 7 is new: the snapshot may have passed its place
    change.removed.push_back(Fake::bucketId(2));
    known.complete(change);
    UpdateBatch end;
    end.snapshotEnds = true;
    known.complete(end);
    QVERIFY(end.removed.empty());
}

void TestKnownBuckets::startsAnewWithAnotherProcess()
{
    KnownBuckets known;
    UpdateBatch first = naming({1, 2});
    known.complete(first);
    UpdateBatch other = naming({9});
    other.reset = other.snapshotBegins = other.snapshotEnds = true;
    known.complete(other);
    QVERIFY(other.removed.empty());
}

QTEST_GUILESS_MAIN(TestKnownBuckets)
#include "tst_knownbuckets.moc"
