// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/monitoring/MonitorPublisher.h"
#include "tests/common/Headers.h"
#include "tests/common/MonitorPeer.h"
#include "tests/common/Waiting.h"

#include <QtCore/QTemporaryDir>
#include <QtNetwork/QSslCertificate>
#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslSocket>

/// A bot can be watched by any number of monitors, and none of them can harm it.
class TestMonitorPublisher : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void costsNothingUntilSomebodyWatches();
    void tellsWhatIsAndWhatHappens();
    void takesASubscriptionInPieces();
    void refuses_data();
    void refuses();
    void waitsNotForever();
    void servesTwoAtOnce();
    void refusesOneTooMany();
    void survivesWhoNeverReads();
    void tellsNoSecrets();
    void doesNothingUnlessAllowed();
    void doesWhatIsAllowed();
    void saysGoodbye();
    void listensOncePerPublisher();
    void saysWhyItCannotListen();
    void asksForATokenOnTcp();
    void speaksTls();

private:
    const Endpoint endpoint{Method::Get, "/channels/41771983423143937/messages"};
    QTemporaryDir m_dir;
};

namespace {
// A bot: its ratelimiter, and the publisher that listens.
class Bot {
public:
    Bot()
    {
        publisher.setApplication(QStringLiteral("music-bot"));
        if (!publisher.listen())
            qWarning("%s", qPrintable(publisher.errorString()));
    }

    bool isHeard() const
    {
        return limiter.isSignalConnected(QMetaMethod::fromSignal(&Ratelimiter::ticketChanged));
    }
    void ask(const Endpoint &endpoint, int count = 1)
    {
        for (int i = 0; i < count; ++i)
            limiter.ticket(endpoint)->setParent(&limiter);
    }

    class Limiter : public InMemoryRatelimiter {
    public:
        using InMemoryRatelimiter::isSignalConnected;
    } limiter;
    MonitorPublisher publisher{&limiter};
};
} // namespace

void TestMonitorPublisher::initTestCase()
{
    qputenv("TURNSTILE_MONITOR_DIR", m_dir.path().toUtf8());
}

void TestMonitorPublisher::costsNothingUntilSomebodyWatches()
{
    Bot bot;
    QCOMPARE(bot.publisher.path(),
        m_dir.filePath(
            QStringLiteral("music-bot-%1.sock").arg(QCoreApplication::applicationPid())));
    MonitorPeer peer(bot.publisher.path());
    QTest::qWait(20);
    QVERIFY(!bot.isHeard()); // a connection is not enough
    QSignalSpy counted(&bot.publisher, &MonitorPublisher::monitorCountChanged);
    peer.subscribe();
    QTRY_VERIFY(bot.isHeard());
    QCOMPARE(bot.publisher.monitorCount(), 1);
    peer.socket.abort();
    QTRY_VERIFY(!bot.isHeard());
    QCOMPARE(bot.publisher.monitorCount(), 0);
    QCOMPARE(counted.count(), 2);
}

void TestMonitorPublisher::tellsWhatIsAndWhatHappens()
{
    Bot bot;
    bot.ask(endpoint, 3);
    QTRY_COMPARE(bot.limiter.buckets().size(), size_t(1));
    MonitorPeer peer(bot.publisher.path());
    peer.subscribe();
    const auto hello = peer.next<MonitorHello>();
    QVERIFY(hello);
    QCOMPARE(hello->application, QStringLiteral("music-bot"));
    QCOMPARE(hello->pid, QCoreApplication::applicationPid());
    QVERIFY(hello->limiter.contains(QStringLiteral("InMemoryRatelimiter")));
    QVERIFY(!hello->controlAllowed);
    QCOMPARE(hello->globalLimit, 50);
    auto update = peer.next<MonitorUpdate>();
    QVERIFY(update && update->snapshotBegins && update->snapshotEnds);
    QVERIFY(update->at >= hello->at);
    QCOMPARE(update->buckets.size(), size_t(1));
    QCOMPARE(update->buckets[0].queued, 2);
    QCOMPARE(update->tickets.size(), size_t(2));
    QVERIFY(update->global && update->invalid);
    bot.ask(endpoint);
    update = peer.next<MonitorUpdate>();
    QVERIFY(update && !update->snapshotBegins);
    QCOMPARE(update->buckets[0].queued, 3);
    QVERIFY(peer.next<MonitorHeartbeat>());
}

