// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Store.h"
#include "monitor-app/sources/Recorder.h"
#include "monitor-app/sources/ReplaySource.h"
#include "RandomBot.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// A recording, played on a clock that the test sets, shows what was there.
class TestReplaySource : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void playsWhatWasLive();
    void showsWhatWasLiveWherever_data();
    void showsWhatWasLiveWherever();
    void tellsThePastOfWhereItJumps();
    void tellsStepsForwardAsTheyCame();
    void goesAtItsSpeed();
    void standsAtTheEnd();
    void waitsWhileItIsBehind();
    void movesAStoreBack();
    void saysWhatIsWrong();
    void playsUpToWhereItWasCut();
    void stopsAtDamage();
    void survivesItsListener();

private:
    std::unique_ptr<ReplaySource> open(const QString &path)
    {
        auto source = std::make_unique<ReplaySource>(path, [this] { return m_clock += m_tick; });
        connect(source.get(), &MonitorSource::updated, this, [this](const UpdateBatch &update) {
            ++m_updates;
            m_resets += update.reset ? 1 : 0;
            m_state.apply(update);
        });
        m_state = {};
        m_updates = m_resets = 0;
        m_tick = {};
        return source;
    }
    std::unique_ptr<ReplaySource> started()
    {
        auto source = open(m_path);
        m_problem = source->start();
        source->setPlaying(false);
        m_start = source->now();
        m_updates = m_resets = 0;
        return source;
    }
    static QByteArray hashed(const LatestState &state, TimePoint start)
    {
        return QCryptographicHash::hash(
            Fake::bytes(state, start, start), QCryptographicHash::Sha256);
    }
    QByteArray shown() const { return hashed(m_state, m_start); }
    QString copy(const QByteArray &bytes)
    {
        QFile file(m_dir.filePath(QStringLiteral("copy.tsrec")));
        file.open(QFile::WriteOnly);
        file.write(bytes);
        return file.fileName();
    }

    QTemporaryDir m_dir;
    QString m_path;
    QByteArray m_bytes;
    QMap<int, QByteArray> m_live; // by seconds
    TimePoint m_clock{500s};
    TimePoint::duration m_tick{}; // how much later it is with each look at the clock
    LatestState m_state;          // of what a replay tells
    TimePoint m_start;
    QString m_problem;
    int m_updates = 0;
    int m_resets = 0;
};

// Two minutes, 20 updates in each second, begun in the middle.
void TestReplaySource::initTestCase()
{
    m_path = m_dir.filePath(QStringLiteral("bot.tsrec"));
    Fake::RandomBot bot(3);
    bot.quiet = 1200; // so that key frames come in parts, with news between them
    LatestState live;
    connect(&bot, &MonitorSource::updated, this,
        [&](const UpdateBatch &update) { live.apply(update); });
    Recorder recorder(&bot);
    for (int i = 0; i < 100; ++i)
        bot.step();
    QCOMPARE(recorder.start(m_path), QString());
    const TimePoint start = bot.time;
    m_live[0] = hashed(live, start);
    for (int second = 1; second <= 120; ++second) {
        for (int i = 0; i < 20; ++i) {
            bot.time += 50ms;
            bot.step();
        }
        m_live[second] = hashed(live, start);
        QCoreApplication::processEvents(); // for key frames
    }
    recorder.stop();
    QFile file(m_path);
    QVERIFY(file.open(QFile::ReadOnly));
    m_bytes = file.readAll();
}

void TestReplaySource::playsWhatWasLive()
{
    const auto source = open(m_path);
    QCOMPARE(source->start(), QString());
    QVERIFY(source->isPlaying());
    QCOMPARE(source->state(), MonitorSource::State::Replay);
    QCOMPARE(source->stateText(), QString());
    QCOMPARE(source->name(), QStringLiteral("random-bot · pid 1"));
    QCOMPARE(source->connection(), QStringLiteral("Recording · bot.tsrec"));
    QCOMPARE(source->duration(), milliseconds(120s));
    m_start = source->now();
    for (int second = 0; second < 120; ++second) {
        QCOMPARE(source->position(), milliseconds(1s) * second);
        QCOMPARE(shown(), m_live[second]);
        m_clock += 1s;
        source->advance();
    }
    QVERIFY(source->now() == m_start + 120s);
}

