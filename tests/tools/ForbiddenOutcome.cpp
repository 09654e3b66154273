// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/tools/ForbiddenOutcome.h"

#include "tools/turnstile-sim/JsonFields.h"

#include <QtCore/QSet>

namespace Turnstile::Sim {
namespace {

constexpr double longestWaitMs = 30.0 * 24 * 3600 * 1000; // that a header may ask for

// The first time that an event tells and that is not within bounds.
QString oddTime(const QList<QJsonObject> &events, double min, double max)
{
    for (const QJsonObject &event : events) {
        const double now = event[u"t_ms"].toDouble();
        for (auto field = event.begin(); field != event.end(); ++field) {
            const bool isWait = field.key().endsWith(u"_after_ms") || field.key() == u"wait_ms";
            if (!isWait && field.key() != u"until_ms")
                continue;
            const double wait = field->toDouble() - (isWait ? 0 : now);
            if (wait < min || wait > max)
                return jsonText(event);
        }
    }
    return {};
}

QString infiniteWait(const ScenarioRun &run)
{
    const ReplayOutcome &outcome = run.outcome();
    const bool somethingComes = outcome.nextDeadline
        && 1e-6 * double((*outcome.nextDeadline - outcome.at).count()) <= longestWaitMs;
    if (outcome.left.queued > 0 && outcome.left.inFlight == 0 && !somethingComes)
        return QStringLiteral("%1 requests wait for what cannot come").arg(outcome.left.queued);
    return oddTime(run.events(), -longestWaitMs, longestWaitMs);
}

QString lostRequest(const ScenarioRun &run)
{
    for (const QString &request : run.requests()) {
        const auto ends = run.stories()[request].ended.size();
        if (ends != 1)
            return QStringLiteral("%1 ended %2 times").arg(request).arg(ends);
    }
    return {};
}

QString unboundedGrowth(const ScenarioRun &run)
{
    QSet<QByteArray> lanes;
    QSet<QByteArray> hashes;
    for (const Step &step : run.scenario().steps) {
        if (step.op == Step::Op::Acquire)
            lanes.insert(step.endpoint.lane() + '\n' + step.options.lane);
        for (const auto &[name, value] : step.response.headers) {
            if (name.toLower() == "x-ratelimit-bucket")
                hashes.insert(value);
        }
    }
    if (run.scenario().autoRespond)
        hashes.insert("automatic");
    // A route has at most three variants; each name of a bucket may make one for each lane.
    const auto mostLanes = 3 * lanes.size();
    const auto mostBuckets = mostLanes * (1 + hashes.size());
    const Scheduler::Size &peak = run.outcome().peak;
    if (peak.lanes > mostLanes || peak.hashes > mostLanes || peak.buckets > mostBuckets)
        return QStringLiteral("there were %1 lanes, %2 hashes and %3 buckets")
            .arg(peak.lanes)
            .arg(peak.hashes)
            .arg(peak.buckets);
    const Scheduler::Size &left = run.outcome().leftIdle;
    if (left.lanes + left.hashes + left.buckets + left.queued + left.inFlight > 0)
        return QStringLiteral("%1 lanes, %2 hashes, %3 buckets and %4 tickets are never forgotten")
            .arg(left.lanes)
            .arg(left.hashes)
            .arg(left.buckets)
            .arg(left.queued + left.inFlight);
    return {};
}

} // namespace

QString forbiddenOutcome(const ScenarioRun &run, const QString &what)
{
    const ReplayOutcome &outcome = run.outcome();
    if (what == u"crash")
        return outcome.problem();
    if (what == u"busy_loop")
        return outcome.end == ReplayOutcome::End::BusyLoop ? outcome.problem() : QString();
    if (what == u"negative_wait")
        return oddTime(run.events(), 0, 1e18);
    if (what == u"infinite_wait")
        return infiniteWait(run);
    if (what == u"lost_request")
        return lostRequest(run);
    if (what == u"unbounded_growth")
        return unboundedGrowth(run);
    return QStringLiteral("the checker does not know ") + what;
}

} // namespace Turnstile::Sim
