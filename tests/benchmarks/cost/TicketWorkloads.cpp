// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/cost/Bot.h"
#include "tests/benchmarks/cost/Workload.h"

namespace Turnstile::Bench {
namespace {

/// A receiver is made, connected, available, answered and deleted.
class Tickets : public Workload {
public:
    explicit Tickets(int buckets)
        : m_bot(buckets)
    {
    }

    void run(int count) override { m_bot.run(count); }

private:
    Bot m_bot;
};

constexpr WorkloadEntry ticketEntries[] = {
    {"ticket/whole", make<Tickets>, 1, 100'000},
};

} // namespace

std::span<const WorkloadEntry> ticketWorkloads()
{
    return ticketEntries;
}

} // namespace Turnstile::Bench
