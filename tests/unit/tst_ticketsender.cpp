// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/ticket/TicketChannel.h"
#include "tests/common/ScriptedServer.h"

#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtCore/QVariant>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkDiskCache>
#include <QtNetwork/QNetworkReply>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace Turnstile;
using Kind = Response::Kind;

namespace {

/// A granted ticket, and what the ratelimiter hears of it.
struct Granted {
    Granted()
        : ticket(channel(&owner))
        , listener(ticket.receiver, &TicketReceiver::available)
        , headers(*ticket.notifier.available())
    {
        headers.whenSent([this] { ++timesSent; });
        headers.whenDone([this](const auto &outcome) { outcomes.append(outcome); });
    }
    /// The only copy, after which the ticket can be dropped.
    TicketSender takeSender() { return listener.takeFirst().at(0).value<TicketSender>(); }
    Response response() const { return outcomes.value(0).response; }
    int status() const { return response().headers ? response().headers->status : -1; }

    QObject owner;
    TicketChannel ticket;
    QSignalSpy listener;
    TicketHeaders headers;
    int timesSent = 0;
    QList<TicketHeaders::Outcome> outcomes;
};

} // namespace

/// The consumer's end of a granted ticket: what it says, and what replies say for it.
class tst_TicketSender : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void withoutAGrant();
    void onlyTheFirstWordCounts_data();
    void onlyTheFirstWordCounts();
    void droppedWithItsLastCopy();
    void fitsIntoAVariant();

    void followsUntilTheHeaders();
    void followsUntilTheBodyOfA429();
    void followsUntilTheBodyOfA404();
    void followsWhenAlreadyThere_data();
    void followsWhenAlreadyThere();
    void followsWhatHasNoAnswer_data();
    void followsWhatHasNoAnswer();
    void followsWhatBreaksOff();
    void followsWhatIsSentAgainInVain();
    void followsRedirects();
    void followsTheCache_data();
    void followsTheCache();
    void followsNothing();
    void replyDeletedInsideTheWord();

    void stampTravelsWithTheRequest();
    void stampSurvivesRedirects();
    void stampOfARequestThatIsNeverSent();
    void stampOfADeletedManager();
};

void tst_TicketSender::withoutAGrant()
{
    const TicketSender sender;
    QVERIFY(!sender.isValid());
    QVERIFY(!sender.sent());
    QVERIFY(!sender.headers({}));
    QVERIFY(!sender.lost());
    QVERIFY(!sender.drop());
    QVERIFY(!sender.retry(Response::lost()));
    sender.follow(nullptr);
    QNetworkRequest request;
    sender.stamp(request);
    QVERIFY(!TicketSender::fromRequest(request).isValid());
    QVERIFY(sender == TicketSender());
}

void tst_TicketSender::onlyTheFirstWordCounts_data()
{
    using Word = std::function<bool(const TicketSender &)>;
    QTest::addColumn<Word>("first");
    QTest::addColumn<Kind>("kind");
    QTest::newRow("headers") << Word([](auto &s) { return s.headers({}); }) << Kind::Answered;
    QTest::newRow("lost") << Word([](auto &s) { return s.lost(); }) << Kind::Lost;
    QTest::newRow("drop") << Word([](auto &s) { return s.drop(); }) << Kind::Unused;
    QTest::newRow("retry") << Word([](auto &s) { return s.retry(Response::answered({})); })
                           << Kind::Answered;
}

void tst_TicketSender::onlyTheFirstWordCounts()
{
    QFETCH(std::function<bool(const TicketSender &)>, first);
    Granted granted;
    {
        const TicketSender sender = granted.takeSender();
        const TicketSender copy = sender;
        QVERIFY(sender == copy);
        QVERIFY(first(copy));
        QVERIFY(!first(copy));
        QVERIFY(!sender.headers({}));
        QVERIFY(!sender.lost());
        QVERIFY(!sender.drop());
        QVERIFY(!sender.retry(Response::lost()));
        QVERIFY(!sender.sent());
    }
    QCOMPARE(granted.outcomes.size(), 1);
    QTEST(granted.response().kind, "kind");
    QCOMPARE(granted.timesSent, 0);
}

void tst_TicketSender::droppedWithItsLastCopy()
{
    Granted granted;
    TicketSender sender = granted.takeSender();
    auto copy = std::make_unique<TicketSender>(sender);
    QVERIFY(sender.sent()); // is not the word
    sender = {};
    QCOMPARE(granted.outcomes.size(), 0);
    copy.reset();
    QCOMPARE(granted.outcomes.size(), 1);
    QCOMPARE(granted.response().kind, Kind::Unused);
    QCOMPARE(granted.timesSent, 1);
}

