// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Three processes of a bot share the limits of a server in a real Redis.
#include "tests/common/RedisServer.h"

#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

class SharedBotTest : public QObject {
    Q_OBJECT

    // A program that ends with this one.
    class Program : public QProcess {
    public:
        Program(const QString &program, const QStringList &arguments)
        {
            setProcessChannelMode(MergedChannels);
            setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
            start(program, arguments, ReadOnly);
        }
        ~Program() override
        {
            kill();
            waitForFinished();
        }
        QString nextLine()
        {
            while (!canReadLine()) {
                if (!waitForReadyRead(10'000))
                    return {};
            }
            return QString::fromUtf8(readLine()).trimmed();
        }
        bool hasEndedWell()
        {
            return (state() == NotRunning || waitForFinished(30'000)) && exitStatus() == NormalExit
                && exitCode() == 0;
        }
    };

    static std::unique_ptr<Program> bot(const QString &name, const QString &socket,
        const QString &api, int requests, const QStringList &more = {})
    {
        return std::make_unique<Program>(QStringLiteral(SHARED_BOT),
            QStringList{QStringLiteral("--redis"), QStringLiteral("unix:") + socket,
                QStringLiteral("--api"), api, QStringLiteral("--channels"), QStringLiteral("8"),
                QStringLiteral("--requests"), QString::number(requests), QStringLiteral("--name"),
                name}
                + more);
    }

private Q_SLOTS:
    void initTestCase() { NEED_REDIS(); }

    void oneTellsWhatTheOtherHolds()
    {
        const RedisServer redis;
        Program server(QStringLiteral(TURNSTILE_SIM),
            QStringLiteral("serve --limit 1 --window 400 --latency 1500").split(u' '));
        const QString api = server.nextLine();
        const auto other = bot(QStringLiteral("busy"), redis.unixSocket(), api, 4);
        const auto watching =
            bot(QStringLiteral("curious"), redis.unixSocket(), api, 8, {QStringLiteral("--watch")});
        QString said;
        while (!said.contains(u"busy ") && watching->state() != QProcess::NotRunning)
            said += watching->nextLine() + u'\n';
        const QString pid = QString::number(other->processId());
        QVERIFY2(said.contains(u"busy "_qs + pid + u'@'), qPrintable(said));
        QVERIFY2(said.contains(u"(this one) holds "), qPrintable(said));
    }

    void threeProcessesMeetNo429()
    {
        const RedisServer redis;
        QVERIFY(redis.isRunning());
        Program server(QStringLiteral(TURNSTILE_SIM),
            QStringLiteral("serve --limit 5 --window 1000 --global 40 --latency 20 --jitter 10")
                .split(u' '));
        const QString api = server.nextLine();
        QVERIFY(api.startsWith(u"http://"));

        std::vector<std::unique_ptr<Program>> bots;
        for (int i = 1; i <= 3; ++i)
            bots.push_back(bot(QStringLiteral("bot %1").arg(i), redis.unixSocket(), api, 40));
        int mostProcesses = 0;
        for (const auto &bot : bots) {
            const bool isWell = bot->hasEndedWell();
            const QString said = QString::fromUtf8(bot->readAll());
            qInfo().noquote() << said.trimmed();
            QVERIFY2(isWell, qPrintable(said));
            QVERIFY(said.contains(u"40 succeeded, 0 failed, 0 times 429"));
            static const QRegularExpression processes(QStringLiteral("([0-9]+) processes"));
            mostProcesses = std::max(mostProcesses, processes.match(said).captured(1).toInt());
        }
        QCOMPARE(mostProcesses, 3);

        server.terminate(); // and it tells what it has served
        QVERIFY(server.hasEndedWell());
        const QString served = QString::fromUtf8(server.readAll());
        QVERIFY2(served.contains(u"Served 120 requests"), qPrintable(served));
        QVERIFY2(!served.contains(u"429"), qPrintable(served));
    }

    void waitsForARedis()
    {
        RedisServer redis;
        redis.kill();
        Program server(QStringLiteral(TURNSTILE_SIM), {QStringLiteral("serve")});
        const auto waiting = bot(QStringLiteral("early"), redis.unixSocket(), server.nextLine(), 2);
        const QString said = waiting->nextLine();
        QVERIFY2(said.contains(u"cannot be reached") && said.endsWith(u"Requests wait."),
            qPrintable(said));
        QVERIFY(redis.restart());
        QVERIFY(waiting->hasEndedWell());
        QVERIFY(waiting->readAll().contains("2 succeeded"));
    }

    void takesThePasswordFromTheEnvironment()
    {
        const RedisServer redis({.password = "hunter2"});
        Program server(QStringLiteral(TURNSTILE_SIM), {QStringLiteral("serve")});
        const QString api = server.nextLine();
        const char *variable = "TURNSTILE_REDIS_PASSWORD";
        const auto without = bot(QStringLiteral("without"), redis.unixSocket(), api, 2);
        qputenv(variable, "secret");
        const auto wrong = bot(QStringLiteral("wrong"), redis.unixSocket(), api, 2);
        qputenv(variable, "hunter2");
        const auto right = bot(QStringLiteral("right"), redis.unixSocket(), api, 2);
        qunsetenv(variable);
        QVERIFY(without->nextLine().endsWith(
            u"wants a password, and was given none: set it (NOAUTH). Requests wait."));
        QVERIFY(wrong->nextLine().endsWith(u"knows no such user with this password: check both "
                                           "(WRONGPASS). Requests wait."));
        QVERIFY(right->hasEndedWell());
        QVERIFY(right->readAll().contains("2 succeeded"));
    }

    void refusesABadAddress()
    {
        Program bot(QStringLiteral(SHARED_BOT),
            QStringLiteral("--api http://127.0.0.1:1 --redis redis://:hunter2@h:port").split(u' '));
        QVERIFY(bot.waitForFinished());
        QCOMPARE(bot.exitCode(), 1);
        QCOMPARE(bot.readAll(),
            QByteArray("--redis: The port behind the host is a number from 1 to 65535.\n"));
    }
};

QTEST_GUILESS_MAIN(SharedBotTest)
#include "tst_sharedbot.moc"
