// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// turnstile-sim replay as others run it: what it prints where, and its exit codes.
#include <QtCore/QProcess>
#include <QtCore/QTemporaryFile>
#include <QtTest/QTest>

class ReplayProgramTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void plays();
};

struct Output {
    int code = -1;
    QByteArray out;
    QByteArray err;
};

static Output runProgram(const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.start(QStringLiteral(TURNSTILE_SIM), arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished() || process.exitStatus() != QProcess::NormalExit)
        return {};
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

void ReplayProgramTest::plays()
{
    const QByteArray good = R"({"id":"a","given":[{"t_ms":0,"op":"parse","status":200}]})";
    const QByteArray other = R"({"id":"b","given":[{"t_ms":1,"op":"parse","status":200}]})";
    const QByteArray lineA = R"({"event":"parsed","kind":"none","scenario":"a","t_ms":0})"
                             "\n";
    const QByteArray lineB = R"({"event":"parsed","kind":"none","scenario":"b","t_ms":1})"
                             "\n";
    const QString replay = QStringLiteral("replay");
    const QString input = QStringLiteral("-");

    Output output = runProgram({replay, input}, good + '\n' + other);
    QCOMPARE(output.out, lineA + lineB);
    QCOMPARE(output.err, QByteArray());
    QCOMPARE(output.code, 0);

    output = runProgram(
        {replay, input, QStringLiteral("--id"), QStringLiteral("b")}, good + '\n' + other);
    QCOMPARE(output.out, lineB);
    QCOMPARE(output.code, 0);

    output = runProgram({replay, input, QStringLiteral("--id=c")}, good);
    QCOMPARE(output.out, QByteArray());
    QCOMPARE(output.err, QByteArray("-: There is no scenario with the id c.\n"));
    QCOMPARE(output.code, 2);

    QTemporaryFile file;
    QVERIFY(file.open());
    file.write(good + "\n{\"id\":\"b\",\"given\":[{\"t_ms\":0,\"op\":\"frob\"}]}\n" + other);
    file.close();
    output = runProgram({replay, file.fileName()});
    QCOMPARE(output.out, lineA);
    QCOMPARE(output.err, file.fileName().toUtf8() + ":2: given[0]: \"op\" is unknown: \"frob\"\n");
    QCOMPARE(output.code, 2);

    output = runProgram({replay, QStringLiteral("/nowhere/x.jsonl")});
    QCOMPARE(output.err, QByteArray("/nowhere/x.jsonl: No such file or directory\n"));
    QCOMPARE(output.code, 2);

    output = runProgram({replay});
    QCOMPARE(output.code, 2);
    QVERIFY(output.out.isEmpty() && !output.err.isEmpty());

    output = runProgram({replay, QStringLiteral("--help")});
    QCOMPARE(output.code, 0);
    QVERIFY(output.out.contains("replay FILE") && output.err.isEmpty());
    for (const char *word : {"acquire_many", "waits", "token", "flow", "max_queued_per_bucket",
             "auto_respond", "header_error", "anomaly", "misuse"})
        QVERIFY2(output.out.contains(word), word);

    output =
        runProgram({replay, input}, R"({"id":"l","given":[],"config":{"locale":"xx_XX.frob"}})");
    QCOMPARE(output.out, QByteArray());
    QVERIFY(output.err.startsWith("note: -:1: the locale xx_XX.frob is not installed"));
    QCOMPARE(output.code, 0);
}

QTEST_GUILESS_MAIN(ReplayProgramTest)
#include "tst_replayprogram.moc"
