// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"
#include "tests/common/RestBodies.h"

#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace Turnstile;
using Code = RestError::Code;

/// What requests carry, and that it can be sent again.
class tst_RestBody : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void knowsItsType_data();
    void knowsItsType();
    void sendsBytes();
    void sendsPartsAgain_data();
    void sendsPartsAgain();
    void sendsDevicesAgain_data();
    void sendsDevicesAgain();
    void sendsAFileFromItsPosition();
    void refusesWhatFactoriesDoNotGive_data();
    void refusesWhatFactoriesDoNotGive();
    void tellsItsProgress();
};

namespace {

std::unique_ptr<QHttpMultiPart> twoParts()
{
    auto parts = std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
    QHttpPart json;
    json.setHeader(QNetworkRequest::ContentDispositionHeader,
        QStringLiteral("form-data; name=\"payload_json\""));
    json.setBody("{}");
    parts->append(json);
    QHttpPart file;
    file.setHeader(QNetworkRequest::ContentDispositionHeader,
        QStringLiteral("form-data; name=\"files[0]\"; filename=\"a.txt\""));
    auto *device = opened<QBuffer>("the file").release();
    device->setParent(parts.get());
    file.setBodyDevice(device);
    parts->append(file);
    return parts;
}

} // namespace

void tst_RestBody::knowsItsType_data()
{
    QTest::addColumn<RestBody>("body");
    QTest::addColumn<QByteArray>("type");
    QTest::newRow("none") << RestBody() << QByteArray();
    QTest::newRow("object") << RestBody(QJsonObject()) << QByteArray("application/json");
    QTest::newRow("array") << RestBody(QJsonArray()) << QByteArray("application/json");
    QTest::newRow("document") << RestBody(QJsonDocument()) << QByteArray("application/json");
    QTest::newRow("bytes") << RestBody::bytes("a") << QByteArray("application/octet-stream");
    QTest::newRow("text") << RestBody::bytes("a", "text/plain") << QByteArray("text/plain");
    QTest::newRow("parts") << RestBody::multipart(twoParts) << QByteArray();
    QTest::newRow("stream") << RestBody::stream([] { return opened<QBuffer>("a"); })
                            << QByteArray("application/octet-stream");
}

void tst_RestBody::knowsItsType()
{
    QFETCH(RestBody, body);
    QFETCH(QByteArray, type);
    QCOMPARE(body.contentType(), type);
    QCOMPARE(body.isEmpty(), qstrcmp(QTest::currentDataTag(), "none") == 0);
}

void tst_RestBody::sendsBytes()
{
    RestWorld world;
    world.server.answer(200);
    QVERIFY(resultOf(world.post(QJsonArray{1, QStringLiteral("a")})));
    QCOMPARE(world.server.seen().last().body, "[1,\"a\"]");
    QVERIFY(resultOf(world.post(RestBody::bytes("a\0b\r\n\r\n", "text/odd"))));
    QCOMPARE(world.server.seen().last().header("Content-Type"), "text/odd");
    const QByteArray large(3'000'000, 'x');
    QVERIFY(resultOf(world.post(RestBody::bytes(large))));
    QCOMPARE(world.server.seen().last().body, large);
}

void tst_RestBody::sendsPartsAgain_data()
{
    QTest::addColumn<bool>("repeatable");
    QTest::newRow("repeatable") << true;
    QTest::newRow("once") << false;
}

void tst_RestBody::sendsPartsAgain()
{
    QFETCH(bool, repeatable);
    RestWorld world;
    world.server.answer(429, "Retry-After: 0.001\r\n", "{\"retry_after\":0.001}");
    world.server.answer(200);
    RestOptions options;
    options.repeatable = repeatable;
    int made = 0;
    const auto make = [&made] {
        ++made;
        return twoParts();
    };
    const RestResult result = resultOf(world.post(RestBody::multipart(make), options));
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(made, 2);
    QCOMPARE(world.server.requests(), 2);
    for (const auto &seen : world.server.seen()) {
        QVERIFY(seen.header("Content-Type").startsWith("multipart/form-data; boundary="));
        QCOMPARE(seen.body.count("the file"), 1);
        QVERIFY(seen.body.contains("name=\"payload_json\""));
        QVERIFY(seen.body.endsWith("--\r\n"));
    }
}

