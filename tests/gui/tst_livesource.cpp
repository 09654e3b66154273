// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/LiveSource.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorPublisher.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;

/// A bot of another process as a source of the monitor.
class TestLiveSource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void showsABot();
    void controlsIt();
    void saysWhatIsWrong();

private:
    QString path() const { return m_dir.filePath(QStringLiteral("music-bot-4121.sock")); }
    QTemporaryDir m_dir;
};

void TestLiveSource::showsABot()
{
    InMemoryRatelimiter limiter;
    auto publisher = std::make_unique<MonitorPublisher>(&limiter);
    publisher->setApplication(QStringLiteral("music-bot"));
    QVERIFY(publisher->listen(path()));
    LiveSource source(MonitorAddress::local(path()));
    QSignalSpy updated(&source, &MonitorSource::updated);
    QSignalSpy changed(&source, &MonitorSource::stateChanged);
    QCOMPARE(source.name(), QStringLiteral("music-bot · pid 4121")); // as the socket says
    QCOMPARE(source.state(), MonitorSource::State::Connecting);
    QCOMPARE(source.start(), QString());
    QCOMPARE(source.connection(), QStringLiteral("Connecting · local socket"));
    QTRY_COMPARE(updated.count(), 1);
    QVERIFY(updated[0].at(0).value<UpdateBatch>().snapshotEnds);
    QCOMPARE(source.state(), MonitorSource::State::Live);
    QCOMPARE(source.connection(), QStringLiteral("Connected · local socket"));
    QCOMPARE(source.name(),
        QStringLiteral("music-bot · pid %1").arg(QCoreApplication::applicationPid()));
    changed.clear();
    publisher.reset();
    QTRY_COMPARE(source.state(), MonitorSource::State::Lost);
    QVERIFY(!changed.isEmpty());
    QCOMPARE(source.connection(), QStringLiteral("Reconnecting · local socket"));
    QVERIFY(!source.stateText().isEmpty());
}

void TestLiveSource::controlsIt()
{
    InMemoryRatelimiter limiter;
    MonitorPublisher publisher(&limiter);
    publisher.setControlAllowed(true);
    QVERIFY(publisher.listen(path()));
    LiveSource source(MonitorAddress::local(path()));
    QVERIFY(!source.controlProblem().isEmpty());
    source.start();
    QTRY_COMPARE(source.state(), MonitorSource::State::Live);
    QCOMPARE(source.controlProblem(), QString());
    QSignalSpy controlled(&source, &MonitorSource::controlled);
    source.control({MonitorCommand::Action::Pause, {}, {}});
    QTRY_COMPARE(controlled.count(), 1);
    QCOMPARE(controlled[0].at(1).toString(), QString());
}

void TestLiveSource::saysWhatIsWrong()
{
    LiveSource bad(MonitorAddress::parse(QStringLiteral("host:99999")));
    QVERIFY(bad.start().contains(QStringLiteral("no port")));
    LiveSource none(MonitorAddress::local(QStringLiteral("/nowhere/bot-1.sock")));
    QCOMPARE(none.start(), QString());
    QTRY_COMPARE(none.state(), MonitorSource::State::Lost);
    QCOMPARE(none.stateText(), QStringLiteral("No bot listens at /nowhere/bot-1.sock."));
}

QTEST_GUILESS_MAIN(TestLiveSource)
#include "tst_livesource.moc"
