// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Format.h"

#include <QtTest/QtTest>

using namespace Turnstile;
using namespace Turnstile::Monitor;
using namespace std::chrono_literals;

/// Numbers as people read them.
class TestFormat : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void countsDown_data();
    void countsDown();
    void saysHowLong_data();
    void saysHowLong();
    void saysTwoDurations_data();
    void saysTwoDurations();
    void saysRates();
    void groupsDigits();
    void shortensHashes_data();
    void shortensHashes();
};

void TestFormat::countsDown_data()
{
    QTest::addColumn<milliseconds>("left");
    QTest::addColumn<QString>("text");
    QTest::newRow("past") << milliseconds(-5) << QStringLiteral("now");
    QTest::newRow("now") << milliseconds(0) << QStringLiteral("now");
    QTest::newRow("rounds up") << milliseconds(1) << QStringLiteral("0.1 s");
    QTest::newRow("tenths") << milliseconds(3200) << QStringLiteral("3.2 s");
    QTest::newRow("never too little") << milliseconds(3201) << QStringLiteral("3.3 s");
    QTest::newRow("just under a minute") << milliseconds(59'900) << QStringLiteral("59.9 s");
    QTest::newRow("a minute by rounding") << milliseconds(59'901) << QStringLiteral("1:00");
    QTest::newRow("minutes") << milliseconds(411'020) << QStringLiteral("6:52");
    QTest::newRow("hours") << milliseconds(3'723'000) << QStringLiteral("1:02:03");
}

void TestFormat::countsDown()
{
    QFETCH(milliseconds, left);
    QTEST(Format::countdown(left), "text");
}

void TestFormat::saysHowLong_data()
{
    QTest::addColumn<std::optional<milliseconds>>("duration");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, std::optional<milliseconds> duration,
                         const QString &text) { QTest::newRow(name) << duration << text; };
    row("nothing", std::nullopt, QStringLiteral("–"));
    row("zero", 0ms, QStringLiteral("0 ms"));
    row("milliseconds", 999ms, QStringLiteral("999 ms"));
    row("seconds", 1249ms, QStringLiteral("1.2 s"));
    row("tenths no longer matter", 14'200ms, QStringLiteral("14 s"));
    row("no ten with tenths", 9960ms, QStringLiteral("10 s"));
    row("no sixty seconds", 59'600ms, QStringLiteral("1:00"));
    row("minutes", 412s, QStringLiteral("6:52"));
}

void TestFormat::saysHowLong()
{
    QFETCH(std::optional<milliseconds>, duration);
    QTEST(Format::duration(duration), "text");
}

void TestFormat::saysTwoDurations_data()
{
    QTest::addColumn<int>("a");
    QTest::addColumn<int>("b");
    QTest::addColumn<QString>("text");
    QTest::newRow("milliseconds") << 12 << 480 << QStringLiteral("12 / 480 ms");
    QTest::newRow("seconds") << 2340 << 1200 << QStringLiteral("2.3 / 1.2 s");
    QTest::newRow("two units") << 0 << 1200 << QStringLiteral("0 ms / 1.2 s");
    QTest::newRow("minutes") << 300 << 72'000 << QStringLiteral("300 ms / 1:12");
    QTest::newRow("nothing") << -1 << -1 << QStringLiteral("–");
}

void TestFormat::saysTwoDurations()
{
    QFETCH(int, a);
    QFETCH(int, b);
    const auto maybe = [](int ms) {
        return ms < 0 ? std::optional<milliseconds>() : milliseconds(ms);
    };
    QTEST(Format::durations(maybe(a), maybe(b)), "text");
}

void TestFormat::saysRates()
{
    QCOMPARE(Format::rate(0), QStringLiteral("0.0 /s"));
    QCOMPARE(Format::rate(38.24), QStringLiteral("38.2 /s"));
    QCOMPARE(Format::rate(99.96), QStringLiteral("100 /s"));
}

void TestFormat::groupsDigits()
{
    QCOMPARE(Format::count(7), QStringLiteral("7"));
    QCOMPARE(Format::count(10'000), QStringLiteral("10\u00a0000"));
    QCOMPARE(Format::count(1'234'567), QStringLiteral("1\u00a0234\u00a0567"));
}

void TestFormat::shortensHashes_data()
{
    QTest::addColumn<QByteArray>("hash");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << QByteArray() << QStringLiteral("–");
    QTest::newRow("long") << QByteArray("a1f3c09be17d449c") << QStringLiteral("a1f3…9c");
    QTest::newRow("short") << QByteArray("messages") << QStringLiteral("messages");
}

void TestFormat::shortensHashes()
{
    QFETCH(QByteArray, hash);
    QTEST(Format::shortHash(hash), "text");
}

QTEST_GUILESS_MAIN(TestFormat)
#include "tst_format.moc"
