// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/ExemptGroups.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

namespace {
const QString callback = QStringLiteral("POST /interactions/…/••••/callback");

Bucket interaction(quint64 number, int inFlight = 0)
{
    Bucket bucket = Fake::bucket(number, callback, BucketState::Idle);
    bucket.exempt = true;
    bucket.lanes = 1;
    bucket.inFlight = inFlight;
    if (inFlight > 0)
        bucket.state = BucketState::Open;
    bucket.granted = number;
    return bucket;
}

UpdateBatch batchOf(std::vector<Bucket> buckets)
{
    UpdateBatch batch;
    batch.buckets = std::move(buckets);
    return batch;
}

UpdateBatch removal(std::vector<quint64> numbers)
{
    UpdateBatch batch;
    for (quint64 number : numbers)
        batch.removed.push_back(Fake::bucketId(number));
    return batch;
}
} // namespace

/// Interactions are one row.
class TestExemptGroups : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void leavesOthersAlone();
    void sumsWhatHasOneName();
    void showsTheFewestTokens();
    void movesTickets();
    void keepsWhatForgottenOnesCounted();
    void goesWithItsLastMember();
    void clears();

private:
    TimePoint now{1000s};
};

void TestExemptGroups::leavesOthersAlone()
{
    ExemptGroups groups;
    Bucket a = Fake::bucket(1, QStringLiteral("GET /x"));
    Bucket b = Fake::bucket(2, QStringLiteral("GET /x"));
    const UpdateBatch merged = groups.merged(batchOf({a, b}));
    QCOMPARE(merged.buckets, std::vector<Bucket>({a, b}));
    QCOMPARE(groups.merged(removal({2})).removed, std::vector<BucketId>({b.id}));
}

void TestExemptGroups::sumsWhatHasOneName()
{
    ExemptGroups groups;
    Bucket waits = interaction(7, 1);
    waits.queued = 2;
    waits.oldestAskedAt = now - 2s;
    Bucket older = interaction(6, 2);
    older.queued = 1;
    older.oldestAskedAt = now - 3s;
    Bucket other = interaction(9);
    other.name = QStringLiteral("POST /webhooks/1/••••");
    const UpdateBatch merged = groups.merged(batchOf({interaction(5), waits, other, older}));
    QCOMPARE(merged.buckets.size(), 2u);
    const bool first = merged.buckets[0].name == callback;
    const Bucket &all = merged.buckets[first ? 0 : 1];
    QCOMPARE(merged.buckets[first ? 1 : 0].id, other.id);
    QCOMPARE(all.id, Fake::bucketId(5));
    QCOMPARE(all.name, callback);
    QCOMPARE(all.queued, 3);
    QCOMPARE(all.inFlight, 3);
    QCOMPARE(all.lanes, 3);
    QCOMPARE(all.granted, 18u);
    QCOMPARE(all.state, BucketState::Open);
    QCOMPARE(all.oldestAskedAt, std::optional(now - 3s));
    QVERIFY(all.exempt && !all.limit);

    const UpdateBatch answered = groups.merged(batchOf({interaction(7)}));
    QCOMPARE(answered.buckets.size(), 1u);
    QCOMPARE(answered.buckets[0].id, Fake::bucketId(5));
    QCOMPARE(answered.buckets[0].inFlight, 2);
    QCOMPARE(answered.buckets[0].queued, 1);
}

void TestExemptGroups::showsTheFewestTokens()
{
    ExemptGroups groups;
    Bucket many = interaction(1);
    many.limit = many.remaining = 5;
    Bucket few = interaction(2);
    few.limit = 5;
    few.remaining = 1;
    few.resetAt = now + 2s;
    const Bucket all = groups.merged(batchOf({many, few, interaction(3)})).buckets.at(0);
    QCOMPARE(all.remaining, std::optional(1));
    QCOMPARE(all.resetAt, few.resetAt);
}

void TestExemptGroups::movesTickets()
{
    ExemptGroups groups;
    UpdateBatch batch = batchOf({interaction(1), interaction(2)});
    batch.tickets = {
        Fake::grant(Fake::bucketId(2), now, 0ms), Fake::grant(Fake::bucketId(8), now, 0ms)};
    batch.hits.resize(1);
    batch.hits[0].hit.bucket = Fake::bucketId(2);
    batch.anomalies.resize(1);
    batch.anomalies[0].bucket = Fake::bucketId(2);
    batch = groups.merged(batch);
    QCOMPARE(batch.tickets[0].bucket, Fake::bucketId(1));
    QCOMPARE(batch.tickets[1].bucket, Fake::bucketId(8));
    QCOMPARE(batch.hits[0].hit.bucket, Fake::bucketId(1));
    QCOMPARE(batch.anomalies[0].bucket, Fake::bucketId(1));
}

void TestExemptGroups::keepsWhatForgottenOnesCounted()
{
    ExemptGroups groups;
    Bucket limited = interaction(1);
    limited.rateLimited = 3;
    groups.merged(batchOf({limited, interaction(2)}));
    const UpdateBatch merged = groups.merged(removal({1}));
    QVERIFY(merged.removed.empty()); // the row stays, under the id that it has
    QCOMPARE(merged.buckets.size(), 1u);
    QCOMPARE(merged.buckets[0].id, Fake::bucketId(1));
    QCOMPARE(merged.buckets[0].granted, 3u);
    QCOMPARE(merged.buckets[0].rateLimited, 3u);
    QCOMPARE(merged.buckets[0].lanes, 1);
}

void TestExemptGroups::goesWithItsLastMember()
{
    ExemptGroups groups;
    groups.merged(batchOf({interaction(1), interaction(2)}));
    groups.merged(removal({1}));
    const UpdateBatch last = groups.merged(removal({2}));
    QCOMPARE(last.removed, std::vector<BucketId>({Fake::bucketId(1)}));
    QVERIFY(last.buckets.empty());
    const UpdateBatch again = groups.merged(batchOf({interaction(3)}));
    QCOMPARE(again.buckets.at(0).id, Fake::bucketId(3));
    QCOMPARE(again.buckets.at(0).granted, 3u);
}

void TestExemptGroups::clears()
{
    ExemptGroups groups;
    groups.merged(batchOf({interaction(1, 1)}));
    groups.clear();
    QCOMPARE(groups.merged(batchOf({interaction(2)})).buckets.at(0), interaction(2));
}

QTEST_GUILESS_MAIN(TestExemptGroups)
#include "tst_exemptgroups.moc"
