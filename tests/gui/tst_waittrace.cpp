// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/WaitTrace.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

class TestWaitTrace : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void putsWaitsWhereTicketsWereGranted();
    void letsTheLongestWaitRise();
    void leavesOutWhatWasNeverGranted();

private:
    TicketTry granted(milliseconds at, milliseconds wait) const
    {
        TicketTry one;
        one.state = TicketState::InFlight;
        one.grantedAt = start + at;
        one.queuedAt = one.askedAt = *one.grantedAt - wait;
        return one;
    }
    const TimePoint start{1000s};
};

void TestWaitTrace::putsWaitsWhereTicketsWereGranted()
{
    const std::deque<TicketTry> tries{granted(-1ms, 9s), granted(0ms, 40ms), granted(900ms, 90ms),
        granted(2999ms, 7ms), granted(3000ms, 9s)};
    const PlotColumns columns = waitTrace(tries, start, start + 3s, 3);
    QCOMPARE(columns.size(), size_t(3));
    QCOMPARE(columns[0], (PlotRange{40, 90}));
    QVERIFY(!columns[1]);
    QCOMPARE(columns[2], (PlotRange{7, 7}));
    QVERIFY(waitTrace(tries, start, start, 3)[0] == std::nullopt);
    QVERIFY(waitTrace(tries, start, start + 3s, 0).empty());
}

void TestWaitTrace::letsTheLongestWaitRise()
{
    TicketTry waiting;
    waiting.queuedAt = waiting.askedAt = start - 1s;
    TicketTry later = waiting;
    later.queuedAt = later.askedAt = start + 1s;
    const PlotColumns columns = waitTrace({waiting, later}, start, start + 3s, 3);
    QVERIFY(!columns[0] && !columns[1]);
    QCOMPARE(columns[2], (PlotRange{4000, 4000}));
}

void TestWaitTrace::leavesOutWhatWasNeverGranted()
{
    TicketTry cancelled;
    cancelled.state = TicketState::Cancelled;
    cancelled.queuedAt = start;
    cancelled.endedAt = start + 1s;
    QCOMPARE(waitTrace({cancelled}, start, start + 2s, 2), PlotColumns(2));
}

QTEST_GUILESS_MAIN(TestWaitTrace)
#include "tst_waittrace.moc"
