// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/StallProbe.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QTimer>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// Turns are those of a real event loop; the time that they take is the test's.
class TestStallProbe : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void timesTurns();
    void countsWhatPeopleFeel();
    void doesNotCountWaiting();
    void measuresARealTurn();

private:
    // A turn of the loop in which handlers take so long.
    void turn(milliseconds first, milliseconds second = 0ms)
    {
        QEventLoop loop;
        QMetaObject::invokeMethod(
            this, [this, first] { now += first; }, Qt::QueuedConnection);
        QMetaObject::invokeMethod(
            this, [this, second] { now += second; }, Qt::QueuedConnection);
        QTimer::singleShot(0, &loop, &QEventLoop::quit);
        loop.exec();
        Q_EMIT QAbstractEventDispatcher::instance()->aboutToBlock(); // as the next one does
    }
    TimePoint now{1000s};
};

void TestStallProbe::timesTurns()
{
    const StallProbe probe([this] { return now; });
    QCOMPARE(probe.longest(), 0ms);
    turn(12ms);
    QCOMPARE(probe.longest(), 12ms);
    turn(20ms, 25ms); // nobody could do anything in between
    QCOMPARE(probe.longest(), 45ms);
    turn(3ms);
    QCOMPARE(probe.longest(), 45ms);
    QVERIFY(probe.turns() >= 3);
}

void TestStallProbe::countsWhatPeopleFeel()
{
    const StallProbe probe([this] { return now; });
    turn(50ms);
    QCOMPARE(probe.stalls(), 0);
    turn(51ms);
    turn(30ms, 30ms);
    QCOMPARE(probe.stalls(), 2);
}

void TestStallProbe::doesNotCountWaiting()
{
    const StallProbe probe([this] { return now; });
    turn(5ms);
    now += 10s; // while the loop waited
    turn(5ms);
    QCOMPARE(probe.longest(), 5ms);
}

void TestStallProbe::measuresARealTurn()
{
    const StallProbe probe;
    QEventLoop loop;
    QTimer::singleShot(0, &loop, [] {
        const auto end = std::chrono::steady_clock::now() + 20ms;
        while (std::chrono::steady_clock::now() < end) { }
    });
    QTimer::singleShot(40ms, &loop, &QEventLoop::quit);
    loop.exec();
    QVERIFY2(probe.longest() >= 20ms, qPrintable(QString::number(probe.longest().count())));
}

QTEST_GUILESS_MAIN(TestStallProbe)
#include "tst_stallprobe.moc"
