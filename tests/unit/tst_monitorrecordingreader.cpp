// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Recordings.h"

#include <QtCore/QRandomGenerator>
#include <QtCore/QtEndian>
#include <QtTest/QtTest>

/// What was written can be read, and what is broken breaks nothing.
class TestMonitorRecordingReader : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsWhatWasWritten();
    void seeksKeyFrames();
    void goesNoFurtherBackThanItPays();
    void readsUpToWhereItWasCut();
    void survivesEveryFlippedByte();
    void dropsWhatIsBehindDamage();
    void explainsWhatItCannotRead();
    void skipsChunksOfANewerVersion();
    void refusesTimesThatGoBack();
    void refusesBombs();
};

static QByteArray block(QByteArray compressed)
{
    qToBigEndian(quint32(compressed.size() - 4), compressed.data());
    return compressed;
}

void TestMonitorRecordingReader::readsWhatWasWritten()
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

void TestMonitorRecordingReader::seeksKeyFrames()
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

void TestMonitorRecordingReader::goesNoFurtherBackThanItPays()
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

void TestMonitorRecordingReader::readsUpToWhereItWasCut()
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

void TestMonitorRecordingReader::survivesEveryFlippedByte()
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

void TestMonitorRecordingReader::dropsWhatIsBehindDamage()
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

void TestMonitorRecordingReader::explainsWhatItCannotRead()
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

void TestMonitorRecordingReader::skipsChunksOfANewerVersion()
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

void TestMonitorRecordingReader::refusesTimesThatGoBack()
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

void TestMonitorRecordingReader::refusesBombs()
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

QTEST_APPLESS_MAIN(TestMonitorRecordingReader)
#include "tst_monitorrecordingreader.moc"
