// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorClient.h"
#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorFrames.h"
#include "ratelimit/monitoring/MonitorPublisher.h"
#include "tests/common/Headers.h"

#include <QtCore/QTemporaryDir>
#include <QtNetwork/QLocalServer>
#include <QtNetwork/QLocalSocket>
#include <QtNetwork/QSslCertificate>
#include <QtNetwork/QSslKey>
#include <QtTest/QtTest>

using State = MonitorClient::State;

/// A monitor attaches, stays attached, and says why when it cannot.
class TestMonitorClient : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void attaches();
    void tellsTimesOfThisClock();
    void comesBackToTheSameBot();
    void findsTheBotsNextProcess();
    void gathersOtherWordsOnTcp();
    void speaksTls();
    void notesSilence();
    void refuses_data();
    void refuses();
    void readsWhatWasSaidBeforeTheEnd();
    void controls();
    void closes();

private:
    QString path() const { return m_dir.filePath(QStringLiteral("bot-1.sock")); }
    static bool isState(const MonitorClient &client, State state)
    {
        return client.state() == state;
    }
    const Endpoint endpoint{Method::Get, "/gateway/bot"};
    QTemporaryDir m_dir;
};

namespace {
/// A bot that says what it is told to, to everybody who comes.
class ScriptedBot : public QLocalServer {
public:
    ScriptedBot(const QString &path, const QByteArray &words, bool hangsUp = false)
    {
        listen(path);
        connect(this, &QLocalServer::newConnection, this, [this, words, hangsUp] {
            while (QLocalSocket *socket = nextPendingConnection()) {
                socket->write(words);
                if (hangsUp)
                    socket->disconnectFromServer();
            }
        });
    }
};

template <typename... Args> QByteArray frame(const Args &...args)
{
    return MonitorFrames::frame(MonitorCodec::encode(args...));
}

MonitorHello hello(quint64 instance)
{
    MonitorHello hello;
    hello.instance = instance;
    hello.pid = 7;
    return hello;
}
} // namespace

void TestMonitorClient::initTestCase()
{
    qputenv("TURNSTILE_MONITOR_DIR", m_dir.path().toUtf8());
}

void TestMonitorClient::attaches()
{
    InMemoryRatelimiter limiter;
    MonitorPublisher publisher(&limiter);
    publisher.setApplication(QStringLiteral("music-bot"));
    QVERIFY(publisher.listen());
    MonitorClient client;
    QSignalSpy updated(&client, &MonitorClient::updated);
    QVERIFY(isState(client, State::Idle));
    client.open(MonitorAddress::local(publisher.path()));
    QVERIFY(isState(client, State::Connecting));
    QTRY_COMPARE(updated.count(), 1);
    QVERIFY(isState(client, State::Live));
    QCOMPARE(client.hello().application, QStringLiteral("music-bot"));
    QCOMPARE(client.stateText(), QString());
    const auto update = updated.takeFirst().at(0).value<MonitorUpdate>();
    QVERIFY(update.snapshotBegins && update.snapshotEnds && !update.reset);
    client.setInterval(150ms);
    QTest::qWait(20);
    limiter.ticket(endpoint)->setParent(&limiter);
    QTRY_VERIFY(!updated.isEmpty());
    const auto slow = updated.takeFirst().at(0).value<MonitorUpdate>();
    QCOMPARE(slow.buckets.size(), size_t(1));
    QVERIFY(slow.at - slow.since >= 150ms);
}

void TestMonitorClient::tellsTimesOfThisClock()
{
    // The bot's clock began at any time; both messages came as quickly as that.
    MonitorHello greeting = hello(1);
    greeting.at = TimePoint(1000h);
    MonitorUpdate update;
    update.at = TimePoint(1000h + 1ms);
    update.since = update.at - 2s;
    const ScriptedBot bot(path(), frame(greeting, TimePoint()) + frame(update, TimePoint()));
    MonitorClient client;
    QSignalSpy updated(&client, &MonitorClient::updated);
    client.open(MonitorAddress::local(path()));
    QTRY_COMPARE(updated.count(), 1);
    const auto now = std::chrono::steady_clock::now();
    const auto told = updated[0].at(0).value<MonitorUpdate>();
    QVERIFY(told.at <= now && told.at > now - 5s);
    QCOMPARE(told.at - told.since, 2s);
}

