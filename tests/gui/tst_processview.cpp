// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "Gui.h"
#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/views/MonitorPage.h"
#include "monitor-app/views/ProcessView.h"
#include "monitor-app/views/TextLines.h"

#include <QtCore/QSettings>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QtTest>
#include <QtWidgets/QTabWidget>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The processes that share a token, as somebody looks at them.
class TestProcessView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void namesProcesses();
    void knowsWhoIsSilent();
    void findsTheUseOfABucket();
    void listsFew();
    void tellsWhatEachHolds();
    void keepsItsRows();
    void saysWhyItIsOld();
    void hasATabWhereATokenIsShared();
    void looksGood_data();
    void looksGood();

private:
    void tell(const SharedState &shared)
    {
        UpdateBatch batch;
        batch.at = now;
        batch.shared = shared;
        store->apply(batch);
        now += 200ms;
        store->makeFrame();
    }
    QStringList row(const ProcessModel &model, int row) const
    {
        QStringList texts;
        for (int column = 0; column < ProcessModel::ColumnCount; ++column)
            texts += model.index(row, column).data().toString();
        return texts;
    }
    TimePoint now{1000s};
    std::unique_ptr<Store> store;
    Gui::TemporarySettings settings;
};

void TestProcessView::init()
{
    now = TimePoint(1000s);
    store = std::make_unique<Store>([this] { return now; });
    store->apply(Fake::sampleTraffic(now));
    store->makeFrame();
}

void TestProcessView::namesProcesses()
{
    SharedProcess process;
    process.id = QStringLiteral("1k9fz0q7");
    QCOMPARE(Sharing::fullName(process), QStringLiteral("no name (1k9f…)"));
    process.name = QStringLiteral("bot");
    QCOMPARE(Sharing::fullName(process), QStringLiteral("bot"));
    process.pid = 12;
    QCOMPARE(Sharing::fullName(process), QStringLiteral("bot 12"));
    process.host = QStringLiteral("ip-10-0-3-17.eu-central-1.compute.internal");
    QCOMPARE(Sharing::fullName(process), QStringLiteral("bot 12@ip-10-0-3-17"));
    process.host = QStringLiteral("a-machine-with-a-name-of-many-words");
    QCOMPARE(Sharing::machine(process), QStringLiteral("12@a-machine-with…any-words"));
    process.host = QStringLiteral("10.0.3.17");
    QCOMPARE(Sharing::machine(process), QStringLiteral("12@10.0.3.17"));
    process.isOwn = true;
    QCOMPARE(Sharing::fullName(process), QStringLiteral("this process"));
    QCOMPARE(Sharing::longName(process), QStringLiteral("bot 12@10.0.3.17 (this process)"));
}

// Who has nothing to do says nothing.
void TestProcessView::knowsWhoIsSilent()
{
    SharedState shared = Fake::sampleShared(now);
    shared.at = now;
    const auto heard = [&](size_t place, milliseconds ago) {
        shared.processes[place].heardAt = now - ago;
        return Sharing::heard(shared.processes[place], Sharing::silentFor(shared, place), now);
    };
    QCOMPARE(heard(1, 1999ms), QStringLiteral("now"));
    QCOMPARE(heard(1, 4499ms), QStringLiteral("4 s ago"));
    QVERIFY(!Sharing::silentFor(shared, 1));
    QCOMPARE(heard(1, 4500ms), QStringLiteral("silent for 4 s"));
    QVERIFY(Sharing::silentFor(shared, 1));
    shared.processes[1].waitsForAll = false; // and waits for the bucket
    QVERIFY(Sharing::silentFor(shared, 1));
    shared.buckets[0].waiting = {0};
    QCOMPARE(heard(1, 9s), QStringLiteral("9 s ago"));
    QVERIFY(!Sharing::silentFor(shared, 1));
    shared.processes[1].leases = 1;
    QVERIFY(Sharing::silentFor(shared, 1));
}

