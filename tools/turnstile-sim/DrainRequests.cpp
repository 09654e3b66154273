// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What becomes of a request, from asking for it to its answer.
#include "tools/turnstile-sim/DrainRun.h"

#include <QtCore/QVariant>

#include <array>
#include <span>

namespace Turnstile::Sim {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr milliseconds sharedWait{1000};

RatelimitHeaders headersOf(const ServerReply &reply, WallTime receivedAt)
{
    std::array<HeaderField, 16> fields;
    size_t count = 0;
    for (const auto &[name, value] : reply.headers) {
        if (count < fields.size())
            fields[count++] = {name, value};
    }
    return RatelimitHeaders::parse(
        reply.status, std::span(fields).first(count), reply.body, receivedAt);
}

// What one reading adds to a measured time: the least of many, as others may be interrupted.
nanoseconds costOfTheClock()
{
    static const nanoseconds cost = [] {
        nanoseconds least = 1s;
        for (int i = 0; i < 1000; ++i) {
            const auto begin = std::chrono::steady_clock::now();
            least = std::min<nanoseconds>(least, std::chrono::steady_clock::now() - begin);
        }
        return least;
    }();
    return cost;
}

QByteArray describe(const ServerDecision &decision)
{
    QByteArray text = QByteArray::number(decision.status);
    const auto ms = [](nanoseconds time) {
        return QByteArray::number(std::chrono::duration<double, std::milli>(time).count(), 'f', 3);
    };
    if (decision.limitedBy)
        text += ' ' + QVariant::fromValue(*decision.limitedBy).toByteArray() + ", retry after "
            + ms(decision.retryAfter);
    if (decision.hasBucket)
        text += ", remaining " + QByteArray::number(decision.remaining) + " of "
            + QByteArray::number(decision.limit) + ", reset after "
            + ms(decision.fullAt - decision.time);
    return text;
}

} // namespace

// Calls the scheduler, and sends what that has granted.
void DrainRun::drive(Process &process, const std::function<void(Scheduler &)> &call)
{
    const auto begin = std::chrono::steady_clock::now();
    call(process.scheduler);
    if (process.talk) {
        m_result.schedulerTime += std::chrono::steady_clock::now() - begin - costOfTheClock();
        beginTurn(process);
        return;
    }
    for (const Turnstile::Event &event : process.scheduler.takeEvents()) {
        if (event.type == Turnstile::Event::Type::TicketChanged
            && event.state == TicketState::Available)
            m_granted.push_back(process.requests[size_t(event.ticket.number()) - 1]);
    }
    for (const int request : m_granted)
        process.scheduler.markSent(m_requests[size_t(request)].ticket, m_now);
    process.deadline = process.scheduler.nextDeadline();
    m_result.schedulerTime += std::chrono::steady_clock::now() - begin - costOfTheClock();

    for (const int request : m_granted)
        send(request);
    m_granted.clear();
}

void DrainRun::ask(int index)
{
    Process &process = processOf(index);
    Request &request = m_requests[size_t(index)];
    request.askedAt = m_now;
    if (process.isDead)
        return lose(index);
    const Endpoint &endpoint = m_endpoints[size_t(bucketOf(index))];
    trace("asked", index);
    process.requests.push_back(index);
    drive(process, [&](Scheduler &scheduler) {
        request.ticket = scheduler.acquire(
            endpoint, {.pool = m_workload.connections > 0 ? drainPool : PoolId()}, m_now);
    });
}

void DrainRun::send(int index)
{
    Request &request = m_requests[size_t(index)];
    ++m_result.grants;
    ++processOf(index).grants;
    m_grantedAt = m_now;
    if (++request.grants == 1)
        request.firstGrantedAt = m_now;
    trace("granted", index);
    const LatencyModel::Delay delay = m_latency.next();
    const TimePoint arrival = m_now + microseconds(delay.there.count());
    request.back = microseconds(delay.back.count());
    const bool lost = happens(m_workload.loss);
    const bool neverArrives = lost && happens(0.5);
    request.answerIsLost = lost;
    if (!neverArrives)
        schedule(arrival, Event::Type::Arrive, index);
    if (lost)
        schedule(m_now + clientTimeout, Event::Type::GiveUp, index);
}

void DrainRun::arrive(int index)
{
    Request &request = m_requests[size_t(index)];
    ServerDecision decision = m_server.decide(m_endpoints[size_t(bucketOf(index))], m_now);
    if (!decision.limitedBy && happens(m_workload.shared)) {
        decision.status = 429;
        decision.limitedBy = LimitKind::Shared;
        decision.retryAfter = sharedWait;
    }
    if (decision.limitedBy)
        ++m_result.limited[*decision.limitedBy];
    else
        request.arrival = ++m_arrivals;
    if (m_workload.trace)
        trace("arrived", index, describe(decision));
    if (request.answerIsLost)
        return;

    ServerReply reply = m_server.reply(decision);
    if (decision.hasBucket && happens(m_workload.hashFlip))
        reply.setHeader("X-RateLimit-Bucket", "flipped" + decision.hash);
    const TimePoint receivedAt = m_now + request.back;
    const WallTime wall = drainEpoch + std::chrono::floor<milliseconds>(receivedAt - drainStart);
    schedule(receivedAt, Event::Type::Answer, index, keep(headersOf(reply, wall)));
}

int DrainRun::keep(RatelimitHeaders headers)
{
    if (m_freeAnswers.empty()) {
        m_answers.push_back(std::move(headers));
        return int(m_answers.size()) - 1;
    }
    const int place = m_freeAnswers.back();
    m_freeAnswers.pop_back();
    m_answers[size_t(place)] = std::move(headers);
    return place;
}

void DrainRun::answer(int index, int answer)
{
    Request &request = m_requests[size_t(index)];
    const Response response = Response::answered(std::move(m_answers[size_t(answer)]));
    m_freeAnswers.push_back(answer);
    Process &process = processOf(index);
    if (process.isDead)
        return;
    trace("answered", index);
    const bool retried = response.headers->isRateLimited();
    if (!retried) {
        request.completed = true;
        ++m_result.completed;
        --process.left;
        m_result.makespan = elapsed();
    }
    drive(process, [&](Scheduler &scheduler) {
        if (process.talk)
            process.talk->answered(request.ticket, response, m_now);
        if (retried)
            scheduler.retry(request.ticket, response, m_now);
        else
            scheduler.complete(request.ticket, response, m_now);
    });
}

void DrainRun::giveUp(int index)
{
    Process &process = processOf(index);
    if (process.isDead)
        return;
    lose(index);
    const TicketId ticket = m_requests[size_t(index)].ticket;
    drive(process, [&](Scheduler &scheduler) {
        if (process.talk)
            process.talk->answered(ticket, Response::lost(), m_now);
        scheduler.complete(ticket, Response::lost(), m_now);
    });
}

void DrainRun::lose(int index)
{
    trace("lost", index);
    m_requests[size_t(index)].lost = true;
    ++m_result.lost;
    --processOf(index).left;
}

} // namespace Turnstile::Sim
