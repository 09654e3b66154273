// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorDirectory.h"

#include <QtCore/QTemporaryDir>
#include <QtNetwork/QLocalServer>
#include <QtTest/QtTest>

using namespace Turnstile;

/// The folder of the sockets: who may use it, and who is in it.
class TestMonitorDirectory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void isWhereItIsSaid();
    void isForOneUser();
    void readsNames_data();
    void readsNames();
    void listsWhoAnswers();
    void findsAFreePath();
    void checksTheLength();

private:
    static constexpr qint64 nobody = 4'194'305; // more than Linux ever gives
    QString socketOf(const QString &name) const { return m_dir->filePath(name); }
    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestMonitorDirectory::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
}

void TestMonitorDirectory::cleanup()
{
    qunsetenv("TURNSTILE_MONITOR_DIR");
}

void TestMonitorDirectory::isWhereItIsSaid()
{
    qunsetenv("TURNSTILE_MONITOR_DIR");
    qputenv("XDG_RUNTIME_DIR", "/run/user/7");
    QCOMPARE(MonitorDirectory().path(), QStringLiteral("/run/user/7/turnstile"));
    qputenv("TURNSTILE_MONITOR_DIR", "/a/b");
    QCOMPARE(MonitorDirectory().path(), QStringLiteral("/a/b"));
    qunsetenv("TURNSTILE_MONITOR_DIR");
    qunsetenv("XDG_RUNTIME_DIR");
    QVERIFY(MonitorDirectory().path().contains(QStringLiteral("/turnstile")));
}

void TestMonitorDirectory::isForOneUser()
{
    const MonitorDirectory directory(m_dir->filePath(QStringLiteral("new/turnstile")));
    QCOMPARE(directory.prepare(), QString());
    const auto open = QFile::ReadGroup | QFile::ExeGroup | QFile::ReadOther | QFile::ExeOther
        | QFile::WriteGroup | QFile::WriteOther;
    QVERIFY(!(QFile::permissions(directory.path()) & open));
    QCOMPARE(directory.prepare(), QString()); // it is there

    QFile::setPermissions(directory.path(), QFile::permissions(directory.path()) | QFile::ExeGroup);
    QVERIFY(
        directory.prepare().endsWith(QStringLiteral("is open to others; chmod 700 closes it.")));

    const QString file = m_dir->filePath(QStringLiteral("file"));
    QVERIFY(QFile(file).open(QIODevice::WriteOnly));
    QVERIFY(MonitorDirectory(file).prepare().endsWith(QStringLiteral("is not a folder.")));
    QVERIFY(!MonitorDirectory(file + QStringLiteral("/below/it")).prepare().isEmpty());

    const QString link = m_dir->filePath(QStringLiteral("link")); // somebody else's trick
    QVERIFY(QFile::link(directory.path(), link));
    QVERIFY(MonitorDirectory(link).prepare().endsWith(QStringLiteral("is not a folder.")));
}

void TestMonitorDirectory::readsNames_data()
{
    QTest::addColumn<QString>("application");
    QTest::addColumn<qint64>("pid");
    QTest::addColumn<int>("number");
    QTest::newRow("music-bot-4121.sock") << QStringLiteral("music-bot") << qint64(4121) << 1;
    QTest::newRow("a-1.2.sock") << QStringLiteral("a") << qint64(1) << 2;
    QTest::newRow("a-1-2.sock") << QStringLiteral("a-1") << qint64(2) << 1;
    for (const char *bad :
        {"-1.sock", "a-0.sock", "a.sock", "a-1", "a-x.sock", "a-1.0.sock", "a-12345678901.sock"})
        QTest::newRow(bad) << QString() << qint64(0) << 0;
}

void TestMonitorDirectory::readsNames()
{
    const QString path = QStringLiteral("/dir/") + QString::fromLatin1(QTest::currentDataTag());
    const auto bot = MonitorDirectory::botOf(path).value_or(MonitorDirectory::Bot{{}, 0, 0, path});
    QTEST(bot.application, "application");
    QTEST(bot.pid, "pid");
    QTEST(bot.number, "number");
    QCOMPARE(bot.path, path);
}

void TestMonitorDirectory::listsWhoAnswers()
{
    const auto listenAt = [this](QLocalServer *server, const QString &name) {
        QVERIFY2(server->listen(socketOf(name)), qPrintable(server->errorString()));
    };
    const qint64 self = QCoreApplication::applicationPid();
    const QString alive = QStringLiteral("b-%1.sock").arg(self);
    const QString stranger = QStringLiteral("a-%1.sock").arg(nobody); // of another pid namespace
    const QString stale = QStringLiteral("c-%1.sock").arg(nobody);
    const QString silent = QStringLiteral("d-%1.sock").arg(self);
    QLocalServer first, second;
    listenAt(&first, alive);
    listenAt(&second, stranger);
    for (const QString &name : {stale, silent, QStringLiteral("notes.sock")})
        QVERIFY(QFile(socketOf(name)).open(QIODevice::WriteOnly)); // refuses, like a stale socket

    const MonitorDirectory directory(m_dir->path());
    QCOMPARE(directory.entries().size(), size_t(4));
    const auto bots = directory.bots();
    QCOMPARE(bots.size(), size_t(2));
    QCOMPARE(bots[0].path, socketOf(stranger));
    QCOMPARE(bots[1].path, socketOf(alive));
    QCOMPARE(bots[1].pid, self);
    QVERIFY(!QFileInfo::exists(socketOf(stale)));
    QVERIFY(QFileInfo::exists(socketOf(silent))); // it may be about to listen
    QVERIFY(QFileInfo::exists(socketOf(QStringLiteral("notes.sock"))));
}

void TestMonitorDirectory::findsAFreePath()
{
    const MonitorDirectory directory(m_dir->path());
    const qint64 self = QCoreApplication::applicationPid();
    QString problem;
    const QString path = directory.freePath(QStringLiteral("my bot/ü"), &problem);
    QCOMPARE(path, socketOf(QStringLiteral("my_bot__-%1.sock").arg(self)));
    QLocalServer server;
    QVERIFY(server.listen(path));
    QCOMPARE(directory.freePath(QStringLiteral("my bot/ü"), &problem),
        socketOf(QStringLiteral("my_bot__-%1.2.sock").arg(self)));
    QCOMPARE(problem, QString());
}

void TestMonitorDirectory::checksTheLength()
{
    QString problem;
    QCOMPARE(MonitorDirectory(m_dir->path()).freePath(QString(100, u'x'), &problem), QString());
    QVERIFY2(problem.contains(QStringLiteral("the system allows 107")), qPrintable(problem));
}

QTEST_GUILESS_MAIN(TestMonitorDirectory)
#include "tst_monitordirectory.moc"
