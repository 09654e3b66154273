// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>

/// Text in cells of a terminal. Bots, routes and filters name what they like; none of it may move
/// the cursor, ring, or make a line longer than it seems.
namespace Turnstile::Monitor::TerminalText {

/// \a text without what a terminal would obey or hide: control characters, escape sequences, marks
/// that turn the direction of writing and half of a surrogate pair become `�`. What only joins or
/// varies emoji is left out, as terminals do not agree about its width.
QString printable(const QString &text);

/// The character that begins at \a at, which moves behind it; `�` for half of a pair.
char32_t next(QStringView text, qsizetype &at);

/// How many cells a character takes: 0 for what combines with the one before it, 2 for wide ones.
int cellsOf(char32_t character);
/// The same of a text that is printable().
int cellsOf(QStringView text);

/// \a text in at most \a cells; of what is too long the middle is left out, so that routes stay
/// apart.
QString elided(const QString &text, int cells);
/// The same with its end left out instead.
QString cut(const QString &text, int cells);

/// \a text in exactly \a cells, with blanks behind it, or, \a flushRight, before it.
QString fitted(const QString &text, int cells, bool flushRight = false);

} // namespace Turnstile::Monitor::TerminalText