void TestMonitorPublisher::takesASubscriptionInPieces()
{
    Bot bot;
    const QByteArray frame = MonitorFrames::frame(MonitorCodec::encode(MonitorSubscribe()));
    for (qsizetype cut = 1; cut < frame.size(); ++cut) {
        MonitorPeer peer(bot.publisher.path());
        peer.sendRaw(frame.first(cut));
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
        QCOMPARE(bot.publisher.monitorCount(), 0);
        peer.sendRaw(frame.sliced(cut));
        QVERIFY(peer.next<MonitorHello>());
        peer.socket.abort();
        QTRY_COMPARE(bot.publisher.monitorCount(), 0);
    }
}

void TestMonitorPublisher::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char *name, const QByteArray &bytes, const char *reason) {
        QTest::newRow(name) << bytes << QString::fromLatin1(reason);
    };
    row("HTTP", "GET / HTTP/1.1\r\n\r\n",
        "A frame of 1195725856 bytes is too long; 65536 are the most.");
    row("garbage", MonitorFrames::frame("garbage"), "A message has a value of the wrong type.");
    row("an empty frame", MonitorFrames::frame(""), "A message ends before it is complete.");
    row("another version", MonitorFrames::frame(QByteArray::fromHex("8202a10002")),
        "It speaks version 2 of the protocol, and this is version 1.");
    row("a command first", MonitorFrames::frame(MonitorCodec::encode(MonitorRequest())),
        "The first message has to be a subscription.");
    row("a goodbye",
        MonitorFrames::frame(MonitorCodec::encode(MonitorSubscribe()))
            + MonitorFrames::frame(MonitorCodec::encode(MonitorGoodbye())),
        "A monitor does not send such a message.");
}

void TestMonitorPublisher::refuses()
{
    QFETCH(QByteArray, bytes);
    Bot bot;
    MonitorPeer good(bot.publisher.path());
    good.subscribe();
    MonitorPeer bad(bot.publisher.path());
    bad.sendRaw(bytes);
    const auto goodbye = bad.next<MonitorGoodbye>();
    QVERIFY(goodbye && goodbye->isFinal);
    QTEST(goodbye->reason, "reason");
    QTRY_COMPARE(bad.socket.state(), QLocalSocket::UnconnectedState);
    bot.ask(endpoint); // the others do not notice
    QVERIFY(good.next<MonitorUpdate>());
    QTRY_COMPARE(bot.publisher.monitorCount(), 1);
}

void TestMonitorPublisher::waitsNotForever()
{
    Bot bot;
    bot.publisher.setHandshakeTimeout(50ms);
    MonitorPeer peer(bot.publisher.path());
    QCOMPARE(peer.goodbye(), QStringLiteral("No subscription came in time."));
    QTRY_COMPARE(peer.socket.state(), QLocalSocket::UnconnectedState);
}

void TestMonitorPublisher::servesTwoAtOnce()
{
    Bot bot;
    MonitorPeer one(bot.publisher.path()), two(bot.publisher.path());
    one.subscribe();
    two.send(MonitorSubscribe{1, 0, 100ms, {}});
    QVERIFY(one.next<MonitorUpdate>() && two.next<MonitorUpdate>());
    bot.ask(endpoint);
    const auto first = one.next<MonitorUpdate>(), second = two.next<MonitorUpdate>();
    QVERIFY(first && second);
    QCOMPARE(first->buckets.size(), size_t(1));
    QVERIFY(first->buckets[0].id == second->buckets[0].id);
    QVERIFY(second->at - second->since >= 100ms); // as slow as it has asked for
}

void TestMonitorPublisher::refusesOneTooMany()
{
    Bot bot;
    std::deque<MonitorPeer> peers;
    for (int i = 0; i < MonitorPublisher::mostConnections; ++i) {
        peers.emplace_back(bot.publisher.path()).subscribe();
        QVERIFY(peers.back().next<MonitorHello>());
    }
    MonitorPeer late(bot.publisher.path());
    QCOMPARE(late.goodbye(), QStringLiteral("16 monitors are attached, and no more may be."));
    peers.pop_back();
    QTRY_COMPARE(bot.publisher.monitorCount(), MonitorPublisher::mostConnections - 1);
    MonitorPeer next(bot.publisher.path());
    next.subscribe();
    QVERIFY(next.next<MonitorHello>());
}

