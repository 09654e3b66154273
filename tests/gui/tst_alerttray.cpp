// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/views/AlertsDialog.h"
#include "monitor-app/views/AlertTray.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QSettings>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>
#include <QtWidgets/QCheckBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The tray and its dialog, on a desktop that has no tray.
class TestAlertTray : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();

    void tellsOfASource();
    void tellsWithoutAnUpdate();
    void tellsNothingOfARecording();
    void leavesTheSourceBefore();
    void drawsItsIcon();
    void dialogSetsAndRemembers();
    void dialogTries();
    void showsTheDialog_data();
    void showsTheDialog();

private:
    struct Source : Fake::Source {
        State state() const override { return current; }
        TimePoint now() const override { return time; }
        void send(std::optional<TimePoint> oldest, bool locked)
        {
            UpdateBatch batch;
            batch.at = batch.since = time;
            Bucket bucket = Fake::bucket(1, QStringLiteral("GET /x"));
            bucket.oldestAskedAt = oldest;
            batch.buckets = {bucket};
            if (locked)
                batch.global = GlobalLimitInfo{50, 50, {}, time + 1s};
            Q_EMIT updated(batch);
        }
        State current = State::Live;
        TimePoint time{1000s};
    };
    QTemporaryDir m_settings;
};

void TestAlertTray::initTestCase()
{
    QVERIFY(m_settings.isValid());
    QCoreApplication::setOrganizationName(QStringLiteral("turnstile-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    QVERIFY(!AlertTray::isAvailable());
}

void TestAlertTray::init()
{
    QSettings().clear();
}

void TestAlertTray::tellsOfASource()
{
    QWidget window;
    AlertTray tray(&window);
    Source source;
    tray.watch(&source);
    QSignalSpy told(&tray, &AlertTray::told);
    source.send({}, true);
    QCOMPARE(told.count(), 0); // off by default
    source.time += 2s;
    tray.setSettings({true, false, {}});
    source.send({}, true);
    QCOMPARE(told.count(), 1);
    QCOMPARE(told[0][0].toString(),
        QStringLiteral("music-bot · pid 4121: Global lock. A 429 holds all requests of the token "
                       "for 1.0 s."));
}

void TestAlertTray::tellsWithoutAnUpdate()
{
    QWidget window;
    AlertTray tray(&window);
    tray.setSettings({false, false, 1s});
    Source source;
    tray.watch(&source);
    QSignalSpy told(&tray, &AlertTray::told);
    source.send(source.time - 990ms, false);
    QCOMPARE(told.count(), 0);
    source.time += 10ms;
    QVERIFY(told.wait());
}

void TestAlertTray::tellsNothingOfARecording()
{
    QWidget window;
    AlertTray tray(&window);
    tray.setSettings({true, true, 1s});
    Source source;
    source.current = MonitorSource::State::Replay;
    tray.watch(&source);
    QSignalSpy told(&tray, &AlertTray::told);
    source.send(source.time - 1h, true);
    QCOMPARE(told.count(), 0);
    source.current = MonitorSource::State::Lost; // what waited then may be long gone
    Q_EMIT source.stateChanged();
    QCOMPARE(told.count(), 0);
}

void TestAlertTray::leavesTheSourceBefore()
{
    QWidget window;
    AlertTray tray(&window);
    tray.setSettings({false, false, 1s});
    QSignalSpy told(&tray, &AlertTray::told);
    Source first;
    tray.watch(&first);
    {
        Source second;
        tray.watch(&second);
        first.send(first.time - 1h, false);
        QCOMPARE(told.count(), 0);
        second.send(second.time - 1h, false);
        QCOMPARE(told.count(), 1);
    }
    tray.setSettings({true, true, 2s}); // with none
    tray.watch(&first);
    first.send(first.time - 1h, false);
    QCOMPARE(told.count(), 2);
}

void TestAlertTray::drawsItsIcon()
{
    const QImage image = AlertTray::icon().pixmap(22, 22).toImage();
    QCOMPARE(image.size(), QSize(22, 22));
    QCOMPARE(image.pixelColor(0, 0).alpha(), 0);
    QCOMPARE(image.pixelColor(11, 3).alpha(), 255);
    if (const QString to = qEnvironmentVariable("TURNSTILE_TEST_SCREENSHOT"); !to.isEmpty())
        QVERIFY(AlertTray::icon().pixmap(128, 128).save(to + u"icon.png"_qs));
}

void TestAlertTray::dialogSetsAndRemembers()
{
    QWidget window;
    AlertTray tray(&window);
    {
        AlertsDialog dialog(&tray, &window);
        const QList<QCheckBox *> boxes = dialog.findChildren<QCheckBox *>();
        QCOMPARE(boxes.size(), 3);
        auto *seconds = dialog.findChild<QSpinBox *>();
        QVERIFY(!seconds->isEnabled());
        for (QCheckBox *box : boxes) {
            QVERIFY(!box->isChecked());
            box->click();
        }
        QVERIFY(seconds->isEnabled());
        seconds->setValue(45);
        QCOMPARE(tray.settings(), (AlertSettings{true, true, 45s}));
        boxes[1]->click();
    }
    const AlertTray later(&window);
    QCOMPARE(later.settings(), (AlertSettings{true, false, 45s}));
    const AlertsDialog dialog(&tray, &window);
    QCOMPARE(dialog.findChild<QSpinBox *>()->value(), 45);
    QVERIFY(!dialog.findChildren<QCheckBox *>().at(1)->isChecked());
}

void TestAlertTray::dialogTries()
{
    QWidget window;
    AlertTray tray(&window);
    QSignalSpy told(&tray, &AlertTray::told);
    AlertsDialog dialog(&tray, &window);
    QPushButton *button = nullptr;
    for (QPushButton *candidate : dialog.findChildren<QPushButton *>()) {
        if (candidate->text() == QStringLiteral("&Try it"))
            button = candidate;
    }
    QVERIFY(button);
    button->click();
    QCOMPARE(told.value(0), QVariantList({QStringLiteral("A test. This is how an alert looks.")}));
    bool saysSo = false;
    for (const QLabel *label : dialog.findChildren<QLabel *>())
        saysSo = saysSo || label->text().contains(QStringLiteral("has no tray"));
    QVERIFY(saysSo);
}

void TestAlertTray::showsTheDialog_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("dark") << true;
    QTest::newRow("light") << false;
}

void TestAlertTray::showsTheDialog()
{
    QFETCH(bool, dark);
    QWidget window;
    AlertTray tray(&window);
    tray.setSettings({true, false, 30s});
    AlertsDialog dialog(&tray, &window);
    dialog.setTheme(dark ? Theme::dark() : Theme::light());
    dialog.show();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    const QImage image = dialog.grab().toImage();
    QCOMPARE(image.pixelColor(3, 3).lightness() < 128, dark);
    if (const QString to = qEnvironmentVariable("TURNSTILE_TEST_SCREENSHOT"); !to.isEmpty())
        QVERIFY(image.save(to + QLatin1String(QTest::currentDataTag()) + u".png"_qs));
}

QTEST_MAIN(TestAlertTray)
#include "tst_alerttray.moc"
