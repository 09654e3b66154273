// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "FakeSource.h"
#include "monitor-app/models/Alerts.h"

#include <QtCore/QSettings>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// What is told, and when, on virtual time.
class TestAlerts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();

    void isSilentByDefault();
    void tellsALockOnce();
    void gathersRateLimits();
    void tellsALockedTokenAsOneThing();
    void tellsAnOldQueueOnce();
    void followsSnapshots();
    void forgetsOtherSources();
    void remembersSettings();

private:
    UpdateBatch batch() const
    {
        UpdateBatch made;
        made.at = made.since = m_now;
        return made;
    }
    void lock(milliseconds left)
    {
        UpdateBatch update = batch();
        update.global = GlobalLimitInfo{50, 3, {}, m_now + left};
        m_alerts.apply(update);
    }
    void hit(int count = 1, LimitKind kind = LimitKind::Bucket)
    {
        UpdateBatch update = batch();
        RateLimitHit hit;
        hit.kind = kind;
        hit.name = QStringLiteral("GET /x");
        hit.retryAfter = 1200ms;
        update.hits.assign(size_t(count), {m_now, hit});
        m_alerts.apply(update);
    }
    Bucket waiting(quint64 number, std::optional<TimePoint> since) const
    {
        Bucket bucket = Fake::bucket(number, QStringLiteral("GET /%1").arg(number));
        bucket.oldestAskedAt = since;
        return bucket;
    }
    void queue(quint64 number, std::optional<TimePoint> since)
    {
        UpdateBatch update = batch();
        update.buckets = {waiting(number, since)};
        m_alerts.apply(update);
    }
    QStringList titles()
    {
        QStringList all;
        for (const Alert &alert : m_alerts.take(m_now))
            all += alert.title;
        return all;
    }
    int count() { return int(m_alerts.take(m_now).size()); }

    TimePoint m_now;
    Alerts m_alerts;
};

void TestAlerts::init()
{
    m_now = TimePoint(1000s);
    m_alerts = {};
}

void TestAlerts::isSilentByDefault()
{
    lock(1s);
    hit();
    queue(1, m_now - 1h);
    QCOMPARE(count(), 0);
    QVERIFY(!m_alerts.due());

    m_alerts.setSettings({true, true, 30s}); // what is over is not told
    QCOMPARE(titles(), QStringList(QStringLiteral("A ticket waits too long")));
}

void TestAlerts::tellsALockOnce()
{
    m_alerts.setSettings({true, false, {}});
    lock(940ms);
    const std::vector<Alert> alerts = m_alerts.take(m_now);
    QCOMPARE(alerts.size(), size_t(1));
    QCOMPARE(alerts[0].text, QStringLiteral("A 429 holds all requests of the token for 940 ms."));
    m_now += 500ms;
    lock(20s); // longer, and still the same
    QCOMPARE(count(), 0);
    m_now += 20s;
    lock(1s); // another
    QCOMPARE(count(), 1);
    m_now += 2s;
    lock(1s); // too soon
    QCOMPARE(count(), 0);
}

void TestAlerts::gathersRateLimits()
{
    m_alerts.setSettings({false, true, {}});
    hit();
    const std::vector<Alert> first = m_alerts.take(m_now);
    QCOMPARE(first.size(), size_t(1));
    QCOMPARE(first[0].title, QStringLiteral("One answer was a 429"));
    QCOMPARE(first[0].text, QStringLiteral("GET /x waits 1.2 s."));
    QVERIFY(!m_alerts.due());
    const TimePoint toldAt = m_now;
    for (int i = 0; i < 9; ++i) {
        m_now += 1s;
        hit(100);
        QCOMPARE(count(), 0);
    }
    QCOMPARE(m_alerts.due(), std::optional(toldAt + 10s));
    m_now = toldAt + 10s;
    QCOMPARE(titles(), QStringList(QStringLiteral("900 answers were 429s")));
    QCOMPARE(count(), 0);
    m_now += 1min;
    hit();
    QCOMPARE(count(), 1);
}

void TestAlerts::tellsALockedTokenAsOneThing()
{
    m_alerts.setSettings({true, true, {}});
    lock(1s);
    hit(1, LimitKind::Global);
    QCOMPARE(titles(), QStringList(QStringLiteral("Global lock")));
    m_alerts.setSettings({false, true, {}});
    hit(1, LimitKind::Global);
    QCOMPARE(count(), 1);
}

void TestAlerts::tellsAnOldQueueOnce()
{
    m_alerts.setSettings({false, false, 30s});
    queue(1, m_now);
    queue(2, m_now - 20s);
    QCOMPARE(count(), 0);
    QCOMPARE(m_alerts.due(), std::optional(m_now + 10s));
    m_now += 10s; // no update comes
    const std::vector<Alert> alerts = m_alerts.take(m_now);
    QCOMPARE(alerts.size(), size_t(1));
    QCOMPARE(alerts[0].text, QStringLiteral("GET /2 waits for 30 s."));
    QVERIFY(!m_alerts.due());

    queue(2, m_now - 20s); // still bad: not told again when it is worse
    QCOMPARE(count(), 0);
    m_now += 10s;
    QCOMPARE(count(), 0);
    queue(1, {});
    queue(2, {});
    QCOMPARE(count(), 0); // recovered
    queue(3, m_now - 31s);
    QCOMPARE(count(), 1);
}

void TestAlerts::followsSnapshots()
{
    m_alerts.setSettings({false, false, 30s});
    queue(1, m_now - 40s);
    queue(2, m_now - 35s);
    QCOMPARE(count(), 1);
    UpdateBatch update = batch();
    update.snapshotBegins = true;
    m_alerts.apply(update);
    QCOMPARE(count(), 0);
    update = batch();
    update.snapshotEnds = true;
    update.buckets = {waiting(2, m_now - 35s)};
    m_alerts.apply(update);
    QCOMPARE(count(), 0); // it was never better
    update = batch();
    update.removed = {Fake::bucketId(2)};
    m_alerts.apply(update);
    m_alerts.take(m_now);
    queue(3, m_now - 40s);
    QCOMPARE(count(), 1);
}

void TestAlerts::forgetsOtherSources()
{
    m_alerts.setSettings({true, true, 30s});
    lock(1min);
    queue(1, m_now);
    UpdateBatch update = batch();
    update.reset = true;
    m_alerts.apply(update);
    m_now += 40s;
    QCOMPARE(count(), 0);
    QVERIFY(m_alerts.settings().onGlobalLock);
}

void TestAlerts::remembersSettings()
{
    const QTemporaryDir folder;
    QSettings stored(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
    QCOMPARE(AlertSettings::load(stored), AlertSettings());
    const AlertSettings some{true, false, 45s};
    some.save(stored);
    QCOMPARE(AlertSettings::load(stored), some);
    AlertSettings().save(stored);
    QCOMPARE(AlertSettings::load(stored), AlertSettings());
    stored.setValue(QStringLiteral("alerts/queueOlderThan"), QStringLiteral("nonsense"));
    QCOMPARE(AlertSettings::load(stored), AlertSettings());
}

QTEST_GUILESS_MAIN(TestAlerts)
#include "tst_alerts.moc"
