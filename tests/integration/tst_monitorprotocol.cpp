// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorPublisher.h"

#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using namespace Turnstile;

/// The protocol is what its document says: a client in another language, with no library, reads it.
class TestMonitorProtocol : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isReadByPython();
};

void TestMonitorProtocol::isReadByPython()
{
    const QString python = QStandardPaths::findExecutable(QStringLiteral("python3"));
    if (python.isEmpty())
        QSKIP("There is no python3 here, so nobody has read the protocol but ourselves.");
    const QTemporaryDir dir;
    InMemoryRatelimiter limiter;
    MonitorPublisher publisher(&limiter);
    publisher.setApplication(QStringLiteral("music-bot"));
    QVERIFY(publisher.listen(dir.filePath(QStringLiteral("bot.sock"))));
    for (int i = 0; i < 3; ++i)
        limiter.ticket({Method::Put, "/channels/1/messages/2/reactions/x/@me"})
            ->setParent(&limiter);
    QTRY_COMPARE(limiter.buckets().size(), size_t(1));

    QProcess client;
    client.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    client.start(python,
        {QStringLiteral(TEST_DATA_DIR "/../integration/monitor_client.py"), publisher.path()});
    QTRY_COMPARE_WITH_TIMEOUT(client.state(), QProcess::NotRunning, 20'000);
    QCOMPARE(client.exitCode(), 0);
    const QStringList lines =
        QString::fromUtf8(client.readAllStandardOutput()).split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines,
        (QStringList{QStringLiteral("bot music-bot pid %1 protocol 1.1")
                         .arg(QCoreApplication::applicationPid()),
            QStringLiteral(
                "bucket 1 probing PUT /channels/1/messages/…/reactions/…/@me queued 2")}));
}

QTEST_GUILESS_MAIN(TestMonitorProtocol)
#include "tst_monitorprotocol.moc"
