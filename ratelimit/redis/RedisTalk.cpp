// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisTalk.h"

#include "ratelimit/redis/RedisRequest.h"
#include "ratelimit/redis/ToldTime.h"

#include <QtCore/QJsonDocument>

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// Redis takes a process for dead that says nothing for ten seconds.
static constexpr milliseconds heartbeat = 3s;
// What a process says of itself Redis forgets, at the latest, with the process.
static constexpr milliseconds introduceEvery = 1min;
static constexpr milliseconds mayBeForgottenAfter = 9s;
// After a call that Redis refused: it is loading, or full, or has another version of the script.
static constexpr milliseconds retryAfterError = 1s;

RedisTalk::RedisTalk(QByteArray process, const RedisOptions &options,
    const SchedulerOptions &scheduling, milliseconds pause)
    : m_options(options)
    , m_scheduling(scheduling)
    , m_process(std::move(process))
    , m_pause(pause)
    , m_calmPause(std::max(pause, std::min(calmPause, scheduling.globalPeriod / 10)))
    , m_words(scheduling.responseTimeout)
    , m_wishes(m_process, m_words, scheduling.responseTimeout)
    , m_tickets(m_words, scheduling.responseTimeout)
{
    if (options.failurePolicy != FailurePolicy::LocalShare)
        return;
    m_own.emplace(scheduling);
    m_wishes.setOwn(&*m_own);
    m_tickets.setOwn(&*m_own);
}

QByteArrayList RedisTalk::lastWords(TimePoint now)
{
    m_wishes.giveUp();
    m_tickets.giveUp(now);
    QByteArrayList calls;
    for (bool hasMore = m_calls > 0 || !m_words.isEmpty(); hasMore;) {
        RedisRequest request = newRequest();
        m_words.say(request, now);
        m_words.heard();
        hasMore = !m_words.isEmpty();
        if (!hasMore)
            request.setLast();
        calls.append(request.toJson());
    }
    return calls;
}

void RedisTalk::answered(TicketId ticket, const Response &response, TimePoint now)
{
    m_tickets.answered(ticket, response, now);
}

void RedisTalk::happened(const Event &event)
{
    if (event.type == Event::Type::BucketChanged || event.type == Event::Type::LaneMoved
        || event.type == Event::Type::BucketRemoved) {
        m_wishes.touch(event.bucket);
    } else if (event.type == Event::Type::TicketChanged && event.state == TicketState::Available) {
        if (auto lease = m_wishes.take(event.bucket)) {
            ++m_granted;
            m_tickets.take(event, std::move(*lease));
        }
    } else if (event.type == Event::Type::TicketChanged || event.type == Event::Type::RateLimited) {
        m_tickets.happened(event);
    }
}

void RedisTalk::turnBegins(Scheduler &scheduler, TimePoint now)
{
    if (now >= m_heardAt + RedisWishes::trustedFor && std::exchange(m_isTrusted, false))
        m_wishes.giveBackOld(scheduler, now);
}

bool RedisTalk::turnEnded(Scheduler &scheduler, TimePoint now)
{
    m_look.timePassed(now);
    for (const QByteArray &bucket : m_tickets.tell(scheduler, now)) {
        if (m_isOnItsOwn)
            m_wishes.wake(bucket);
        else
            m_wishes.answered(bucket);
    }
    if (m_wishes.update(scheduler, now) || (m_isOnItsOwn && m_wishes.askOwn(scheduler, now)))
        return true;
    m_words.forget(now);
    if (m_words.isEmpty())
        m_speakAt.reset();
    else if (const TimePoint at = now + (m_words.isPressing() ? m_pause : m_calmPause);
             at < m_speakAt.value_or(TimePoint::max()))
        m_speakAt = at;
    return false;
}

void RedisTalk::woken(const QByteArray &message)
{
    if (message == "!")
        m_isTold = true;
    else
        m_wishes.wake(message);
}

void RedisTalk::connected(TimePoint now)
{
    m_isConnected = m_isTold = true; // what happened meanwhile, too
    m_notBefore = m_introduceAt = now;
    if (std::exchange(m_isOnItsOwn, false))
        m_wishes.back(); // who waits for a part of its own
}

void RedisTalk::disconnected(Scheduler &scheduler, TimePoint now)
{
    m_isConnected = false;
    m_wishes.lost(scheduler, now);
    if (m_own && !std::exchange(m_isOnItsOwn, true))
        m_own->setProcesses(std::max(m_processes, m_options.processes));
}

RedisRequest RedisTalk::newRequest()
{
    RedisRequest request(m_process, m_options, m_scheduling);
    request.setNumber(++m_lastCall);
    return request;
}

RedisLook::Names RedisTalk::namesInUse() const
{
    RedisLook::Names names;
    const auto add = [&names](const QByteArray &name, BucketId id) { names.insert(name, id); };
    m_tickets.forEachName(add);
    m_wishes.forEachName(add);
    return names;
}

// Those of which somebody holds leases are told anyway.
void RedisTalk::look(RedisRequest &request, TimePoint now)
{
    QByteArrayList buckets;
    m_wishes.forEachName([&buckets](const QByteArray &name, BucketId) {
        if (!name.isEmpty())
            buckets.append(name);
    });
    m_look.ask(request, buckets, now);
}

