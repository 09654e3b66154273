// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tools/turnstile-sim/SortedSet.h"

#include <QtCore/QByteArrayList>

#include <chrono>
#include <map>
#include <optional>
#include <variant>
#include <vector>

namespace Turnstile::Sim {

/// A list of texts; those that are nothing are nil.
using RedisList = std::vector<std::optional<QByteArray>>;
/// What a command replies: nil, a number, a text or a list of texts.
using RedisValue = std::variant<std::monostate, qint64, QByteArray, RedisList>;

/// A Redis in memory: of its commands those that the script of the shared limiter uses, on a clock
/// that is set. Keys whose time is over are gone, and take no memory a minute later.
class MemoryRedis {
public:
    /// Time has passed.
    void setNow(std::chrono::microseconds now);
    /// Does \a command, as in {"HLEN", "key"}. Sets \a problem where it cannot, and does nothing
    /// then.
    RedisValue execute(const QByteArrayList &command, QByteArray *problem);
    /// What was published since it was asked last, on any channel.
    QByteArrayList takeMessages() { return std::exchange(m_messages, {}); }
    /// Keys that are kept.
    qsizetype size() const { return m_keys.size(); }

private:
    using Words = QByteArrayList;
    using Hash = std::map<QByteArray, QByteArray>;
    struct Key {
        std::variant<Hash, SortedSet> value;
        std::optional<std::chrono::microseconds> endsAt = {};
    };
    struct Command {
        qsizetype words; // at least
        RedisValue (MemoryRedis::*run)(const Words &words);
    };
    static const QHash<QByteArray, Command> &commands();

    Key *find(const QByteArray &name);
    template <typename Value> Value *get(const QByteArray &name)
    {
        Key *key = find(name);
        Value *value = key ? std::get_if<Value>(&key->value) : nullptr;
        if (key && !value)
            m_problem = "the key holds another kind of value: " + name;
        return value;
    }
    template <typename Value> Value *getOrMake(const QByteArray &name)
    {
        if (!find(name))
            m_keys.insert(name, {Value()});
        return get<Value>(name);
    }
    double number(const QByteArray &text);
    qint64 whole(const QByteArray &text);
    SortedSet::Bound bound(const QByteArray &text);
    static RedisList list(SortedSet::Range range, bool withScores, qint64 most = -1);
    qint64 removeRange(const QByteArray &name, SortedSet &set, SortedSet::Range range);

    RedisValue time(const Words &words);
    RedisValue publish(const Words &words);
    RedisValue exists(const Words &words);
    RedisValue del(const Words &words);
    RedisValue pexpire(const Words &words);
    RedisValue hset(const Words &words);
    RedisValue hdel(const Words &words);
    RedisValue hlen(const Words &words);
    RedisValue hmget(const Words &words);
    RedisValue hgetall(const Words &words);
    RedisValue zadd(const Words &words);
    RedisValue zrem(const Words &words);
    RedisValue zcard(const Words &words);
    RedisValue zscore(const Words &words);
    RedisValue zrange(const Words &words);
    RedisValue zrangebyscore(const Words &words);
    RedisValue zremrangebyscore(const Words &words);
    RedisValue zremrangebyrank(const Words &words);
    RedisValue zunionstore(const Words &words);

    std::chrono::microseconds m_now{0};
    std::chrono::microseconds m_sweepAt{0};
    QHash<QByteArray, Key> m_keys;
    QByteArrayList m_messages;
    QByteArray m_problem; // of the command that runs
};

} // namespace Turnstile::Sim