void TestReplaySource::showsWhatWasLiveWherever_data()
{
    QTest::addColumn<QList<int>>("seconds");
    QTest::newRow("forward") << QList{0, 1, 2, 30, 31, 75, 119, 120};
    QTest::newRow("back") << QList{120, 119, 75, 74, 31, 30, 2, 0};
    QTest::newRow("to and fro") << QList{60, 20, 100, 3, 99, 55, 54, 55, 56};
}

void TestReplaySource::showsWhatWasLiveWherever()
{
    QFETCH(const QList<int>, seconds);
    const auto source = started();
    for (const int second : seconds) {
        source->setPosition(second * 1s);
        QCOMPARE(source->position(), milliseconds(second * 1s));
        QVERIFY(source->now() == m_start + second * 1s);
        QCOMPARE(shown(), m_live[second]);
    }
}

void TestReplaySource::tellsThePastOfWhereItJumps()
{
    const auto source = started();
    TimePoint first = TimePoint::max();
    connect(source.get(), &MonitorSource::updated, this,
        [&](const UpdateBatch &update) { first = std::min(first, update.at); });
    source->setPosition(100s);
    QVERIFY(m_resets > 0);
    QVERIFY(first >= m_start + 55s); // not all, but half a minute
    QVERIFY(first <= m_start + 70s);
}

void TestReplaySource::tellsStepsForwardAsTheyCame()
{
    const auto source = started();
    source->setPosition(1s);
    source->setPosition(2s);
    QCOMPARE(m_updates, 40);
    QCOMPARE(m_resets, 0);
    source->setPosition(1s);
    QVERIFY(m_resets > 0);
}

