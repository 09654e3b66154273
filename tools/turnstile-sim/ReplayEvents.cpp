// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What a replay tells.
#include "tools/turnstile-sim/Replay.h"
#include "tools/turnstile-sim/ReplayText.h"

#include <QtCore/QJsonArray>

#include <algorithm>

namespace Turnstile::Sim {

using namespace std::chrono_literals;

// What it tells by itself

void Replay::takeEvents()
{
    for (const Event &event : m_scheduler.takeEvents()) {
        if (m_talk)
            m_talk->happened(event);
        switch (event.type) {
        case Event::Type::TicketChanged:
            ticketChanged(event);
            break;
        case Event::Type::LockChanged:
            lockChanged(event);
            break;
        case Event::Type::RateLimited: {
            Request &request = m_requests[m_names.value(event.ticket)];
            request.limit = event.kind;
            request.limitWait = event.wait;
            break;
        }
        case Event::Type::AnomalySeen:
            anomalySeen(event);
            break;
        case Event::Type::BucketChanged:
        case Event::Type::BucketRemoved:
        case Event::Type::LaneMoved:
        case Event::Type::InvalidRequest:
            break;
        }
    }
}

void Replay::ticketChanged(const Event &event)
{
    const QString name = m_names.value(event.ticket);
    Request &request = m_requests[name];
    request.attempt = event.attempt;
    switch (event.state) {
    case TicketState::Queued:
        request.state = Request::State::Waiting;
        if (event.attempt > 0)
            tell({{QStringLiteral("req"), name}, {QStringLiteral("kind"), nameOf(request.limit)},
                     {QStringLiteral("wait_ms"), inMs(request.limitWait)}},
                u"requeued");
        break;
    case TicketState::Available:
        request.state = Request::State::Granted;
        tell({{QStringLiteral("req"), name}, {QStringLiteral("attempt"), event.attempt}},
            u"granted");
        if (m_scenario.autoRespond && m_stepsToCome.value(name) == 0)
            m_answers.push_back({m_now + m_scenario.autoRespond->latency, name, event.attempt});
        break;
    case TicketState::InFlight:
        break;
    default:
        request.state =
            event.state == TicketState::TimedOut ? Request::State::TimedOut : Request::State::Ended;
        tellEnded(name, howEnded(event),
            whyEnded(event, request.lostBecause, m_scenario.options.responseTimeout));
        break;
    }
}

void Replay::lockChanged(const Event &event)
{
    const bool isEdge = event.reason == WaitReason::Cloudflare;
    if (isEdge)
        m_edgeUntil = event.at + event.wait;
    if (event.wait <= 0ms)
        return; // it opens again
    QStringView kind = u"global";
    if (event.reason != WaitReason::Global)
        kind = isEdge ? u"cloudflare" : u"invalid";
    tell({{QStringLiteral("kind"), kind.toString()},
             {QStringLiteral("until_ms"), inMs(elapsed(event.at + event.wait))}},
        u"locked");
}

void Replay::anomalySeen(const Event &event)
{
    QJsonObject out{{QStringLiteral("kind"), nameOf(event.anomaly)}};
    if (const auto bucket = m_scheduler.bucket(event.bucket, now());
        bucket && !bucket->hash.isEmpty())
        out[QStringLiteral("bucket")] = textOfBytes(bucket->hash);
    if (const QString route = m_scheduler.laneName(event.lane); !route.isEmpty())
        out[QStringLiteral("route")] = route;
    tell(out, u"anomaly");
}

void Replay::tellEnded(const QString &name, QStringView how, const QString &why)
{
    QJsonObject out{{QStringLiteral("req"), name}, {QStringLiteral("how"), how.toString()}};
    if (!why.isEmpty())
        out[QStringLiteral("why")] = why;
    tell(out, u"ended");
}

void Replay::misuse(const QString &name, QStringView op, const QString &message)
{
    tell({{QStringLiteral("req"), name}, {QStringLiteral("op"), op.toString()},
             {QStringLiteral("message"), message}},
        u"misuse");
}

void Replay::unknownRequest(const QString &name, QStringView op)
{
    misuse(name, op, QStringLiteral("There is no request with this name."));
}

void Replay::tell(QJsonObject event, QStringView type)
{
    if (m_isOver)
        return;
    event[QStringLiteral("scenario")] = m_scenario.id;
    event[QStringLiteral("t_ms")] = inMs(m_now);
    event[QStringLiteral("event")] = type.toString();
    m_sink(event);
}

// What it tells when asked

void Replay::tellBucket(const Step &step)
{
    QJsonObject out{{QStringLiteral("id"), step.name}};
    const auto bucket = m_scheduler.bucket(step.endpoint.at(wallNow()), now());
    out[QStringLiteral("known")] = bucket.has_value();
    if (bucket) {
        if (bucket->limit)
            out[QStringLiteral("limit")] = *bucket->limit;
        if (bucket->remaining)
            out[QStringLiteral("remaining")] = *bucket->remaining;
        if (bucket->resetAt)
            out[QStringLiteral("reset_after_ms")] = inMs(std::max(*bucket->resetAt, now()) - now());
        if (!bucket->hash.isEmpty())
            out[QStringLiteral("hash")] = textOfBytes(bucket->hash);
        out[QStringLiteral("queued")] = bucket->queued;
        out[QStringLiteral("in_flight")] = bucket->inFlight;
    }
    tell(out, u"bucket");
}

void Replay::tellGlobal(const Step &step)
{
    QJsonObject out{{QStringLiteral("id"), step.name}};
    const Scheduler::GlobalState state = m_scheduler.globalState(now());
    std::optional<TimePoint> until = state.lockedUntil;
    if (m_edgeUntil && *m_edgeUntil > now())
        until = std::max(until.value_or(*m_edgeUntil), *m_edgeUntil);
    out[QStringLiteral("locked")] = m_scheduler.isGloballyLocked(now());
    if (state.limit > 0)
        out[QStringLiteral("remaining")] = std::max(0, state.limit - state.used);
    if (until)
        out[QStringLiteral("unlock_after_ms")] = inMs(*until - now());
    tell(out, u"global");
}

void Replay::tellStats(const Step &step)
{
    const Scheduler::Size size = m_scheduler.size();
    tell({{QStringLiteral("id"), step.name}, {QStringLiteral("buckets"), size.buckets},
             {QStringLiteral("lanes"), size.lanes}, {QStringLiteral("hashes"), size.hashes},
             {QStringLiteral("tickets"), size.queued + size.inFlight},
             {QStringLiteral("invalid_count"), m_scheduler.invalidRequests(now())}},
        u"stats");
}

void Replay::tellWaits(const Step &step)
{
    const auto request = m_requests.constFind(step.name);
    if (request == m_requests.constEnd()) {
        unknownRequest(step.name, u"waits");
        return;
    }
    QJsonArray reasons;
    for (const Wait &wait : m_scheduler.waits(request->ticket, now())) {
        QJsonObject reason{{QStringLiteral("reason"), nameOf(wait.reason)}};
        if (wait.until)
            reason[QStringLiteral("until_ms")] = inMs(elapsed(*wait.until));
        if (!wait.behind.isNull())
            reason[QStringLiteral("behind")] = m_names.value(wait.behind);
        reasons.append(reason);
    }
    tell({{QStringLiteral("req"), step.name}, {QStringLiteral("reasons"), reasons}}, u"waits");
}

void Replay::tellParsed(const Step &step)
{
    tell(parsedHeaders(step.response.parse(wallNow())), u"parsed");
}

void Replay::tellKey(const Step &step)
{
    const Endpoint endpoint = step.endpoint.at(wallNow());
    tell({{QStringLiteral("id"), step.name},
             {QStringLiteral("route"), textOfBytes(endpoint.route())},
             {QStringLiteral("major"), textOfBytes(endpoint.majorResource())},
             {QStringLiteral("lane"), textOfBytes(endpoint.lane())},
             {QStringLiteral("exempt_global"), endpoint.isExemptFromGlobal()}},
        u"key");
}

} // namespace Turnstile::Sim
