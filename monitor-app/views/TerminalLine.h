// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>

#include <vector>

namespace Turnstile::Monitor {

/// How a piece of a line looks in a terminal.
struct TerminalStyle {
    /// The sixteen colours that every terminal has, by what they mean here.
    enum class Color : quint8 { Text, Dim, Red, Amber, Green, Blue, Purple };

    Color color = Color::Text;
    bool bold = false;
    bool underlined = false;
    bool reversed = false;

    friend bool operator==(const TerminalStyle &, const TerminalStyle &) = default;
};

/// A line of a terminal: pieces of text, each with its style. Its text is printable, see
/// TerminalText.
struct TerminalLine {
    struct Piece {
        QString text;
        TerminalStyle style;
    };
    std::vector<Piece> pieces;

    TerminalLine() = default;
    explicit TerminalLine(const QString &text, TerminalStyle style = {}) { add(text, style); }

    /// Text from anywhere; what could harm a terminal is taken out.
    TerminalLine &add(const QString &text, TerminalStyle style = {});
    TerminalLine &add(const QString &text, TerminalStyle::Color color)
    {
        return add(text, TerminalStyle{.color = color});
    }
    /// Blanks up to the cell \a column, counted from 0; at least \a least.
    TerminalLine &moveTo(int column, int least = 0);
    /// The whole line, \a columns wide, in reverse video.
    void select(int columns);

    int cells() const;
    QString text() const;
};

} // namespace Turnstile::Monitor