void TestMonitorPublisher::survivesWhoNeverReads()
{
    Bot bot;
    bot.publisher.setMostUnsentBytes(256 * 1024);
    MonitorPeer peer(bot.publisher.path());
    peer.socket.setReadBufferSize(1); // takes nothing from the system
    peer.subscribe();
    QTRY_COMPARE(bot.publisher.monitorCount(), 1);
    int granted = 0, asked = 0;
    qint64 mostUnsent = 0;
    const auto turn = [&] {
        for (int i = 0; i < 200; ++i) {
            const QString path = QStringLiteral("/channels/%1/messages").arg(++asked);
            TicketReceiver *ticket = bot.limiter.ticket(
                {Method::Post, QStringLiteral("/interactions/%1/t/callback").arg(asked)});
            ticket->setParent(&bot.limiter);
            connect(ticket, &TicketReceiver::available, &bot.limiter,
                [&, ticket](const TicketSender &sender) {
                    ++granted;
                    sender.headers(std::nullopt);
                    ticket->deleteLater();
                });
            bot.ask({Method::Get, path});
        }
        QTest::qWait(5);
        mostUnsent = std::max(mostUnsent, bot.publisher.unsentBytes());
    };
    QElapsedTimer timer;
    timer.start();
    // Until it is clear that something was dropped: the buffer is full, and it stays so.
    for (int turns = 0; turns < 60; ++turns)
        turn();
    QTRY_COMPARE(granted, asked);
    qInfo("%d grants in %lld ms, at most %lld KiB unsent", granted, timer.elapsed(),
        qlonglong(mostUnsent / 1024));
    QVERIFY(mostUnsent > 256 * 1024);
    QVERIFY(mostUnsent < 256 * 1024 + 512 * 1024); // one update more than allowed
    QCOMPARE(bot.publisher.monitorCount(), 1);

    peer.socket.setReadBufferSize(0);
    int snapshots = 0;
    for (std::optional<MonitorUpdate> update; snapshots < 2;) {
        update = peer.next<MonitorUpdate>();
        QVERIFY(update);
        if (update->snapshotBegins && ++snapshots == 2)
            QVERIFY(update->dropped > 1000); // of 48 000 states
    }
}

void TestMonitorPublisher::tellsNoSecrets()
{
    const QString webhookToken = QStringLiteral("kQx7_webhook-token-3nJ2vL9pWs8TzYdFbRm4");
    const QString interactionToken = QStringLiteral("aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4");
    Bot bot;
    MonitorPeer peer(bot.publisher.path());
    peer.subscribe();
    QVERIFY(peer.next<MonitorUpdate>());
    const Endpoint webhook(
        Method::Post, QStringLiteral("/webhooks/223704706495545344/%1").arg(webhookToken));
    const Endpoint callback(
        Method::Post, QStringLiteral("/interactions/77/%1/callback").arg(interactionToken));
    Waiting waiting(bot.limiter, webhook);
    QTRY_VERIFY(waiting.sender.isValid());
    waiting.sender.retry(tooMany(20s)); // a 429 names the endpoint too
    bot.ask(webhook, 3);
    bot.ask(callback, 2);
    MonitorPeer late(bot.publisher.path()); // gets them in a snapshot
    late.subscribe();
    for (MonitorPeer *monitor : {&peer, &late}) {
        bool isThere = false;
        while (!isThere) {
            const auto update = monitor->next<MonitorUpdate>();
            QVERIFY(update);
            for (const Bucket &bucket : update->buckets)
                isThere |= bucket.queued >= 3;
        }
        QVERIFY(monitor->next<MonitorHeartbeat>());
        QVERIFY(monitor->bytes.contains("/webhooks/223704706495545344/"));
        for (const QString &secret : {webhookToken, interactionToken}) {
            QVERIFY(!monitor->bytes.contains(secret.toUtf8()));
            QVERIFY(!monitor->bytes.contains(secret.left(12).toUtf8()));
        }
    }
}

void TestMonitorPublisher::doesNothingUnlessAllowed()
{
    Bot bot;
    bot.ask(endpoint, 2);
    MonitorPeer peer(bot.publisher.path());
    peer.subscribe();
    peer.send(MonitorRequest{7, {MonitorCommand::Action::Pause, {}, {}}});
    const auto result = peer.next<MonitorResult>();
    QVERIFY(result);
    QCOMPARE(result->number, quint64(7));
    QCOMPARE(result->problem, QStringLiteral("The bot does not allow control."));
    Waiting waiting(bot.limiter, {Method::Get, "/gateway/bot"});
    QTRY_COMPARE(waiting.grants, 1); // goes on
    bot.publisher.setControlAllowed(true);
    const auto hello = peer.next<MonitorHello>();
    QVERIFY(hello && hello->controlAllowed);
}

