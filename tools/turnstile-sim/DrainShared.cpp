// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Processes that share the token: what they say to Redis, and hear of it.
#include "tools/turnstile-sim/DrainRun.h"

#include <algorithm>
#include <cstdio>

namespace Turnstile::Sim {

using namespace std::chrono_literals;

void DrainRun::share()
{
    m_result.shared.emplace();
    if (!m_redis)
        m_result.problem = QStringLiteral("there is no Lua that could run the script.");
    for (size_t i = 0; i < m_processes.size(); ++i) {
        Process &process = m_processes[i];
        process.talk = std::make_unique<RedisTalk>(
            'p' + QByteArray::number(qsizetype(i)), RedisOptions(), process.scheduler.options());
        process.talk->connected(m_now);
    }
}

// All that comes up at the same time is one turn, as in an event loop that is not idle.
void DrainRun::beginTurn(Process &process)
{
    process.deadline.reset(); // until it ends
    if (!std::exchange(process.isTurnDue, true))
        m_turnsDue.push_back(int(&process - m_processes.data()));
}

void DrainRun::endTurns()
{
    for (const int index : std::exchange(m_turnsDue, {}))
        endTurn(index);
    if (!m_haveSharesEnded)
        countShares();
}

// As InMemoryRatelimiter does it.
void DrainRun::endTurn(int index)
{
    Process &process = m_processes[size_t(index)];
    process.isTurnDue = false;
    if (process.isDead)
        return;
    const auto begin = std::chrono::steady_clock::now();
    takeEvents(process);
    process.scheduler.advance(m_now);
    do
        takeEvents(process);
    while (process.talk->turnEnded(process.scheduler, m_now));
    const QByteArray call = process.talk->nextCall(process.scheduler, m_now);
    process.deadline = process.scheduler.nextDeadline();
    if (const auto next = process.talk->nextDeadline())
        process.deadline = std::min(process.deadline.value_or(*next), *next);
    m_result.schedulerTime += std::chrono::steady_clock::now() - begin;

    for (const int request : std::exchange(m_granted, {}))
        send(request);
    if (!call.isEmpty())
        schedule(m_now + m_workload.redisTime() / 2, Event::Type::Call, index, keepText(call));
}

void DrainRun::takeEvents(Process &process)
{
    for (auto happened = process.scheduler.takeEvents(); !happened.empty();
         happened = process.scheduler.takeEvents()) {
        const std::vector<Turnstile::Event> events(happened.begin(), happened.end());
        for (const Turnstile::Event &event : events) {
            process.talk->happened(event);
            if (event.type != Turnstile::Event::Type::TicketChanged
                || event.state != TicketState::Available)
                continue;
            m_granted.push_back(process.requests[size_t(event.ticket.number()) - 1]);
            process.scheduler.markSent(event.ticket, m_now);
        }
    }
}

int DrainRun::keepText(const QByteArray &text)
{
    m_texts.insert(++m_textCount, text);
    return m_textCount;
}

void DrainRun::called(int index, const QByteArray &request)
{
    traceRedis("calls", index, request);
    const ScriptHost::Reply reply = m_redis->call(request, m_now);
    m_result.problem = reply.problem;
    ++m_result.shared->calls;
    const TimePoint heardAt = m_now + m_workload.redisTime() / 2;
    for (const QByteArray &message : m_redis->takeMessages()) {
        for (size_t i = 0; i < m_processes.size(); ++i)
            schedule(heardAt, Event::Type::Wake, int(i), keepText(message));
    }
    schedule(heardAt, Event::Type::Reply, index, keepText(reply.text));
}

void DrainRun::replied(int index, const QByteArray &reply)
{
    Process &process = m_processes[size_t(index)];
    if (process.isDead)
        return;
    traceRedis("is replied to", index, reply);
    m_result.problem = process.talk->replied(reply, process.scheduler, m_now);
    beginTurn(process);
}

void DrainRun::woken(int index, const QByteArray &message)
{
    Process &process = m_processes[size_t(index)];
    if (process.isDead)
        return;
    traceRedis("is woken", index, message);
    process.talk->woken(message);
    beginTurn(process);
}

void DrainRun::kill(int index)
{
    Process &process = m_processes[size_t(index)];
    process.isDead = true;
    m_result.hasKilled = true;
    process.deadline.reset();
    for (int i = 0; i < m_workload.requests; ++i) {
        const Request &request = m_requests[size_t(i)];
        if (processIndex(i) == index && !request.ticket.isNull() && !request.completed
            && !request.lost)
            lose(i);
    }
}

void DrainRun::countShares()
{
    std::vector<int> grants;
    for (const Process &process : m_processes) {
        if (!process.requests.empty() && !process.isDead) {
            grants.push_back(process.grants);
            m_haveSharesEnded = m_haveSharesEnded || process.left == 0;
        }
    }
    if (grants.empty())
        return;
    const auto [least, most] = std::minmax_element(grants.begin(), grants.end());
    m_result.shared->leastGrants = *least;
    m_result.shared->mostGrants = *most;
}

void DrainRun::traceRedis(const char *what, int process, const QByteArray &text) const
{
    if (!m_workload.trace)
        return;
    std::fprintf(stderr, "%.3f process %d %s: %s\n",
        std::chrono::duration<double, std::milli>(elapsed()).count(), process, what,
        text.constData());
}

} // namespace Turnstile::Sim
