// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/Cbor.h"
#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorKeys.h"

#include <algorithm>

namespace Turnstile {

using namespace Wire;
using std::chrono::microseconds;
using Protocol = MonitorProtocol;

namespace {
qint64 bounded(qint64 time)
{
    return std::clamp(time, -mostMicroseconds, mostMicroseconds);
}

class Encoder {
public:
    explicit Encoder(TimePoint epoch = {})
        : m_epoch(inMicroseconds(epoch))
    {
    }

    template <typename Fields> QByteArray message(int kind, Fields &&fields)
    {
        m_out.array(2);
        m_out.number(quint64(kind));
        {
            CborWriter::Map map(&m_out);
            fields(map);
        }
        return m_out.take();
    }

    void time(CborWriter::Map &map, int key, TimePoint at)
    {
        if (at != TimePoint())
            map.field(key).number(bounded(inMicroseconds(at) - m_epoch));
    }
    void time(CborWriter::Map &map, int key, const std::optional<TimePoint> &at)
    {
        if (at)
            map.field(key).number(bounded(inMicroseconds(*at) - m_epoch));
    }
    template <typename Enum> static void name(CborWriter::Map &map, int key, Enum value)
    {
        map.number(key, int(value));
    }
    static void duration(CborWriter::Map &map, int key, milliseconds value)
    {
        map.field(key).number(std::clamp<qint64>(value.count(), 0, mostMicroseconds / 1000) * 1000);
    }
    static void number(CborWriter::Map &map, int key, const std::optional<int> &value)
    {
        if (value)
            map.field(key).number(qint64(*value));
    }
    static void text(CborWriter::Map &map, int key, const QString &value, qsizetype most)
    {
        if (!value.isEmpty())
            map.field(key).text(value, most);
    }
    static void bytes(CborWriter::Map &map, int key, QByteArrayView value)
    {
        if (!value.isEmpty())
            map.field(key).bytes(value.first(std::min(value.size(), Protocol::mostIdBytes)));
    }
    template <typename Items> void list(CborWriter::Map &map, int key, const Items &items)
    {
        if (items.empty())
            return;
        map.field(key).array(items.size());
        for (const auto &item : items)
            write(item);
    }

    void write(BucketId bucket) { m_out.number(bucket.value); }
    void write(const Bucket &bucket);
    void write(const Wait &wait);
    void write(const TicketInfo &ticket);
    void write(const MonitorHit &hit);
    void write(const AnomalyInfo &anomaly);
    void write(const MonitorGlobalLimit &global);
    void write(const MonitorInvalidRequests &invalid);
    void write(const SharedState &shared);
    void write(const SharedProcess &process);
    void write(const SharedBucket &bucket);
    void write(const SharedBucket::Holder &holder);
    void write(int place) { m_out.number(qint64(place)); }

private:
    static qint64 inMicroseconds(TimePoint at)
    {
        return std::chrono::floor<microseconds>(at.time_since_epoch()).count();
    }

