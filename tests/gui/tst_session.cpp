// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/sources/Session.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

namespace {
/// A source whose state and time a test says.
class ScriptedSource : public Fake::Source {
public:
    explicit ScriptedSource(TimePoint *clock)
        : m_clock(clock)
    {
    }
    TimePoint now() const override { return *m_clock; }
    State state() const override { return m_state; }
    QString stateText() const override { return QStringLiteral("The bot is gone."); }
    QString start() override { return problem; }
    void become(State state)
    {
        m_state = state;
        Q_EMIT stateChanged();
    }
    void tell(quint64 buckets, bool reset = false)
    {
        UpdateBatch batch;
        batch.at = batch.since = *m_clock;
        batch.reset = reset;
        batch.snapshotBegins = batch.snapshotEnds = true;
        batch.events = 1;
        for (quint64 number = 1; number <= buckets; ++number)
            batch.buckets.push_back(Fake::bucket(number, QStringLiteral("GET /a/%1").arg(number)));
        Q_EMIT updated(batch);
    }

private:
    TimePoint *m_clock;
    State m_state = State::Connecting;
};
} // namespace

class TestSession : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { now = TimePoint(1000s); }

    void fillsTheStore();
    void saysWhyItCannotBegin();
    void stopsTheTimeWhileLost();
    void tellsTheLogOfTheGap();
    void forgetsTheSourceBefore();
    void recordsFromTheMiddle();
    void survivesASourceThatFails();
    void isNotOldBeforeAnythingWasSeen();

private:
    ScriptedSource *watch(Session *session)
    {
        auto source = std::make_unique<ScriptedSource>(&now);
        ScriptedSource *watched = source.get();
        if (!session->watch(std::move(source)).isEmpty())
            return nullptr;
        watched->become(MonitorSource::State::Live);
        return watched;
    }
    static QString lastEvent(Session *session)
    {
        const EventLog &log = *session->store()->events();
        return log.count() > 0 ? log.at(log.count() - 1).text : QString();
    }
    TimePoint now;
};

void TestSession::fillsTheStore()
{
    Session session;
    QSignalSpy changes(&session, &Session::sourceChanged);
    ScriptedSource *source = watch(&session);
    QVERIFY(source);
    QCOMPARE(changes.count(), 1);
    source->tell(3);
    session.store()->makeFrame();
    QCOMPARE(session.store()->bucketCount(), 3);
    QCOMPARE(session.store()->now(), now);
    QVERIFY(!session.isStale());
    QVERIFY(lastEvent(&session).startsWith(QStringLiteral("Attached to music-bot")));
}

void TestSession::saysWhyItCannotBegin()
{
    Session session;
    auto source = std::make_unique<ScriptedSource>(&now);
    source->problem = QStringLiteral("No such bot.");
    QCOMPARE(session.watch(std::move(source)), QStringLiteral("No such bot."));
    QVERIFY(!session.source());
}

void TestSession::stopsTheTimeWhileLost()
{
    Session session;
    ScriptedSource *source = watch(&session);
    QVERIFY(source);
    source->tell(1);
    const TimePoint lostAt = now;
    source->become(MonitorSource::State::Lost);
    now += 12s;
    session.store()->makeFrame();
    QVERIFY(session.isStale());
    QCOMPARE(session.age(), 12s);
    QCOMPARE(session.store()->now(), lostAt);
    QCOMPARE(session.store()->bucketCount(), 1);
    source->become(MonitorSource::State::Live);
    session.store()->makeFrame();
    QVERIFY(!session.isStale());
    QCOMPARE(session.store()->now(), now);
}

void TestSession::tellsTheLogOfTheGap()
{
    Session session;
    ScriptedSource *source = watch(&session);
    QVERIFY(source);
    source->become(MonitorSource::State::Lost);
    QCOMPARE(lastEvent(&session), QStringLiteral("The connection is lost: The bot is gone."));
    now += 90s;
    source->become(MonitorSource::State::Live);
    QCOMPARE(lastEvent(&session),
        QStringLiteral("%1 is back after %2.").arg(source->name(), QStringLiteral("1:30")));
    source->tell(2, true);
    QCOMPARE(session.store()->events()->count(), 3);        // another process, the same log
    const auto &bands = session.store()->events()->locks(); // and the timeline's band
    QCOMPARE(bands.size(), size_t(1));
    QVERIFY(bands[0].isGap);
    QCOMPARE(bands[0].until - bands[0].from, 90s);
}

void TestSession::forgetsTheSourceBefore()
{
    Session session;
    ScriptedSource *first = watch(&session);
    QVERIFY(first);
    first->tell(5);
    QVERIFY(watch(&session));
    session.store()->makeFrame();
    QCOMPARE(session.store()->bucketCount(), 0);
    QCOMPARE(session.store()->events()->count(), 1);
    session.leave();
    QVERIFY(!session.source());
    QCOMPARE(session.store()->events()->count(), 0);
}

void TestSession::recordsFromTheMiddle()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("middle.tsrec"));
    Session session;
    ScriptedSource *source = watch(&session);
    QVERIFY(source);
    source->tell(4);
    QCOMPARE(session.recorder()->start(path), QString());
    now += 1s;
    source->tell(6);
    session.leave();
    QVERIFY(!session.recorder());
    QVERIFY(QFileInfo(path).size() > 0);
}

void TestSession::survivesASourceThatFails()
{
    Session session;
    ScriptedSource *source = watch(&session);
    QVERIFY(source);
    source->tell(2);
    source->become(MonitorSource::State::Failed);
    session.store()->makeFrame();
    QVERIFY(session.isStale());
    QCOMPARE(session.store()->bucketCount(), 2);
    QCOMPARE(lastEvent(&session), QStringLiteral("The bot is gone."));
}

void TestSession::isNotOldBeforeAnythingWasSeen()
{
    Session session;
    auto source = std::make_unique<ScriptedSource>(&now);
    ScriptedSource *watched = source.get();
    QCOMPARE(session.watch(std::move(source)), QString());
    watched->become(MonitorSource::State::Lost);
    now += 5s;
    QVERIFY(!session.isStale());
    watched->become(MonitorSource::State::Live);
    QVERIFY2(lastEvent(&session).startsWith(QStringLiteral("Attached to")),
        qPrintable(lastEvent(&session)));
}

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
