// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/BucketOrder.h"
#include "monitor-app/views/BucketView.h"
#include "monitor-app/views/DetailPanel.h"
#include "monitor-app/views/FilterField.h"
#include "monitor-app/views/MainWindow.h"
#include "monitor-app/views/MonitorPage.h"
#include "monitor-app/views/ReplayBar.h"
#include "monitor-app/views/ShortcutsDialog.h"
#include "monitor-app/views/SourceBar.h"
#include "monitor-app/views/StateBanner.h"
#include "monitor-app/views/TimelineView.h"
#include "monitor-app/views/Veil.h"

#include <QtCore/QSettings>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

namespace {
/// A source whose state a test says.
class MoodySource : public Fake::Source {
public:
    State state() const override { return m_state; }
    QString stateText() const override { return m_text; }
    void become(State state, const QString &text = {})
    {
        m_state = state;
        m_text = text;
        Q_EMIT stateChanged();
    }

private:
    State m_state = State::Live;
    QString m_text;
};
} // namespace

/// What people do in the window, by keys and by the bar, and what it shows of the source's states.
class TestWindowActions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void spaceFreezes();
    void spaceInTheFilterIsABlank();
    void filterChoosesRowsAndLanes();
    void keepsTheLastGoodFilter();
    void keepsTheBucketThatAFilterHides();
    void rangeReachesEveryPart();
    void recordsAndReplays();
    void refusesToRecordNothing();
    void greysWhatIsOld();
    void saysWhyASourceFailed();
    void leavesForTheStartPage();
    void remembersFilterAndRange();
    void listsTheShortcuts();

private:
    MoodySource *watch(MainWindow *window)
    {
        auto source = std::make_unique<MoodySource>();
        MoodySource *watched = source.get();
        const bool isWatched = window->watch(std::move(source)).isEmpty();
        window->show();
        return isWatched && QTest::qWaitForWindowExposed(window) ? watched : nullptr;
    }
    QTemporaryDir m_folder;
};

void TestWindowActions::initTestCase()
{
    QVERIFY(m_folder.isValid());
    QCoreApplication::setOrganizationName(QStringLiteral("turnstile-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path());
}

void TestWindowActions::init()
{
    QSettings().clear();
}

void TestWindowActions::spaceFreezes()
{
    MainWindow window;
    QVERIFY(watch(&window));
    window.page()->buckets()->setFocus();
    QTest::keyClick(&window, Qt::Key_Space);
    QVERIFY(window.store()->isFrozen());
    const auto *banner = window.findChild<StateBanner *>();
    QVERIFY(banner->isVisible());
    QVERIFY2(banner->text().contains(QStringLiteral("frozen")), qPrintable(banner->text()));
    QTest::keyClick(&window, Qt::Key_Space);
    QVERIFY(!window.store()->isFrozen());
    QVERIFY(!banner->isVisible());
}

void TestWindowActions::spaceInTheFilterIsABlank()
{
    MainWindow window;
    QVERIFY(watch(&window));
    auto *field = window.findChild<FilterField *>();
    QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier);
    QTRY_VERIFY(QApplication::focusWidget());
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("a b"));
    QCOMPARE(field->text(), QStringLiteral("a b"));
    QVERIFY(!window.store()->isFrozen());
}

void TestWindowActions::filterChoosesRowsAndLanes()
{
    MainWindow window;
    QVERIFY(watch(&window));
    const BucketOrder *order = window.page()->buckets()->order();
    QTRY_COMPARE(order->shownCount(), 12);
    QTRY_VERIFY(window.page()->timeline()->lanes().size() > 5); // which had tickets
    window.setFilterText(QStringLiteral("method:POST state:probing"));
    QTRY_COMPARE(order->shownCount(), 1);
    QCOMPARE(order->bucketIdAt(0), Fake::bucketId(11));
    QTRY_COMPARE(window.page()->timeline()->lanes(), std::vector<BucketId>{Fake::bucketId(11)});
}

void TestWindowActions::keepsTheBucketThatAFilterHides()
{
    MainWindow window;
    QVERIFY(watch(&window));
    BucketView *buckets = window.page()->buckets();
    const auto *detail = window.findChild<DetailPanel *>();
    QTRY_VERIFY(buckets->selectedBucket());
    buckets->select(Fake::bucketId(3));
    window.setFilterText(QStringLiteral("method:PATCH"));
    QTRY_COMPARE(buckets->order()->shownCount(), 2);
    QVERIFY(!buckets->selectedBucket());
    QCOMPARE(detail->bucket(), Fake::bucketId(3));
    window.setFilterText({});
    QTRY_COMPARE(buckets->selectedBucket(), std::optional(Fake::bucketId(3)));
}