    CborWriter m_out;
    qint64 m_epoch;
};

void Encoder::write(const Bucket &bucket)
{
    CborWriter::Map map(&m_out);
    map.number(BucketKey::Id, bucket.id.value);
    bytes(map, BucketKey::Hash, bucket.hash);
    bytes(map, BucketKey::MajorResource, bucket.majorResource);
    name(map, BucketKey::State, bucket.state);
    if (bucket.exempt)
        map.field(BucketKey::Exempt).boolean(true);
    number(map, BucketKey::Limit, bucket.limit);
    number(map, BucketKey::Remaining, bucket.remaining);
    time(map, BucketKey::ResetAt, bucket.resetAt);
    if (bucket.window)
        duration(map, BucketKey::Window, *bucket.window);
    map.number(BucketKey::Queued, bucket.queued);
    map.number(BucketKey::InFlight, bucket.inFlight);
    map.number(BucketKey::Granted, bucket.granted);
    map.number(BucketKey::RateLimited, bucket.rateLimited);
    time(map, BucketKey::OldestAskedAt, bucket.oldestAskedAt);
    if (bucket.wait) {
        map.field(BucketKey::Wait);
        write(*bucket.wait);
    }
    text(map, BucketKey::Name, bucket.name, Protocol::mostNameText);
    map.number(BucketKey::Lanes, bucket.lanes);
}

void Encoder::write(const Wait &wait)
{
    CborWriter::Map map(&m_out);
    name(map, WaitKey::Reason, wait.reason);
    time(map, WaitKey::Until, wait.until);
    map.number(WaitKey::Behind, wait.behind.value);
}

void Encoder::write(const TicketInfo &ticket)
{
    CborWriter::Map map(&m_out);
    map.number(TicketKey::Id, ticket.id.value);
    map.number(TicketKey::Lane, ticket.lane.value);
    map.number(TicketKey::Bucket, ticket.bucket.value);
    name(map, TicketKey::State, ticket.state);
    text(map, TicketKey::Name, ticket.name, Protocol::mostNameText);
    map.number(TicketKey::Attempt, ticket.attempt);
    map.number(TicketKey::Status, ticket.status);
    name(map, TicketKey::Error, ticket.error);
    name(map, TicketKey::Reason, ticket.reason);
    time(map, TicketKey::At, ticket.at);
    time(map, TicketKey::AskedAt, ticket.askedAt);
    time(map, TicketKey::GrantedAt, ticket.grantedAt);
}

void Encoder::write(const MonitorHit &hit)
{
    CborWriter::Map map(&m_out);
    time(map, HitKey::At, hit.at);
    map.number(HitKey::Ticket, hit.hit.ticket.value);
    map.number(HitKey::Bucket, hit.hit.bucket.value);
    name(map, HitKey::Kind, hit.hit.kind);
    name(map, HitKey::Scope, hit.hit.scope);
    text(map, HitKey::Name, hit.hit.name, Protocol::mostNameText);
    duration(map, HitKey::RetryAfter, hit.hit.retryAfter);
}

void Encoder::write(const AnomalyInfo &anomaly)
{
    CborWriter::Map map(&m_out);
    name(map, AnomalyKey::Kind, anomaly.kind);
    map.number(AnomalyKey::Bucket, anomaly.bucket.value);
    text(map, AnomalyKey::Name, anomaly.name, Protocol::mostNameText);
    time(map, AnomalyKey::At, anomaly.at);
}

void Encoder::write(const MonitorGlobalLimit &global)
{
    CborWriter::Map map(&m_out);
    map.number(GlobalKey::Limit, global.limit);
    map.number(GlobalKey::Used, global.used);
    time(map, GlobalKey::NextFreeAt, global.nextFreeAt);
    time(map, GlobalKey::LockedUntil, global.lockedUntil);
}

void Encoder::write(const MonitorInvalidRequests &invalid)
{
    CborWriter::Map map(&m_out);
    map.number(InvalidKey::Count, invalid.count);
    map.number(InvalidKey::Limit, invalid.limit);
}

void Encoder::write(const SharedState &shared)
{
    CborWriter::Map map(&m_out);
    time(map, SharedKey::At, shared.at);
    text(map, SharedKey::Problem, shared.problem, Protocol::mostText);
    list(map, SharedKey::Processes, shared.processes);
    list(map, SharedKey::Buckets, shared.buckets);
    map.number(SharedKey::MoreBuckets, shared.moreBuckets);
}

void Encoder::write(const SharedProcess &process)
{
    CborWriter::Map map(&m_out);
    text(map, ProcessKey::Id, process.id, Protocol::mostNameText);
    text(map, ProcessKey::Name, process.name, Protocol::mostNameText);
    map.number(ProcessKey::Pid, quint64(process.pid));
    text(map, ProcessKey::Host, process.host, Protocol::mostNameText);
    time(map, ProcessKey::HeardAt, process.heardAt);
    if (process.isOwn)
        map.field(ProcessKey::Own).boolean(true);
    if (process.waitsForAll)
        map.field(ProcessKey::WaitsForAll).boolean(true);
    map.number(ProcessKey::Leases, process.leases);
}

void Encoder::write(const SharedBucket &bucket)
{
    CborWriter::Map map(&m_out);
    map.number(SharedBucketKey::Bucket, bucket.bucket.value);
    text(map, SharedBucketKey::Name, bucket.name, Protocol::mostNameText);
    bytes(map, SharedBucketKey::Hash, bucket.hash);
    bytes(map, SharedBucketKey::MajorResource, bucket.majorResource);
    list(map, SharedBucketKey::Holders, bucket.holders);
    list(map, SharedBucketKey::Waiting, bucket.waiting);
    map.number(SharedBucketKey::MoreHolders, bucket.moreHolders);
    map.number(SharedBucketKey::MoreWaiting, bucket.moreWaiting);
}

void Encoder::write(const SharedBucket::Holder &holder)
{
    CborWriter::Map map(&m_out);
    map.number(HolderKey::Process, holder.process);
    map.number(HolderKey::Leases, holder.leases);
}
} // namespace

QByteArray MonitorCodec::encode(const MonitorSubscribe &message)
{
    return Encoder().message(Kind::Subscribe, [&](CborWriter::Map &map) {
        map.field(VersionKey::Major).number(qint64(message.majorVersion));
        map.field(VersionKey::Minor).number(qint64(message.minorVersion));
        map.field(SubscribeKey::Interval).number(qint64(message.interval.count()));
        Encoder::text(map, SubscribeKey::Token, message.token, Protocol::mostTokenText);
    });
}

QByteArray MonitorCodec::encode(const MonitorHello &message, TimePoint epoch)
{
    Encoder out(epoch);
    return out.message(Kind::Hello, [&](CborWriter::Map &map) {
        map.field(VersionKey::Major).number(qint64(message.majorVersion));
        map.field(VersionKey::Minor).number(qint64(message.minorVersion));
        out.text(map, HelloKey::Application, message.application, Protocol::mostText);
        map.field(HelloKey::Pid).number(message.pid);
        out.text(map, HelloKey::Limiter, message.limiter, Protocol::mostText);
        map.field(HelloKey::Instance).number(message.instance);
        map.field(HelloKey::StartedAt)
            .number(bounded(microseconds(message.startedAt.time_since_epoch()).count()));
        out.time(map, HelloKey::At, std::optional(message.at));
        map.field(HelloKey::ControlAllowed).boolean(message.controlAllowed);
        map.number(HelloKey::GlobalLimit, message.globalLimit);
    });
}

QByteArray MonitorCodec::encode(const MonitorUpdate &message, TimePoint epoch)
{
    Encoder out(epoch);
    return out.message(Kind::Update, [&](CborWriter::Map &map) {
        out.time(map, UpdateKey::At, std::optional(message.at));
        out.time(map, UpdateKey::Since, message.since);
        map.number(UpdateKey::Flags,
            (message.reset ? UpdateFlag::Reset : 0)
                | (message.snapshotBegins ? UpdateFlag::SnapshotBegins : 0)
                | (message.snapshotEnds ? UpdateFlag::SnapshotEnds : 0));
        map.number(UpdateKey::Events, message.events);
        map.number(UpdateKey::Dropped, message.dropped);
        out.list(map, UpdateKey::Buckets, message.buckets);
        out.list(map, UpdateKey::Removed, message.removed);
        out.list(map, UpdateKey::Tickets, message.tickets);
        out.list(map, UpdateKey::Hits, message.hits);
        out.list(map, UpdateKey::Anomalies, message.anomalies);
        if (message.global) {
            map.field(UpdateKey::Global);
            out.write(*message.global);
        }
        if (message.invalid) {
            map.field(UpdateKey::Invalid);
            out.write(*message.invalid);
        }
        if (message.shared) {
            map.field(UpdateKey::Shared);
            out.write(*message.shared);
        }
    });
}

QByteArray MonitorCodec::encode(const MonitorHeartbeat &message, TimePoint epoch)
{
    Encoder out(epoch);
    return out.message(Kind::Heartbeat,
        [&](CborWriter::Map &map) { out.time(map, HeartbeatKey::At, std::optional(message.at)); });
}

QByteArray MonitorCodec::encode(const MonitorGoodbye &message)
{
    return Encoder().message(Kind::Goodbye, [&](CborWriter::Map &map) {
        if (message.isFinal)
            map.field(GoodbyeKey::Final).boolean(true);
        Encoder::text(map, GoodbyeKey::Reason, message.reason, Protocol::mostText);
    });
}

QByteArray MonitorCodec::encode(const MonitorRequest &message)
{
    return Encoder().message(Kind::Request, [&](CborWriter::Map &map) {
        map.number(RequestKey::Number, message.number);
        map.field(RequestKey::Action).number(quint64(message.command.action));
        map.number(RequestKey::Bucket, message.command.bucket.value);
        map.number(RequestKey::Ticket, message.command.ticket.value);
    });
}

QByteArray MonitorCodec::encode(const MonitorResult &message)
{
    return Encoder().message(Kind::Result, [&](CborWriter::Map &map) {
        map.number(ResultKey::Number, message.number);
        Encoder::text(map, ResultKey::Problem, message.problem, Protocol::mostText);
    });
}

} // namespace Turnstile