void RedisTalk::introduce(RedisRequest &request, TimePoint now)
{
    if (now >= m_calledAt + mayBeForgottenAfter)
        m_introduceAt = std::min(m_introduceAt, now);
    m_isIntroduced = !m_info.isEmpty() && now >= m_introduceAt;
    if (m_isIntroduced)
        request.setInfo(m_info);
}

TimePoint RedisTalk::notBefore(milliseconds sinceLastCall) const
{
    return std::max<TimePoint>(m_notBefore, m_calledAt + sinceLastCall);
}

QByteArray RedisTalk::nextCall(const Scheduler &scheduler, TimePoint now)
{
    if (m_isCalling || !m_isConnected || now < notBefore(m_wishes.isUrgent() ? 0ms : m_pause))
        return {};
    const std::optional<TimePoint> lookAt = m_look.due();
    const bool looks = lookAt && *lookAt <= now;
    const bool isDue = looks || m_wishes.asks() || m_isTold || (m_speakAt && now >= *m_speakAt)
        || (now >= m_calledAt + heartbeat && isHeardOf());
    if (!isDue)
        return {};
    RedisRequest request = newRequest();
    if (const auto margin = scheduler.margin())
        request.setMargin(*margin);
    m_wishes.ask(request, scheduler, now);
    m_words.say(request, now);
    if (looks)
        look(request, now);
    introduce(request, now);
    m_isCalling = true;
    m_isTold = false;
    m_calledAt = now;
    return request.toJson();
}

std::optional<TimePoint> RedisTalk::nextDeadline() const
{
    if (m_isCalling || (!m_isConnected && !m_isOnItsOwn))
        return {}; // the reply, or the connection, comes first
    const std::optional<TimePoint> change = m_wishes.nextChange();
    if (m_isOnItsOwn)
        return change;
    std::optional<TimePoint> next;
    if (m_wishes.asks() || m_isTold)
        next = notBefore(m_pause);
    else if (m_speakAt)
        next = std::max(*m_speakAt, notBefore(m_pause));
    else if (isHeardOf())
        next = notBefore(heartbeat);
    if (const std::optional<TimePoint> lookAt = m_look.due()) {
        const TimePoint at = std::max(*lookAt, notBefore(m_pause));
        next = std::min(next.value_or(at), at);
    }
    return change && next ? std::min(*next, *change) : next;
}

QString RedisTalk::replied(const QByteArray &reply, Scheduler &scheduler, TimePoint now)
{
    const QJsonObject said = QJsonDocument::fromJson(reply).object();
    QString problem = said[u"error"].toString();
    if (said.isEmpty())
        problem = QStringLiteral("the reply is not understood.");
    if (problem.isEmpty()) {
        learn(said, scheduler, now);
        return problem;
    }
    if (problem.startsWith(u"request."))
        m_words.notUnderstood();
    refused(scheduler, now);
    return problem;
}

void RedisTalk::learn(const QJsonObject &said, Scheduler &scheduler, TimePoint now)
{
    m_isCalling = false;
    m_heardAt = m_calledAt;
    m_isTrusted = true;
    ++m_calls;
    m_words.heard();
    m_processes = said[u"processes"].toInt();
    if (m_isIntroduced)
        m_introduceAt = now + introduceEvery;
    else if (said[u"stranger"].toBool())
        m_introduceAt = now;
    const QJsonValue global = said[u"global"];
    if (const milliseconds lock = toldTime(global[u"lock"]); lock > 0ms)
        scheduler.lockGlobally(now + lock, now);
    if (const milliseconds edge = toldTime(global[u"edge"]); edge > 0ms)
        scheduler.lockEdge(now + edge, now);
    const int invalid = said[u"invalid"].toInt(), most = m_scheduling.invalidLimit;
    scheduler.setSharedInvalid(invalid, now);
    m_isNearBan = most > 0 && invalid >= most - most / 20 - 1;
    const QJsonArray splits = said[u"split"].toArray();
    for (const auto &each : splits) {
        const QByteArray hash = each[u"hash"].toString().toUtf8();
        scheduler.learnSplit(each[u"route"].toString().toUtf8(), hash, now);
    }
    std::optional<TimePoint> free;
    if (const milliseconds wait = toldTime(global[u"free"]); wait > 0ms)
        free = now + wait;
    scheduler.setSharedGlobal(global[u"used"].toInt(), free, now);
    m_wishes.replied(said[u"want"].toArray(), said[u"learnt"].toArray(), scheduler, now);
    if (const QJsonObject look = said[u"look"].toObject(); !look.isEmpty()) {
        m_look.replied(look, m_process, namesInUse(), now);
        m_wishes.looked(look[u"buckets"].toArray(), scheduler, now);
    }
}

void RedisTalk::refused(Scheduler &scheduler, TimePoint now)
{
    unheard(scheduler, now);
    m_notBefore = now + retryAfterError;
}

void RedisTalk::unheard(Scheduler &scheduler, TimePoint now)
{
    m_isCalling = false;
    m_isTold = true;
    m_words.sayAgain();
    m_wishes.askAgain();
    m_wishes.lost(scheduler, now);
}

} // namespace Turnstile
