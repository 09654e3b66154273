// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// Answers that stop before their end, and what must not go into a request.
#include "tests/common/Rest.h"

#include <QtCore/QTemporaryDir>
#include <QtCore/QTimer>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;

namespace {

/// Answers every request with \a answer, and closes a while after that.
class CuttingServer : public QTcpServer {
public:
    explicit CuttingServer(const QByteArray &answer)
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this, answer] {
            while (QTcpSocket *socket = nextPendingConnection()) {
                connect(socket, &QTcpSocket::readyRead, socket, [socket, answer] {
                    if (!socket->readAll().contains("\r\n\r\n"))
                        return;
                    socket->write(answer);
                    QTimer::singleShot(30ms, socket, &QTcpSocket::disconnectFromHost);
                });
            }
        });
    }
};

} // namespace

class tst_RestCutAnswers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aCutAnswerIsNoSuccess_data();
    void aCutAnswerIsNoSuccess();
    void aWholeAnswerIsOne();
    void asksForPlainAnswers();
    void refusesWhatWouldAddHeaders();
    void refusesPartsThatCannotBeRead();
    void opensTheFilesOfParts();
    void outlivesItsManager();
};

void tst_RestCutAnswers::aCutAnswerIsNoSuccess_data()
{
    QTest::addColumn<Method>("method");
    QTest::newRow("GET") << Method::Get;
    QTest::newRow("PUT") << Method::Put;
    QTest::newRow("DELETE") << Method::Delete;
}

void tst_RestCutAnswers::aCutAnswerIsNoSuccess()
{
    QFETCH(Method, method);
    CuttingServer server("HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\nabc");
    RestWorld world;
    world.client->setBaseUrl(QUrl(QStringLiteral("http://127.0.0.1:%1").arg(server.serverPort())));
    const RestResult result = resultOf(world.client->send(method, "/channels/1"));
    QCOMPARE(result.error.code, Code::ConnectionFailed);
    QCOMPARE(result.attempts, 3);
}

void tst_RestCutAnswers::aWholeAnswerIsOne()
{
    CuttingServer server("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    RestWorld world;
    world.client->setBaseUrl(QUrl(QStringLiteral("http://127.0.0.1:%1").arg(server.serverPort())));
    QCOMPARE(resultOf(world.get()).body, "abc");
    QVERIFY(resultOf(world.client->send(Method::Head, "/channels/1")));
}

void tst_RestCutAnswers::asksForPlainAnswers()
{
    RestWorld world;
    world.server.answer(200);
    QVERIFY(resultOf(world.get()));
    QVERIFY(world.server.seen().first().head.toLower().contains("accept-encoding: identity\r\n"));
}

void tst_RestCutAnswers::refusesWhatWouldAddHeaders()
{
    RestWorld world;
    world.server.answer(200);
    QCOMPARE(codeOf(world.post(RestBody::bytes("x", "a/b\r\nX-Evil: 1"))), Code::BadRequest);
    const auto parts = [] {
        auto made = std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
        made->setBoundary("a\r\nX-Evil: 1");
        return made;
    };
    QCOMPARE(codeOf(world.post(RestBody::multipart(parts))), Code::BadRequest);
    QCOMPARE(world.server.requests(), 0);
}

void tst_RestCutAnswers::refusesPartsThatCannotBeRead()
{
    RestWorld world;
    world.server.answer(200);
    const auto parts = [] {
        auto made = std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
        auto *file = new QFile(QStringLiteral("/nonexistent"), made.get());
        QHttpPart part;
        part.setBodyDevice(file);
        made->append(part);
        return made;
    };
    QCOMPARE(codeOf(world.post(RestBody::multipart(parts))), Code::BadRequest);
    QCOMPARE(world.server.requests(), 0);
}

void tst_RestCutAnswers::opensTheFilesOfParts()
{
    const QTemporaryDir dir;
    const QString name = dir.filePath(QStringLiteral("a.txt"));
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("from a file") > 0);
    file.close();
    RestWorld world;
    world.server.answer(200);
    const auto parts = [name] {
        auto made = std::make_unique<QHttpMultiPart>(QHttpMultiPart::FormDataType);
        QHttpPart part;
        part.setBodyDevice(new QFile(name, made.get()));
        made->append(part);
        return made;
    };
    QVERIFY(resultOf(world.post(RestBody::multipart(parts))));
    QVERIFY(world.server.seen().first().body.contains("from a file"));
}

void tst_RestCutAnswers::outlivesItsManager()
{
    InMemoryRatelimiter limiter;
    auto manager = std::make_unique<QNetworkAccessManager>();
    RestClient client(&limiter, manager.get());
    manager.reset();
    QCOMPARE(codeOf(client.get("/channels/1")), Code::BadRequest);
}

QTEST_GUILESS_MAIN(tst_RestCutAnswers)
#include "tst_restcutanswers.moc"
