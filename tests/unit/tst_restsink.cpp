// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"

#include <QtCore/QBuffer>
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtCore/QSaveFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace Turnstile;
using Code = RestError::Code;

/// Where answers go, and that they are not longer than wanted.
class tst_RestSink : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void takesWhatFits();
    void refusesWhatIsTooLong_data();
    void refusesWhatIsTooLong();
    void cutsLongRefusals();
    void downloads_data();
    void downloads();
    void downloadsSafely();
    void downloadsSuccessesOnly();
    void startsDownloadsAnew();
    void failsToDownload_data();
    void failsToDownload();
    void tellsItsProgress();
};

namespace {

/// Takes so many bytes, and no more.
class Full : public QIODevice {
public:
    explicit Full(qint64 room)
        : m_room(room)
    {
    }

protected:
    qint64 readData(char *, qint64) override { return -1; }
    qint64 writeData(const char *, qint64 bytes) override
    {
        m_room -= bytes;
        return m_room < 0 ? -1 : bytes;
    }

private:
    qint64 m_room;
};

QByteArray contents(const QString &name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("no such file");
}

} // namespace

void tst_RestSink::takesWhatFits()
{
    RestWorld world;
    world.client->setMaxResponseSize(1000);
    world.server.answer(200, {}, QByteArray(1000, 'a'));
    QCOMPARE(resultOf(world.get()).body, QByteArray(1000, 'a'));
}

void tst_RestSink::refusesWhatIsTooLong_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::newRow("told") << QByteArray("Content-Length: 1000001\r\n\r\n");
    QTest::newRow("until it closes") << QByteArray("Connection: close\r\n\r\n");
    QTest::newRow("in chunks") << QByteArray("Transfer-Encoding: chunked\r\n\r\nF4241\r\n");
}

void tst_RestSink::refusesWhatIsTooLong()
{
    QFETCH(QByteArray, head);
    RestWorld world;
    world.client->setMaxResponseSize(1'000'000);
    world.server.answerRaw("HTTP/1.1 200 OK\r\n" + head + QByteArray(1'000'001, 'a'));
    world.server.answer(200);
    const RestResult result = resultOf(world.get());
    QCOMPARE(result.error.code, Code::ResponseTooLarge);
    QCOMPARE(result.error.message,
        QStringLiteral("The answer is longer than the 1000000 bytes that are taken."));
    QCOMPARE(result.body, QByteArray());
    QCOMPARE(result.attempts, 1);
    QVERIFY(resultOf(world.get()));
}

void tst_RestSink::cutsLongRefusals()
{
    RestWorld world;
    world.client->setMaxResponseSize(1000);
    world.server.answer(403, {}, QByteArray(100'000, 'a'));
    const RestResult result = resultOf(world.get());
    QCOMPARE(result.error.code, Code::ClientError);
    QCOMPARE(result.body, QByteArray(1000, 'a'));
}

void tst_RestSink::downloads_data()
{
    QTest::addColumn<int>("size");
    QTest::newRow("nothing") << 0;
    QTest::newRow("little") << 5;
    QTest::newRow("much") << 5'000'000;
}

void tst_RestSink::downloads()
{
    QFETCH(int, size);
    const QTemporaryDir directory;
    const QString name = directory.filePath(QStringLiteral("a"));
    RestWorld world;
    world.client->setMaxResponseSize(10);
    world.server.answer(200, {}, QByteArray(size, 'a'));
    int made = 0;
    RestOptions options;
    options.download = [&] {
        ++made;
        return std::make_unique<QFile>(name);
    };
    const RestResult result = resultOf(world.get(options));
    QVERIFY2(result, qPrintable(result.error.message));
    QCOMPARE(result.body, QByteArray());
    QCOMPARE(contents(name), QByteArray(size, 'a'));
    QCOMPARE(made, 1);
}

void tst_RestSink::downloadsSafely()
{
    const QTemporaryDir directory;
    const QString name = directory.filePath(QStringLiteral("a"));
    RestWorld world;
    RestOptions options;
    options.download = [&] { return std::make_unique<QSaveFile>(name); };
    world.server.hangUp("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    world.server.answer(200, {}, "whole");
    QCOMPARE(codeOf(world.post({}, options)), Code::ConnectionFailed);
    QVERIFY(!QFile::exists(name));
    QVERIFY(resultOf(world.post({}, options)));
    QCOMPARE(contents(name), "whole");
}

void tst_RestSink::downloadsSuccessesOnly()
{
    RestWorld world;
    world.server.answer(404, {}, "{\"message\":\"No\"}");
    RestOptions options;
    options.download = [] { return nullptr; };
    const RestResult result = resultOf(world.get(options));
    QCOMPARE(result.error.code, Code::ClientError);
    QCOMPARE(result.json()[u"message"].toString(), QStringLiteral("No"));
}

void tst_RestSink::startsDownloadsAnew()
{
    RestWorld world;
    world.server.hangUp("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    world.server.answer(200, {}, "whole");
    QList<QByteArray> taken;
    taken.resize(2);
    int made = 0;
    RestOptions options;
    options.download = [&] { return std::make_unique<QBuffer>(&taken[made++]); };
    QVERIFY(resultOf(world.get(options)));
    QCOMPARE(taken, QList<QByteArray>({"abc", "whole"}));
}

void tst_RestSink::failsToDownload_data()
{
    using Factory = std::function<std::unique_ptr<QIODevice>()>;
    QTest::addColumn<Factory>("download");
    QTest::newRow("none") << Factory([] { return nullptr; });
    QTest::newRow("cannot be opened")
        << Factory([] { return std::make_unique<QFile>(QStringLiteral("/nowhere/at/all")); });
    QTest::newRow("read only") << Factory([] {
        auto buffer = std::make_unique<QBuffer>();
        buffer->open(QIODevice::ReadOnly);
        return buffer;
    });
    QTest::newRow("full") << Factory([] { return std::make_unique<Full>(2); });
    QTest::newRow("full disk") << Factory(
        [] { return std::make_unique<QFile>(QStringLiteral("/dev/full")); });
}

void tst_RestSink::failsToDownload()
{
    QFETCH(std::function<std::unique_ptr<QIODevice>()>, download);
    RestWorld world;
    world.server.answer(200, {}, "abc");
    RestOptions options;
    options.download = download;
    const RestResult result = resultOf(world.get(options));
    QCOMPARE(result.error.code, Code::DownloadFailed);
    QVERIFY(result.error.message.endsWith(u'.'));
    QCOMPARE(result.status, 200);
    QCOMPARE(world.server.requests(), 1);
}

void tst_RestSink::tellsItsProgress()
{
    RestWorld world;
    world.server.answer(200, {}, QByteArray(1'000'000, 'a'));
    auto *reply = world.get();
    QSignalSpy progress(reply, &RestReply::downloadProgress);
    QVERIFY(resultOf(reply));
    QVERIFY(progress.size() > 1);
    QCOMPARE(progress.last().at(0).toLongLong(), 1'000'000);
    QCOMPARE(progress.last().at(1).toLongLong(), 1'000'000);
}

QTEST_GUILESS_MAIN(tst_RestSink)
#include "tst_restsink.moc"
