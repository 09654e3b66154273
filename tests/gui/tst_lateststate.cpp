// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "RandomBot.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// What is known tells somebody who comes later all that holds.
class TestLatestState : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tellsTheLatestOfEverything();
    void saysOutrightWhatASnapshotLeavesOut();
    void keepsOpenTickets();
    void forgetsTicketsThatMayHaveEnded();
    void tellsItselfToAnother();
    void staysWithinItsBounds();
};

static const TimePoint now = TimePoint(1h);

static UpdateBatch batchOf(std::vector<Bucket> buckets)
{
    UpdateBatch batch;
    batch.at = batch.since = now;
    batch.buckets = std::move(buckets);
    return batch;
}

static Bucket numbered(quint64 number)
{
    return Fake::bucket(number, QStringLiteral("GET /channels/%1").arg(number));
}

static TicketInfo ticket(quint64 number, TicketState state)
{
    TicketInfo ticket = Fake::grant(Fake::bucketId(1), now, 5ms);
    ticket.id.value = number << TicketId::slotBits;
    ticket.state = state;
    return ticket;
}

void TestLatestState::tellsTheLatestOfEverything()
{
    LatestState state;
    UpdateBatch update = batchOf({numbered(2), numbered(1)});
    update.global = GlobalLimitInfo{50, 1, {}, {}};
    update.invalid = InvalidRequestsInfo{1, 10'000};
    update.shared = Fake::sampleShared(now);
    update.hits.push_back({now, {}});
    state.apply(update);
    Bucket changed = numbered(2);
    changed.queued = 5;
    update = batchOf({changed, numbered(3)});
    update.removed = {Fake::bucketId(3)};
    update.global = GlobalLimitInfo{50, 7, {}, {}};
    state.apply(update);

    const auto parts = state.snapshot(now + 1s);
    QCOMPARE(parts.size(), size_t(1));
    const UpdateBatch &all = parts.front();
    QVERIFY(all.snapshotBegins && all.snapshotEnds);
    QVERIFY(all.at == now + 1s);
    QVERIFY(all.buckets == std::vector({numbered(1), changed}));
    QCOMPARE(all.global->used, 7);
    QCOMPARE(all.invalid->count, 1);
    QVERIFY(all.shared == Fake::sampleShared(now));
    QCOMPARE(all.hits.size(), size_t(1));
}

void TestLatestState::saysOutrightWhatASnapshotLeavesOut()
{
    LatestState state;
    state.apply(batchOf({numbered(1), numbered(2), numbered(3)}));
    UpdateBatch part = batchOf({numbered(3)});
    part.snapshotBegins = true;
    QVERIFY(state.apply(part).removed.empty());
    QVERIFY(state.apply(batchOf({numbered(4)})).removed.empty()); // between the parts
    part = batchOf({numbered(1)});
    part.snapshotEnds = true;
    const UpdateBatch told = state.apply(part);
    QVERIFY(told.removed == std::vector({Fake::bucketId(2)}));
    QCOMPARE(state.bucketCount(), size_t(3));
    QVERIFY(state.apply(part).removed.empty()); // an end without a begin
}

void TestLatestState::keepsOpenTickets()
{
    LatestState state;
    UpdateBatch update = batchOf({numbered(1)});
    update.tickets = {ticket(3, TicketState::Queued), ticket(1, TicketState::Queued),
        ticket(2, TicketState::Available), ticket(1, TicketState::InFlight),
        ticket(2, TicketState::Completed)};
    state.apply(update);
    const auto told = state.snapshot(now).front().tickets;
    QCOMPARE(told.size(), size_t(2));
    QCOMPARE(told[0].id.number(), 1u);
    QCOMPARE(told[0].state, TicketState::InFlight);
    QCOMPARE(told[1].id.number(), 3u);
}

void TestLatestState::forgetsTicketsThatMayHaveEnded()
{
    UpdateBatch begin = batchOf({numbered(1)});
    begin.tickets = {ticket(1, TicketState::Queued)};
    for (bool UpdateBatch::*why : {&UpdateBatch::snapshotBegins, &UpdateBatch::reset}) {
        LatestState state;
        state.apply(begin);
        UpdateBatch update = batchOf({numbered(1)});
        update.*why = true;
        update.tickets = {ticket(2, TicketState::Queued)};
        state.apply(update);
        QCOMPARE(state.ticketCount(), size_t(1));
    }
    LatestState state;
    state.apply(begin);
    UpdateBatch update = batchOf({});
    update.dropped = 1;
    state.apply(update);
    QCOMPARE(state.ticketCount(), size_t(0));
    QCOMPARE(state.bucketCount(), size_t(1));
}

void TestLatestState::tellsItselfToAnother()
{
    LatestState state, other;
    Fake::RandomBot bot;
    connect(&bot, &MonitorSource::updated, this,
        [&](const UpdateBatch &update) { state.apply(update); });
    for (int i = 0; i < 300; ++i)
        bot.step();
    for (const UpdateBatch &part : state.snapshot(now))
        other.apply(part);
    QVERIFY(state.ticketCount() > 5);
    QCOMPARE(Fake::bytes(other, now, now), Fake::bytes(state, now, now));
}

void TestLatestState::staysWithinItsBounds()
{
    LatestState state;
    std::vector<Bucket> buckets;
    UpdateBatch tickets = batchOf({});
    for (quint64 number = 1; number <= 210'000; ++number) {
        Bucket &bucket = buckets.emplace_back();
        bucket.id = Fake::bucketId(number);
        if (number <= 25'000)
            tickets.tickets.push_back(ticket(number, TicketState::Queued));
        if (number <= 300)
            tickets.hits.push_back({now + milliseconds(number), {}});
    }
    state.apply(batchOf(std::move(buckets)));
    state.apply(tickets);
    QCOMPARE(state.bucketCount(), LatestState::mostBuckets);
    QCOMPARE(state.ticketCount(), LatestState::mostTickets);
    size_t bucketCount = 0, ticketCount = 0;
    const auto parts = state.snapshot(now);
    for (const UpdateBatch &part : parts) {
        QVERIFY(part.buckets.size() <= LatestState::partBuckets);
        QVERIFY(part.tickets.size() <= LatestState::partTickets);
        QCOMPARE(part.snapshotBegins, &part == &parts.front());
        QCOMPARE(part.snapshotEnds, &part == &parts.back());
        bucketCount += part.buckets.size();
        ticketCount += part.tickets.size();
    }
    QCOMPARE(bucketCount, LatestState::mostBuckets);
    QCOMPARE(ticketCount, LatestState::mostTickets);
    QCOMPARE(parts.front().hits.size(), LatestState::mostHits);
    QVERIFY(parts.front().hits.back().at == now + 300ms);
}

QTEST_GUILESS_MAIN(TestLatestState)
#include "tst_lateststate.moc"
