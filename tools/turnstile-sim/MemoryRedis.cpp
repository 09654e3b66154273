// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Keys and hashes; sorted sets are in MemoryRedisSets.cpp.
#include "tools/turnstile-sim/MemoryRedis.h"

#include <cmath>

namespace Turnstile::Sim {

using namespace std::chrono_literals;

const QHash<QByteArray, MemoryRedis::Command> &MemoryRedis::commands()
{
    static const QHash<QByteArray, Command> all{{"TIME", {1, &MemoryRedis::time}},
        {"PUBLISH", {3, &MemoryRedis::publish}}, {"EXISTS", {2, &MemoryRedis::exists}},
        {"DEL", {2, &MemoryRedis::del}}, {"PEXPIRE", {3, &MemoryRedis::pexpire}},
        {"HSET", {4, &MemoryRedis::hset}}, {"HDEL", {3, &MemoryRedis::hdel}},
        {"HLEN", {2, &MemoryRedis::hlen}}, {"HMGET", {3, &MemoryRedis::hmget}},
        {"HGETALL", {2, &MemoryRedis::hgetall}}, {"ZADD", {4, &MemoryRedis::zadd}},
        {"ZREM", {3, &MemoryRedis::zrem}}, {"ZCARD", {2, &MemoryRedis::zcard}},
        {"ZSCORE", {3, &MemoryRedis::zscore}}, {"ZRANGE", {4, &MemoryRedis::zrange}},
        {"ZRANGEBYSCORE", {4, &MemoryRedis::zrangebyscore}},
        {"ZREMRANGEBYSCORE", {4, &MemoryRedis::zremrangebyscore}},
        {"ZREMRANGEBYRANK", {4, &MemoryRedis::zremrangebyrank}},
        {"ZUNIONSTORE", {4, &MemoryRedis::zunionstore}}};
    return all;
}

void MemoryRedis::setNow(std::chrono::microseconds now)
{
    m_now = now;
    if (m_now < m_sweepAt)
        return;
    m_sweepAt = m_now + 1min;
    m_keys.removeIf([now](const auto &key) { return key->endsAt && *key->endsAt <= now; });
}

RedisValue MemoryRedis::execute(const QByteArrayList &command, QByteArray *problem)
{
    const QByteArray name = command.value(0).toUpper();
    const auto found = commands().constFind(name);
    m_problem.clear();
    RedisValue reply;
    if (found == commands().cend())
        m_problem = "this Redis has no command " + name;
    else if (command.size() < found->words)
        m_problem = name + " is given too little";
    else
        reply = (this->*found->run)(command);
    *problem = m_problem;
    return m_problem.isEmpty() ? reply : RedisValue();
}

MemoryRedis::Key *MemoryRedis::find(const QByteArray &name)
{
    const auto key = m_keys.find(name);
    if (key == m_keys.end())
        return nullptr;
    if (!key->endsAt || m_now < *key->endsAt)
        return &*key;
    m_keys.remove(name);
    return nullptr;
}

double MemoryRedis::number(const QByteArray &text)
{
    bool isNumber = false;
    const double number = text.toDouble(&isNumber);
    if (!isNumber || std::isnan(number))
        m_problem = "this is not a number: " + text;
    return number;
}

qint64 MemoryRedis::whole(const QByteArray &text)
{
    bool isWhole = false;
    const qint64 number = text.toLongLong(&isWhole);
    if (!isWhole)
        m_problem = "this is not a whole number: " + text;
    return number;
}

RedisValue MemoryRedis::time(const Words & /*words*/)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(m_now);
    return RedisList{QByteArray::number(qint64(seconds.count())),
        QByteArray::number(qint64((m_now - seconds).count()))};
}

RedisValue MemoryRedis::publish(const Words &words)
{
    m_messages.append(words[2]);
    return qint64(1);
}

RedisValue MemoryRedis::exists(const Words &words)
{
    return qint64(find(words[1]) != nullptr);
}

RedisValue MemoryRedis::del(const Words &words)
{
    qint64 count = 0;
    for (const QByteArray &name : words.sliced(1)) {
        if (find(name))
            count += m_keys.remove(name);
    }
    return count;
}

RedisValue MemoryRedis::pexpire(const Words &words)
{
    const qint64 life = whole(words[2]);
    Key *key = find(words[1]);
    if (!key || !m_problem.isEmpty())
        return qint64(0);
    if (life > 0)
        key->endsAt = m_now + std::chrono::milliseconds(life);
    else
        m_keys.remove(words[1]);
    return qint64(1);
}

RedisValue MemoryRedis::hset(const Words &words)
{
    if (words.size() % 2 != 0)
        m_problem = "HSET is given a name without a value";
    Hash *hash = m_problem.isEmpty() ? getOrMake<Hash>(words[1]) : nullptr;
    qint64 count = 0;
    for (qsizetype i = 2; hash && i < words.size(); i += 2)
        count += int(hash->insert_or_assign(words[i], words[i + 1]).second);
    return count;
}

RedisValue MemoryRedis::hdel(const Words &words)
{
    Hash *hash = get<Hash>(words[1]);
    qint64 count = 0;
    for (qsizetype i = 2; hash && i < words.size(); ++i)
        count += qint64(hash->erase(words[i]));
    if (hash && hash->empty())
        m_keys.remove(words[1]);
    return count;
}

RedisValue MemoryRedis::hlen(const Words &words)
{
    const Hash *hash = get<Hash>(words[1]);
    return qint64(hash ? hash->size() : 0);
}

RedisValue MemoryRedis::hmget(const Words &words)
{
    const Hash *hash = get<Hash>(words[1]);
    RedisList values(size_t(words.size()) - 2);
    for (size_t i = 0; hash && i < values.size(); ++i) {
        if (const auto field = hash->find(words[qsizetype(i) + 2]); field != hash->end())
            values[i] = field->second;
    }
    return values;
}

RedisValue MemoryRedis::hgetall(const Words &words)
{
    RedisList all;
    if (const Hash *hash = get<Hash>(words[1])) {
        all.reserve(2 * hash->size());
        for (const auto &[name, value] : *hash) {
            all.emplace_back(name);
            all.emplace_back(value);
        }
    }
    return all;
}

} // namespace Turnstile::Sim
