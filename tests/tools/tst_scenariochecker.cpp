// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tests/tools/ForbiddenOutcome.h"
#include "tests/tools/ScenarioChecker.h"
#include "tests/tools/ScenarioRun.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

using namespace Turnstile::Sim;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(Turnstile::Sim::ReplayOutcome)

// One story with something for every form of `expect`: each form must hold when it says the truth,
// and fail when it does not.
class ScenarioCheckerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void truthHolds_data();
    void truthHolds();
    void untruthFails_data();
    void untruthFails();
    void misuseIsAFailure();
    void nothingExpectedIsAFailure();
    void aBadScenarioIsAFailure();
    void seesWhatNeverEnds();
    void forbidden_data();
    void forbidden();
};

static const char *const story = R"([
{"t_ms":0,"op":"acquire","req":"a","method":"GET","path":"/channels/1/messages"},
{"t_ms":0,"op":"acquire","req":"b","method":"GET","path":"/channels/1/messages"},
{"t_ms":0,"op":"key","id":"k","method":"GET","path":"/channels/1/messages"},
{"t_ms":0,"op":"key","id":"l","method":"GET","path":"/channels/2/messages"},
{"t_ms":0,"op":"key","id":"m","method":"GET","path":"channels/1/messages"},
{"t_ms":0,"op":"key","id":"i","method":"POST","path":"/interactions/1/t/callback"},
{"t_ms":5,"op":"parse","status":200,"headers":[["x-ratelimit-limit","5"],["x-ratelimit-remaining","1"],["x-ratelimit-reset-after","2"],["x-ratelimit-bucket","n"]]},
{"t_ms":10,"op":"respond","req":"a","status":200,"headers":[["x-ratelimit-limit","2"],["x-ratelimit-remaining","1"],["x-ratelimit-reset-after","1"],["x-ratelimit-bucket","h"],["x-ratelimit-reset","x"]]},
{"t_ms":20,"op":"respond","req":"b","status":429,"headers":[["x-ratelimit-global","true"],["retry-after","3"],["via","x"]]},
{"t_ms":30,"op":"acquire","req":"c","method":"GET","path":"/channels/1/messages","deadline_ms":100},
{"t_ms":4000,"op":"respond","req":"b","status":200,"headers":[["x-ratelimit-limit","3"],["x-ratelimit-remaining","1"],["x-ratelimit-reset-after","1"],["x-ratelimit-bucket","h"]]},
{"t_ms":4001,"op":"cancel","req":"nobody"}])";

static QStringList problemsOf(const QByteArray &entry, bool misuseExpected = true)
{
    QJsonArray expect = QJsonDocument::fromJson('[' + entry + ']').array();
    if (misuseExpected)
        expect.append(QJsonObject{{QStringLiteral("misuse"), QStringLiteral("nobody")}});
    return unmetExpectations({{QStringLiteral("id"), QStringLiteral("x")},
        {QStringLiteral("given"), QJsonDocument::fromJson(story).array()},
        {QStringLiteral("expect"), expect}});
}

static void rows(std::initializer_list<const char *> entries)
{
    QTest::addColumn<QByteArray>("entry");
    for (const char *entry : entries)
        QTest::newRow(entry) << QByteArray(entry);
}

