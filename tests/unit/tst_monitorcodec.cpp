// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorCodec.h"
#include "ratelimit/monitoring/MonitorCollector.h"
#include "tests/common/MonitorSamples.h"

#include <QtCore/QCborArray>
#include <QtCore/QCborMap>
#include <QtTest/QtTest>

/// Messages become bytes and the same messages again, in whatever way the bytes are bad.
class TestMonitorCodec : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsUpdates();
    void keepsAnEmptyUpdate();
    void keepsTheOthers();
    void keepsEveryState();
    void fitsIntoAFrame();
    void countsFromAnotherEpoch();
    void leavesOutWhatIsNotSet();
    void cutsLongNames();
    void holdsTimesInRange();
    void readsANewerMinorVersion();
    void refusesAnotherMajorVersion();
    void isCutAnywhere();
    void survivesAnyByte();
    void refuses_data();
    void refuses();
    void isSmall();

private:
    using Codec = MonitorCodec;
    template <typename Message> static Message decoded(const QByteArray &bytes, TimePoint since)
    {
        const Codec::Decoded decoded = Codec::decode(bytes, since);
        if (!decoded.problem.isEmpty())
            qWarning("%s", qPrintable(decoded.problem));
        return std::get<Message>(decoded.message);
    }
    static QByteArray bytesOf(int kind, const QCborMap &map)
    {
        return QCborValue(QCborArray{kind, map}).toCbor();
    }
    static constexpr TimePoint now{5h};
    static constexpr TimePoint epoch{1h};
};

void TestMonitorCodec::keepsUpdates()
{
    const MonitorUpdate sent = sampleUpdate(now);
    const auto got = decoded<MonitorUpdate>(Codec::encode(sent, epoch), epoch);
    QCOMPARE(got.at, sent.at);
    QCOMPARE(got.since, sent.since);
    QVERIFY(got.reset && got.snapshotBegins && got.snapshotEnds);
    QCOMPARE(got.events, sent.events);
    QCOMPARE(got.dropped, sent.dropped);
    QVERIFY(got.buckets == sent.buckets);
    QVERIFY(got.removed == sent.removed);
    QCOMPARE(got.tickets.size(), size_t(2));
    for (size_t i = 0; i < 2; ++i) {
        const TicketInfo &a = got.tickets[i], &b = sent.tickets[i];
        QVERIFY(std::tie(a.id, a.lane, a.bucket, a.state, a.name, a.attempt, a.status, a.error,
                    a.reason, a.at, a.askedAt, a.grantedAt)
            == std::tie(b.id, b.lane, b.bucket, b.state, b.name, b.attempt, b.status, b.error,
                b.reason, b.at, b.askedAt, b.grantedAt));
    }
    QCOMPARE(got.hits.size(), size_t(1));
    const RateLimitHit &hit = got.hits[0].hit;
    QCOMPARE(got.hits[0].at, sent.hits[0].at);
    QVERIFY(hit.ticket.value == 8 && hit.bucket.value == 9);
    QVERIFY(hit.kind == LimitKind::Sublimit && hit.scope == Scope::Shared);
    QCOMPARE(hit.name, QStringLiteral("GET /gateway/bot"));
    QCOMPARE(hit.retryAfter, 1500ms);
    QCOMPARE(got.anomalies.size(), size_t(1));
    QCOMPARE(got.anomalies[0].kind, Anomaly::HashFlipped);
    QCOMPARE(got.anomalies[0].bucket, BucketId{2});
    QCOMPARE(got.anomalies[0].name, QStringLiteral("GET /users/@me"));
    QCOMPARE(got.anomalies[0].at, now);
    QVERIFY(got.global == sent.global);
    QVERIFY(got.invalid == sent.invalid);
    QVERIFY(got.shared == sent.shared);
}

