// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/LeaseBroker.h"
#include "ratelimit/monitoring/MonitorCollector.h"
#include "tests/common/Headers.h"

#include <QtCore/QSet>
#include <QtTest/QtTest>

/// What a ratelimiter tells is gathered into bounded updates.
class TestMonitorCollector : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isConnectedToNothing();
    void tellsTheHeadOfAQueue();
    void tellsAllBucketsInParts();
    void waitsWithThePartsWhileHeld();
    void bundlesWhatChangesOften();
    void dropsWhatIsTooMuch();
    void dropsHitsAndAnomalies();
    void beginsAgainAfterAStall();
    void sendsNamesOnlyOnce();
    void tellsInvalidRequests();
    void asksForAllThatWasTouched();
    void tellsWhoHoldsWhat();

private:
    static MonitorUpdate taken(QSignalSpy *spy)
    {
        return spy->takeFirst().at(0).value<MonitorUpdate>();
    }
    static Endpoint channel(int number)
    {
        return {Method::Get, QStringLiteral("/channels/%1/messages").arg(number)};
    }
    // Tickets that end with the ratelimiter.
    static void ask(InMemoryRatelimiter *limiter, const Endpoint &endpoint, int count = 1)
    {
        for (int i = 0; i < count; ++i)
            limiter->ticket(endpoint)->setParent(limiter);
    }
    static void fill(InMemoryRatelimiter *limiter, int buckets)
    {
        for (int i = 1; i <= buckets; ++i)
            ask(limiter, channel(i));
        QTRY_COMPARE(limiter->buckets().size(), size_t(buckets));
        QCoreApplication::processEvents();
    }
};

void TestMonitorCollector::isConnectedToNothing()
{
    class Limiter : public InMemoryRatelimiter {
    public:
        using InMemoryRatelimiter::isSignalConnected;
    } limiter;
    const auto connected = [&limiter] {
        return limiter.isSignalConnected(QMetaMethod::fromSignal(&Ratelimiter::ticketChanged))
            || limiter.isSignalConnected(
                QMetaMethod::fromSignal(&InMemoryRatelimiter::bucketTouched));
    };
    {
        MonitorCollector collector(&limiter);
        QVERIFY(!connected());
        QVERIFY(collector.start());
        QVERIFY(connected());
    }
    QVERIFY(!connected());
}

void TestMonitorCollector::tellsTheHeadOfAQueue()
{
    InMemoryRatelimiter limiter;
    ask(&limiter, channel(1), 40);
    QTRY_COMPARE(limiter.buckets().size(), size_t(1));
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    QCOMPARE(updated.count(), 1);
    const MonitorUpdate update = taken(&updated);
    QVERIFY(update.snapshotBegins && update.snapshotEnds);
    QCOMPARE(update.events, 0);
    QCOMPARE(update.buckets[0].queued, 39);
    QCOMPARE(update.tickets.size(), size_t(16));
    TicketId last;
    for (const TicketInfo &ticket : update.tickets) {
        QCOMPARE(ticket.state, TicketState::Queued);
        QCOMPARE(ticket.bucket, update.buckets[0].id);
        QCOMPARE(ticket.askedAt, ticket.at);
        QVERIFY(last < ticket.id);
        last = ticket.id;
    }
    QCOMPARE(update.tickets[0].id.number(), quint64(2)); // the first one is on its way
}

void TestMonitorCollector::tellsAllBucketsInParts()
{
    InMemoryRatelimiter limiter;
    fill(&limiter, 1000);
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    QCOMPARE(updated.count(), 1);
    MonitorUpdate update = taken(&updated);
    QVERIFY(update.snapshotBegins && !update.snapshotEnds);
    QVERIFY(update.buckets.size() <= size_t(MonitorCollector::pageSize));
    ask(&limiter, channel(5));    // was told already
    ask(&limiter, channel(2000)); // is new
    QSet<BucketId> told;
    for (const Bucket &bucket : update.buckets)
        told.insert(bucket.id);
    while (!update.snapshotEnds) {
        if (updated.isEmpty())
            QVERIFY(updated.wait());
        update = taken(&updated);
        QVERIFY(!update.snapshotBegins);
        for (const Bucket &bucket : update.buckets)
            told.insert(bucket.id);
    }
    QTRY_COMPARE(limiter.buckets().size(), size_t(1001));
    for (QElapsedTimer timer =
             [] {
                 QElapsedTimer t;
                 t.start();
                 return t;
             }();
         told.size() < 1001 && timer.elapsed() < 5000;) {
        if (updated.isEmpty())
            QVERIFY(updated.wait());
        for (const Bucket &bucket : taken(&updated).buckets)
            told.insert(bucket.id);
    }
    QCOMPARE(told.size(), 1001);
}

