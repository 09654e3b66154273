// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/BucketModel.h"
#include "monitor-app/models/BucketOrder.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/BucketHeader.h"
#include "monitor-app/views/BucketView.h"

#include <QtGui/QClipboard>
#include <QtGui/QContextMenuEvent>
#include <QtGui/QPaintEvent>
#include <QtTest/QtTest>
#include <QtWidgets/QMenu>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The bucket table as people use it, and what it paints again.
class TestBucketView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void tellsWhatIsSelected();
    void selectionGoesWithItsRow();
    void selectsWhatIsShown();
    void opensMenusOfRows();
    void copiesARow();
    void tellsHowManyMatch();
    void leavesRoomForRoutes();
    void paintsOnlyWhatHasNews();
    void paintsNamesOnlyWhenTheyChange();
    void paintsNewsTenTimesASecond();

private:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() == QEvent::Paint)
            painted += static_cast<QPaintEvent *>(event)->region();
        return QObject::eventFilter(watched, event);
    }
    void makeFrame(milliseconds later)
    {
        now += later;
        store->makeFrame();
        QCoreApplication::processEvents();
    }
    void apply(const std::vector<Bucket> &buckets, const std::vector<BucketId> &removed = {})
    {
        UpdateBatch batch;
        batch.at = now;
        batch.buckets = buckets;
        batch.removed = removed;
        store->apply(batch);
    }
    QRegion rowRegion(int row) const
    {
        return QRect(
            0, view->rowViewportPosition(row), view->viewport()->width(), view->rowHeight(row));
    }

    TimePoint now;
    std::unique_ptr<Store> store;
    std::unique_ptr<BucketView> view;
    std::unique_ptr<QSignalSpy> selected;
    QRegion painted;
};

void TestBucketView::init()
{
    now = TimePoint(1000s);
    store = std::make_unique<Store>([this] { return now; });
    view = std::make_unique<BucketView>(store.get());
    selected = std::make_unique<QSignalSpy>(view.get(), &BucketView::bucketSelected);
    store->apply(Fake::sampleTraffic(now));
    store->makeFrame();
    view->resize(1078, 460);
    view->show();
    QVERIFY(QTest::qWaitForWindowExposed(view.get()));
}

void TestBucketView::cleanup()
{
    selected.reset();
    view.reset();
    store.reset();
}

void TestBucketView::tellsWhatIsSelected()
{
    QVERIFY(!view->selectedBucket());
    view->selectRow(2);
    QCOMPARE(selected->takeLast(), QVariantList({QVariant::fromValue(Fake::bucketId(3))}));
    QCOMPARE(view->selectedBucket(), std::optional(Fake::bucketId(3)));
    view->horizontalHeader()->setSortIndicator(BucketModel::TicketsColumn, Qt::DescendingOrder);
    QCOMPARE(view->selectedBucket(), std::optional(Fake::bucketId(3)));
    view->setFilter(Filter::parse(QStringLiteral("method:PUT")));
    QCOMPARE(view->selectedBucket(), std::optional(Fake::bucketId(3)));
    QCOMPARE(selected->count(), 0); // it is the same all the time
    view->clearSelection();
    QCOMPARE(selected->takeLast(), QVariantList({QVariant::fromValue(BucketId())}));
}

void TestBucketView::selectionGoesWithItsRow()
{
    view->select(Fake::bucketId(3));
    view->setFilter(Filter::parse(QStringLiteral("method:POST")));
    QVERIFY(!view->selectedBucket()); // no neighbour instead
    QCOMPARE(selected->takeLast(), QVariantList({QVariant::fromValue(BucketId())}));
    view->setFilter({});
    view->select(Fake::bucketId(3));
    apply({}, {Fake::bucketId(3), Fake::bucketId(1)});
    makeFrame(20ms);
    QVERIFY(!view->selectedBucket());
    view->select(Fake::bucketId(4));
    selected->clear();
    store->clear();
    QCOMPARE(selected->takeLast(), QVariantList({QVariant::fromValue(BucketId())}));
}

void TestBucketView::selectsWhatIsShown()
{
    view->resize(600, 120);
    view->select(Fake::bucketId(12));
    QCOMPARE(view->selectedBucket(), std::optional(Fake::bucketId(12)));
    QVERIFY(view->viewport()->rect().contains(view->visualRect(view->currentIndex()).center()));
    view->setFilter(Filter::parse(QStringLiteral("state:global")));
    view->select(Fake::bucketId(1)); // hidden
    QCOMPARE(view->selectedBucket(), std::optional(Fake::bucketId(12)));
    view->select({});
    QVERIFY(!view->selectedBucket());
}