void TestMonitorPublisher::doesWhatIsAllowed()
{
    using Action = MonitorCommand::Action;
    Bot bot;
    bot.publisher.setControlAllowed(true);
    Waiting first(bot.limiter, endpoint), second(bot.limiter, endpoint);
    QTRY_COMPARE(first.grants, 1);
    MonitorPeer peer(bot.publisher.path());
    peer.subscribe();
    const auto update = peer.next<MonitorUpdate>();
    QVERIFY(update);
    QCOMPARE(update->tickets.size(), size_t(1));
    const TicketId ticket = update->tickets[0].id;
    const BucketId bucket = update->buckets[0].id;
    quint64 number = 0;
    const auto ask = [&](Action action, BucketId of = {}, TicketId which = {}) {
        peer.send(MonitorRequest{++number, {action, of, which}});
        const auto result = peer.next<MonitorResult>();
        return result && result->number == number ? result->problem : QStringLiteral("nothing");
    };
    QCOMPARE(ask(Action::Pause, bucket), QString());
    QCOMPARE(bot.limiter.buckets()[0].state, BucketState::Paused);
    QCOMPARE(ask(Action::Resume, bucket), QString());
    QCOMPARE(bot.limiter.buckets()[0].state, BucketState::Probing);
    QCOMPARE(ask(Action::Drain, bucket), QString());
    Waiting late(bot.limiter, endpoint);
    QTRY_COMPARE(late.error.code, TicketError::Code::Draining);
    QCOMPARE(
        ask(Action::Resume, BucketId{12345}), QStringLiteral("The bucket is not known any more."));

    QCOMPARE(ask(Action::CancelTicket, {}, ticket), QString());
    QTRY_COMPARE(second.error.code, TicketError::Code::Cancelled);
    QCOMPARE(ask(Action::CancelTicket, {}, ticket),
        QStringLiteral("The ticket does not wait any more."));
    const TicketId onItsWay{(ticket.number() - 1) << TicketId::slotBits};
    QCOMPARE(ask(Action::CancelTicket, {}, onItsWay),
        QStringLiteral("The ticket does not wait any more."));

    QCOMPARE(ask(Action::Pause), QString());
    Waiting other(bot.limiter, {Method::Get, "/gateway/bot"});
    QTest::qWait(20);
    QCOMPARE(other.grants, 0);
    QCOMPARE(ask(Action::Resume), QString());
    QTRY_COMPARE(other.grants, 1);
}

void TestMonitorPublisher::saysGoodbye()
{
    auto bot = std::make_unique<Bot>();
    const QString path = bot->publisher.path();
    MonitorPeer peer(path);
    peer.subscribe();
    QVERIFY(peer.next<MonitorUpdate>());
    bot.reset();
    QCOMPARE(peer.goodbye(), QStringLiteral("The bot has ended, or watches no longer."));
    QVERIFY(!QFileInfo::exists(path));

    auto limiter = std::make_unique<InMemoryRatelimiter>(); // it may also go first
    MonitorPublisher publisher(limiter.get());
    QVERIFY(publisher.listen());
    MonitorPeer other(publisher.path());
    other.subscribe();
    QVERIFY(other.next<MonitorUpdate>());
    limiter.reset();
    QCOMPARE(other.goodbye(), QStringLiteral("The ratelimiter is gone."));
    MonitorPeer late(publisher.path());
    late.subscribe();
    QCOMPARE(late.goodbye(), QStringLiteral("The ratelimiter is gone."));
}

void TestMonitorPublisher::listensOncePerPublisher()
{
    Bot one, two;
    QVERIFY(two.publisher.path().endsWith(QStringLiteral(".2.sock")));
    MonitorPeer first(one.publisher.path()), second(two.publisher.path());
    first.subscribe();
    second.subscribe();
    const auto a = first.next<MonitorHello>(), b = second.next<MonitorHello>();
    QVERIFY(a && b && a->instance != b->instance);
}

