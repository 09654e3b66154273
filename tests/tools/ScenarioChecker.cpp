// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/tools/ScenarioChecker.h"

#include "tests/tools/Expectation.h"
#include "tests/tools/ScenarioRun.h"
#include "tools/turnstile-sim/JsonFields.h"

#include <QtCore/QJsonArray>

namespace Turnstile::Sim {
namespace {

// Asks what the entries want to know.
void ask(ScenarioRun *run, const QJsonArray &expect)
{
    for (const QJsonValue entry : expect) {
        if (entry.isArray()) { // of any_of
            ask(run, entry.toArray());
            continue;
        }
        const QJsonObject object = entry.toObject();
        const double at = object[u"at_ms"].toDouble();
        if (object.contains(u"bucket"))
            run->askBucket(object[u"bucket"].toString(), at);
        if (object.contains(u"waits"))
            run->askWaits(object[u"waits"].toString(), at);
        if (object.contains(u"global"))
            run->askGlobal(at);
        for (const QStringView name : {u"tracked", u"tracked_one_of", u"invalid_count", u"stats"}) {
            if (object.contains(name))
                run->askStats(at);
        }
        const QJsonObject when = object[u"when"].toObject();
        for (auto each = when.begin(); each != when.end(); ++each)
            run->setAuth(each.key(), each->toObject()[u"auth"].toString());
        ask(run, object[u"any_of"].toArray());
    }
}

void collectMisuse(const QJsonArray &expect, QStringList *requests)
{
    for (const QJsonValue entry : expect) {
        if (entry[u"misuse"].isString())
            requests->append(entry[u"misuse"].toString());
    }
}

} // namespace

QStringList unmetExpectations(const QJsonObject &scenario, std::unique_ptr<ScriptHost> redis)
{
    const QJsonArray expect = scenario[u"expect"].toArray();
    if (expect.isEmpty())
        return {QStringLiteral("nothing is expected")};
    ScenarioRun run(scenario);
    ask(&run, expect);
    if (const QString problem = run.play(std::move(redis)); !problem.isEmpty())
        return {problem};
    QStringList problems;
    for (const QJsonValue entry : expect) {
        if (const QString problem = Expectation(run, entry.toObject()).check(); !problem.isEmpty())
            problems.append(problem);
    }
    QStringList expectedMisuse;
    collectMisuse(expect, &expectedMisuse);
    for (const QJsonObject &event : run.events()) {
        if (event[u"event"] == QStringLiteral("misuse")
            && !expectedMisuse.contains(event[u"req"].toString()))
            problems.append(jsonText(event));
    }
    return problems;
}

} // namespace Turnstile::Sim
