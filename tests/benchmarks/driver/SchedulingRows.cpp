// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/benchmarks/driver/Runner.h"

namespace Turnstile::Bench {
namespace {

const char oneBucket[] = "--requests 100 --buckets 1 --limit 5 --window 1000 --rtt 50 --global 0";
const char manyBuckets[] =
    "--requests 1000 --buckets 50 --limit 5 --window 1000 --rtt 50 --global 50";
const char wideBucket[] =
    "--requests 200 --buckets 1 --limit 50 --window 1000 --rtt 100 --global 0";

// The most of all kinds in one run; of one run, or of a summary of many.
double most429s(const QJsonObject &drained)
{
    double most = 0;
    const QJsonObject kinds = drained[QStringLiteral("rejected_429")].toObject();
    for (const auto &kind : kinds)
        most +=
            kind.isObject() ? kind.toObject()[QStringLiteral("max")].toDouble() : kind.toDouble();
    return most;
}

void makespan(Row &row, Runner &runner, const char *workload, const char *method, double most)
{
    const QString options = QStringLiteral("%1 --jitter 0 --method %2")
                                .arg(QLatin1String(workload), QLatin1String(method));
    const QJsonObject usual = runner.drain(options);
    const QJsonObject compensated = runner.drain(options + QStringLiteral(" --compensate"));
    const QString ratio = QStringLiteral("ratio");
    row.figures = {
        {{}, {}, usual[ratio].toDouble(), {}, {}, most},
        {QStringLiteral("compensate"), {}, compensated[ratio].toDouble()},
        {{}, QStringLiteral("429s"), most429s(usual) + most429s(compensated), {}, {}, 0},
    };
}

void oneBucketGet(Row &row, Runner &runner)
{
    makespan(row, runner, oneBucket, "GET", 1.055);
}

void oneBucketPost(Row &row, Runner &runner)
{
    makespan(row, runner, oneBucket, "POST", 1.065);
}

void manyBucketsGlobal(Row &row, Runner &runner)
{
    makespan(row, runner, manyBuckets, "GET", 1.06);
}

void wideBucketGet(Row &row, Runner &runner)
{
    makespan(row, runner, wideBucket, "GET", 1.12);
}

// Every workload with both kinds of windows of a bucket and, where there is one, of the global
// limit.
void seeds(Row &row, Runner &runner)
{
    constexpr int runs = 1000;
    double most = 0;
    int kinds = 0;
    for (const char *workload : {oneBucket, manyBuckets, wideBucket}) {
        QStringList globals{QString()};
        if (workload == manyBuckets)
            globals = {QStringLiteral(" --global-window fixed --global-phase random"),
                QStringLiteral(" --global-window sliding")};
        for (const QString &global : globals) {
            for (const char *window : {"fixed", "sliding"}) {
                most = std::max(most,
                    most429s(runner.drain(
                        QStringLiteral("%1 --jitter 100 --method GET --runs %2 --window-kind %3%4")
                            .arg(QLatin1String(workload))
                            .arg(runs)
                            .arg(QLatin1String(window), global))));
                ++kinds;
            }
        }
    }
    row.figures = {
        {QStringLiteral("most in one of %1").arg(kinds * runs), QStringLiteral("429s"), most, {},
            {}, 0},
    };
}

constexpr RowPlan schedulingPlans[] = {
    {"makespan/get", "makespan / bound: one bucket 5 per 1 s, 100 GET, RTT 50 ms", "1.064", "1.0",
        "<= 1.055", "1.02 with compensate", oneBucketGet},
    {"makespan/post", "the same, 100 POST (ordered: the last five go one by one)", "1.064", "1.0",
        "<= 1.065", "1.02 with compensate", oneBucketPost},
    {"makespan/global", "50 buckets 5 per 1 s, global 50/s, 1000 requests, RTT 50 ms",
        "1.052 with no 429 (0.17: 1.06, median 44 of 429)", "1.0", "<= 1.06, no 429",
        "1.02 with compensate", manyBucketsGlobal},
    {"makespan/wide", "one bucket 50 per 1 s, 200 GET, RTT 100 ms", "6.50 (all peers are serial)",
        "1.0", "<= 1.12", "1.02 with compensate", wideBucketGet},
    {"makespan/seeds",
        "429s in 1000 seeded runs each, jitter up to 100 ms, fixed and sliding windows, any phase",
        "0.17: up to 91 in one", "0", "0", "0", seeds},
};

} // namespace

std::span<const RowPlan> schedulingRows()
{
    return schedulingPlans;
}

} // namespace Turnstile::Bench
