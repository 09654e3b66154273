// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/ReplayFile.h"
#include "tools/turnstile-sim/Scenario.h"

#include <QtCore/QBuffer>
#include <QtCore/QFile>
#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

class ScenarioTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsSteps();
    void readsConfig();
    void hasDefaults();
    void noStepComesTooLateByDefault();
    void predicates_data();
    void predicates();
    void refusesNonsense_data();
    void refusesNonsense();
    void objectsApartMayShareNames();
    void hasBounds();
    void readsFiles();
    void tellsWhereAFileIsWrong_data();
    void tellsWhereAFileIsWrong();
};

static Scenario parse(const QByteArray &line)
{
    QString problem;
    const auto scenario = Scenario::parse(line, &problem);
    if (!scenario)
        qFatal("%s", qPrintable(problem));
    return *scenario;
}

static QByteArray with(const QByteArray &step)
{
    return R"({"id":"x","given":[{"t_ms":0,)" + step + "}]}";
}

static QByteArray withConfig(const QByteArray &config)
{
    return R"({"id":"x","given":[],"config":{)" + config + "}}";
}

void ScenarioTest::readsSteps()
{
    const Scenario scenario = parse(R"({"id":"x","title":"t","level":"must","note":"n",
        "kind":"k","expect":[{"no":["crash"]}],"given":[
        {"t_ms":0,"op":"acquire","req":"a","method":"post","path":"/channels/1/messages",
         "auth":"bearer:1","priority":-1,"deadline_ms":1.5,"ordering":"strict","lane":"l",
         "predicate":"remaining>10","cancelled_before":true},
        {"t_ms":0.5,"op":"acquire_many","prefix":"m","count":50,"method":"GET","path":"/x"},
        {"t_ms":1,"op":"respond","req":"a","status":429,"retry":false,"headers":[["A","b"],
         ["C",{"hex":"fF00"}],["D",{"repeat":"xy","count":3}]],"body":{"a":1}},
        {"t_ms":1,"op":"fail","req":"a","error":"e"}]})");
    QCOMPARE(scenario.id, QStringLiteral("x"));
    QCOMPARE(scenario.level, QStringLiteral("must"));
    QCOMPARE(scenario.expect.size(), 1);
    QCOMPARE(scenario.steps.size(), size_t(4));

    const Step &acquire = scenario.steps[0];
    QCOMPARE(acquire.name, QStringLiteral("a"));
    QCOMPARE(acquire.endpoint.route(), QByteArray("POST /channels/{channel}/messages"));
    QCOMPARE(acquire.endpoint.credential(), Credential::token("bearer:1"));
    QCOMPARE(acquire.options.priority, Priority::Low);
    QCOMPARE(acquire.options.deadline, 2ms);
    QCOMPARE(acquire.options.ordering, Ordering::Strict);
    QCOMPARE(acquire.options.lane, QByteArray("l"));
    QVERIFY(acquire.options.predicate && acquire.cancelledBefore && !acquire.count);
    QCOMPARE(scenario.steps[1].at, 500us);
    QCOMPARE(scenario.steps[1].count, 50);

    const ScriptedResponse &response = scenario.steps[2].response;
    QCOMPARE(response.status, 429);
    QCOMPARE(response.headers.size(), size_t(3));
    QCOMPARE(response.headers[1].second, QByteArray("\xff\0", 2));
    QCOMPARE(response.headers[2].second, QByteArray("xyxyxy"));
    QCOMPARE(response.body, QByteArray(R"({"a":1})"));
    QVERIFY(!scenario.steps[2].retry);
    QCOMPARE(scenario.steps[3].error, QStringLiteral("e"));
}

