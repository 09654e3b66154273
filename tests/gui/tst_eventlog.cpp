// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/EventLog.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;
using Kind = LoggedEvent::Kind;

/// Batches in, sentences out.
class TestEventLog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void saysWhatA429Means_data();
    void saysWhatA429Means();
    void remembersLocks();
    void tellsALockThatIsOlderThanTheConnection();
    void gathersAFlood();
    void gathersFailuresOfABucket();
    void saysWhyATicketWasRejected();
    void tellsPausesByNameWhenTheyAreFew();
    void tellsWhereARouteMoved();
    void leavesInteractionsHashesAlone();
    void tellsAnomaliesAndDroppedStates();
    void keepsNoIdsOfAnotherProcess();
    void isBounded();

private:
    UpdateBatch batch(std::vector<Bucket> buckets = {}) const
    {
        UpdateBatch made;
        made.at = made.since = now;
        made.buckets = std::move(buckets);
        return made;
    }
    RateLimitEvent hit(LimitKind kind, Scope scope, milliseconds wait, quint64 bucket = 1) const
    {
        RateLimitHit hit;
        hit.bucket = Fake::bucketId(bucket);
        hit.kind = kind;
        hit.scope = scope;
        hit.name = QStringLiteral("POST /a");
        hit.retryAfter = wait;
        return {now, hit};
    }
    TicketInfo ended(quint64 number, TicketState state, quint64 bucket = 1) const
    {
        TicketInfo ticket;
        ticket.id = TicketId{number << TicketId::slotBits};
        ticket.bucket = Fake::bucketId(bucket);
        ticket.state = state;
        ticket.at = now;
        return ticket;
    }
    static QStringList texts(const EventLog &log)
    {
        QStringList all;
        for (int i = 0; i < log.count(); ++i)
            all << log.at(i).text;
        return all;
    }
    TimePoint now;
};

void TestEventLog::init()
{
    now = TimePoint(1000s);
}

void TestEventLog::saysWhatA429Means_data()
{
    QTest::addColumn<LimitKind>("limit");
    QTest::addColumn<Scope>("scope");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("locks");
    QTest::newRow("bucket") << LimitKind::Bucket << Scope::User
                            << "429 (user): no token was left, its requests wait 1.2 s" << false;
    QTest::newRow("sublimit") << LimitKind::Sublimit << Scope::Unknown
                              << "429 (unknown scope): the route has a limit of its own, and waits "
                                 "1.2 s"
                              << false;
    QTest::newRow("shared") << LimitKind::Shared << Scope::Shared
                            << "429 (shared): everybody together used too much, the route waits "
                               "1.2 s"
                            << false;
    QTest::newRow("global") << LimitKind::Global << Scope::Global << "The token is locked for 1.2 s"
                            << true;
    QTest::newRow("edge") << LimitKind::Cloudflare << Scope::None
                          << "Cloudflare blocks this address for 1.2 s" << true;
}

void TestEventLog::saysWhatA429Means()
{
    QFETCH(LimitKind, limit);
    QFETCH(Scope, scope);
    QFETCH(bool, locks);
    EventLog log;
    UpdateBatch update = batch();
    update.hits = {hit(limit, scope, 1200ms)};
    log.apply(update);
    QCOMPARE(log.count(), 1);
    QTEST(log.at(0).text, "text");
    QVERIFY(log.at(0).kind == (locks ? Kind::GlobalLock : Kind::RateLimited));
    QCOMPARE(log.at(0).name, QStringLiteral("POST /a"));
    QVERIFY(log.at(0).bucket == Fake::bucketId(1));
    QCOMPARE(log.locks().size(), size_t(locks ? 1 : 0));
}

void TestEventLog::remembersLocks()
{
    EventLog log;
    UpdateBatch update = batch();
    update.hits = {hit(LimitKind::Global, Scope::Global, 940ms)};
    update.global = GlobalLimitInfo{50, 50, {}, now + 960ms};
    log.apply(update);
    QCOMPARE(texts(log), QStringList{QStringLiteral("The token is locked for 940 ms")});
    QCOMPARE(log.locks().size(), size_t(1));
    QVERIFY(log.locks()[0].from == now && log.locks()[0].until == now + 960ms);

    now += 100ms; // the same lock, seen again
    update = batch();
    update.global = GlobalLimitInfo{50, 50, {}, now + 860ms};
    log.apply(update);
    QCOMPARE(log.count(), 1);
    QCOMPARE(log.locks().size(), size_t(1));

    for (int i = 0; i < 1200; ++i) {
        now += 10s;
        update = batch();
        update.hits = {hit(LimitKind::Global, Scope::Global, 940ms)};
        log.apply(update);
    }
    QCOMPARE(log.locks().size(), EventLog::mostLocks);
    QVERIFY(log.locks().back().from == now);
}

