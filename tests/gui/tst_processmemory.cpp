// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/ProcessMemory.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// Who was there, and is told no more.
class TestProcessMemory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void remembersWhoIsGone();
    void missesNobodyWithNothingToDo();
    void knowsForHowLongOneIsSilent();
    void holdsFew();
    void beginsAnewEarlier();

private:
    // A second later.
    void take(SharedState shared)
    {
        now += 1s;
        shared.at = now;
        memory.take(shared);
        told = shared;
    }
    QStringList gone() const
    {
        QStringList ids;
        for (const SharedProcess &process : memory.gone(now))
            ids += process.id;
        return ids;
    }
    TimePoint now;
    ProcessMemory memory;
    SharedState told;
};

void TestProcessMemory::init()
{
    now = TimePoint(1000s);
    memory.clear();
    take(Fake::sampleShared(now));
}

void TestProcessMemory::remembersWhoIsGone()
{
    SharedState shared = told;
    shared.processes.pop_back(); // which held leases
    take(shared);
    QCOMPARE(gone(), QStringList(QStringLiteral("p3")));
    QCOMPARE(memory.gone(now)[0].leases, 0);
    shared.processes.pop_back(); // which waited
    take(shared);
    QCOMPARE(gone(), QStringList({QStringLiteral("p2"), QStringLiteral("p3")}));
    now += 59s;
    QCOMPARE(gone(), QStringList(QStringLiteral("p2")));
    take(Fake::sampleShared(now)); // all are back
    QCOMPARE(gone(), QStringList());
}

void TestProcessMemory::missesNobodyWithNothingToDo()
{
    SharedState shared = told;
    shared.processes[2].leases = 0;
    take(shared);
    shared.processes.pop_back();
    take(shared);
    QCOMPARE(gone(), QStringList());
}

// Redis forgets that after ten seconds.
void TestProcessMemory::knowsForHowLongOneIsSilent()
{
    SharedState shared = told;
    shared.processes[2].heardAt = now;
    take(shared);
    const TimePoint heardAt = now - 9s;
    shared.processes[2].heardAt = heardAt;
    take(shared);
    for (int i = 0; i < 5; ++i) {
        shared.processes[2].heardAt = now + 1s - 10s;
        take(shared);
    }
    QCOMPARE(told.processes[2].heardAt, heardAt);
    shared.processes[2].heardAt = now;
    take(shared);
    QCOMPARE(told.processes[2].heardAt, now - 1s);
}

void TestProcessMemory::holdsFew()
{
    SharedState shared = told;
    for (int i = 0; i < 100; ++i) {
        shared.processes[2].id = QStringLiteral("again-%1").arg(i);
        take(shared);
        now -= 900ms;
    }
    QCOMPARE(memory.gone(now).size(), 20U);
    QCOMPARE(gone().constFirst(), QStringLiteral("again-98"));
}

void TestProcessMemory::beginsAnewEarlier()
{
    now -= 100s;
    SharedState shared = told;
    shared.processes.pop_back();
    take(shared);
    QCOMPARE(gone(), QStringList());
}

QTEST_GUILESS_MAIN(TestProcessMemory)
#include "tst_processmemory.moc"