void ScenarioTest::readsConfig()
{
    const Scenario scenario = parse(withConfig(
        R"("global_limit":7,"global_window_ms":2000,"invalid_limit":8,"invalid_window_ms":3000,
        "max_wait_ms":4000,"response_timeout_ms":5000,"ordering":"concurrent","compensate":true,
        "locale":"de_DE.UTF-8","max_queued":9,"max_queued_per_bucket":6,
        "auto_respond":{"status":204,"headers":[["a","b"]],"body":"x","latency_ms":1.25})"));
    const SchedulerOptions &options = scenario.options;
    QCOMPARE(options.globalLimit, 7);
    QCOMPARE(options.globalPeriod, 2s);
    QCOMPARE(options.invalidLimit, 8);
    QCOMPARE(options.invalidPeriod, 3s);
    QCOMPARE(options.maxWait, 4s);
    QCOMPARE(options.responseTimeout, 5s);
    QCOMPARE(options.ordering, Ordering::Concurrent);
    QVERIFY(options.compensate);
    QCOMPARE(options.maxQueued, 9);
    QCOMPARE(options.maxQueuedPerBucket, 6);
    QCOMPARE(scenario.locale, QByteArray("de_DE.UTF-8"));
    QCOMPARE(scenario.autoRespond->response.status, 204);
    QCOMPARE(scenario.autoRespond->response.body, QByteArray("x"));
    QCOMPARE(scenario.autoRespond->latency, 1250us);
}

void ScenarioTest::hasDefaults()
{
    const Scenario scenario = parse(withConfig(R"("auto_respond":{})"));
    QCOMPARE(scenario.options.globalLimit, SchedulerOptions().globalLimit);
    QCOMPARE(scenario.options.responseTimeout, SchedulerOptions().responseTimeout);
    QCOMPARE(scenario.autoRespond->latency, 50ms);
    QCOMPARE(scenario.autoRespond->response.status, 200);
}

void ScenarioTest::noStepComesTooLateByDefault()
{
    const Scenario late = parse(R"({"id":"x","given":[{"t_ms":3600000,"op":"end"}]})");
    QVERIFY(late.options.responseTimeout > 1h);
    const Scenario meant = parse(R"({"id":"x","config":{"response_timeout_ms":9},"given":[)"
                                 R"({"t_ms":3600000,"op":"end"}]})");
    QCOMPARE(meant.options.responseTimeout, 9ms);
}

void ScenarioTest::predicates_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("holds"); // for a bucket 5 of 10, 2 queued, 1 in flight
    QTest::newRow("more") << QStringLiteral("remaining>4") << true;
    QTest::newRow("not more") << QStringLiteral("remaining>5") << false;
    QTest::newRow("at least") << QStringLiteral("remaining >= 5") << true;
    QTest::newRow("less") << QStringLiteral("limit<10") << false;
    QTest::newRow("at most") << QStringLiteral("limit<=10") << true;
    QTest::newRow("equal") << QStringLiteral("queued==2") << true;
    QTest::newRow("in flight") << QStringLiteral("in_flight==2") << false;
    QTest::newRow("negative") << QStringLiteral("in_flight>-1") << true;
}

void ScenarioTest::predicates()
{
    QFETCH(QString, text);
    const Scenario scenario =
        parse(with(R"("op":"acquire","req":"a","method":"GET","path":"/x","predicate":")"
            + text.toUtf8() + '"'));
    const auto &predicate = scenario.steps.front().options.predicate;
    Bucket bucket;
    bucket.queued = 2;
    bucket.inFlight = 1;
    QVERIFY(predicate(std::nullopt));
    if (text.startsWith(u"remaining") || text.startsWith(u"limit"))
        QVERIFY(predicate(bucket)); // not known
    bucket.limit = 10;
    bucket.remaining = 5;
    QTEST(predicate(bucket), "holds");
}

