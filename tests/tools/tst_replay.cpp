// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/Replay.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

#include <clocale>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

// The events of replays, as the lines that the program prints but for the scenario's name.
class ReplayTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tells_data();
    void tells();
    void ordersWhatHappensAtOnce();
    void answersWhatNoStepAnswers();
    void stopsAfterADay();
    void stopsWhenItTakesTooLong();
    void playsInALocale();
};

static Scenario scenario(const QByteArray &given, const QByteArray &config)
{
    QString problem;
    const auto result = Scenario::parse(
        R"({"id":"x","config":{)" + config + R"(},"given":[)" + given + "]}", &problem);
    if (!result)
        qFatal("%s", qPrintable(problem));
    return *result;
}

static QByteArrayList play(const QByteArray &given, const QByteArray &config = {})
{
    QByteArrayList lines;
    const Scenario parsed = scenario(given, config);
    Replay(parsed, [&lines](QJsonObject event) {
        if (event[u"scenario"] != QStringLiteral("x"))
            qFatal("an event of no scenario");
        event.remove(QStringLiteral("scenario"));
        lines.append(QJsonDocument(event).toJson(QJsonDocument::Compact));
    }).run();
    return lines;
}

static QByteArray acquire(const QByteArray &name, const QByteArray &more = {})
{
    return R"({"t_ms":0,"op":"acquire","req":")" + name + R"(","method":"GET","path":"/gateway")"
        + more + '}';
}

void ReplayTest::tells_data()
{
    QTest::addColumn<QByteArray>("given");
    QTest::addColumn<QByteArrayList>("expected");
    QTest::newRow("completed")
        << acquire("a") + R"(,{"t_ms":0.5,"op":"respond","req":"a","status":200})"
        << QByteArrayList{R"({"attempt":1,"event":"granted","req":"a","t_ms":0})",
               R"({"event":"ended","how":"completed","req":"a","t_ms":0.5})"};
    QTest::newRow("429")
        << acquire("a")
            + R"(,{"t_ms":5,"op":"respond","req":"a","status":429,"headers":[["via","x"],["retry-after","1"]]},
               {"t_ms":1006,"op":"cancel","req":"a"})"
        << QByteArrayList{R"({"attempt":1,"event":"granted","req":"a","t_ms":0})",
               R"({"event":"requeued","kind":"bucket","req":"a","t_ms":5,"wait_ms":1000})",
               R"({"attempt":2,"event":"granted","req":"a","t_ms":1005})",
               R"({"event":"ended","how":"unused","req":"a","t_ms":1006,"why":"It was granted and never sent."})"};
    QTest::newRow("lost and timed out")
        << acquire("a") + ',' + acquire("b") + R"(,{"t_ms":7,"op":"fail","req":"a","error":"e"})"
        << QByteArrayList{R"({"attempt":1,"event":"granted","req":"a","t_ms":0})",
               R"({"event":"ended","how":"lost","req":"a","t_ms":7,"why":"It was sent, and no response came: e."})",
               R"({"attempt":1,"event":"granted","req":"b","t_ms":7})",
               R"({"event":"ended","how":"timed_out","req":"b","t_ms":120007,"why":"It was granted, and then nobody said a word for 120 s."})"};
    QTest::newRow("header error")
        << acquire("a")
            + R"(,{"t_ms":1,"op":"respond","req":"a","status":200,"headers":[["x-ratelimit-limit","x"],
               ["x-ratelimit-remaining","1"],["x-ratelimit-reset-after","1"],["x-ratelimit-bucket","b"]]})"
        << QByteArrayList{R"({"attempt":1,"event":"granted","req":"a","t_ms":0})",
               R"({"event":"header_error","field":"x-ratelimit-limit","message":"x-ratelimit-limit is \"x\": expected a whole number","req":"a","t_ms":1})",
               R"({"event":"ended","how":"completed","req":"a","t_ms":1})"};
    QTest::newRow("questions")
        << QByteArray(R"({"t_ms":1,"op":"bucket","id":"q","method":"GET","path":"/x"},
                         {"t_ms":2,"op":"global","id":"q"},{"t_ms":3,"op":"stats","id":"q"},
                         {"t_ms":4,"op":"parse","status":200},
                         {"t_ms":5,"op":"key","id":"k","method":"GET","path":"/guilds/1"}])")
               .chopped(1)
        << QByteArrayList{R"({"event":"bucket","id":"q","known":false,"t_ms":1})",
               R"({"event":"global","id":"q","locked":false,"remaining":50,"t_ms":2})",
               R"({"buckets":0,"event":"stats","hashes":0,"id":"q","invalid_count":0,"lanes":0,"t_ms":3,"tickets":0})",
               R"({"event":"parsed","kind":"none","t_ms":4})",
               R"({"event":"key","exempt_global":false,"id":"k","lane":"GET /guilds/{guild}#guilds/1#","major":"guilds/1","route":"GET /guilds/{guild}","t_ms":5})"};
    QTest::newRow("why it waits")
        << acquire("a") + ',' + acquire("b") + R"(,{"t_ms":1,"op":"waits","req":"b"},
               {"t_ms":2,"op":"cancel","req":"b"},{"t_ms":2,"op":"cancel","req":"a"})"
        << QByteArrayList{R"({"attempt":1,"event":"granted","req":"a","t_ms":0})",
               R"({"event":"waits","reasons":[{"behind":"a","reason":"probe"}],"req":"b","t_ms":1})",
               R"({"event":"ended","how":"cancelled","req":"b","t_ms":2,"why":"The ticket was given up while it waited. It waited for: probe."})",
               R"({"event":"ended","how":"unused","req":"a","t_ms":2,"why":"It was granted and never sent."})"};
    QTest::newRow("locked, and shut down")
        << acquire("a")
            + R"(,{"t_ms":10,"op":"respond","req":"a","status":429,"headers":[["x-ratelimit-global","true"],["retry-after","2"]]},
               {"t_ms":11,"op":"shutdown"})"
        << QByteArrayList{R"({"attempt":1,"event":"granted","req":"a","t_ms":0})",
               R"({"event":"locked","kind":"global","t_ms":10,"until_ms":2010})",
               R"({"event":"requeued","kind":"global","req":"a","t_ms":10,"wait_ms":2000})",
               R"({"event":"ended","how":"shutdown","req":"a","t_ms":11,"why":"The ratelimiter no longer exists, or gave up the ticket. It waited for: global limit."})"};
    QTest::newRow("misuse")
        << QByteArray(R"({"t_ms":0,"op":"cancel","req":"a"})")
        << QByteArrayList{
               R"({"event":"misuse","message":"There is no request with this name.","op":"cancel","req":"a","t_ms":0})"};
    QTest::newRow("cancelled before")
        << acquire("a", R"(,"cancelled_before":true)")
        << QByteArrayList{
               R"({"event":"ended","how":"cancelled","req":"a","t_ms":0,"why":"The ticket was given up while it waited."})"};
}

