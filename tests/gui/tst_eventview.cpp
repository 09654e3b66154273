// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/EventTable.h"
#include "monitor-app/views/EventView.h"

#include <QtGui/QClipboard>
#include <QtTest/QtTest>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QToolButton>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;
using Kind = LoggedEvent::Kind;

/// The log as somebody uses it.
class TestEventView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void followsTheEnd();
    void leavesOutKinds();
    void copiesLines();
    void showsTheBucketOfALine();

private:
    void add(int count, Kind kind = Kind::Connection, BucketId bucket = {})
    {
        for (int i = 0; i < count; ++i)
            store->events()->add({now, kind, bucket, QStringLiteral("GET /a"),
                QStringLiteral("Line %1").arg(store->events()->count())});
    }
    QAbstractItemModel *lines() const { return table->model(); }
    TimePoint now{1000s};
    std::unique_ptr<Store> store;
    std::unique_ptr<EventView> view;
    EventTable *table = nullptr;
};

void TestEventView::init()
{
    store = std::make_unique<Store>([this] { return now; });
    view = std::make_unique<EventView>(store.get());
    view->setWallClock([](TimePoint) { return QDateTime(QDate(2026, 3, 1), QTime(12, 0)); });
    view->resize(800, 200);
    view->show();
    table = view->findChild<EventTable *>();
}

void TestEventView::cleanup()
{
    view.reset();
    store.reset();
}

void TestEventView::followsTheEnd()
{
    QScrollBar *bar = table->verticalScrollBar();
    const auto isLastInSight = [this] {
        const QModelIndex last = lines()->index(lines()->rowCount() - 1, 0);
        return table->viewport()->rect().contains(table->visualRect(last));
    };
    add(50);
    QVERIFY(isLastInSight());
    add(1);
    QVERIFY(isLastInSight());
    bar->setValue(30); // somebody reads
    add(20);
    QCOMPARE(bar->value(), 30);
    bar->setValue(bar->maximum());
    add(20);
    QVERIFY(isLastInSight());
    view->resize(800, 120);
    QVERIFY(isLastInSight());
}

void TestEventView::leavesOutKinds()
{
    add(2, Kind::Failure);
    add(3, Kind::RateLimited);
    QCOMPARE(lines()->rowCount(), 5);
    view->setKindShown(Kind::Failure, false);
    QCOMPARE(lines()->rowCount(), 3);
    add(1, Kind::Failure);
    add(1, Kind::RateLimited);
    QCOMPARE(lines()->rowCount(), 4);
    QCOMPARE(lines()->index(3, EventModel::TextColumn).data().toString(), QStringLiteral("Line 6"));
    const auto toggles = view->findChildren<QToolButton *>();
    QCOMPARE(toggles.size(), LoggedEvent::kindCount);
    toggles[int(Kind::Failure)]->click();
    QVERIFY(view->isKindShown(Kind::Failure));
    QCOMPARE(lines()->rowCount(), 7);
    QVERIFY(!view->grab().isNull());
}

void TestEventView::copiesLines()
{
    add(3);
    QVERIFY(view->selectedText().isEmpty());
    table->selectRow(1);
    table->selectionModel()->select(
        lines()->index(0, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    const QString first = QStringLiteral("12:00:00.000\tconnection\tGET /a\tLine 0\n");
    QCOMPARE(
        view->selectedText(), first + QStringLiteral("12:00:00.000\tconnection\tGET /a\tLine 1\n"));
    QCOMPARE(view->allText().count(QLatin1Char('\n')), 3);

    QVERIFY(QTest::qWaitForWindowActive(view.get()));
    view->setFocus();
    table->selectRow(0);
    QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), first);
}

void TestEventView::showsTheBucketOfALine()
{
    add(1);
    add(1, Kind::Failure, Fake::bucketId(7));
    QList<BucketId> shown;
    connect(view.get(), &EventView::bucketSelected, this,
        [&](BucketId bucket) { shown.append(bucket); });
    Q_EMIT table->activated(lines()->index(0, 0)); // it has none
    Q_EMIT table->activated(lines()->index(1, 0));
    QCOMPARE(shown, QList<BucketId>{Fake::bucketId(7)});
}

QTEST_MAIN(TestEventView)
#include "tst_eventview.moc"