void TestBucketView::opensMenusOfRows()
{
    QSignalSpy requested(view.get(), &BucketView::contextMenuRequested);
    const QPoint at = view->visualRect(view->model()->index(1, 1)).center();
    QContextMenuEvent byMouse(QContextMenuEvent::Mouse, at, view->viewport()->mapToGlobal(at));
    QCoreApplication::sendEvent(view->viewport(), &byMouse);
    QCOMPARE(requested.count(), 1);
    QCOMPARE(requested.constLast()[0].value<BucketId>(), Fake::bucketId(2));
    QCOMPARE(requested.constLast()[1].toPoint(), view->viewport()->mapToGlobal(at));

    view->select(Fake::bucketId(5));
    QContextMenuEvent byKey(QContextMenuEvent::Keyboard, {}, {});
    QCoreApplication::sendEvent(view.get(), &byKey);
    QCOMPARE(requested.constLast()[0].value<BucketId>(), Fake::bucketId(5));
    const QPoint position = view->viewport()->mapFromGlobal(requested.constLast()[1].toPoint());
    QCOMPARE(view->rowAt(position.y()), 4);

    view->select({});
    QCoreApplication::sendEvent(view.get(), &byKey);
    QCOMPARE(requested.count(), 2);
    auto *menu = view->findChild<BucketHeader *>()->findChild<QMenu *>();
    QVERIFY(menu); // the columns', where there is no row
    menu->close();
}

void TestBucketView::copiesARow()
{
    QClipboard *clipboard = QGuiApplication::clipboard();
    clipboard->setText(QStringLiteral("before"));
    QTest::keyClick(view.get(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(clipboard->text(), QStringLiteral("before"));
    view->select(Fake::bucketId(1));
    QTest::keyClick(view.get(), Qt::Key_C, Qt::ControlModifier);
    const QString copied = clipboard->text();
    QVERIFY2(copied.startsWith(QStringLiteral("POST /channels/41771983423143937/messages (bucket "
                                              "a1f3c09be17d449c) · State: exhausted")),
        qPrintable(copied));
}

void TestBucketView::tellsHowManyMatch()
{
    QSignalSpy counts(view.get(), &BucketView::countsChanged);
    view->setFilter(Filter::parse(QStringLiteral("state:exhausted")));
    QCOMPARE(counts.takeLast(), QVariantList({2, 12}));
    view->setFilter(Filter::parse(QStringLiteral("state:exhaustd"))); // changes nothing
    QCOMPARE(counts.count(), 0);
    QCOMPARE(view->order()->shownCount(), 2);
    view->setFilter(Filter::parse(QStringLiteral("nothing")));
    QCOMPARE(counts.takeLast(), QVariantList({0, 12}));
}

void TestBucketView::leavesRoomForRoutes()
{
    // The table of a window of 1440 pixels beside a panel of 326.
    QVERIFY2(view->columnWidth(BucketModel::RouteColumn) >= 280,
        qPrintable(QString::number(view->columnWidth(BucketModel::RouteColumn))));
    view->resize(700, 460);
    QVERIFY(view->columnWidth(BucketModel::RouteColumn) >= 160);
}

void TestBucketView::paintsOnlyWhatHasNews()
{
    makeFrame(600ms);
    makeFrame(400ms); // no window ends for a while
    view->viewport()->installEventFilter(this);
    Bucket changed = Fake::sampleBuckets(now)[8]; // no window is open
    changed.queued = 3;
    painted = {};
    apply({changed});
    makeFrame(100ms);
    QVERIFY(painted.intersects(rowRegion(8)));
    const int reset = view->columnViewportPosition(BucketModel::ResetColumn);
    const QRect countdowns(
        reset, 0, view->columnWidth(BucketModel::ResetColumn), view->viewport()->height());
    QVERIFY((painted - rowRegion(8) - countdowns).isEmpty());
    QVERIFY(!painted.contains(QPoint(reset + 5, view->rowViewportPosition(6) + 5))); // no window
    QVERIFY(painted.contains(QPoint(reset + 5, view->rowViewportPosition(3) + 5)));
}

void TestBucketView::paintsNamesOnlyWhenTheyChange()
{
    view->viewport()->installEventFilter(this);
    Bucket changed = Fake::sampleBuckets(now)[8];
    const auto paintsHash = [&] {
        painted = {};
        apply({changed});
        makeFrame(100ms);
        return painted.contains(QPoint(view->columnViewportPosition(BucketModel::HashColumn) + 5,
            view->rowViewportPosition(8) + 5));
    };
    QVERIFY(paintsHash()); // nothing is known of it yet
    QVERIFY(!paintsHash());
    changed.hash = "another";
    QVERIFY(paintsHash());
    QVERIFY(!paintsHash());
}

void TestBucketView::paintsNewsTenTimesASecond()
{
    makeFrame(600ms);
    view->viewport()->installEventFilter(this);
    const QPoint cell(5, view->rowViewportPosition(8) + 5); // the state, which has no clock
    Bucket changed = Fake::sampleBuckets(now)[8];
    int times = 0;
    for (int frame = 0; frame < 50; ++frame) { // 0.8 s
        painted = {};
        changed.queued = frame;
        apply({changed});
        makeFrame(16ms);
        times += painted.contains(cell);
    }
    QVERIFY2(times >= 6 && times <= 8, qPrintable(QString::number(times)));
}

QTEST_MAIN(TestBucketView)
#include "tst_bucketview.moc"
