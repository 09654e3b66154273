// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tools/turnstile-sim/Replay.h"

#include <QtCore/QHash>
#include <QtCore/QJsonObject>
#include <QtCore/QList>
#include <QtCore/QStringList>

#include <optional>

namespace Turnstile::Sim {

/// What a replay tells of one request.
struct RequestStory {
    QList<double> grants;      // when
    qsizetype firstGrant = -1; // its place among all events
    QList<QJsonObject> requeued;
    QList<QJsonObject> misuses;
    QList<QJsonObject> headerErrors;
    QList<QJsonObject> ended;
};

/// A scenario that was played with questions, and what was told.
class ScenarioRun {
public:
    /// Begins with the steps of \a scenario.
    explicit ScenarioRun(const QJsonObject &scenario);
    /// One that was played elsewhere.
    ScenarioRun(
        const Scenario &scenario, const QList<QJsonObject> &events, const ReplayOutcome &outcome);

    /// Puts a step that asks behind all steps up to \a atMs. The same question is asked once.
    void askBucket(const QString &request, double atMs);
    void askWaits(const QString &request, double atMs);
    void askGlobal(double atMs);
    void askStats(double atMs);
    /// Who sends the request that `key` step \a id is about.
    void setAuth(const QString &id, const QString &auth);

    /// Plays it, with \a redis as a process that shares its token. Returns what is wrong with the
    /// scenario; empty when nothing is.
    QString play(std::unique_ptr<ScriptHost> redis = nullptr);

    // What was asked; nothing when it was not, or is unknown.
    std::optional<QJsonObject> bucket(const QString &request, double atMs) const;
    std::optional<QJsonObject> waits(const QString &request, double atMs) const;
    std::optional<QJsonObject> global(double atMs) const;
    std::optional<QJsonObject> stats(double atMs) const;
    std::optional<QJsonObject> key(const QString &id) const;

    /// By how many ms what happens may be late: Redis' times are whole, and a wait is rounded up.
    double slack() const { return m_slack; }
    const Scenario &scenario() const { return m_scenario; }
    const ReplayOutcome &outcome() const { return m_outcome; }
    const QList<QJsonObject> &events() const { return m_events; }
    /// All requests, in the order of their steps; these are in stories().
    const QStringList &requests() const { return m_requests; }
    const QHash<QString, RequestStory> &stories() const { return m_stories; }

private:
    static QString questionId(QStringView what, double atMs, const QString &request = {});
    std::optional<QJsonObject> answer(const QString &id) const;
    void insert(const QJsonObject &step, double atMs);
    QJsonObject acquireStep(const QString &request) const;
    void setScenario(const Scenario &scenario);
    void take(const QJsonObject &event);

    QJsonObject m_json;
    QList<QJsonObject> m_steps;
    QStringList m_asked;
    Scenario m_scenario;
    ReplayOutcome m_outcome;
    QList<QJsonObject> m_events;
    QStringList m_requests;
    QHash<QString, RequestStory> m_stories;
    QHash<QString, QJsonObject> m_answers; // by id
    double m_slack = 0;
};

} // namespace Turnstile::Sim