void TestProcessView::findsTheUseOfABucket()
{
    const SharedState shared = Fake::sampleShared(now);
    QCOMPARE(Sharing::useOf(shared, store->bucketAt(0).bucket), &shared.buckets[0]);
    QCOMPARE(Sharing::useOf(shared, store->bucketAt(1).bucket), nullptr);
    Bucket known = Fake::bucket(50, QStringLiteral("GET /channels/99"));
    QCOMPARE(Sharing::useOf(shared, known), nullptr);
    known.hash = "beef"; // idle here, and the server calls it so
    known.majorResource = "channels/99";
    QCOMPARE(Sharing::useOf(shared, known), &shared.buckets[1]);
    known.majorResource = "channels/98";
    QCOMPARE(Sharing::useOf(shared, known), nullptr);
}

void TestProcessView::listsFew()
{
    SharedState shared;
    SharedBucket use;
    for (int i = 0; i < 30; ++i) {
        SharedProcess process;
        process.name = QStringLiteral("bot-%1").arg(i);
        shared.processes.push_back(process);
        use.holders.push_back({i, 2});
        if (i < 4)
            use.waiting.push_back(i);
    }
    use.moreHolders = 1000;
    QCOMPARE(Sharing::holders(shared, &use),
        QStringLiteral("bot-0 (2), bot-1 (2), bot-2 (2), bot-3 (2) and 1\u00a0026 more"));
    QCOMPARE(Sharing::waiting(shared, &use), QStringLiteral("bot-0, bot-1, bot-2, bot-3"));
    QCOMPARE(Sharing::waiting(shared, nullptr), QStringLiteral("nobody"));
}

void TestProcessView::tellsWhatEachHolds()
{
    ProcessModel model(store.get());
    const QAbstractItemModelTester tester(&model);
    QCOMPARE(model.rowCount(), 0);
    tell(Fake::sampleShared(now));
    QCOMPARE(model.rowCount(), 3);
    const QString post = QStringLiteral("POST /channels/41771983423143937/messages");
    QCOMPARE(row(model, 0),
        QStringList({QStringLiteral("music-bot, this process"), QStringLiteral("318@web1"),
            QStringLiteral("now"), QStringLiteral("1"), post + QStringLiteral(" (1)"), post}));
    QCOMPARE(row(model, 1).value(4), QStringLiteral("–"));
    QCOMPARE(row(model, 1).value(5), QStringLiteral("the global limit, ") + post);
    QCOMPARE(row(model, 2).value(2), QStringLiteral("silent for 11 s"));
    QCOMPARE(row(model, 2).value(4), post + QStringLiteral(" (3), channels/99 · beef (2)"));
    QVERIFY(model.isSilent(2) && !model.isSilent(1));
    QCOMPARE(model.index(1, ProcessModel::WantedColumn).data(Qt::ToolTipRole).toString(),
        QStringLiteral("the global limit\n") + post);
    QVERIFY(model.index(2, ProcessModel::MachineColumn)
                .data(Qt::ToolTipRole)
                .toString()
                .contains(QStringLiteral("web2.example.org")));
}

void TestProcessView::keepsItsRows()
{
    ProcessModel model(store.get());
    const QAbstractItemModelTester tester(&model);
    SharedState shared = Fake::sampleShared(now);
    tell(shared);
    QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
    shared.at = now;
    shared.processes[0].leases = 9;
    tell(shared);
    QCOMPARE(reset.count(), 0);
    QCOMPARE(model.processAt(0).leases, 9);
    shared.at = now;
    shared.processes.pop_back();
    shared.buckets.clear();
    tell(shared);
    QCOMPARE(model.rowCount(), 3);
    QVERIFY(model.isGone(2) && !model.isGone(1));
    QCOMPARE(row(model, 2).mid(1),
        QStringList({QStringLiteral("4121@web2"), QStringLiteral("gone"), QStringLiteral("0"),
            QStringLiteral("–"), QStringLiteral("–")}));
    QVERIFY(model.index(2, ProcessModel::HeardColumn)
                .data(Qt::ToolTipRole)
                .toString()
                .contains(QStringLiteral("It was last heard of 12 s ago")));
    reset.clear();
    now += 1min;
    store->makeFrame();
    QCOMPARE(reset.count(), 1);
    QCOMPARE(model.rowCount(), 2);
    store->clear();
    QCOMPARE(model.rowCount(), 0);
}

