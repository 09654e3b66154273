// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
// clazy:excludeall=non-pod-global-static (that is how Google Benchmark registers)
#include <Turnstile/RatelimitHeaders>

#include <array>
#include <benchmark/benchmark.h>

using namespace Turnstile;

namespace {

// What api/v10 answers, with the headers that have nothing to do with limits.
constexpr std::array<HeaderField, 12> headers = {{
    {"Date", "Tue, 24 Nov 2026 08:00:00 GMT"},
    {"Content-Type", "application/json"},
    {"Connection", "keep-alive"},
    {"Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"},
    {"X-RateLimit-Bucket", "80c17d2f203122d936070c88c8d10f33"},
    {"X-RateLimit-Limit", "5"},
    {"X-RateLimit-Remaining", "4"},
    {"X-RateLimit-Reset", "1795593600.412"},
    {"X-RateLimit-Reset-After", "0.412"},
    {"Via", "1.1 google"},
    {"CF-Cache-Status", "DYNAMIC"},
    {"Server", "cloudflare"},
}};

void parse(benchmark::State &state)
{
    const WallTime now(std::chrono::milliseconds(1'795'593'600'000));
    if (RatelimitHeaders::parse(200, headers, {}, now).kind != RatelimitHeaders::Kind::Bucket) {
        state.SkipWithError("the headers were not understood");
        return;
    }
    for (auto _ : state) {
        auto parsed = RatelimitHeaders::parse(200, headers, {}, now);
        benchmark::DoNotOptimize(parsed);
    }
}
BENCHMARK(parse)->Name("headers/parse 12 pairs");

} // namespace
