// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorCodec.h"

#include "ratelimit/monitoring/Cbor.h"

#include <limits>

namespace Turnstile {

using std::chrono::microseconds;
using Protocol = MonitorProtocol;

namespace {
// A message is a list of its kind and a map. The numbers are the protocol: none is ever used again
// for something else.
namespace Kind {
enum { Hello = 1, Subscribe, Update, Heartbeat, Goodbye, Request, Result };
}
namespace VersionKey {
enum { Major, Minor }; // of Hello and Subscribe, in every version
}
namespace HelloKey {
enum { Application = 2, Pid, Limiter, Instance, StartedAt, At, ControlAllowed, GlobalLimit };
}
namespace SubscribeKey {
enum { Interval = 2, Token };
}
namespace UpdateKey {
enum {
    At,
    Since,
    Flags,
    Events,
    Dropped,
    Buckets,
    Removed,
    Tickets,
    Hits,
    Anomalies,
    Global,
    Invalid
};
}
namespace UpdateFlag {
enum { Reset = 1, SnapshotBegins = 2, SnapshotEnds = 4 };
}
namespace BucketKey {
enum {
    Id,
    Hash,
    MajorResource,
    State,
    Exempt,
    Limit,
    Remaining,
    ResetAt,
    Window,
    Queued,
    InFlight,
    Granted,
    RateLimited,
    OldestAskedAt,
    Wait,
    Name,
    Lanes
};
}
namespace WaitKey {
enum { Reason, Until, Behind };
}
namespace TicketKey {
enum { Id, Lane, Bucket, State, Name, Attempt, Status, Error, Reason, At, AskedAt, GrantedAt };
}
namespace HitKey {
enum { At, Ticket, Bucket, Kind, Scope, Name, RetryAfter };
}
namespace AnomalyKey {
enum { Kind, Bucket, Name, At };
}
namespace GlobalKey {
enum { Limit, Used, NextFreeAt, LockedUntil };
}
namespace InvalidKey {
enum { Count, Limit };
}
namespace HeartbeatKey {
enum { At };
}
namespace GoodbyeKey {
enum { Final, Reason };
}
namespace RequestKey {
enum { Number, Action, Bucket, Ticket };
}
namespace ResultKey {
enum { Number, Problem };
}

// More than a hundred years, and far from where nanoseconds overflow.
constexpr qint64 mostMicroseconds = 4'000'000'000'000'000;
constexpr qint64 mostInt = std::numeric_limits<int>::max();

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

class Decoder {
public:
    Decoder(QByteArrayView payload, TimePoint epoch)
        : m_in(payload)
        , m_epoch(epoch)
    {
    }

    MonitorCodec::Decoded message();

private:
    TimePoint time()
    {
        return m_epoch + microseconds(m_in.number(-mostMicroseconds, mostMicroseconds));
    }
    milliseconds duration()
    {
        return std::chrono::ceil<milliseconds>(microseconds(m_in.number(0, mostMicroseconds)));
    }
    int number() { return int(m_in.number(0, mostInt)); }
    template <typename Enum> Enum name(Enum last) { return Enum(m_in.number(0, qint64(last))); }
    QString endpointName() { return m_in.text(Protocol::mostNameText); }
    template <typename Item> void list(std::vector<Item> *items)
    {
        items->clear();
        m_in.array(Protocol::mostItems, [&] {
            items->emplace_back();
            read(&items->back());
        });
    }
    void require(bool isThere, const char *what)
    {
        if (!isThere && !m_missing && m_in.isGood())
            m_missing = what;
    }

    void read(MonitorHello *hello);
    void read(MonitorSubscribe *subscribe);
    void read(MonitorUpdate *update);
    void read(MonitorHeartbeat *heartbeat);
    void read(MonitorGoodbye *goodbye);
    void read(MonitorRequest *request);
    void read(MonitorResult *result);
    void read(BucketId *bucket) { bucket->value = m_in.unsignedNumber(); }
    void read(Bucket *bucket);
    void read(Wait *wait);
    void read(TicketInfo *ticket);
    void read(MonitorHit *hit);
    void read(AnomalyInfo *anomaly);
    void read(MonitorGlobalLimit *global);
    void read(MonitorInvalidRequests *invalid);

    template <typename Message> void readInto(MonitorMessage *message)
    {
        Message read;
        this->read(&read);
        *message = std::move(read);
    }
    bool isOfOtherMajorVersion(quint64 kind);
    QString problem() const;