void TestMonitorCodec::keepsAnEmptyUpdate()
{
    MonitorUpdate sent;
    sent.at = epoch; // zero on the wire, and still there
    const QByteArray bytes = Codec::encode(sent, epoch);
    QCOMPARE(bytes.toHex(), QByteArray("8203a10000"));
    const auto got = decoded<MonitorUpdate>(bytes, epoch);
    QCOMPARE(got.at, epoch);
    QVERIFY(
        !got.global && !got.invalid && !got.shared && got.buckets.empty() && !got.snapshotBegins);
}

void TestMonitorCodec::keepsTheOthers()
{
    const MonitorHello hello = sampleHello(now);
    const auto gotHello = decoded<MonitorHello>(Codec::encode(hello, epoch), epoch);
    QCOMPARE(gotHello.minorVersion, hello.minorVersion);
    QCOMPARE(gotHello.application, hello.application);
    QCOMPARE(gotHello.pid, hello.pid);
    QCOMPARE(gotHello.limiter, hello.limiter);
    QCOMPARE(gotHello.instance, hello.instance);
    QVERIFY(gotHello.startedAt == hello.startedAt);
    QCOMPARE(gotHello.at, now);
    QVERIFY(gotHello.controlAllowed);
    QCOMPARE(gotHello.globalLimit, 50);

    MonitorSubscribe subscribe;
    subscribe.interval = 250ms;
    subscribe.token = QStringLiteral("sesame");
    const auto gotSubscribe = decoded<MonitorSubscribe>(Codec::encode(subscribe), epoch);
    QCOMPARE(gotSubscribe.interval, 250ms);
    QCOMPARE(gotSubscribe.token, subscribe.token);
    subscribe.interval = 1ms; // is held in bounds
    QCOMPARE(decoded<MonitorSubscribe>(Codec::encode(subscribe), epoch).interval, 33ms);

    QCOMPARE(decoded<MonitorHeartbeat>(Codec::encode(MonitorHeartbeat{now}, epoch), epoch).at, now);
    const auto goodbye = decoded<MonitorGoodbye>(
        Codec::encode(MonitorGoodbye{true, QStringLiteral("The bot ends.")}), epoch);
    QVERIFY(goodbye.isFinal);
    QCOMPARE(goodbye.reason, QStringLiteral("The bot ends."));

    MonitorRequest request{7, {MonitorCommand::Action::CancelTicket, {}, TicketId{99}}};
    auto gotRequest = decoded<MonitorRequest>(Codec::encode(request), epoch);
    QCOMPARE(gotRequest.number, quint64(7));
    QVERIFY(gotRequest.command.action == MonitorCommand::Action::CancelTicket);
    QCOMPARE(gotRequest.command.ticket, TicketId{99});
    request = {8, {MonitorCommand::Action::Resume, BucketId{98}, {}}};
    gotRequest = decoded<MonitorRequest>(Codec::encode(request), epoch);
    QVERIFY(gotRequest.command.action == MonitorCommand::Action::Resume);
    QCOMPARE(gotRequest.command.bucket, BucketId{98});

    const auto result =
        decoded<MonitorResult>(Codec::encode(MonitorResult{7, QStringLiteral("No.")}), epoch);
    QCOMPARE(result.number, quint64(7));
    QCOMPARE(result.problem, QStringLiteral("No."));
}

void TestMonitorCodec::keepsEveryState()
{
    MonitorUpdate sent;
    for (int state = 0; state <= int(BucketState::Idle); ++state) {
        sent.buckets.push_back(sampleBucket(1, now));
        sent.buckets.back().state = BucketState(state);
    }
    for (int state = 0; state <= int(TicketState::Rejected); ++state) {
        sent.tickets.push_back(sampleTicket(1, now));
        sent.tickets.back().state = TicketState(state);
    }
    const auto got = decoded<MonitorUpdate>(Codec::encode(sent, epoch), epoch);
    for (size_t i = 0; i < sent.buckets.size(); ++i)
        QCOMPARE(got.buckets[i].state, sent.buckets[i].state);
    for (size_t i = 0; i < sent.tickets.size(); ++i)
        QCOMPARE(got.tickets[i].state, sent.tickets[i].state);
}

