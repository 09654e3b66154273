// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
// clazy:excludeall=non-pod-global-static (that is how Google Benchmark registers)
#include <Turnstile/Endpoint>

#include <benchmark/benchmark.h>

using namespace Turnstile;

namespace {

void construct(benchmark::State &state, Method method, const char *path)
{
    for (auto _ : state) {
        Endpoint endpoint(method, QLatin1StringView(path));
        benchmark::DoNotOptimize(endpoint);
    }
}

BENCHMARK_CAPTURE(construct, message, Method::Post, "/channels/381870553235193857/messages")
    ->Name("endpoint/message");
BENCHMARK_CAPTURE(construct, reaction, Method::Put,
    "/api/v10/channels/381870553235193857/messages/1162051183124721726/reactions/%F0%9F%91%8D/@me")
    ->Name("endpoint/reaction");
BENCHMARK_CAPTURE(construct, webhook, Method::Post,
    "/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2f777c372")
    ->Name("endpoint/webhook with token");
BENCHMARK_CAPTURE(construct, unknown, Method::Get, "/some/381870553235193857/unknown/route")
    ->Name("endpoint/undocumented");

} // namespace
