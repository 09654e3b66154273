// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/EventModel.h"

#include <QtCore/QSortFilterProxyModel>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The table over the log, watched by QAbstractItemModelTester.
class TestEventModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void staysConsistentWhenTheLogIsFull();
    void tellsTimesOnTheWall();
    void knowsTheWallsTimeByItself();
    void tellsOfCountsThatGoOn();

private:
    RateLimitEvent hit(quint64 bucket) const
    {
        RateLimitHit hit;
        hit.bucket = Fake::bucketId(bucket);
        hit.name = QStringLiteral("GET /a");
        hit.retryAfter = 1s;
        return {now, hit};
    }
    void flood(EventLog &log, quint64 count)
    {
        UpdateBatch batch;
        batch.at = batch.since = now;
        for (quint64 bucket = 1; bucket <= count; ++bucket)
            batch.hits.push_back(hit(bucket));
        log.apply(batch);
        now += 2s;
    }
    TimePoint now{1000s};
};

void TestEventModel::staysConsistentWhenTheLogIsFull()
{
    EventLog log;
    EventModel model(&log, [this] { return now; });
    QSortFilterProxyModel proxy;
    proxy.setSourceModel(&model);
    flood(log, EventLog::most - 3);
    const QAbstractItemModelTester tester(
        &model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    BucketId oldest; // that is to stay
    connect(&model, &QAbstractItemModel::rowsAboutToBeRemoved, this,
        [&](const QModelIndex &, int, int last) {
            oldest = last + 1 < model.rowCount() ? model.eventAt(last + 1).bucket : BucketId();
        });
    connect(&model, &QAbstractItemModel::rowsRemoved, this, [&] {
        if (model.rowCount() == 0)
            return;
        QVERIFY(model.eventAt(0).bucket == oldest);
        QVERIFY(!model.index(model.rowCount() - 1, EventModel::TextColumn).data().isNull());
    });
    for (quint64 count : {2u, 5u, 1u, 70u}) {
        flood(log, count);
        QCOMPARE(model.rowCount(), log.count());
        QCOMPARE(proxy.rowCount(), log.count());
        QVERIFY(model.eventAt(model.rowCount() - 1).bucket == Fake::bucketId(count));
    }
    flood(log, EventLog::most + 5); // nothing old is left
    QCOMPARE(model.rowCount(), EventLog::most);
    log.clear();
    QCOMPARE(model.rowCount(), 0);
}

void TestEventModel::tellsTimesOnTheWall()
{
    EventLog log;
    EventModel model(&log, [this] { return now; });
    const QDateTime start(QDate(2026, 3, 1), QTime(12, 0));
    model.setWallClock([&](TimePoint at) {
        return start.addMSecs(std::chrono::round<milliseconds>(at - TimePoint(1000s)).count());
    });
    now = TimePoint(1001500ms);
    flood(log, 1); // and two seconds pass
    const auto data = [&](int column, int role = Qt::DisplayRole) {
        return model.index(0, column).data(role).toString();
    };
    QCOMPARE(data(EventModel::TimeColumn), QStringLiteral("12:00:01.500"));
    QCOMPARE(data(EventModel::TimeColumn, Qt::ToolTipRole),
        QStringLiteral("2026-03-01T12:00:01\n2.0 s ago"));
    QCOMPARE(data(EventModel::KindColumn), QStringLiteral("429"));
    QCOMPARE(data(EventModel::RouteColumn), QStringLiteral("GET /a"));
    QCOMPARE(data(EventModel::TextColumn),
        QStringLiteral("429 (no scope): no token was left, its requests wait 1.0 s"));
    QCOMPARE(model.headerData(EventModel::RouteColumn, Qt::Horizontal).toString(),
        QStringLiteral("Route"));
}

void TestEventModel::knowsTheWallsTimeByItself()
{
    EventLog log;
    now = std::chrono::steady_clock::now();
    EventModel model(&log, [this] { return now; });
    flood(log, 1);
    const QTime told = QTime::fromString(
        model.index(0, EventModel::TimeColumn).data().toString(), QStringLiteral("hh:mm:ss.zzz"));
    const int off = std::abs(told.msecsTo(QTime::currentTime()));
    QVERIFY(off < 10'000 || off > 86'000'000); // midnight may pass
}

void TestEventModel::tellsOfCountsThatGoOn()
{
    EventLog log;
    EventModel model(&log, [this] { return now; });
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    flood(log, 2);
    QCOMPARE(changed.count(), 0);
    now -= 2s; // within the same second
    flood(log, 1);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(changed[0][0].toModelIndex(), model.index(0, EventModel::TextColumn));
    QVERIFY(model.index(0, EventModel::TextColumn)
                .data()
                .toString()
                .endsWith(QStringLiteral("(2 times)")));
}

QTEST_GUILESS_MAIN(TestEventModel)
#include "tst_eventmodel.moc"
