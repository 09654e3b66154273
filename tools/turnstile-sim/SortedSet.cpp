// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "tools/turnstile-sim/SortedSet.h"

#include <algorithm>
#include <iterator>

namespace Turnstile::Sim {

bool SortedSet::set(const QByteArray &member, double score)
{
    const bool isNew = !remove(member);
    m_scores.insert(member, score);
    m_entries.emplace(score, member);
    return isNew;
}

bool SortedSet::remove(const QByteArray &member)
{
    const auto found = m_scores.constFind(member);
    if (found == m_scores.cend())
        return false;
    m_entries.erase({*found, member});
    m_scores.erase(found);
    return true;
}

void SortedSet::remove(Range range)
{
    for (auto it = range.first; it != range.second; ++it)
        m_scores.remove(it->second);
    m_entries.erase(range.first, range.second);
}

std::optional<double> SortedSet::score(const QByteArray &member) const
{
    const auto found = m_scores.constFind(member);
    return found == m_scores.cend() ? std::nullopt : std::optional(*found);
}

SortedSet::Range SortedSet::between(const Bound &least, const Bound &most) const
{
    // No name is less than the empty one.
    auto first = m_entries.lower_bound({least.score, {}});
    while (least.isExcluded && first != m_entries.end() && first->first == least.score)
        ++first;
    auto end = first;
    while (end != m_entries.end()
        && (most.isExcluded ? end->first < most.score : end->first <= most.score))
        ++end;
    return {first, end};
}

SortedSet::Range SortedSet::places(qint64 first, qint64 last) const
{
    const qint64 count = size();
    first = std::max<qint64>(first < 0 ? first + count : first, 0);
    last = std::min<qint64>(last < 0 ? last + count : last, count - 1);
    if (first > last)
        return {m_entries.end(), m_entries.end()};
    const auto begin = std::next(m_entries.begin(), std::ptrdiff_t(first));
    return {begin, std::next(begin, std::ptrdiff_t(last - first + 1))};
}

} // namespace Turnstile::Sim