void TestMonitorPublisher::saysWhyItCannotListen()
{
    Bot bot;
    MonitorPublisher publisher(&bot.limiter);
    const auto problemAt = [&](const QString &path) {
        return publisher.listen(path) ? QString() : publisher.errorString();
    };
    QVERIFY(problemAt(bot.publisher.path()).startsWith(QStringLiteral("Somebody listens at")));
    QVERIFY(problemAt(m_dir.path()).endsWith(QStringLiteral("is there, and no socket.")));
    QVERIFY(problemAt(QStringLiteral("/nowhere/at/all"))
                .startsWith(QStringLiteral("The socket /nowhere/at/all cannot be opened: ")));
    QVERIFY(problemAt(m_dir.filePath(QString(120, u'x'))).contains(QStringLiteral("allows 107")));
    QCOMPARE(publisher.path(), QString());

    QVERIFY(!publisher.listenTcp({}));
    QVERIFY(publisher.errorString().startsWith(QStringLiteral("TCP needs a token")));
    QVERIFY(!publisher.listenTcp({.token = QString(257, u'x')}));
    const QSslConfiguration noCertificate;
    QVERIFY(!publisher.listenTcp({.token = QStringLiteral("x"), .tls = noCertificate}));
    QCOMPARE(
        publisher.errorString(), QStringLiteral("TLS needs a certificate and its private key."));
    QVERIFY(bot.publisher.listenTcp({.token = QStringLiteral("x")}));
    QVERIFY(!publisher.listenTcp({.port = bot.publisher.tcpPort(), .token = QStringLiteral("x")}));
    QVERIFY(publisher.errorString().startsWith(QStringLiteral("Port ")));
    QCOMPARE(publisher.tcpPort(), quint16(0));
}

// The first message on \a socket.
static MonitorMessage firstWord(QTcpSocket *socket, const QString &token)
{
    MonitorSubscribe wish;
    wish.token = token;
    socket->write(MonitorFrames::frame(MonitorCodec::encode(wish)));
    MonitorFrames frames(MonitorProtocol::mostToClient);
    std::optional<QByteArray> payload;
    const auto isThere = [&] {
        if (!payload) {
            frames.feed(socket->readAll());
            payload = frames.next();
        }
        return payload.has_value();
    };
    if (!QTest::qWaitFor(isThere))
        return {};
    return MonitorCodec::decode(*payload, {}).message;
}

void TestMonitorPublisher::asksForATokenOnTcp()
{
    Bot bot;
    QVERIFY(bot.publisher.listenTcp({.token = QStringLiteral("sesame")}));
    for (const char *token : {"", "Sesame", "sesam", "sesamesesame"}) {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), bot.publisher.tcpPort());
        const MonitorMessage message = firstWord(&socket, QString::fromLatin1(token));
        const auto *goodbye = std::get_if<MonitorGoodbye>(&message); // and not a word of the bot
        QVERIFY(goodbye && goodbye->isFinal);
        QCOMPARE(goodbye->reason, QStringLiteral("The token is wrong."));
    }
    QTcpSocket socket;
    socket.connectToHost(QHostAddress(QHostAddress::LocalHost), bot.publisher.tcpPort());
    QVERIFY(std::holds_alternative<MonitorHello>(firstWord(&socket, QStringLiteral("sesame"))));
}

void TestMonitorPublisher::speaksTls()
{
    const auto read = [](const char *name) {
        QFile file(QStringLiteral(TEST_DATA_DIR "/") + QLatin1String(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    const QSslCertificate certificate(read("monitor-cert.pem"));
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setLocalCertificate(certificate);
    tls.setPrivateKey(QSslKey(read("monitor-key.pem"), QSsl::Ec));
    Bot bot;
    QVERIFY2(bot.publisher.listenTcp({.token = QStringLiteral("sesame"), .tls = tls}),
        qPrintable(bot.publisher.errorString()));
    QSslConfiguration trusting = QSslConfiguration::defaultConfiguration();
    trusting.setCaCertificates({certificate});
    QSslSocket socket;
    socket.setSslConfiguration(trusting);
    socket.connectToHostEncrypted(QStringLiteral("127.0.0.1"), bot.publisher.tcpPort());
    QTRY_VERIFY2(socket.isEncrypted(), qPrintable(socket.errorString()));
    QVERIFY(std::holds_alternative<MonitorHello>(firstWord(&socket, QStringLiteral("sesame"))));
}

QTEST_GUILESS_MAIN(TestMonitorPublisher)
#include "tst_monitorpublisher.moc"
