// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// What endpoints share, and that nobody notices: bytes, threads, credentials.

#include "ratelimit/core/Endpoint.h"

#include <QtCore/QThread>
#include <QtTest/QTest>

#include <memory>
#include <thread>
#include <vector>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <malloc.h>
#if __GLIBC_PREREQ(2, 33)
#define TURNSTILE_COUNTS_BYTES
#endif
#endif
#ifdef __has_feature // Clang's way to tell
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#undef TURNSTILE_COUNTS_BYTES
#endif
#endif

using namespace Turnstile;
using namespace std::chrono_literals;

class tst_EndpointSharing : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bytes_data();
    void bytes();
    void routesAreShared();
    void credentialsNeverMix();
    void tokensNeverMix();
    void equalHoweverMade();
    void moreThanAreKept();
    void outliveTheirThread();
    void manyThreads();
    void madeAtTheEndOfAThread();
};

template <typename Work> static void inThread(const Work &work)
{
    const std::unique_ptr<QThread> thread(QThread::create(work));
    thread->start();
    QVERIFY(thread->wait());
}

void tst_EndpointSharing::bytes_data()
{
    QTest::addColumn<Method>("method");
    QTest::addColumn<QString>("path");
    QTest::addColumn<Credential>("credential");
    QTest::addColumn<int>("most"); // with what malloc() adds
    const QString channel = QStringLiteral("/channels/12345678901234%1");
    const auto row = [&](Method method, const char *rest, int most, const Credential &by = {}) {
        QTest::addRow("%s%s%s", methodName(method).data(), rest,
            by.fingerprint().isEmpty() ? "" : " by another")
            << method << QString(channel + QLatin1StringView(rest)) << by << most;
    };
    row(Method::Post, "/messages", 112);
    row(Method::Post, "/messages", 112, Credential::token("other"));
    row(Method::Put, "/messages/175928847299117063/reactions/x/@me", 112);
    row(Method::Delete, "/messages/175928847299117063", 224); // keeps the message
}

// A bot has many: 112 bytes for each are what an idle bucket of 256 leaves it.
void tst_EndpointSharing::bytes()
{
#ifdef TURNSTILE_COUNTS_BYTES
    QFETCH(Method, method);
    QFETCH(QString, path);
    QFETCH(Credential, credential);
    QFETCH(int, most);
    constexpr int count = 10'000;
    std::vector<Endpoint> endpoints;
    endpoints.reserve(count + 1);
    const auto make = [&](int i) {
        endpoints.emplace_back(method, path.arg(i, 4, 10, QLatin1Char('0')), credential);
    };
    make(count - 1); // and what all of them share
    const size_t before = mallinfo2().uordblks;
    for (int i = 0; i < count; ++i)
        make(i);
    const double each = double(mallinfo2().uordblks - before) / count;
    QVERIFY2(each < most + 0.5, qPrintable(QStringLiteral("%1 bytes each").arg(each)));
    QCOMPARE(endpoints.front(), endpoints.back());
#else
    QSKIP("Counted where glibc's own malloc() is used.");
#endif
}

void tst_EndpointSharing::routesAreShared()
{
    const Endpoint one(Method::Get, "/channels/1/messages");
    const Endpoint two(Method::Get, "/channels/2/messages");
    const Endpoint others(Method::Get, "/channels/2/messages", Credential::token("other"));
    QCOMPARE(one.route().constData(), two.route().constData());
    QCOMPARE(one.route().constData(), others.route().constData());
    QVERIFY(one != two);
    QVERIFY(two != others);
}

void tst_EndpointSharing::credentialsNeverMix()
{
    const std::vector<Credential> senders{
        {}, Credential::none(), Credential::token("1"), Credential::token("2")};
    std::vector<Endpoint> endpoints;
    for (int round = 0; round < 3; ++round) {
        for (const Credential &sender : senders) {
            endpoints.emplace_back(Method::Get, "/channels/1/messages", sender);
            const Endpoint &last = endpoints.back();
            QCOMPARE(last.credential(), sender);
            QCOMPARE(last.isAuthorized(), !sender.isNone());
            QCOMPARE(last.lane(),
                QByteArray("GET /channels/{channel}/messages#channels/1#" + sender.fingerprint()));
        }
    }
    for (size_t i = 0; i < endpoints.size(); ++i) {
        for (size_t j = 0; j < endpoints.size(); ++j)
            QCOMPARE(endpoints[i] == endpoints[j], i % senders.size() == j % senders.size());
    }
}

void tst_EndpointSharing::tokensNeverMix()
{
    // The same route, but follow-ups of interactions are exempt.
    const Endpoint webhook(Method::Post, "/webhooks/1/token");
    const Endpoint followUp(Method::Post, "/webhooks/1/aW50ZXJhY3Rpb246MTIz");
    QCOMPARE(webhook.route(), followUp.route());
    QVERIFY(!webhook.isExemptFromGlobal());
    QVERIFY(followUp.isExemptFromGlobal());
    QVERIFY(!Endpoint(Method::Post, "/webhooks/2/token").isExemptFromGlobal());

    const QByteArray secret(48, 'x');
    const Endpoint place(Method::Get, QByteArray("/new/" + secret));
    const Endpoint another(Method::Get, QByteArray("/new/y" + secret));
    QCOMPARE(place.route(), another.route());
    QVERIFY(place != another);
    QVERIFY(place.lane() != another.lane());
    QCOMPARE(Endpoint(Method::Get, QByteArray("/new/" + secret)), place);
}

