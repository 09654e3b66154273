// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorRecordingReader.h"
#include "ratelimit/monitoring/MonitorRecordingWriter.h"
#include "tests/common/MonitorSamples.h"

#include <QtCore/QBuffer>
#include <QtCore/QRegularExpression>
#include <QtCore/QtEndian>
#include <QtTest/QtTest>

using Recording = MonitorRecording;
using std::chrono::microseconds;

static const TimePoint start = TimePoint(1000h);
static const WallTime wall{1'700'000'000'123ms};

namespace {
/// A file in memory that is full at some size.
class Disk : public QBuffer {
public:
    explicit Disk(qint64 most = std::numeric_limits<qint64>::max())
        : m_most(most)
    {
        open(ReadWrite);
    }

protected:
    qint64 writeData(const char *data, qint64 size) override
    {
        const qint64 written = QBuffer::writeData(data, std::min(size, m_most - pos()));
        if (written != size)
            setErrorString(QStringLiteral("No space left on device"));
        return written;
    }

private:
    qint64 m_most;
};

struct Read {
    QString problem;
    QList<QByteArray> frames; // as bytes, to compare
    QList<microseconds> times;
    bool isTruncated = false;
};
} // namespace

static MonitorUpdate news(int number)
{
    MonitorUpdate update;
    update.at = update.since = start + milliseconds(100 * number);
    update.events = number;
    update.tickets = {sampleTicket(quint64(number + 1), update.at)};
    return update;
}

static MonitorUpdate key(int atMs, bool begins = true, bool ends = true)
{
    MonitorUpdate update = sampleUpdate(start + milliseconds(atMs));
    update.reset = false;
    update.snapshotBegins = begins;
    update.snapshotEnds = ends;
    return update;
}

static Read readOn(MonitorRecordingReader &reader)
{
    Read read;
    const TimePoint other{5h};
    while (const auto frame = reader.next(other)) {
        read.frames.append(MonitorCodec::encode(frame->update, other));
        read.times.append(frame->at);
    }
    read.isTruncated = reader.isTruncated();
    return read;
}

static Read readAll(QByteArray file)
{
    QBuffer buffer(&file);
    buffer.open(QIODevice::ReadOnly);
    MonitorRecordingReader reader;
    const QString problem = reader.open(&buffer);
    Read read = problem.isEmpty() ? readOn(reader) : Read();
    read.problem = problem;
    return read;
}

/// Three chunks of frames and the end.
static QByteArray smallFile()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin(QStringLiteral("music-bot · pid 4121"), start, wall);
    writer.addKey(key(0), start);
    for (int number = 1; number <= 4; ++number) {
        writer.add(news(number), start + milliseconds(100 * number));
        if (number == 2)
            writer.flush();
    }
    writer.end(start + 1s);
    return disk.data();
}

static QByteArray chunk(const QByteArray &body, qsizetype size, quint32 flags = 7)
{
    Recording::Chunk head{quint32(body.size()), quint32(size), flags, {}, {}, {}};
    head.bodyCheck = Recording::check(body);
    return head.toBytes() + body;
}

static QByteArray block(QByteArray compressed)
{
    qToBigEndian(quint32(compressed.size() - 4), compressed.data());
    return compressed;
}

/// What is written can be read, and what is broken breaks nothing.
class TestMonitorRecording : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsWhatWasWritten();
    void holdsNoMoreThanASecond();
    void seeksKeyFrames();
    void letsNewsComeBetweenPartsOfAKeyFrame();
    void goesNoFurtherBackThanItPays();
    void splitsLongListsOfRemoved();
    void knowsWhenAKeyFrameIsDue();
    void tellsThatTheDiskIsFull();
    void readsUpToWhereItWasCut();
    void survivesEveryFlippedByte();
    void dropsWhatIsBehindDamage();
    void explainsWhatItCannotRead();
    void skipsChunksOfANewerVersion();
    void refusesTimesThatGoBack();
    void refusesBombs();
};

