// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What drives the scheduler, and its talk with Redis where it shares its token.
#include "tools/turnstile-sim/Replay.h"

#include <algorithm>

namespace Turnstile::Sim {

constexpr int mostCallsAtOnce = 1000;

std::optional<TimePoint> Replay::nextWake() const
{
    const auto wake = m_scheduler.nextDeadline();
    const auto talk = m_talk ? m_talk->nextDeadline() : std::nullopt;
    return wake && talk ? std::min(*wake, *talk) : wake ? wake : talk;
}

void Replay::wake()
{
    if (m_talk)
        m_talk->timePassed(m_scheduler, now());
    m_scheduler.advance(now());
}

void Replay::complete(TicketId ticket, const Response &response, bool retry)
{
    if (m_talk)
        m_talk->answered(ticket, response, now());
    if (retry)
        m_scheduler.retry(ticket, response, now());
    else
        m_scheduler.complete(ticket, response, now());
}

// As InMemoryRatelimiter and RedisBroker do it, with a Redis that replies at once.
void Replay::endTurn()
{
    takeEvents();
    for (int calls = 0; m_talk; ++calls) {
        while (m_talk->turnEnded(m_scheduler, now()))
            takeEvents();
        const QByteArray call = m_talk->nextCall(m_scheduler, now());
        if (call.isEmpty())
            return;
        if (calls == mostCallsAtOnce) {
            m_outcome.end = ReplayOutcome::End::BusyLoop;
            return;
        }
        const ScriptHost::Reply reply = m_redis->call(call, now());
        m_outcome.failure = reply.problem.isEmpty()
            ? m_talk->replied(reply.text, m_scheduler, now())
            : reply.problem;
        if (!m_outcome.failure.isEmpty()) {
            m_outcome.end = ReplayOutcome::End::Failed;
            return;
        }
        for (const QByteArray &message : m_redis->takeMessages())
            m_talk->woken(message);
        takeEvents();
    }
}

} // namespace Turnstile::Sim
