// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Runner.h"

namespace Turnstile::Bench {
namespace {

// One run has all of them.
QJsonObject figuresOf(Runner &runner)
{
    static QJsonObject figures;
    if (figures.isEmpty())
        figures = runner.runForJson(QStringLiteral(TURNSTILE_SHARED_COST), {});
    return figures;
}

Figure figure(const char *name, const char *unit, const QJsonValue &value)
{
    return {QString::fromLatin1(name), QString::fromLatin1(unit), value.toDouble()};
}

void busy(Row &row, Runner &runner)
{
    const QJsonObject all = figuresOf(runner);
    const QJsonValue busy = all[u"busy"];
    Figure calls = figure("round trips per ticket", "", busy[u"calls_per_ticket"]);
    calls.most = 1;
    row.figures = {
        figure("grants per second and core of the process", "",
            1e6 / busy[u"process_us_per_ticket"].toDouble(1)),
        figure("in memory", "", 1e6 / all[u"in_memory"][u"process_us_per_ticket"].toDouble(1)),
        figure("grants per second and Redis", "", 1e6 / busy[u"redis_us_per_ticket"].toDouble(1)),
        calls,
    };
}

void idle(Row &row, Runner &runner)
{
    const QJsonObject all = figuresOf(runner);
    row.figures = {
        figure("unix socket", "us", all[u"idle_unix"][u"p50_us"]),
        figure("p99", "us", all[u"idle_unix"][u"p99_us"]),
        figure("TCP, loopback", "us", all[u"idle_tcp"][u"p50_us"]),
        figure("in memory", "us", all[u"in_memory"][u"latency"][u"p50_us"]),
        figure("Redis' processor", "us", all[u"idle_unix"][u"redis_us_per_ticket"]),
        figure("round trips", "", all[u"idle_unix"][u"calls_per_ticket"]),
    };
}

void bucket(Row &row, Runner &runner)
{
    row.figures = {{{}, bytes, figuresOf(runner)[u"redis_bytes_per_bucket"].toDouble()}};
}

constexpr RowPlan sharedPlans[] = {
    {"shared/busy", "shared on Redis: 500 tickets at a time over 1 000 buckets with tokens", "-",
        "", "less than 1 round trip", "", busy},
    {"shared/idle", "shared on Redis: one ticket of an idle bot, until it may go", "-", "", "", "",
        idle},
    {"shared/bucket", "shared on Redis: a bucket that was used, in Redis", "-", "", "", "", bucket},
};

} // namespace

std::span<const RowPlan> sharedRows()
{
    const bool isBuilt = *TURNSTILE_SHARED_COST != '\0'; // there is hiredis
    return isBuilt ? std::span<const RowPlan>(sharedPlans) : std::span<const RowPlan>();
}

} // namespace Turnstile::Bench
