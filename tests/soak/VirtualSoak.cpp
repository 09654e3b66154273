// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/soak/VirtualSoak.h"

#include "ratelimit/Clock.h"

#include <cmath>
#include <unistd.h>

namespace Turnstile::Soak {

using namespace std::chrono_literals;

static constexpr double ticketsPerSecond = 1250; // that are asked for; some are given up
static constexpr auto idleLifetime = 10min;
static constexpr auto responseTimeout = 20s;
static constexpr int globalLimit = 1300;
static constexpr int poolCount = 6;

static SchedulerOptions schedulerOptions()
{
    return {.globalLimit = globalLimit,
        .responseTimeout = responseTimeout,
        .idleBucketLifetime = idleLifetime,
        .maxQueuedPerBucket = 300,
        .maxQueued = 50'000};
}

static Quota globalQuota(Random &random)
{
    Quota quota{.limit = globalLimit, .window = 1s};
    if (random.oneIn(2))
        quota.kind = Quota::Window::Sliding;
    else
        quota.phase = random.upTo(999ms);
    return quota;
}

VirtualSoak::VirtualSoak(const Settings &settings)
    : m_settings(settings)
    , m_random(settings.seed)
    , m_outcome(QStringLiteral("Scheduler, virtual time"))
    , m_judge(idleLifetime)
    , m_server(&m_random, &m_judge, globalQuota(m_random), settings.sabotage)
    , m_scheduler(schedulerOptions())
    , m_crowd(&m_random)
    , m_requests(1)
    , m_now(m_begin)
{
    for (int i = 0; i < poolCount; ++i)
        changePool();
    later(0s, Action::Ask);
    for (const Action action : {Action::Renew, Action::Delete, Action::Rename, Action::Restart,
             Action::ChangePool, Action::TakeStock})
        later(1s, action);
}

Outcome VirtualSoak::run()
{
    const TimePoint startedAt = clockNow();
    TimePoint sampledAt = startedAt, shownAt = startedAt;
    for (quint64 turn = 0; !m_steps.empty() || !m_tickets.isEmpty(); ++turn) {
        const TimePoint next = m_steps.empty() ? TimePoint::max() : m_steps.top().at;
        const auto deadline = m_scheduler.nextDeadline();
        if (!deadline && m_steps.empty())
            break; // somebody waits for nothing
        if (deadline && *deadline <= next) {
            m_turnsAtOnce = *deadline > m_now ? 0 : m_turnsAtOnce + 1;
            expect(m_turnsAtOnce < 1000, "time passes", "the scheduler wants to be called at once");
            m_now = std::max(m_now, *deadline);
            if (m_settings.sabotage == Settings::Sabotage::Deadlines)
                m_now = std::min(m_now + 5ms, next);
            m_scheduler.advance(m_now);
        } else {
            const Step step = m_steps.top();
            m_steps.pop();
            m_now = step.at;
            act(step);
        }
        readEvents();
        if (turn % 1024 != 0 || m_isEnding)
            continue;
        const TimePoint wall = clockNow();
        if (wall - sampledAt >= 500ms) {
            m_memory.sample(
                std::chrono::duration<double, std::ratio<3600>>(m_now - m_begin).count());
            sampledAt = wall;
        }
        if (wall - shownAt >= 2s && isatty(STDERR_FILENO)) {
            showProgress();
            shownAt = wall;
        }
        m_askedAt = m_now;
        m_isEnding = wall - startedAt >= m_settings.time || m_turnsAtOnce > 1000;
    }
    finish();
    report();
    return m_outcome;
}

void VirtualSoak::later(
    std::chrono::nanoseconds wait, Action action, quint32 request, TicketId ticket)
{
    m_steps.push({m_now + wait, ++m_stepCount, action, request, ticket});
}

void VirtualSoak::act(const Step &step)
{
    const auto again = [this, &step](std::chrono::duration<double> mean) {
        if (m_isEnding)
            return false;
        later(m_random.gap(mean), step.action);
        return true;
    };
    switch (step.action) {
    case Action::Ask: {
        // Waves, and every now and then three times as much for two seconds.
        const double time = std::chrono::duration<double>(m_now - m_begin).count();
        const double rate = std::fmod(time, 300) < 2 ? 3 : 1 + 0.3 * std::sin(time / 60);
        if (again(1s / (ticketsPerSecond * rate)))
            ask();
        break;
    }
    case Action::Send:
        send(step.request);
        break;
    case Action::Arrive:
        arrive(step.request);
        break;
    case Action::Answer:
        answer(step.request);
        break;
    case Action::GiveUp:
    case Action::Break:
        end(step.request, Response::lost());
        break;
    case Action::Unused:
        end(step.request, Response::unused());
        break;
    case Action::Cancel:
        cancel(step.ticket);
        break;
    case Action::Renew:
        if (again(3s))
            m_crowd.renewOne(m_now);
        break;
    case Action::Delete:
        if (const PlacePtr webhook = again(60s) ? m_crowd.anyWebhook() : nullptr)
            webhook->isGone = true;
        break;
    case Action::Rename:
        if (again(10min))
            m_server.renameOne();
        break;
    case Action::Restart:
        if (again(15min)) {
            ++m_restarts;
            m_downUntil = m_now + m_random.upTo(3s);
            m_server.restart(m_now);
        }
        break;
    case Action::ChangePool:
        if (again(5min))
            changePool();
        break;
    case Action::TakeStock:
        if (again(20s))
            takeStock();
        break;
    }
}

void VirtualSoak::changePool()
{
    if (m_pools.size() >= poolCount) {
        const auto pool = std::next(m_pools.begin(), m_random.below(poolCount));
        if (m_random.oneIn(2)) {
            pool->second.most = 20 + m_random.below(80);
            return m_scheduler.setPool(pool->first, pool->second.most, m_now);
        }
        m_scheduler.removePool(pool->first, m_now);
        m_pools.erase(pool);
    }
    const PoolId id{++m_lastPool};
    const Pool pool{.most = 20 + m_random.below(80)};
    m_pools.emplace(id, pool);
    m_scheduler.setPool(id, pool.most, m_now);
}

// Now and then: is everything as it should be, whatever was said in between?
void VirtualSoak::takeStock()
{
    m_judge.collect(m_now);
    int queued = 0, inFlight = 0;
    for (auto it = m_tickets.cbegin(); it != m_tickets.cend(); ++it) {
        const bool waits = it->state == TicketState::Queued;
        ++(waits ? queued : inFlight);
        expect(!waits || it->deadline >= m_now, "no ticket is older than its deadline",
            "it still waits", it.key());
        expect(!waits || !m_scheduler.waits(it.key(), m_now).empty(),
            "a ticket can say why it waits", "it has no reason", it.key());
    }
    const auto size = m_scheduler.size();
    expect(queued == size.queued && inFlight == size.inFlight, "no ticket gets lost",
        "the scheduler counts others");
    const auto global = m_scheduler.globalState(m_now);
    expect(global.used >= 0 && global.used <= global.limit, "slots are given back once",
        "the count of the global limit is wrong");
    const int lanes = m_crowd.lanesSince(m_now - 2 * idleLifetime);
    expect(size.lanes <= lanes, "what is idle is forgotten", "more lanes than were used lately");
    expect(size.buckets <= 2 * lanes, "what is idle is forgotten", "more buckets than lanes");
    m_most.buckets = std::max(m_most.buckets, size.buckets);
    m_most.lanes = std::max(m_most.lanes, size.lanes);
    m_most.hashes = std::max(m_most.hashes, size.hashes);
    m_most.queued = std::max(m_most.queued, size.queued);
    m_most.inFlight = std::max(m_most.inFlight, size.inFlight);
    if (m_settings.sabotage == Settings::Sabotage::Memory)
        m_leak.push_back(std::make_unique<QByteArray>(4096, 'x'));
}

// All tickets have ended. Time passes, and nothing may be left.
void VirtualSoak::finish()
{
    expect(m_tickets.isEmpty(), "every ticket ends", "some never did");
    while (const auto deadline = m_scheduler.nextDeadline()) {
        m_now = std::max(m_now, *deadline);
        m_scheduler.advance(m_now);
        readEvents();
    }
    const auto size = m_scheduler.size();
    expect(size.queued == 0 && size.inFlight == 0, "every ticket ends", "some are still counted");
    expect(size.lanes == 0 && size.buckets == 0, "what is idle is forgotten",
        "something is left at the end");
    expect(m_scheduler.globalState(m_now).used == 0, "slots are given back once",
        "one is left at the end");
}

void VirtualSoak::expect(bool holds, const char *promise, const char *detail, TicketId ticket)
{
    if (holds)
        return;
    const auto time = std::chrono::duration<double>(m_now - m_begin);
    QString text =
        QStringLiteral("%1 at %2 s").arg(QLatin1String(detail)).arg(time.count(), 0, 'f', 3);
    if (const auto known = m_tickets.constFind(ticket); known != m_tickets.cend()) {
        text +=
            QStringLiteral(": #%1 for %2").arg(ticket.number()).arg(known->queue().endpoint.name());
    }
    m_outcome.broken(QLatin1String(promise), text);
}

} // namespace Turnstile::Soak
