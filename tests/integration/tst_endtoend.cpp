// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// A bot as one would write it, over real HTTP, against a server that enforces the limits.
#include "ratelimit/InMemoryRatelimiter.h"
#include "ratelimit/testing/ModelApi.h"

#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <map>

using namespace Turnstile;
using namespace std::chrono_literals;

// Sends what it is asked to, each request with a ticket of its own.
class Bot : public QObject {
    Q_OBJECT
public:
    enum class Completes { ByFollow, ByStamp };

    explicit Bot(const SchedulerOptions &options, Completes by = Completes::ByFollow)
        : limiter(options)
        , m_by(by)
    {
        connect(&limiter, &Ratelimiter::ticketChanged, this, [this](const TicketInfo &ticket) {
            if (isFinal(ticket.state))
                ++ended[ticket.state];
        });
        if (by == Completes::ByStamp) {
            connect(
                &manager, &QNetworkAccessManager::finished, &limiter, &Ratelimiter::replyFinished);
        }
    }

    void send(Method method, const QString &path, const QByteArray &body = {})
    {
        auto *ticket = limiter.ticket({method, path});
        connect(ticket, &TicketReceiver::available, this, [=, this](const TicketSender &sender) {
            QNetworkRequest request(QUrl(base.toString() + path));
            request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArray("text/plain"));
            if (m_by == Completes::ByStamp)
                sender.stamp(request);
            auto *reply =
                manager.sendCustomRequest(request, methodName(method).toByteArray(), body);
            if (m_by == Completes::ByFollow)
                sender.follow(reply);
            connect(reply, &QNetworkReply::finished, this, [this, reply] {
                ++replies[reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt()];
                reply->deleteLater();
            });
        });
    }

    int endedInAll() const
    {
        int sum = 0;
        for (const auto &[state, count] : ended)
            sum += count;
        return sum;
    }

    QUrl base;
    InMemoryRatelimiter limiter;
    QNetworkAccessManager manager;
    std::map<TicketState, int> ended;
    std::map<int, int> replies; // by status

private:
    Completes m_by;
};

class EndToEndTest : public QObject {
    Q_OBJECT

private:
    static SchedulerOptions limits()
    {
        SchedulerOptions options;
        options.globalLimit = 20;
        options.globalPeriod = 300ms;
        return options;
    }

    static void configure(ModelApi &api)
    {
        api.setDefaultLimit({.limit = 3, .window = 300ms});
        api.setGlobalLimit({.limit = 20, .window = 300ms, .kind = Quota::Window::Sliding});
        api.setLatency(4ms, 8ms);
    }

private Q_SLOTS:
    // 200 requests over 8 buckets and a global limit: all answered, no limit broken, order kept.
    void twoHundredRequests_data()
    {
        QTest::addColumn<Bot::Completes>("by");
        QTest::newRow("follow") << Bot::Completes::ByFollow;
        QTest::newRow("stamp") << Bot::Completes::ByStamp;
    }
    void twoHundredRequests()
    {
        QFETCH(Bot::Completes, by);
        ModelApi api;
        configure(api);
        std::map<QByteArray, std::vector<int>> arrived;
        api.setHandler([&arrived](const ApiRequest &request) {
            arrived[request.endpoint.lane()].push_back(request.body.toInt());
            return ServerReply();
        });
        Bot bot(limits(), by);
        bot.base = api.listen();
        QVERIFY(!bot.base.isEmpty());
        for (int i = 0; i < 200; ++i) {
            bot.send(Method::Post, QStringLiteral("/channels/%1/messages").arg(1000 + i % 8),
                QByteArray::number(i));
        }
        QTRY_COMPARE_WITH_TIMEOUT(bot.endedInAll(), 200, 20000);
        QTRY_COMPARE(bot.replies[200], 200);
        QCOMPARE(bot.ended[TicketState::Completed], 200);
        QCOMPARE(api.stats().violations, QList<Violation>());
        QCOMPARE(arrived.size(), 8u);
        for (const auto &[lane, order] : arrived) {
            QCOMPARE(order.size(), 25u);
            QVERIFY(std::is_sorted(order.begin(), order.end()));
        }
    }

