// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/LuaJson.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include <cmath>
#include <lua.hpp>

namespace Turnstile::Sim {
namespace {

constexpr int deepest = 100; // of what is inside of another

void pushText(lua_State *lua, const QByteArray &text)
{
    lua_pushlstring(lua, text.constData(), size_t(text.size()));
}

void pushJson(lua_State *lua, const QJsonValue &value)
{
    lua_checkstack(lua, 3);
    switch (value.type()) {
    case QJsonValue::Bool:
        lua_pushboolean(lua, int(value.toBool()));
        break;
    case QJsonValue::Double:
        lua_pushnumber(lua, value.toDouble());
        break;
    case QJsonValue::String:
        pushText(lua, value.toString().toUtf8());
        break;
    case QJsonValue::Array: {
        const QJsonArray array = value.toArray();
        lua_createtable(lua, int(array.size()), 0);
        for (int i = 0; i < array.size(); ++i) {
            pushJson(lua, array[i]);
            lua_rawseti(lua, -2, i + 1);
        }
        break;
    }
    case QJsonValue::Object: {
        const QJsonObject object = value.toObject();
        lua_createtable(lua, 0, int(object.size()));
        for (auto it = object.begin(); it != object.end(); ++it) {
            pushText(lua, it.key().toUtf8());
            pushJson(lua, *it);
            lua_rawset(lua, -3);
        }
        break;
    }
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        lua_pushlightuserdata(lua, nullptr);
        break;
    }
}

/// Writes what is on top of the stack; says why it cannot.
class JsonWriter {
public:
    explicit JsonWriter(lua_State *lua)
        : m_lua(lua)
    {
    }
    const char *write();
    const QByteArray &text() const { return m_text; }

private:
    void writeText();
    const char *writeNumber();
    const char *writeTable();
    const char *writeList(int length);
    const char *writeObject();
    int listLength();

    lua_State *m_lua;
    QByteArray m_text;
    int m_depth = 0;
};

const char *JsonWriter::write()
{
    switch (lua_type(m_lua, -1)) {
    case LUA_TBOOLEAN:
        m_text += lua_toboolean(m_lua, -1) ? "true" : "false";
        return nullptr;
    case LUA_TNIL:
        m_text += "null";
        return nullptr;
    case LUA_TNUMBER:
        return writeNumber();
    case LUA_TSTRING:
        writeText();
        return nullptr;
    case LUA_TTABLE:
        return writeTable();
    case LUA_TLIGHTUSERDATA:
        m_text += "null";
        return lua_touserdata(m_lua, -1) ? "cjson: there is no JSON for a pointer" : nullptr;
    default:
        return "cjson: there is no JSON for a function";
    }
}

const char *JsonWriter::writeNumber()
{
    const double number = lua_tonumber(m_lua, -1);
    if (!std::isfinite(number))
        return "cjson: a number is not finite";
    m_text += QByteArray::number(number, 'g', 14);
    return nullptr;
}

void JsonWriter::writeText()
{
    size_t size = 0;
    const char *text = lua_tolstring(m_lua, -1, &size);
    m_text += '"';
    for (const char c : std::string_view(text, size)) {
        if (c == '"' || c == '\\')
            m_text += '\\';
        if (uchar(c) < 0x20)
            m_text += "\\u00" + QByteArray(1, c).toHex();
        else
            m_text += c;
    }
    m_text += '"';
}

// Less than nothing: it is an object.
int JsonWriter::listLength()
{
    int length = 0;
    for (lua_pushnil(m_lua); lua_next(m_lua, -2) != 0; lua_pop(m_lua, 1)) {
        const double key = lua_type(m_lua, -2) == LUA_TNUMBER ? lua_tonumber(m_lua, -2) : 0;
        if (key < 1 || key != std::floor(key)) {
            lua_pop(m_lua, 2);
            return -1;
        }
        length = std::max(length, int(key));
    }
    return length;
}

const char *JsonWriter::writeTable()
{
    if (++m_depth > deepest || !lua_checkstack(m_lua, 4))
        return "cjson: the tables are too deep";
    const int length = listLength();
    const char *problem = length > 0 ? writeList(length) : writeObject();
    --m_depth;
    return problem;
}

const char *JsonWriter::writeList(int length)
{
    m_text += '[';
    for (int i = 1; i <= length; ++i) {
        if (i > 1)
            m_text += ',';
        lua_rawgeti(m_lua, -1, i);
        const char *problem = write();
        lua_pop(m_lua, 1);
        if (problem)
            return problem;
    }
    m_text += ']';
    return nullptr;
}

const char *JsonWriter::writeObject()
{
    m_text += '{';
    bool isFirst = true;
    for (lua_pushnil(m_lua); lua_next(m_lua, -2) != 0; lua_pop(m_lua, 1)) {
        if (!std::exchange(isFirst, false))
            m_text += ',';
        if (lua_type(m_lua, -2) != LUA_TSTRING)
            return "cjson: a name in an object is not a text";
        lua_pushvalue(m_lua, -2);
        writeText();
        lua_pop(m_lua, 1);
        m_text += ':';
        if (const char *problem = write())
            return problem;
    }
    m_text += '}';
    return nullptr;
}

// See ScriptRedis.cpp: no object is left when Lua jumps.
const char *decodeTop(lua_State *lua)
{
    size_t size = 0;
    const char *text = lua_tolstring(lua, 1, &size);
    // What is not an object or a list is JSON too.
    const QByteArray inList = '[' + QByteArray(text, qsizetype(size)) + ']';
    const QJsonArray list = QJsonDocument::fromJson(inList).array();
    if (list.size() != 1)
        return "cjson: this is not JSON";
    pushJson(lua, list.first());
    return nullptr;
}

const char *encodeTop(lua_State *lua)
{
    lua_settop(lua, 1);
    JsonWriter writer(lua);
    if (const char *problem = writer.write())
        return problem;
    pushText(lua, writer.text());
    return nullptr;
}

int decode(lua_State *lua)
{
    const char *problem = decodeTop(lua);
    return problem ? luaL_error(lua, "%s", problem) : 1;
}

int encode(lua_State *lua)
{
    const char *problem = encodeTop(lua);
    return problem ? luaL_error(lua, "%s", problem) : 1;
}

} // namespace

void addCjson(lua_State *lua)
{
    lua_createtable(lua, 0, 3);
    lua_pushcfunction(lua, decode);
    lua_setfield(lua, -2, "decode");
    lua_pushcfunction(lua, encode);
    lua_setfield(lua, -2, "encode");
    lua_pushlightuserdata(lua, nullptr);
    lua_setfield(lua, -2, "null");
    lua_setglobal(lua, "cjson");
}

} // namespace Turnstile::Sim