void TestMonitorClient::comesBackToTheSameBot()
{
    InMemoryRatelimiter limiter;
    auto publisher = std::make_unique<MonitorPublisher>(&limiter);
    QVERIFY(publisher->listen(path()));
    MonitorClient client;
    QSignalSpy updated(&client, &MonitorClient::updated);
    client.open(MonitorAddress::local(path()));
    QTRY_COMPARE(updated.count(), 1);
    publisher.reset();
    QTRY_VERIFY(isState(client, State::Lost));
    QCOMPARE(client.stateText(), QStringLiteral("The bot has ended, or watches no longer."));
    updated.clear();
    publisher = std::make_unique<MonitorPublisher>(&limiter);
    QVERIFY(publisher->listen(path()));
    QTRY_VERIFY(isState(client, State::Live));
    QTRY_COMPARE(updated.count(), 1);
    QVERIFY(updated[0].at(0).value<MonitorUpdate>().reset); // another instance
    updated.clear();
    limiter.ticket(endpoint)->setParent(&limiter);
    QTRY_VERIFY(!updated.isEmpty());
    QVERIFY(!updated[0].at(0).value<MonitorUpdate>().reset);
}

void TestMonitorClient::findsTheBotsNextProcess()
{
    const qint64 nobody = 4'194'305; // more than Linux ever gives
    const QString first = m_dir.filePath(QStringLiteral("my-bot-%1.sock").arg(nobody));
    const QString second =
        m_dir.filePath(QStringLiteral("my-bot-%1.sock").arg(QCoreApplication::applicationPid()));
    auto bot = std::make_unique<ScriptedBot>(first, frame(hello(1), TimePoint()));
    MonitorClient client;
    client.open(MonitorAddress::local(first));
    QTRY_VERIFY(isState(client, State::Live));
    bot.reset();
    const ScriptedBot other(
        m_dir.filePath(QStringLiteral("other-bot-5.sock")), frame(hello(2), TimePoint()));
    QTRY_VERIFY(isState(client, State::Lost));
    bot = std::make_unique<ScriptedBot>(second, frame(hello(3), TimePoint()));
    QTRY_VERIFY(isState(client, State::Live));
    QCOMPARE(client.address().path(), second);
    QCOMPARE(client.hello().instance, quint64(3));
}

void TestMonitorClient::gathersOtherWordsOnTcp()
{
    InMemoryRatelimiter limiter;
    MonitorPublisher publisher(&limiter);
    QVERIFY(publisher.listenTcp({.token = QStringLiteral("sesame")}));
    const auto address = MonitorAddress::tcp(QStringLiteral("127.0.0.1"), publisher.tcpPort());
    MonitorClient client;
    client.open(address, QStringLiteral("sesame"));
    QTRY_VERIFY(isState(client, State::Live));
    client.open(address, QStringLiteral("open"));
    QTRY_VERIFY(isState(client, State::Failed));
    QCOMPARE(client.stateText(), QStringLiteral("The token is wrong."));
    client.open(address, QStringLiteral("sesame"));
    QTRY_VERIFY(isState(client, State::Live));
    client.open(MonitorAddress::parse(QStringLiteral("nonsense")));
    QVERIFY(isState(client, State::Failed));
    QVERIFY(client.stateText().contains(QStringLiteral("no host:port")));
    publisher.close();
    client.open(address, QStringLiteral("sesame"));
    QTRY_VERIFY(isState(client, State::Lost));
    QVERIFY(client.stateText().startsWith(address.text()));
}

