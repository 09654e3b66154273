// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Filter.h"

#include "monitor-app/models/Words.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr qsizetype longestQuote = 40;
} // namespace

Filter Filter::parse(const QString &text)
{
    Filter filter;
    filter.m_text = text;
    if (text.size() > mostCharacters) {
        filter.fail(tr("The filter is longer than %1 characters.").arg(mostCharacters),
            {mostCharacters, text.size() - mostCharacters});
        return filter;
    }
    const std::vector<FilterWord> words = filterWords(text);
    filter.m_terms.reserve(words.size());
    for (const FilterWord &word : words) {
        FilterTerm term;
        if (const QString problem = term.read(word); !problem.isEmpty()) {
            const QString shown = word.text.size() > longestQuote
                ? word.text.first(longestQuote) + QStringLiteral("…")
                : word.text;
            filter.fail(tr("\"%1\": %2").arg(shown, problem), {word.start, word.text.size()});
            return filter;
        }
        filter.m_dependsOnTime |= term.dependsOnTime();
        filter.m_terms.push_back(std::move(term));
    }
    return filter;
}

bool Filter::matches(const BucketRow &row, TimePoint now) const
{
    return std::all_of(m_terms.cbegin(), m_terms.cend(),
        [&row, now](const FilterTerm &term) { return term.matches(row, now); });
}

void Filter::fail(const QString &problem, Range at)
{
    m_problem = problem;
    m_problemAt = at;
    m_terms.clear();
    m_dependsOnTime = false;
}

} // namespace Turnstile::Monitor
