// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Recordings.h"

#include <QtTest/QtTest>

/// What happens is in the file soon, and as much of it as the disk takes.
class TestMonitorRecordingWriter : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void holdsNoMoreThanASecond();
    void letsNewsComeBetweenPartsOfAKeyFrame();
    void splitsLongListsOfRemoved();
    void knowsWhenAKeyFrameIsDue();
    void tellsThatTheDiskIsFull();
};

void TestMonitorRecordingWriter::holdsNoMoreThanASecond()
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

void TestMonitorRecordingWriter::letsNewsComeBetweenPartsOfAKeyFrame()
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

void TestMonitorRecordingWriter::splitsLongListsOfRemoved()
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

void TestMonitorRecordingWriter::knowsWhenAKeyFrameIsDue()
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

void TestMonitorRecordingWriter::tellsThatTheDiskIsFull()
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

QTEST_APPLESS_MAIN(TestMonitorRecordingWriter)
#include "tst_monitorrecordingwriter.moc"