void tst_TicketSender::fitsIntoAVariant()
{
    Granted granted;
    QVariant variant = QVariant::fromValue(granted.takeSender());
    QVERIFY(variant.value<TicketSender>().isValid());
    QCOMPARE(granted.outcomes.size(), 0);
    variant.clear();
    QCOMPARE(granted.response().kind, Kind::Unused);
}

void tst_TicketSender::followsUntilTheHeaders()
{
    ScriptedServer server; // announces a body that it never sends
    server.answerRaw("HTTP/1.1 200 OK\r\nX-RateLimit-Bucket: abc\r\nContent-Length: 9\r\n\r\n");
    QNetworkAccessManager manager;
    Granted granted;
    QNetworkReply *reply = manager.get(QNetworkRequest(server.url()));
    granted.takeSender().follow(reply);
    QTRY_COMPARE(granted.outcomes.size(), 1);
    QVERIFY(!reply->isFinished());
    QCOMPARE(granted.timesSent, 1);
    QCOMPARE(granted.response().kind, Kind::Answered);
    QCOMPARE(granted.status(), 200);
    QCOMPARE(granted.response().headers->bucket, "abc");
    QVERIFY(!granted.outcomes.at(0).retry);
    reply->abort();
    QCOMPARE(granted.outcomes.size(), 1);
}

void tst_TicketSender::followsUntilTheBodyOfA429()
{
    const QByteArray body = R"({"message": "You are being rate limited.", "retry_after": 0.5})";
    ScriptedServer server;
    server.answer(429, "Content-Type: application/json\r\n", body);
    QNetworkAccessManager manager;
    Granted granted;
    QNetworkReply *reply = manager.get(QNetworkRequest(server.url()));
    granted.takeSender().follow(reply);
    QTRY_COMPARE(granted.outcomes.size(), 1);
    QVERIFY(reply->isFinished());
    QCOMPARE(granted.response().kind, Kind::Answered);
    QCOMPARE(granted.status(), 429);
    QVERIFY(granted.response().headers->json);
    QVERIFY(!granted.outcomes.at(0).retry); // that is the consumer's choice
    QCOMPARE(reply->readAll(), body);       // only looked at
}

void tst_TicketSender::followsUntilTheBodyOfA404()
{
    const QByteArray body = R"({"message": "Unknown Webhook", "code": 10015})";
    ScriptedServer server;
    server.answer(404, "Content-Type: application/json\r\n", body);
    QNetworkAccessManager manager;
    Granted granted;
    QNetworkReply *reply = manager.get(QNetworkRequest(server.url()));
    granted.takeSender().follow(reply);
    QTRY_COMPARE(granted.outcomes.size(), 1);
    QVERIFY(reply->isFinished());
    QCOMPARE(granted.status(), 404);
    QCOMPARE(granted.response().headers->code, 10015);
    QCOMPARE(reply->readAll(), body);
}

void tst_TicketSender::followsWhenAlreadyThere_data()
{
    QTest::addColumn<bool>("finished");
    QTest::newRow("finished") << true;
    QTest::newRow("has its headers") << false;
}

void tst_TicketSender::followsWhenAlreadyThere()
{
    QFETCH(bool, finished);
    ScriptedServer server;
    if (finished)
        server.answer(403);
    else
        server.answerRaw("HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\n");
    QNetworkAccessManager manager;
    Granted granted;
    QNetworkReply *reply = manager.get(QNetworkRequest(server.url()));
    QSignalSpy spy(reply, finished ? &QNetworkReply::finished : &QNetworkReply::metaDataChanged);
    QVERIFY(spy.wait());
    granted.takeSender().follow(reply);
    QCOMPARE(granted.outcomes.size(), 1);
    QCOMPARE(granted.status(), 403);
}

void tst_TicketSender::followsWhatHasNoAnswer_data()
{
    using Act = std::function<void(QNetworkReply *)>;
    QTest::addColumn<bool>("listening");
    QTest::addColumn<Act>("act"); // once the request is there
    QTest::addColumn<bool>("late");
    QTest::addColumn<Kind>("kind");
    const Act nothing = [](QNetworkReply *) {};
    const Act abort = [](QNetworkReply *reply) { reply->abort(); };
    const Act destroy = [](QNetworkReply *reply) { delete reply; };
    QTest::newRow("refused") << false << nothing << false << Kind::Unused;
    QTest::newRow("refused, followed when finished") << false << nothing << true << Kind::Lost;
    QTest::newRow("aborted") << true << abort << false << Kind::Lost;
    QTest::newRow("aborted, followed when finished") << true << abort << true << Kind::Lost;
    QTest::newRow("deleted") << true << destroy << false << Kind::Lost;
}

