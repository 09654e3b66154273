// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Filter.h"
#include "monitor-app/views/TerminalKeys.h"
#include "monitor-app/views/TerminalLine.h"

namespace Turnstile::Monitor {

/// The line in which a filter is edited. Whatever is right so far filters at once; while something
/// is wrong, the last good filter stays.
class TerminalPrompt {
public:
    static constexpr int mostCharacters = 200;

    explicit TerminalPrompt(const Filter &filter);

    /// Returns false when the editing has ended.
    bool press(const TerminalKey &key);

    /// The filter by the last word.
    const Filter &filter() const { return m_filter; }
    /// What is wrong; empty when nothing is.
    const QString &problem() const { return m_problem; }
    /// The line, with its cursor, in \a width. The wrong word is marked.
    TerminalLine line(int width) const;

private:
    void setText(const QString &text);

    QString m_text;
    QString m_problem;
    Filter::Range m_problemAt;
    Filter m_filter;
    Filter m_before;
};

} // namespace Turnstile::Monitor