void TestMonitorRecording::readsWhatWasWritten()
{
    QByteArray file = smallFile();
    QBuffer buffer(&file);
    buffer.open(QIODevice::ReadOnly);
    MonitorRecordingReader reader;
    QCOMPARE(reader.open(&buffer), QString());
    QCOMPARE(reader.application(), QStringLiteral("music-bot · pid 4121"));
    QVERIFY(reader.startedAt() == wall);
    QCOMPARE(reader.duration(), microseconds(1s));
    QVERIFY(!reader.isTruncated());
    const auto first = reader.next(start);
    QVERIFY(first && first->isKey);
    QCOMPARE(MonitorCodec::encode(first->update, start), MonitorCodec::encode(key(0), start));
    for (int number = 1; number <= 4; ++number) {
        const auto next = reader.next(start);
        QVERIFY(next && !next->isKey);
        QCOMPARE(next->at, microseconds(100ms * number));
        QCOMPARE(
            MonitorCodec::encode(next->update, start), MonitorCodec::encode(news(number), start));
    }
    QVERIFY(!reader.next(start));
    QVERIFY(!reader.isTruncated());
}

void TestMonitorRecording::holdsNoMoreThanASecond()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin({}, start, wall);
    writer.addKey(key(0), start);
    for (int number = 1; number <= 100; ++number) {
        QVERIFY(writer.add(news(number), start + milliseconds(100 * number)));
        QVERIFY(readAll(disk.data()).frames.size() >= number - 10);
    }
    QCOMPARE(writer.bytesWritten(), disk.size());
}

void TestMonitorRecording::seeksKeyFrames()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin({}, start, wall);
    for (int number = 0; number < 100; ++number) { // ten seconds, a key frame in each
        if (number % 10 == 0)
            writer.addKey(key(100 * number), start + milliseconds(100 * number));
        writer.add(news(number), start + milliseconds(100 * number));
    }
    writer.end(start + 10s);
    MonitorRecordingReader reader;
    QCOMPARE(reader.open(&disk), QString());
    for (const int second : {7, 3, 0, 9}) {
        reader.seek(second * 1s + 500ms);
        const Read read = readOn(reader);
        QCOMPARE(read.frames.size(), 1 + 100 - second * 10);
        QCOMPARE(read.times.constFirst(), microseconds(second * 1s));
    }
    reader.seek(0s);
    reader.next(start);
    QVERIFY(!reader.seekAhead(900ms));
    QVERIFY(reader.seekAhead(2s));
    QCOMPARE(reader.next(start)->at, microseconds(2s));
    QVERIFY(!reader.seekAhead(2s));
    QVERIFY(!reader.seekAhead(1s));
    QCOMPARE(reader.keyBefore(9s, 3s), microseconds(6s));
    QCOMPARE(reader.keyBefore(2s, 3s), microseconds(0s));
}

void TestMonitorRecording::letsNewsComeBetweenPartsOfAKeyFrame()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin({}, start, wall);
    writer.addKey(key(0, true, false), start);
    writer.add(news(1), start + 100ms);
    writer.addKey(key(150, false, true), start + 150ms);
    writer.add(news(2), start + 200ms);
    writer.addKey(key(300, true, false), start + 300ms); // one that never ends
    writer.add(news(4), start + 400ms);
    writer.end(start + 500ms);
    MonitorRecordingReader reader;
    QCOMPARE(reader.open(&disk), QString());
    for (const milliseconds at : {0ms, 120ms, 150ms, 500ms}) {
        reader.seek(at);
        QCOMPARE(readOn(reader).times, QList<microseconds>({0ms, 100ms, 150ms, 200ms, 400ms}));
    }
}

void TestMonitorRecording::goesNoFurtherBackThanItPays()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin({}, start, wall);
    MonitorUpdate noise = news(1);
    QRandomGenerator random(7);
    for (int i = 0; i < 4000; ++i) {
        Bucket &bucket = noise.buckets.emplace_back();
        bucket.id.value = quint64(i + 1);
        bucket.hash.resize(256);
        for (char &byte : bucket.hash)
            byte = char(random.bounded(256));
    }
    for (int second = 0; second < 10; ++second) { // about a megabyte each
        writer.addKey(key(1000 * second), start + second * 1s);
        writer.add(noise, start + second * 1s + 500ms);
    }
    writer.end(start + 10s);
    MonitorRecordingReader reader;
    QCOMPARE(reader.open(&disk), QString());
    QCOMPARE(reader.keyBefore(9s, 30s), microseconds(6s));
    QCOMPARE(reader.keyBefore(9s, 2s), microseconds(7s));
}