void ScenarioCheckerTest::truthHolds_data()
{
    rows({R"({"granted":"a","at_ms":0})", R"({"granted":"b","at_ms":9})",
        R"({"granted":"b","not_before_ms":10,"by_ms":10})",
        R"({"granted":"b","at_ms":5,"by_ms":10})", R"({"granted":"b"})",
        R"({"pending":"b","until_ms":10})", R"({"pending":"c","until_ms":130})",
        R"({"never_granted":"c"})", R"({"rejected":"c","by_ms":130})",
        R"({"retry":"b","not_before_ms":3020,"by_ms":3020})", R"({"order":["a","b"]})",
        R"({"parsed":{"kind":"bucket","limit":5,"reset_after_ms":{"min":1,"max":2000},"remaining":[1,2],"scope":"none","bucket":{"one_of":["n","o"]}}})",
        R"({"same_bucket":["k","m"]})", R"({"diff_bucket":["k","l"]})",
        R"({"diff_bucket":["k","m"],"when":{"k":{"auth":"bearer:1"}}})",
        R"({"exempt_global":["i"]})", R"({"not_exempt_global":["k","l"]})",
        R"({"bucket":"a","at_ms":15,"limit":2,"remaining":1,"hash":"h","known":true})",
        R"({"bucket":"a","at_ms":15,"remaining_max":1})",
        R"({"bucket":"a","at_ms":2000,"absent_or_refilled":true})", R"({"tracked":1,"at_ms":15})",
        R"({"tracked_one_of":[0,1],"at_ms":15})", R"({"invalid_count":1,"at_ms":25})",
        R"({"max_grants":1,"of":["a","b"],"from_ms":1,"until_ms":100})",
        R"({"all_granted":["a","b"]})", R"({"all_granted_by_ms":10,"of":["a","b"]})",
        R"({"all_done_by_ms":4000})", R"({"max_429":1})", R"({"max_sends":3})",
        R"({"max_sends":1,"of":["a*"]})", R"({"any_of":[{"granted":"c"},{"granted":"a"}]})",
        R"({"any_of":[[{"granted":"a"},{"granted":"c"}],[{"granted":"a"},{"max_429":1}]]})",
        R"({"no":["crash","negative_wait","infinite_wait","busy_loop","lost_request","unbounded_growth"]})",
        R"({"ended":"c","how":"expired","at_ms":130,"why":"deadline"})",
        R"({"requeued":"b","kind":"global","wait_ms":3000})",
        R"({"waits":"b","at_ms":25,"reasons":["global"],"until_ms":3020})",
        R"({"waits":"b","at_ms":5,"reasons":["probe"]})", R"({"waits":"a","at_ms":5,"reasons":[]})",
        R"({"locked":"global","at_ms":20,"until_ms":3020})", R"({"locked":"invalid","count":0})",
        R"({"anomaly":"limit_changed","count":1})",
        R"({"header_error":"a","field":"x-ratelimit-reset","count":1})",
        R"({"misuse":"nobody","count":1,"op":"cancel"})",
        R"({"key":"k","route":"GET /channels/{channel}/messages","major":"channels/1"})",
        R"({"global":{"locked":true,"unlock_after_ms":2995},"at_ms":25})",
        R"({"stats":{"tickets":1,"lanes":1,"hashes":1,"buckets":1},"at_ms":25})"});
}

void ScenarioCheckerTest::truthHolds()
{
    QFETCH(QByteArray, entry);
    const QStringList problems = problemsOf(entry);
    QVERIFY2(problems.isEmpty(), qPrintable(problems.join(u'\n')));
}

