// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/TicketLog.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// States of tickets in, tries out, on virtual time.
class TestTicketLog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void followsATicketToItsEnd();
    void tellsWhyATicketWasNotGranted();
    void makesATryOfEachGrant();
    void guessesARetryThatWasNotTold();
    void knowsTicketsOfASnapshotOnce();
    void knowsTicketsThatWereGrantedBefore();
    void followsATicketToAnotherBucket();
    void endsWhatIsGoneWhenStatesWereLost();
    void remembersWhatWasWaitedForAndResets();
    void ordersBucketsByTheirLastChange();
    void forgetsEverythingOfAnotherProcess();
    void isBounded();
    void forgetsWhatEndedLongAgo();
    void takesManyChanges();

private:
    static TicketId ticketId(quint64 number) { return {number << TicketId::slotBits}; }
    /// Tells that a ticket entered a state now, and lets 10 ms pass.
    void tell(
        quint64 ticket, TicketState state, int attempt = 1, int status = 0, quint64 bucket = 1)
    {
        TicketInfo &info = infos[ticket];
        if (info.id.isNull())
            info.askedAt = now;
        info.id = ticketId(ticket);
        info.bucket = Fake::bucketId(bucket);
        info.state = state;
        info.attempt = attempt;
        info.status = status;
        info.at = now;
        if (state == TicketState::Available)
            info.grantedAt = now;
        UpdateBatch batch;
        batch.tickets.push_back(info);
        apply(batch);
        now += 10ms;
    }
    void apply(UpdateBatch batch)
    {
        batch.at = batch.since = now;
        log->apply(batch);
    }
    const std::deque<TicketTry> &tries(quint64 bucket = 1) const
    {
        return log->tries(Fake::bucketId(bucket));
    }

    TimePoint now;
    std::unique_ptr<TicketLog> log;
    QHash<quint64, TicketInfo> infos;
};

