// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/tools/ScenarioChecker.h"

#include <QtCore/QDir>
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

using namespace Turnstile::Sim;

class SharedScenariosTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void holds_data()
    {
        QTest::addColumn<QJsonObject>("scenario");
        const QDir folder(QStringLiteral(TEST_DATA_DIR "/../scenarios"));
        const QStringList files = folder.entryList({QStringLiteral("*.jsonl")});
        QVERIFY(!files.isEmpty());
        for (const QString &name : files) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            while (!file.atEnd()) {
                const auto document = QJsonDocument::fromJson(file.readLine());
                QTest::addRow("%s", qPrintable(document[u"id"].toString())) << document.object();
            }
        }
    }

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
