// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Store.h"
#include "monitor-app/sources/DemoScenario.h"
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
    void hasScenarios();
    void showsAFlood();
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

void TestDemoSource::hasScenarios()
{
    QSet<QString> descriptions;
    for (const QString &name : DemoScenario::names()) {
        QVERIFY(!DemoScenario::named(name).musicBot.empty());
        descriptions += DemoScenario::description(name);
    }
    QCOMPARE(descriptions.size(), DemoScenario::names().size());
    QVERIFY(DemoScenario::named({}).meetsGlobalLocks);
    QVERIFY(!DemoScenario::named(u"quiet").meetsGlobalLocks);
}

void TestDemoSource::showsAFlood()
{
    DemoSource source(QStringLiteral("flood"));
    Store store;
    connect(&source, &MonitorSource::updated, &store, &Store::apply);
    QCOMPARE(source.start(), QString());
    QTRY_VERIFY((store.makeFrame(), store.figures().queued() > 80));
    QCOMPARE(store.figures().rateLimited(store.now()).total(), 0);
}

QTEST_GUILESS_MAIN(TestDemoSource)
#include "tst_demosource.moc"
