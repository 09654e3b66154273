// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QHash>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QTest>

/// The scenarios that are not for a process that shares its token, by name, and why. All others
/// hold there, too.
inline const QHash<QString, QString> &unsharedScenarios()
{
    static const QHash<QString, QString> all{
        {QStringLiteral("ends-max-wait"),
            QStringLiteral("its estimate knows only what this process was told of a bucket")},
        {QStringLiteral("global-timed-out"),
            QStringLiteral("a lease that is lost keeps its slot for one more period")},
        {QStringLiteral("memory-hash"),
            QStringLiteral("what this process forgets; a day of heartbeats takes long")},
        {QStringLiteral("memory-works-again"),
            QStringLiteral("Redis keeps an idle bucket for two hours, not one")},
        {QStringLiteral("S04"),
            QStringLiteral("what this process forgets; a day of heartbeats takes long")},
        {QStringLiteral("waits-several"),
            QStringLiteral("while all is locked, nobody asks how full a bucket is")},
    };
    return all;
}

/// Makes each of the others a row.
inline void addSharedScenarios()
{
    QTest::addColumn<QJsonObject>("scenario");
    const QDir folder(QStringLiteral(TEST_DATA_DIR "/../scenarios"));
    int left = int(unsharedScenarios().size());
    for (const QString &name : folder.entryList({QStringLiteral("*.jsonl")})) {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        while (!file.atEnd()) {
            const QJsonObject scenario = QJsonDocument::fromJson(file.readLine()).object();
            const QString id = scenario[u"id"].toString();
            if (unsharedScenarios().contains(id))
                --left;
            else
                QTest::addRow("%s", qPrintable(id)) << scenario;
        }
    }
    QVERIFY2(left == 0, "unsharedScenarios() names one that does not exist");
}
