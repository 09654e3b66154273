// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Runner.h"

namespace Turnstile::Bench {
namespace {

Figure named(
    const QString &name, const QString &unit, Figure figure, std::optional<double> most = {})
{
    figure.name = name;
    figure.unit = unit;
    figure.most = most;
    return figure;
}

Figure ofRatio(const QString &name, double value, double to, double most)
{
    return {name, {}, to > 0 ? value / to : 0, {}, {}, most};
}

void cycle(Row &row, Runner &runner)
{
    const QString work = QStringLiteral("scheduler/cycle");
    const QString parsed = QStringLiteral("scheduler/cycle-parsed");
    row.figures = {
        {{}, instr, runner.instructions({work, 1000, 1000}, 10'000), {}, {}, 2500},
        {{}, allocs, runner.allocations({work, 1000, 100'000}), {}, {}, 0},
        named({}, ns, runner.time({work, 1000, 200'000}, 7)),
        {QStringLiteral("parsed before"), instr, runner.instructions({parsed, 1000, 1000}, 10'000)},
        named(QStringLiteral("parsed before"), ns, runner.time({parsed, 1000, 200'000}, 7)),
    };
}

void endpoints(Row &row, Runner &runner)
{
    const Work work{QStringLiteral("scheduler/cycle"), 100'000, 200'000};
    row.figures = {
        named({}, ns, runner.time(work), 600),
        {{}, instr, runner.instructions({work.name, work.size, 1000}, 10'000)},
        named(QStringLiteral("parsed before"), ns,
            runner.time({QStringLiteral("scheduler/cycle-parsed"), 100'000, 200'000})),
    };
}

void queue(Row &row, Runner &runner)
{
    const QString work = QStringLiteral("scheduler/queue");
    const double few = runner.instructions({work, 1000, 1000}, 10'000);
    const double many = runner.instructions({work, 1'000'000, 0}, 1'000'000);
    const Figure fewTime = runner.time({work, 1000, 100'000});
    const Figure manyTime = runner.time({work, 1'000'000, 1'000'000}, 3);
    row.figures = {
        {{}, instr, runner.instructions({work, 100'000, 100'000}, 100'000), {}, {}, 2000},
        {{}, allocs, runner.allocations({work, 100'000, 100'000})},
        named({}, ns, runner.time({work, 100'000, 100'000})),
        ofRatio(QStringLiteral("instr at 1M / 1k"), many, few, 2),
        ofRatio(QStringLiteral("time at 1M / 1k"), manyTime.value, fewTime.value, 2),
    };
}

void cancel(Row &row, Runner &runner)
{
    const QString work = QStringLiteral("scheduler/cancel");
    const double many = runner.instructions({work, 100'000, 10'000}, 80'000);
    const double few = runner.instructions({work, 1000, 100}, 800);
    row.figures = {
        ofRatio(QStringLiteral("instr at 100k / 1k"), many, few, 1.2),
        {QStringLiteral("at 100k"), instr, many},
        {{}, allocs, runner.allocations({work, 100'000, 90'000})},
        named({}, ns, runner.time({work, 100'000, 90'000})),
    };
}

void parse(Row &row, Runner &runner)
{
    const QString work = QStringLiteral("headers/parse");
    row.figures = {
        {{}, instr, runner.instructions({work, 0, 1000}, 10'000), {}, {}, 1500},
        {{}, allocs, runner.allocations({work, 0, 100'000})},
        named({}, ns, runner.function(QStringLiteral("headers/parse 12 pairs"))),
    };
}

void ofReply(Row &row, Runner &runner)
{
    const QString work = QStringLiteral("headers/reply");
    row.figures = {
        named({}, ns, runner.function(QStringLiteral("headers/of a QNetworkReply")), 350),
        {{}, allocs, runner.allocations({work, 0, 100'000}), {}, {}, 0},
        {{}, instr, runner.instructions({work, 0, 1000}, 10'000)},
    };
}

void endpoint(Row &row, Runner &runner)
{
    for (const char *path : {"message", "reaction", "webhook with token", "undocumented"}) {
        const QString name = QLatin1String(path);
        row.figures += named(name, ns, runner.function(QStringLiteral("endpoint/") + name));
    }
}

void ticket(Row &row, Runner &runner)
{
    const QString work = QStringLiteral("ticket/whole");
    row.figures = {
        named({}, ns, runner.time({work, 1, 200'000}, 7), 1500),
        {{}, allocs, runner.allocations({work, 1, 100'000}), {}, {}, 16},
        {{}, instr, runner.instructions({work, 1, 5000}, 50'000)},
    };
}

void held(Row &row, Runner &runner, const char *work, double most)
{
    const QString name = QLatin1String(work);
    row.figures = {
        {QStringLiteral("at 100k"), bytes, runner.bytes({name, 0, 100'000}), {}, {}, most},
        {QStringLiteral("at 1M"), bytes, runner.bytes({name, 0, 1'000'000}), {}, {}, most},
    };
}

void idleBucket(Row &row, Runner &runner)
{
    held(row, runner, "memory/buckets", 256);
}

void queuedTicket(Row &row, Runner &runner)
{
    held(row, runner, "memory/tickets", 64);
}

constexpr RowPlan costPlans[] = {
    {"scheduler/cycle", "scheduler: acquire, grant, complete with 12 headers parsed, 1k buckets",
        "0.16: 5 670 instr, 700 ns, 4 allocs", "764 instr, 52 ns", "<= 2 500 instr, 0 allocs",
        "1 500 instr", cycle},
    {"scheduler/endpoints", "same over 100k endpoints", "1 680 ns", "272 ns", "<= 600 ns", "400 ns",
        endpoints},
    {"scheduler/queue", "100k queued on one bucket, enqueue + drain, per ticket", "720 ns", "27 ns",
        "<= 2 000 instr; 1M within 2x of 1k", "200 ns", queue},
    {"scheduler/cancel", "cancel one of 100k queued", "65 ns", "-", "O(1), instr within 1.2x of 1k",
        "", cancel},
    {"headers/parse", "header parse, 12 pairs", "132 ns, 2 027 instr", "15 ns", "<= 1 500 instr",
        "600 instr", parse},
    {"headers/reply", "headers from a QNetworkReply", "-", "242 ns", "<= 350 ns, 0 allocs", "",
        ofReply},
    {"endpoint/path", "an Endpoint from a path (bots may keep theirs)", "-", "-", "-", "",
        endpoint},
    {"ticket/whole", "whole QObject ticket: receiver + connect + available + complete + delete",
        "0.17: 1.3 us", "820 ns (glib dispatcher)", "<= 1.5 us, <= 16 allocs", "1 us", ticket},
    {"memory/buckets", "idle bucket", "450 B (0.17), 543 B (discord.js)", "147 B", "<= 256 B",
        "200 B", idleBucket},
    {"memory/tickets", "queued ticket in the scheduler", "90 B (0.16)", "16 B", "<= 64 B", "48 B",
        queuedTicket},
};

} // namespace

std::span<const RowPlan> costRows()
{
    return costPlans;
}

} // namespace Turnstile::Bench
