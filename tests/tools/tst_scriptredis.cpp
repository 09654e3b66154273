// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/ScriptHost.h"

#include <QtTest/QTest>

using namespace Turnstile;
using namespace Turnstile::Sim;
using namespace std::chrono_literals;

class ScriptRedisTest : public QObject {
    Q_OBJECT

private:
    static QByteArray reply(const QByteArray &script, const QByteArray &request = {})
    {
        const auto redis = newScriptRedis(script);
        const ScriptHost::Reply said = redis->call(request, TimePoint(90s + 12345us));
        return said.problem.isEmpty() ? said.text : "-" + said.problem.toUtf8();
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!newScriptRedis())
            QSKIP(needsLua);
    }

    void writesJsonAsRedisDoes_data()
    {
        QTest::addColumn<QByteArray>("json");
        const auto row = [](const char *lua, const char *json) {
            QTest::newRow(lua) << QByteArray(json);
        };
        row("{}", "{}");
        row("{1, 2.5, 'x', false}", "[1,2.5,\"x\",false]");
        row("{a = {{}}}", "{\"a\":[{}]}");
        row("1e13", "10000000000000");
        row("123456789012344", "1.2345678901234e+14");
        row("-0.25", "-0.25");
        row("{[2] = 'b'}", "[null,\"b\"]");
        row("'\\\"\\\\\\1'", "\"\\\"\\\\\\u0001\"");
        row("{a = cjson.null, b = nil}", "{\"a\":null}");
        row("cjson.decode('[null, [], {\"a\": [1]}]')", "[null,{},{\"a\":[1]}]");
        row("cjson.decode('\"text\"')", "\"text\"");
    }

    void writesJsonAsRedisDoes()
    {
        const QByteArray lua = QTest::currentDataTag();
        QTEST(reply("return cjson.encode(" + lua + ")"), "json");
    }

    void runsTheScript()
    {
        QCOMPARE(reply("return ARGV[1] .. ' ' .. KEYS[1]", "hello"), "hello turnstile:{sim}");
        QCOMPARE(reply("local t = redis.call('TIME') return t[1] .. '.' .. t[2]"), "90.12345");
        QCOMPARE(reply("redis.call('HSET', 'h', 'a', 0.1) "
                       "return redis.call('HMGET', 'h', 'a', 'b')[1] .. "
                       "tostring(redis.call('HMGET', 'h', 'b')[1])"),
            "0.10000000000000001false");
        const auto redis = newScriptRedis(
            "redis.call('PUBLISH', 'wake', ARGV[1]) return tostring(redis.call('HLEN', 'none'))");
        QCOMPARE(redis->call("a", TimePoint()).text, "0");
        QCOMPARE(redis->call("b", TimePoint()).text, "0");
        QCOMPARE(redis->takeMessages(), (QByteArrayList{"a", "b"}));
    }

    void saysWhatFails_data()
    {
        QTest::addColumn<QByteArray>("problem");
        const auto row = [](const char *script, const char *problem) {
            QTest::newRow(script) << QByteArray(problem);
        };
        row("return x.y", "script:1: attempt to index global 'x'");
        row("retrun", "script:1: '=' expected");
        row("redis.call('GET', 'a')", "this Redis has no command GET");
        row("redis.call({})", "redis.call is given what is neither a text nor a number");
        row("cjson.decode('{')", "cjson: this is not JSON");
        row("cjson.encode({a = 0 / 0})", "cjson: a number is not finite");
        row("cjson.encode(print)", "cjson: there is no JSON for a function");
        row("local t = {} t.t = t return cjson.encode(t)", "cjson: the tables are too deep");
        row("os.exit(1)", "attempt to index global 'os'");
        row("return nil", "the script has replied nothing");
    }

    void saysWhatFails()
    {
        QFETCH(QByteArray, problem);
        const QByteArray said = reply(QTest::currentDataTag());
        QVERIFY2(said.startsWith("-the script ") && said.contains(problem), said.constData());
    }

    void goesOnAfterAFailure()
    {
        const auto redis = newScriptRedis("return ARGV[1] == '' and x.y or ARGV[1]");
        QVERIFY(!redis->call("", TimePoint()).problem.isEmpty());
        QCOMPARE(redis->call("a", TimePoint()).text, "a");
    }
};

QTEST_GUILESS_MAIN(ScriptRedisTest)
#include "tst_scriptredis.moc"