void tst_TicketSender::followsWhatHasNoAnswer()
{
    QFETCH(bool, listening);
    QFETCH(std::function<void(QNetworkReply *)>, act);
    QFETCH(bool, late);
    ScriptedServer server;
    server.keepSilent();
    const QNetworkRequest request(server.url());
    if (!listening)
        server.close();
    QNetworkAccessManager manager;
    Granted granted;
    const QPointer reply(manager.get(request));
    if (!late)
        granted.takeSender().follow(reply);
    if (listening)
        QTRY_COMPARE(server.requests(), 1);
    QCOMPARE(granted.outcomes.size(), 0);
    act(reply);
    QTRY_VERIFY(!reply || reply->isFinished());
    if (late)
        granted.takeSender().follow(reply);
    QTRY_COMPARE(granted.outcomes.size(), 1);
    QTEST(granted.response().kind, "kind");
}

void tst_TicketSender::followsWhatBreaksOff()
{
    ScriptedServer server;
    server.hangUp();
    QNetworkAccessManager manager;
    Granted before;
    QNetworkReply *reply = manager.get(QNetworkRequest(server.url()));
    before.takeSender().follow(reply);
    QTRY_COMPARE(before.outcomes.size(), 1);
    QCOMPARE(before.response().kind, Kind::Lost);
    QVERIFY(before.timesSent > 0);

    ScriptedServer other;
    other.hangUp("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nhalf");
    Granted middle;
    reply = manager.get(QNetworkRequest(other.url()));
    middle.takeSender().follow(reply);
    QTRY_VERIFY(reply->isFinished());
    QCOMPARE(reply->error(), QNetworkReply::RemoteHostClosedError);
    QCOMPARE(middle.status(), 503);
}

// The manager sends a request again by itself when the connection closes before the answer.
void tst_TicketSender::followsWhatIsSentAgainInVain()
{
    ScriptedServer server;
    server.answer(200);
    server.hangUp();
    QNetworkAccessManager manager;
    QNetworkReply *first = manager.get(QNetworkRequest(server.url()));
    QTRY_VERIFY(first->isFinished());
    const QNetworkRequest request(server.url());
    server.close(); // the open connection stays

    Granted granted;
    QNetworkReply *reply = manager.get(request);
    granted.takeSender().follow(reply);
    QTRY_COMPARE(granted.outcomes.size(), 1);
    QCOMPARE(reply->error(), QNetworkReply::ConnectionRefusedError);
    QCOMPARE(server.requests(), 2);
    QCOMPARE(granted.response().kind, Kind::Lost); // the first one did get there
}

