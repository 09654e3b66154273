// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Filter.h"
#include "monitor-app/models/RowOrder.h"
#include "monitor-app/models/Store.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;
using Column = RowOrder::Column;

class TestRowOrder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void putsTheMostPressingFirst_data();
    void putsTheMostPressingFirst();
    void filters();
    void keepsEqualsInOrder();
    void namesItsColumns();

private:
    const TimePoint now{1000s};
};

void TestRowOrder::putsTheMostPressingFirst_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("last");
    const auto row = [](const char *name, Column column, const char *first, const char *last) {
        QTest::newRow(name) << int(column) << QString::fromUtf8(first) << QString::fromUtf8(last);
    };
    row("state", Column::State, "GET /channels/613425648685547541/pins",
        "PATCH /guilds/197038439483310086/members/…");
    row("route", Column::Route, "PATCH /channels/41771983423143937",
        "POST /webhooks/223704706495545344/••••");
    row("tokens", Column::Tokens, "POST /channels/41771983423143937/messages",
        "POST /guilds/197038439483310086/channels");
    row("resets", Column::Resets, "PATCH /channels/41771983423143937",
        "POST /guilds/197038439483310086/channels");
    row("queued", Column::Queued, "GET /channels/613425648685547541/pins",
        "GET /channels/613425648685547541/messages");
    row("429s", Column::RateLimited, "PATCH /channels/41771983423143937",
        "GET /channels/613425648685547541/pins");
}

void TestRowOrder::putsTheMostPressingFirst()
{
    QFETCH(int, column);
    Store store([this] { return now; });
    store.apply(Fake::sampleTraffic(now));
    store.makeFrame();
    RowOrder order{Column(column)};
    const std::vector<int> rows = order.rows(store, {});
    QCOMPARE(int(rows.size()), 12);
    QTEST(store.bucketAt(rows.front()).bucket.name, "first");
    QTEST(store.bucketAt(rows.back()).bucket.name, "last");
    order.reversed = true;
    QVERIFY(order.rows(store, {}).front() != rows.front());
}

void TestRowOrder::filters()
{
    Store store([this] { return now; });
    store.apply(Fake::sampleTraffic(now));
    store.makeFrame();
    const auto rows =
        RowOrder{Column::Queued}.rows(store, Filter::parse(QStringLiteral("state:exhausted")));
    QCOMPARE(rows, std::vector({0, 7}));
}

void TestRowOrder::keepsEqualsInOrder()
{
    Store store([this] { return now; });
    UpdateBatch batch;
    batch.at = batch.since = now;
    for (quint64 number = 1; number <= 50; ++number)
        batch.buckets.push_back(Fake::bucket(number, QStringLiteral("GET /a")));
    store.apply(batch);
    store.makeFrame();
    for (bool reversed : {false, true}) {
        for (int column = 0; column < RowOrder::columnCount; ++column) {
            const auto rows = RowOrder{Column(column), reversed}.rows(store, {});
            QVERIFY(std::is_sorted(rows.begin(), rows.end()));
        }
    }
}

void TestRowOrder::namesItsColumns()
{
    QCOMPARE(int(RowOrder::names().size()), RowOrder::columnCount);
    QCOMPARE(RowOrder::named(u"in-flight"), std::optional(Column::InFlight));
    QCOMPARE(RowOrder::named(u"429"), std::optional(Column::RateLimited));
    QVERIFY(!RowOrder::named(u"colour"));
}

QTEST_GUILESS_MAIN(TestRowOrder)
#include "tst_roworder.moc"
