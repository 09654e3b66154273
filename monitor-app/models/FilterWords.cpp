// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/FilterWords.h"

#include <utility>

namespace Turnstile::Monitor {

namespace {
FilterWord wordAt(const QString &text, qsizetype start)
{
    FilterWord word;
    word.start = start;
    word.negated = text[start] == u'-';
    word.keyStart = word.valueStart = start + (word.negated ? 1 : 0);
    bool inQuotes = false;
    qsizetype at = word.keyStart;
    for (; at < text.size() && (inQuotes || !text[at].isSpace()); ++at) {
        const QChar c = text[at];
        if (c == u'"') {
            inQuotes = !inQuotes;
            word.quoted = true;
        } else if (c == u':' && !inQuotes && !word.hasColon) {
            word.hasColon = true;
            word.key = std::exchange(word.value, {});
            word.valueStart = at + 1;
        } else {
            word.value += c;
        }
    }
    word.isClosed = !inQuotes;
    word.text = text.mid(start, at - start);
    return word;
}
} // namespace

std::vector<FilterWord> filterWords(const QString &text)
{
    std::vector<FilterWord> words;
    for (qsizetype at = 0; at < text.size();) {
        if (text[at].isSpace()) {
            ++at;
            continue;
        }
        words.push_back(wordAt(text, at));
        at = words.back().end();
    }
    return words;
}

} // namespace Turnstile::Monitor
