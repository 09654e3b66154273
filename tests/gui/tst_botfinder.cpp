// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/BotFinder.h"

#include <QtCore/QTemporaryDir>
#include <QtNetwork/QLocalServer>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;

/// The list of running bots follows those that come and go.
class TestBotFinder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void followsBots();
    void asksABotOnce();
    void saysWhatIsWrong();

private:
    static QString socketName(const char *application)
    {
        return QStringLiteral("%1-%2.sock")
            .arg(QLatin1String(application))
            .arg(QCoreApplication::applicationPid());
    }
};

void TestBotFinder::followsBots()
{
    const QTemporaryDir parent;
    const MonitorDirectory directory(parent.filePath(QStringLiteral("turnstile")));
    BotFinder finder(directory);
    QVERIFY(finder.bots().empty());
    QCOMPARE(finder.problem(), QString());
    QSignalSpy changed(&finder, &BotFinder::changed);
    const QDir dir(directory.path()); // was made
    QLocalServer music, chess;
    QVERIFY(music.listen(dir.filePath(socketName("music"))));
    QTRY_COMPARE(finder.bots().size(), size_t(1));
    QCOMPARE(finder.bots()[0].application, QStringLiteral("music"));
    QCOMPARE(finder.bots()[0].pid, QCoreApplication::applicationPid());
    QCOMPARE(finder.bots()[0].path, dir.filePath(socketName("music")));
    QVERIFY(chess.listen(dir.filePath(socketName("chess"))));
    QTRY_COMPARE(finder.bots().size(), size_t(2));
    QCOMPARE(finder.bots()[0].application, QStringLiteral("chess"));
    music.close();
    QTRY_COMPARE(finder.bots().size(), size_t(1));
    const auto count = changed.count();
    finder.refresh();
    QCOMPARE(changed.count(), count); // there was no change
}

void TestBotFinder::asksABotOnce()
{
    const QTemporaryDir dir;
    QLocalServer bot;
    QVERIFY(bot.listen(dir.filePath(socketName("music"))));
    QSignalSpy asked(&bot, &QLocalServer::newConnection);
    BotFinder finder{MonitorDirectory(dir.path())};
    QCOMPARE(finder.bots().size(), size_t(1));
    QTRY_COMPARE(asked.count(), 1);
    for (int i = 0; i < 5; ++i)
        finder.refresh();
    QTest::qWait(20);
    QCOMPARE(asked.count(), 1);
}

void TestBotFinder::saysWhatIsWrong()
{
    const QTemporaryDir dir;
    QFile::setPermissions(dir.path(), QFile::permissions(dir.path()) | QFile::ReadOther);
    const BotFinder finder{MonitorDirectory(dir.path())};
    QVERIFY(finder.problem().contains(QStringLiteral("is open to others")));
    QFile::setPermissions(dir.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

QTEST_GUILESS_MAIN(TestBotFinder)
#include "tst_botfinder.moc"
