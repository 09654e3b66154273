// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/tools/ScenarioChecker.h"

#include <QtCore/QDir>
#include <QtCore/QJsonDocument>
#include <QtCore/QSet>
#include <QtTest/QTest>

using namespace Turnstile::Sim;

// Every scenario in tests/scenarios/*.jsonl is a row.
class ScenariosTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void holds_data()
    {
        QTest::addColumn<QJsonObject>("scenario");
        const QDir folder(QStringLiteral(TEST_DATA_DIR "/../scenarios"));
        const QStringList files = folder.entryList({QStringLiteral("*.jsonl")});
        QVERIFY(!files.isEmpty());
        QSet<QString> ids;
        for (const QString &name : files) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            for (int line = 1; !file.atEnd(); ++line) {
                QJsonParseError error;
                const auto document = QJsonDocument::fromJson(file.readLine(), &error);
                QVERIFY2(document.isObject(),
                    qPrintable(
                        QStringLiteral("%1:%2: %3").arg(name).arg(line).arg(error.errorString())));
                const QString id = document[u"id"].toString();
                QVERIFY2(!ids.contains(id), qPrintable(id));
                ids.insert(id);
                QTest::addRow("%s", qPrintable(id)) << document.object();
            }
        }
    }

    void holds()
    {
        QFETCH(QJsonObject, scenario);
        const QStringList problems = unmetExpectations(scenario);
        QVERIFY2(problems.isEmpty(),
            qPrintable(scenario[u"title"].toString() + QStringLiteral("\n  ")
                + problems.join(QStringLiteral("\n  "))));
    }
};

QTEST_GUILESS_MAIN(ScenariosTest)
#include "tst_scenarios.moc"
