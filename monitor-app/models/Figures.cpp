// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Figures.h"

#include <algorithm>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

void Figures::apply(const UpdateBatch &batch)
{
    if (!m_since)
        m_since = batch.at;
    if (batch.events > 0)
        m_events.add(batch.at, float(batch.events));
    if (batch.global)
        m_global = *batch.global;
    if (batch.invalid)
        m_invalid = *batch.invalid;
    for (const TicketInfo &ticket : batch.tickets) {
        if (ticket.state != TicketState::Available)
            continue;
        m_granted.add(ticket.at);
        if (ticket.attempt <= 1) // later grants waited for the answer to the first, too
            m_waits.add(ticket.at, std::chrono::round<milliseconds>(ticket.at - ticket.askedAt));
    }
    for (const RateLimitEvent &event : batch.hits) {
        switch (event.hit.kind) {
        case LimitKind::Global:
        case LimitKind::Cloudflare:
            m_hitsGlobal.add(event.at);
            break;
        case LimitKind::Shared:
            m_hitsShared.add(event.at);
            break;
        case LimitKind::Bucket:
        case LimitKind::Sublimit:
            m_hitsUser.add(event.at);
            break;
        }
    }
}

void Figures::setLoad(const Load &load, TimePoint now)
{
    m_load = load;
    m_queued.set(now, float(load.queued));
    m_inFlight.set(now, float(load.inFlight));
}

void Figures::noteGap(TimePoint from)
{
    m_queued.set(from, 0);
    m_inFlight.set(from, 0);
    m_waitP95.set(from, 0);
}

void Figures::sample(TimePoint now)
{
    m_queued.set(now, float(m_load.queued));
    m_inFlight.set(now, float(m_load.inFlight));
    // Over less time than the number beside it, or the line would be a staircase.
    m_waitP95.set(now, float(m_waits.percentile(0.95, now, 5s).value_or(0ms).count()));
}

double Figures::grantedPerSecond(TimePoint now) const
{
    return perSecond(m_granted.of(TimeRange::Seconds30), now);
}

double Figures::eventsPerSecond(TimePoint now) const
{
    return perSecond(m_events, now);
}

// Over five seconds that are over, or as many as there have been.
double Figures::perSecond(const History &counts, TimePoint now) const
{
    if (!m_since || now <= *m_since)
        return 0;
    const auto available = std::chrono::ceil<milliseconds>(now - *m_since) / counts.slot();
    const int slotCount = int(std::clamp<qint64>(available, 1, 5s / counts.slot()));
    const std::chrono::duration<double> span = counts.slot() * slotCount;
    return double(counts.sumOfLast(slotCount, now)) / span.count();
}

std::optional<milliseconds> Figures::oldestAge(TimePoint now) const
{
    if (!m_load.oldestAskedAt)
        return std::nullopt;
    return std::max(0ms, std::chrono::floor<milliseconds>(now - *m_load.oldestAskedAt));
}

Figures::RateLimited Figures::rateLimited(TimePoint now) const
{
    return {int(m_hitsGlobal.total(now)), int(m_hitsUser.total(now)), int(m_hitsShared.total(now))};
}

std::optional<milliseconds> Figures::nextChange(TimePoint now) const
{
    if (!m_events.isFlat(now))
        return m_events.slot();
    const auto line = m_granted.nextChange(now);
    if (rateLimited(now).total() > 0)
        return std::min(minutes, line.value_or(minutes));
    return line;
}

} // namespace Turnstile::Monitor
