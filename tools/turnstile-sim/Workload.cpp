// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/Workload.h"

#include "ratelimit/core/Endpoint.h"
#include "tools/turnstile-sim/OptionTable.h"

#include <cmath>

namespace Turnstile::Sim {
namespace {

using namespace std::chrono_literals;

constexpr double slowest = 0.1;
constexpr double fastest = 1'000'000;
constexpr int maxRequests = 1'000'000;
constexpr milliseconds longestRtt = 5s;
constexpr milliseconds longestRedisRtt = 2s; // RedisOptions::commandTimeout: no more is waited for

bool readArrivals(QStringView text, std::optional<double> *rate)
{
    constexpr QStringView prefix = u"poisson:";
    rate->reset();
    if (text == u"burst")
        return true;
    if (!text.startsWith(prefix))
        return false;
    *rate = parseNumber(text.sliced(prefix.size()));
    return *rate && **rate >= slowest && **rate <= fastest;
}

bool readQuota(QStringView text, Quota *quota)
{
    const auto slash = text.indexOf(u'/');
    if (slash < 0)
        return false;
    const auto limit = parseWhole(text.first(slash));
    const auto window = parseWhole(text.sliced(slash + 1));
    if (!limit || *limit < 1 || *limit > maxRequests || !window || *window < 1
        || *window > milliseconds(24h).count())
        return false;
    *quota = {.limit = int(*limit), .window = milliseconds(*window)};
    return true;
}

} // namespace

void Workload::addTo(OptionTable &table)
{
    const QStringList kinds{QStringLiteral("fixed"), QStringLiteral("sliding")};
    const auto kind = [](Quota::Window *target) {
        return [target](int index) {
            *target = index == 0 ? Quota::Window::Fixed : Quota::Window::Sliding;
        };
    };
    table.addWhole(u"requests", u"How many requests.", &requests, 1, maxRequests);
    table.addWhole(
        u"buckets", u"Over how many channels they are spread, in turns.", &buckets, 1, 100'000);
    table.addWhole(u"limit", u"Requests that a bucket lets pass in a window; 0: no limit.", &limit,
        0, maxRequests);
    table.addMilliseconds(u"window", u"The window of a bucket.", &window, 1ms, 24h);
    table.addChoice(
        u"window-kind", u"What a bucket's window is (fixed).", kinds, kind(&windowKind));
    table.addMilliseconds(
        u"rtt", u"The shortest time from sending to answer.", &rtt, 0ms, longestRtt);
    table.addMilliseconds(u"jitter", u"By how much an exchange may take longer.", &jitter, 0ms, 5s);
    table.addWhole(u"global", u"The global limit per second; 0: none.", &global, 0, maxRequests);
    table.addChoice(
        u"global-window", u"What the global window is (fixed).", kinds, kind(&globalKind));
    table.add(u"global-phase", u"MS",
        u"Where fixed global windows begin; without it, with a request.",
        QStringLiteral("a whole number of milliseconds from 0 to 999 or random"),
        [this](const QString &text) {
            randomGlobalPhase = text == u"random";
            const auto value = parseWhole(text);
            if (value)
                globalPhase = milliseconds(*value);
            return randomGlobalPhase || (value && *value >= 0 && *value < globalWindow.count());
        });
    table.addChoice(u"ordering", u"The order that is kept (automatic).",
        {QStringLiteral("automatic"), QStringLiteral("strict"), QStringLiteral("concurrent")},
        [this](int index) {
            constexpr Ordering orderings[] = {
                Ordering::Automatic, Ordering::Strict, Ordering::Concurrent};
            ordering = orderings[index];
        });
    table.addChoice(u"method", u"The method of all requests (POST).",
        {QStringLiteral("GET"), QStringLiteral("POST"), QStringLiteral("PUT"),
            QStringLiteral("PATCH"), QStringLiteral("DELETE")},
        [this](int index) {
            constexpr Method methods[] = {
                Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete};
            method = methods[index];
        });
    table.add(u"arrivals", u"HOW", u"When they are asked for: all at once, or at RATE per second.",
        QStringLiteral("burst or poisson:RATE, with a RATE from 0.1 to 1000000"),
        [this](const QString &text) { return readArrivals(text, &poissonRate); });
    table.add(u"seed", u"N", u"What the random numbers begin with (1).",
        QStringLiteral("a whole number from 0 to 4294967295"), [this](const QString &text) {
            const auto value = parseWhole(text);
            if (!value || *value < 0 || *value > std::numeric_limits<quint32>::max())
                return false;
            seed = quint32(*value);
            return true;
        });
    table.addWhole(u"runs",
        u"Runs with seeds from --seed on; then each figure is {min, median, max}.", &runs, 1,
        1'000'000);
    table.addMilliseconds(
        u"skew", u"By how much the server's wall clock is ahead.", &skew, -24h, 24h);
    table.addShare(u"loss",
        u"Share of requests that get no answer: half are lost on the way, half come back to "
        u"nobody. The client gives up after 10 s.",
        &loss);
    table.add(u"sublimit", u"N/MS", u"A hidden limit of each channel: N requests in MS.",
        QStringLiteral("N/MS, with N from 1 to 1000000 and MS from 1 to 86400000"),
        [this](const QString &text) { return readQuota(text, &sublimit); });
    table.addShare(u"shared",
        u"Share of requests that meet a shared 429 of 1 s; they have taken a token.", &shared,
        0.99);
    table.addShare(u"hash-flip", u"Share of answers that name another bucket.", &hashFlip);
    table.addWhole(u"processes",
        u"How many processes share the token, each with a limiter and a part of the requests.",
        &processes, 1, 64);
    table.addWhole(u"connections",
        u"How many requests of a process may be on their way at a time, as with RestClient, which "
        u"has 6; 0: no limit.",
        &connections, 0, 1000);
    table.addChoice(u"sharing",
        u"How they share it: by the limiter on Redis, or not at all: then they know nothing of "
        u"each other (redis, but none for one process).",
        {QStringLiteral("redis"), QStringLiteral("none")},
        [this](int index) { sharing = index == 0 ? Sharing::Redis : Sharing::None; });
    table.add(u"redis-rtt", u"MS", u"From a call of Redis to its reply; half of it each way (1).",
        QStringLiteral("a number of milliseconds from 0 to 2000"), [this](const QString &text) {
            const auto value = parseNumber(text);
            if (!value || *value < 0 || *value > longestRedisRtt.count())
                return false;
            redisRtt = std::chrono::microseconds(std::llround(*value * 1e3));
            return true;
        });
    table.add(u"kill", u"MS", u"When the first process dies, with all that it has yet to do.",
        QStringLiteral("a whole number of milliseconds from 0 to 86400000"),
        [this](const QString &text) {
            const auto value = parseWhole(text);
            if (!value || *value < 0 || *value > milliseconds(24h).count())
                return false;
            kill = milliseconds(*value);
            return true;
        });
    table.addFlag(u"compensate",
        u"Counts requests by measured round trips: faster, at the risk of a 429.", &compensate);
    table.addFlag(
        u"trace", u"Tells on standard error what happens, a line for each event.", &trace);
}

} // namespace Turnstile::Sim
