// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/core/Scheduler.h"
#include "tests/benchmarks/Answer.h"
#include "tests/benchmarks/cost/Workload.h"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace Turnstile::Bench {
namespace {

using namespace std::chrono_literals;

SchedulerOptions withoutGlobalLimit()
{
    SchedulerOptions options;
    options.globalLimit = 0;
    options.maxQueuedPerBucket = std::numeric_limits<int>::max();
    options.maxQueued = std::numeric_limits<int>::max();
    return options;
}

/// Many tickets for one bucket, which a server with fixed windows gives 5 per second.
class Queue {
public:
    Queue() { m_answer.headers = RatelimitHeaders::parse(200, answer, {}, answeredAt); }

    TicketId enqueue()
    {
        const TicketId ticket = m_scheduler.acquire(m_endpoint, {}, m_now);
        takeGrants();
        return ticket;
    }

    void cancel(TicketId ticket)
    {
        if (!m_scheduler.cancel(ticket, m_now))
            fail("A ticket could not be cancelled.");
        takeGrants();
    }

    void drain(int count)
    {
        for (int done = 0; done < count;) {
            if (m_granted.empty()) {
                const auto due = m_scheduler.nextDeadline();
                if (!due)
                    fail("Tickets wait, and nothing is to come.");
                m_now = std::max(m_now, *due);
                m_scheduler.advance(m_now);
                takeGrants();
                continue;
            }
            m_now += 50ms;
            m_answering.swap(m_granted);
            for (const TicketId ticket : m_answering) {
                reply(ticket);
                ++done;
            }
            m_answering.clear();
        }
    }

private:
    static constexpr int limit = 5;

    void reply(TicketId ticket)
    {
        if (m_now >= m_windowEnds) {
            m_windowEnds = m_now + 1s;
            m_left = limit;
        }
        if (m_left == 0)
            fail("More tickets were granted than the bucket has tokens.");
        m_answer.headers->remaining = --m_left;
        m_answer.headers->resetAfter = std::chrono::ceil<milliseconds>(m_windowEnds - m_now);
        m_answer.headers->reset =
            answeredAt + std::chrono::floor<milliseconds>(m_windowEnds - start);
        m_scheduler.complete(ticket, m_answer, m_now);
        takeGrants();
    }

    void takeGrants()
    {
        for (const Event &event : m_scheduler.takeEvents()) {
            if (event.type == Event::Type::TicketChanged && event.state == TicketState::Available)
                m_granted.push_back(event.ticket);
        }
    }

    Scheduler m_scheduler{withoutGlobalLimit()};
    const Endpoint m_endpoint = messages(0);
    Response m_answer;
    TimePoint m_now = start;
    TimePoint m_windowEnds;
    int m_left = 0;
    std::vector<TicketId> m_granted;
    std::vector<TicketId> m_answering;
};

/// So many tickets wait, then all are granted and completed; as often as it takes.
class EnqueueAndDrain : public Workload {
public:
    explicit EnqueueAndDrain(int tickets)
        : m_tickets(tickets)
    {
        EnqueueAndDrain::run(tickets);
    }

    void run(int count) override
    {
        for (int done = 0; done < count; done += m_tickets) {
            for (int i = 0; i < m_tickets; ++i)
                m_queue.enqueue();
            m_queue.drain(m_tickets);
        }
    }

private:
    Queue m_queue;
    const int m_tickets;
};

/// Of so many that wait, some give up, here and there in the queue.
class Cancel : public Workload {
public:
    explicit Cancel(int tickets)
    {
        m_queue.enqueue(); // the probe
        m_waiting.reserve(size_t(tickets));
        for (int i = 0; i < tickets; ++i)
            m_waiting.push_back(m_queue.enqueue());
        std::shuffle(m_waiting.begin(), m_waiting.end(), std::mt19937(1));
    }

    void run(int count) override
    {
        for (int i = 0; i < count; ++i) {
            m_queue.cancel(m_waiting.back());
            m_waiting.pop_back();
        }
    }

private:
    Queue m_queue;
    std::vector<TicketId> m_waiting;
};

/// Leaves so many tickets that wait.
class QueuedTickets : public Workload {
public:
    explicit QueuedTickets(int)
    {
        m_queue.enqueue(); // the probe
        m_queue.enqueue();
    }

    void run(int count) override
    {
        for (int i = 0; i < count; ++i)
            m_queue.enqueue();
    }

private:
    Queue m_queue;
};

constexpr WorkloadEntry queueEntries[] = {
    {"scheduler/queue", make<EnqueueAndDrain>, 100'000, 100'000},
    {"scheduler/cancel", make<Cancel>, 100'000, 50'000},
    {"memory/tickets", make<QueuedTickets>, 0, 100'000},
};

} // namespace

std::span<const WorkloadEntry> queueWorkloads()
{
    return queueEntries;
}

} // namespace Turnstile::Bench
