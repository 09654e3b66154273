// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/LimiterSource.h"
#include "ratelimit/InMemoryRatelimiter.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// A ratelimiter's signals become batches.
class TestLimiterSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void startsWithASnapshot();
    void gathersWhatHappens();
    void tellsTheGlobalLimit();
    void survivesTheRatelimiter();

private:
    static UpdateBatch taken(QSignalSpy *spy)
    {
        return spy->takeFirst().at(0).value<UpdateBatch>();
    }
    const Endpoint endpoint{Method::Get, "/channels/41771983423143937/messages"};
};

void TestLimiterSource::startsWithASnapshot()
{
    InMemoryRatelimiter limiter;
    TicketReceiver *ticket = limiter.ticket(endpoint);
    QSignalSpy available(ticket, &TicketReceiver::available);
    QVERIFY(available.wait());
    LimiterSource source(&limiter, QStringLiteral("bot"));
    QSignalSpy updated(&source, &MonitorSource::updated);
    QCOMPARE(source.start(), QString());
    QCOMPARE(updated.count(), 1);
    const UpdateBatch batch = taken(&updated);
    QVERIFY(batch.snapshotEnds);
    QCOMPARE(batch.buckets.size(), size_t(1));
    QCOMPARE(batch.buckets[0].inFlight, 1);
    QCOMPARE(batch.buckets[0].name, endpoint.name());
}

void TestLimiterSource::gathersWhatHappens()
{
    InMemoryRatelimiter limiter;
    LimiterSource source(&limiter, QStringLiteral("bot"));
    source.start();
    QSignalSpy updated(&source, &MonitorSource::updated);
    for (int i = 0; i < 20; ++i)
        limiter.ticket(endpoint)->setParent(&limiter);
    QVERIFY(updated.wait());
    const UpdateBatch batch = taken(&updated);
    QVERIFY(!batch.snapshotEnds);
    QCOMPARE(batch.buckets.size(), size_t(1));
    QCOMPARE(batch.buckets[0].inFlight, 1); // the probe
    QCOMPARE(batch.buckets[0].queued, 19);
    int queued = 0;
    for (const TicketInfo &ticket : batch.tickets)
        queued += ticket.state == TicketState::Queued;
    QCOMPARE(queued, 20);
    QVERIFY(batch.since <= batch.at);
    QVERIFY(batch.events >= 21);
}

void TestLimiterSource::tellsTheGlobalLimit()
{
    SchedulerOptions options;
    options.globalLimit = 7;
    InMemoryRatelimiter limiter(options);
    LimiterSource source(&limiter, QStringLiteral("bot"));
    QSignalSpy updated(&source, &MonitorSource::updated);
    source.start();
    UpdateBatch batch = taken(&updated);
    QVERIFY(batch.global);
    QCOMPARE(batch.global->limit, 7);
    QCOMPARE(batch.global->used, 0);
    TicketReceiver *ticket = limiter.ticket(endpoint);
    connect(ticket, &TicketReceiver::available, this,
        [](const TicketSender &sender) { sender.headers(std::nullopt); });
    QVERIFY(updated.wait());
    batch = taken(&updated);
    QVERIFY(batch.global);
    QCOMPARE(batch.global->used, 1);
    // The slot frees a second later, and no signal of the ratelimiter tells that.
    const auto used = [&] {
        while (!updated.isEmpty())
            batch = taken(&updated);
        return batch.global ? batch.global->used : -1;
    };
    QTRY_COMPARE(used(), 0);
}

void TestLimiterSource::survivesTheRatelimiter()
{
    auto limiter = std::make_unique<InMemoryRatelimiter>();
    LimiterSource source(limiter.get(), QStringLiteral("bot"));
    source.start();
    QSignalSpy updated(&source, &MonitorSource::updated);
    limiter->ticket(endpoint)->setParent(limiter.get());
    QCoreApplication::processEvents();
    limiter.reset();
    QVERIFY(!updated.wait(60)); // longer than a batch gathers
    QVERIFY(!source.start().isEmpty());
}

QTEST_GUILESS_MAIN(TestLimiterSource)
#include "tst_limitersource.moc"