void ScenarioTest::refusesNonsense_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char *name, const QByteArray &line, const char *problem) {
        QTest::newRow(name) << line << QString::fromUtf8(problem);
    };
    row("twice", R"({"id":"x","given":[],"id":"y"})",
        R"(the member "id" comes twice in one object)");
    row("twice, within", with(R"("op":"end","op":"sweep")"),
        R"(the member "op" comes twice in one object)");
    row("twice, escaped", R"({"id":"x","given":[],"\u0069d":"y"})",
        R"(the member "id" comes twice in one object)");
    row("twice, without a name", R"({"":1,"id":"x","given":[],"":2})",
        R"(the member "" comes twice in one object)");
    row("no JSON", "{", "this is not JSON: unterminated object, at byte 1");
    row("no object", "[]", "a scenario is a JSON object");
    row("no id", R"({"given":[]})", R"("id" is missing: a text)");
    row("empty id", R"({"id":"","given":[]})", R"("id" is missing: a text that is not empty)");
    row("no steps", R"({"id":"x"})", R"("given" is missing: an array of steps)");
    row("unknown key", R"({"id":"x","given":[],"frob":1})", R"(there is no member "frob" here)");
    row("level", R"({"id":"x","given":[],"level":"may"})",
        R"("level" is must, should or policy, not "may")");
    row("config is no object", R"({"id":"x","given":[],"config":[]})",
        R"("config" is an object, not [])");
    row("expect is no array", R"({"id":"x","given":[],"expect":{}})",
        R"("expect" is an array, not {})");
    row("step is no object", R"({"id":"x","given":[1]})", "given[0]: is an object, not 1");
    row("unknown op", with(R"("op":"frob")"), R"(given[0]: "op" is unknown: "frob")");
    row("no op", with(R"("req":"a")"), R"(given[0]: "op" is missing: a text)");
    row("key of another op", with(R"("op":"end","req":"a")"),
        R"(given[0]: there is no member "req" here)");
    row("no request", with(R"("op":"cancel")"), R"(given[0]: "req" is missing: a text)");
    row("request is no text", with(R"("op":"cancel","req":1)"),
        R"(given[0]: "req" is a text, not 1)");
    row("no time", R"({"id":"x","given":[{"op":"end"}]})",
        R"(given[0]: "t_ms" is missing: a number from 0 to 31622400000)");
    row("time goes back", R"({"id":"x","given":[{"t_ms":2,"op":"end"},{"t_ms":1.9,"op":"end"}]})",
        R"(given[1]: "t_ms" goes back)");
    row("negative time", R"({"id":"x","given":[{"t_ms":-1,"op":"end"}]})",
        R"(given[0]: "t_ms" is a number from 0 to 31622400000, not -1)");
    row("time is text", R"({"id":"x","given":[{"t_ms":"1","op":"end"}]})",
        R"(given[0]: "t_ms" is a number from 0 to 31622400000, not "1")");
    row("after a year", R"({"id":"x","given":[{"t_ms":1e12,"op":"end"}]})",
        R"(given[0]: "t_ms" is a number from 0 to 31622400000, not 1000000000000)");
    const QByteArray ask = R"("op":"acquire","req":"a","method":"GET","path":"/x",)";
    row("method", with(R"("op":"acquire","req":"a","method":"FROB","path":"/x")"),
        R"(given[0]: "method" is unknown: "FROB")");
    row("priority", with(ask + R"("priority":2)"),
        R"(given[0]: "priority" is a whole number from -1 to 1, not 2)");
    row("half a priority", with(ask + R"("priority":0.5)"),
        R"(given[0]: "priority" is a whole number from -1 to 1, not 0.5)");
    row("ordering", with(ask + R"("ordering":"none")"),
        R"(given[0]: "ordering" is automatic, strict or concurrent, not "none")");
    row("auth", with(ask + R"("auth":"me")"),
        R"(given[0]: "auth" is bot, none, bot:X or bearer:X, not "me")");
    row("empty auth", with(ask + R"("auth":"bearer:")"),
        R"(given[0]: "auth" is bot, none, bot:X or bearer:X, not "bearer:")");
    row("deadline", with(ask + R"("deadline_ms":-1)"),
        R"(given[0]: "deadline_ms" is a number from 0 to 2592000000, not -1)");
    row("flag", with(ask + R"("cancelled_before":1)"),
        R"(given[0]: "cancelled_before" is true or false, not 1)");
    for (const char *text :
        {"remaining", "remaining>", "remaining>x", "frob>1", ">1", "remaining=1"})
        row(text, with(ask + R"("predicate":")" + text + '"'),
            qPrintable(QStringLiteral(R"(given[0]: "predicate" is not understood: "%1" )"
                                      "(as in remaining>10; limit, remaining, queued or "
                                      "in_flight)")
                           .arg(QString::fromLatin1(text))));
    row("count", with(R"("op":"acquire_many","prefix":"m","count":0,"method":"GET","path":"/")"),
        R"(given[0]: "count" is a whole number from 1 to 200000, not 0)");
    const QByteArray answer = R"("op":"respond","req":"a","status":200,"headers":)";
    row("no status", with(R"("op":"respond","req":"a","headers":[])"),
        R"(given[0]: "status" is missing: a whole number from 100 to 999)");
    row("headers", with(answer + "{}"), R"(given[0]: "headers" is an array of pairs, not {})");
    row("no pair", with(answer + R"([["a"]])"),
        R"(given[0]: "headers" has what is no pair: ["a"])");
    row("no value", with(answer + R"([["a",1]])"),
        R"(given[0]: "headers" is wrong in headers: 1 is no value of a header)");
    row("hex", with(answer + R"([["a",{"hex":"f"}]])"),
        R"(given[0]: "headers" is wrong in headers: "hex" is no hexadecimal number of whole bytes)");
    row("repeat", with(answer + R"([["a",{"repeat":"abc","count":8000000}]])"),
        R"(given[0]: "headers" is wrong in headers: "count" is too large)");
    row("repeat and more", with(answer + R"([["a",{"repeat":"a","count":1,"x":2}]])"),
        R"(given[0]: "headers" is wrong in headers: there is no member "x" here)");
    row("config", withConfig(R"("frob":1)"), R"(config: there is no member "frob" here)");
    row("negative limit", withConfig(R"("global_limit":-1)"),
        R"(config: "global_limit" is a whole number from 0 to 1000000, not -1)");
    row("no window", withConfig(R"("global_window_ms":0)"),
        R"(config: "global_window_ms" is a number from 1 to 2592000000, not 0)");
    row("locale", withConfig(R"("locale":"../de")"),
        R"(config: "locale" is no name of a locale: "../de")");
    row("automatic", withConfig(R"("auto_respond":{"retry":true})"),
        R"(config: auto_respond: there is no member "retry" here)");
}

