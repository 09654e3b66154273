// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisScript.h"
#include "tests/common/RedisClient.h"

#include <QtCore/QPointer>

using namespace Turnstile;
using namespace std::chrono_literals;

/// What a connection does once it is there, and when it goes.
class TestRedisConnection : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void replies();
    void neverFromInsideCall();
    void runsTheScript();
    void goesToTheNodeThatHasTheKeys();
    void leavesAReplica();
    void killedAndBack();
    void stoppedAndBack();
    void lateEventLoop();
    void subscription();
    void stoppedSubscription();
    void destroyedWithCallsOpen();
    void destroyedByACallback_data();
    void destroyedByACallback();
    void sendsBeforeItGoes();
    void waitsForTheLastReplies();
    void waitsNoLongerThanThat();
    void thousandReconnects();
};

void TestRedisConnection::initTestCase()
{
    NEED_REDIS();
}

void TestRedisConnection::replies()
{
    const RedisServer server;
    RedisConnection connection(optionsFor(server));
    CONNECT(connection);

    QCOMPARE(ask(connection, {"PING"}), (RedisReply{.string = "PONG"}));
    QCOMPARE(ask(connection, {"RPUSH", "list", "a", {"\0\r\n", 3}}), (RedisReply{.integer = 2}));
    QCOMPARE(ask(connection, {"LRANGE", "list", "0", "-1"}),
        (RedisReply{.array = {{.string = "a"}, {.string = {"\0\r\n", 3}}}}));
    const RedisReply nothing = ask(connection, {"GET", "nothing"});
    QVERIFY(nothing.string.isNull() && !nothing.isError());
    QVERIFY(ask(connection, {"GET", "list"}).error.startsWith(u"WRONGTYPE"));
    QCOMPARE(ask(connection, {"ECHO", QByteArray(3'000'000, 'x')}).string.size(), 3'000'000);
    QCOMPARE(ask(connection, {"CLIENT", "GETNAME"}).string, "turnstile");

    // Many at once come back in their order.
    QByteArrayList order;
    for (int i = 0; i < 1000; ++i)
        connection.call({"ECHO", QByteArray::number(i)},
            [&](const RedisReply &reply) { order.append(reply.string); });
    QTRY_COMPARE(order.size(), 1000);
    QCOMPARE(order.at(0), "0");
    QVERIFY(std::is_sorted(order.begin(), order.end(),
        [](const QByteArray &a, const QByteArray &b) { return a.toInt() < b.toInt(); }));
}

void TestRedisConnection::neverFromInsideCall()
{
    RedisOptions options;
    options.unixSocket = QStringLiteral("/none");
    RedisConnection connection(options);
    bool isCalled = false;
    connection.call({"PING"}, [&](const RedisReply &reply) {
        isCalled = true;
        QCOMPARE(reply.error, QStringLiteral("Redis at /none is not connected."));
    });
    QVERIFY(!isCalled);
    QTRY_VERIFY(isCalled);
}

static RedisReply run(RedisConnection &connection, const QByteArray &keys)
{
    std::optional<RedisReply> answer;
    connection.runScript(
        keys, R"({"v":1,"p":"a","lease":1000})", [&](const RedisReply &reply) { answer = reply; });
    return QTest::qWaitFor([&] { return answer.has_value(); }) ? *answer : RedisReply();
}

void TestRedisConnection::runsTheScript()
{
    RedisServer server;
    RedisConnection connection(optionsFor(server));
    CONNECT(connection);
    for (int i = 0; i < 2; ++i) { // it has it neither the first time, nor after that
        const RedisReply reply = run(connection, "t:{f}");
        QVERIFY2(reply.string.startsWith('{'), qPrintable(reply.error));
        const QVariantList known = server.command({"SCRIPT", "EXISTS", redisScriptHash()}).toList();
        QCOMPARE(known, QVariantList{1LL});
        server.command({"SCRIPT", "FLUSH"});
    }
}

