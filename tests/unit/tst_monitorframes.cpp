// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorFrames.h"

#include <QtTest/QtTest>

using namespace Turnstile;

/// A stream in pieces becomes the frames that it was.
class TestMonitorFrames : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hasAPrefix();
    void isCutAnywhere();
    void comesByteByByte();
    void refusesALongFrame();
    void takesTheLongest();
};

void TestMonitorFrames::hasAPrefix()
{
    QCOMPARE(MonitorFrames::frame(QByteArray(300, 'x')).first(5), QByteArray("\0\0\x01\x2cx", 5));
}

void TestMonitorFrames::isCutAnywhere()
{
    const QList<QByteArray> payloads{"one", "", "three", QByteArray(70'000, 'x')};
    QByteArray stream;
    for (const QByteArray &payload : payloads)
        stream += MonitorFrames::frame(payload);
    for (qsizetype cut = 0; cut <= 40; ++cut) {
        MonitorFrames frames(100'000);
        QList<QByteArray> got;
        for (const QByteArray &piece : {stream.first(cut), stream.sliced(cut)}) {
            frames.feed(piece);
            while (auto payload = frames.next())
                got.append(*payload);
        }
        QCOMPARE(got, payloads);
        QVERIFY(frames.isBetweenFrames());
    }
}

void TestMonitorFrames::comesByteByByte()
{
    MonitorFrames frames(10);
    const QByteArray stream = MonitorFrames::frame("ab") + MonitorFrames::frame("c");
    QByteArray got;
    for (char byte : stream) {
        frames.feed({&byte, 1});
        while (const auto payload = frames.next())
            got += *payload + ',';
    }
    QCOMPARE(got, QByteArray("ab,c,"));
}

void TestMonitorFrames::refusesALongFrame()
{
    MonitorFrames frames(10);
    frames.feed(MonitorFrames::frame("good") + QByteArray("\0\0\0\x0b", 4));
    QCOMPARE(frames.next(), QByteArray("good"));
    QVERIFY(frames.problem().isEmpty());
    QVERIFY(!frames.next());
    QCOMPARE(frames.problem(), QStringLiteral("A frame of 11 bytes is too long; 10 are the most."));
    frames.feed(MonitorFrames::frame("good"));
    QVERIFY(!frames.next());
}

void TestMonitorFrames::takesTheLongest()
{
    MonitorFrames frames(10);
    frames.feed(MonitorFrames::frame("0123456789"));
    QCOMPARE(frames.next(), QByteArray("0123456789"));
}

QTEST_APPLESS_MAIN(TestMonitorFrames)
#include "tst_monitorframes.moc"
