// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/DrainRun.h"

#include "tools/turnstile-sim/Oracle.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace Turnstile::Sim {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr TimePoint tooLate = drainStart + 24h * 365 * 10;
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
        quota.phase =
            std::chrono::duration_cast<milliseconds>(drainStart.time_since_epoch()) + *phase;
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
    , m_now(drainStart)
    , m_grantedAt(drainStart)
{
    const std::array<quint32, 2> seeds{workload.seed, 1};
    m_random = QRandomGenerator(seeds.data(), qsizetype(seeds.size()));
    if (workload.randomGlobalPhase)
        m_globalPhase = milliseconds(m_random.bounded(int(globalWindow.count())));
    m_latency.setSeed(workload.seed);
    m_latency.setLatency(milliseconds(microseconds(workload.rtt).count()),
        milliseconds(microseconds(workload.jitter).count()));

    m_server.setEpoch(drainEpoch + workload.skew
        - std::chrono::duration_cast<milliseconds>(drainStart.time_since_epoch()));
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
    if (workload.connections > 0) {
        for (Process &process : m_processes)
            process.scheduler.setPool(drainPool, workload.connections, m_now);
    }
    m_requests.resize(size_t(workload.requests));
    for (int i = 0; i < workload.requests; ++i)
        ++processOf(i).left;
    if (workload.isShared())
        share();
}

nanoseconds DrainRun::elapsed() const
{
    return m_now - drainStart;
}

void DrainRun::schedule(TimePoint at, Event::Type type, int request, int answer)
{
    m_events.push_back({at, ++m_eventCount, type, request, answer});
    std::push_heap(m_events.begin(), m_events.end(), Later());
}

void DrainRun::askForAll()
{
    TimePoint at = drainStart;
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
        schedule(drainStart + *m_workload.kill, Event::Type::Kill, 0);
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
        demand.lastAskedAt =
            std::max(demand.lastAskedAt, nanoseconds(request.askedAt - drainStart));
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
