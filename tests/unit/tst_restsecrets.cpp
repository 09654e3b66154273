// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/common/Rest.h"

#include <QtCore/QLoggingCategory>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace std::chrono_literals;

/// Neither the bot's token nor one in a path is in anything that people or logs get to see.
class tst_RestSecrets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void areNotTold_data();
    void areNotTold();
};

namespace {

const QByteArray botToken = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";
const QByteArray hookToken = "aW50ZXJhY3Rpb24-oNe_VeryLongSecret-0123456789abcdefghij";

QString *heard = nullptr;

void hear(QtMsgType, const QMessageLogContext &, const QString &message)
{
    heard->append(message + u'\n');
}

} // namespace

void tst_RestSecrets::areNotTold_data()
{
    using Trouble = std::function<void(RestWorld &, QString &)>;
    QTest::addColumn<Trouble>("trouble");
    const auto add = [](const char *name, const Trouble &trouble) {
        QTest::newRow(name) << trouble;
    };
    const QByteArray echo = "{\"message\":\"No: " + botToken + " and " + hookToken
        + "\",\"code\":1,\"errors\":{\"a\":{\"_errors\":[{\"message\":\"" + hookToken + "\"}]}}}";
    for (const int status : {400, 401, 403, 404, 500, 502}) {
        add(qPrintable(QString::number(status)),
            [echo, status](auto &world, auto &) { world.server.answer(status, {}, echo); });
    }
    add("429",
        [echo](auto &world, auto &) { world.server.answer(429, "Retry-After: 0.001\r\n", echo); });
    add("closed", [](auto &world, auto &) { world.server.hangUp(); });
    add("broken", [](auto &world, auto &) {
        world.server.hangUp("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    });
    add("no HTTP", [](auto &world, auto &) { world.server.hangUp(hookToken + "\r\n\r\n"); });
    add("silent", [](auto &world, auto &) {
        world.client->setTimeouts({.response = 5ms});
        world.server.keepSilent();
    });
    add("too large", [](auto &world, auto &) {
        world.client->setMaxResponseSize(1);
        world.server.answer(200, {}, "abc");
    });
    add("refused", [](auto &world, auto &) { world.server.close(); });
    add("redirected", [](auto &world, auto &) {
        world.server.answer(307, "Location: http://127.0.0.2/" + hookToken + "\r\n");
    });
    add("bad path", [](auto &world, auto &path) {
        world.server.answer(400);
        path += u'#';
    });
    add("bad base", [](auto &world, auto &) {
        world.client->setBaseUrl(QUrl(QStringLiteral("ftp://") + QString::fromUtf8(hookToken)));
    });
    add("bad header",
        [](auto &world, auto &) { world.client->setDefaultHeader("a", hookToken + "\n"); });
    add("bad token", [](auto &world, auto &) { world.client->setToken(botToken + "\n"); });
    add("Authorization as a header", [](auto &world, auto &) {
        world.client->setDefaultHeader("Authorization", botToken);
        world.server.answer(400);
    });
    add("not granted", [](auto &world, auto &) { world.limiter.reset(); });
}

void tst_RestSecrets::areNotTold()
{
    QFETCH(std::function<void(RestWorld &, QString &)>, trouble);
    QString text;
    heard = &text;
    QLoggingCategory::setFilterRules(QStringLiteral("turnstile.*=true"));
    const auto before = qInstallMessageHandler(hear);
    {
        RestWorld world;
        world.client->setToken("Bot " + botToken);
        QString path = QStringLiteral("/webhooks/123456789012345678/")
            + QString::fromUtf8(hookToken) + QStringLiteral("/messages/1?token=abc");
        trouble(world, path);
        for (const Method method : {Method::Get, Method::Post}) {
            for (const QString &way :
                {path, QStringLiteral("/a?b=") + QString::fromUtf8(hookToken)}) {
                auto *reply = world.client->send(method, way, QJsonObject());
                connect(reply, &RestReply::retryScheduled, this,
                    [](int, milliseconds, const QString &reason) { qInfo() << reason; });
                qInfo() << reply->endpoint();
                const RestResult result = resultOf(reply);
                qInfo() << result.error << result.error.ticket;
            }
        }
    }
    qInstallMessageHandler(before);
    QVERIFY(text.contains(u"RestError("));
    QVERIFY2(!text.contains(QString::fromUtf8(botToken)), qPrintable(text));
    QVERIFY2(!text.contains(QString::fromUtf8(hookToken)), qPrintable(text));
}

QTEST_GUILESS_MAIN(tst_RestSecrets)
#include "tst_restsecrets.moc"
