// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
// clazy:excludeall=non-pod-global-static (that is how Google Benchmark registers)
#include "ratelimit/ticket/TicketSender.h"
#include "tests/benchmarks/AnsweredReply.h"

#include <benchmark/benchmark.h>

using namespace Turnstile;
using namespace Turnstile::Bench;

namespace {

void parse(benchmark::State &state)
{
    for (auto _ : state) {
        auto parsed = RatelimitHeaders::parse(200, answer, {}, answeredAt);
        benchmark::DoNotOptimize(parsed);
    }
}
BENCHMARK(parse)->Name("headers/parse 12 pairs");

void ofReply(benchmark::State &state)
{
    AnsweredReply reply;
    for (auto _ : state) {
        auto parsed = headersOf(&reply);
        benchmark::DoNotOptimize(parsed);
    }
}
BENCHMARK(ofReply)->Name("headers/of a QNetworkReply");

} // namespace
