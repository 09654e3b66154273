// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/RunStats.h"
#include "monitor-app/models/Store.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

class TestRunStats : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saysWhatTheRunWasLike();
};

void TestRunStats::saysWhatTheRunWasLike()
{
    Store store([] { return TimePoint(1000s); });
    RunStats stats(&store);
    UpdateBatch batch;
    batch.at = batch.since = TimePoint(1000s);
    batch.events = 1200;
    batch.dropped = 3;
    for (int i = 0; i < 2; ++i) {
        store.apply(batch);
        stats.count(batch);
        store.makeFrame();
    }
    static const QRegularExpression wanted(
        QStringLiteral("^run time            \\d+\\.\\d s\n"
                       "events              2\u00a0400\n"
                       "longest stall       \\d+ ms\n"
                       "stalls over 50 ms   0 of \\d+ turns\n"
                       "frames              2\n"
                       "dropped             6\n"
                       "peak memory         (\\d+\\.\\d MiB|–)\n"
                       "processor time      \\d+\\.\\d\\d s\n$"));
    QVERIFY2(wanted.match(stats.text()).hasMatch(), qPrintable(stats.text()));
}

QTEST_GUILESS_MAIN(TestRunStats)
#include "tst_runstats.moc"
