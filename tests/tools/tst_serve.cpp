// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// The program serves, and a client speaks to it over real HTTP.
#include <QtCore/QProcess>
#include <QtCore/QTemporaryFile>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QTcpServer>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <csignal>

class ServeTest : public QObject {
    Q_OBJECT

private:
    QProcess m_process;
    QNetworkAccessManager m_manager;

    QUrl serve(const QStringList &arguments)
    {
        m_process.start(
            QStringLiteral(TURNSTILE_SIM), QStringList(QStringLiteral("serve")) + arguments);
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead())
                return {};
        }
        return QUrl(QString::fromUtf8(m_process.readLine().trimmed()));
    }

    // The reply, finished.
    std::unique_ptr<QNetworkReply> post(const QUrl &base, const QString &path)
    {
        QUrl url = base;
        url.setPath(path);
        QNetworkRequest request(url);
        request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArray("application/json"));
        std::unique_ptr<QNetworkReply> reply(m_manager.post(request, QByteArray("{}")));
        QSignalSpy finished(reply.get(), &QNetworkReply::finished);
        if (!reply->isFinished() && !finished.wait())
            qWarning() << "no answer";
        return reply;
    }

    static int statusOf(const std::unique_ptr<QNetworkReply> &reply)
    {
        return reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    }

    QByteArray stop(int signal)
    {
        ::kill(pid_t(m_process.processId()), signal);
        if (!m_process.waitForFinished() || m_process.exitStatus() != QProcess::NormalExit)
            return "did not end by itself";
        return m_process.readAllStandardError();
    }

private Q_SLOTS:
    void cleanup()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }

    void enforcesTheLimits()
    {
        const QUrl base = serve({QStringLiteral("--limit"), QStringLiteral("2"),
            QStringLiteral("--window"), QStringLiteral("60000"), QStringLiteral("--latency=5"),
            QStringLiteral("--jitter=0")});
        QCOMPARE(base.host(), QStringLiteral("127.0.0.1"));
        QVERIFY(base.port() > 0);
        QCOMPARE(base.path(), QString());

        auto reply = post(base, QStringLiteral("/api/v10/channels/1/messages"));
        QCOMPARE(statusOf(reply), 200);
        QCOMPARE(reply->rawHeader("X-RateLimit-Limit"), QByteArray("2"));
        QCOMPARE(reply->rawHeader("X-RateLimit-Remaining"), QByteArray("1"));
        reply = post(base, QStringLiteral("/channels/1/messages"));
        QCOMPARE(statusOf(reply), 200);
        reply = post(base, QStringLiteral("/api/v10/channels/1/messages"));
        QCOMPARE(statusOf(reply), 429);
        QVERIFY(reply->readAll().contains("retry_after"));

        QCOMPARE(stop(SIGTERM),
            QByteArray("Served 3 requests.\n  200: 2\n  429: 1\n  429 of kind bucket: 1\n"));
        QCOMPARE(m_process.exitCode(), 0);
    }

    void goesWrongAsScripted()
    {
        QTemporaryFile faults;
        QVERIFY(faults.open());
        faults.write("{\"kind\":\"server_error\",\"status\":502}\n"
                     "{\"kind\":\"global_limit\",\"retry_after_ms\":7000}\n");
        faults.close();
        const QUrl base = serve({QStringLiteral("--faults"), faults.fileName(),
            QStringLiteral("--latency"), QStringLiteral("0")});
        const auto path = QStringLiteral("/channels/1/messages");
        QCOMPARE(statusOf(post(base, path)), 502);
        const auto limited = post(base, path);
        QCOMPARE(statusOf(limited), 429);
        QCOMPARE(limited->rawHeader("Retry-After"), QByteArray("7"));
        QCOMPARE(statusOf(post(base, path)), 200);
        QCOMPARE(stop(SIGINT),
            QByteArray("Served 3 requests.\n  200: 1\n  429: 1\n  502: 1\n"
                       "  met a scripted fault: 2\n"));
        QCOMPARE(m_process.exitCode(), 0);
    }

    void speaksADialect()
    {
        const QUrl base = serve({QStringLiteral("--dialect"), QStringLiteral("no-via,global-false"),
            QStringLiteral("--latency=0")});
        const auto reply = post(base, QStringLiteral("/channels/1/messages"));
        QCOMPARE(statusOf(reply), 200);
        QVERIFY(!reply->hasRawHeader("Via"));
        QCOMPARE(reply->rawHeader("X-RateLimit-Global"), QByteArray("false"));
    }

    void refusesAnUnknownDialect()
    {
        QVERIFY(serve({QStringLiteral("--dialect=klingon")}).isEmpty());
        QCOMPARE(m_process.exitCode(), 2);
        const QByteArray error = m_process.readAllStandardError();
        QVERIFY2(error.contains("--dialect is one or more of reset-in-milliseconds, "),
            error.constData());
    }

    void refusesABadScript()
    {
        QTemporaryFile faults;
        QVERIFY(faults.open());
        faults.write("{\"kind\":\"no_answer\"}\n{\"kind\":\"sulk\"}\n");
        faults.close();
        QVERIFY(serve({QStringLiteral("--faults"), faults.fileName()}).isEmpty());
        QCOMPARE(m_process.exitCode(), 2);
        QVERIFY(m_process.readAllStandardError().startsWith(
            faults.fileName().toUtf8() + ":2: \"kind\" is one of no_answer, "));
    }

    void saysThatThePortIsTaken()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        const QString port = QString::number(other.serverPort());
        QVERIFY(serve({QStringLiteral("--port"), port}).isEmpty());
        QCOMPARE(m_process.exitCode(), 1);
        QVERIFY(m_process.readAllStandardError().contains(
            "turnstile-sim serve: Cannot serve on port " + port.toLatin1() + ".\n"));
    }
};

QTEST_GUILESS_MAIN(ServeTest)
#include "tst_serve.moc"
