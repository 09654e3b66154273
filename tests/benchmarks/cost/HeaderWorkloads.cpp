// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketSender.h"
#include "tests/benchmarks/AnsweredReply.h"
#include "tests/benchmarks/cost/Workload.h"

namespace Turnstile::Bench {
namespace {

class Parse : public Workload {
public:
    explicit Parse(int) { }

    void run(int count) override
    {
        for (int i = 0; i < count; ++i) {
            if (RatelimitHeaders::parse(200, answer, {}, answeredAt).limit != 5)
                fail("The headers were not understood.");
        }
    }
};

class OfReply : public Workload {
public:
    explicit OfReply(int) { }

    void run(int count) override
    {
        for (int i = 0; i < count; ++i) {
            if (headersOf(&m_reply).limit != 5)
                fail("The headers were not understood.");
        }
    }

private:
    AnsweredReply m_reply;
};

constexpr WorkloadEntry headerEntries[] = {
    {"headers/parse", make<Parse>, 0, 200'000},
    {"headers/reply", make<OfReply>, 0, 200'000},
};

} // namespace

std::span<const WorkloadEntry> headerWorkloads()
{
    return headerEntries;
}

} // namespace Turnstile::Bench