    CborReader m_in;
    TimePoint m_epoch;
    const char *m_missing = nullptr;
    qint64 m_otherMajor = Protocol::majorVersion;
};

MonitorCodec::Decoded Decoder::message()
{
    MonitorCodec::Decoded decoded;
    quint64 kind = 0;
    int place = 0;
    m_in.array(16, [&] { // a newer version may have more behind the map
        if (++place == 1)
            kind = m_in.unsignedNumber();
        else if (place == 2 && isOfOtherMajorVersion(kind))
            decoded.isIncompatible = true;
        else if (place == 2 && kind == Kind::Hello)
            readInto<MonitorHello>(&decoded.message);
        else if (place == 2 && kind == Kind::Subscribe)
            readInto<MonitorSubscribe>(&decoded.message);
        else if (place == 2 && kind == Kind::Update)
            readInto<MonitorUpdate>(&decoded.message);
        else if (place == 2 && kind == Kind::Heartbeat)
            readInto<MonitorHeartbeat>(&decoded.message);
        else if (place == 2 && kind == Kind::Goodbye)
            readInto<MonitorGoodbye>(&decoded.message);
        else if (place == 2 && kind == Kind::Request)
            readInto<MonitorRequest>(&decoded.message);
        else if (place == 2 && kind == Kind::Result)
            readInto<MonitorResult>(&decoded.message);
        else
            m_in.skip();
    });
    require(place >= 2, "its content");
    if (m_in.isGood() && !m_in.isAtEnd())
        m_in.fail(CborReader::Problem::TooLong);
    if (decoded.isIncompatible && m_in.isGood()) {
        decoded.problem =
            QStringLiteral("It speaks version %1 of the protocol, and this is version %2.")
                .arg(m_otherMajor)
                .arg(Protocol::majorVersion);
    } else {
        decoded.isIncompatible = false;
        decoded.problem = problem();
    }
    if (!decoded.problem.isEmpty())
        decoded.message = std::monostate();
    return decoded;
}

// Looked at before the rest, which may mean something else in another version.
bool Decoder::isOfOtherMajorVersion(quint64 kind)
{
    if (kind != Kind::Hello && kind != Kind::Subscribe)
        return false;
    const CborReader begin = m_in;
    bool hasVersion = false;
    m_in.map([&](quint64 key) {
        if (key != VersionKey::Major)
            return false;
        m_otherMajor = m_in.number(0, mostInt);
        return hasVersion = true;
    });
    require(hasVersion, "the version of the protocol");
    if (m_in.isGood() && !m_missing && m_otherMajor != Protocol::majorVersion)
        return true;
    m_in = begin;
    return false;
}

QString Decoder::problem() const
{
    using Problem = CborReader::Problem;
    switch (m_in.problem()) {
    case Problem::None:
        break;
    case Problem::Ends:
        return QStringLiteral("A message ends before it is complete.");
    case Problem::WrongType:
        return QStringLiteral("A message has a value of the wrong type.");
    case Problem::OutOfRange:
        return QStringLiteral("A message has a value that is out of range.");
    case Problem::TooLong:
        return QStringLiteral("A message, or a list or text in it, is too long.");
    case Problem::TooDeep:
        return QStringLiteral("A message is nested too deeply.");
    case Problem::NotUtf8:
        return QStringLiteral("A message has a text that is not UTF-8.");
    }
    return m_missing ? QStringLiteral("A message lacks %1.").arg(QLatin1StringView(m_missing))
                     : QString();
}

void Decoder::read(MonitorHello *hello)
{
    bool hasInstance = false, hasTime = false;
    m_in.map([&](quint64 key) {
        switch (key) {
        case VersionKey::Major:
            hello->majorVersion = number();
            break;
        case VersionKey::Minor:
            hello->minorVersion = number();
            break;
        case HelloKey::Application:
            hello->application = m_in.text(Protocol::mostText);
            break;
        case HelloKey::Pid:
            hello->pid = m_in.number();
            break;
        case HelloKey::Limiter:
            hello->limiter = m_in.text(Protocol::mostText);
            break;
        case HelloKey::Instance:
            hello->instance = m_in.unsignedNumber();
            hasInstance = true;
            break;
        case HelloKey::StartedAt:
            hello->startedAt = WallTime(std::chrono::floor<milliseconds>(
                microseconds(m_in.number(-mostMicroseconds, mostMicroseconds))));
            break;
        case HelloKey::At:
            hello->at = time();
            hasTime = true;
            break;
        case HelloKey::ControlAllowed:
            hello->controlAllowed = m_in.boolean();
            break;
        case HelloKey::GlobalLimit:
            hello->globalLimit = number();
            break;
        default:
            return false;
        }
        return true;
    });
    require(hasInstance, "the instance");
    require(hasTime, "its time");
}

void Decoder::read(MonitorSubscribe *subscribe)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case VersionKey::Major:
            subscribe->majorVersion = number();
            break;
        case VersionKey::Minor:
            subscribe->minorVersion = number();
            break;
        case SubscribeKey::Interval:
            subscribe->interval = milliseconds(number());
            break;
        case SubscribeKey::Token:
            subscribe->token = m_in.text(Protocol::mostTokenText);
            break;
        default:
            return false;
        }
        return true;
    });
    subscribe->interval =
        std::clamp(subscribe->interval, Protocol::shortestInterval, Protocol::longestInterval);
}

