// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/Filter.h"
#include "monitor-app/models/Words.h"

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
using Candidates = QList<Filter::Completion::Candidate>;

Candidates keysLike(const QString &typed)
{
    Candidates found;
    for (const FilterKeyInfo &key : filterKeys()) {
        const QString name = QString::fromLatin1(key.name);
        if (name.startsWith(typed, Qt::CaseInsensitive))
            found.append({name + QLatin1Char(':'), key.description(), false});
    }
    return found;
}

Candidates statesLike(const QString &typed)
{
    Candidates found;
    int last = -1; // names of one state stand together
    for (const FilterState &state : filterStates()) {
        const QString name = QString::fromLatin1(state.name);
        if (int(state.state) == last || !name.startsWith(typed, Qt::CaseInsensitive))
            continue;
        last = int(state.state);
        found.append({name, stateDescription(state.state), true});
    }
    return found;
}

Candidates methodsLike(const QString &typed)
{
    Candidates found;
    for (const QString &method : filterMethods()) {
        if (method.startsWith(typed, Qt::CaseInsensitive))
            found.append({method, {}, true});
    }
    return found;
}

Candidates numbersLike(const QString &typed, const FilterKeyInfo &key)
{
    if (typed.isEmpty())
        return {{QString::fromLatin1(key.example), tr("for example"), true}};
    if (key.value != FilterValue::Duration)
        return {};
    const auto lastDigit =
        std::find_if(typed.crbegin(), typed.crend(), [](QChar c) { return c.isDigit(); });
    const qsizetype number = typed.crend() - lastDigit;
    Candidates found;
    const auto offer = [&](const QString &unit, const QString &description) {
        if (number > 0 && unit.startsWith(QStringView(typed).mid(number), Qt::CaseInsensitive))
            found.append({typed.first(number) + unit, description, true});
    };
    offer(QStringLiteral("ms"), tr("milliseconds"));
    offer(QStringLiteral("s"), tr("seconds"));
    offer(QStringLiteral("min"), tr("minutes"));
    return found;
}

Candidates valuesLike(const QString &typed, const FilterKeyInfo &key)
{
    switch (key.value) {
    case FilterValue::State:
        return statesLike(typed);
    case FilterValue::Method:
        return methodsLike(typed);
    case FilterValue::Text:
        return {};
    case FilterValue::Count:
    case FilterValue::Decimal:
    case FilterValue::Duration:
        return numbersLike(typed, key);
    }
    Q_UNREACHABLE();
}
} // namespace

Filter::Completion Filter::complete(const QString &text, qsizetype cursor)
{
    Completion completion;
    completion.range = {cursor, 0};
    completion.isEmpty = true;
    if (text.size() > mostCharacters)
        return completion;
    const std::vector<FilterWord> words = filterWords(text);
    const auto word = std::find_if(words.cbegin(), words.cend(),
        [cursor](const FilterWord &any) { return any.start <= cursor && cursor <= any.end(); });
    if (word == words.cend() || cursor < word->keyStart) {
        completion.candidates = keysLike({});
        return completion;
    }
    const bool atValue = word->hasColon && cursor >= word->valueStart;
    const qsizetype start = atValue ? word->valueStart : word->keyStart;
    const qsizetype end = atValue || !word->hasColon ? word->end() : word->valueStart;
    const QString typed = text.mid(start, cursor - start);
    completion.range = {start, end - start};
    completion.isEmpty = typed.isEmpty() && !atValue;
    if (!atValue)
        completion.candidates = keysLike(typed);
    else if (const FilterKeyInfo *key = filterKey(word->key))
        completion.candidates = valuesLike(typed, *key);
    completion.candidates.removeIf([&](const Completion::Candidate &candidate) {
        return candidate.text == QStringView(text).mid(start, end - start); // it is there already
    });
    return completion;
}

} // namespace Turnstile::Monitor
