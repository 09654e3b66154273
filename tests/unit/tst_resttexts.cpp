// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/http/RestTexts.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;
using Code = RestError::Code;

/// What people read when a request fails.
class tst_RestTexts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ofAnswers_data();
    void ofAnswers();
    void boundsWhatServersSay();
    void hidesSecrets();
    void ofConnections();
    void ofTimes();
    void inDebugOutput();
};

void tst_RestTexts::ofAnswers_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Code>("code");
    QTest::addColumn<int>("apiCode");
    QTest::addColumn<QString>("message");
    QTest::newRow("Discord") << 404 << QByteArray(R"({"message":"Unknown Channel","code":10003})")
                             << Code::ClientError << 10003
                             << QStringLiteral("The API refused the request: Unknown Channel (404, "
                                               "code 10003).");
    QTest::newRow("errors")
        << 400 << QByteArray(R"({"message":"Invalid Form Body","code":50035,"errors":{"embeds":{"0":
            {"title":{"_errors":[{"code":"X","message":"Must be 256 or fewer in length."}]}}}}})")
        << Code::ClientError << 50035
        << QStringLiteral("The API refused the request: Invalid Form Body; embeds.0.title: Must be "
                          "256 or fewer in length (400, code 50035).");
    QTest::newRow("status twice") << 401
                                  << QByteArray(R"({"message":"401: Unauthorized","code":0})")
                                  << Code::ClientError << 0
                                  << QStringLiteral(
                                         "The API refused the request: Unauthorized (401).");
    QTest::newRow("HTML") << 403 << QByteArray("<html>no</html>") << Code::ClientError << 0
                          << QStringLiteral("The API refused the request (403).");
    QTest::newRow("empty") << 418 << QByteArray() << Code::ClientError << 0
                           << QStringLiteral("The API refused the request (418).");
    QTest::newRow("array") << 400 << QByteArray("[1]") << Code::ClientError << 0
                           << QStringLiteral("The API refused the request (400).");
    QTest::newRow("odd types") << 400 << QByteArray(R"({"message":7,"code":"x","errors":[]})")
                               << Code::ClientError << 0
                               << QStringLiteral("The API refused the request (400).");
    QTest::newRow("server") << 502 << QByteArray("<html>") << Code::ServerError << 0
                            << QStringLiteral("The server failed (502).");
    QTest::newRow("limit") << 429 << QByteArray(R"({"message":"You are being rate limited."})")
                           << Code::RateLimited << 0
                           << QStringLiteral("The API says too many requests: You are being rate "
                                             "limited (429).");
}

void tst_RestTexts::ofAnswers()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(Code, code);
    QFETCH(int, apiCode);
    QFETCH(QString, message);
    const RestError error = answerError(status, body, {});
    QCOMPARE(error.code, code);
    QCOMPARE(error.apiCode, apiCode);
    QCOMPARE(error.message, message);
}

void tst_RestTexts::boundsWhatServersSay()
{
    const QByteArray text = QByteArray(5000, 'a') + "\\r\\n\\u202e";
    const QString message = answerError(400, "{\"message\":\"" + text + "\"}", {}).message;
    QVERIFY(message.size() < 400);
    const QString lines = answerError(400, R"({"message":"a\r\nb\u202ec\u0000d"})", {}).message;
    QCOMPARE(lines, QStringLiteral("The API refused the request: a b c d (400)."));

    QByteArray deep;
    for (int i = 0; i < 500; ++i)
        deep += "{\"a\":";
    deep += "{\"_errors\":[{\"message\":\"deep\"}]}" + QByteArray(500, '}');
    QCOMPARE(answerError(400, "{\"errors\":" + deep + "}", {}).message,
        QStringLiteral("The API refused the request (400)."));
}

void tst_RestTexts::hidesSecrets()
{
    QCOMPARE(answerError(404, R"({"message":"No /webhooks/1/abcdef here"})", {"abcdef"}).message,
        QStringLiteral("The API refused the request: No /webhooks/1/•••• here (404)."));
}

void tst_RestTexts::ofConnections()
{
    const auto errors = QMetaEnum::fromType<QNetworkReply::NetworkError>();
    for (int i = 0; i < errors.keyCount(); ++i) {
        const auto network = QNetworkReply::NetworkError(errors.value(i));
        const RestError error = connectionError(network, false);
        QCOMPARE(error.network, network);
        QVERIFY(error.message.endsWith(u'.'));
        QCOMPARE(error.code,
            network == QNetworkReply::SslHandshakeFailedError ? Code::TlsFailed
                                                              : Code::ConnectionFailed);
    }
    QCOMPARE(connectionError(QNetworkReply::RemoteHostClosedError, true).message,
        QStringLiteral("The connection broke while the answer came."));
}

void tst_RestTexts::ofTimes()
{
    QCOMPARE(durationText(250ms), QStringLiteral("250 ms"));
    QCOMPARE(durationText(1500ms), QStringLiteral("1.5 s"));
    QCOMPARE(durationText(30s), QStringLiteral("30 s"));
    QCOMPARE(durationText(1h), QStringLiteral("3600 s"));
}

void tst_RestTexts::inDebugOutput()
{
    QString text;
    QDebug(&text) << restError(Code::TimedOut, QStringLiteral("Too late."));
    QCOMPARE(text.trimmed(), QStringLiteral("RestError(TimedOut: Too late.)"));
    text.clear();
    QDebug(&text) << RestError();
    QCOMPARE(text.trimmed(), QStringLiteral("RestError(None)"));
}

QTEST_GUILESS_MAIN(tst_RestTexts)
#include "tst_resttexts.moc"