void Decoder::read(MonitorUpdate *update)
{
    bool hasTime = false;
    m_in.map([&](quint64 key) {
        switch (key) {
        case UpdateKey::At:
            update->at = time();
            hasTime = true;
            break;
        case UpdateKey::Since:
            update->since = time();
            break;
        case UpdateKey::Flags: {
            const quint64 flags = m_in.unsignedNumber();
            update->reset = flags & UpdateFlag::Reset;
            update->snapshotBegins = flags & UpdateFlag::SnapshotBegins;
            update->snapshotEnds = flags & UpdateFlag::SnapshotEnds;
            break;
        }
        case UpdateKey::Events:
            update->events = number();
            break;
        case UpdateKey::Dropped:
            update->dropped = m_in.unsignedNumber();
            break;
        case UpdateKey::Buckets:
            list(&update->buckets);
            break;
        case UpdateKey::Removed:
            list(&update->removed);
            break;
        case UpdateKey::Tickets:
            list(&update->tickets);
            break;
        case UpdateKey::Hits:
            list(&update->hits);
            break;
        case UpdateKey::Anomalies:
            list(&update->anomalies);
            break;
        case UpdateKey::Global:
            read(&update->global.emplace());
            break;
        case UpdateKey::Invalid:
            read(&update->invalid.emplace());
            break;
        default:
            return false;
        }
        return true;
    });
    require(hasTime, "its time");
    if (update->since == TimePoint())
        update->since = update->at;
}

void Decoder::read(Bucket *bucket)
{
    bucket->state = BucketState(0); // as a field that is not there says
    m_in.map([&](quint64 key) {
        switch (key) {
        case BucketKey::Id:
            read(&bucket->id);
            break;
        case BucketKey::Hash:
            bucket->hash = m_in.bytes(Protocol::mostIdBytes);
            break;
        case BucketKey::MajorResource:
            bucket->majorResource = m_in.bytes(Protocol::mostIdBytes);
            break;
        case BucketKey::State:
            bucket->state = name(BucketState::Idle);
            break;
        case BucketKey::Exempt:
            bucket->exempt = m_in.boolean();
            break;
        case BucketKey::Limit:
            bucket->limit = number();
            break;
        case BucketKey::Remaining:
            bucket->remaining = number();
            break;
        case BucketKey::ResetAt:
            bucket->resetAt = time();
            break;
        case BucketKey::Window:
            bucket->window = duration();
            break;
        case BucketKey::Queued:
            bucket->queued = number();
            break;
        case BucketKey::InFlight:
            bucket->inFlight = number();
            break;
        case BucketKey::Granted:
            bucket->granted = m_in.unsignedNumber();
            break;
        case BucketKey::RateLimited:
            bucket->rateLimited = m_in.unsignedNumber();
            break;
        case BucketKey::OldestAskedAt:
            bucket->oldestAskedAt = time();
            break;
        case BucketKey::Wait:
            read(&bucket->wait.emplace());
            break;
        case BucketKey::Name:
            bucket->name = endpointName();
            break;
        case BucketKey::Lanes:
            bucket->lanes = number();
            break;
        default:
            return false;
        }
        return true;
    });
    require(!bucket->id.isNull(), "the id of a bucket");
}

void Decoder::read(Wait *wait)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case WaitKey::Reason:
            wait->reason = name(WaitReason::InvalidRequests);
            break;
        case WaitKey::Until:
            wait->until = time();
            break;
        case WaitKey::Behind:
            wait->behind.value = m_in.unsignedNumber();
            break;
        default:
            return false;
        }
        return true;
    });
}

