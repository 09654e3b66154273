// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/Drain.h"

#include "tools/turnstile-sim/DrainReport.h"
#include "tools/turnstile-sim/OptionTable.h"
#include "tools/turnstile-sim/Oracle.h"

#include <QtCore/QJsonDocument>

#include <cstdio>

namespace Turnstile::Sim {
namespace {

constexpr QStringView drainDescription =
    uR"(Plays a workload in virtual time: the real scheduler against a model of the
server that counts a request when it arrives. Several processes share the token
as with RedisRatelimiter: the real script, in place of a Redis, leases to them.
Prints one JSON object:

  makespan_ms        from the start to the last answer
  lower_bound_ms     what nobody can beat: someone who knows every limit, needs no
                     probe and keeps no order; see also ratio, which is makespan
                     by bound (null when nothing was completed)
  rejected_429       by kind, as the server saw them
  avoidable_429      bucket and global ones that the limiter had all it needs to
                     avoid; processes that share nothing excuse all (null), hash
                     flips excuse those of buckets, nothing else excuses any
  wait_ms            from asking to the first grant
  reordered          requests that reached the server before an older one of
                     their lane, where order is kept (must be 0)
  grants             tickets granted, retries included
  wall_ns_per_grant  real time in calls of the scheduler, by grants; the only
                     figure that differs when a run is repeated
  redis_calls        of all processes, where they share the token on Redis; see
                     also calls_per_ticket
  shares             least and most grants of a process, until the first one had
                     all that it asked for
  seed, requests, completed, lost
  first_seed_with_avoidable_429 (of several runs; null: none)

It goes wrong (exit code 1) when requests are left that are never granted.)";

constexpr auto longest = std::chrono::hours(24 * 365);

// What cannot be played; null: nothing.
const char *problemOf(const Workload &workload)
{
    if (workload.globalKind == Quota::Window::Sliding
        && (workload.globalPhase || workload.randomGlobalPhase))
        return "--global-phase goes with --global-window fixed: sliding windows have none.";
    const Demand demand{.total = workload.requests,
        .busiestBucket = (workload.requests - 1) / workload.buckets + 1};
    if (lowerBound(workload, demand) > longest)
        return "--requests would take more than a year of virtual time with this --limit and "
               "--window, which is the most that is accepted.";
    if (workload.kill && workload.processes < 2)
        return "--kill goes with --processes 2 or more: somebody has to be left.";
    if (workload.redisRtt && !workload.isShared())
        return "--redis-rtt goes with --sharing redis, which is how --processes 2 or more share: "
               "without it, no Redis is asked.";
    if (workload.isShared() && !newScriptRedis())
        return needsLua;
    return nullptr;
}

} // namespace

int drain(const QStringList &arguments)
{
    Workload workload;
    OptionTable table(u"drain", drainDescription);
    workload.addTo(table);
    if (const std::optional<int> code = table.parseOrExplain(arguments))
        return *code;
    if (const char *problem = problemOf(workload)) {
        std::fprintf(stderr, "turnstile-sim drain: %s\n", problem);
        return 2;
    }

    QList<QJsonObject> runs;
    QJsonValue firstBadSeed;
    int notKilled = 0; // runs
    for (int i = 0; i < workload.runs; ++i) {
        Workload one = workload;
        one.seed += quint32(i);
        const DrainResult result = DrainRun(one).run();
        if (!result.problem.isEmpty()) {
            std::fprintf(stderr, "turnstile-sim drain: With seed %u, %s\n", one.seed,
                qUtf8Printable(result.problem));
            return 1;
        }
        if (const int left = one.requests - result.completed - result.lost; left > 0) {
            std::fprintf(stderr,
                "turnstile-sim drain: The scheduler is stuck: with seed %u, %d of %d requests "
                "never ended.\n",
                one.seed, left, one.requests);
            return 1;
        }
        notKilled += workload.kill && !result.hasKilled ? 1 : 0;
        if (result.avoidable.value_or(0) > 0 && firstBadSeed.isNull())
            firstBadSeed = qint64(one.seed);
        runs.append(figures(result));
    }

    if (notKilled > 0) {
        const QString where = workload.runs == 1
            ? QString()
            : QStringLiteral(" in %1 of %2 runs").arg(notKilled).arg(workload.runs);
        std::fprintf(stderr,
            "turnstile-sim drain: No process was killed%s: all had been done before --kill.\n",
            qUtf8Printable(where));
    }
    QJsonObject out = workload.runs == 1 ? runs.first() : summary(runs);
    out[QStringLiteral("seed")] = qint64(workload.seed);
    out[QStringLiteral("requests")] = workload.requests;
    if (workload.runs > 1) {
        out[QStringLiteral("runs")] = workload.runs;
        out[QStringLiteral("first_seed_with_avoidable_429")] = firstBadSeed;
    }
    std::puts(QJsonDocument(out).toJson(QJsonDocument::Compact).constData());
    return 0;
}

} // namespace Turnstile::Sim
