// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/tools/ScenarioRun.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

#include <algorithm>

namespace Turnstile::Sim {

static const QString timeKey = QStringLiteral("t_ms");

ScenarioRun::ScenarioRun(const QJsonObject &scenario)
    : m_json(scenario)
{
    for (const QJsonValue step : scenario[u"given"].toArray())
        m_steps.append(step.toObject());
}

ScenarioRun::ScenarioRun(
    const Scenario &scenario, const QList<QJsonObject> &events, const ReplayOutcome &outcome)
    : m_outcome(outcome)
{
    setScenario(scenario);
    for (const QJsonObject &event : events)
        take(event);
}

QString ScenarioRun::questionId(QStringView what, double atMs, const QString &request)
{
    return QStringLiteral("?%1 %2 %3").arg(what).arg(atMs, 0, 'f', 6).arg(request);
}

void ScenarioRun::insert(const QJsonObject &step, double atMs)
{
    QJsonObject timed = step;
    timed[timeKey] = atMs;
    const auto position = std::upper_bound(m_steps.cbegin(), m_steps.cend(), atMs,
        [](double at, const QJsonObject &each) { return at < each[timeKey].toDouble(); });
    m_steps.insert(position, timed);
}

QJsonObject ScenarioRun::acquireStep(const QString &request) const
{
    for (const QJsonObject &step : m_steps) {
        const QString op = step[u"op"].toString();
        if (op == u"acquire" && step[u"req"].toString() == request)
            return step;
        const QString prefix = step[u"prefix"].toString();
        if (op == u"acquire_many" && request.startsWith(prefix)) {
            bool isNumber = false;
            const int index = QStringView(request).mid(prefix.size()).toInt(&isNumber);
            if (isNumber && index < step[u"count"].toInt())
                return step;
        }
    }
    return {};
}

void ScenarioRun::askBucket(const QString &request, double atMs)
{
    const QString id = questionId(u"bucket", atMs, request);
    if (m_asked.contains(id))
        return;
    m_asked.append(id);
    QJsonObject step{{QStringLiteral("op"), QStringLiteral("bucket")}, {QStringLiteral("id"), id}};
    const QJsonObject acquire = acquireStep(request);
    for (const QString &name :
        {QStringLiteral("method"), QStringLiteral("path"), QStringLiteral("auth")}) {
        if (acquire.contains(name))
            step[name] = acquire[name];
    }
    insert(step, atMs);
}

void ScenarioRun::askWaits(const QString &request, double atMs)
{
    const QString id = questionId(u"waits", atMs, request);
    if (m_asked.contains(id))
        return;
    m_asked.append(id);
    insert(
        {{QStringLiteral("op"), QStringLiteral("waits")}, {QStringLiteral("req"), request}}, atMs);
}

void ScenarioRun::askGlobal(double atMs)
{
    const QString id = questionId(u"global", atMs);
    if (m_asked.contains(id))
        return;
    m_asked.append(id);
    insert({{QStringLiteral("op"), QStringLiteral("global")}, {QStringLiteral("id"), id}}, atMs);
}

void ScenarioRun::askStats(double atMs)
{
    const QString id = questionId(u"stats", atMs);
    if (m_asked.contains(id))
        return;
    m_asked.append(id);
    insert({{QStringLiteral("op"), QStringLiteral("stats")}, {QStringLiteral("id"), id}}, atMs);
}

void ScenarioRun::setAuth(const QString &id, const QString &auth)
{
    for (QJsonObject &step : m_steps) {
        if (step[u"op"] == QStringLiteral("key") && step[u"id"] == id)
            step[QStringLiteral("auth")] = auth;
    }
}

QString ScenarioRun::play(std::unique_ptr<ScriptHost> redis)
{
    QJsonArray given;
    for (const QJsonObject &step : std::as_const(m_steps))
        given.append(step);
    m_json[QStringLiteral("given")] = given;
    QString problem;
    const auto scenario = Scenario::parse(QJsonDocument(m_json).toJson(), &problem);
    if (!scenario)
        return problem;
    setScenario(*scenario);
    m_slack = redis ? 5 : 0;
    m_outcome = Replay(
        m_scenario, [this](const QJsonObject &event) { take(event); }, {}, std::move(redis))
                    .run();
    return m_outcome.problem();
}

void ScenarioRun::setScenario(const Scenario &scenario)
{
    m_scenario = scenario;
    for (const Step &step : m_scenario.steps) {
        if (step.op == Step::Op::Acquire && !step.count)
            m_requests.append(step.name);
        for (int i = 0; i < step.count.value_or(0); ++i)
            m_requests.append(step.name + QString::number(i));
    }
    for (const QString &request : std::as_const(m_requests))
        m_stories.insert(request, {});
}

void ScenarioRun::take(const QJsonObject &event)
{
    m_events.append(event);
    const QString type = event[u"event"].toString();
    if (const QString id = event[u"id"].toString(); !id.isEmpty())
        m_answers.insert(id, event);
    const QString request = event[u"req"].toString();
    if (request.isEmpty())
        return;
    RequestStory &story = m_stories[request];
    if (type == u"granted") {
        if (story.grants.isEmpty())
            story.firstGrant = m_events.size() - 1;
        story.grants.append(event[timeKey].toDouble());
    } else if (type == u"ended") {
        story.ended.append(event);
    } else if (type == u"requeued") {
        story.requeued.append(event);
    } else if (type == u"misuse") {
        story.misuses.append(event);
    } else if (type == u"header_error") {
        story.headerErrors.append(event);
    } else if (type == u"waits") {
        m_answers.insert(questionId(u"waits", event[timeKey].toDouble(), request), event);
    }
}

std::optional<QJsonObject> ScenarioRun::answer(const QString &id) const
{
    const auto found = m_answers.constFind(id);
    return found == m_answers.constEnd() ? std::nullopt : std::optional(*found);
}

std::optional<QJsonObject> ScenarioRun::bucket(const QString &request, double atMs) const
{
    return answer(questionId(u"bucket", atMs, request));
}

std::optional<QJsonObject> ScenarioRun::waits(const QString &request, double atMs) const
{
    return answer(questionId(u"waits", atMs, request));
}

std::optional<QJsonObject> ScenarioRun::global(double atMs) const
{
    return answer(questionId(u"global", atMs));
}

std::optional<QJsonObject> ScenarioRun::stats(double atMs) const
{
    return answer(questionId(u"stats", atMs));
}

std::optional<QJsonObject> ScenarioRun::key(const QString &id) const
{
    return answer(id);
}

} // namespace Turnstile::Sim