void ReplayTest::tells()
{
    QFETCH(QByteArray, given);
    QFETCH(QByteArrayList, expected);
    const QByteArrayList lines = play(given);
    QCOMPARE(lines.join('\n'), expected.join('\n'));
}

// At one time: what is due, then steps in their order, then automatic answers.
void ReplayTest::ordersWhatHappensAtOnce()
{
    const QByteArrayList lines =
        play(acquire("a", R"(,"deadline_ms":9)") + ',' + acquire("b", R"(,"deadline_ms":5)")
                + R"(,{"t_ms":5,"op":"bucket","id":"q","method":"GET","path":"/gateway"},
               {"t_ms":5,"op":"stats","id":"r"})",
            R"("auto_respond":{"latency_ms":5})");
    QCOMPARE(lines.join('\n'),
        QByteArrayList(
            {R"({"attempt":1,"event":"granted","req":"a","t_ms":0})",
                R"({"event":"ended","how":"expired","req":"b","t_ms":5,"why":"The ticket's deadline passed while it waited. It waited for: probe."})",
                R"({"event":"bucket","id":"q","in_flight":1,"known":true,"queued":0,"t_ms":5})",
                R"({"buckets":1,"event":"stats","hashes":0,"id":"r","invalid_count":0,"lanes":1,"t_ms":5,"tickets":1})",
                R"({"event":"ended","how":"completed","req":"a","t_ms":5})"})
            .join('\n'));
}

void ReplayTest::answersWhatNoStepAnswers()
{
    const QByteArrayList lines = play(acquire("a") + ',' + acquire("b")
            + R"(,{"t_ms":40,"op":"respond","req":"a","status":429,"headers":[["via","x"],["retry-after","1"]]})",
        R"("auto_respond":{"latency_ms":7})");
    QCOMPARE(lines.join('\n').count("requeued"), 1);
    QVERIFY(lines.contains(R"({"event":"ended","how":"completed","req":"a","t_ms":1047})"));
    QCOMPARE(lines.join('\n').count("ended"), 2);
}

void ReplayTest::stopsAfterADay()
{
    const Scenario waits = scenario(acquire("a")
            + R"(,{"t_ms":1,"op":"respond","req":"a","status":429,"headers":[["via","x"],["retry-after","90000"]]})",
        {});
    const ReplayOutcome outcome = Replay(waits, [](const QJsonObject &) {}).run();
    QCOMPARE(outcome.end, ReplayOutcome::End::Finished);
    QVERIFY(outcome.at <= 24h + 1ms);
    QCOMPARE(outcome.left.queued, 1);
    QCOMPARE(outcome.nextDeadline, 90'000s + 1ms);
    QCOMPARE(outcome.rateLimited, 1);
    QCOMPARE(outcome.leftIdle.buckets + outcome.leftIdle.lanes + outcome.leftIdle.queued, 0);
}

void ReplayTest::stopsWhenItTakesTooLong()
{
    const Scenario endless = scenario(acquire("a"),
        R"("auto_respond":{"status":429,"headers":[["via","x"],["retry-after","0.001"]],"latency_ms":0})");
    ReplayLimits limits;
    limits.rounds = 1000;
    const ReplayOutcome outcome = Replay(
        endless, [](const QJsonObject &) {}, limits)
                                      .run();
    QCOMPARE(outcome.end, ReplayOutcome::End::TooLong);
    QVERIFY(!outcome.problem().isEmpty());
}

void ReplayTest::playsInALocale()
{
    const QByteArray before = std::setlocale(LC_ALL, nullptr);
    const Scenario there = scenario({}, R"("locale":"C")");
    QCOMPARE(Replay(there, [](const QJsonObject &) {}).run().note, QString());
    const Scenario missing = scenario({}, R"("locale":"xx_XX.frob")");
    QCOMPARE(Replay(missing, [](const QJsonObject &) {}).run().note,
        QStringLiteral("the locale xx_XX.frob is not installed here: played in the one that is "
                       "set"));
    QCOMPARE(QByteArray(std::setlocale(LC_ALL, nullptr)), before);
}

QTEST_GUILESS_MAIN(ReplayTest)
#include "tst_replay.moc"