    void wideBucketsAreUsedSideBySide()
    {
        ModelApi api;
        api.setDefaultLimit({.limit = 10, .window = 2s});
        api.setLatency(60ms);
        Bot bot({});
        bot.base = api.listen();
        for (int i = 0; i < 10; ++i)
            bot.send(Method::Get, QStringLiteral("/guilds/1/members"));
        QTRY_COMPARE(bot.replies[200], 10);
        QCOMPARE(api.stats().violations, QList<Violation>());
        // After the probe, the six connections that the manager has are busy at the same time.
        const auto requests = api.requests();
        int together = 0;
        for (const ServedRequest &request : requests)
            together += request.arrived - requests.at(1).arrived < 50ms
                && request.arrived >= requests.at(1).arrived;
        QVERIFY2(together >= 5, qPrintable(QString::number(together)));
    }

    void theServerDiesInTheMiddle()
    {
        ModelApi api;
        configure(api);
        Bot bot(limits());
        bot.base = api.listen();
        const quint16 port = api.port();
        connect(&api, &ModelApi::requestArrived, this, [&api, count = 0]() mutable {
            if (++count == 30)
                QMetaObject::invokeMethod(&api, &ModelApi::close, Qt::QueuedConnection);
        });
        for (int i = 0; i < 100; ++i)
            bot.send(Method::Post, QStringLiteral("/channels/%1/messages").arg(1000 + i % 8));
        QTRY_COMPARE_WITH_TIMEOUT(bot.endedInAll(), 100, 20000);
        QVERIFY(!api.isListening());
        QVERIFY(bot.ended[TicketState::Completed] < 100);
        QVERIFY(bot.ended[TicketState::Lost] + bot.ended[TicketState::Dropped] > 0);

        ModelApi successor;
        configure(successor);
        QVERIFY(!successor.listen(port).isEmpty());
        const int before = bot.replies[200];
        for (int i = 0; i < 40; ++i)
            bot.send(Method::Post, QStringLiteral("/channels/%1/messages").arg(1000 + i % 8));
        QTRY_COMPARE_WITH_TIMEOUT(bot.replies[200], before + 40, 20000);
        QCOMPARE(successor.stats().violations, QList<Violation>());
        QTRY_COMPARE(bot.endedInAll(), 140);
    }

    // Whatever goes wrong with one request, its ticket ends and the ones behind it are served.
    void faults_data()
    {
        QTest::addColumn<Fault>("fault");
        // The manager sends again by itself: a request that no ticket was taken for.
        QTest::addColumn<int>("resent");
        using Kind = Fault::Kind;
        QTest::newRow("no answer") << Fault{.kind = Kind::NoAnswer} << 0;
        QTest::newRow("close before") << Fault{.kind = Kind::CloseBeforeAnswer, .times = 2} << 2;
        QTest::newRow("close in the middle") << Fault{.kind = Kind::CloseInTheMiddle} << 0;
        QTest::newRow("malformed headers") << Fault{.kind = Kind::MalformedHeaders} << 0;
        QTest::newRow("missing headers") << Fault{.kind = Kind::MissingHeaders} << 0;
        QTest::newRow("server error") << Fault{.kind = Kind::ServerError} << 0;
        QTest::newRow("hash flip") << Fault{.kind = Kind::HashFlip} << 0;
        QTest::newRow("global 429") << Fault{.kind = Kind::GlobalLimit, .retryAfter = 100ms} << 0;
    }
    void faults()
    {
        QFETCH(Fault, fault);
        QFETCH(int, resent);
        ModelApi api;
        configure(api);
        SchedulerOptions options = limits();
        options.responseTimeout = 400ms;
        Bot bot(options);
        bot.base = api.listen();
        bot.send(Method::Post, QStringLiteral("/channels/1/messages"));
        QTRY_COMPARE(bot.endedInAll(), 1);
        api.addFault(fault);
        for (int i = 0; i < 8; ++i)
            bot.send(Method::Post, QStringLiteral("/channels/1/messages"));
        QTRY_COMPARE_WITH_TIMEOUT(bot.endedInAll(), 9, 20000);
        QVERIFY(api.stats().violations.size() <= resent);
        QVERIFY(api.stats().faults > 0);
        bot.send(Method::Post, QStringLiteral("/channels/1/messages"));
        QTRY_COMPARE(bot.endedInAll(), 10);
        QVERIFY(bot.ended[TicketState::Completed] >= 8);
    }
};

QTEST_GUILESS_MAIN(EndToEndTest)
#include "tst_endtoend.moc"