void TestMonitorCollector::waitsWithThePartsWhileHeld()
{
    InMemoryRatelimiter limiter;
    fill(&limiter, 300);
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    collector.setHeld(true);
    ask(&limiter, channel(1000)); // other things are told meanwhile
    QTRY_COMPARE(updated.count(), 2);
    QVERIFY(updated.at(1).at(0).value<MonitorUpdate>().buckets.size() == 1);
    updated.clear();
    collector.setHeld(false);
    QTRY_VERIFY(
        !updated.isEmpty() && updated.constLast().at(0).value<MonitorUpdate>().snapshotEnds);
}

void TestMonitorCollector::bundlesWhatChangesOften()
{
    InMemoryRatelimiter limiter;
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    updated.clear();
    for (int i = 0; i < 10; ++i) {
        ask(&limiter, channel(1));
        QCoreApplication::processEvents();
    }
    QVERIFY(updated.wait());
    const MonitorUpdate update = taken(&updated);
    QCOMPARE(update.buckets.size(), size_t(1));
    QCOMPARE(update.tickets.size(), size_t(11)); // one is granted
    QVERIFY(update.events >= 12);
    QVERIFY(update.since < update.at);
}

void TestMonitorCollector::dropsWhatIsTooMuch()
{
    InMemoryRatelimiter limiter;
    MonitorCollector collector(&limiter);
    collector.setInterval(10s);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    updated.clear();
    ask(&limiter, channel(1), 5000);
    QTRY_COMPARE(limiter.buckets().size(), size_t(1));
    QTRY_COMPARE(limiter.buckets()[0].queued, 4999);
    collector.start(); // sends what has gathered
    const MonitorUpdate update = taken(&updated);
    QCOMPARE(update.tickets.size(), MonitorCollector::mostTickets);
    QCOMPARE(update.dropped, quint64(5001 - MonitorCollector::mostTickets));
}

void TestMonitorCollector::dropsHitsAndAnomalies()
{
    InMemoryRatelimiter limiter;
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    updated.clear();
    for (size_t i = 0; i < MonitorCollector::mostHits + 3; ++i) {
        Q_EMIT limiter.rateLimited({});
        Q_EMIT limiter.anomalySeen({});
    }
    QVERIFY(updated.wait());
    const MonitorUpdate update = taken(&updated);
    QCOMPARE(update.hits.size(), MonitorCollector::mostHits);
    QCOMPARE(update.anomalies.size(), MonitorCollector::mostHits);
    QCOMPARE(update.dropped, quint64(6));
}

void TestMonitorCollector::beginsAgainAfterAStall()
{
    InMemoryRatelimiter limiter;
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    updated.clear();
    collector.setStalled(true, 100);
    ask(&limiter, channel(1), 20);
    QTRY_COMPARE(limiter.buckets().size(), size_t(1));
    QVERIFY(!updated.wait(60)); // longer than an update gathers
    collector.setStalled(false);
    QCOMPARE(updated.count(), 1);
    const MonitorUpdate update = taken(&updated);
    QVERIFY(update.snapshotBegins && update.snapshotEnds);
    QCOMPARE(update.dropped, quint64(121));
    QCOMPARE(update.buckets.size(), size_t(1));
    QCOMPARE(update.tickets.size(), size_t(16)); // the head of the queue, as it is now
}

void TestMonitorCollector::sendsNamesOnlyOnce()
{
    InMemoryRatelimiter limiter;
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    updated.clear();
    const QString path = QStringLiteral("/channels/1/messages/2/reactions/%1/@me");
    ask(&limiter, {Method::Put, path.arg(u'a')});
    ask(&limiter, {Method::Delete, path.arg(u'a')}); // shares the bucket
    QVERIFY(updated.wait());
    const MonitorUpdate update = taken(&updated);
    QCOMPARE(update.buckets.size(), size_t(1));
    QSet<QString> names;
    for (const TicketInfo &ticket : update.tickets)
        names.insert(ticket.name);
    QCOMPARE(names,
        (QSet<QString>{{}, QStringLiteral("DELETE /channels/1/messages/…/reactions/…/@me")}));
}

