// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/tools/ScenarioChecker.h"
#include "tests/tools/SharedScenarios.h"

using namespace Turnstile::Sim;

// What holds for one process holds for one that shares its token, with the script in this program.
class SharedScenariosTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!newScriptRedis())
            QSKIP(needsLua);
    }

    void holds_data() { addSharedScenarios(); }

    void holds()
    {
        QFETCH(QJsonObject, scenario);
        const QStringList problems = unmetExpectations(scenario, newScriptRedis());
        QVERIFY2(problems.isEmpty(),
            qPrintable(scenario[u"title"].toString() + QStringLiteral("\n  ")
                + problems.join(QStringLiteral("\n  "))));
    }
};

QTEST_GUILESS_MAIN(SharedScenariosTest)
#include "tst_sharedscenarios.moc"