void tst_RestBody::sendsDevicesAgain_data()
{
    QTest::addColumn<RestBody::Device>("device");
    const QByteArray bytes(200'000, 'd');
    QTest::newRow("open") << RestBody::Device([bytes] { return opened<QBuffer>(bytes); });
    QTest::newRow("closed") << RestBody::Device([bytes] {
        auto device = opened<QBuffer>(bytes);
        device->close();
        return device;
    });
    QTest::newRow("sequential") << RestBody::Device([bytes] { return opened<Sequential>(bytes); });
}

void tst_RestBody::sendsDevicesAgain()
{
    QFETCH(RestBody::Device, device);
    RestWorld world;
    world.server.answer(429, "Retry-After: 0.001\r\n", "{\"retry_after\":0.001}");
    world.server.answer(200);
    const RestResult result = resultOf(world.post(RestBody::stream(device, "image/png")));
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(world.server.requests(), 2);
    for (const auto &seen : world.server.seen()) {
        QCOMPARE(seen.header("Content-Type"), "image/png");
        QCOMPARE(seen.header("Content-Length"), "200000");
        QCOMPARE(seen.body, QByteArray(200'000, 'd'));
    }
}

void tst_RestBody::sendsAFileFromItsPosition()
{
    QTemporaryDir directory;
    const QString name = directory.filePath(QStringLiteral("a"));
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("abcdef");
    file.close();
    const auto body = RestBody::stream([name] {
        auto device = std::make_unique<QFile>(name);
        device->open(QIODevice::ReadOnly);
        device->seek(2);
        return device;
    });
    RestWorld world;
    world.server.answer(200);
    QVERIFY(resultOf(world.post(body)));
    QVERIFY(resultOf(world.client->put(QStringLiteral("/a"), body)));
    for (const auto &seen : world.server.seen())
        QCOMPARE(seen.body, "cdef");
}

void tst_RestBody::refusesWhatFactoriesDoNotGive_data()
{
    QTest::addColumn<RestBody>("body");
    QTest::newRow("no parts") << RestBody::multipart([] { return nullptr; });
    QTest::newRow("no factory") << RestBody::multipart({});
    QTest::newRow("sequential part") << RestBody::multipart(oneSequentialPart);
    QTest::newRow("no device") << RestBody::stream([] { return nullptr; });
    QTest::newRow("no factory of devices") << RestBody::stream({});
    QTest::newRow("no such file") << RestBody::stream(
        [] { return std::make_unique<QFile>(QStringLiteral("/nowhere/at/all")); });
    QTest::newRow("cannot be read") << RestBody::stream([] {
        auto device = std::make_unique<QBuffer>();
        device->open(QIODevice::WriteOnly);
        return device;
    });
}

void tst_RestBody::refusesWhatFactoriesDoNotGive()
{
    QFETCH(RestBody, body);
    RestWorld world;
    world.server.answer(200);
    QSignalSpy tickets(world.limiter.get(), &Ratelimiter::ticketChanged);
    const RestResult result = resultOf(world.post(body));
    QCOMPARE(result.error.code, Code::BadRequest);
    QVERIFY(result.error.message.endsWith(u'.'));
    QVERIFY(!result.error.message.contains(u"nowhere"));
    QCOMPARE(world.server.connections(), 0);
    QTRY_COMPARE(tickets.last().first().value<TicketInfo>().state, TicketState::Dropped);
}

void tst_RestBody::tellsItsProgress()
{
    RestWorld world;
    world.server.answer(200);
    auto *reply =
        world.post(RestBody::stream([] { return opened<QBuffer>(QByteArray(500'000, 'a')); }));
    QSignalSpy progress(reply, &RestReply::uploadProgress);
    QVERIFY(resultOf(reply));
    QVERIFY(!progress.isEmpty());
    QCOMPARE(progress.last().at(0).toLongLong(), 500'000);
    QCOMPARE(progress.last().at(1).toLongLong(), 500'000);
    qint64 before = 0;
    for (const auto &step : progress) {
        QVERIFY(step.at(0).toLongLong() > before);
        before = step.at(0).toLongLong();
    }
}

QTEST_GUILESS_MAIN(tst_RestBody)
#include "tst_restbody.moc"
