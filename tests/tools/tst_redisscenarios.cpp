// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/RedisHost.h"
#include "tests/tools/ScenarioChecker.h"
#include "tests/tools/SharedScenarios.h"

using namespace Turnstile::Sim;

// The same as SharedScenariosTest, against a real Redis.
class RedisScenariosTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<RedisServer> m_server;
    int m_tokens = 0;

private Q_SLOTS:
    void initTestCase()
    {
        NEED_REDIS();
        m_server = std::make_unique<RedisServer>();
        QVERIFY2(m_server->isRunning(), m_server->output().constData());
    }
    void cleanupTestCase() { m_server.reset(); }

    void holds_data() { addSharedScenarios(); }

    void holds()
    {
        QFETCH(QJsonObject, scenario);
        const QByteArray keys = "scenario:{" + QByteArray::number(++m_tokens) + '}';
        const QStringList problems =
            unmetExpectations(scenario, std::make_unique<RedisHost>(*m_server, keys));
        QVERIFY2(problems.isEmpty(),
            qPrintable(scenario[u"title"].toString() + QStringLiteral("\n  ")
                + problems.join(QStringLiteral("\n  "))));
    }
};

QTEST_GUILESS_MAIN(RedisScenariosTest)
#include "tst_redisscenarios.moc"
