// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisOptions.h"

#include <QtTest/QtTest>

using namespace Turnstile;

/// What people write becomes options, or a sentence that says what is wrong.
class TestRedisOptions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
};

void TestRedisOptions::reads_data()
{
    QTest::addColumn<RedisOptions>("options");
    const auto row = [](const char *text, const RedisOptions &options) {
        QTest::newRow(text) << options;
    };
    const QString host = QStringLiteral("h");
    const QString user = QStringLiteral("bot");
    const QString password = QStringLiteral("hunter2");
    row("localhost", {});
    row("redis://localhost:6379/0", {});
    row("REDIS://LocalHost/", {});
    row("redis:1", {.host = QStringLiteral("redis"), .port = 1});
    row("my_redis.internal:65535", {.host = QStringLiteral("my_redis.internal"), .port = 65535});
    row("10.0.0.1", {.host = QStringLiteral("10.0.0.1")});
    row("[::1]", {.host = QStringLiteral("::1")});
    row("redis://[fd00::2]:7000/3",
        {.host = QStringLiteral("fd00::2"), .port = 7000, .database = 3});
    row("rediss://h/2147483647", {.host = host, .tls = RedisTls(), .database = 2147483647});
    row("redis://:hunter2@h", {.host = host, .password = password});
    row(":hunter2@h:1", {.host = host, .port = 1, .password = password});
    row("redis://bot@h", {.host = host, .user = user});
    row("rediss://bot:hunter2@h:7000/1",
        {.host = host,
            .port = 7000,
            .user = user,
            .password = password,
            .tls = RedisTls(),
            .database = 1});
    row("redis://b%6ft:%40%2f%3A:%25%20%c3%a4@h",
        {.host = host, .user = user, .password = QStringLiteral("@/::% ä")});
    row("unix:r.sock", {.unixSocket = QStringLiteral("r.sock")});
    row("unix:/run/a b%20?#@:.sock", {.unixSocket = QStringLiteral("/run/a b%20?#@:.sock")});
    row("unix:///run/a%20b.sock", {.unixSocket = QStringLiteral("/run/a b.sock")});
}

void TestRedisOptions::reads()
{
    const QString text = QString::fromLatin1(QTest::currentDataTag());
    QString problem = QStringLiteral("an older one");
    const std::optional<RedisOptions> read = RedisOptions::parse(text, &problem);
    QVERIFY2(read, qPrintable(problem));
    QCOMPARE(problem, QString());
    QFETCH(const RedisOptions, options);
    QCOMPARE(read->host, options.host);
    QCOMPARE(read->port, options.port);
    QCOMPARE(read->unixSocket, options.unixSocket);
    QCOMPARE(read->user, options.user);
    QCOMPARE(read->password, options.password);
    QCOMPARE(read->database, options.database);
    QVERIFY(*read == options);
    QVERIFY(RedisOptions::parse(QStringLiteral("  %1 \n").arg(text)) == options);
}

void TestRedisOptions::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char *problem, std::initializer_list<const char *> texts) {
        for (const char *text : texts)
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromLatin1(problem);
    };
    row("Say where the Redis is, as in redis://localhost:6379 or unix:/run/redis.sock.",
        {"", "  "});
    row("The address of a Redis begins with redis://, rediss:// (TLS), unix: or the host.",
        {"http://h", "redis+tls://h", "://h", "secret://h"});
    row("The host is missing, as in redis://localhost:6379.",
        {"redis://", ":6379", "redis:///2", "redis://:secret@"});
    row("The host is neither a name nor an address.",
        {"ho st", "redis://a\tb", "h%2fst", "[1.2.3.4]", "[::g]", "x[::1]", "[", "[::1]x:6379",
            "secret@[]", "1.2.3.4.%"});
    row("An IPv6 address needs brackets, as in [::1]:6379.",
        {"::1", "fd00::2:6379", "redis://:secret@::1", "host:secret:6379"});
    row("The port behind the host is a number from 1 to 65535.",
        {"h:", "h:0", "h:65536", "h:-1", "h:+1", "h: 1", "h:abc", "h:secret", "h:99999999999999",
            "redis://user:secret", "[::1]:"});
    row("The database behind the / is a number from 0 to 2147483647.",
        {"h/-1", "h/+1", "h/2147483648", "h/a", "h/0/", "h// ", "redis://h:1/secret"});
    row("Nothing may follow behind a ? or a #.", {"h?db=1", "redis://h/1?password=secret", "h#"});
    row("The password before the @ is missing.", {"redis://@h", "redis://:@h", "secret:@h"});
    row("In a user or a password, / is written %2F, ? %3F, # %23, @ %40 and % %25.",
        {"redis://:sec@ret@h", "redis://:secret/1@h", "redis://:secret?@h", "redis://:#secret@h",
            "redis://:secret%@h", "redis://:secret%4@h", "redis://%zz:secret@h",
            "redis://:secret%ff@h", "redis://:secret%00@h"});
    row("A socket is written unix:/run/redis.sock.",
        {"unix:", "unix://", "unix://run/s", "unix://:secret@/s", "/run/redis.sock"});
    row("In the path of unix://, % is written %25.",
        {"unix:///100%", "unix:///%00", "unix:///%ff"});
    QTest::newRow("long") << QStringLiteral("redis://:") + QString(2039, u'p')
            + QStringLiteral("@h")
                          << QStringLiteral("The address of a Redis has 2048 characters at most.");
}

void TestRedisOptions::refuses()
{
    QFETCH(const QString, text);
    QString problem;
    QVERIFY(!RedisOptions::parse(text, &problem));
    QTEST(problem, "problem");
    QVERIFY(!problem.contains(QStringLiteral("secret")));
    QVERIFY(!RedisOptions::parse(text)); // who does not want to know
}

QTEST_APPLESS_MAIN(TestRedisOptions)
#include "tst_redisoptions.moc"
