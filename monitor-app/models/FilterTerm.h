// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/FilterKeys.h"
#include "monitor-app/models/FilterWords.h"

#include <QtCore/QByteArray>
#include <QtCore/QStringMatcher>

namespace Turnstile::Monitor {

/// One word of a filter, ready to be asked of a hundred thousand rows: nothing is parsed or
/// allocated for a row.
class FilterTerm {
public:
    /// Reads a \a word. Returns what is wrong with it, in a sentence; empty when nothing is.
    QString read(const FilterWord &word);

    bool matches(const BucketRow &row, TimePoint now) const { return holds(row, now) != m_negated; }
    /// Whether its answer for a row can change without news of the row.
    bool dependsOnTime() const;

private:
    enum class Comparison : quint8 { Equal, Less, LessOrEqual, Greater, GreaterOrEqual };

    QString readText(const FilterWord &word);
    QString readMethod(const FilterWord &word);
    QString readState(const FilterWord &word);
    QString readNumber(const FilterWord &word, const FilterKeyInfo &key);
    QStringView readComparison(QStringView value);
    bool holds(const BucketRow &row, TimePoint now) const;
    std::optional<double> number(const BucketRow &row, TimePoint now) const;
    bool compares(double value) const;

    FilterKey m_key = FilterKey::Text;
    Comparison m_comparison = Comparison::Equal;
    bool m_negated = false;
    quint8 m_state = 0;
    double m_number = 0; ///< durations in ms
    QString m_text;
    QByteArray m_bytes;       ///< the text in lower case, for hashes and major resources
    QStringMatcher m_matcher; ///< finds the text
};

} // namespace Turnstile::Monitor
