// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/BucketOrder.h"
#include "monitor-app/models/Store.h"

#include <QtCore/QItemSelectionModel>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QtTest>

#include <algorithm>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The filtered and sorted table, against a naive one, and what it costs.
class TestBucketOrder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void sorts_data();
    void sorts();
    void filters();
    void equalsANaiveOneUnderARandomLife();
    void letsRowsStandForASecond();
    void followsTimeWithoutNews();
    void settlesWhenFramesEnd();
    void keepsSelections();
    void findsBuckets();
    void startsAgainWithAnotherProcess();
    void keepsWhatAMassRemovalLeaves();
    void costsLittleWithManyRows();

private:
    void apply(std::vector<Bucket> buckets, std::vector<BucketId> removed = {})
    {
        UpdateBatch batch;
        batch.at = now;
        batch.buckets = std::move(buckets);
        batch.removed = std::move(removed);
        store->apply(batch);
    }
    void makeFrame(milliseconds later = 0ms)
    {
        now += later;
        store->makeFrame();
    }
    static Filter filter(const char *text) { return Filter::parse(QString::fromUtf8(text)); }
    static QList<int> numbers(const BucketOrder &order)
    {
        QList<int> shown;
        for (int row = 0; row < order.shownCount(); ++row)
            shown += int(order.bucketIdAt(row).number());
        return shown;
    }
    QList<int> naive(const Filter &filter, int column, Qt::SortOrder order) const;
    Bucket randomBucket(QRandomGenerator &random, quint64 number) const;

    TimePoint now;
    std::unique_ptr<Store> store;
};

void TestBucketOrder::init()
{
    now = TimePoint(1000s);
    store = std::make_unique<Store>([this] { return now; });
}

QList<int> TestBucketOrder::naive(const Filter &filter, int column, Qt::SortOrder order) const
{
    struct Row {
        double number;
        QString text;
        int bucket;
    };
    QList<Row> rows;
    for (int i = 0; i < store->bucketCount(); ++i) {
        const BucketRow &row = store->bucketAt(i);
        const Bucket &bucket = row.bucket;
        if (!filter.matches(row, now))
            continue;
        const double resetAt =
            bucket.resetAt ? double(bucket.resetAt->time_since_epoch() / 1ms) : 0.0;
        const double keys[] = {double(row.state(now)), 0, 0, double(row.tokens(now).value_or(-1)),
            resetAt, double(bucket.queued * 1000 + bucket.inFlight), row.grantedPerSecond(now),
            double(row.waitP95.value_or(-1ms).count()), double(bucket.rateLimited), 0};
        QString text;
        if (column == BucketModel::RouteColumn)
            text = row.path + QLatin1Char(' ') + row.method;
        else if (column == BucketModel::HashColumn)
            text = QString::fromLatin1(bucket.hash);
        rows.append({column < 0 ? 0 : keys[column], text, int(bucket.id.number())});
    }
    std::stable_sort(rows.begin(), rows.end(), [order](const Row &a, const Row &b) {
        const Row &low = order == Qt::AscendingOrder ? a : b;
        const Row &high = order == Qt::AscendingOrder ? b : a;
        return low.number < high.number || (low.text < high.text && !(high.number < low.number));
    });
    QList<int> shown;
    for (const Row &row : rows)
        shown += row.bucket;
    return shown;
}

Bucket TestBucketOrder::randomBucket(QRandomGenerator &random, quint64 number) const
{
    const QStringList methods = filterMethods();
    Bucket bucket = Fake::bucket(number,
        methods[qsizetype(number) % 4] + QStringLiteral(" /channels/%1").arg(number * 7919 % 101),
        BucketState(random.bounded(7)));
    if (random.bounded(3) != 0)
        bucket.hash = QByteArray::number(number * 31 % 17, 16);
    if (random.bounded(3) != 0) {
        bucket.limit = random.bounded(1, 6);
        bucket.remaining = random.bounded(6);
        bucket.resetAt = now + milliseconds(random.bounded(-500, 3000));
    }
    bucket.queued = random.bounded(4);
    bucket.inFlight = random.bounded(3);
    bucket.rateLimited = quint64(random.bounded(3));
    return bucket;
}

