// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/DrainRun.h"

#include "tools/turnstile-sim/Oracle.h"

#include <QtCore/QVariant>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace Turnstile::Sim {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

// Not zero, which might mean "never" to someone.
constexpr TimePoint start{1h};
constexpr WallTime epoch{milliseconds(1'700'000'000'000)}; // at the start
constexpr TimePoint tooLate = start + 24h * 365 * 10;
constexpr milliseconds sharedWait{1000};
constexpr int maxSpins = 1000;

// Without a grant, where processes share the token.
nanoseconds patience(const Workload &workload)
{
    return 1h + 2 * std::max(workload.window, workload.sublimit.window);
}

Quota globalQuota(const Workload &workload, std::optional<milliseconds> phase)
{
    Quota quota{workload.global, globalWindow, workload.globalKind, {}};
    if (phase)
        quota.phase = std::chrono::duration_cast<milliseconds>(start.time_since_epoch()) + *phase;
    return quota;
}

SchedulerOptions optionsFor(const Workload &workload)
{
    SchedulerOptions options;
    options.ordering = workload.ordering;
    options.globalLimit = workload.global;
    options.globalPeriod = globalWindow;
    options.compensate = workload.compensate;
    options.isShared = workload.isShared();
    return options;
}

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

int countReordered(std::span<const quint64> arrivals, int lanes)
{
    int count = 0;
    std::vector<quint64> latest(size_t(lanes), 0); // of the older ones, in each lane
    for (size_t i = 0; i < arrivals.size(); ++i) {
        quint64 &before = latest[i % size_t(lanes)];
        if (arrivals[i] != 0 && arrivals[i] < before)
            ++count;
        before = std::max(before, arrivals[i]);
    }
    return count;
}

DrainRun::DrainRun(const Workload &workload, std::unique_ptr<ScriptHost> redis)
    : m_workload(workload)
    , m_globalPhase(workload.globalPhase)
    , m_redis(std::move(redis))
    , m_now(start)
    , m_grantedAt(start)
{
    const std::array<quint32, 2> seeds{workload.seed, 1};
    m_random = QRandomGenerator(seeds.data(), qsizetype(seeds.size()));
    if (workload.randomGlobalPhase)
        m_globalPhase = milliseconds(m_random.bounded(int(globalWindow.count())));
    m_latency.setSeed(workload.seed);
    m_latency.setLatency(milliseconds(microseconds(workload.rtt).count()),
        milliseconds(microseconds(workload.jitter).count()));

    m_server.setEpoch(
        epoch + workload.skew - std::chrono::duration_cast<milliseconds>(start.time_since_epoch()));
    m_server.setGlobalLimit(globalQuota(workload, m_globalPhase));
    m_server.setDefaultLimit({.limit = workload.limit,
        .window = workload.window,
        .kind = workload.windowKind,
        .sublimit = workload.sublimit});

    for (int i = 0; i < workload.buckets; ++i)
        m_endpoints.emplace_back(
            workload.method, QStringLiteral("channels/%1/messages").arg(i + 1));
    for (int i = 0; i < workload.processes; ++i)
        m_processes.push_back({Scheduler(optionsFor(workload))});
    m_requests.resize(size_t(workload.requests));
    for (int i = 0; i < workload.requests; ++i)
        ++processOf(i).left;
    if (workload.isShared())
        share();
}

nanoseconds DrainRun::elapsed() const
{
    return m_now - start;
}

void DrainRun::schedule(TimePoint at, Event::Type type, int request, int answer)
{
    m_events.push_back({at, ++m_eventCount, type, request, answer});
    std::push_heap(m_events.begin(), m_events.end(), Later());
}

void DrainRun::askForAll()
{
    TimePoint at = start;
    for (int i = 0; i < m_workload.requests; ++i) {
        if (m_workload.poissonRate) {
            const double seconds =
                -std::log1p(-m_random.generateDouble()) / *m_workload.poissonRate;
            at += microseconds(std::llround(seconds * 1e6));
        }
        schedule(at, Event::Type::Ask, i);
    }
}

DrainResult DrainRun::run()
{
    askForAll();
    if (m_workload.kill)
        schedule(start + *m_workload.kill, Event::Type::Kill, 0);
    while (m_result.completed + m_result.lost < m_workload.requests && m_now < tooLate
        && m_result.problem.isEmpty() && step()) { }
    finishResult();
    return std::move(m_result);
}