// A cluster of two, each with half of the slots.
void TestRedisConnection::goesToTheNodeThatHasTheKeys()
{
    RedisServer here({.hasPort = true, .isCluster = true});
    RedisServer there({.hasPort = true, .isCluster = true});
    here.command({"CLUSTER", "ADDSLOTSRANGE", "0", "8191"});
    there.command({"CLUSTER", "ADDSLOTSRANGE", "8192", "16383"});
    here.command({"CLUSTER", "MEET", "127.0.0.1", QByteArray::number(there.port())});
    const auto isReady = [](RedisServer &server) {
        return server.command({"CLUSTER", "INFO"}).toByteArray().contains("cluster_state:ok");
    };
    QTRY_VERIFY_WITH_TIMEOUT(isReady(here) && isReady(there), 30'000);
    RedisConnection connection(optionsFor(here));
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    CONNECT(connection);
    QVERIFY(run(connection, "t:{f}").string.startsWith('{')); // slot 3168
    QCOMPARE(ended.size(), 0);
    const auto moved = run(connection, "t:{h}"); // slot 11694
    QVERIFY(moved.error.endsWith(
        QStringLiteral("says that the keys are at 127.0.0.1:%1.").arg(there.port())));
    QCOMPARE(ended.size(), 1);
    QTRY_VERIFY(connection.isConnected());
    QVERIFY(run(connection, "t:{h}").string.startsWith('{'));
    QVERIFY(there.command({"EXISTS", "t:{h}:p"}) == 1);

    there.kill(); // and it asks again where it began
    QTRY_COMPARE(ended.size(), 2);
    QTRY_VERIFY(ended.size() > 2 && connection.isConnected());
    QCOMPARE(ask(connection, {"CONFIG", "GET", "port"}).array.at(1).string,
        QByteArray::number(here.port()));
}

// After a failover by hand the name leads to another server, and this one still answers.
void TestRedisConnection::leavesAReplica()
{
    RedisServer server;
    RedisConnection connection(optionsFor(server));
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    CONNECT(connection);
    server.command({"REPLICAOF", "127.0.0.1", "1"});
    const auto refused = run(connection, "t:{f}");
    QVERIFY2(refused.error.endsWith(u"is a replica, which must not be written."),
        qPrintable(refused.error));
    QCOMPARE(ended.size(), 1);
    server.command({"REPLICAOF", "NO", "ONE"});
    QTRY_VERIFY(connection.isConnected());
    QVERIFY(run(connection, "t:{f}").string.startsWith('{'));
}

void TestRedisConnection::killedAndBack()
{
    RedisServer server;
    RedisConnection connection(optionsFor(server));
    QSignalSpy begun(&connection, &RedisConnection::connected);
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    CONNECT(connection);
    RedisReply open;
    connection.call({"BLPOP", "nothing", "0"}, [&](const RedisReply &reply) { open = reply; });
    server.kill();
    QTRY_VERIFY(!ended.isEmpty());
    QCOMPARE(open.error, ended.at(0).at(0).toString());
    QVERIFY(!connection.isConnected());
    QVERIFY(server.restart());
    QTRY_COMPARE(begun.size(), 2);
    QCOMPARE(ask(connection, {"PING"}).string, "PONG");
}

void TestRedisConnection::stoppedAndBack()
{
    RedisServer server;
    RedisOptions options = optionsFor(server);
    options.commandTimeout = 50ms;
    options.connectTimeout = 100ms;
    RedisConnection connection(options);
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    CONNECT(connection);
    server.stop();
    const RedisReply late = ask(connection, {"PING"});
    QVERIFY2(late.error.endsWith(u"did not reply within 50 ms."), qPrintable(late.error));
    QTRY_COMPARE(ended.size(), 2);
    QVERIFY(ended.at(1).at(0).toString().endsWith(u"did not let us in within 100 ms."));
    server.resume();
    QTRY_VERIFY(connection.isConnected());
    QCOMPARE(ask(connection, {"ECHO", "mine"}).string, "mine");
}

// A reply that came in time is not late because we are.
void TestRedisConnection::lateEventLoop()
{
    RedisServer server;
    RedisOptions options = optionsFor(server);
    options.commandTimeout = 20ms;
    RedisConnection connection(options);
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    CONNECT(connection);
    for (int i = 0; i < 5; ++i) {
        RedisReply answer;
        connection.call({"ECHO", "x"}, [&](const RedisReply &reply) { answer = reply; });
        QTest::qSleep(1); // it is sent when the event loop runs
        QCoreApplication::processEvents();
        QTest::qSleep(30);
        QTRY_VERIFY(!answer.string.isEmpty() || answer.isError());
        QCOMPARE(answer.error, QString());
    }
    QVERIFY(ended.isEmpty());
}

void TestRedisConnection::subscription()
{
    RedisServer server;
    RedisConnection connection(optionsFor(server), nullptr, "t:wake");
    QSignalSpy messages(&connection, &RedisConnection::message);
    QSignalSpy begun(&connection, &RedisConnection::connected);
    for (int i = 1; i <= 3; ++i) {
        connection.open();
        QTRY_COMPARE(begun.size(), i);
        QCOMPARE(server.command({"PUBLISH", "t:wake", QByteArray::number(i)}).toInt(), 1);
        QTRY_COMPARE(messages.size(), i);
        QCOMPARE(messages.constLast(), (QVariantList{QByteArray("t:wake"), QByteArray::number(i)}));
        QVERIFY(server.restart());
    }
}

void TestRedisConnection::stoppedSubscription()
{
    RedisServer server;
    RedisOptions options = optionsFor(server);
    options.commandTimeout = 50ms;
    options.connectTimeout = 100ms;
    RedisConnection connection(options, nullptr, "c");
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    CONNECT(connection);
    QTest::qWait(200); // some pings
    QVERIFY(ended.isEmpty());
    server.stop();
    QTRY_VERIFY(!ended.isEmpty());
    server.resume();
    QTRY_VERIFY(connection.isConnected());
    QSignalSpy messages(&connection, &RedisConnection::message);
    server.command({"PUBLISH", "c", "x"});
    QTRY_COMPARE(messages.size(), 1);
}

void TestRedisConnection::destroyedWithCallsOpen()
{
    RedisServer server;
    int calls = 0;
    {
        RedisConnection connection(optionsFor(server));
        connection.call({"PING"}, [&](const RedisReply &) { ++calls; }); // fails, but not at once
    }
    {
        RedisConnection connection(optionsFor(server));
        CONNECT(connection);
        for (int i = 0; i < 100; ++i)
            connection.call({"PING"}, [&](const RedisReply &) { ++calls; });
    }
    { // while it connects
        RedisConnection connection(optionsFor(server));
        connection.open();
        QCoreApplication::processEvents();
    }
    QTest::qWait(20);
    QCOMPARE(calls, 0);
}

void TestRedisConnection::destroyedByACallback_data()
{
    QTest::addColumn<int>("way");
    QTest::newRow("reply") << 0;
    QTest::newRow("failed call") << 1;
    QTest::newRow("connected") << 2;
    QTest::newRow("disconnected") << 3;
}

void TestRedisConnection::destroyedByACallback()
{
    QFETCH(const int, way);
    RedisServer server;
    QPointer<RedisConnection> connection = new RedisConnection(optionsFor(server));
    int others = 0;
    const auto destroy = [&] { delete connection; };
    if (way == 2)
        connect(connection, &RedisConnection::connected, this, destroy);
    if (way == 3)
        connect(connection, &RedisConnection::disconnected, this, destroy);
    connection->open();
    if (way != 2) {
        QTRY_VERIFY(connection->isConnected());
        if (way != 3) {
            connection->call(way == 0 ? QByteArrayList{"PING"} : QByteArrayList{"BLPOP", "x", "0"},
                [&](const RedisReply &) { destroy(); });
            connection->call({"PING"}, [&](const RedisReply &) { ++others; });
        }
        if (way != 0) {
            QCoreApplication::processEvents();
            server.kill();
        }
    }
    QTRY_VERIFY(!connection);
    QCOMPARE(others, 0);
}

void TestRedisConnection::sendsBeforeItGoes()
{
    RedisServer server;
    {
        RedisConnection connection(optionsFor(server));
        CONNECT(connection);
        connection.call({"SET", "last", "words"}, [](const RedisReply &) {});
    }
    QTRY_COMPARE(server.command({"GET", "last"}).toByteArray(), "words");
}

void TestRedisConnection::waitsForTheLastReplies()
{
    const RedisServer server;
    RedisReply last;
    {
        RedisConnection connection(optionsFor(server));
        CONNECT(connection);
        connection.call({"SET", "a", "1"}, [](const RedisReply &) {});
        connection.call({"GET", "a"}, [&](const RedisReply &reply) { last = reply; });
        connection.setWaitsAtEnd();
    }
    QCOMPARE(last.string, "1");
}

void TestRedisConnection::waitsNoLongerThanThat()
{
    RedisServer server;
    bool isCalled = false;
    {
        RedisConnection connection(optionsFor(server));
        CONNECT(connection);
        server.stop();
        connection.call({"PING"}, [&](const RedisReply &) { isCalled = true; });
        connection.setWaitsAtEnd();
    }
    QVERIFY(!isCalled); // and the test goes on
    server.resume();
}

void TestRedisConnection::thousandReconnects()
{
    RedisServer server;
    const auto descriptors = [] {
        return QDir(QStringLiteral("/proc/self/fd"))
            .entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System)
            .size();
    };
    std::deque<RedisConnection> connections;
    qsizetype begun = 0;
    for (int i = 0; i < 50; ++i) {
        auto &connection = connections.emplace_back(optionsFor(server));
        connect(&connection, &RedisConnection::connected, this, [&] { ++begun; });
        connection.open();
    }
    QTRY_COMPARE(begun, 50);
    const auto before = descriptors();
    for (int round = 1; round <= 20; ++round) {
        QCOMPARE(server.command({"CLIENT", "KILL", "TYPE", "normal"}).toInt(), 50);
        QTRY_COMPARE(begun, 50 + round * 50);
    }
    for (RedisConnection &connection : connections)
        QCOMPARE(ask(connection, {"PING"}).string, "PONG");
    QCOMPARE(descriptors(), before);
}

QTEST_GUILESS_MAIN(TestRedisConnection)

#include "tst_redisconnection.moc"
