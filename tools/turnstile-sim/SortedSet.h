// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QHash>

#include <optional>
#include <set>
#include <utility>

namespace Turnstile::Sim {

/// A sorted set as Redis has it: members by score, then by name.
class SortedSet {
public:
    using Entries = std::set<std::pair<double, QByteArray>>;
    using Range = std::pair<Entries::const_iterator, Entries::const_iterator>;
    /// An end of a range of scores.
    struct Bound {
        double score = 0;
        bool isExcluded = false;
    };

    /// Returns whether it is new.
    bool set(const QByteArray &member, double score);
    /// Returns whether it was there.
    bool remove(const QByteArray &member);
    void remove(Range range);

    std::optional<double> score(const QByteArray &member) const;
    qsizetype size() const { return m_scores.size(); }
    Range all() const { return {m_entries.begin(), m_entries.end()}; }
    Range between(const Bound &least, const Bound &most) const;
    /// Those from the place \a first to \a last, both included; less than zero: from the end.
    Range places(qint64 first, qint64 last) const;

private:
    QHash<QByteArray, double> m_scores;
    Entries m_entries;
};

} // namespace Turnstile::Sim
