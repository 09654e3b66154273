// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/tools/ScenarioRun.h"
#include "tools/turnstile-sim/JsonFields.h"

#include <QtCore/QHash>
#include <QtCore/QJsonObject>
#include <QtCore/QStringList>

#include <functional>
#include <optional>

namespace Turnstile::Sim {

/// One entry of `expect`, and the run that it is about.
class Expectation {
public:
    Expectation(const ScenarioRun &run, const QJsonObject &entry)
        : m_run(run)
        , m_fields(entry, {})
        , m_entry(entry)
    {
    }

    /// What is not as expected; empty when all is.
    QString check();

private:
    static constexpr double endOfTime = 1e15;

    using Handler = std::function<void(Expectation &, const QJsonValue &)>;
    static const QHash<QString, Handler> &handlers();

    // Tells what is not as expected.
    void fail(const QString &what) { m_fields.fail(what); }
    void require(bool holds, const QString &otherwise)
    {
        if (!holds)
            fail(otherwise);
    }
    template <typename... Args> void require(bool holds, const char *text, Args... args)
    {
        if (holds)
            return;
        QString message = QString::fromUtf8(text);
        ((message = message.arg(args)), ...);
        fail(message);
    }

    double time(QStringView name, double fallback)
    {
        return m_fields.number(name, 0, endOfTime, fallback);
    }
    double atMs() { return m_fields.number(u"at_ms", 0, endOfTime); }
    const RequestStory &story(const QJsonValue &request);
    QStringList requests(const QJsonValue &patterns);
    QStringList of()
    {
        return requests(m_fields.has(u"of") ? m_fields.value(u"of") : QJsonValue(true));
    }
    QStringList lanes(const QJsonValue &ids);
    QJsonObject found(const std::optional<QJsonObject> &answer);
    // Compares the members of the entry that are not read yet.
    void compareRest(const QJsonObject &with, const QStringList &names);
    void checkWindow(double at, QStringView what);
    void checkEvents(QStringView type, const QJsonValue &kind, const QStringList &compared);
    void checkCount(qsizetype count);

    void granted(const QJsonValue &value);
    void pending(const QJsonValue &value);
    void neverGranted(const QJsonValue &value);
    void rejected(const QJsonValue &value);
    void retry(const QJsonValue &value);
    void order(const QJsonValue &value);
    void parsed(const QJsonValue &value);
    void sameBucket(const QJsonValue &value);
    void diffBucket(const QJsonValue &value);
    void exempt(const QJsonValue &value, bool expected);
    void bucket(const QJsonValue &value);
    void maxGrants(const QJsonValue &value);
    void allGranted(const QStringList &all, double by);
    void allDone(const QStringList &all, double by);
    void anyOf(const QJsonValue &value);
    void no(const QJsonValue &value);
    void ended(const QJsonValue &value);
    void requeued(const QJsonValue &value);
    void waits(const QJsonValue &value);
    void headerError(const QJsonValue &value);
    void misuse(const QJsonValue &value);

    const ScenarioRun &m_run;
    JsonFields m_fields;
    QJsonObject m_entry;
};

} // namespace Turnstile::Sim
