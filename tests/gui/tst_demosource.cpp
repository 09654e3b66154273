// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Store.h"
#include "monitor-app/sources/DemoSource.h"

#include <QtTest/QtTest>

#include <set>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// The demo is real: its bots come under the limits that it is there to show.
class TestDemoSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void showsTheStatesOfBuckets();
};

void TestDemoSource::showsTheStatesOfBuckets()
{
    DemoSource source;
    Store store;
    std::set<BucketState> states;
    std::set<TicketState> tickets;
    std::set<LimitKind> hits;
    bool exempt = false;
    connect(&source, &MonitorSource::updated, this, [&](const UpdateBatch &batch) {
        store.apply(batch);
        for (const Bucket &bucket : batch.buckets) {
            states.insert(bucket.state);
            exempt |= bucket.exempt;
        }
        for (const TicketInfo &ticket : batch.tickets)
            tickets.insert(ticket.state);
        for (const RateLimitEvent &event : batch.hits) {
            hits.insert(event.hit.kind);
            QVERIFY2(!event.hit.name.contains(u"interactions"), "callbacks are exempt");
        }
    });
    QCOMPARE(source.start(), QString());
    const std::set<BucketState> allStates{BucketState::Probing, BucketState::Exhausted,
        BucketState::RouteLimited, BucketState::GloballyLocked, BucketState::Open,
        BucketState::Idle};
    QTRY_COMPARE_WITH_TIMEOUT(states, allStates, 40'000);
    QTRY_VERIFY_WITH_TIMEOUT(tickets.contains(TicketState::Cancelled), 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(tickets.contains(TicketState::Lost), 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(hits.contains(LimitKind::Global), 20'000);
    QVERIFY(exempt);
    // One 429 of the hidden limit, then those of the scripted locks; none that a limiter can avoid.
    QCOMPARE(hits, std::set<LimitKind>({LimitKind::Sublimit, LimitKind::Global}));
    store.makeFrame();
    QVERIFY(store.bucketCount() >= 12);
    int callbacks = 0;
    for (int row = 0; row < store.bucketCount(); ++row)
        callbacks += store.bucketAt(row).bucket.name.contains(u"interactions");
    QCOMPARE(callbacks, 1);
}

QTEST_GUILESS_MAIN(TestDemoSource)
#include "tst_demosource.moc"
