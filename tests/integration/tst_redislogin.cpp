// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/RedisClient.h"

#include <QtNetwork/QTcpSocket>

using namespace Turnstile;

/// How a connection comes about, and what it says when it does not.
class TestRedisLogin : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void password_data();
    void password();
    void noPassword();
    void database();
    void tcp();
    void tls_data();
    void tls();
    void tlsAtOneEnd();
    void noServer_data();
    void noServer();
    void nonsense_data();
    void nonsense();
    void repeatsThePassword_data();
    void repeatsThePassword();
};

void TestRedisLogin::initTestCase()
{
    NEED_REDIS();
}

void TestRedisLogin::password_data()
{
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *name, const QString &user, const QString &password,
                         const QString &error) {
        QTest::newRow(name) << user << password << error;
    };
    row("right", {}, QStringLiteral("hunter2"), {});
    row("with the user", QStringLiteral("default"), QStringLiteral("hunter2"), {});
    const auto wrong =
        QStringLiteral("knows no such user with this password: check both (WRONGPASS).");
    row("wrong", {}, QStringLiteral("secret"), wrong);
    row("wrong user", QStringLiteral("me"), QStringLiteral("secret"), wrong);
    row("a user without one", QStringLiteral("me"), {}, wrong);
    row("none", {}, {}, QStringLiteral("wants a password, and was given none: set it (NOAUTH)."));
}

void TestRedisLogin::password()
{
    QFETCH(const QString, user);
    QFETCH(const QString, password);
    QFETCH(const QString, error);
    static RedisServer server({.password = "hunter2"});
    RedisOptions options = optionsFor(server);
    options.user = user;
    options.password = password;
    RedisConnection connection(options);
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    connection.open();
    if (error.isEmpty()) {
        QTRY_VERIFY(connection.isConnected());
        QVERIFY(ended.isEmpty());
        return;
    }
    QTRY_VERIFY(ended.size() >= 2); // it tries again
    const QString reason = ended.at(0).at(0).toString();
    QVERIFY2(reason.startsWith(u"Redis at ") && reason.endsWith(error), qPrintable(reason));
    QVERIFY(!reason.contains(QStringLiteral("secret")));
    QVERIFY(!connection.isConnected());
}

void TestRedisLogin::noPassword()
{
    const RedisServer server;
    RedisOptions options = optionsFor(server);
    options.password = QStringLiteral("secret");
    RedisConnection connection(options);
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    connection.open();
    QTRY_VERIFY(!ended.isEmpty());
    const QString reason = ended.at(0).at(0).toString();
    QVERIFY2(reason.endsWith(u"has no password, and was given one: leave it out (AUTH)."),
        qPrintable(reason));
}

void TestRedisLogin::database()
{
    RedisServer server;
    RedisOptions options = optionsFor(server);
    options.database = 3;
    RedisConnection connection(options);
    CONNECT(connection);
    QCOMPARE(ask(connection, {"SET", "a", "b"}).string, "OK");
    QVERIFY(!server.command({"GET", "a"}).isValid());

    options.database = 99;
    RedisConnection other(options);
    QSignalSpy ended(&other, &RedisConnection::disconnected);
    other.open();
    QTRY_VERIFY(!ended.isEmpty());
    QVERIFY(
        ended.at(0).at(0).toString().contains(QStringLiteral("has no database of this number")));
}

void TestRedisLogin::tcp()
{
    const RedisServer server({.hasPort = true});
    RedisOptions options;
    options.port = server.port();
    for (const QString &host : {QStringLiteral("localhost"), QStringLiteral("127.0.0.1")}) {
        options.host = host;
        RedisConnection connection(options);
        CONNECT(connection);
        QCOMPARE(ask(connection, {"PING"}).string, "PONG");
    }
}

void TestRedisLogin::tls_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<RedisTls>("tls");
    QTest::addColumn<QString>("reason");
    const QString certificate = RedisServer::certificateFile(), key = RedisServer::keyFile();
    const auto row = [](const char *name, const QString &host, const RedisTls &tls,
                         const QString &reason) { QTest::newRow(name) << host << tls << reason; };
    const QString host = QStringLiteral("localhost");
    row("right", host, {certificate, certificate, key}, {});
    row("unknown authority", host, {{}, certificate, key}, QStringLiteral("self-signed"));
    row("other host", QStringLiteral("127.0.0.2"), {certificate, certificate, key},
        QStringLiteral("The host name did not match"));
    row("no certificate of ours", host, {certificate, {}, {}},
        QStringLiteral("certificate required"));
    row("not a key", host, {certificate, certificate, certificate},
        QStringLiteral("holds no private key"));
}