void ScenarioCheckerTest::untruthFails_data()
{
    rows({R"({"granted":"a","at_ms":2})", R"({"granted":"b","at_ms":8})", R"({"granted":"c"})",
        R"({"granted":"b","not_before_ms":11})", R"({"granted":"b","by_ms":9})",
        R"({"granted":"b","at_ms":12,"by_ms":20})", R"({"granted":"unknown"})",
        R"({"pending":"b","until_ms":11})", R"({"pending":"c","until_ms":131})",
        R"({"pending":"unknown","until_ms":1})", R"({"pending":"b"})", R"({"never_granted":"a"})",
        R"({"never_granted":"unknown"})", R"({"rejected":"c","by_ms":129})",
        R"({"rejected":"a","by_ms":9999})", R"({"retry":"a"})", R"({"retry":"b","by_ms":3019})",
        R"({"retry":"b","not_before_ms":3021})", R"({"order":["b","a"]})", R"({"order":["a","c"]})",
        R"({"order":["a","unknown"]})", R"({"order":[]})", R"({"parsed":{"kind":"none"}})",
        R"({"parsed":{"limit":{"min":6,"max":9}}})", R"({"parsed":{"limit":{"min":1,"max":4}}})",
        R"({"parsed":{"remaining":[2,3]}})", R"({"parsed":{"bucket":{"one_of":["x"]}}})",
        R"({"parsed":{"retry_after_ms":1}})", R"({"parsed":{}})", R"({"same_bucket":["k","l"]})",
        R"({"same_bucket":["k"]})", R"({"same_bucket":["k","unknown"]})",
        R"({"same_bucket":["k","m"],"when":{"k":{"auth":"bearer:1"}}})",
        R"({"diff_bucket":["k","m"]})", R"({"diff_bucket":["k","l","m"]})",
        R"({"exempt_global":["k"]})", R"({"exempt_global":[]})", R"({"not_exempt_global":["i"]})",
        R"({"not_exempt_global":["unknown"]})", R"({"bucket":"a","at_ms":15,"limit":3})",
        R"({"bucket":"a","at_ms":15,"remaining":2})",
        R"({"bucket":"a","at_ms":15,"remaining_max":0})",
        R"({"bucket":"a","at_ms":15,"absent_or_refilled":true})", R"({"bucket":"a","limit":2})",
        R"({"bucket":"a","at_ms":15,"frob":1})", R"({"tracked":2,"at_ms":15})",
        R"({"tracked_one_of":[0,2],"at_ms":15})", R"({"invalid_count":0,"at_ms":25})",
        R"({"max_grants":0,"of":["a","b"],"from_ms":1,"until_ms":100})",
        R"({"max_grants":2,"of":["unknown"]})", R"({"all_granted":true})",
        R"({"all_granted":["c"]})", R"({"all_granted":["unknown*"]})",
        R"({"all_granted_by_ms":9,"of":["a","b"]})", R"({"all_done_by_ms":3999})",
        R"({"max_429":0})", R"({"max_429":"1"})", R"({"max_sends":2})",
        R"({"max_sends":0,"of":["a"]})", R"({"any_of":[{"granted":"c"},{"max_429":0}]})",
        R"({"any_of":[[{"granted":"a"},{"granted":"c"}]]})", R"({"any_of":[[]]})",
        R"({"any_of":[]})", R"({"no":["frob"]})", R"({"no":[]})",
        R"({"ended":"c","how":"cancelled"})", R"({"ended":"c","how":"expired","at_ms":132})",
        R"({"ended":"c","why":"frob"})", R"({"ended":"unknown"})", R"({"requeued":"a"})",
        R"({"requeued":"b","kind":"bucket"})", R"({"requeued":"b","wait_ms":1})",
        R"({"waits":"b","at_ms":25,"reasons":["bucket"]})",
        R"({"waits":"b","at_ms":25,"reasons":[]})", R"({"waits":"b","at_ms":25})",
        R"({"waits":"b","at_ms":25,"reasons":["global"],"until_ms":3021})",
        R"({"waits":"b","at_ms":25,"reasons":["global"],"behind":"a"})",
        R"({"locked":"cloudflare"})", R"({"locked":"global","at_ms":21})",
        R"({"locked":"global","until_ms":1})", R"({"locked":"global","count":2})",
        R"({"anomaly":"hash_flipped"})", R"({"anomaly":"limit_changed","count":0})",
        R"({"header_error":"a","field":"retry-after"})",
        R"({"header_error":"b","field":"x-ratelimit-reset"})", R"({"misuse":"nobody","count":2})",
        R"({"misuse":"nobody","op":"fail"})", R"({"misuse":"a"})",
        R"({"key":"k","route":"GET /channels/{channel}"})", R"({"key":"unknown"})",
        R"({"global":{"locked":false},"at_ms":25})", R"({"stats":{"tickets":2},"at_ms":25})",
        R"({"granted":"a","frob":1})", R"({"frob":"a"})", R"({})",
        R"({"granted":"a","at_ms":"0"})"});
}

void ScenarioCheckerTest::untruthFails()
{
    QFETCH(QByteArray, entry);
    const QStringList problems = problemsOf(entry);
    QCOMPARE(problems.size(), 1);
    QVERIFY2(!problems.first().contains(u'\n'), qPrintable(problems.first()));
}

void ScenarioCheckerTest::misuseIsAFailure()
{
    const QStringList problems = problemsOf(R"({"granted":"a"})", false);
    QCOMPARE(problems.size(), 1);
    QVERIFY(problems.first().contains(QStringLiteral("misuse")));
}

void ScenarioCheckerTest::nothingExpectedIsAFailure()
{
    QCOMPARE(unmetExpectations({{QStringLiteral("id"), QStringLiteral("x")},
                 {QStringLiteral("given"), QJsonArray()}}),
        QStringList{QStringLiteral("nothing is expected")});
}

void ScenarioCheckerTest::aBadScenarioIsAFailure()
{
    const auto scenario = QJsonDocument::fromJson(
        R"({"id":"x","given":[{"t_ms":0,"op":"frob"}],"expect":[{"no":["crash"]}]})");
    QCOMPARE(unmetExpectations(scenario.object()),
        QStringList{QStringLiteral("given[0]: \"op\" is unknown: \"frob\"")});
}