void tst_TicketSender::followsRedirects()
{
    ScriptedServer server;
    server.answer(302, "Location: /there\r\nX-RateLimit-Bucket: old\r\n");
    server.answer(200, "X-RateLimit-Bucket: new\r\n");
    QNetworkAccessManager manager;
    Granted followed;
    followed.takeSender().follow(manager.get(QNetworkRequest(server.url())));
    QTRY_COMPARE(followed.outcomes.size(), 1);
    QCOMPARE(followed.status(), 200);
    QCOMPARE(followed.response().headers->bucket, "new");
    QCOMPARE(server.requests(), 2);

    ScriptedServer other;
    other.answer(302, "Location: /there\r\n");
    QNetworkRequest request(other.url());
    request.setAttribute(
        QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    Granted manual;
    manual.takeSender().follow(manager.get(request));
    QTRY_COMPARE(manual.outcomes.size(), 1);
    QCOMPARE(manual.status(), 302);
    QCOMPARE(other.requests(), 1);
}

void tst_TicketSender::followsTheCache_data()
{
    QTest::addColumn<QByteArray>("age");
    QTest::addColumn<bool>("late");
    QTest::addColumn<int>("requests");
    QTest::addColumn<Kind>("kind");
    QTest::newRow("fresh") << QByteArray("max-age=600") << false << 1 << Kind::Unused;
    QTest::newRow("fresh, followed when finished")
        << QByteArray("max-age=600") << true << 1 << Kind::Unused;
    // The server counts it, and what the copy says of the limits is old.
    QTest::newRow("asked whether it is") << QByteArray("no-cache") << false << 2 << Kind::Lost;
}

void tst_TicketSender::followsTheCache()
{
    QFETCH(QByteArray, age);
    QFETCH(bool, late);
    const QByteArray limits = "X-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 0\r\n";
    ScriptedServer server;
    server.answer(200, "ETag: \"1\"\r\nCache-Control: " + age + "\r\n" + limits, "{}");
    server.answerRaw("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
    const QTemporaryDir directory;
    QNetworkAccessManager manager;
    auto *cache = new QNetworkDiskCache(&manager);
    cache->setCacheDirectory(directory.path());
    manager.setCache(cache);
    QNetworkReply *first = manager.get(QNetworkRequest(server.url()));
    QTRY_VERIFY(first->isFinished());
    first->deleteLater();

    Granted granted;
    QNetworkReply *reply = manager.get(QNetworkRequest(server.url()));
    if (!late)
        granted.takeSender().follow(reply);
    QTRY_VERIFY(reply->isFinished());
    QVERIFY(reply->attribute(QNetworkRequest::SourceIsFromCacheAttribute).toBool());
    QTEST(server.requests(), "requests");
    if (late)
        granted.takeSender().follow(reply);
    QCOMPARE(granted.outcomes.size(), 1);
    QTEST(granted.response().kind, "kind");
}

void tst_TicketSender::followsNothing()
{
    Granted granted;
    granted.takeSender().follow(nullptr);
    QCOMPARE(granted.response().kind, Kind::Unused);
}

void tst_TicketSender::replyDeletedInsideTheWord()
{
    for (const bool atSent : {true, false}) {
        ScriptedServer server;
        server.answer(200);
        QNetworkAccessManager manager;
        TicketChannel ticket = channel(this);
        QSignalSpy available(ticket.receiver, &TicketReceiver::available);
        auto headers = ticket.notifier.available();
        QPointer reply(manager.get(QNetworkRequest(server.url())));
        bool done = false;
        headers->whenSent([&] {
            if (atSent)
                delete reply;
        });
        headers->whenDone([&](const auto &) {
            done = true;
            if (!atSent)
                delete reply;
        });
        available.takeFirst().at(0).value<TicketSender>().follow(reply);
        QTRY_VERIFY(done);
        QVERIFY(!reply);
    }
}

void tst_TicketSender::stampTravelsWithTheRequest()
{
    ScriptedServer server;
    server.answer(200);
    QNetworkAccessManager manager;
    Granted granted;
    QNetworkReply *reply = nullptr;
    {
        QNetworkRequest request(server.url());
        granted.takeSender().stamp(request);
        reply = manager.get(request);
    }
    QTRY_VERIFY(reply->isFinished());
    QCOMPARE(granted.outcomes.size(), 0);
    TicketSender::fromRequest(reply->request()).follow(reply);
    QCOMPARE(granted.status(), 200);
}

void tst_TicketSender::stampSurvivesRedirects()
{
    ScriptedServer server;
    server.answer(307, "Location: /there\r\n");
    server.answer(200);
    QNetworkAccessManager manager;
    Granted granted;
    QNetworkRequest request(server.url());
    granted.takeSender().stamp(request);
    QNetworkReply *reply = manager.get(request);
    QTRY_VERIFY(reply->isFinished());
    QCOMPARE(server.requests(), 2);
    TicketSender::fromRequest(reply->request()).follow(reply);
    QCOMPARE(granted.status(), 200);
}

void tst_TicketSender::stampOfARequestThatIsNeverSent()
{
    Granted granted;
    {
        QNetworkRequest request;
        granted.takeSender().stamp(request);
        QVERIFY(TicketSender::fromRequest(request).isValid());
        QCOMPARE(granted.outcomes.size(), 0);
    }
    QCOMPARE(granted.outcomes.size(), 1);
    QCOMPARE(granted.response().kind, Kind::Lost); // nobody can tell
}

void tst_TicketSender::stampOfADeletedManager()
{
    ScriptedServer server;
    server.keepSilent();
    auto manager = std::make_unique<QNetworkAccessManager>();
    Granted granted;
    {
        QNetworkRequest request(server.url());
        granted.takeSender().stamp(request);
        manager->get(request);
    }
    QTRY_COMPARE(server.requests(), 1);
    QCOMPARE(granted.outcomes.size(), 0);
    manager.reset();
    QTRY_COMPARE(granted.outcomes.size(), 1);
    QCOMPARE(granted.response().kind, Kind::Lost);
}

QTEST_GUILESS_MAIN(tst_TicketSender)
#include "tst_ticketsender.moc"
