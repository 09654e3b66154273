// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>

#include <vector>

namespace Turnstile::Monitor {

/// One word of a filter as it was typed: `-state:"global lock"`. Positions count from the begin of
/// the filter.
struct FilterWord {
    QString text;        ///< all of it
    qsizetype start = 0; ///< of \ref text
    bool negated = false;
    bool quoted = false;
    bool isClosed = true;      ///< every quote has its other end
    qsizetype keyStart = 0;    ///< behind the minus
    QString key;               ///< before the colon; empty when there is none
    bool hasColon = false;     ///< outside quotes
    qsizetype valueStart = -1; ///< behind the colon, or \ref keyStart
    QString value;             ///< the rest, without quotes

    qsizetype end() const { return start + text.size(); }
};

/// Splits a filter at the blanks outside quotes.
std::vector<FilterWord> filterWords(const QString &text);

} // namespace Turnstile::Monitor