DrainRun::Process &DrainRun::nextProcess()
{
    return *std::min_element(
        m_processes.begin(), m_processes.end(), [](const Process &a, const Process &b) {
            return a.deadline.value_or(TimePoint::max()) < b.deadline.value_or(TimePoint::max());
        });
}

// False when nothing more will happen.
bool DrainRun::step()
{
    if (!m_turnsDue.empty() && (m_events.empty() || m_events.front().at > m_now)) {
        endTurns();
        return true;
    }
    Process &next = nextProcess();
    if (next.deadline && (m_events.empty() || *next.deadline <= m_events.front().at)) {
        // A scheduler that is to be woken at once, again and again, is stuck. So are those that ask
        // Redis again and again, and get nothing.
        m_spins = *next.deadline <= m_now ? m_spins + 1 : 0;
        if (m_spins > maxSpins || (next.talk && m_now > m_grantedAt + patience(m_workload)))
            return false;
        m_now = std::max(m_now, *next.deadline);
        drive(next, [this, &next](Scheduler &scheduler) {
            if (next.talk)
                next.talk->timePassed(scheduler, m_now);
            scheduler.advance(m_now);
        });
        return true;
    }
    if (m_events.empty())
        return false;
    std::pop_heap(m_events.begin(), m_events.end(), Later());
    const Event event = m_events.back();
    m_events.pop_back();
    m_now = event.at;
    handle(event);
    return true;
}

void DrainRun::handle(const Event &event)
{
    switch (event.type) {
    case Event::Type::Ask:
        ask(event.request);
        break;
    case Event::Type::Arrive:
        arrive(event.request);
        break;
    case Event::Type::Answer:
        answer(event.request, event.answer);
        break;
    case Event::Type::GiveUp:
        giveUp(event.request);
        break;
    case Event::Type::Call:
        called(event.request, m_texts.take(event.answer));
        break;
    case Event::Type::Reply:
        replied(event.request, m_texts.take(event.answer));
        break;
    case Event::Type::Wake:
        woken(event.request, m_texts.take(event.answer));
        break;
    case Event::Type::Kill:
        kill(event.request);
        break;
    }
}

// Calls the scheduler, and sends what that has granted.
template <typename Call> void DrainRun::drive(Process &process, Call call)
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
    drive(process,
        [&](Scheduler &scheduler) { request.ticket = scheduler.acquire(endpoint, {}, m_now); });
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
    const WallTime wall = epoch + std::chrono::floor<milliseconds>(receivedAt - start);
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

void DrainRun::finishResult()
{
    Demand demand{.total = m_result.completed, .globalPhase = m_globalPhase};
    std::vector<int> inBucket(size_t(m_workload.buckets));
    for (int i = 0; i < m_workload.requests; ++i) {
        const Request &request = m_requests[size_t(i)];
        if (request.grants > 0)
            m_result.waits.push_back(request.firstGrantedAt - request.askedAt);
        if (!request.completed)
            continue;
        demand.busiestBucket = std::max(demand.busiestBucket, ++inBucket[size_t(bucketOf(i))]);
        demand.lastAskedAt = std::max(demand.lastAskedAt, nanoseconds(request.askedAt - start));
    }
    std::sort(m_result.waits.begin(), m_result.waits.end());
    m_result.lowerBound = lowerBound(m_workload, demand);
    if (keepsOrder()) {
        std::vector<quint64> arrivals;
        for (const Request &request : m_requests)
            arrivals.push_back(request.arrival);
        m_result.reordered = countReordered(arrivals, m_workload.buckets * m_workload.processes);
    }
    if (m_workload.processes == 1 || m_workload.isShared()) {
        m_result.avoidable = m_result.limited[LimitKind::Global];
        if (m_workload.hashFlip == 0)
            *m_result.avoidable += m_result.limited[LimitKind::Bucket];
    }
}

bool DrainRun::keepsOrder() const
{
    const bool serial = m_workload.method == Method::Post || m_workload.method == Method::Patch;
    return m_workload.ordering == Ordering::Strict
        || (m_workload.ordering == Ordering::Automatic && serial);
}

void DrainRun::trace(const char *what, int request, const QByteArray &more) const
{
    if (!m_workload.trace)
        return;
    std::fprintf(stderr, "%.3f %s: request %d, bucket %d, attempt %d%s%s\n",
        std::chrono::duration<double, std::milli>(elapsed()).count(), what, request,
        bucketOf(request), m_requests[size_t(request)].grants, more.isEmpty() ? "" : ", ",
        more.constData());
}

} // namespace Turnstile::Sim