void ScenarioTest::refusesNonsense()
{
    QFETCH(QByteArray, line);
    QString problem;
    QVERIFY(!Scenario::parse(line, &problem));
    QTEST(problem, "problem");
}

void ScenarioTest::objectsApartMayShareNames()
{
    QString problem;
    const auto scenario = Scenario::parse(R"({"id":"x","note":"\"id\": {\\","given":[)"
                                          R"({"t_ms":0,"op":"respond","req":"id","status":200,)"
                                          R"("body":{"a":{"a":[{"a":1},{"a":":"}]}}},)"
                                          R"({"t_ms":0,"op":"end"}]})",
        &problem);
    QVERIFY2(scenario, qPrintable(problem));
}

void ScenarioTest::hasBounds()
{
    QString problem;
    QVERIFY(!Scenario::parse(QByteArray(Scenario::maxLine + 1, ' '), &problem));
    QCOMPARE(problem, QStringLiteral("the line is longer than 4194304 bytes"));

    QByteArray many = R"({"id":"x","given":[)";
    for (int i = 0; i <= Scenario::maxSteps; ++i)
        many += R"({"t_ms":0,"op":"end"},)";
    many.chop(1);
    QVERIFY(!Scenario::parse(many + "]}", &problem));
    QCOMPARE(problem, QStringLiteral("given: more than 20000 steps"));

    const QByteArray half = R"({"t_ms":0,"op":"acquire_many","prefix":"m","count":150000,)"
                            R"("method":"GET","path":"/x"})";
    QVERIFY(!Scenario::parse(R"({"id":"x","given":[)" + half + ',' + half + "]}", &problem));
    QCOMPARE(problem, QStringLiteral("more than 200000 requests in one scenario"));
}

void ScenarioTest::readsFiles()
{
    QBuffer buffer;
    buffer.setData("{\"id\":\"a\",\"given\":[]}\n\n  \n{\"id\":\"b\",\"given\":[]}");
    QVERIFY(buffer.open(QIODevice::ReadOnly));
    ScenarioFile file(&buffer, QStringLiteral("f"));
    QCOMPARE(file.next()->id, QStringLiteral("a"));
    QCOMPARE(file.next()->id, QStringLiteral("b"));
    QCOMPARE(file.where(), QStringLiteral("f:4"));
    QVERIFY(!file.next());
    QCOMPARE(file.problem(), QString());
}

void ScenarioTest::tellsWhereAFileIsWrong_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("problem");
    QTest::newRow("second line") << QByteArray("{\"id\":\"a\",\"given\":[]}\n\n{\"id\":1}\n")
                                 << QStringLiteral("f:3: \"id\" is a text, not 1");
    QTest::newRow("id twice") << QByteArray(
        "{\"id\":\"a\",\"given\":[]}\n{\"id\":\"a\",\"given\":[]}\n")
                              << QStringLiteral("f:2: there is a scenario a already");
    QTest::newRow("long line") << QByteArray(Scenario::maxLine + 10, 'x')
                               << QStringLiteral("f:1: the line is longer than 4194304 bytes");
}

void ScenarioTest::tellsWhereAFileIsWrong()
{
    QFETCH(QByteArray, text);
    QBuffer buffer(&text);
    QVERIFY(buffer.open(QIODevice::ReadOnly));
    ScenarioFile file(&buffer, QStringLiteral("f"));
    while (file.next()) { }
    QTEST(file.problem(), "problem");
    QVERIFY(!file.next()); // and it stays so
}

QTEST_GUILESS_MAIN(ScenarioTest)
#include "tst_scenario.moc"