void TestBucketOrder::sorts_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QList<int>>("order"); // numbers of buckets
    QTest::newRow("appearance") << -1 << QList<int>{1, 2, 3};
    QTest::newRow("state") << int(BucketModel::StateColumn) << QList<int>{2, 1, 3};
    QTest::newRow("route") << int(BucketModel::RouteColumn) << QList<int>{2, 3, 1};
    QTest::newRow("hash") << int(BucketModel::HashColumn) << QList<int>{3, 1, 2};
    QTest::newRow("tokens") << int(BucketModel::TokensColumn) << QList<int>{3, 2, 1};
    QTest::newRow("resets") << int(BucketModel::ResetColumn) << QList<int>{3, 1, 2};
    QTest::newRow("tickets") << int(BucketModel::TicketsColumn) << QList<int>{3, 1, 2};
    QTest::newRow("wait") << int(BucketModel::WaitColumn) << QList<int>{3, 1, 2};
    QTest::newRow("granted") << int(BucketModel::GrantedColumn) << QList<int>{3, 1, 2};
    QTest::newRow("429") << int(BucketModel::RateLimitedColumn) << QList<int>{1, 3, 2};
}

void TestBucketOrder::sorts()
{
    QFETCH(int, column);
    Bucket first = Fake::bucket(1, QStringLiteral("GET /c"), BucketState::Exhausted);
    first.limit = first.remaining = 8;
    first.resetAt = now + 1s;
    first.queued = 1;
    first.hash = "a";
    Bucket second = Fake::bucket(2, QStringLiteral("PUT /a"), BucketState::RouteLimited);
    second.limit = second.remaining = 3;
    second.resetAt = now + 2s;
    second.queued = 2;
    second.rateLimited = 10;
    second.hash = "b";
    Bucket third = Fake::bucket(3, QStringLiteral("POST /b"), BucketState::Idle);
    third.rateLimited = 9;
    UpdateBatch batch;
    batch.at = now;
    batch.buckets = {first, second, third};
    batch.tickets = {Fake::grant(first.id, now - 1s, 20ms), Fake::grant(second.id, now - 1s, 100ms),
        Fake::grant(second.id, now - 1s, 100ms)};
    store->apply(batch);
    makeFrame();
    BucketOrder order(store.get());
    order.sort(column);
    QTEST(numbers(order), "order");
}

void TestBucketOrder::filters()
{
    BucketOrder order(store.get());
    QSignalSpy counts(&order, &BucketOrder::countsChanged);
    apply(Fake::sampleBuckets(now));
    makeFrame();
    QCOMPARE(counts.takeLast(), QVariantList({12, 12}));
    order.sort(BucketModel::TicketsColumn, Qt::DescendingOrder);
    order.setFilter(filter("state:exhausted"));
    QCOMPARE(numbers(order), QList<int>({1, 8}));
    QCOMPARE(counts.takeLast(), QVariantList({2, 12}));
    order.setFilter(filter("channels queued:>0"));
    QCOMPARE(numbers(order), QList<int>({12, 1, 6, 2, 3, 11})); // in order at once
    order.setFilter(filter(""));
    QCOMPARE(order.shownCount(), 12);

    order.setFilter(filter("queued:>10"));
    QCOMPARE(numbers(order), QList<int>({12}));
    std::vector<Bucket> buckets = Fake::sampleBuckets(now);
    buckets[11].queued = 0;
    buckets[8].queued = 11;
    buckets[7].queued = 40;
    apply(buckets);
    makeFrame(16ms); // not yet in order, but there
    QCOMPARE(numbers(order), QList<int>({8, 9}));
    makeFrame(1s);
    QCOMPARE(numbers(order), QList<int>({8, 9}));
    QCOMPARE(
        order.index(0, BucketModel::TicketsColumn).data().toString(), QStringLiteral("40 queued"));
}