void TestReplaySource::goesAtItsSpeed()
{
    const auto source = started();
    QSignalSpy changed(source.get(), &ReplaySource::playingChanged);
    source->setSpeed(4);
    QCOMPARE(source->speed(), 4.0);
    source->setPlaying(true);
    QCOMPARE(changed.count(), 2);
    m_clock += 1s;
    QCOMPARE(source->position(), milliseconds(4s));
    source->setSpeed(0.25); // in the middle of a frame
    m_clock += 4s;
    source->advance();
    QCOMPARE(source->position(), milliseconds(5s));
    QCOMPARE(shown(), m_live[5]);
    source->setPlaying(false);
    m_clock += 1h;
    QCOMPARE(source->position(), milliseconds(5s));
    source->setSpeed(1000);
    QCOMPARE(source->speed(), ReplaySource::fastest);
    source->setSpeed(0);
    QCOMPARE(source->speed(), ReplaySource::slowest);
    const qint64 age = source->wallTime().msecsTo(QDateTime::currentDateTime());
    QVERIFY(age < 60'000 && age > -6000);
}

void TestReplaySource::standsAtTheEnd()
{
    const auto source = started();
    QSignalSpy finished(source.get(), &ReplaySource::finished);
    source->setPosition(1h);
    QCOMPARE(source->position(), source->duration());
    QCOMPARE(finished.count(), 0); // it does not play
    source->setPosition(119s);
    source->setPlaying(true);
    m_clock += 5s;
    source->advance();
    QCOMPARE(finished.count(), 1);
    QVERIFY(!source->isPlaying());
    QVERIFY(source->now() == m_start + 120s);
    QCOMPARE(shown(), m_live[120]);
    source->setPlaying(true); // again
    QCOMPARE(source->position(), milliseconds(0));
    QCOMPARE(shown(), m_live[0]);
}

void TestReplaySource::waitsWhileItIsBehind()
{
    const auto source = started();
    m_tick = 1ms; // a slice is now a few updates
    source->setPosition(20s);
    QVERIFY(m_updates < 12);
    source->setPlaying(true);
    int turns = 0;
    const TimePoint there = source->now();
    while (shown() != m_live[20] && ++turns < 1000) {
        QVERIFY(source->now() == there);
        source->advance();
    }
    QVERIFY2(turns > 30 && turns < 1000, qPrintable(QString::number(turns)));
    m_tick = {};
    m_clock += 100s;
    source->advance();
    QCOMPARE(shown(), m_live[120]);
}

void TestReplaySource::movesAStoreBack()
{
    const auto source = started();
    Store store([&source] { return source->now(); });
    connect(source.get(), &MonitorSource::updated, &store, &Store::apply);
    source->setPosition(100s);
    store.makeFrame();
    QSignalSpy figures(&store, &Store::figuresChanged);
    store.setWatched(true);
    source->setPosition(10s);
    QVERIFY(store.isFramePending());
    store.makeFrame();
    QVERIFY(store.now() == source->now());
    QVERIFY(!figures.isEmpty());
    QVERIFY(store.updateLag() < 1s);
}

void TestReplaySource::saysWhatIsWrong()
{
    const auto problem = [this](const QString &path) {
        const auto source = open(path);
        const QString said = source->start();
        source->setPlaying(true); // nothing happens
        source->setPosition(5s);
        source->advance();
        return source->state() == MonitorSource::State::Failed && source->stateText() == said
            ? said
            : QString();
    };
    QCOMPARE(problem(m_dir.filePath(QStringLiteral("none.tsrec"))),
        QStringLiteral("none.tsrec: No such file or directory"));
    QCOMPARE(problem(copy("something else")),
        QStringLiteral("copy.tsrec: This is not a recording of a monitor."));
    QCOMPARE(
        problem(copy(m_bytes.first(60))), QStringLiteral("copy.tsrec: The recording is empty."));
    QByteArray damaged = m_bytes;
    damaged[120] = char(damaged.at(120) ^ 1);
    QCOMPARE(problem(copy(damaged)), QStringLiteral("copy.tsrec: The recording is damaged."));
    damaged[9] = 9;
    QVERIFY(problem(copy(damaged)).contains(QStringLiteral("version 9")));
}

void TestReplaySource::playsUpToWhereItWasCut()
{
    const auto source = open(copy(m_bytes.first(m_bytes.size() / 2)));
    QCOMPARE(source->start(), QString());
    QVERIFY(source->stateText().contains(QStringLiteral("not complete")));
    QCOMPARE(source->state(), MonitorSource::State::Replay);
    m_start = source->now();
    QVERIFY(source->duration() > 40s && source->duration() < 80s);
    const int last = int(source->duration() / 1s);
    source->setPosition(last * 1s);
    QCOMPARE(shown(), m_live[last]);
}

void TestReplaySource::stopsAtDamage()
{
    QByteArray damaged = m_bytes;
    for (qsizetype at = damaged.size() / 2; at < damaged.size() - 100; ++at)
        damaged[at] = char(damaged.at(at) ^ 1);
    for (const bool isPlayed : {true, false}) {
        const auto source = open(copy(damaged));
        QCOMPARE(source->start(), QString());
        m_start = source->now();
        if (isPlayed) {
            m_clock += 200s;
            source->advance();
        } else {
            source->setPlaying(false);
            source->setPosition(110s);
        }
        QVERIFY(!source->isPlaying());
        QVERIFY(!source->stateText().isEmpty());
        QVERIFY(source->duration() > 40s && source->duration() < 80s);
        QCOMPARE(source->position(), source->duration());
        const int last = int(source->duration() / 1s);
        source->setPosition(last * 1s);
        QCOMPARE(shown(), m_live[last]);
    }
}

void TestReplaySource::survivesItsListener()
{
    auto source = open(m_path);
    connect(source.get(), &MonitorSource::updated, this, [&source] { source.reset(); });
    source->start();
    QVERIFY(!source);

    source = started();
    connect(source.get(), &MonitorSource::updated, this, [&source] {
        if (source->position() > 50s)
            source->setPosition(20s); // inside of another jump
    });
    source->setPosition(100s);
    QCOMPARE(source->position(), milliseconds(20s));
    QCOMPARE(shown(), m_live[20]);
}

QTEST_GUILESS_MAIN(TestReplaySource)
#include "tst_replaysource.moc"