void TestWindowActions::keepsTheLastGoodFilter()
{
    MainWindow window;
    QVERIFY(watch(&window));
    const BucketOrder *order = window.page()->buckets()->order();
    window.setFilterText(QStringLiteral("method:PATCH"));
    QTRY_COMPARE(order->shownCount(), 2);
    window.setFilterText(QStringLiteral("methd:GET"));
    QTest::keyClick(window.findChild<FilterField *>(), Qt::Key_Return);
    QCOMPARE(order->shownCount(), 2);
}

void TestWindowActions::rangeReachesEveryPart()
{
    MainWindow window;
    QVERIFY(watch(&window));
    QTest::keyClick(&window, Qt::Key_2, Qt::AltModifier);
    QCOMPARE(window.store()->range(), TimeRange::Minutes5);
    const TimelineWindow &shown = window.page()->timeline()->window();
    QTRY_COMPARE(std::chrono::round<std::chrono::seconds>(shown.until() - shown.from()), 300s);
    QTest::keyClick(&window, Qt::Key_3, Qt::AltModifier);
    QCOMPARE(window.store()->range(), TimeRange::Hour1);
    QTest::keyClick(&window, Qt::Key_1, Qt::AltModifier);
    QCOMPARE(window.store()->range(), TimeRange::Seconds30);
}

void TestWindowActions::recordsAndReplays()
{
    const QString path = m_folder.filePath(QStringLiteral("seen.tsrec"));
    MainWindow window;
    QVERIFY(watch(&window));
    QVERIFY(!window.findChild<ReplayBar *>()->isVisible());
    QCOMPARE(window.startRecording(path), QString());
    QVERIFY(!window.startRecording(path).isEmpty()); // one at a time
    window.stopRecording();
    QCOMPARE(window.openRecording(path), QString());
    QVERIFY(window.findChild<ReplayBar *>()->isVisible());
    QTRY_COMPARE(window.store()->bucketCount(), 12);
    QVERIFY(!window.openRecording(m_folder.filePath(QStringLiteral("none.tsrec"))).isEmpty());
}

void TestWindowActions::refusesToRecordNothing()
{
    MainWindow window;
    QVERIFY(!window.startRecording(m_folder.filePath(QStringLiteral("empty.tsrec"))).isEmpty());
    QVERIFY(!QFile::exists(m_folder.filePath(QStringLiteral("empty.tsrec"))));
}

void TestWindowActions::greysWhatIsOld()
{
    MainWindow window;
    MoodySource *source = watch(&window);
    QVERIFY(source);
    const auto *veil = window.findChild<Veil *>();
    const auto *banner = window.findChild<StateBanner *>();
    QVERIFY(!veil->isVisible());
    source->become(MonitorSource::State::Lost, QStringLiteral("The bot is gone."));
    QVERIFY(veil->isVisible());
    QVERIFY2(
        banner->text().contains(QStringLiteral("The bot is gone.")), qPrintable(banner->text()));
    QCOMPARE(window.store()->bucketCount(), 12);
    source->become(MonitorSource::State::Live);
    QVERIFY(!veil->isVisible());
    QVERIFY(!banner->isVisible());
}

void TestWindowActions::saysWhyASourceFailed()
{
    MainWindow window;
    MoodySource *source = watch(&window);
    QVERIFY(source);
    source->become(MonitorSource::State::Failed, QStringLiteral("It speaks another version."));
    const QString text = window.findChild<StateBanner *>()->text();
    QVERIFY2(text.contains(QStringLiteral("It speaks another version.")), qPrintable(text));
}

void TestWindowActions::leavesForTheStartPage()
{
    MainWindow window;
    QVERIFY(watch(&window));
    QTest::keyClick(&window, Qt::Key_W, Qt::ControlModifier);
    QVERIFY(!window.session()->source());
    QVERIFY(!window.page()->isVisible());
    QTest::keyClick(&window, Qt::Key_Space); // nothing to freeze
    QVERIFY(!window.store()->isFrozen());
}

void TestWindowActions::remembersFilterAndRange()
{
    {
        MainWindow window;
        QVERIFY(watch(&window));
        window.setFilterText(QStringLiteral("method:PATCH"));
        QTest::keyClick(&window, Qt::Key_2, Qt::AltModifier);
        window.close();
    }
    MainWindow window;
    QVERIFY(watch(&window));
    QCOMPARE(window.findChild<FilterField *>()->text(), QStringLiteral("method:PATCH"));
    QCOMPARE(window.store()->range(), TimeRange::Minutes5);
    QTRY_COMPARE(window.page()->buckets()->order()->shownCount(), 2);
}

void TestWindowActions::listsTheShortcuts()
{
    MainWindow window;
    QVERIFY(watch(&window));
    bool isShown = false;
    QTimer::singleShot(0, &window, [&isShown] {
        if (auto *dialog = qobject_cast<ShortcutsDialog *>(QApplication::activeModalWidget())) {
            isShown = true;
            dialog->reject();
        }
    });
    QTest::keyClick(&window, Qt::Key_F1);
    QVERIFY(isShown);
}

QTEST_MAIN(TestWindowActions)
#include "tst_windowactions.moc"