void ScenarioCheckerTest::seesWhatNeverEnds()
{
    const auto scenario = QJsonDocument::fromJson(
        R"({"id":"x","given":[{"t_ms":0,"op":"flow","to":"paused"},{"t_ms":0,"op":"acquire",)"
        R"("req":"a","method":"GET","path":"/x"}],"expect":[{"no":["lost_request"]},)"
        R"({"no":["infinite_wait"]}]})");
    QCOMPARE(unmetExpectations(scenario.object()).size(), 2);
}

// What nobody wants to see, as a scheduler that is wrong would show it.
void ScenarioCheckerTest::forbidden_data()
{
    QTest::addColumn<QString>("word");
    QTest::addColumn<QByteArray>("events");
    QTest::addColumn<ReplayOutcome>("outcome");
    QTest::addColumn<bool>("cameAbout");
    const QByteArray ended = R"({"event":"ended","req":"a","t_ms":5})";
    const auto row = [](const char *name, const char *word, const QByteArray &events,
                         const ReplayOutcome &outcome, bool cameAbout = true) {
        QTest::newRow(name) << QString::fromLatin1(word) << events << outcome << cameAbout;
    };
    using End = ReplayOutcome::End;
    row("broken off", "crash", {}, {.end = End::TooLong});
    row("not broken off", "crash", {}, {}, false);
    row("busy", "busy_loop", {}, {.end = End::BusyLoop});
    row("only long", "busy_loop", {}, {.end = End::TooLong}, false);
    row("negative wait", "negative_wait", R"({"t_ms":5,"wait_ms":-1})", {});
    row("negative reset", "negative_wait", R"({"t_ms":5,"reset_after_ms":-0.5})", {});
    row("until before now", "negative_wait", R"({"t_ms":5,"until_ms":4})", {});
    row("no wait", "negative_wait", R"({"t_ms":5,"until_ms":5,"wait_ms":0})", {}, false);
    row("over 30 days", "infinite_wait", R"({"t_ms":5,"retry_after_ms":2592000001})", {});
    row("30 days", "infinite_wait", R"({"t_ms":5,"until_ms":2592000005})", {}, false);
    row("nothing comes", "infinite_wait", {}, {.left = {.queued = 1}});
    row("an answer may come", "infinite_wait", {}, {.left = {.queued = 1, .inFlight = 1}}, false);
    row("time may help", "infinite_wait", {}, {.left = {.queued = 1}, .nextDeadline = 24h}, false);
    row("no time helps", "infinite_wait", {}, {.left = {.queued = 1}, .nextDeadline = 721h});
    row("never ended", "lost_request", {}, {});
    row("ended", "lost_request", ended, {}, false);
    row("ended twice", "lost_request", ended + ',' + ended, {});
    row("small", "unbounded_growth", {}, {.peak = {.buckets = 3, .lanes = 3, .hashes = 3}}, false);
    row("lanes", "unbounded_growth", {}, {.peak = {.lanes = 4}});
    row("buckets", "unbounded_growth", {}, {.peak = {.buckets = 4}});
    row("hashes", "unbounded_growth", {}, {.peak = {.hashes = 4}});
    row("never forgotten", "unbounded_growth", {}, {.leftIdle = {.buckets = 1}});
}

void ScenarioCheckerTest::forbidden()
{
    QFETCH(QString, word);
    QFETCH(QByteArray, events);
    QFETCH(ReplayOutcome, outcome);
    QFETCH(bool, cameAbout);
    QString problem;
    const auto scenario = Scenario::parse(
        R"({"id":"x","given":[{"t_ms":0,"op":"acquire","req":"a","method":"GET","path":"/x"}]})",
        &problem);
    QVERIFY(scenario);
    QList<QJsonObject> all;
    for (const QJsonValue event : QJsonDocument::fromJson('[' + events + ']').array())
        all.append(event.toObject());
    const QString what = forbiddenOutcome(ScenarioRun(*scenario, all, outcome), word);
    QVERIFY2(what.isEmpty() != cameAbout, qPrintable(what));
}

QTEST_GUILESS_MAIN(ScenarioCheckerTest)
#include "tst_scenariochecker.moc"
