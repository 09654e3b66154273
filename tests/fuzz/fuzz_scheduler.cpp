// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// Operations on a scheduler, two bytes or more each: whatever is done to it, in whatever order, no
// ticket gets lost and nothing is counted twice.

#include "ratelimit/core/Scheduler.h"
#include "tests/fuzz/Fuzz.h"

#include <QtCore/QHash>

#include <algorithm>
#include <vector>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

constexpr size_t maxOperations = 4000;

// Bytes as numbers; zeros when they have run out.
class Bytes {
public:
    Bytes(const std::uint8_t *data, std::size_t size)
        : m_data(data)
        , m_end(data + size)
    {
    }

    bool isEmpty() const { return m_data == m_end; }
    int next() { return isEmpty() ? 0 : *m_data++; }
    int next(int bound) { return next() % bound; }
    milliseconds time()
    {
        static constexpr milliseconds units[]{0ms, 1ms, 10ms, 100ms, 1s, 1min, 1h, 24h};
        return units[next(8)] * next();
    }

private:
    const std::uint8_t *m_data;
    const std::uint8_t *m_end;
};

const std::vector<Endpoint> &endpoints()
{
    static const std::vector<Endpoint> all{Endpoint(Method::Post, "/channels/1/messages"),
        Endpoint(Method::Get, "/channels/1/messages"), Endpoint(Method::Patch, "/channels/1"),
        Endpoint(Method::Put, "/channels/1/messages/2/reactions/x/@me"),
        Endpoint(Method::Delete, "/channels/1/messages/2/reactions/x/@me"),
        Endpoint(Method::Get, "/guilds/3/roles"), Endpoint(Method::Post, "/webhooks/4/token"),
        Endpoint(Method::Patch, "/webhooks/4/token/messages/5"),
        Endpoint(Method::Post, "/interactions/6/token/callback"),
        Endpoint(Method::Get, "/users/@me", Credential::token("x")), Endpoint()};
    return all;
}

// A response out of nothing but doubtful headers.
RatelimitHeaders headersOf(Bytes &bytes)
{
    static constexpr int statuses[]{200, 204, 400, 401, 403, 404, 429, 429, 429, 500, 0};
    RatelimitHeaders headers;
    headers.status = statuses[bytes.next(11)];
    const int what = bytes.next();
    headers.kind = RatelimitHeaders::Kind(what % 4);
    headers.scope = Scope(bytes.next(5));
    headers.global = (what & 0x10) && headers.status == 429;
    headers.via = what & 0x20;
    headers.json = what & 0x40;
    if (what & 0x80)
        headers.code = 10015;
    const int given = bytes.next();
    if (given & 1)
        headers.limit = bytes.next(8);
    if (given & 2)
        headers.remaining = bytes.next(8);
    if (given & 4)
        headers.resetAfter = std::min(bytes.time(), milliseconds(30 * 24h));
    if (given & 8)
        headers.reset = WallTime(bytes.time());
    if (given & 16)
        headers.retryAfter = std::min(bytes.time(), milliseconds(30 * 24h));
    if (given & 32)
        headers.bucket = QByteArray(1, char('a' + bytes.next(4)));
    return headers;
}

class Machine {
public:
    explicit Machine(Bytes &bytes)
        : m_scheduler(options(bytes))
    {
    }

    void step(Bytes &bytes)
    {
        switch (bytes.next(12)) {
        case 0:
        case 1:
        case 2:
            acquire(bytes);
            break;
        case 3:
        case 4: {
            const auto headers = headersOf(bytes);
            m_scheduler.complete(ticket(bytes), Response::answered(headers), m_now);
            break;
        }
        case 5: {
            const auto headers = headersOf(bytes);
            m_scheduler.retry(ticket(bytes), Response::answered(headers), m_now,
                bytes.next(4) == 0 ? bytes.time() : 0ms);
            break;
        }
        case 6:
            m_scheduler.complete(
                ticket(bytes), bytes.next(2) == 0 ? Response::lost() : Response::unused(), m_now);
            break;
        case 7:
            m_scheduler.cancel(ticket(bytes), m_now);
            break;
        case 8:
            m_scheduler.markSent(ticket(bytes), m_now);
            break;
        case 9:
        case 10:
            passTime(bytes.time());
            break;
        default:
            odd(bytes);
            break;
        }
        readEvents();
        requireSane();
    }