void TestRedisLogin::tls()
{
    QFETCH(const QString, host);
    QFETCH(const RedisTls, tls);
    QFETCH(const QString, reason);
    const RedisServer server({.hasTls = true});
    if (!server.isRunning())
        QSKIP("This redis-server has no TLS.");
    RedisOptions options;
    options.host = host;
    options.port = server.port();
    options.tls = tls;
    RedisConnection connection(options);
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    connection.open();
    if (reason.isEmpty()) {
        QTRY_VERIFY(connection.isConnected());
        QCOMPARE(ask(connection, {"ECHO", QByteArray(100'000, 'x')}).string.size(), 100'000);
    } else {
        QTRY_VERIFY(!ended.isEmpty());
        const QString said = ended.at(0).at(0).toString();
        QVERIFY2(said.contains(reason), qPrintable(said));
        QVERIFY(!connection.isConnected());
    }
}

// Each end speaks what the other one does not understand.
void TestRedisLogin::tlsAtOneEnd()
{
    const RedisServer server({.hasTls = true});
    if (!server.isRunning())
        QSKIP("This redis-server has no TLS.");
    RedisOptions options;
    options.port = server.port();
    RedisConnection plain(options);
    QSignalSpy ended(&plain, &RedisConnection::disconnected);
    plain.open();
    QTRY_VERIFY(!ended.isEmpty());
    const QString reason = ended.at(0).at(0).toString();
    QVERIFY2(reason.endsWith(u"It may want TLS (rediss://)."), qPrintable(reason));

    const RedisServer other({.hasPort = true});
    options.port = other.port();
    options.tls.emplace();
    options.connectTimeout = std::chrono::milliseconds(300);
    RedisConnection encrypted(options);
    QSignalSpy others(&encrypted, &RedisConnection::disconnected);
    encrypted.open();
    QTRY_VERIFY(!others.isEmpty());
    const QString why = others.at(0).at(0).toString();
    QVERIFY2(why.contains(u"rediss://") || why.contains(u"SSL"), qPrintable(why));
}

void TestRedisLogin::noServer_data()
{
    QTest::addColumn<RedisOptions>("options");
    QTest::addColumn<QString>("reason");
    RedisOptions options;
    options.unixSocket = QStringLiteral("/none/s");
    QTest::newRow("no socket") << options << QStringLiteral("there is no such socket");
    options.unixSocket.clear();
    options.host = QStringLiteral("127.0.0.1");
    options.port = 1;
    QTest::newRow("no port") << options << QStringLiteral("Connection refused");
    options.host = QStringLiteral("no..host");
    QTest::newRow("no host") << options << QStringLiteral("Host not found");
    options.host = QStringLiteral("127.0.0.1");
    options.tls = RedisTls{.caFile = QStringLiteral("/none.pem")};
    QTest::newRow("no certificate") << options << QStringLiteral("/none.pem cannot be read");
}

void TestRedisLogin::noServer()
{
    QFETCH(const RedisOptions, options);
    QFETCH(const QString, reason);
    RedisConnection connection(options);
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    connection.open();
    QVERIFY(ended.isEmpty());
    QTRY_VERIFY_WITH_TIMEOUT(ended.size() >= 3, 20'000);
    const QString first = ended.at(0).at(0).toString();
    QVERIFY2(first.startsWith(u"Redis at ") && first.endsWith(reason + u'.'), qPrintable(first));
}

void TestRedisLogin::nonsense_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("reason");
    QTest::newRow("HTTP") << QByteArray("HTTP/1.1 400 Bad Request\r\n")
                          << QStringLiteral("cannot be understood: Protocol error");
    QTest::newRow("full") << QByteArray("-ERR max number of clients reached\r\n")
                          << QStringLiteral(
                                 "refuses the login: ERR max number of clients reached.");
    QTest::newRow("too much") << QByteArray("+OK\r\n+PONG\r\n+PONG\r\n")
                              << QStringLiteral("says what nobody asked for");
}

// What is wrong with a server that says \a bytes whatever it is told.
static QString problemWith(const QByteArray &bytes, const QString &password = {})
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    QObject::connect(&server, &QTcpServer::newConnection, &server, [&] {
        QTcpSocket *socket = server.nextPendingConnection();
        QObject::connect(socket, &QTcpSocket::readyRead, socket, [=] { socket->write(bytes); });
    });
    RedisOptions options;
    options.host = QStringLiteral("127.0.0.1");
    options.port = server.serverPort();
    options.password = password;
    RedisConnection connection(options);
    QSignalSpy ended(&connection, &RedisConnection::disconnected);
    connection.open();
    return QTest::qWaitFor([&] { return !ended.isEmpty(); }) ? ended.at(0).at(0).toString()
                                                             : QString();
}

// Somebody else listens there, or says more than it was asked.
void TestRedisLogin::nonsense()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, reason);
    const QString said = problemWith(bytes);
    QVERIFY2(said.contains(reason), qPrintable(said));
}

void TestRedisLogin::repeatsThePassword_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("reason");
    QTest::newRow("Redis without AUTH")
        << QByteArray("-ERR unknown command 'AUTH', with args beginning with: 'hunter2'\r\n")
        << QStringLiteral("refuses the login: ERR unknown command 'AUTH'.");
    QTest::newRow("a proxy") << QByteArray("-ERR what is AUTH hunter2?\r\n")
                             << QStringLiteral("refuses the login: ERR what is AUTH ••••?.");
}

void TestRedisLogin::repeatsThePassword()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, reason);
    const QString said = problemWith(bytes, QStringLiteral("hunter2"));
    QVERIFY2(said.endsWith(reason), qPrintable(said));
}

QTEST_GUILESS_MAIN(TestRedisLogin)

#include "tst_redislogin.moc"
