// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What happens to each ticket of a VirtualSoak.
#include "tests/soak/VirtualSoak.h"

namespace Turnstile::Soak {

using namespace std::chrono_literals;

static constexpr std::chrono::nanoseconds clientTimeout = 8s;
static constexpr std::chrono::nanoseconds lateAnswer =
    25s; // after the scheduler's timeout, and not twice that
static constexpr int maxAttempts = 5;
// One in so many meets it.
static constexpr int cancelled = 30;
static constexpr int neverSent = 50;
static constexpr int neverSpokenOf = 5'000;
static constexpr int lostOnTheWay = 700;
static constexpr int breaks = 1'000;
static constexpr int slow = 500;

std::chrono::nanoseconds VirtualSoak::travel()
{
    const milliseconds extra = m_random.oneIn(slow) ? m_random.upTo(2500ms) : 0ms;
    return 10ms + extra + std::chrono::microseconds(m_random.below(30'000));
}

void VirtualSoak::ask()
{
    const auto [place, lane] = m_crowd.pick();
    Ticket ticket;
    ticket.place = place;
    ticket.lane = lane;
    ticket.askedAt = m_now;
    Lane &queue = ticket.queue();
    m_judge.asked(*place, queue, m_now);

    TicketOptions options;
    options.priority = Priority(m_random.below(3) - 1);
    options.lane = queue.route->lane;
    if (m_random.oneIn(20))
        options.ordering = m_random.oneIn(3) ? Ordering::Strict : Ordering::Concurrent;
    // Those that are asked for too often have one all the time, or they would wait for ever.
    if (m_random.oneIn(3) || queue.tickets > 20)
        options.deadline = m_random.oneIn(2) ? m_random.upTo(500ms) : m_random.upTo(20s);
    if (!m_random.oneIn(4)) {
        options.pool = std::next(m_pools.begin(), m_random.below(int(m_pools.size())))->first;
        ticket.pool = options.pool;
    }
    ticket.ordering = options.ordering.value_or(Ordering::Automatic);
    if (options.deadline) {
        ticket.deadline = m_now + *options.deadline;
        ++m_withDeadline;
    }
    const TicketId id = m_scheduler.acquire(queue.endpoint, options, m_now);
    ++queue.tickets;
    ++m_asked;
    m_tickets.insert(id, ticket);
    if (m_random.oneIn(cancelled))
        later(m_random.oneIn(2) ? m_random.upTo(120ms) : m_random.upTo(5s), Action::Cancel, 0, id);
}

void VirtualSoak::readEvents()
{
    const auto span = m_scheduler.takeEvents();
    m_events.assign(span.begin(), span.end());
    for (const Event &event : m_events) {
        if (event.type != Event::Type::TicketChanged)
            continue;
        const auto known = m_tickets.find(event.ticket);
        if (known == m_tickets.end()) {
            expect(false, "a ticket ends once", "a word of one that had ended");
        } else if (isFinal(event.state)) {
            ended(event.ticket, *known, event.state);
            m_tickets.erase(known);
        } else if (event.state == TicketState::Available) {
            granted(event.ticket, *known);
        } else if (event.state == TicketState::Queued && event.attempt > 0) {
            leaveFlight(*known);
            known->state = TicketState::Queued;
            known->request = 0;
            ++known->queue().retries;
            ++m_retries;
        } else {
            known->state = event.state;
        }
    }
}

void VirtualSoak::granted(TicketId id, Ticket &ticket)
{
    Lane &lane = ticket.queue();
    if (ticket.deadline != TimePoint::max()) {
        m_pastDeadline = std::max(m_pastDeadline, m_now - ticket.deadline);
        expect(
            m_now <= ticket.deadline, "no ticket is older than its deadline", "it was granted", id);
    } else if (ticket.attempt == 0) {
        m_longestWait = std::max(m_longestWait, m_now - ticket.askedAt);
    }
    if (ticket.attempt++ == 0) {
        expect(lane.lastFirst < id, "a lane keeps its order", "it overtook another one", id);
        expect(lane.retries == 0, "a lane keeps its order", "it overtook a retry", id);
        lane.lastFirst = id;
    } else {
        --lane.retries;
    }
    if (ticket.ordering == Ordering::Automatic && lane.endpoint.isOrdered())
        expect(lane.inFlight == 0, "a lane keeps its order", "beside another one", id);
    if (const auto pool = m_pools.find(ticket.pool); pool != m_pools.end()) {
        expect(pool->second.inFlight < pool->second.most, "no more in flight than connections",
            "a pool has none left", id);
        ++pool->second.inFlight;
    }

    if (m_freeRequests.empty()) {
        m_freeRequests.push_back(quint32(m_requests.size()));
        m_requests.emplace_back();
    }
    const quint32 index = m_freeRequests.back();
    m_freeRequests.pop_back();
    Request &request = m_requests[index];
    request = Request();
    request.ticket = id;
    request.attempt = ticket.attempt;
    request.place = ticket.place;
    request.lane = ticket.lane;
    const QString wrong = m_judge.granted(request, m_now);
    if (!wrong.isEmpty())
        expect(false, "a 429 is waited for", qPrintable(wrong), id);
    ticket.state = TicketState::Available;
    ticket.request = index;
    ++lane.inFlight;

    if (m_random.oneIn(neverSent))
        later(m_random.upTo(100ms), Action::Unused, index);
    else
        later(std::chrono::microseconds(m_random.below(5000)), Action::Send, index);
}

void VirtualSoak::leaveFlight(Ticket &ticket)
{
    --ticket.queue().inFlight;
    if (const auto pool = m_pools.find(ticket.pool); pool != m_pools.end())
        --pool->second.inFlight;
}

void VirtualSoak::ended(TicketId id, Ticket &ticket, TicketState state)
{
    Lane &lane = ticket.queue();
    ++m_ends[size_t(state)];
    --lane.tickets;
    lane.usedAt = m_now;
    if (state == TicketState::Expired) {
        if (ticket.attempt == 0)
            m_pastDeadline = std::max(m_pastDeadline, m_now - ticket.deadline);
        // A retry may be back in the queue only after its deadline.
        expect(m_now == ticket.deadline || (ticket.attempt > 0 && m_now >= ticket.deadline),
            "no ticket is older than its deadline", "it expired at another time", id);
    }
    if (ticket.state == TicketState::Queued) {
        if (ticket.attempt > 0)
            --lane.retries;
        return;
    }
    leaveFlight(ticket);
    // A late answer still teaches; one that its owner gave up is not heard.
    if (ticket.request != 0 && state != TicketState::TimedOut)
        m_requests[ticket.request].isAbandoned = true;
}

void VirtualSoak::send(quint32 index)
{
    Request &request = m_requests[index];
    if (request.isAbandoned)
        return release(index);
    if (m_random.oneIn(neverSpokenOf)) // until the scheduler has given it up
        request.answerIn = lateAnswer;
    if (m_now < m_downUntil) {
        if (!retry(index, Response::unused()))
            end(index, Response::unused());
        return;
    }
    request.isSent = true;
    if (!m_random.oneIn(10)) // some consumers do not say so
        m_scheduler.markSent(request.ticket, m_now);
    if (m_random.oneIn(lostOnTheWay))
        later(std::max(clientTimeout, request.answerIn), Action::GiveUp, index);
    else
        later(travel(), Action::Arrive, index);
}

// Whatever state it is in.
void VirtualSoak::cancel(TicketId id)
{
    const auto known = m_tickets.constFind(id);
    if (known == m_tickets.cend())
        return;
    const bool isSent = known->request != 0 && m_requests[known->request].isSent;
    if (isSent && known->state == TicketState::Available) // nobody had said so
        m_scheduler.complete(id, Response::lost(), m_now);
    else
        m_scheduler.cancel(id, m_now);
}

void VirtualSoak::arrive(quint32 index)
{
    Request &request = m_requests[index];
    if (m_now < m_downUntil)
        return later(travel(), Action::Break, index);
    if (!m_server.arrive(request, m_now, &m_outcome))
        return later(std::max(clientTimeout, request.answerIn), Action::GiveUp, index);
    const auto wait = std::max(travel(), request.answerIn);
    later(wait, m_random.oneIn(breaks) ? Action::Break : Action::Answer, index);
}

void VirtualSoak::answer(quint32 index)
{
    Request &request = m_requests[index];
    if (request.isAbandoned)
        return release(index);
    m_judge.answered(request, m_now);
    const RatelimitHeaders headers = request.headers;
    const Response response = Response::answered(headers);
    const bool isAgain =
        headers.isRateLimited() || (headers.status >= 500 && !request.queue().endpoint.isOrdered());
    if (!isAgain || !retry(index, response))
        end(index, response);
}

bool VirtualSoak::retry(quint32 index, const Response &response)
{
    const Request &request = m_requests[index];
    const bool isLimited = response.headers && response.headers->isRateLimited();
    if (!m_tickets.contains(request.ticket) || (request.attempt >= maxAttempts && !isLimited))
        return false;
    const milliseconds wait =
        isLimited ? 0ms : m_random.upTo(500ms * (1 << std::min(request.attempt, 6)));
    const TicketId id = request.ticket;
    release(index);
    expect(m_scheduler.retry(id, response, m_now, wait), "an answer in time is awaited",
        "nobody waited for it", id);
    return true;
}

void VirtualSoak::end(quint32 index, const Response &response)
{
    const Request &request = m_requests[index];
    const TicketId id = request.ticket;
    const bool isAbandoned = request.isAbandoned;
    const bool isAwaited = m_tickets.contains(id);
    release(index);
    if (!isAbandoned)
        expect(m_scheduler.complete(id, response, m_now) == isAwaited,
            "an answer in time is awaited", "nobody waited for it", id);
}

void VirtualSoak::release(quint32 index)
{
    const auto known = m_tickets.find(m_requests[index].ticket);
    if (known != m_tickets.end() && known->request == index)
        known->request = 0;
    m_requests[index] = Request();
    m_freeRequests.push_back(index);
}

} // namespace Turnstile::Soak