    // Everything is let go of, and time passes: nothing may be left.
    void finish()
    {
        m_scheduler.setFlow(Flow::Open, m_now);
        for (const Bucket &bucket : m_scheduler.buckets(m_now))
            m_scheduler.setFlow(bucket.id, Flow::Open, m_now);
        readEvents();
        m_scheduler.shutdown(m_now);
        readEvents();
        for (const TicketId id : m_tickets)
            m_scheduler.complete(id, Response::answered({}), m_now);
        readEvents();
        for (int i = 0; m_scheduler.nextDeadline(); ++i) {
            REQUIRE(i < 100'000);
            m_now = std::max(m_now, *m_scheduler.nextDeadline());
            m_scheduler.advance(m_now);
            readEvents();
        }
        for (const TicketState state : std::as_const(m_states))
            REQUIRE(isFinal(state));
        const auto size = m_scheduler.size();
        REQUIRE(size.queued == 0 && size.inFlight == 0);
        REQUIRE(size.lanes == 0 && size.buckets == 0);
        REQUIRE(m_scheduler.globalState(m_now).used == 0);
    }

private:
    static SchedulerOptions options(Bytes &bytes)
    {
        SchedulerOptions options;
        options.ordering = Ordering(bytes.next(3));
        options.globalLimit = bytes.next(6);
        options.compensate = bytes.next(2) == 0;
        options.invalidLimit = bytes.next(30);
        options.invalidPeriod = bytes.time();
        options.responseTimeout = bytes.time();
        options.maxQueued = 20 + bytes.next(50);
        options.maxQueuedPerBucket = 1 + bytes.next(50);
        if (bytes.next(4) == 0)
            options.maxWait = bytes.time();
        options.isShared = bytes.next(4) == 1;
        return options;
    }

    void acquire(Bytes &bytes)
    {
        TicketOptions options;
        const Endpoint &endpoint = endpoints()[size_t(bytes.next(int(endpoints().size())))];
        const int what = bytes.next();
        options.priority = Priority(what % 3 - 1);
        if (what & 0x10)
            options.ordering = Ordering(bytes.next(3));
        if (what & 0x08)
            options.pool = pool(bytes);
        if (what & 0x20)
            options.deadline = bytes.time();
        if (what & 0x40)
            options.lane = "named";
        if (what & 0x80)
            options.predicate = [](const std::optional<Bucket> &bucket) {
                return !bucket || bucket->remaining.value_or(0) > 1;
            };
        const auto expected = m_scheduler.estimate(endpoint, options, m_now);
        REQUIRE(expected.at >= m_now);
        m_tickets.push_back(m_scheduler.acquire(endpoint, options, m_now));
    }

    static PoolId pool(Bytes &bytes) { return {quint64(1 + bytes.next(3))}; }

    void odd(Bytes &bytes)
    {
        const auto flow = Flow(bytes.next(3));
        switch (bytes.next(12)) {
        case 0:
            m_scheduler.setFlow(flow, m_now);
            break;
        case 1:
            if (const auto bucket = m_scheduler.bucket(endpoints().front(), m_now))
                REQUIRE(m_scheduler.setFlow(bucket->id, flow, m_now));
            break;
        case 2:
            m_scheduler.tokenChanged({}, m_now);
            break;
        case 3:
            m_scheduler.collectIdle(m_now);
            break;
        case 4: {
            const auto learnt = m_scheduler.learntRoutes(m_now);
            m_scheduler.restore(learnt, m_now);
            break;
        }
        case 5:
            m_scheduler.setPool(pool(bytes), bytes.next(4), m_now);
            break;
        case 6:
            m_scheduler.removePool(pool(bytes), m_now);
            break;
        case 7:
        case 8:
        case 9:
        case 10:
            lend(bytes);
            break;
        default: // a clock that goes back
            m_scheduler.advance(m_now - bytes.time());
            break;
        }
    }

    // As a driver does: never past a deadline without telling.
    void passTime(milliseconds time)
    {
        const TimePoint end = m_now + time;
        for (int i = 0; i < 1000; ++i) {
            const auto deadline = m_scheduler.nextDeadline();
            if (!deadline || *deadline > end)
                break;
            m_now = std::max(m_now, *deadline);
            m_scheduler.advance(m_now);
            readEvents();
        }
        m_now = end;
        m_scheduler.advance(m_now); // as if the machine had slept, when there were too many
    }

    TicketId ticket(Bytes &bytes) const
    {
        const int back = bytes.next();
        return m_tickets.empty() ? TicketId()
                                 : m_tickets[m_tickets.size() - 1
                                     - size_t(back) % std::min<size_t>(m_tickets.size(), 40)];
    }

    // What those who count for a shared scheduler may say.
    void lend(Bytes &bytes)
    {
        const auto buckets = m_scheduler.buckets(m_now);
        if (buckets.empty())
            return;
        const BucketId id = buckets[size_t(bytes.next(int(buckets.size())))].id;
        const auto need = m_scheduler.leaseNeed(id);
        switch (bytes.next(8)) {
        case 0:
        case 1:
            if (need)
                m_scheduler.lend(id, need->leases, m_now);
            break;
        case 2: {
            const int leases = bytes.next() - 128;
            const int lent = m_scheduler.lend(id, leases, m_now);
            REQUIRE(!need || (leases < 0 ? lent >= leases : lent == leases));
            break;
        }
        case 3:
            m_scheduler.learnHash(id, QByteArray(1, char('a' + bytes.next(4))), m_now);
            break;
        case 4:
            if (need)
                m_scheduler.learnSplit(need->route, buckets.front().hash, m_now);
            break;
        case 5: {
            const LimitKind kind = bytes.next(2) ? LimitKind::Sublimit : LimitKind::Shared;
            const TimePoint until = m_now + bytes.time();
            m_scheduler.holdLanes(id, {{m_scheduler.holdName(m_lane, kind), until}}, m_now);
            break;
        }
        case 6:
            m_scheduler.lockEdge(m_now + bytes.time(), m_now);
            m_scheduler.setSharedInvalid(bytes.next() * 50, m_now);
            break;
        default:
            m_scheduler.setLeaseWait(id, Wait{WaitReason::Turn, m_now + bytes.time()}, m_now);
            m_scheduler.lockGlobally(m_now + bytes.time(), m_now);
            REQUIRE(m_scheduler.ownTokens(id, bytes.next(4), m_now).leases >= 0);
        }
    }

    void readEvents()
    {
        for (const Event &event : m_scheduler.takeEvents()) {
            if (event.type != Event::Type::TicketChanged)
                continue;
            const auto known = m_states.find(event.ticket);
            REQUIRE(known == m_states.end() || !isFinal(*known));
            REQUIRE(event.state != TicketState::Available || known != m_states.end());
            m_states[event.ticket] = event.state;
            m_lane = event.lane;
        }
    }

    void requireSane()
    {
        const auto global = m_scheduler.globalState(m_now);
        REQUIRE(global.used >= 0 && (global.limit == 0 || global.used <= global.limit));
        const auto size = m_scheduler.size();
        int queued = 0, inFlight = 0;
        for (const Bucket &bucket : m_scheduler.buckets(m_now)) {
            REQUIRE(bucket.queued >= 0 && bucket.inFlight >= 0);
            REQUIRE(bucket.remaining.value_or(0) >= 0);
            queued += bucket.queued;
            inFlight += bucket.inFlight;
        }
        REQUIRE(queued == size.queued && inFlight == size.inFlight);
        for (const TicketId id : m_tickets) {
            if (m_states.value(id) == TicketState::Queued)
                REQUIRE(!m_scheduler.waits(id, m_now).empty()); // it can always say why
        }
    }

    Scheduler m_scheduler;
    TimePoint m_now{1h};
    std::vector<TicketId> m_tickets;
    QHash<TicketId, TicketState> m_states;
    LaneId m_lane; // of the last one
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Bytes bytes(data, size);
    Machine machine(bytes);
    for (size_t i = 0; i < maxOperations && !bytes.isEmpty(); ++i)
        machine.step(bytes);
    machine.finish();
    return 0;
}