// The largest update that a collector makes, with names and numbers as long as can be.
void TestMonitorCodec::fitsIntoAFrame()
{
    const QString name(1000, u'…');
    const QByteArray bytes(1000, 'x');
    Bucket bucket = sampleBucket(1, now);
    bucket.name = name;
    bucket.hash = bucket.majorResource = bytes;
    TicketInfo ticket = sampleTicket(1, now);
    ticket.name = name;
    ticket.id.value = ticket.lane.value = ticket.bucket.value = std::numeric_limits<quint64>::max();
    ticket.at = ticket.askedAt = ticket.grantedAt = now + std::chrono::years(50);
    MonitorUpdate update;
    update.buckets.assign(MonitorCollector::mostBuckets, bucket);
    update.tickets.assign(MonitorCollector::mostTickets, ticket);
    update.removed.assign(MonitorCollector::mostRemoved, ticket.bucket);
    RateLimitHit hit;
    hit.name = name;
    update.hits.assign(MonitorCollector::mostHits, {now, hit});
    update.anomalies.assign(MonitorCollector::mostHits, {Anomaly::ClockJumped, {}, name, now});
    const auto size = [&update] { return Codec::encode(update, epoch).size(); };
    QVERIFY2(size() < MonitorProtocol::mostToClient, qPrintable(QString::number(size())));
    update.tickets.resize(MonitorCollector::mostBesideShared);
    SharedState &shared = update.shared.emplace(sampleShared(now));
    SharedBucket &held = shared.buckets[0];
    held.name = name;
    held.hash = held.majorResource = bytes;
    held.holders.assign(SharedState::mostNamed, {999, std::numeric_limits<int>::max()});
    held.waiting.assign(SharedState::mostNamed, 999);
    shared.buckets.assign(SharedState::mostBuckets, held);
    shared.processes.assign(SharedState::mostProcesses,
        {name.left(60), name.left(60), std::numeric_limits<qint64>::max(), name.left(60), now, true,
            true, std::numeric_limits<int>::max()});
    QVERIFY2(size() < MonitorProtocol::mostToClient, qPrintable(QString::number(size())));
}

void TestMonitorCodec::countsFromAnotherEpoch()
{
    const QByteArray bytes = Codec::encode(sampleUpdate(now), epoch);
    const auto got = decoded<MonitorUpdate>(bytes, epoch + 10min);
    QCOMPARE(got.at, now + 10min);
    QCOMPARE(got.tickets[0].askedAt, now - 3s + 10min);
    QCOMPARE(*got.buckets[0].wait->until, now + 1s + 10min);
}

void TestMonitorCodec::leavesOutWhatIsNotSet()
{
    MonitorUpdate update;
    update.at = now;
    TicketInfo ticket;
    ticket.id.value = 3;
    ticket.at = now - 1s;
    update.tickets = {ticket};
    const QByteArray bytes = Codec::encode(update, now);
    QCOMPARE(QCborValue::fromCbor(bytes),
        QCborValue(
            QCborArray{3, QCborMap{{0, 0}, {7, QCborArray{QCborMap{{0, 3}, {9, -1'000'000}}}}}}));
    const auto got = decoded<MonitorUpdate>(bytes, now);
    QCOMPARE(got.tickets[0].grantedAt, TimePoint());
    QCOMPARE(got.since, now);
}