void Decoder::read(TicketInfo *ticket)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case TicketKey::Id:
            ticket->id.value = m_in.unsignedNumber();
            break;
        case TicketKey::Lane:
            ticket->lane.value = m_in.unsignedNumber();
            break;
        case TicketKey::Bucket:
            read(&ticket->bucket);
            break;
        case TicketKey::State:
            ticket->state = name(TicketState::Rejected);
            break;
        case TicketKey::Name:
            ticket->name = endpointName();
            break;
        case TicketKey::Attempt:
            ticket->attempt = number();
            break;
        case TicketKey::Status:
            ticket->status = number();
            break;
        case TicketKey::Error:
            ticket->error = name(TicketError::Code::Other);
            break;
        case TicketKey::Reason:
            ticket->reason = name(WaitReason::InvalidRequests);
            break;
        case TicketKey::At:
            ticket->at = time();
            break;
        case TicketKey::AskedAt:
            ticket->askedAt = time();
            break;
        case TicketKey::GrantedAt:
            ticket->grantedAt = time();
            break;
        default:
            return false;
        }
        return true;
    });
    require(!ticket->id.isNull(), "the id of a ticket");
}

void Decoder::read(MonitorHit *hit)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case HitKey::At:
            hit->at = time();
            break;
        case HitKey::Ticket:
            hit->hit.ticket.value = m_in.unsignedNumber();
            break;
        case HitKey::Bucket:
            read(&hit->hit.bucket);
            break;
        case HitKey::Kind:
            hit->hit.kind = name(LimitKind::Cloudflare);
            break;
        case HitKey::Scope:
            hit->hit.scope = name(Scope::Unknown);
            break;
        case HitKey::Name:
            hit->hit.name = endpointName();
            break;
        case HitKey::RetryAfter:
            hit->hit.retryAfter = duration();
            break;
        default:
            return false;
        }
        return true;
    });
}

void Decoder::read(AnomalyInfo *anomaly)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case AnomalyKey::Kind:
            anomaly->kind = name(Anomaly::ClockJumped);
            break;
        case AnomalyKey::Bucket:
            read(&anomaly->bucket);
            break;
        case AnomalyKey::Name:
            anomaly->name = endpointName();
            break;
        case AnomalyKey::At:
            anomaly->at = time();
            break;
        default:
            return false;
        }
        return true;
    });
}

void Decoder::read(MonitorGlobalLimit *global)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case GlobalKey::Limit:
            global->limit = number();
            break;
        case GlobalKey::Used:
            global->used = number();
            break;
        case GlobalKey::NextFreeAt:
            global->nextFreeAt = time();
            break;
        case GlobalKey::LockedUntil:
            global->lockedUntil = time();
            break;
        default:
            return false;
        }
        return true;
    });
}

void Decoder::read(MonitorInvalidRequests *invalid)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case InvalidKey::Count:
            invalid->count = number();
            break;
        case InvalidKey::Limit:
            invalid->limit = number();
            break;
        default:
            return false;
        }
        return true;
    });
}

void Decoder::read(MonitorHeartbeat *heartbeat)
{
    bool hasTime = false;
    m_in.map([&](quint64 key) {
        if (key != HeartbeatKey::At)
            return false;
        heartbeat->at = time();
        return hasTime = true;
    });
    require(hasTime, "its time");
}

void Decoder::read(MonitorGoodbye *goodbye)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case GoodbyeKey::Final:
            goodbye->isFinal = m_in.boolean();
            break;
        case GoodbyeKey::Reason:
            goodbye->reason = m_in.text(Protocol::mostText);
            break;
        default:
            return false;
        }
        return true;
    });
}

void Decoder::read(MonitorRequest *request)
{
    using Action = MonitorCommand::Action;
    bool hasAction = false;
    MonitorCommand &command = request->command;
    m_in.map([&](quint64 key) {
        switch (key) {
        case RequestKey::Number:
            request->number = m_in.unsignedNumber();
            break;
        case RequestKey::Action:
            command.action = name(Action::CancelTicket);
            hasAction = true;
            break;
        case RequestKey::Bucket:
            read(&command.bucket);
            break;
        case RequestKey::Ticket:
            command.ticket.value = m_in.unsignedNumber();
            break;
        default:
            return false;
        }
        return true;
    });
    require(hasAction, "what to do");
    require(command.action != Action::CancelTicket || !command.ticket.isNull(), "the ticket");
}

void Decoder::read(MonitorResult *result)
{
    m_in.map([&](quint64 key) {
        switch (key) {
        case ResultKey::Number:
            result->number = m_in.unsignedNumber();
            break;
        case ResultKey::Problem:
            result->problem = m_in.text(Protocol::mostText);
            break;
        default:
            return false;
        }
        return true;
    });
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

MonitorCodec::Decoded MonitorCodec::decode(QByteArrayView payload, TimePoint epoch)
{
    return Decoder(payload, epoch).message();
}

} // namespace Turnstile