void TestTicketLog::init()
{
    now = TimePoint(10'000s);
    log = std::make_unique<TicketLog>();
    infos.clear();
}

void TestTicketLog::followsATicketToItsEnd()
{
    UpdateBatch names;
    names.buckets = {Fake::bucket(1, QStringLiteral("GET /x"))};
    apply(names);
    tell(7, TicketState::Queued, 0);
    QCOMPARE(tries().size(), size_t(1));
    QCOMPARE(tries()[0].ticket, ticketId(7));
    QCOMPARE(tries()[0].name, QStringLiteral("GET /x"));
    QCOMPARE(tries()[0].waited(now + 20ms), 30ms);
    QVERIFY(!tries()[0].tookTime(now));
    const quint64 version = log->version();
    tell(7, TicketState::Available);
    tell(7, TicketState::InFlight);
    tell(7, TicketState::Completed, 1, 204);
    QVERIFY(log->version() > version);
    QCOMPARE(tries().size(), size_t(1));
    const TicketTry &held = tries()[0];
    QCOMPARE(held.state, TicketState::Completed);
    QCOMPARE(held.status, 204);
    QCOMPARE(held.attempt, 1);
    QCOMPARE(held.waited(now), 10ms);
    QCOMPARE(held.tookTime(now + 9s), std::optional(20ms));
    QVERIFY(!held.isRateLimited());
    QVERIFY(!held.isEndUnknown());
}

void TestTicketLog::tellsWhyATicketWasNotGranted()
{
    tell(7, TicketState::Queued, 0);
    infos[7].error = TicketError::Code::Expired;
    infos[7].reason = WaitReason::Bucket;
    tell(7, TicketState::Expired, 0);
    QCOMPARE(tries()[0].error, TicketError::Code::Expired);
    QCOMPARE(tries()[0].reason, WaitReason::Bucket);
    QCOMPARE(tries()[0].waited(now + 1s), 10ms);
    QVERIFY(!tries()[0].grantedAt);
    tell(8, TicketState::Rejected, 0, 0, 0); // no bucket
    QCOMPARE(log->size(), size_t(1));
}

void TestTicketLog::makesATryOfEachGrant()
{
    tell(7, TicketState::Queued, 0);
    tell(7, TicketState::Available);
    tell(7, TicketState::Queued, 1, 429);
    QCOMPARE(tries().size(), size_t(2));
    QVERIFY(tries()[0].isRateLimited());
    QCOMPARE(tries()[0].tookTime(now), std::optional(10ms));
    QVERIFY(!tries()[1].isRateLimited());
    QVERIFY(!tries()[1].grantedAt);
    tell(7, TicketState::Available, 2);
    tell(7, TicketState::Completed, 2, 200);
    QCOMPARE(tries().size(), size_t(2));
    QCOMPARE(tries()[1].attempt, 2);
    QCOMPARE(tries()[1].waited(now), 10ms);
    QVERIFY(tries()[1].askedAt == tries()[0].askedAt);
}

void TestTicketLog::guessesARetryThatWasNotTold()
{
    tell(7, TicketState::Queued, 0);
    tell(7, TicketState::Available);
    tell(7, TicketState::Available, 2);
    QCOMPARE(tries().size(), size_t(2));
    QVERIFY(tries()[0].isRateLimited());
    QVERIFY(!tries()[1].endedAt);

    infos[8].id = ticketId(8);
    infos[8].askedAt = now - 2s;
    infos[8].grantedAt = now - 1s;
    tell(8, TicketState::Queued, 1, 429, 2); // the first that we hear of it
    QCOMPARE(tries(2).size(), size_t(2));
    QVERIFY(tries(2)[0].isRateLimited());
    QCOMPARE(tries(2)[0].waited(now), 1s);
    QCOMPARE(tries(2)[0].tookTime(now), std::optional<milliseconds>(1s));
}

void TestTicketLog::knowsTicketsOfASnapshotOnce()
{
    tell(7, TicketState::Queued, 0);
    tell(7, TicketState::Queued, 0);
    QCOMPARE(tries().size(), size_t(1));
    tell(7, TicketState::Available);
    tell(7, TicketState::Queued, 1); // read before it was granted
    QCOMPARE(tries().size(), size_t(1));
    QVERIFY(tries()[0].grantedAt);
}

void TestTicketLog::knowsTicketsThatWereGrantedBefore()
{
    infos[7].id = ticketId(7);
    infos[7].askedAt = now - 300ms;
    infos[7].grantedAt = now - 100ms;
    tell(7, TicketState::Completed, 1, 200);
    QCOMPARE(tries()[0].waited(now), 200ms);
    QCOMPARE(tries()[0].tookTime(now), std::optional(100ms));
}

void TestTicketLog::followsATicketToAnotherBucket()
{
    for (quint64 ticket : {1u, 2u, 3u})
        tell(ticket, TicketState::Queued, 0);
    tell(2, TicketState::Available, 1, 0, 5);
    QCOMPARE(tries().size(), size_t(2));
    QCOMPARE(tries(5).size(), size_t(1));
    QCOMPARE(tries(5)[0].bucket, Fake::bucketId(5));
    QCOMPARE(tries(5)[0].waited(now), 20ms);
    tell(3, TicketState::Cancelled, 0);
    QCOMPARE(tries()[1].state, TicketState::Cancelled);
    tell(1, TicketState::Available, 1, 0, 5);
    tell(2, TicketState::Completed, 1, 200, 5);
    QCOMPARE(tries(5)[0].state, TicketState::Completed);
    QCOMPARE(log->size(), size_t(3));
}

void TestTicketLog::endsWhatIsGoneWhenStatesWereLost()
{
    tell(1, TicketState::Queued, 0);
    tell(1, TicketState::Available);
    tell(2, TicketState::Queued, 0);
    UpdateBatch idle;
    idle.buckets = {Fake::bucket(1, QStringLiteral("GET /x"))};
    apply(idle); // nothing was lost: the word is still to come
    QVERIFY(!tries()[0].endedAt);

    idle.dropped = 3;
    idle.buckets[0].queued = 1;
    const TimePoint lostAt = now;
    apply(idle);
    QVERIFY(tries()[0].isEndUnknown());
    QVERIFY(!tries()[1].endedAt);
    now += 1s;
    tell(3, TicketState::Queued, 0);
    idle.dropped = 0;
    idle.buckets[0].queued = 0;
    apply(idle);
    QVERIFY(tries()[1].isEndUnknown());
    QVERIFY(tries()[1].endedAt == lostAt);
    QVERIFY(!tries()[2].endedAt); // younger than the loss

    UpdateBatch snapshot;
    snapshot.snapshotBegins = true;
    snapshot.removed = {Fake::bucketId(1)};
    apply(snapshot);
    QVERIFY(tries()[2].isEndUnknown());
}

void TestTicketLog::remembersWhatWasWaitedForAndResets()
{
    tell(1, TicketState::Queued, 0);
    UpdateBatch exhausted;
    exhausted.buckets = {Fake::bucket(1, QStringLiteral("GET /x"), BucketState::Exhausted)};
    exhausted.buckets[0].wait = Wait{WaitReason::Bucket, now + 2s};
    exhausted.buckets[0].resetAt = now + 1s;
    apply(exhausted);
    exhausted.buckets[0].resetAt = now + 2s; // better known
    apply(exhausted);
    const TimePoint resetAt = now += 2s;
    QVERIFY(log->resets(Fake::bucketId(1)).empty());
    tell(1, TicketState::Available);
    tell(2, TicketState::Queued, 0);
    tell(2, TicketState::Available); // at once
    QCOMPARE(tries()[0].reason, WaitReason::Bucket);
    QCOMPARE(tries()[1].reason, WaitReason::None);
    for (int window = 0; window < 5; ++window) {
        exhausted.buckets[0].resetAt = now + 5s;
        apply(exhausted);
        QVERIFY(window > 0 || log->resets(Fake::bucketId(1)) == std::vector({resetAt}));
        now += 6s;
    }
    QCOMPARE(log->resets(Fake::bucketId(1)).size(), tries().size());
}

void TestTicketLog::ordersBucketsByTheirLastChange()
{
    for (quint64 bucket : {1u, 2u, 3u})
        tell(bucket, TicketState::Queued, 0, 0, bucket);
    tell(1, TicketState::Available, 1, 0, 1);
    QCOMPARE(log->latest(2), std::vector<BucketId>({Fake::bucketId(1), Fake::bucketId(3)}));
    QCOMPARE(log->latest(9).size(), size_t(3));
}

void TestTicketLog::forgetsEverythingOfAnotherProcess()
{
    tell(1, TicketState::Queued, 0);
    UpdateBatch snapshot;
    snapshot.reset = true;
    apply(snapshot);
    QCOMPARE(log->size(), size_t(0));
    QVERIFY(tries().empty());
    QVERIFY(log->latest(9).empty());
}

void TestTicketLog::isBounded()
{
    for (quint64 ticket = 1; ticket <= TicketLog::mostOfBucket + 10; ++ticket)
        tell(ticket, TicketState::Queued, 0);
    QCOMPARE(tries().size(), TicketLog::mostOfBucket);
    QCOMPARE(tries().front().ticket, ticketId(11));
    tell(1, TicketState::Available); // one that was forgotten
    QCOMPARE(tries().back().ticket, ticketId(1));

    UpdateBatch many;
    for (quint64 ticket = 10'000; ticket < 10'000 + TicketLog::most; ++ticket) {
        TicketInfo info;
        info.id = ticketId(ticket);
        info.bucket = Fake::bucketId(ticket);
        info.at = info.askedAt = now;
        many.tickets.push_back(info);
    }
    apply(many);
    QCOMPARE(log->size(), TicketLog::most);
    QVERIFY(tries().empty());
    many.tickets.resize(3);
    apply(many); // known
    QCOMPARE(log->size(), TicketLog::most);
}

void TestTicketLog::forgetsWhatEndedLongAgo()
{
    tell(1, TicketState::Queued, 0);
    tell(1, TicketState::Cancelled, 0);
    now += 30min;
    tell(2, TicketState::Queued, 0, 0, 2);
    now += 31min;
    apply({});
    QVERIFY(tries().empty());
    QCOMPARE(log->size(), size_t(1));
    now += 90min;
    apply({});
    QCOMPARE(log->size(), size_t(1)); // it waits
    QCOMPARE(log->latest(9).size(), size_t(1));
}

void TestTicketLog::takesManyChanges()
{
    constexpr int changes = 100'000;
    std::vector<UpdateBatch> batches(changes / 1000);
    quint64 ticket = 0;
    for (UpdateBatch &batch : batches) {
        batch.at = now += 50ms;
        for (int i = 0; i < 250; ++i) {
            TicketInfo info;
            info.id = ticketId(++ticket);
            info.bucket = Fake::bucketId(ticket % 50 + 1);
            info.name = QStringLiteral("GET /x");
            info.at = info.askedAt = now;
            for (TicketState state : {TicketState::Queued, TicketState::Available,
                     TicketState::InFlight, TicketState::Completed}) {
                info.state = state;
                info.attempt = state == TicketState::Queued ? 0 : 1;
                info.grantedAt = now;
                batch.tickets.push_back(info);
            }
        }
    }
    QElapsedTimer timer;
    timer.start();
    for (const UpdateBatch &batch : batches)
        log->apply(batch);
    const qint64 each = timer.nsecsElapsed() / changes;
    qInfo("%lld ns per change", static_cast<long long>(each));
    QVERIFY(each < 100'000); // a debug build on a busy machine
}

QTEST_GUILESS_MAIN(TestTicketLog)
#include "tst_ticketlog.moc"