void TestProcessView::saysWhyItIsOld()
{
    ProcessView view(store.get());
    view.resize(900, 200);
    view.show();
    const auto *remark = view.findChild<TextLines *>();
    QVERIFY(!remark->isVisible());
    SharedState shared = Fake::sampleShared(now);
    shared.problem = QStringLiteral("Redis refused the connection.");
    now += 30s;
    tell(shared);
    QVERIFY(remark->isVisible());
    QVERIFY(view.model()->isOld());
    QCOMPARE(remark->written(),
        QStringLiteral("Redis refused the connection. This is how it was 30 s ago."));
    shared = SharedState();
    shared.problem = QStringLiteral("Redis has not answered yet.");
    tell(shared);
    QCOMPARE(remark->written(), QStringLiteral("Redis has not answered yet."));
    QCOMPARE(view.count(), std::optional(0));
}

void TestProcessView::hasATabWhereATokenIsShared()
{
    MonitorPage page(store.get());
    page.resize(1200, 800);
    page.show();
    auto *tabs = page.findChild<QTabWidget *>();
    QVERIFY(!tabs->isTabVisible(2));
    tell(Fake::sampleShared(now));
    QVERIFY(tabs->isTabVisible(2));
    QCOMPARE(tabs->tabText(2), QStringLiteral("Processes (3)"));
    QCOMPARE(tabs->currentIndex(), 0);
    tabs->setCurrentIndex(2);
    store->clear(); // of another bot nothing is known yet
    QVERIFY(!tabs->isTabVisible(2));
    QCOMPARE(tabs->currentIndex(), 0);
    QSettings stored;
    page.save(&stored);
    tell(Fake::sampleShared(now));
    QCOMPARE(tabs->currentIndex(), 2); // as somebody wanted it
    MonitorPage next(store.get());
    next.restore(stored);
    QCOMPARE(next.findChild<QTabWidget *>()->currentIndex(), 2);
}

void TestProcessView::looksGood_data()
{
    QTest::addColumn<const Theme *>("theme");
    QTest::newRow("dark") << &Theme::dark();
    QTest::newRow("light") << &Theme::light();
}

// Thirty processes, some with long names, in a page that is as wide as the mock, and in a small
// one.
void TestProcessView::looksGood()
{
    QFETCH(const Theme *, theme);
    MonitorPage page(store.get());
    page.setTheme(*theme);
    page.setPalette(theme->palette());
    page.setAutoFillBackground(true);
    page.show();
    SharedState shared = Fake::sampleShared(now);
    for (int i = 3; i < 30; ++i) {
        SharedProcess process = shared.processes[size_t(i % 2) + 1];
        process.id = QStringLiteral("p%1").arg(i + 1);
        process.name = i % 5 == 0
            ? QStringLiteral("a-bot-whose-name-is-longer-than-anybody-thought-of-%1").arg(i)
            : QStringLiteral("music-bot");
        process.pid = 1000 + i;
        process.host = i % 7 == 0 ? QStringLiteral("ip-10-0-3-17-with-a-long-name.eu-central-1")
                                  : QStringLiteral("web%1").arg(i % 3 + 1);
        process.leases = i == 4 ? 180 : i % 6;
        shared.processes.push_back(process);
        shared.buckets[0].holders.push_back({i, 1});
        shared.buckets[0].waiting.push_back(i);
    }
    SharedProcess dead = shared.processes[2];
    dead.id = QStringLiteral("dead");
    dead.pid = 4000;
    shared.processes.push_back(dead);
    tell(shared);
    shared.at = now;
    shared.processes.pop_back();
    tell(shared);
    page.selectBucket(Fake::bucketId(1));
    page.findChild<QTabWidget *>()->setCurrentIndex(2);
    for (const QSize size : {QSize(1600, 900), QSize(900, 640)}) {
        page.resize(size);
        store->makeFrame();
        QVERIFY(!page.grab().isNull());
        Gui::savePicture(
            page, QStringLiteral("processes-%1-%2").arg(Gui::nameOf(*theme)).arg(size.width()));
    }
}

QTEST_MAIN(TestProcessView)
#include "tst_processview.moc"