void TestMonitorClient::speaksTls()
{
    const auto read = [](const char *name) {
        QFile file(QStringLiteral(TEST_DATA_DIR "/") + QLatin1String(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    const QSslCertificate certificate(read("monitor-cert.pem"));
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setLocalCertificate(certificate);
    tls.setPrivateKey(QSslKey(read("monitor-key.pem"), QSsl::Ec));
    InMemoryRatelimiter limiter;
    MonitorPublisher publisher(&limiter);
    QVERIFY(publisher.listenTcp({.token = QStringLiteral("sesame"), .tls = tls}));
    const auto address =
        MonitorAddress::tcp(QStringLiteral("127.0.0.1"), publisher.tcpPort(), true);
    MonitorClient client;
    client.open(address, QStringLiteral("sesame")); // nobody vouches for it
    QTRY_VERIFY(isState(client, State::Failed));
    QVERIFY(client.stateText().contains(QStringLiteral("certificate")));
    QSslConfiguration trusting = QSslConfiguration::defaultConfiguration();
    trusting.setCaCertificates({certificate});
    client.setTlsConfiguration(trusting);
    client.open(address, QStringLiteral("sesame"));
    QTRY_VERIFY(isState(client, State::Live));
}

void TestMonitorClient::notesSilence()
{
    const ScriptedBot bot(path(), frame(hello(1), TimePoint()));
    MonitorClient client;
    client.setSilenceTimeout(100ms);
    client.open(MonitorAddress::local(path()));
    QTRY_VERIFY(isState(client, State::Live));
    QTRY_VERIFY(isState(client, State::Lost));
    QCOMPARE(client.stateText(), QStringLiteral("The bot does not say anything."));
    QTRY_VERIFY(isState(client, State::Live)); // and asks again
}

void TestMonitorClient::refuses_data()
{
    QTest::addColumn<QByteArray>("words");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char *name, const QByteArray &words, const char *reason) {
        QTest::newRow(name) << words << QString::fromLatin1(reason);
    };
    const QByteArray greeting = frame(hello(1), TimePoint());
    row("HTTP", "HTTP/1.1 400 Bad Request",
        "A frame of 1213486160 bytes is too long; 4194304 are the most.");
    row("garbage", greeting + MonitorFrames::frame("garbage"),
        "A message has a value of the wrong type.");
    row("another version", MonitorFrames::frame(QByteArray::fromHex("8201a10002")),
        "It speaks version 2 of the protocol, and this is version 1.");
    row("no hello", frame(MonitorUpdate(), TimePoint()), "The bot does not begin with a hello.");
    row("a final goodbye", frame(MonitorGoodbye{true, QStringLiteral("Never.")}), "Never.");
}

void TestMonitorClient::refuses()
{
    QFETCH(QByteArray, words);
    const ScriptedBot bot(path(), words);
    MonitorClient client;
    QSignalSpy updated(&client, &MonitorClient::updated);
    client.open(MonitorAddress::local(path()));
    QTRY_VERIFY(isState(client, State::Failed));
    QTEST(client.stateText(), "reason");
    QVERIFY(updated.isEmpty());
}

void TestMonitorClient::readsWhatWasSaidBeforeTheEnd()
{
    QByteArray words = frame(hello(1), TimePoint());
    for (int i = 0; i < 1000; ++i)
        words += frame(MonitorUpdate(), TimePoint());
    const ScriptedBot bot(
        path(), words + frame(MonitorGoodbye{true, QStringLiteral("It was nice.")}), true);
    MonitorClient client;
    QSignalSpy updated(&client, &MonitorClient::updated);
    client.open(MonitorAddress::local(path()));
    QTRY_VERIFY(isState(client, State::Failed));
    QCOMPARE(client.stateText(), QStringLiteral("It was nice."));
    QCOMPARE(updated.count(), 1000);
}

void TestMonitorClient::controls()
{
    InMemoryRatelimiter limiter;
    MonitorPublisher publisher(&limiter);
    QVERIFY(publisher.listen(path()));
    MonitorClient client;
    QStringList problems;
    connect(&client, &MonitorClient::controlled, this,
        [&](const MonitorCommand &, const QString &problem) { problems.append(problem); });
    const MonitorCommand pause{MonitorCommand::Action::Pause, {}, {}};
    QCOMPARE(client.controlProblem(), QStringLiteral("The bot is not connected."));
    client.open(MonitorAddress::local(path()));
    QTRY_VERIFY(isState(client, State::Live));
    QVERIFY(client.controlProblem().startsWith(QStringLiteral("The bot does not allow control")));
    client.control(pause);
    QTRY_COMPARE(problems.size(), 1);
    QCOMPARE(problems.takeFirst(), client.controlProblem());
    publisher.setControlAllowed(true);
    QTRY_COMPARE(client.controlProblem(), QString());
    client.control(pause);
    QTRY_COMPARE(problems, QStringList{QString()});
    client.control(pause);
    client.close(); // before it is answered
    QCOMPARE(problems, (QStringList{QString(), QStringLiteral("The connection was lost.")}));
}

void TestMonitorClient::closes()
{
    InMemoryRatelimiter limiter;
    MonitorPublisher publisher(&limiter);
    QVERIFY(publisher.listen(path()));
    auto client = std::make_unique<MonitorClient>();
    client->open(MonitorAddress::local(path()));
    QTRY_COMPARE(publisher.monitorCount(), 1);
    client->close();
    QVERIFY(isState(*client, State::Idle));
    QTRY_COMPARE(publisher.monitorCount(), 0);
    client->open(MonitorAddress::local(path()));
    connect(client.get(), &MonitorClient::updated, this, [&client] { client.reset(); });
    QTRY_VERIFY(!client); // in its own signal
    QTRY_COMPARE(publisher.monitorCount(), 0);
}

QTEST_GUILESS_MAIN(TestMonitorClient)
#include "tst_monitorclient.moc"