void TestMonitorRecording::splitsLongListsOfRemoved()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin({}, start, wall);
    writer.addKey(key(0), start);
    MonitorUpdate removal = news(1);
    for (quint64 id = 1; id <= 150'000; ++id)
        removal.removed.push_back({id});
    QVERIFY(writer.add(removal, start + 100ms));
    writer.end(start + 200ms);
    MonitorRecordingReader reader;
    QCOMPARE(reader.open(&disk), QString());
    reader.next(start);
    std::vector<BucketId> removed;
    while (const auto frame = reader.next(start))
        removed.insert(removed.end(), frame->update.removed.begin(), frame->update.removed.end());
    QVERIFY(removed == removal.removed);
}

void TestMonitorRecording::knowsWhenAKeyFrameIsDue()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin({}, start, wall);
    writer.addKey(key(0), start);
    QVERIFY(!writer.isKeyDue(start + 1h)); // nothing has happened
    writer.add(news(1), start + 1s);
    QVERIFY(!writer.isKeyDue(start + 9s));
    QVERIFY(writer.isKeyDue(start + 10s));
    writer.addKey(key(10'000), start + 10s);
    MonitorUpdate much = news(1);
    much.tickets.assign(60'000, sampleTicket(1, start));
    writer.add(much, start + 11s);
    QVERIFY(writer.isKeyDue(start + 11s));
    MonitorUpdate large = key(12'000);
    large.buckets.assign(20'000, sampleBucket(1, start));
    writer.addKey(large, start + 12s);
    writer.add(news(1), start + 13s);
    QVERIFY(!writer.isKeyDue(start + 71s));
    QVERIFY(writer.isKeyDue(start + 72s));
}

void TestMonitorRecording::tellsThatTheDiskIsFull()
{
    Disk disk(1200);
    MonitorRecordingWriter writer(&disk);
    QVERIFY(writer.begin({}, start, wall));
    QVERIFY(writer.addKey(key(0), start));
    int written = 0;
    while (writer.add(news(written + 1), start + written * 1s) && writer.flush())
        ++written;
    QVERIFY(written > 0);
    QCOMPARE(writer.problem(),
        QStringLiteral("The recording cannot be written: No space left on device."));
    QVERIFY(!writer.end(start + 1h));
    QCOMPARE(disk.size(), 1200);
    const Read read = readAll(disk.data());
    QCOMPARE(read.frames.size(), 1 + written);
    QVERIFY(read.isTruncated);
}

void TestMonitorRecording::readsUpToWhereItWasCut()
{
    const QByteArray file = smallFile();
    const Read whole = readAll(file);
    QCOMPARE(whole.frames.size(), 5);
    QVERIFY(!whole.isTruncated);
    qsizetype most = 0;
    for (qsizetype size = 0; size < file.size(); ++size) {
        const Read read = readAll(file.first(size));
        QCOMPARE(read.frames, whole.frames.first(read.frames.size()));
        QCOMPARE(read.frames.isEmpty(), !read.problem.isEmpty());
        QVERIFY(read.isTruncated || !read.problem.isEmpty());
        QVERIFY(read.frames.size() >= most);
        most = read.frames.size();
    }
    QCOMPARE(most, 5); // only the end was cut off
}

void TestMonitorRecording::survivesEveryFlippedByte()
{
    const QByteArray file = smallFile();
    const Read whole = readAll(file);
    for (qsizetype i = 0; i < file.size(); ++i) {
        for (const int mask : {1, 0x80, 0xff}) {
            QByteArray damaged = file;
            damaged[i] = char(damaged.at(i) ^ mask);
            const Read read = readAll(damaged);
            QVERIFY(read.isTruncated || !read.problem.isEmpty());
            QCOMPARE(read.frames, whole.frames.first(read.frames.size()));
        }
    }
}

void TestMonitorRecording::dropsWhatIsBehindDamage()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin({}, start, wall);
    qint64 damageAt = 0;
    for (int second = 0; second < 6; ++second) {
        writer.addKey(key(1000 * second), start + second * 1s);
        writer.add(news(second), start + second * 1s + 500ms);
        if (second == 3)
            damageAt = disk.size() + Recording::Chunk::headSize + 10; // in the news
    }
    writer.end(start + 6s);
    disk.buffer()[damageAt] = char(disk.data().at(damageAt) ^ 1);
    MonitorRecordingReader reader;
    QCOMPARE(reader.open(&disk), QString());
    QCOMPARE(reader.duration(), microseconds(6s)); // it is not known yet
    reader.seek(3s);
    QCOMPARE(readOn(reader).times, QList<microseconds>{3s});
    QVERIFY(reader.isTruncated());
    QCOMPARE(reader.duration(), microseconds(3s));
    reader.seek(5s);
    QCOMPARE(reader.next(start)->at, microseconds(3s));
}

void TestMonitorRecording::explainsWhatItCannotRead()
{
    const QByteArray header = Recording::Header{QStringLiteral("bot"), wall}.toBytes();
    QCOMPARE(readAll({}).problem, QStringLiteral("This is not a recording of a monitor."));
    QCOMPARE(readAll("not it").problem, QStringLiteral("This is not a recording of a monitor."));
    QCOMPARE(readAll(header).problem, QStringLiteral("The recording is empty."));
    QCOMPARE(readAll(header.first(20)).problem,
        QStringLiteral("The recording ends before it has begun."));
    QByteArray newer = header;
    newer[9] = 2;
    QCOMPARE(readAll(newer).problem,
        QStringLiteral("This is a recording of version 2, and version 1 can be read."));
    const QByteArray body = Recording::pack("xyz");
    QCOMPARE(readAll(header + chunk(body, 3)).problem, QStringLiteral("The recording is damaged."));
    QCOMPARE(
        readAll(header + QByteArray(50, 'x')).problem, QStringLiteral("The recording is damaged."));

    const QString longName(5000, QChar(0x20ac));
    Recording::Header read;
    qsizetype size = 0;
    const QByteArray longHeader = Recording::Header{longName, wall}.toBytes();
    QCOMPARE(Recording::Header::read(longHeader, &read, &size), QString());
    QCOMPARE(size, longHeader.size());
    QCOMPARE(read.application, longName.first(341));
}

void TestMonitorRecording::skipsChunksOfANewerVersion()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin({}, start, wall);
    writer.addKey(key(0), start);
    disk.write(chunk("anything", 9, 16));
    writer.add(news(1), start + 100ms);
    writer.end(start + 1s);
    const Read read = readAll(disk.data());
    QCOMPARE(read.frames.size(), 2);
    QVERIFY(!read.isTruncated);
}

void TestMonitorRecording::refusesTimesThatGoBack()
{
    Disk disk;
    MonitorRecordingWriter writer(&disk);
    writer.begin({}, start, wall);
    writer.addKey(key(0), start + 1s);
    writer.add(news(1), start); // is written as if it were later
    writer.flush();
    const Read read = readAll(disk.data());
    QCOMPARE(read.times, QList<microseconds>({1s, 1s}));

    disk.write(chunk(Recording::pack("anything"), 8)); // at zero
    writer.end(start + 2s);
    QCOMPARE(readAll(disk.data()).frames, read.frames);
}

void TestMonitorRecording::refusesBombs()
{
    const QByteArray header = Recording::Header{{}, wall}.toBytes();
    const QString damaged = QStringLiteral("The recording is damaged.");
    const QByteArray bomb = qCompress(QByteArray(20 * 1024 * 1024, '\0'));
    QVERIFY(bomb.size() < 30'000);
    for (const qsizetype size : {qsizetype(10), Recording::block, Recording::mostChunk})
        QCOMPARE(readAll(header + chunk(block(bomb), size)).problem, damaged);
    // One that claims to be more than a chunk may be, or has more blocks than fit.
    QCOMPARE(readAll(header + chunk(block(bomb), Recording::mostChunk + 1)).problem, damaged);
    QByteArray many;
    for (int i = 0; i < 3; ++i)
        many += block(qCompress(QByteArray(Recording::block, '\0')));
    QVERIFY(Recording::unpack(many, 3 * Recording::block));
    QVERIFY(!Recording::unpack(many, 2 * Recording::block));
    QVERIFY(!Recording::unpack(many, 2 * Recording::block + 1));
    QVERIFY(!Recording::unpack(many.chopped(1), 3 * Recording::block));
}

QTEST_APPLESS_MAIN(TestMonitorRecording)
#include "tst_monitorrecording.moc"