void TestEventLog::tellsALockThatIsOlderThanTheConnection()
{
    EventLog log;
    UpdateBatch update = batch();
    update.global = GlobalLimitInfo{50, 50, {}, now + 3s};
    log.apply(update);
    log.apply(update);
    QCOMPARE(texts(log), QStringList{QStringLiteral("The token is locked for 3.0 s")});
    QVERIFY(log.locks().front().until == now + 3s);
    update.global->lockedUntil = now; // over
    now += 9s;
    log.apply(update);
    QCOMPARE(log.count(), 1);
}

void TestEventLog::gathersAFlood()
{
    EventLog log;
    QSignalSpy added(&log, &EventLog::aboutToChange);
    QSignalSpy counted(&log, &EventLog::counted);
    for (int i = 0; i < 30; ++i) {
        UpdateBatch update = batch();
        for (int n = 0; n < 333; ++n)
            update.hits.push_back(hit(LimitKind::Bucket, Scope::User, 1s, quint64(n % 2 + 1)));
        log.apply(update);
        now += 33ms;
    }
    QCOMPARE(log.count(), 2);
    QCOMPARE(log.at(0).text,
        QStringLiteral(
            "429 (user): no token was left, its requests wait 1.0 s (5\u00a0010 times)"));
    QCOMPARE(added.count(), 1);
    QCOMPARE(counted.count(), 29);
    QCOMPARE(counted.constLast(), QVariantList({0, 1}));

    now += 1s; // another second, another line
    UpdateBatch update = batch();
    update.hits = {hit(LimitKind::Bucket, Scope::User, 1s)};
    log.apply(update);
    QCOMPARE(log.count(), 3);
}

void TestEventLog::gathersFailuresOfABucket()
{
    EventLog log;
    UpdateBatch update = batch({Fake::bucket(1, QStringLiteral("GET /a"))});
    for (quint64 number = 1; number <= 12; ++number)
        update.tickets.push_back(ended(number, TicketState::Expired));
    update.tickets.push_back(ended(13, TicketState::TimedOut));
    update.tickets.push_back(ended(14, TicketState::Lost, 2));
    update.tickets.push_back(ended(15, TicketState::Completed));
    update.tickets.push_back(ended(16, TicketState::Cancelled));
    log.apply(update);
    const QStringList all{QStringLiteral("12 tickets expired while they waited"),
        QStringLiteral("Ticket #13 timed out: no word of its request came"),
        QStringLiteral("Ticket #14 was lost: it was sent, and no answer came")};
    QCOMPARE(texts(log), all);
    QCOMPARE(log.at(0).name, QStringLiteral("GET /a"));
    QVERIFY(log.at(0).kind == Kind::Failure);

    update.tickets.resize(1);
    now += 500ms;
    log.apply(update);
    QCOMPARE(log.count(), 3);
    QCOMPARE(log.at(0).text, QStringLiteral("13 tickets expired while they waited"));
}

void TestEventLog::saysWhyATicketWasRejected()
{
    EventLog log;
    UpdateBatch update = batch();
    update.tickets = {ended(7, TicketState::Rejected), ended(8, TicketState::Rejected)};
    update.tickets[0].error = TicketError::Code::QueueFull;
    update.tickets[1].error = TicketError::Code::Unauthorized;
    log.apply(update);
    const QStringList all{QStringLiteral("Ticket #7 was rejected: too many wait already"),
        QStringLiteral("Ticket #8 was rejected: the API refuses the token (401)")};
    QCOMPARE(texts(log), all);
}

void TestEventLog::tellsPausesByNameWhenTheyAreFew()
{
    EventLog log;
    std::vector<Bucket> buckets;
    for (quint64 number = 1; number <= 8; ++number)
        buckets.push_back(Fake::bucket(number, QStringLiteral("GET /%1").arg(number)));
    log.apply(batch(buckets));
    buckets[2].state = BucketState::Paused;
    log.apply(batch(buckets));
    QCOMPARE(texts(log), QStringList{QStringLiteral("Paused")});
    QCOMPARE(log.at(0).name, QStringLiteral("GET /3"));
    QVERIFY(log.at(0).kind == Kind::Bucket && log.at(0).bucket == Fake::bucketId(3));
    for (Bucket &bucket : buckets)
        bucket.state = BucketState::Paused;
    log.apply(batch(buckets));
    for (Bucket &bucket : buckets)
        bucket.state = BucketState::Open;
    log.apply(batch(buckets));
    QCOMPARE(log.at(1).text, QStringLiteral("7 buckets were paused"));
    QCOMPARE(log.at(2).text, QStringLiteral("8 buckets were resumed"));
    QVERIFY(log.at(2).bucket.isNull());
}

