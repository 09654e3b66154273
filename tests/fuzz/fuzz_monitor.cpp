// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// What comes out of a monitor's socket: frames, cut where the first byte says, and the messages in
// them. What can be read can be written, and means the same then.

#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorFrames.h"
#include "tests/fuzz/Fuzz.h"

using namespace Turnstile;

namespace {

// Far from the ends of time, as a steady clock is.
constexpr TimePoint epoch{std::chrono::hours(1000)};

template <typename Message> QByteArray encoded(const Message &message)
{
    if constexpr (requires { MonitorCodec::encode(message, epoch); })
        return MonitorCodec::encode(message, epoch);
    else if constexpr (requires { MonitorCodec::encode(message); })
        return MonitorCodec::encode(message);
    else
        return {}; // std::monostate
}

QByteArray encodedAny(const MonitorMessage &message)
{
    return std::visit([](const auto &kind) { return encoded(kind); }, message);
}

void requireBounds(const SharedState &shared)
{
    REQUIRE(shared.processes.size() <= SharedState::mostProcesses);
    REQUIRE(shared.buckets.size() <= SharedState::mostBuckets);
    const auto isPlace = [&shared](int place) {
        return place >= 0 && size_t(place) < shared.processes.size();
    };
    for (const SharedBucket &bucket : shared.buckets) {
        REQUIRE(bucket.holders.size() <= SharedState::mostNamed);
        REQUIRE(bucket.waiting.size() <= SharedState::mostNamed);
        for (const SharedBucket::Holder &holder : bucket.holders)
            REQUIRE(isPlace(holder.process) && holder.leases >= 0);
        for (const int place : bucket.waiting)
            REQUIRE(isPlace(place));
    }
}

void requireBounds(const MonitorUpdate &update)
{
    const size_t most = MonitorProtocol::mostItems;
    REQUIRE(update.buckets.size() <= most && update.removed.size() <= most);
    REQUIRE(update.tickets.size() <= most && update.hits.size() <= most);
    REQUIRE(update.anomalies.size() <= most && update.events >= 0);
    for (const Bucket &bucket : update.buckets) {
        REQUIRE(!bucket.id.isNull() && bucket.state <= BucketState::Idle);
        REQUIRE(bucket.name.size() <= MonitorProtocol::mostNameText);
        REQUIRE(bucket.queued >= 0 && bucket.inFlight >= 0);
    }
    if (update.shared)
        requireBounds(*update.shared);
    for (const TicketInfo &ticket : update.tickets)
        REQUIRE(!ticket.id.isNull() && ticket.state <= TicketState::Rejected);
}

void check(QByteArrayView payload)
{
    const MonitorCodec::Decoded decoded = MonitorCodec::decode(payload, epoch);
    const bool isEmpty = std::holds_alternative<std::monostate>(decoded.message);
    REQUIRE(decoded.problem.isEmpty() || isEmpty);
    REQUIRE(!decoded.isIncompatible || !decoded.problem.isEmpty());
    if (const auto *update = std::get_if<MonitorUpdate>(&decoded.message))
        requireBounds(*update);
    if (isEmpty)
        return;
    const QByteArray once = encodedAny(decoded.message);
    const MonitorCodec::Decoded again = MonitorCodec::decode(once, epoch);
    REQUIRE(again.problem.isEmpty());
    REQUIRE(again.message.index() == decoded.message.index());
    REQUIRE(encodedAny(again.message) == once);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    const QByteArrayView stream(data + 1, qsizetype(size - 1));
    const qsizetype cut = std::min<qsizetype>(data[0], stream.size());
    MonitorFrames frames(MonitorProtocol::mostToPublisher), whole(MonitorProtocol::mostToPublisher);
    whole.feed(stream);
    for (const QByteArrayView piece : {stream.first(cut), stream.sliced(cut)}) {
        frames.feed(piece);
        while (const auto payload = frames.next()) {
            REQUIRE(payload->size() <= MonitorProtocol::mostToPublisher);
            REQUIRE(whole.next() == payload);
            check(*payload);
        }
    }
    REQUIRE(!whole.next() && whole.problem() == frames.problem());
    check(stream); // also without frames, so that any bytes get that far
    return 0;
}
