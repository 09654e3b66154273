// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/Store.h"

#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QtTest>

#include <map>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The table over the store, watched by QAbstractItemModelTester throughout.
class TestBucketModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void staysConsistentUnderARandomLife();
    void saysItInWords_data();
    void saysItInWords();
    void tellsWhatTheOldestTicketWaitsFor();
    void sumsUpARow();
    void namesItsColumns();
    void startsWithTheHighestWhereThatIsLookedFor();
    void tellsRowsAsTheyAre();

private:
    TimePoint now{1000s};
};

void TestBucketModel::staysConsistentUnderARandomLife()
{
    Store store([this] { return now; });
    BucketModel model(&store);
    const QAbstractItemModelTester tester(
        &model, QAbstractItemModelTester::FailureReportingMode::QtTest);

    QRandomGenerator random(42);
    std::map<quint64, int> alive; // the queue of each bucket
    quint64 next = 1;
    for (int step = 0; step < 300; ++step) {
        UpdateBatch batch;
        batch.at = now;
        for (int i = random.bounded(4); i > 0; --i)
            alive.emplace(next++, 0);
        for (auto &[number, queued] : alive) {
            if (queued > 0 && random.bounded(4) != 0)
                continue;
            Bucket bucket = Fake::bucket(number, QStringLiteral("GET /x/%1").arg(number));
            bucket.queued = queued = random.bounded(1, 50);
            batch.buckets.push_back(bucket);
        }
        for (int i = random.bounded(4); i > 0 && !alive.empty(); --i) {
            const auto gone = std::next(alive.begin(), random.bounded(int(alive.size())));
            batch.removed.push_back(Fake::bucketId(gone->first));
            alive.erase(gone);
        }
        store.apply(batch);
        if (random.bounded(3) == 0)
            store.makeFrame();
    }
    store.makeFrame();
    QCOMPARE(model.rowCount(), int(alive.size()));
    for (int row = 0; row < model.rowCount(); ++row) {
        const Bucket &bucket = BucketModel::rowOf(model.index(row, 0))->bucket;
        QCOMPARE(bucket.queued, alive[bucket.id.number()]);
    }
}

void TestBucketModel::saysItInWords_data()
{
    QTest::addColumn<int>("row");
    QTest::addColumn<QStringList>("words");
    const auto words = [](const char *text) { return QString::fromUtf8(text).split(u'|'); };
    QTest::newRow("exhausted") << 0
                               << words("exhausted|POST /channels/41771983423143937/messages|"
                                        "a1f3…9c|0/5|3.2 s|1 in flight, 7 queued|0.0 /s|–|0");
    QTest::newRow("route limit") << 1
                                 << words("route limit|PATCH /channels/41771983423143937|c004…11|"
                                          "0/2|6:52|3 queued|0.0 /s|–|1");
    QTest::newRow("exempt") << 6
                            << words("exempt|POST /interactions/…/••••/callback|–|unknown|now|"
                                     "3 in flight|0.0 /s|–|0");
    QTest::newRow("idle") << 8
                          << words("idle|PATCH /guilds/197038439483310086/members/…|3c90…b8|"
                                   "10/10|now||0.0 /s|–|0");
    QTest::newRow("probing") << 10
                             << words("probing|POST /guilds/197038439483310086/channels|–|unknown|"
                                      "now|1 in flight, 1 queued|0.0 /s|–|0");
}

void TestBucketModel::saysItInWords()
{
    QFETCH(int, row);
    Store store([this] { return now; });
    BucketModel model(&store);
    UpdateBatch batch;
    batch.at = now;
    batch.buckets = Fake::sampleBuckets(now);
    store.apply(batch);
    store.makeFrame();
    QStringList words;
    for (int column = 0; column < BucketModel::ColumnCount; ++column)
        words += model.index(row, column).data().toString();
    QTEST(words, "words");
}

void TestBucketModel::tellsWhatTheOldestTicketWaitsFor()
{
    Store store([this] { return now; });
    BucketModel model(&store);
    UpdateBatch batch;
    batch.at = now;
    Bucket bucket = Fake::bucket(1, QStringLiteral("GET /x"), BucketState::Exhausted);
    bucket.wait = Wait{WaitReason::Bucket, now + 1500ms};
    batch.buckets = {bucket};
    store.apply(batch);
    store.makeFrame();
    const auto state = model.index(0, BucketModel::StateColumn);
    QVERIFY(state.data(Qt::ToolTipRole)
                .toString()
                .endsWith(QStringLiteral("\nIts oldest ticket waits for: bucket, 1.5 s")));
}

void TestBucketModel::sumsUpARow()
{
    Store store([this] { return now; });
    const BucketModel model(&store);
    UpdateBatch batch;
    batch.at = now;
    batch.buckets = Fake::sampleBuckets(now);
    store.apply(batch);
    store.makeFrame();
    QCOMPARE(model.summary(store.bucketAt(0)),
        QStringLiteral(
            "POST /channels/41771983423143937/messages (bucket a1f3c09be17d449c) · "
            "State: exhausted · Tokens: 0/5 · Resets in: 3.2 s · "
            "Tickets: 1 in flight, 7 queued · Granted/s: 0.0 /s · Wait p95: – · 429: 0"));
    QVERIFY(model.summary(store.bucketAt(6))
                .startsWith(QStringLiteral("POST /interactions/…/••••/callback · State: exempt")));
}

void TestBucketModel::namesItsColumns()
{
    Store store;
    const BucketModel model(&store);
    QStringList names;
    for (int column = 0; column < model.columnCount(); ++column)
        names += model.headerData(column, Qt::Horizontal).toString();
    QCOMPARE(names.join(u'|'),
        QStringLiteral("State|Route|Bucket|Tokens|Resets in|Tickets|Granted/s|Wait p95|429"));
}

void TestBucketModel::startsWithTheHighestWhereThatIsLookedFor()
{
    Store store([this] { return now; });
    const BucketModel model(&store);
    QList<int> descending;
    for (int column = 0; column < BucketModel::ColumnCount; ++column) {
        const QVariant order = model.headerData(column, Qt::Horizontal, Qt::InitialSortOrderRole);
        if (order.value<Qt::SortOrder>() == Qt::DescendingOrder)
            descending << column;
    }
    const QList<int> expected{BucketModel::TicketsColumn, BucketModel::GrantedColumn,
        BucketModel::WaitColumn, BucketModel::RateLimitedColumn};
    QCOMPARE(descending, expected);
}

void TestBucketModel::tellsRowsAsTheyAre()
{
    Store store([this] { return now; });
    BucketModel model(&store);
    UpdateBatch batch;
    batch.at = now;
    batch.buckets = Fake::sampleBuckets(now);
    batch.tickets = {Fake::grant(Fake::bucketId(1), now, 480ms)};
    store.apply(batch);
    store.makeFrame();
    const BucketRow *row = BucketModel::rowOf(model.index(0, 0));
    QVERIFY(row);
    QCOMPARE(row->bucket.id, Fake::bucketId(1));
    QCOMPARE(row->waitP95, std::optional(480ms));
    QVERIFY(!BucketModel::rowOf({}));
}

QTEST_GUILESS_MAIN(TestBucketModel)
#include "tst_bucketmodel.moc"
