// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/FilterTerm.h"

#include <QtCore/QList>

#include <vector>

namespace Turnstile::Monitor {

/// Which buckets people want to see: `method:POST queued:>0 -state:idle channels/4177`. A row has
/// to match every word. A value, parsed once.
///
/// Words match the route and the hash; quotes keep blanks and colons together; a minus says "not".
/// See filterKeys() for what stands before a colon. A number with `>`, `>=`, `<` or `<=` in front
/// is a bound; times need a unit. What a row does not have (a limit that is not learnt, a window
/// that is not open) matches no number.
class Filter {
public:
    static constexpr qsizetype mostCharacters = 1000;

    /// Where in the text something is.
    struct Range {
        qsizetype start = 0;
        qsizetype length = 0;
        friend bool operator==(const Range &, const Range &) = default;
    };
    /// What could stand where the cursor is.
    struct Completion {
        struct Candidate {
            QString text;
            QString description;
            bool isWhole = true; ///< the word ends with it
        };
        QList<Candidate> candidates;
        Range range;          ///< what a candidate replaces
        bool isEmpty = false; ///< nothing of it was typed yet
    };

    /// A filter that everything matches.
    Filter() = default;
    static Filter parse(const QString &text);
    static Completion complete(const QString &text, qsizetype cursor);

    const QString &text() const { return m_text; }
    bool isValid() const { return m_problem.isEmpty(); }
    /// What is wrong, in a sentence that begins with the word; empty when nothing is.
    const QString &problem() const { return m_problem; }
    Range problemAt() const { return m_problemAt; }

    bool isEmpty() const { return m_terms.empty(); }
    /// Whether rows can begin or cease to match without news of them.
    bool dependsOnTime() const { return m_dependsOnTime; }
    bool matches(const BucketRow &row, TimePoint now) const;

private:
    void fail(const QString &problem, Range at);

    QString m_text;
    QString m_problem;
    Range m_problemAt;
    std::vector<FilterTerm> m_terms;
    bool m_dependsOnTime = false;
};

} // namespace Turnstile::Monitor
