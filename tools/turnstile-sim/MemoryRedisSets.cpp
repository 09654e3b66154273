// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// The commands on sorted sets.
#include "tools/turnstile-sim/MemoryRedis.h"

#include <algorithm>

namespace Turnstile::Sim {

SortedSet::Bound MemoryRedis::bound(const QByteArray &text)
{
    const bool isExcluded = text.startsWith('(');
    return {number(isExcluded ? text.sliced(1) : text), isExcluded};
}

RedisList MemoryRedis::list(SortedSet::Range range, bool withScores, qint64 most)
{
    RedisList entries;
    for (auto it = range.first; it != range.second && most != 0; ++it, --most) {
        entries.emplace_back(it->second);
        if (withScores)
            entries.emplace_back(QByteArray::number(it->first, 'g', 17));
    }
    return entries;
}

RedisValue MemoryRedis::zadd(const Words &words)
{
    if (words.size() % 2 != 0)
        m_problem = "ZADD is given a score without a member";
    std::vector<double> scores;
    for (qsizetype i = 2; i < words.size(); i += 2)
        scores.push_back(number(words[i]));
    SortedSet *set = m_problem.isEmpty() ? getOrMake<SortedSet>(words[1]) : nullptr;
    qint64 count = 0;
    for (size_t i = 0; set && i < scores.size(); ++i)
        count += int(set->set(words[2 * qsizetype(i) + 3], scores[i]));
    return count;
}

RedisValue MemoryRedis::zrem(const Words &words)
{
    SortedSet *set = get<SortedSet>(words[1]);
    qint64 count = 0;
    for (qsizetype i = 2; set && i < words.size(); ++i)
        count += int(set->remove(words[i]));
    if (set && set->size() == 0)
        m_keys.remove(words[1]);
    return count;
}

RedisValue MemoryRedis::zcard(const Words &words)
{
    const SortedSet *set = get<SortedSet>(words[1]);
    return qint64(set ? set->size() : 0);
}

RedisValue MemoryRedis::zscore(const Words &words)
{
    const SortedSet *set = get<SortedSet>(words[1]);
    const auto score = set ? set->score(words[2]) : std::nullopt;
    return score ? RedisValue(QByteArray::number(*score, 'g', 17)) : RedisValue();
}

RedisValue MemoryRedis::zrange(const Words &words)
{
    const qint64 first = whole(words[2]);
    const qint64 last = whole(words[3]);
    const SortedSet *set = get<SortedSet>(words[1]);
    return set ? list(set->places(first, last), words.value(4) == "WITHSCORES") : RedisList();
}

RedisValue MemoryRedis::zrangebyscore(const Words &words)
{
    const SortedSet::Bound least = bound(words[2]);
    const SortedSet::Bound most = bound(words[3]);
    const qsizetype limit = words.indexOf("LIMIT");
    if (limit > 0 && words.value(limit + 1) != "0")
        m_problem = "of LIMIT only those from the first on can be had here";
    const qint64 count = limit > 0 ? whole(words.value(limit + 2)) : -1;
    const SortedSet *set = get<SortedSet>(words[1]);
    return set ? list(set->between(least, most), words.contains("WITHSCORES"), count) : RedisList();
}

qint64 MemoryRedis::removeRange(const QByteArray &name, SortedSet &set, SortedSet::Range range)
{
    const qsizetype before = set.size();
    set.remove(range);
    const qint64 removed = before - set.size();
    if (set.size() == 0)
        m_keys.remove(name);
    return removed;
}

RedisValue MemoryRedis::zremrangebyscore(const Words &words)
{
    const SortedSet::Bound least = bound(words[2]);
    const SortedSet::Bound most = bound(words[3]);
    SortedSet *set = get<SortedSet>(words[1]);
    return set && m_problem.isEmpty() ? removeRange(words[1], *set, set->between(least, most)) : 0;
}

RedisValue MemoryRedis::zremrangebyrank(const Words &words)
{
    const qint64 first = whole(words[2]);
    const qint64 last = whole(words[3]);
    SortedSet *set = get<SortedSet>(words[1]);
    return set && m_problem.isEmpty() ? removeRange(words[1], *set, set->places(first, last)) : 0;
}

// With AGGREGATE MIN, which is the only way in which it is used.
RedisValue MemoryRedis::zunionstore(const Words &words)
{
    const qsizetype count = whole(words[2]);
    if (count < 1 || words.mid(3 + count) != QByteArrayList{"AGGREGATE", "MIN"})
        m_problem = "ZUNIONSTORE is known with AGGREGATE MIN only";
    SortedSet sum;
    for (qsizetype i = 0; m_problem.isEmpty() && i < count; ++i) {
        const SortedSet *set = get<SortedSet>(words[3 + i]);
        const SortedSet::Range all = set ? set->all() : sum.all();
        for (auto it = all.first; set && it != all.second; ++it)
            sum.set(it->second, std::min(it->first, sum.score(it->second).value_or(it->first)));
    }
    if (!m_problem.isEmpty())
        return {};
    const qint64 size = sum.size();
    m_keys.remove(words[1]);
    if (size > 0)
        m_keys.insert(words[1], {std::move(sum)});
    return size;
}

} // namespace Turnstile::Sim
