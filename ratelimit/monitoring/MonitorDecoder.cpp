// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorDecoder.h"

#include "ratelimit/monitoring/MonitorKeys.h"

#include <algorithm>

namespace Turnstile {

using namespace Wire;
using std::chrono::microseconds;
using Protocol = MonitorProtocol;

MonitorCodec::Decoded MonitorCodec::decode(QByteArrayView payload, TimePoint epoch)
{
    return MonitorDecoder(payload, epoch).message();
}

MonitorCodec::Decoded MonitorDecoder::message()
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
bool MonitorDecoder::isOfOtherMajorVersion(quint64 kind)
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

QString MonitorDecoder::problem() const
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

void MonitorDecoder::read(MonitorHello *hello)
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

void MonitorDecoder::read(MonitorSubscribe *subscribe)
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

void MonitorDecoder::read(MonitorUpdate *update)
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
        case UpdateKey::Shared:
            read(&update->shared.emplace());
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

void MonitorDecoder::read(MonitorHeartbeat *heartbeat)
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

void MonitorDecoder::read(MonitorGoodbye *goodbye)
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

void MonitorDecoder::read(MonitorRequest *request)
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

void MonitorDecoder::read(MonitorResult *result)
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

} // namespace Turnstile
