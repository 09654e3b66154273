// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/Recorder.h"
#include "RandomBot.h"
#include "ratelimit/monitoring/MonitorRecordingReader.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// What a source tells ends up in a file.
class TestRecorder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void begins();
    void beginsInTheMiddle();
    void makesKeyFramesInTurns();
    void keepsAFileThatIsThere();
    void saysWhyItCannotBegin();
    void endsWhenItsFileIsGone();
    void endsWithItsSource();

private:
    QString path(const char *name) const { return m_dir.filePath(QLatin1String(name)); }
    QTemporaryDir m_dir;
};

/// The state that a recording leads to.
static QByteArray stateIn(const QString &path, bool *isTruncated = nullptr)
{
    QFile file(path);
    file.open(QFile::ReadOnly);
    MonitorRecordingReader reader;
    if (!reader.open(&file).isEmpty())
        return {};
    LatestState state;
    const TimePoint start{5h};
    while (const auto frame = reader.next(start))
        state.apply(frame->update);
    if (isTruncated)
        *isTruncated = reader.isTruncated();
    return Fake::bytes(state, start, start);
}

void TestRecorder::begins()
{
    Fake::RandomBot bot;
    Recorder recorder(&bot);
    QSignalSpy changed(&recorder, &Recorder::stateChanged);
    QVERIFY(!recorder.isRecording());
    QCOMPARE(recorder.start(path("a.tsrec")), QString());
    QVERIFY(recorder.isRecording());
    QCOMPARE(recorder.path(), path("a.tsrec"));
    QCOMPARE(changed.count(), 1);
    QVERIFY(recorder.bytesWritten() > 0);
    for (int i = 0; i < 50; ++i) {
        bot.time += 100ms;
        bot.step();
    }
    QCOMPARE(recorder.recordedFor(), milliseconds(5s));
    QVERIFY(!stateIn(path("a.tsrec")).isEmpty()); // while it goes on
    recorder.stop();
    QVERIFY(!recorder.isRecording());
    QCOMPARE(changed.count(), 2);
    QFile file(path("a.tsrec"));
    QVERIFY(file.open(QFile::ReadOnly));
    QCOMPARE(file.size(), recorder.bytesWritten());
    MonitorRecordingReader reader;
    QCOMPARE(reader.open(&file), QString());
    QCOMPARE(reader.application(), QStringLiteral("random-bot · pid 1"));
    QCOMPARE(reader.duration(), std::chrono::microseconds(5s));
    QVERIFY(!reader.isTruncated());
}

void TestRecorder::beginsInTheMiddle()
{
    Fake::RandomBot bot;
    LatestState live;
    connect(&bot, &MonitorSource::updated, this,
        [&](const UpdateBatch &update) { live.apply(update); });
    Recorder recorder(&bot);
    const auto run = [&bot](int steps) {
        for (int i = 0; i < steps; ++i) {
            bot.time += 50ms;
            bot.step();
        }
    };
    run(500);
    QCOMPARE(recorder.start(path("middle.tsrec"), QStringLiteral("mine")), QString());
    const TimePoint start = bot.time;
    run(1500); // with resets, snapshots and key frames
    recorder.stop();
    bool isTruncated = true;
    QCOMPARE(stateIn(path("middle.tsrec"), &isTruncated), Fake::bytes(live, start, start));
    QVERIFY(!isTruncated);
}

void TestRecorder::makesKeyFramesInTurns()
{
    Fake::RandomBot bot;
    Recorder recorder(&bot);
    UpdateBatch many;
    many.at = bot.time;
    for (quint64 number = 1; number <= 3000; ++number)
        many.buckets.push_back(Fake::bucket(number, QStringLiteral("GET /x")));
    Q_EMIT bot.updated(many);
    QCOMPARE(recorder.start(path("key.tsrec")), QString());
    const auto bucketCount = [this] {
        QFile file(path("key.tsrec"));
        file.open(QFile::ReadOnly);
        MonitorRecordingReader reader;
        size_t count = 0;
        if (reader.open(&file).isEmpty()) {
            while (const auto frame = reader.next({}))
                count += frame->update.buckets.size();
        }
        return count;
    };
    QVERIFY(bucketCount() <= LatestState::partBuckets);
    QTRY_COMPARE(bucketCount(), size_t(3000));
}

void TestRecorder::keepsAFileThatIsThere()
{
    QFile file(path("mine.txt"));
    QVERIFY(file.open(QFile::WriteOnly));
    file.write("precious");
    file.close();
    Fake::RandomBot bot;
    Recorder recorder(&bot);
    QCOMPARE(recorder.start(path("mine.txt")),
        QStringLiteral("%1 exists already.").arg(path("mine.txt")));
    QVERIFY(!recorder.isRecording());
    QCOMPARE(file.size(), 8);
    QCOMPARE(recorder.start(path("mine.txt"), {}, Recorder::Existing::Overwrite), QString());
    recorder.stop();
    QVERIFY(!stateIn(path("mine.txt")).isEmpty());
}

void TestRecorder::saysWhyItCannotBegin()
{
    Fake::RandomBot bot;
    Recorder recorder(&bot);
    QSignalSpy failed(&recorder, &Recorder::failed);
    QVERIFY(recorder.start(path("none/x.tsrec")).contains(QStringLiteral("cannot be written")));
    if (QFile::exists(QStringLiteral("/dev/full"))) {
        const QString problem =
            recorder.start(QStringLiteral("/dev/full"), {}, Recorder::Existing::Overwrite);
        QVERIFY2(problem.contains(QStringLiteral("No space left")), qPrintable(problem));
        QVERIFY(QFile::exists(QStringLiteral("/dev/full")));
    }
    bot.isReplay = true;
    QCOMPARE(recorder.start(path("b.tsrec")), QStringLiteral("This is a recording already."));
    QVERIFY(!recorder.isRecording());
    QVERIFY(!QFile::exists(path("b.tsrec")));
    QCOMPARE(failed.count(), 0);
}

void TestRecorder::endsWhenItsFileIsGone()
{
    Fake::RandomBot bot;
    Recorder recorder(&bot);
    QSignalSpy failed(&recorder, &Recorder::failed);
    QCOMPARE(recorder.start(path("gone.tsrec")), QString());
    QVERIFY(QFile::remove(path("gone.tsrec")));
    QTRY_COMPARE(failed.count(), 1);
    QCOMPARE(failed[0].at(0).toString(), QStringLiteral("%1 is gone.").arg(path("gone.tsrec")));
    QVERIFY(!recorder.isRecording());
}

void TestRecorder::endsWithItsSource()
{
    auto bot = std::make_unique<Fake::RandomBot>();
    Recorder recorder(bot.get());
    QCOMPARE(recorder.start(path("end.tsrec")), QString());
    bot.reset();
    QVERIFY(!recorder.isRecording());
    bool isTruncated = true;
    QVERIFY(!stateIn(path("end.tsrec"), &isTruncated).isEmpty());
    QVERIFY(!isTruncated);
    QCOMPARE(recorder.start(path("c.tsrec")), QStringLiteral("There is nothing to record."));
}

QTEST_GUILESS_MAIN(TestRecorder)
#include "tst_recorder.moc"
