// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/BucketModel.h"
#include "monitor-app/views/BucketHeader.h"
#include "monitor-app/views/BucketView.h"
#include "monitor-app/views/FigureCard.h"
#include "monitor-app/views/MainWindow.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QSettings>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>
#include <QtWidgets/QMenu>
#include <QtWidgets/QPushButton>

using namespace Turnstile;
using namespace Turnstile::Monitor;

/// The window as a whole: a source goes in, and people see it.
class TestMainWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void saysWhatToDoWithoutASource();
    void saysWhyASourceDoesNotStart();
    void showsWhatTheSourceTells();
    void hasAccessibleNames();
    void followsTheSystemsColours();
    void makesNoFramesWhileHidden();
    void remembersColumns();
    void sortsByHeader();
    void staysSorted();
    void keepsOneColumn();
    void clicksSortByTheHighestFirst();
    void menuHasTheThemesColours();
    void fitsIntoANarrowWindow();

private:
    QTemporaryDir m_settings;
};

void TestMainWindow::initTestCase()
{
    QVERIFY(m_settings.isValid());
    QCoreApplication::setOrganizationName(QStringLiteral("turnstile-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
}

void TestMainWindow::init()
{
    QSettings().clear();
}

void TestMainWindow::saysWhatToDoWithoutASource()
{
    MainWindow window;
    window.show();
    auto *demo = window.findChild<QPushButton *>(QStringLiteral("demo"));
    QVERIFY(demo && demo->isVisible());
    QVERIFY(!window.findChild<BucketView *>()->isVisible());
    QTest::mouseClick(demo, Qt::LeftButton);
    QVERIFY(window.findChild<BucketView *>()->isVisible());
    window.leave();
    QVERIFY(demo->isVisible());
}

void TestMainWindow::saysWhyASourceDoesNotStart()
{
    MainWindow window;
    window.show();
    auto source = std::make_unique<Fake::Source>();
    source->problem = QStringLiteral("The port is taken.");
    QCOMPARE(window.watch(std::move(source)), QStringLiteral("The port is taken."));
    QVERIFY(!window.findChild<BucketView *>()->isVisible());
}

void TestMainWindow::showsWhatTheSourceTells()
{
    MainWindow window;
    window.setTheme(Theme::dark());
    QCOMPARE(window.watch(std::make_unique<Fake::Source>()), QString());
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QCOMPARE(window.findChild<BucketView *>()->model()->rowCount(), 12);

    const QImage image = window.grab().toImage();
    QSet<QRgb> colours;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            colours.insert(image.pixel(x, y));
    }
    for (const QColor &colour : {Theme::dark().green, Theme::dark().amber, Theme::dark().red,
             Theme::dark().blue, Theme::dark().panel, Theme::dark().queued})
        QVERIFY2(colours.contains(colour.rgb()), qPrintable(colour.name()));
    // For those who want to look at it.
    if (const QString file = qEnvironmentVariable("TURNSTILE_TEST_SCREENSHOT"); !file.isEmpty())
        QVERIFY(image.save(file));
}

void TestMainWindow::hasAccessibleNames()
{
    MainWindow window;
    window.watch(std::make_unique<Fake::Source>());
    window.show();
    QStringList cards;
    for (FigureCard *card : window.findChildren<FigureCard *>()) {
        cards += card->accessibleName();
        QVERIFY2(!card->accessibleDescription().isEmpty(), qPrintable(card->accessibleName()));
    }
    QCOMPARE(cards,
        QStringList(
            {QStringLiteral("Granted"), QStringLiteral("Queued"), QStringLiteral("In flight"),
                QStringLiteral("Wait p50 / p95"), QStringLiteral("Global limit"),
                QStringLiteral("429s, 10 min"), QStringLiteral("Invalid requests")}));
    auto *view = window.findChild<BucketView *>();
    QCOMPARE(view->accessibleName(), QStringLiteral("Buckets"));
    for (int column = 0; column < BucketModel::ColumnCount; ++column) {
        const QModelIndex index = view->model()->index(0, column);
        QVERIFY2(!index.data(Qt::AccessibleTextRole).toString().isEmpty(),
            qPrintable(QString::number(column)));
    }
}

void TestMainWindow::followsTheSystemsColours()
{
    const QPalette before = QGuiApplication::palette();
    MainWindow window;
    QGuiApplication::setPalette(QPalette(Qt::black));
    QCoreApplication::sendPostedEvents();
    QCOMPARE(window.palette().color(QPalette::Window), Theme::dark().window);
    QGuiApplication::setPalette(QPalette(Qt::white));
    QCoreApplication::sendPostedEvents();
    QCOMPARE(window.palette().color(QPalette::Window), Theme::light().window);
    QGuiApplication::setPalette(before);
}

void TestMainWindow::makesNoFramesWhileHidden()
{
    MainWindow window;
    window.watch(std::make_unique<Fake::Source>());
    QVERIFY(!window.store()->isFramePending());
    window.show();
    QVERIFY(window.store()->isFramePending());
    window.hide();
    QVERIFY(!window.store()->isFramePending());
}

void TestMainWindow::remembersColumns()
{
    {
        MainWindow window;
        window.show();
        QHeaderView *header = window.findChild<BucketView *>()->horizontalHeader();
        header->hideSection(BucketModel::HashColumn);
        header->moveSection(header->visualIndex(BucketModel::RouteColumn), 0);
        window.close();
    }
    MainWindow window;
    QHeaderView *header = window.findChild<BucketView *>()->horizontalHeader();
    QVERIFY(header->isSectionHidden(BucketModel::HashColumn));
    QCOMPARE(header->logicalIndex(0), int(BucketModel::RouteColumn));
}

void TestMainWindow::sortsByHeader()
{
    MainWindow window;
    window.watch(std::make_unique<Fake::Source>());
    window.show();
    auto *view = window.findChild<BucketView *>();
    QCOMPARE(view->model()->index(0, BucketModel::StateColumn).data().toString(),
        QStringLiteral("exhausted"));
    view->horizontalHeader()->setSortIndicator(BucketModel::TicketsColumn, Qt::DescendingOrder);
    QCOMPARE(view->model()->index(0, BucketModel::StateColumn).data().toString(),
        QStringLiteral("global lock"));
    view->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    QCOMPARE(view->model()->index(0, BucketModel::StateColumn).data().toString(),
        QStringLiteral("exhausted"));
}

void TestMainWindow::staysSorted()
{
    MainWindow window;
    window.watch(std::make_unique<Fake::Source>());
    window.show();
    auto *view = window.findChild<BucketView *>();
    view->horizontalHeader()->setSortIndicator(BucketModel::TicketsColumn, Qt::DescendingOrder);
    UpdateBatch batch;
    batch.at = std::chrono::steady_clock::now();
    Bucket newcomer = Fake::bucket(99, QStringLiteral("GET /new"));
    newcomer.queued = 100;
    batch.buckets = {newcomer};
    window.store()->apply(batch);
    const auto first = [view] {
        return view->model()->index(0, BucketModel::RouteColumn).data().toString();
    };
    QTRY_COMPARE(first(), QStringLiteral("GET /new"));
}

void TestMainWindow::keepsOneColumn()
{
    MainWindow window;
    auto *header = window.findChild<BucketHeader *>();
    for (int column = 1; column < BucketModel::ColumnCount; ++column)
        header->hideSection(column);
    header->showMenu({});
    auto *menu = header->findChild<QMenu *>(QString(), Qt::FindDirectChildrenOnly);
    QVERIFY(menu);
    int enabled = 0;
    for (QAction *action : menu->actions())
        enabled += action->isCheckable() && action->isEnabled();
    QCOMPARE(enabled, BucketModel::ColumnCount - 1);
    menu->close();
}

void TestMainWindow::clicksSortByTheHighestFirst()
{
    MainWindow window;
    window.watch(std::make_unique<Fake::Source>());
    window.show();
    QHeaderView *header = window.findChild<BucketView *>()->horizontalHeader();
    const auto click = [header](int column) {
        const QPoint at(header->sectionViewportPosition(column) + 20, header->height() / 2);
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, at);
        return header->sortIndicatorOrder();
    };
    QCOMPARE(click(BucketModel::TicketsColumn), Qt::DescendingOrder);
    QCOMPARE(click(BucketModel::TicketsColumn), Qt::AscendingOrder);
    QCOMPARE(click(BucketModel::RouteColumn), Qt::AscendingOrder);
}

void TestMainWindow::menuHasTheThemesColours()
{
    for (const Theme *theme : {&Theme::dark(), &Theme::light()}) {
        MainWindow window;
        window.setTheme(*theme);
        window.show();
        auto *header = window.findChild<BucketHeader *>();
        header->showMenu({});
        auto *menu = header->findChild<QMenu *>(QString(), Qt::FindDirectChildrenOnly);
        QVERIFY(menu);
        const QImage image = menu->grab().toImage();
        const bool isDark =
            image.pixelColor(image.width() / 2, image.height() - 5).lightness() < 128;
        QCOMPARE(isDark, theme == &Theme::dark());
        menu->close();
    }
}

void TestMainWindow::fitsIntoANarrowWindow()
{
    MainWindow window;
    window.watch(std::make_unique<Fake::Source>());
    window.resize(870, 500);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QCOMPARE(window.width(), 870);
    const auto *header = window.findChild<BucketView *>()->horizontalHeader();
    QCOMPARE(header->sectionSize(BucketModel::RouteColumn), 160);
    window.resize(1440, 500);
    QTRY_VERIFY(header->sectionSize(BucketModel::RouteColumn) >= 280);
}

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