void TestMonitorCodec::cutsLongNames()
{
    MonitorUpdate update;
    Bucket bucket = sampleBucket(1, now);
    bucket.name = QStringLiteral("…").repeated(10'000);
    bucket.hash = QByteArray(10'000, 'h');
    update.buckets = {bucket};
    const auto got = decoded<MonitorUpdate>(Codec::encode(update, epoch), epoch);
    QCOMPARE(got.buckets[0].name, bucket.name.left(200));
    QCOMPARE(got.buckets[0].hash, bucket.hash.left(256));
}

void TestMonitorCodec::holdsTimesInRange()
{
    MonitorUpdate update;
    update.at = now;
    Bucket bucket;
    bucket.id.value = 1;
    bucket.resetAt = TimePoint::max();
    bucket.oldestAskedAt = TimePoint::min();
    bucket.window = milliseconds::max();
    update.buckets = {bucket};
    const auto got = decoded<MonitorUpdate>(Codec::encode(update, epoch), epoch);
    QVERIFY(*got.buckets[0].resetAt > now + std::chrono::years(100));
    QVERIFY(*got.buckets[0].oldestAskedAt < now - std::chrono::years(100));
    QVERIFY(*got.buckets[0].window > std::chrono::years(100));
}

void TestMonitorCodec::readsANewerMinorVersion()
{
    QCborArray message = QCborValue::fromCbor(Codec::encode(sampleHello(now), epoch)).toArray();
    QCborMap map = message[1].toMap();
    map.insert(1, 7); // 1.7
    map.insert(900, QCborMap{{1, QCborArray{2.5, nullptr}}});
    const QByteArray hello = QCborValue(QCborArray{1, map, QStringLiteral("more")}).toCbor();
    const auto got = decoded<MonitorHello>(hello, epoch);
    QCOMPARE(got.minorVersion, 7);
    QCOMPARE(got.application, QStringLiteral("music-bot"));

    const Codec::Decoded unknown = Codec::decode(bytesOf(99, {{0, 1}}), epoch);
    QVERIFY(unknown.problem.isEmpty());
    QVERIFY(std::holds_alternative<std::monostate>(unknown.message));
}

void TestMonitorCodec::refusesAnotherMajorVersion()
{
    // What else is in it may mean anything.
    for (int kind : {1, 2}) {
        const Codec::Decoded decoded =
            Codec::decode(bytesOf(kind, {{2, 2.5}, {0, 2}, {3, nullptr}}), epoch);
        QVERIFY(decoded.isIncompatible);
        QVERIFY(std::holds_alternative<std::monostate>(decoded.message));
        QCOMPARE(decoded.problem,
            QStringLiteral("It speaks version 2 of the protocol, and this is version 1."));
    }
}

void TestMonitorCodec::isCutAnywhere()
{
    for (const QByteArray &bytes :
        {Codec::encode(sampleUpdate(now), epoch), Codec::encode(sampleHello(now), epoch),
            Codec::encode(MonitorGoodbye{false, QStringLiteral("…")})}) {
        for (qsizetype size = 0; size < bytes.size(); ++size) {
            const Codec::Decoded decoded = Codec::decode(bytes.first(size), epoch);
            QVERIFY2(!decoded.problem.isEmpty(), qPrintable(QString::number(size)));
            QVERIFY(std::holds_alternative<std::monostate>(decoded.message));
        }
        QVERIFY(!Codec::decode(bytes + '\0', epoch).problem.isEmpty());
    }
}

void TestMonitorCodec::survivesAnyByte()
{
    const QByteArray good = Codec::encode(sampleUpdate(now), epoch);
    int readable = 0;
    for (qsizetype i = 0; i < good.size(); ++i) {
        for (int byte : {0x00, 0x1b, 0x3b, 0x5f, 0x7b, 0x9b, 0xbb, 0xff}) {
            QByteArray bad = good;
            bad[i] = char(byte);
            readable += Codec::decode(bad, epoch).problem.isEmpty();
        }
    }
    QVERIFY(readable > 0); // texts may have any letters
}

void TestMonitorCodec::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char *name, const QByteArray &bytes, const char *problem) {
        QTest::newRow(name) << bytes << QString::fromLatin1(problem);
    };
    const QCborArray longList([] {
        QCborArray list;
        while (list.size() <= 65'536)
            list.append(1);
        return list;
    }());
    row("a number", QCborValue(5).toCbor(), "A message has a value of the wrong type.");
    row("an empty list", QCborValue(QCborArray{}).toCbor(), "A message lacks its content.");
    row("no version", bytesOf(2, {{2, 40}}), "A message lacks the version of the protocol.");
    row("no instance", bytesOf(1, {{0, 1}, {7, 0}}), "A message lacks the instance.");
    row("no time", bytesOf(3, {{5, QCborArray{}}}), "A message lacks its time.");
    row("no heartbeat", bytesOf(4, {}), "A message lacks its time.");
    row("a bucket without id", bytesOf(3, {{0, 0}, {5, QCborArray{QCborMap{{3, 1}}}}}),
        "A message lacks the id of a bucket.");
    row("a ticket without id", bytesOf(3, {{0, 0}, {7, QCborArray{QCborMap{}}}}),
        "A message lacks the id of a ticket.");
    row("no action", bytesOf(6, {{0, 1}}), "A message lacks what to do.");
    row("no ticket", bytesOf(6, {{0, 1}, {1, 3}}), "A message lacks the ticket.");
    row("an unknown state", bytesOf(3, {{0, 0}, {5, QCborArray{QCborMap{{0, 1}, {3, 7}}}}}),
        "A message has a value that is out of range.");
    row("an unknown action", bytesOf(6, {{0, 1}, {1, 4}}),
        "A message has a value that is out of range.");
    row("a negative count", bytesOf(3, {{0, 0}, {3, -1}}),
        "A message has a value that is out of range.");
    row("a time after all", bytesOf(3, {{0, qint64(4'000'000'000'000'001)}}),
        "A message has a value that is out of range.");
    row("a long list", bytesOf(3, {{0, 0}, {6, longList}}),
        "A message, or a list or text in it, is too long.");
    row("a long token", bytesOf(2, {{0, 1}, {3, QString(257, u'x')}}),
        "A message, or a list or text in it, is too long.");
    const QCborMap process{{0, QStringLiteral("p")}};
    row("a holder that is not there",
        bytesOf(3,
            {{0, 0},
                {12,
                    QCborMap{{2, QCborArray{process}},
                        {3, QCborArray{QCborMap{{4, QCborArray{QCborMap{{0, 1}}}}}}}}}}),
        "A message has a value that is out of range.");
    row("one who waits and is not there",
        bytesOf(3, {{0, 0}, {12, QCborMap{{3, QCborArray{QCborMap{{5, QCborArray{0}}}}}}}}),
        "A message has a value that is out of range.");
    row("many who wait",
        bytesOf(3, {{0, 0}, {12, QCborMap{{3, QCborArray{QCborMap{{5, longList}}}}}}}),
        "A message, or a list or text in it, is too long.");
    row("a text for a list", bytesOf(3, {{0, 0}, {5, QStringLiteral("x")}}),
        "A message has a value of the wrong type.");
}

void TestMonitorCodec::refuses()
{
    QFETCH(QByteArray, bytes);
    const Codec::Decoded decoded = Codec::decode(bytes, epoch);
    QTEST(decoded.problem, "problem");
    QVERIFY(!decoded.isIncompatible);
    QVERIFY(std::holds_alternative<std::monostate>(decoded.message));
}

// Prints; the bound is far off, as this may be a build that is checked for everything.
// Speed is for benchmarks; what is small is quick.
void TestMonitorCodec::isSmall()
{
    MonitorUpdate buckets, tickets;
    for (quint64 i = 1; i <= 1000; ++i) {
        buckets.buckets.push_back(sampleBucket(i, now));
        tickets.tickets.push_back(sampleTicket(i, now));
        tickets.tickets.back().name.clear();
    }
    const qsizetype bucketBytes = Codec::encode(buckets, epoch).size() / 1000;
    const qsizetype ticketBytes = Codec::encode(tickets, epoch).size() / 1000;
    qInfo("a bucket: %lld bytes; a ticket: %lld bytes", qlonglong(bucketBytes),
        qlonglong(ticketBytes));
    QVERIFY(bucketBytes <= 400);
    QVERIFY(ticketBytes <= 100);
}

QTEST_APPLESS_MAIN(TestMonitorCodec)
#include "tst_monitorcodec.moc"