void TestBucketOrder::equalsANaiveOneUnderARandomLife()
{
    BucketOrder order(store.get());
    const QAbstractItemModelTester tester(
        &order, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const Filter filters[] = {filter(""), filter("method:GET"), filter("state:open"),
        filter("reset:<1s"), filter("queued:>1 -429:>1"), filter("channels/1 remaining:<3"),
        filter("rate:>0.2"), filter("bucket:1")};
    Filter filter;
    int column = -1;
    auto direction = Qt::AscendingOrder;
    QRandomGenerator random(11);
    std::vector<quint64> alive;
    quint64 next = 1;
    for (int step = 0; step < 600; ++step) {
        UpdateBatch batch;
        batch.at = now;
        for (int i = random.bounded(6); i > 0; --i)
            alive.push_back(next++);
        for (const quint64 number : alive) {
            if (random.bounded(4) == 0 || number + 6 > next)
                batch.buckets.push_back(randomBucket(random, number));
            if (random.bounded(20) == 0)
                batch.tickets.push_back(
                    Fake::grant(Fake::bucketId(number), now, milliseconds(random.bounded(900))));
        }
        for (int i = random.bounded(6); i > 0 && !alive.empty(); --i) {
            const auto gone = alive.begin() + random.bounded(int(alive.size()));
            batch.removed.push_back(Fake::bucketId(*gone));
            alive.erase(gone);
        }
        store->apply(batch);
        if (random.bounded(5) == 0) {
            filter = filters[random.bounded(int(std::size(filters)))];
            order.setFilter(filter);
        }
        if (random.bounded(5) == 0) {
            column = random.bounded(-1, int(BucketModel::ColumnCount));
            direction = random.bounded(2) ? Qt::AscendingOrder : Qt::DescendingOrder;
            order.sort(column, direction);
        }
        makeFrame(milliseconds(random.bounded(700)));
        if (!filter.dependsOnTime()) {
            QList<int> shown = numbers(order);
            QList<int> expected = naive(filter, -1, Qt::AscendingOrder);
            std::sort(shown.begin(), shown.end());
            std::sort(expected.begin(), expected.end());
            QCOMPARE(shown, expected);
        }
        if (random.bounded(3) == 0) {
            makeFrame(1s);
            QCOMPARE(numbers(order), naive(filter, column, direction));
        }
    }
    QVERIFY(next > 1000);
}

void TestBucketOrder::letsRowsStandForASecond()
{
    BucketOrder order(store.get());
    apply(Fake::sampleBuckets(now));
    order.sort(BucketModel::TicketsColumn, Qt::DescendingOrder);
    makeFrame();
    QSignalSpy moves(&order, &BucketOrder::layoutChanged);
    QSignalSpy changes(&order, &BucketOrder::dataChanged);
    for (int frame = 0; frame < 180; ++frame) { // 2.9 s
        std::vector<Bucket> buckets = Fake::sampleBuckets(now);
        buckets[size_t(frame) % 12].queued = 100 + frame;
        apply({buckets[size_t(frame) % 12]});
        makeFrame(16ms);
    }
    QCOMPARE(moves.count(), 2);
    QCOMPARE(changes.count(), 180);
}

void TestBucketOrder::followsTimeWithoutNews()
{
    BucketOrder order(store.get());
    std::vector<Bucket> buckets;
    for (quint64 number = 1; number <= 100; ++number) {
        buckets.push_back(Fake::bucket(number, QStringLiteral("GET /x"), BucketState::Exhausted));
        buckets.back().resetAt = now + 100ms;
    }
    apply(buckets);
    makeFrame();
    order.setFilter(filter("state:exhausted"));
    QCOMPARE(order.shownCount(), 100);
    makeFrame(500ms); // half of them were looked at
    QCOMPARE(order.shownCount(), 50);
    makeFrame(500ms);
    QCOMPARE(order.shownCount(), 0);
}

void TestBucketOrder::settlesWhenFramesEnd()
{
    BucketOrder order(store.get());
    apply(Fake::sampleBuckets(now));
    order.setFilter(filter("state:exhausted"));
    order.sort(BucketModel::TicketsColumn, Qt::DescendingOrder);
    makeFrame();
    QCOMPARE(order.shownCount(), 2);
    std::vector<Bucket> buckets = Fake::sampleBuckets(now);
    buckets[7].queued = 50;
    apply({buckets[7]});
    makeFrame(10ms); // the last one
    QCOMPARE(numbers(order), QList<int>({1, 8}));
    QSignalSpy moved(&order, &BucketOrder::layoutChanged);
    store->setFrozen(true);
    QVERIFY(!moved.wait(1200)); // the picture stands
    store->setFrozen(false);
    makeFrame(10ms);
    QVERIFY(moved.wait());
    QCOMPARE(numbers(order), QList<int>({8, 1}));
}

void TestBucketOrder::keepsSelections()
{
    BucketOrder order(store.get());
    apply(Fake::sampleBuckets(now));
    makeFrame();
    QItemSelectionModel selection(&order);
    selection.select(order.index(order.rowOfBucket(Fake::bucketId(6)), 0),
        QItemSelectionModel::Select | QItemSelectionModel::Rows);
    const auto selected = [&] {
        const QModelIndexList rows = selection.selectedRows();
        return rows.size() == 1 ? order.bucketIdAt(rows.constFirst().row()) : BucketId();
    };
    order.sort(BucketModel::RouteColumn, Qt::DescendingOrder);
    QCOMPARE(selected(), Fake::bucketId(6));
    order.setFilter(filter("method:DELETE"));
    QCOMPARE(selected(), Fake::bucketId(6));
    order.setFilter(filter(""));
    QCOMPARE(selected(), Fake::bucketId(6));
    apply({}, {Fake::bucketId(1), Fake::bucketId(4), Fake::bucketId(12)});
    makeFrame();
    QCOMPARE(selected(), Fake::bucketId(6));
    order.setFilter(filter("method:GET"));
    QVERIFY(!selection.hasSelection());
}

void TestBucketOrder::findsBuckets()
{
    BucketOrder order(store.get());
    apply(Fake::sampleBuckets(now));
    makeFrame();
    order.sort(BucketModel::TicketsColumn, Qt::DescendingOrder);
    order.setFilter(filter("-method:PUT"));
    for (int row = 0; row < order.shownCount(); ++row) {
        QCOMPARE(order.rowOfBucket(order.bucketIdAt(row)), row);
        QCOMPARE(order.rowOf(order.index(row, 1))->bucket.id, order.bucketIdAt(row));
    }
    QCOMPARE(order.rowOfBucket(Fake::bucketId(3)), -1);
    QCOMPARE(order.rowOfBucket(Fake::bucketId(99)), -1);
    QVERIFY(order.bucketIdAt(11).isNull());
    QVERIFY(order.bucketIdAt(-1).isNull());
    QVERIFY(!order.rowOf({}));
}

void TestBucketOrder::keepsWhatAMassRemovalLeaves()
{
    BucketOrder order(store.get());
    const QAbstractItemModelTester tester(
        &order, QAbstractItemModelTester::FailureReportingMode::QtTest);
    order.setFilter(filter("-channels/7"));
    std::vector<Bucket> buckets;
    for (quint64 number = 1; number <= 200; ++number)
        buckets.push_back(Fake::bucket(number, QStringLiteral("GET /channels/%1").arg(number)));
    apply(buckets);
    makeFrame();
    std::vector<BucketId> removed;
    for (quint64 number = 2; number <= 200; number += 2)
        removed.push_back(Fake::bucketId(number));
    apply({buckets[0], buckets[2]}, removed); // and two of those that stay have news
    makeFrame(1s);
    QCOMPARE(numbers(order), naive(filter("-channels/7"), -1, Qt::AscendingOrder));
    QVERIFY(order.shownCount() > 80);
    apply({buckets[0], buckets[198]});
    makeFrame(1s);
    QCOMPARE(numbers(order), naive(filter("-channels/7"), -1, Qt::AscendingOrder));
}

void TestBucketOrder::startsAgainWithAnotherProcess()
{
    BucketOrder order(store.get());
    const QAbstractItemModelTester tester(
        &order, QAbstractItemModelTester::FailureReportingMode::QtTest);
    apply(Fake::sampleBuckets(now));
    makeFrame();
    order.setFilter(filter("state:open"));
    order.sort(BucketModel::RouteColumn);
    QCOMPARE(order.shownCount(), 5);
    store->clear();
    QCOMPARE(order.totalCount(), 0);
    apply(Fake::sampleBuckets(now));
    makeFrame();
    QCOMPARE(numbers(order), naive(filter("state:open"), BucketModel::RouteColumn, {}));
}

void TestBucketOrder::costsLittleWithManyRows()
{
    constexpr int rows = 100'000;
    constexpr int changes = 1000;
    BucketOrder order(store.get());
    QRandomGenerator random(3);
    std::vector<Bucket> buckets;
    buckets.reserve(rows);
    for (quint64 number = 1; number <= rows; ++number)
        buckets.push_back(randomBucket(random, number));
    apply(buckets);
    makeFrame();
    order.setFilter(filter("-state:paused"));
    order.sort(BucketModel::TicketsColumn, Qt::DescendingOrder);
    QVERIFY(order.shownCount() > rows / 2);

    quint64 mostLooked = 0;
    const quint64 compared = order.compared();
    for (int frame = 0; frame < 60; ++frame) {
        std::vector<Bucket> changed;
        for (int i = 0; i < changes; ++i)
            changed.push_back(randomBucket(random, quint64(random.bounded(rows)) + 1));
        const quint64 before = order.looked();
        apply(changed);
        makeFrame(16ms);
        mostLooked = std::max(mostLooked, order.looked() - before);
    }
    // Those that changed, and as many as take a second for all.
    QVERIFY2(mostLooked <= changes + rows * 16 / 1000 + 1, qPrintable(QString::number(mostLooked)));
    QCOMPARE(order.compared(), compared);
    makeFrame(40ms);
    // Nearly half of all rows have moved, and each finds its place near that of the one before.
    const quint64 perMove = (order.compared() - compared) / (60 * changes);
    QVERIFY2(perMove > 0 && perMove < 6, qPrintable(QString::number(perMove)));

    apply({randomBucket(random, 5), randomBucket(random, 50'000)});
    const quint64 before = order.compared();
    makeFrame(1s);
    QVERIFY2(order.compared() - before < 100, qPrintable(QString::number(order.compared())));
}

QTEST_GUILESS_MAIN(TestBucketOrder)
#include "tst_bucketorder.moc"
