// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/LuaJson.h"
#include "tools/turnstile-sim/MemoryRedis.h"
#include "tools/turnstile-sim/ScriptHost.h"

#include <lua.hpp>

namespace Turnstile::Sim {
namespace {

constexpr auto keyPrefix = "turnstile:{sim}";

// What is called by Lua may end in a jump out of it, which leaves no object of C++ behind: so these
// are gone by then.
bool readArguments(lua_State *lua, QByteArrayList *command)
{
    const int count = lua_gettop(lua);
    command->reserve(count);
    for (int i = 1; i <= count; ++i) {
        if (lua_type(lua, i) == LUA_TNUMBER) {
            command->append(QByteArray::number(lua_tonumber(lua, i), 'g', 17));
        } else if (lua_type(lua, i) == LUA_TSTRING) {
            size_t size = 0;
            const char *text = lua_tolstring(lua, i, &size);
            command->append(QByteArray(text, qsizetype(size)));
        } else {
            return false;
        }
    }
    return true;
}

void pushBytes(lua_State *lua, const QByteArray &bytes)
{
    lua_pushlstring(lua, bytes.constData(), size_t(bytes.size()));
}

void push(lua_State *lua, const RedisValue &value)
{
    if (const auto *number = std::get_if<qint64>(&value)) {
        lua_pushnumber(lua, lua_Number(*number));
    } else if (const auto *text = std::get_if<QByteArray>(&value)) {
        pushBytes(lua, *text);
    } else if (const auto *list = std::get_if<RedisList>(&value)) {
        lua_createtable(lua, int(list->size()), 0);
        for (size_t i = 0; i < list->size(); ++i) {
            if (const auto &entry = (*list)[i])
                pushBytes(lua, *entry);
            else
                lua_pushboolean(lua, 0);
            lua_rawseti(lua, -2, int(i) + 1);
        }
    } else {
        lua_pushboolean(lua, 0); // nil, as scripts see it
    }
}

bool callRedis(lua_State *lua)
{
    auto *redis = static_cast<MemoryRedis *>(lua_touserdata(lua, lua_upvalueindex(1)));
    QByteArrayList command;
    QByteArray problem = "redis.call is given what is neither a text nor a number";
    if (readArguments(lua, &command)) {
        problem.clear();
        const RedisValue reply = redis->execute(command, &problem);
        push(lua, reply);
    }
    if (!problem.isEmpty())
        pushBytes(lua, problem);
    return problem.isEmpty();
}

int redisCall(lua_State *lua)
{
    return callRedis(lua) ? 1 : lua_error(lua);
}

// Those that Redis has.
void openLibraries(lua_State *lua)
{
    for (const lua_CFunction open : {luaopen_base, luaopen_table, luaopen_string, luaopen_math}) {
        lua_pushcfunction(lua, open);
        lua_call(lua, 0, 0);
    }
}

void setGlobalList(lua_State *lua, const char *name, const QByteArray &only)
{
    lua_createtable(lua, 1, 0);
    pushBytes(lua, only);
    lua_rawseti(lua, -2, 1);
    lua_setglobal(lua, name);
}

/// Runs the script in Lua 5.1, as Redis does, over a Redis in memory. Its time is that of the
/// caller.
class ScriptRedis final : public ScriptHost {
public:
    explicit ScriptRedis(const QByteArray &script);

    Reply call(const QByteArray &request, TimePoint now) override;
    QByteArrayList takeMessages() override { return m_redis.takeMessages(); }

private:
    struct Close {
        void operator()(lua_State *state) const;
    };
    QString takeProblem();

    MemoryRedis m_redis;
    std::unique_ptr<lua_State, Close> m_lua;
    QString m_loadProblem;
};

void ScriptRedis::Close::operator()(lua_State *state) const
{
    lua_close(state);
}

ScriptRedis::ScriptRedis(const QByteArray &script)
    : m_lua(luaL_newstate())
{
    lua_State *lua = m_lua.get();
    openLibraries(lua);
    addCjson(lua);
    lua_createtable(lua, 0, 1);
    lua_pushlightuserdata(lua, &m_redis);
    lua_pushcclosure(lua, redisCall, 1);
    lua_setfield(lua, -2, "call");
    lua_setglobal(lua, "redis");
    setGlobalList(lua, "KEYS", keyPrefix);
    if (luaL_loadbuffer(lua, script.constData(), size_t(script.size()), "=script") != 0)
        m_loadProblem = takeProblem();
}

QString ScriptRedis::takeProblem()
{
    const QString problem = QString::fromUtf8(lua_tostring(m_lua.get(), -1));
    lua_pop(m_lua.get(), 1);
    return QStringLiteral("the script fails: %1").arg(problem);
}

ScriptHost::Reply ScriptRedis::call(const QByteArray &request, TimePoint now)
{
    if (!m_loadProblem.isEmpty())
        return {{}, m_loadProblem};
    lua_State *lua = m_lua.get();
    m_redis.setNow(std::chrono::floor<std::chrono::microseconds>(now.time_since_epoch()));
    setGlobalList(lua, "ARGV", request);
    lua_pushvalue(lua, -1); // the script
    if (lua_pcall(lua, 0, 1, 0) != 0)
        return {{}, takeProblem()};
    size_t size = 0;
    const char *text = lua_tolstring(lua, -1, &size);
    Reply reply{QByteArray(text, qsizetype(size))};
    lua_pop(lua, 1);
    if (reply.text.isEmpty())
        reply.problem = QStringLiteral("the script has replied nothing.");
    return reply;
}

} // namespace

std::unique_ptr<ScriptHost> newScriptRedis(const QByteArray &script)
{
    return std::make_unique<ScriptRedis>(script);
}

} // namespace Turnstile::Sim
