// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Scheduler.h"
#include "tests/benchmarks/Answer.h"
#include "tests/benchmarks/cost/Workload.h"

#include <algorithm>
#include <random>
#include <vector>

namespace Turnstile::Bench {
namespace {

using namespace std::chrono_literals;

// What is measured is a bucket's life, not its end.
SchedulerOptions rememberingAll()
{
    SchedulerOptions options;
    options.idleBucketLifetime = 10'000h;
    return options;
}

/// Server and consumer in one: one ticket after the other, each granted and answered at once.
/// 40 per second, so that the usual global limit holds none of them.
class Exchange {
public:
    enum Headers { AreParsed, AreBytes };

    explicit Exchange(Headers headers)
        : m_headers(headers)
    {
        m_parsed.headers = RatelimitHeaders::parse(200, answer, {}, answeredAt);
    }

    void of(const Endpoint &endpoint)
    {
        m_now += 25ms;
        if (const auto due = m_scheduler.nextDeadline(); due && *due <= m_now) {
            m_scheduler.advance(m_now);
            m_scheduler.takeEvents();
        }
        const TicketId ticket = m_scheduler.acquire(endpoint, {}, m_now);
        const auto events = m_scheduler.takeEvents();
        const auto isGrant = [ticket](const Event &event) {
            return event.ticket == ticket && event.state == TicketState::Available;
        };
        if (std::none_of(events.begin(), events.end(), isGrant))
            fail("A ticket was not granted at once.");
        // Each answer is of another window.
        const WallTime now = answeredAt + std::chrono::floor<milliseconds>(m_now - start);
        if (m_headers == AreParsed) {
            m_parsed.headers->reset = now + 412ms;
            m_scheduler.complete(ticket, m_parsed, m_now);
        } else {
            moveReset();
            m_scheduler.complete(
                ticket, Response::answered(RatelimitHeaders::parse(200, m_answer, {}, now)), m_now);
        }
        m_scheduler.takeEvents();
    }

private:
    // "1795593600.412" and 25 ms more: by hand, for this is not what is measured.
    void moveReset()
    {
        int carry = 25;
        for (size_t i = m_reset.size(); carry > 0 && i-- > 0;) {
            if (m_reset[i] == '.')
                continue;
            const int digit = m_reset[i] - '0' + carry % 10;
            m_reset[i] = char('0' + digit % 10);
            carry = carry / 10 + digit / 10;
        }
    }

    const Headers m_headers;
    Scheduler m_scheduler{rememberingAll()};
    Response m_parsed;
    std::array<char, 14> m_reset{
        '1', '7', '9', '5', '5', '9', '3', '6', '0', '0', '.', '4', '1', '2'};
    Answer m_answer = [this] {
        Answer own = answer;
        own[resetField].value = QByteArrayView(m_reset.data(), qsizetype(m_reset.size()));
        return own;
    }();
    TimePoint m_now = start;
};

/// Acquire, grant, complete over so many buckets; each one's window is over when its turn comes.
template <Exchange::Headers headers> class Cycle : public Workload {
public:
    explicit Cycle(int buckets)
    {
        m_endpoints.reserve(size_t(buckets));
        for (int i = 0; i < buckets; ++i)
            m_endpoints.push_back(messages(i));
        for (int round = 0; round < 2; ++round) {
            Cycle::run(buckets);
            // From now on their order is not that in memory.
            std::shuffle(m_endpoints.begin(), m_endpoints.end(), std::mt19937(1));
        }
    }

    void run(int count) override
    {
        for (int i = 0; i < count; ++i) {
            m_exchange.of(m_endpoints[m_next]);
            m_next = m_next + 1 < m_endpoints.size() ? m_next + 1 : 0;
        }
    }

private:
    Exchange m_exchange{headers};
    std::vector<Endpoint> m_endpoints;
    size_t m_next = 0;
};

/// Leaves so many buckets that are known and idle. Nobody but the scheduler holds their endpoints.
class IdleBuckets : public Workload {
public:
    explicit IdleBuckets(int) { m_exchange.of(messages(0)); }

    void run(int count) override
    {
        for (int i = 0; i < count; ++i)
            m_exchange.of(messages(++m_channel));
    }

private:
    Exchange m_exchange{Exchange::AreBytes};
    int m_channel = 0;
};

constexpr WorkloadEntry cycleEntries[] = {
    {"scheduler/cycle", make<Cycle<Exchange::AreBytes>>, 1000, 100'000},
    {"scheduler/cycle-parsed", make<Cycle<Exchange::AreParsed>>, 1000, 100'000},
    {"memory/buckets", make<IdleBuckets>, 0, 100'000},
};

} // namespace

std::span<const WorkloadEntry> cycleWorkloads()
{
    return cycleEntries;
}

} // namespace Turnstile::Bench
