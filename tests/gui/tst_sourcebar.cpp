// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "Gui.h"
#include "monitor-app/views/Button.h"
#include "monitor-app/views/SourceBar.h"

#include <QtTest/QtTest>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QMenu>

using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The bar asks, and shows what it is told.
class TestSourceBar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void asksAndDoesNotDecide();
    void showsItsStates_data();
    void showsItsStates();
    void hasNothingToFreezeWithoutASource();
    void asksForARange();
    void shortensInsteadOfClipping_data();
    void shortensInsteadOfClipping();
    void buttonsKeepTheirKeys();

private:
    static Button *button(const SourceBar &bar, const QString &name)
    {
        for (Button *button : bar.findChildren<Button *>()) {
            if (button->accessibleName() == name)
                return button;
        }
        return nullptr;
    }
};

void TestSourceBar::asksAndDoesNotDecide()
{
    SourceBar bar;
    bar.setSource(QStringLiteral("music-bot"), MonitorSource::State::Live);
    QSignalSpy frozen(&bar, &SourceBar::freezeToggled);
    QSignalSpy recording(&bar, &SourceBar::recordToggled);
    button(bar, QStringLiteral("Freeze"))->click();
    button(bar, QStringLiteral("Freeze"))->click(); // nobody did it
    QCOMPARE(frozen, QList<QList<QVariant>>({{true}, {true}}));
    bar.setFrozen(12s);
    button(bar, QStringLiteral("Resume"))->click();
    QCOMPARE(frozen.constLast(), QList<QVariant>{false});
    button(bar, QStringLiteral("Record"))->click();
    bar.setRecording(0s);
    button(bar, QStringLiteral("End recording"))->click();
    QCOMPARE(recording, QList<QList<QVariant>>({{true}, {false}}));
}

void TestSourceBar::showsItsStates_data()
{
    using State = MonitorSource::State;
    QTest::addColumn<State>("state");
    QTest::addColumn<QColor>("color");
    QTest::newRow("live") << State::Live << Theme::dark().green;
    QTest::newRow("connecting") << State::Connecting << Theme::dark().amber;
    QTest::newRow("lost") << State::Lost << Theme::dark().amber;
    QTest::newRow("failed") << State::Failed << Theme::dark().red;
    QTest::newRow("replay") << State::Replay << Theme::dark().blue;
}

void TestSourceBar::showsItsStates()
{
    QFETCH(MonitorSource::State, state);
    SourceBar bar;
    bar.resize(1000, Theme::barHeight);
    bar.setTheme(Theme::dark());
    bar.setSource(QStringLiteral("music-bot"), state);
    const QPoint dot(Theme::padding + 16, (Theme::barHeight - 1) / 2);
    const auto color = [&] {
        return bar.grab().toImage().pixelColor(dot * bar.devicePixelRatio());
    };
    QTEST(color(), "color");
    bar.clearSource();
    QCOMPARE(color(), Theme::dark().faint);
}

void TestSourceBar::hasNothingToFreezeWithoutASource()
{
    SourceBar bar;
    const Button *record = button(bar, QStringLiteral("Record"));
    QVERIFY(!button(bar, QStringLiteral("Freeze"))->isEnabled());
    QVERIFY(!record->isEnabled());
    bar.setSource(QStringLiteral("old.tsrec"), MonitorSource::State::Replay);
    QVERIFY(button(bar, QStringLiteral("Freeze"))->isEnabled());
    QVERIFY(!record->isEnabled());
    QVERIFY(!button(bar, QStringLiteral("Export"))->isEnabled());
    QMenu exports;
    bar.setExportMenu(&exports);
    QVERIFY(button(bar, QStringLiteral("Export"))->isEnabled());
}

void TestSourceBar::asksForARange()
{
    SourceBar bar;
    bar.resize(1440, Theme::barHeight);
    TimeRange asked = TimeRange::Seconds30;
    connect(&bar, &SourceBar::rangeChosen, this, [&](TimeRange range) { asked = range; });
    const Button *range = button(bar, QStringLiteral("Time range"));
    range->menu()->actions().constLast()->trigger();
    QCOMPARE(asked, TimeRange::Hour1);
    QVERIFY(range->menu()->actions().constFirst()->isChecked());
    bar.setRange(asked);
    QVERIFY(range->menu()->actions().constLast()->isChecked());
    QCOMPARE(range->text(), QStringLiteral("Last hour"));
}

void TestSourceBar::shortensInsteadOfClipping_data()
{
    QTest::addColumn<int>("width");
    for (int width : {1440, 900, 640})
        QTest::addRow("%d", width) << width;
}

void TestSourceBar::shortensInsteadOfClipping()
{
    QFETCH(int, width);
    for (const Theme *theme : {&Theme::dark(), &Theme::light()}) {
        SourceBar bar;
        QMenu exports;
        bar.setTheme(*theme);
        bar.setPalette(theme->palette());
        bar.setFilterField(new QLineEdit(&bar));
        bar.setExportMenu(&exports);
        bar.setSource(QStringLiteral("music-bot · pid 4121"), MonitorSource::State::Live);
        bar.resize(width, Theme::barHeight);
        bar.show();
        for (bool isBusy : {false, true}) {
            if (isBusy) {
                bar.setFrozen(12s);
                bar.setRecording(72s);
            }
            QCoreApplication::sendPostedEvents();
            QCOMPARE(bar.width(), width);
            QVERIFY(bar.findChild<QLineEdit *>()->width() >= 120);
            int right = 0;
            for (const Button *one : bar.findChildren<Button *>()) {
                QVERIFY(one->width() >= one->sizeHint().width());
                QVERIFY2(one->x() > right, qPrintable(one->text()));
                right = one->geometry().right();
            }
            QVERIFY(right < width);
            Gui::savePicture(bar,
                QStringLiteral("bar-%1-%2%3")
                    .arg(Gui::nameOf(*theme))
                    .arg(width)
                    .arg(isBusy ? QStringLiteral("-busy") : QString()));
        }
    }
}

void TestSourceBar::buttonsKeepTheirKeys()
{
    SourceBar bar;
    bar.setSource(QStringLiteral("music-bot"), MonitorSource::State::Live);
    bar.show();
    QVERIFY(QTest::qWaitForWindowActive(&bar));
    Button *record = button(bar, QStringLiteral("Record"));
    record->setFocus(Qt::TabFocusReason);
    QAction freeze;
    freeze.setShortcut(Qt::Key_Space);
    bar.addAction(&freeze);
    QSignalSpy frozen(&freeze, &QAction::triggered);
    QSignalSpy recorded(&bar, &SourceBar::recordToggled);
    QTest::keyClick(record, Qt::Key_Space);
    QCOMPARE(recorded.count(), 1);
    QCOMPARE(frozen.count(), 0);
    Gui::savePicture(bar, QStringLiteral("bar-focus"));
}

QTEST_MAIN(TestSourceBar)
#include "tst_sourcebar.moc"