void tst_EndpointSharing::equalHoweverMade()
{
    // One knows its message, the other has none; both count in the same lane.
    const Endpoint dated(Method::Delete, "/channels/1/messages/175928847299117063");
    const Endpoint undated(Method::Delete, "/channels/1/messages/x");
    QCOMPARE(dated, undated);
    QCOMPARE(qHash(dated), qHash(undated));
    const WallTime made{1'462'015'105'796ms};
    const Endpoint young = dated.at(made);
    QVERIFY(young != undated);
    QCOMPARE(qHash(young.at(made + 1h)), qHash(undated));
    QCOMPARE(young.at(made + 1h), undated);
    QCOMPARE(young.route(), Endpoint(dated).at(made).route());
    QVERIFY(Endpoint() != undated);
    QVERIFY(undated != Endpoint());
}

void tst_EndpointSharing::moreThanAreKept()
{
    std::vector<Endpoint> endpoints;
    inThread([&endpoints] {
        for (int i = 0; i < 1200; ++i) {
            const QByteArray path = "/new/a" + QByteArray::number(i) + "/b";
            endpoints.emplace_back(Method::Get, path);
            endpoints.emplace_back(Method::Get, path);
            endpoints.emplace_back(
                Method::Get, path, Credential::token(QByteArray::number(i % 700)));
        }
    });
    QCOMPARE(endpoints.size(), size_t(3600));
    for (int i = 0; i < 1200; ++i) {
        const Endpoint *const three = &endpoints[size_t(3 * i)];
        QCOMPARE(three[0].route(), QByteArray("GET /new/a" + QByteArray::number(i) + "/b"));
        QCOMPARE(three[0], three[1]);
        QCOMPARE(three[0].route().constData() == three[1].route().constData(), i < 1000);
        QCOMPARE(three[2].route(), three[0].route());
        QCOMPARE(three[2].credential(), Credential::token(QByteArray::number(i % 700)));
    }
}

void tst_EndpointSharing::outliveTheirThread()
{
    Endpoint endpoint;
    inThread([&endpoint] { endpoint = Endpoint(Method::Put, "/guilds/7/bans/8"); });
    const Endpoint here(Method::Put, "/guilds/7/bans/8");
    QCOMPARE(endpoint, here);
    QCOMPARE(endpoint.laneHash(), here.laneHash());
    QCOMPARE(endpoint.name(), here.name());
}

// For ThreadSanitizer: all threads copy, compare and drop what others have made.
void tst_EndpointSharing::manyThreads()
{
    const std::vector<Endpoint> ours{{Method::Post, "/channels/1/messages"},
        {Method::Get, "/users/@me", Credential::token("1")},
        {Method::Delete, "/channels/1/messages/175928847299117063"}};
    std::vector<std::unique_ptr<QThread>> threads;
    QAtomicInt wrong;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back(QThread::create([&ours, &wrong, theirs = ours]() mutable {
            for (int round = 0; round < 500; ++round) {
                for (size_t each = 0; each < ours.size(); ++each) {
                    const QByteArray path = each == 0 ? "/channels/1/messages"
                        : each == 1                   ? "/users/@me"
                                                      : "/channels/1/messages/175928847299117063";
                    const Endpoint made(ours[each].method(), path, ours[each].credential());
                    if (made != ours[each] || made != theirs[each])
                        wrong.fetchAndAddRelaxed(1);
                    theirs[each] =
                        round % 2 ? made.at(WallTime()).at(WallTime(1'500'000'000s)) : ours[each];
                    theirs[each] = made;
                }
            }
        }));
        threads.back()->start();
    }
    for (const auto &thread : threads)
        QVERIFY(thread->wait());
    QCOMPARE(wrong.loadRelaxed(), 0);
}

struct Farewell {
    ~Farewell()
    {
        if (into)
            *into = {Endpoint(Method::Get, "/gateway/bot"), Endpoint(Method::Get, "/gateway/bot")};
    }
    std::vector<Endpoint> *into = nullptr;
};

void tst_EndpointSharing::madeAtTheEndOfAThread()
{
    std::vector<Endpoint> last;
    std::thread([&last] { // not QThread, which is waited for before its last objects are gone
        thread_local Farewell farewell; // goes after what is made after it
        farewell.into = &last;
        QVERIFY(Endpoint(Method::Get, "/gateway/bot").isValid());
    })
        .join();
    QCOMPARE(last.size(), size_t(2));
    QCOMPARE(last[0], Endpoint(Method::Get, "/gateway/bot"));
    QCOMPARE(last[1], last[0]);
}

QTEST_GUILESS_MAIN(tst_EndpointSharing)
#include "tst_endpointsharing.moc"