void TestMonitorCollector::tellsInvalidRequests()
{
    SchedulerOptions options;
    options.invalidPeriod = 300ms;
    InMemoryRatelimiter limiter(options);
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    QVERIFY(taken(&updated).invalid == (MonitorInvalidRequests{0, 10'000}));
    TicketReceiver *ticket = limiter.ticket(channel(1));
    connect(ticket, &TicketReceiver::available, this,
        [](const TicketSender &sender) { sender.headers(noHeaders(403).headers); });
    const auto count = [&] {
        int last = -1;
        for (const auto &arguments : updated)
            last = arguments.at(0)
                       .value<MonitorUpdate>()
                       .invalid.value_or(MonitorInvalidRequests{last, 0})
                       .count;
        return last;
    };
    QTRY_COMPARE(count(), 1);
    QTRY_COMPARE(count(), 0); // by itself, and without a signal
}

// Also when the last ones are touched again and again.
void TestMonitorCollector::asksForAllThatWasTouched()
{
    InMemoryRatelimiter limiter;
    fill(&limiter, 1500);
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    collector.start();
    QTRY_VERIFY(
        !updated.isEmpty() && updated.constLast().at(0).value<MonitorUpdate>().snapshotEnds);
    updated.clear();
    QSet<BucketId> told;
    const auto touch = [&limiter](size_t from) {
        const std::vector<Bucket> buckets = limiter.buckets();
        for (size_t i = from; i < buckets.size(); ++i)
            Q_EMIT limiter.bucketTouched(buckets[i].id);
    };
    touch(0);
    for (int updates = 0; told.size() < 1500; ++updates) {
        QVERIFY(updates < 5);
        touch(500);
        if (updated.isEmpty())
            QVERIFY(updated.wait());
        const MonitorUpdate update = taken(&updated);
        QVERIFY(update.buckets.size() <= MonitorCollector::mostBuckets);
        QSet<BucketId> once;
        for (const Bucket &bucket : update.buckets)
            once.insert(bucket.id);
        QCOMPARE(once.size(), qsizetype(update.buckets.size()));
        told.unite(once);
    }
}

namespace {
// Knows who holds what, and counts how often it is asked.
class Broker : public LeaseBroker {
public:
    void answered(TicketId, const Response &, TimePoint) override { }
    void happened(const Event &) override { }
    void turnBegins(Scheduler &, TimePoint) override { }
    bool turnEnded(Scheduler &, TimePoint) override { return false; }
    SharedState sharedState(TimePoint) override
    {
        ++asked;
        return state;
    }
    SharedState state;
    int asked = 0;
};

class SharedLimiter : public InMemoryRatelimiter {
public:
    explicit SharedLimiter(Broker *broker)
        : InMemoryRatelimiter({.isShared = true}, std::unique_ptr<LeaseBroker>(broker), nullptr)
    {
    }
};
} // namespace

void TestMonitorCollector::tellsWhoHoldsWhat()
{
    auto *broker = new Broker;
    SharedLimiter limiter(broker);
    MonitorCollector collector(&limiter);
    QSignalSpy updated(&collector, &MonitorCollector::updated);
    QCOMPARE(broker->asked, 0);
    collector.start();
    QCOMPARE(taken(&updated).shared, std::optional(SharedState())); // nobody has told yet
    broker->state.at = TimePoint(1h);
    broker->state.processes.resize(3);
    for (int i = 0; i < 20; ++i)
        Q_EMIT limiter.sharedStateChanged();
    ask(&limiter, channel(1));
    QTRY_COMPARE(updated.count(), 1);
    QCOMPARE(taken(&updated).shared, std::optional(broker->state));
    QCOMPARE(broker->asked, 2);
    broker->state.problem = u"Redis is away."_qs; // without a signal
    QTRY_COMPARE(updated.count(), 1);
    const MonitorUpdate update = taken(&updated);
    QCOMPARE(update.shared->problem, u"Redis is away."_qs);
    QCOMPARE(update.events, 0);
    QCOMPARE(broker->asked, 3);
    QTRY_COMPARE(broker->asked, 4); // a second later: it says that somebody watches
    QVERIFY(updated.isEmpty());     // and it is as before
    collector.setStalled(true);
    collector.setStalled(false);
    QCOMPARE(taken(&updated).shared, std::optional(broker->state));
}

QTEST_GUILESS_MAIN(TestMonitorCollector)
#include "tst_monitorcollector.moc"
