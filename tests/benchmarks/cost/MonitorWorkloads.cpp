// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorCollector.h"
#include "tests/benchmarks/cost/Bot.h"
#include "tests/benchmarks/cost/Workload.h"

#include <QtCore/QCoreApplication>

#include <chrono>

namespace Turnstile::Bench {
namespace {

using namespace std::chrono_literals;

/// States of tickets with nobody to hear of them.
class Detached : public Workload {
public:
    explicit Detached(int buckets)
        : m_bot(buckets)
    {
    }

    void run(int count) override { m_bot.run(count / Bot::states); }

protected:
    Bot m_bot;
};

/// The same with what is done for a monitor on this thread: gathered and encoded.
class Attached : public Detached {
public:
    explicit Attached(int buckets)
        : Detached(buckets)
    {
        m_collector.setInterval(1ms); // few enough states that none is dropped
        QObject::connect(&m_collector, &MonitorCollector::updated, m_bot.limiter(),
            [this](const MonitorUpdate &update) {
                m_dropped += update.dropped;
                m_told += int(update.tickets.size());
                m_bytes += MonitorCodec::encode(update, m_epoch).size();
            });
        m_collector.start();
    }

    void run(int count) override
    {
        m_told = 0;
        Detached::run(count);
        m_collector.start(); // sends what has gathered
        if (m_dropped > 0 || m_told < count || m_bytes == 0)
            fail("Not all states of tickets were told.");
    }

private:
    MonitorCollector m_collector{m_bot.limiter()};
    const TimePoint m_epoch = std::chrono::steady_clock::now();
    quint64 m_dropped = 0;
    int m_told = 0;
    qsizetype m_bytes = 0;
};

/// What a monitor that attaches is told first: every bucket, encoded.
class Snapshot : public Workload {
public:
    explicit Snapshot(int buckets)
        : m_bot(buckets)
        , m_buckets(buckets)
    {
        QObject::connect(&m_collector, &MonitorCollector::updated, m_bot.limiter(),
            [this](const MonitorUpdate &update) {
                m_told += int(update.buckets.size());
                m_hasEnded = update.snapshotEnds;
                m_bytes += MonitorCodec::encode(update, m_epoch).size();
            });
        Snapshot::run(2);
    }

    void run(int count) override
    {
        for (int i = 0; i < count; ++i) {
            m_told = 0;
            m_hasEnded = false;
            m_collector.start();
            while (!m_hasEnded)
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            if (m_told != m_buckets || m_bytes == 0)
                fail("A snapshot did not tell each bucket once.");
        }
    }

private:
    Bot m_bot;
    const int m_buckets;
    MonitorCollector m_collector{m_bot.limiter()};
    const TimePoint m_epoch = std::chrono::steady_clock::now();
    int m_told = 0;
    bool m_hasEnded = false;
    qsizetype m_bytes = 0;
};

/// A signal that nobody is connected to.
class UnheardSignal : public Workload {
public:
    explicit UnheardSignal(int) { }

    void run(int count) override
    {
        for (int i = 0; i < count; ++i)
            Q_EMIT m_limiter.bucketTouched(BucketId{quint64(i)});
    }

private:
    InMemoryRatelimiter m_limiter;
};

constexpr WorkloadEntry monitorEntries[] = {
    {"monitor/detached", make<Detached>, 1000, 300'000},
    {"monitor/attached", make<Attached>, 1000, 300'000},
    {"monitor/snapshot", make<Snapshot>, 1000, 100},
    {"monitor/unheard", make<UnheardSignal>, 0, 1'000'000},
};

} // namespace

std::span<const WorkloadEntry> monitorWorkloads()
{
    return monitorEntries;
}

} // namespace Turnstile::Bench
