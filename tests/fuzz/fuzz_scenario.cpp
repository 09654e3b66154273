// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A line of a scenario file; when it can be read, it is played.

#include "tests/fuzz/Fuzz.h"
#include "tools/turnstile-sim/Replay.h"

#include <QtCore/QHash>

#include <algorithm>

using namespace Turnstile;
using namespace Turnstile::Sim;

namespace {

constexpr int mostRequests = 500;
constexpr size_t mostSteps = 200;

// When each request is asked for first.
QHash<QString, double> requestsOf(const Scenario &scenario)
{
    QHash<QString, double> result;
    const auto add = [&result](const QString &name, Elapsed at) {
        if (!result.contains(name))
            result.insert(name, 1e-6 * double(at.count()));
    };
    for (const Step &step : scenario.steps) {
        if (step.op == Step::Op::Acquire && !step.count)
            add(step.name, step.at);
        for (int i = 0; i < std::min(step.count.value_or(0), mostRequests); ++i)
            add(step.name + QString::number(i), step.at);
    }
    return result;
}

bool isSmall(const Scenario &scenario)
{
    int requests = 0;
    for (const Step &step : scenario.steps)
        requests += step.op == Step::Op::Acquire ? step.count.value_or(1) : 0;
    return requests <= mostRequests && scenario.steps.size() <= mostSteps;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    QString problem;
    const auto scenario =
        Scenario::parse({reinterpret_cast<const char *>(data), qsizetype(size)}, &problem);
    REQUIRE(scenario.has_value() == problem.isEmpty());
    if (!scenario || !isSmall(*scenario))
        return 0;

    const QHash<QString, double> requests = requestsOf(*scenario);
    QHash<QString, bool> hasEnded;
    double now = 0;
    ReplayLimits limits;
    limits.rounds = 20'000;
    const auto check = [&](const QJsonObject &event) {
        REQUIRE(event[u"t_ms"].toDouble() >= now);
        now = event[u"t_ms"].toDouble();
        const QString type = event[u"event"].toString();
        const QString request = event[u"req"].toString();
        if (type == u"granted" || type == u"requeued" || type == u"ended") {
            REQUIRE(requests.contains(request) && requests[request] <= now);
            REQUIRE(!hasEnded.value(request));
            hasEnded[request] = type == u"ended";
        }
        REQUIRE(event[u"wait_ms"].toDouble() >= 0);
        REQUIRE(event[u"reset_after_ms"].toDouble() >= 0);
    };
    const ReplayOutcome outcome = Replay(*scenario, check, limits).run();
    REQUIRE(outcome.end != ReplayOutcome::End::BusyLoop);
    if (outcome.end == ReplayOutcome::End::Finished) {
        const Scheduler::Size &left = outcome.leftIdle;
        REQUIRE(left.queued + left.inFlight + left.lanes + left.buckets + left.hashes == 0);
    }
    return 0;
}
