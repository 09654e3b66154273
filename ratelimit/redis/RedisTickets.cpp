// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisTickets.h"

#include "ratelimit/redis/LocalLender.h"

namespace Turnstile {

RedisTickets::RedisTickets(RedisWords &words, milliseconds leaseLife)
    : m_words(words)
    , m_life(leaseLife)
{
}

void RedisTickets::take(const Event &granted, RedisLease lease)
{
    Taken taken;
    taken.done.lease = std::move(lease);
    taken.done.grantedAt = taken.done.sentAt = granted.at;
    taken.lane = granted.lane;
    taken.bucket = granted.bucket;
    m_taken.emplace(granted.ticket, std::move(taken));
}

RedisTickets::Taken *RedisTickets::find(TicketId ticket)
{
    if (const auto taken = m_taken.find(ticket); taken != m_taken.end())
        return &*taken;
    const auto late = m_late.find(ticket);
    return late == m_late.end() ? nullptr : &*late;
}

static bool isRefusal(const Response &response)
{
    const int status = response.headers ? response.headers->status : 0;
    return status == 401 || status == 403 || status == 429;
}

void RedisTickets::answered(TicketId ticket, const Response &response, TimePoint now)
{
    Taken *taken = find(ticket);
    if (!taken && isRefusal(response)) {
        RedisDone &done = m_refused[ticket];
        done.lease = {"-", --m_lastRefused, now};
        done.isExempt = true;
        done.grantedAt = done.sentAt = done.answeredAt = now;
        done.response = response;
    }
    if (!taken || std::exchange(taken->isAnswered, true))
        return;
    taken->done.response = response;
    taken->done.answeredAt = now;
    if (!m_taken.contains(ticket))
        m_lateAnswers.push_back(ticket);
}

void RedisTickets::happened(const Event &event)
{
    if (event.type == Event::Type::RateLimited) {
        if (Taken *taken = find(event.ticket))
            taken->done.limit = event;
        else if (const auto done = m_refused.find(event.ticket); done != m_refused.end())
            done->limit = event;
        return;
    }
    const auto found = m_taken.find(event.ticket);
    if (found == m_taken.end())
        return;
    if (event.state == TicketState::InFlight) {
        found->done.sentAt = event.at;
        return;
    }
    Taken taken = m_taken.take(event.ticket);
    if (!taken.isAnswered) {
        const bool isUnused =
            event.state == TicketState::Dropped || event.state == TicketState::Rejected;
        taken.done.response = isUnused ? Response::unused() : Response::lost();
        taken.done.answeredAt = event.at;
        if (event.state == TicketState::TimedOut) {
            m_late.insert(event.ticket, taken)->isOver = true;
            m_lateUntil.emplace_back(taken.done.grantedAt + 2 * m_life, event.ticket);
        }
    }
    m_ended.push_back(std::move(taken));
}

std::vector<QByteArray> RedisTickets::tell(const Scheduler &scheduler, TimePoint now)
{
    for (const TicketId ticket : std::exchange(m_lateAnswers, {})) {
        if (m_late.contains(ticket))
            m_ended.push_back(m_late.take(ticket));
    }
    for (; !m_lateUntil.empty() && m_lateUntil.front().first <= now; m_lateUntil.pop_front())
        m_late.remove(m_lateUntil.front().second);
    std::vector<QByteArray> buckets;
    buckets.reserve(m_ended.size());
    for (Taken &taken : std::exchange(m_ended, {})) {
        buckets.push_back(taken.done.lease.bucket);
        taken.done.route = scheduler.route(taken.lane);
        if (taken.done.response.headers) {
            const QByteArray &hash = taken.done.response.headers->bucket;
            taken.done.name = scheduler.leaseName(taken.lane, hash);
            taken.done.isSplit = scheduler.isSplit(taken.lane, hash);
        }
        tellHold(taken, scheduler);
        if (m_own && !taken.isOver) {
            if (taken.done.response.kind == Response::Kind::Unused)
                m_own->giveBack();
            else
                m_own->ended(now);
        }
        // Redis learns from answers to requests that it knew nothing of, too.
        if (!taken.done.lease.isOwn || taken.done.response.kind != Response::Kind::Unused)
            m_words.done(std::move(taken.done));
    }
    for (RedisDone &done : std::exchange(m_refused, {}))
        m_words.done(std::move(done));
    return buckets;
}

void RedisTickets::tellHold(Taken &taken, const Scheduler &scheduler) const
{
    const auto &limit = taken.done.limit;
    if (limit && (limit->kind == LimitKind::Sublimit || limit->kind == LimitKind::Shared)) {
        taken.done.lane = scheduler.holdName(taken.lane, limit->kind);
    } else if (m_words.knowsHolds()) {
        for (const LimitKind kind : {LimitKind::Sublimit, LimitKind::Shared}) {
            if (const QByteArray lane = scheduler.holdName(taken.lane, kind); m_words.isHold(lane))
                taken.done.lane = lane;
        }
    }
}

void RedisTickets::giveUp(TimePoint now)
{
    for (Taken &taken : m_taken)
        m_ended.push_back(std::move(taken));
    for (Taken &taken : std::exchange(m_ended, {})) {
        taken.done.response = Response::lost();
        taken.done.answeredAt = now;
        m_words.done(std::move(taken.done));
    }
    m_taken.clear();
}

} // namespace Turnstile
