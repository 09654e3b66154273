// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// What a QNetworkAccessManager sends again by itself when a connection breaks before the answer,
// and what a RestClient lets it. The table in docs/quality.md is made by these tests.
#include "tests/common/RestBench.h"
#include "tests/common/RestBodies.h"

#include <QtCore/QRegularExpression>
#include <QtNetwork/QNetworkReply>

using namespace Turnstile;
using namespace std::chrono_literals;

namespace {

enum class Body { None, Bytes, Parts, Stream };

const QString path = QStringLiteral("/channels/1");

/// By a manager alone.
QNetworkReply *sendPlainly(RestBench &bench, Method method, Body body)
{
    QNetworkRequest request(QUrl(bench.client.baseUrl().toString() + path));
    const QByteArray verb = methodName(method).toByteArray();
    if (body == Body::Parts) {
        auto content = onePart();
        QNetworkReply *reply = bench.manager.sendCustomRequest(request, verb, content.get());
        content.release()->setParent(reply);
        return reply;
    }
    request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArray("text/plain"));
    if (body == Body::Stream) {
        auto content = opened<Sequential>("content");
        QNetworkReply *reply = bench.manager.sendCustomRequest(request, verb, content.get());
        auto *source = content.release();
        source->setParent(reply);
        QMetaObject::invokeMethod(source, &QIODevice::readChannelFinished, Qt::QueuedConnection);
        return reply;
    }
    return bench.manager.sendCustomRequest(
        request, verb, body == Body::Bytes ? QByteArray("content") : QByteArray());
}

RestReply *sendByClient(RestBench &bench, Method method, Body body)
{
    return bench.client.send(method, path,
        body == Body::Parts        ? RestBody::multipart(onePart)
            : body == Body::Bytes  ? RestBody::bytes("content")
            : body == Body::Stream ? RestBody::stream([] { return opened<Sequential>("content"); })
                                   : RestBody());
}

} // namespace

class tst_ManagerResends : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void arrivals_data();
    void arrivals();
};

void tst_ManagerResends::arrivals_data()
{
    QTest::addColumn<Method>("method");
    QTest::addColumn<Body>("body");
    QTest::addColumn<bool>("reused");
    QTest::addColumn<Fault>("fault");
    const std::tuple<const char *, Method, Body> requests[] = {{"GET", Method::Get, Body::None},
        {"DELETE", Method::Delete, Body::None}, {"PUT bytes", Method::Put, Body::Bytes},
        {"POST nothing", Method::Post, Body::None}, {"POST bytes", Method::Post, Body::Bytes},
        {"POST parts", Method::Post, Body::Parts}, {"POST sequential", Method::Post, Body::Stream},
        {"PATCH bytes", Method::Patch, Body::Bytes}};
    for (const auto &[name, method, body] : requests) {
        for (const bool reused : {false, true}) {
            for (const auto kind : {Fault::Kind::CloseBeforeAnswer, Fault::Kind::Reset}) {
                for (const int times : {1, Fault::always})
                    QTest::addRow("%s, %s connection, %s, %s", name, reused ? "reused" : "fresh",
                        kind == Fault::Kind::Reset ? "reset" : "close",
                        times == 1 ? "once" : "always")
                        << method << body << reused << Fault{.kind = kind, .times = times};
            }
        }
    }
}

void tst_ManagerResends::arrivals()
{
    QFETCH(Method, method);
    QFETCH(Body, body);
    QFETCH(bool, reused);
    QFETCH(Fault, fault);
    RestBench bench;
    bench.api.setDefaultLimit({.limit = 0});
    QVERIFY(bench.listen());
    const auto prepare = [&] {
        bench.api.clearFaults();
        bench.manager.clearConnectionCache();
        if (reused)
            QVERIFY(RestBench::resultOf(bench.client.get(path)));
        bench.forget();
        bench.api.addFault(fault);
    };

    prepare();
    QNetworkReply *plain = sendPlainly(bench, method, body);
    QVERIFY(QSignalSpy(plain, &QNetworkReply::finished).wait());
    const auto plainly = bench.api.requests().size();
    delete plain;
    QVERIFY(plainly <= 2);

    prepare();
    bench.client.setRetryPolicy({.maxAttempts = 1});
    const RestResult result = RestBench::resultOf(sendByClient(bench, method, body));
    const auto byClient = bench.api.requests().size();
    qInfo("by the manager %d, by a client %d", int(plainly), int(byClient));
    QCOMPARE(byClient, result.attempts + result.resent);
    if (!RetryPolicy::isRepeatable(method)) {
        if (body == Body::None)
            QEXPECT_FAIL("", "without a body there is nothing that cannot be sent again", Continue);
        QCOMPARE(byClient, 1);
    }
}

QTEST_GUILESS_MAIN(tst_ManagerResends)
#include "tst_managerresends.moc"
