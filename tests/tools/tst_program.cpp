// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// turnstile-sim as others run it: what it prints where, and its exit codes.
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QProcess>
#include <QtTest/QTest>

class ProgramTest : public QObject {
    Q_OBJECT

private:
    struct Outcome {
        int code;
        QByteArray out;
        QByteArray err;
    };
    static Outcome run(const QString &arguments)
    {
        QProcess process;
        process.start(QStringLiteral(TURNSTILE_SIM), arguments.split(u' ', Qt::SkipEmptyParts));
        if (!process.waitForFinished())
            return {-1, {}, process.errorString().toUtf8()};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            process.readAllStandardOutput(), process.readAllStandardError()};
    }

private Q_SLOTS:
    void explainsItself()
    {
        for (const char *arguments : {"--help", "drain --help", "serve --help", "--version"}) {
            const Outcome outcome = run(QString::fromLatin1(arguments));
            QCOMPARE(outcome.code, 0);
            QVERIFY(outcome.out.contains("turnstile-sim"));
            QCOMPARE(outcome.err, QByteArray());
        }
        for (const char *command : {"drain", "serve"})
            QVERIFY(run(QStringLiteral("--help")).out.contains(command));
    }

    void refusesBadUsage_data()
    {
        QTest::addColumn<QString>("error");
        const auto row = [](const char *arguments, const char *error) {
            QTest::newRow(arguments) << QString::fromLatin1(error);
        };
        row("", "turnstile-sim: A command is missing; --help lists them.\n");
        row("dance", "turnstile-sim: There is no command \"dance\"; --help lists them.\n");
        row("drain --frob 1",
            "turnstile-sim drain: There is no option --frob; drain --help lists them.\n");
        row("drain --requests 0",
            "turnstile-sim drain: --requests is a whole number from 1 to 1000000, not \"0\".\n");
        row("drain --loss 2", "turnstile-sim drain: --loss is a number from 0 to 1, not \"2\".\n");
        row("drain --arrivals poisson:0",
            "turnstile-sim drain: --arrivals is burst or poisson:RATE, with a RATE from 0.1 to "
            "1000000, not \"poisson:0\".\n");
        row("drain --sublimit 2",
            "turnstile-sim drain: --sublimit is N/MS, with N from 1 to 1000000 and MS from 1 to "
            "86400000, not \"2\".\n");
        row("drain --sublimit 2/0",
            "turnstile-sim drain: --sublimit is N/MS, with N from 1 to 1000000 and MS from 1 to "
            "86400000, not \"2/0\".\n");
        row("drain --seed -1",
            "turnstile-sim drain: --seed is a whole number from 0 to 4294967295, not \"-1\".\n");
        row("drain --global-phase 1000",
            "turnstile-sim drain: --global-phase is a whole number of milliseconds from 0 to 999 "
            "or random, not \"1000\".\n");
        row("drain --global-window sliding --global-phase 5",
            "turnstile-sim drain: --global-phase goes with --global-window fixed: sliding windows "
            "have none.\n");
        row("drain --requests 1000000 --limit 1 --window 86400000",
            "turnstile-sim drain: --requests would take more than a year of virtual time with "
            "this --limit and --window, which is the most that is accepted.\n");
        row("drain --redis-rtt -1",
            "turnstile-sim drain: --redis-rtt is a number of milliseconds from 0 to 2000, not "
            "\"-1\".\n");
        row("drain --redis-rtt 2000.5",
            "turnstile-sim drain: --redis-rtt is a number of milliseconds from 0 to 2000, not "
            "\"2000.5\".\n");
        for (const char *alone :
            {"drain --redis-rtt 1", "drain --processes 2 --sharing none --redis-rtt 1"})
            row(alone,
                "turnstile-sim drain: --redis-rtt goes with --sharing redis, which is how "
                "--processes 2 or more share: without it, no Redis is asked.\n");
        row("drain --sharing all",
            "turnstile-sim drain: --sharing is redis or none, not \"all\".\n");
        row("drain --kill 100",
            "turnstile-sim drain: --kill goes with --processes 2 or more: somebody has to be "
            "left.\n");
        row("serve --port 65536",
            "turnstile-sim serve: --port is a whole number from 0 to 65535, not \"65536\".\n");
        row("serve --faults /nowhere/f", "/nowhere/f: cannot be read: No such file or directory\n");
    }

    void refusesBadUsage()
    {
        const Outcome outcome = run(QString::fromLatin1(QTest::currentDataTag()));
        QCOMPARE(outcome.code, 2);
        QCOMPARE(outcome.out, QByteArray());
        QTEST(QString::fromUtf8(outcome.err), "error");
    }

    void drainPrintsOneObject()
    {
        const auto arguments = QStringLiteral(
            "drain --requests 100 --buckets 1 --window=1000 --rtt 50 --jitter 0 --method GET");
        const Outcome outcome = run(arguments);
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.err, QByteArray());
        const QJsonObject object = QJsonDocument::fromJson(outcome.out).object();
        QCOMPARE(object[u"makespan_ms"], QJsonValue(20019));
        QCOMPARE(object[u"lower_bound_ms"], QJsonValue(19050));
        QCOMPARE(object[u"ratio"], QJsonValue(1.0509));
        QCOMPARE(object[u"seed"], QJsonValue(1));
        QCOMPARE(object[u"requests"], QJsonValue(100));
        QVERIFY(!object.contains(u"runs"));
    }

    void drainSumsUpRuns()
    {
        const Outcome outcome = run(QStringLiteral("drain --requests 50 --runs 5 --seed 7"));
        QCOMPARE(outcome.code, 0);
        const QJsonObject object = QJsonDocument::fromJson(outcome.out).object();
        QCOMPARE(object[u"runs"], QJsonValue(5));
        QCOMPARE(object[u"seed"], QJsonValue(7));
        const QJsonValue makespan = object[u"makespan_ms"];
        QVERIFY(makespan[u"min"].toDouble() < makespan[u"median"].toDouble());
        QVERIFY(makespan[u"median"].toDouble() < makespan[u"max"].toDouble());
        QCOMPARE(object[u"rejected_429"][u"bucket"][u"max"], QJsonValue(0));
        QVERIFY(object[u"first_seed_with_avoidable_429"].isNull());
    }

    void drainTellsWhatHappens()
    {
        const Outcome outcome = run(QStringLiteral(
            "drain --requests 1 --buckets 1 --rtt 80 --jitter 0 --trace --window 1000"));
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.err,
            QByteArray("0.000 asked: request 0, bucket 0, attempt 0\n"
                       "0.000 granted: request 0, bucket 0, attempt 1\n"
                       "40.000 arrived: request 0, bucket 0, attempt 1, 200, remaining 4 of 5, "
                       "reset after 1000.000\n"
                       "80.000 answered: request 0, bucket 0, attempt 1\n"));
    }

    void drainSharesAToken()
    {
        const Outcome alone =
            run(QStringLiteral("drain --requests 20 --processes 2 --sharing none"));
        QCOMPARE(alone.code, 0);
        QVERIFY(QJsonDocument::fromJson(alone.out)[u"avoidable_429"].isNull());
        const Outcome outcome =
            run(QStringLiteral("drain --requests 20 --processes 2 --redis-rtt 0.5 --trace"));
        if (outcome.code == 2) {
            QVERIFY(outcome.err.contains("Lua 5.1"));
            QSKIP("This was built without Lua 5.1.");
        }
        QCOMPARE(outcome.code, 0);
        QVERIFY(outcome.err.contains("0.250 process 0 calls: {"));
        QVERIFY(outcome.err.contains("0.500 process 0 is replied to: {"));
        const QJsonDocument object = QJsonDocument::fromJson(outcome.out);
        QCOMPARE(object[u"avoidable_429"], QJsonValue(0));
        QVERIFY(object[u"redis_calls"].toInt() > 0);
        const Outcome one = run(QStringLiteral("drain --requests 20"));
        QVERIFY(!one.out.contains("redis_calls"));
        QVERIFY(run(QStringLiteral("drain --requests 20 --sharing redis")).out.contains("redis"));
    }

    void drainTellsThatNobodyWasKilled()
    {
        const auto drain = [](const char *more) {
            return run(QStringLiteral("drain --requests 20 --processes 2 --sharing none ")
                + QString::fromLatin1(more));
        };
        const Outcome late = drain("--kill 86400000");
        QCOMPARE(late.code, 0);
        QCOMPARE(late.err,
            QByteArray("turnstile-sim drain: No process was killed: all had been done before "
                       "--kill.\n"));
        QVERIFY(QJsonDocument::fromJson(late.out)[u"makespan_ms"].isDouble());
        QCOMPARE(drain("--kill 86400000 --runs 3").err,
            QByteArray("turnstile-sim drain: No process was killed in 3 of 3 runs: all had been "
                       "done before --kill.\n"));
        const Outcome soon = drain("--kill 0");
        QCOMPARE(soon.code, 0);
        QCOMPARE(soon.err, QByteArray());
    }

    void noticesThatNobodyCanRead()
    {
        QProcess process;
        process.setStandardOutputFile(QStringLiteral("/dev/full"));
        process.start(QStringLiteral(TURNSTILE_SIM), {QStringLiteral("--help")});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 1);
        QCOMPARE(process.readAllStandardError(),
            QByteArray("turnstile-sim: Cannot write to standard output.\n"));
    }
};

QTEST_GUILESS_MAIN(ProgramTest)
#include "tst_program.moc"
