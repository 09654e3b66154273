// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorAddress.h"

#include <QtTest/QtTest>

using namespace Turnstile;

/// What people write becomes an address, or a sentence that says what is wrong.
class TestMonitorAddress : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
};

void TestMonitorAddress::reads_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<MonitorAddress>("address");
    const auto row = [](const char *text, const MonitorAddress &address) {
        QTest::newRow(text) << QString::fromLatin1(text) << address;
    };
    row("/run/user/1000/turnstile/music-bot-4121.sock",
        MonitorAddress::local(QStringLiteral("/run/user/1000/turnstile/music-bot-4121.sock")));
    row("./a:1.sock", MonitorAddress::local(QStringLiteral("./a:1.sock")));
    row("localhost:7070", MonitorAddress::tcp(QStringLiteral("localhost"), 7070));
    row("[::1]:1", MonitorAddress::tcp(QStringLiteral("::1"), 1));
    row("tls://bots.example.org:65535",
        MonitorAddress::tcp(QStringLiteral("bots.example.org"), 65535, true));
}

void TestMonitorAddress::reads()
{
    QFETCH(QString, text);
    const MonitorAddress address = MonitorAddress::parse(text);
    QVERIFY(address.isValid());
    QCOMPARE(address.problem(), QString());
    QTEST(address, "address");
    QCOMPARE(address.text(), text);
    QCOMPARE(MonitorAddress::parse(QStringLiteral("  %1 \n").arg(text)), address);
}

void TestMonitorAddress::refuses_data()
{
    QTest::addColumn<QString>("problem");
    QTest::newRow("") << QStringLiteral("Give the path of a socket, or host:port.");
    QTest::newRow("bot.sock") << QStringLiteral(
        "\"bot.sock\" is no path of a socket (it has no /), and no host:port.");
    QTest::newRow("::1:7070") << QStringLiteral(
        "An IPv6 address needs brackets, as in [::1]:7070.");
    QTest::newRow(":7070") << QStringLiteral("\":7070\" has no host before the port.");
    QTest::newRow("tls://a/b:1") << QStringLiteral("\"tls://a/b:1\" has no host before the port.");
    for (const char *text : {"host:", "host:0", "host:65536", "host:x", "host:-1"})
        QTest::newRow(text) << QStringLiteral(
            "\"%1\" has no port from 1 to 65535 behind the colon.")
                                   .arg(QString::fromLatin1(text));
}

void TestMonitorAddress::refuses()
{
    const MonitorAddress address =
        MonitorAddress::parse(QString::fromLatin1(QTest::currentDataTag()));
    QVERIFY(!address.isValid());
    QTEST(address.problem(), "problem");
    QCOMPARE(address.text(), QString());
}

QTEST_APPLESS_MAIN(TestMonitorAddress)
#include "tst_monitoraddress.moc"