void TestEventLog::tellsWhereARouteMoved()
{
    EventLog log;
    Bucket old = Fake::bucket(1, QStringLiteral("GET /a"));
    old.hash = "a1f3c09be17d449c";
    log.apply(batch({old}));
    Bucket other = Fake::bucket(2, QStringLiteral("GET /a"));
    other.hash = "c0041d9a77e0b211";
    UpdateBatch update = batch({other});
    update.anomalies.push_back({Anomaly::HashFlipped, old.id, QStringLiteral("GET /a"), now - 1ms});
    update.tickets = {ended(1, TicketState::Completed, 2)};
    update.removed = {old.id};
    log.apply(update);
    QCOMPARE(texts(log), QStringList{QStringLiteral("Moved from a1f3…9c to c004…11")});
    QVERIFY(log.at(0).kind == Kind::Bucket && log.at(0).bucket == other.id);

    now += 1s;
    other.hash = "77be0c7f1da90302"; // a ratelimiter that keeps the bucket
    log.apply(batch({other}));
    QCOMPARE(log.at(1).text, QStringLiteral("Moved from c004…11 to 77be…02"));
}

void TestEventLog::leavesInteractionsHashesAlone()
{
    EventLog log;
    Bucket bucket = Fake::bucket(1, QStringLiteral("POST /interactions/…/••••/callback"));
    bucket.exempt = true;
    for (const char *hash : {"", "a1f3c09be17d449c", "c0041d9a77e0b211"}) {
        bucket.hash = hash;
        log.apply(batch({bucket}));
    }
    QCOMPARE(log.count(), 0);
}

void TestEventLog::tellsAnomaliesAndDroppedStates()
{
    EventLog log;
    UpdateBatch update = batch();
    update.anomalies.push_back({Anomaly::ClockJumped, {}, {}, now});
    update.dropped = 1200;
    log.apply(update);
    log.apply(update);
    const QStringList all{QStringLiteral("A clock went backwards (2 times)"),
        QStringLiteral("2\u00a0400 tickets' states were dropped: too many to be told")};
    QCOMPARE(texts(log), all);
    QVERIFY(log.at(0).kind == Kind::Anomaly);
    QVERIFY(log.at(1).kind == Kind::Connection);
}

void TestEventLog::keepsNoIdsOfAnotherProcess()
{
    EventLog log;
    Bucket bucket = Fake::bucket(1, QStringLiteral("GET /a"));
    bucket.hash = "a1f3c09be17d449c";
    UpdateBatch update = batch({bucket});
    update.hits = {hit(LimitKind::Bucket, Scope::User, 1s)};
    log.apply(update);
    bucket.hash = "c0041d9a77e0b211"; // another bucket with the same id
    update = batch({bucket});
    update.reset = true;
    log.apply(update);
    QCOMPARE(log.count(), 1);
    QVERIFY(log.at(0).bucket.isNull());
}

void TestEventLog::isBounded()
{
    EventLog log;
    int rows = 0; // as a model would count them
    connect(&log, &EventLog::aboutToChange, this, [&](int removed, int added) {
        QCOMPARE(log.count(), rows);
        rows += added - removed;
    });
    const auto flood = [&](quint64 count) {
        UpdateBatch update = batch();
        for (quint64 bucket = 1; bucket <= count; ++bucket)
            update.hits.push_back(hit(LimitKind::Bucket, Scope::User, 1s, bucket));
        log.apply(update);
    };
    flood(9'000);
    flood(12'000); // the first 9000 of them count up, and move out
    QCOMPARE(log.count(), EventLog::most);
    QCOMPARE(rows, EventLog::most);
    QVERIFY(log.at(EventLog::most - 1).bucket == Fake::bucketId(12'000));
    now += 2s;
    flood(30'000);
    QCOMPARE(log.count(), EventLog::most);
    QVERIFY(log.at(0).bucket == Fake::bucketId(20'001));
    flood(30'000);
    QCOMPARE(rows, EventLog::most);
    log.add({now, Kind::Control, {}, {}, QStringLiteral("Paused")});
    QCOMPARE(log.count(), EventLog::most);
    QCOMPARE(log.at(EventLog::most - 1).text, QStringLiteral("Paused"));
    log.clear();
    QCOMPARE(log.count(), 0);
}

QTEST_GUILESS_MAIN(TestEventLog)
#include "tst_eventlog.moc"
