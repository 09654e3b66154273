// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
// clazy:excludeall=non-pod-global-static (that is how Google Benchmark registers)

// What a monitor costs the ratelimiter's thread per state of a ticket: attached minus detached.

#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorCollector.h"

#include <QtCore/QCoreApplication>

#include <benchmark/benchmark.h>
#include <memory>
#include <vector>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

constexpr int burst = 500;
constexpr int states = 3; // queued, available, completed

class Bot {
public:
    explicit Bot(int buckets)
    {
        m_answer.status = 200;
        m_answer.kind = RatelimitHeaders::Kind::Bucket;
        m_answer.limit = m_answer.remaining = 1'000'000;
        m_answer.resetAfter = 1h;
        m_answer.bucket = "abcd";
        m_answer.via = true;
        for (int i = 1; i <= buckets; ++i)
            m_endpoints.emplace_back(Method::Get, QStringLiteral("/channels/%1/messages").arg(i));
        for (int asked = 0; asked < 2 * buckets; asked += burst)
            cycle();
    }

    InMemoryRatelimiter *limiter() { return &m_limiter; }

    void cycle()
    {
        for (int i = 0; i < burst; ++i) {
            TicketReceiver *ticket = m_limiter.ticket(m_endpoints[m_next++ % m_endpoints.size()]);
            QObject::connect(
                ticket, &TicketReceiver::available, &m_limiter, [this](const TicketSender &sender) {
                    sender.headers(m_answer);
                    ++m_done;
                });
        }
        while (m_done < burst)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        m_done = 0;
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QCoreApplication::processEvents();
    }

private:
    static SchedulerOptions unlimited()
    {
        SchedulerOptions options;
        options.globalLimit = 0;
        return options;
    }

    InMemoryRatelimiter m_limiter{unlimited()};
    RatelimitHeaders m_answer;
    std::vector<Endpoint> m_endpoints;
    size_t m_next = 0;
    int m_done = 0;
};

enum Monitor { Detached, Collected, Encoded };

void tickets(benchmark::State &state, Monitor monitor, int buckets)
{
    int argc = 0;
    QCoreApplication application(argc, nullptr);
    Bot bot(buckets);
    std::unique_ptr<MonitorCollector> collector;
    quint64 dropped = 0, told = 0;
    if (monitor != Detached) {
        collector = std::make_unique<MonitorCollector>(bot.limiter());
        collector->setInterval(1ms); // few enough states that none is dropped
        const TimePoint epoch = std::chrono::steady_clock::now();
        QObject::connect(collector.get(), &MonitorCollector::updated, bot.limiter(),
            [&, epoch](const MonitorUpdate &update) {
                dropped += update.dropped;
                told += update.tickets.size();
                if (monitor == Encoded)
                    benchmark::DoNotOptimize(MonitorCodec::encode(update, epoch));
            });
        collector->start();
    }
    while (state.KeepRunningBatch(burst * states))
        bot.cycle();
    if (collector)
        collector->start(); // sends what has gathered
    if (dropped > 0 || (collector && told < quint64(state.iterations())))
        state.SkipWithError("not all states were told");
}

BENCHMARK_CAPTURE(tickets, detached, Detached, 1)->Name("monitor/tickets: 1 bucket, detached");
BENCHMARK_CAPTURE(tickets, collected, Collected, 1)->Name("monitor/tickets: 1 bucket, collected");
BENCHMARK_CAPTURE(tickets, encoded, Encoded, 1)->Name("monitor/tickets: 1 bucket, and encoded");
BENCHMARK_CAPTURE(tickets, detached, Detached, 1000)
    ->Name("monitor/tickets: 1000 buckets, detached");
BENCHMARK_CAPTURE(tickets, collected, Collected, 1000)
    ->Name("monitor/tickets: 1000 buckets, collected");
BENCHMARK_CAPTURE(tickets, encoded, Encoded, 1000)
    ->Name("monitor/tickets: 1000 buckets, and encoded");

} // namespace
