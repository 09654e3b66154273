// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>

#include <vector>

namespace Turnstile::Monitor {

/// A key, as far as a terminal tells.
struct TerminalKey {
    enum class Code : quint8 {
        Character, ///< \ref character
        Enter,
        Escape,
        Backspace,
        EraseWord, ///< Ctrl-W
        EraseAll,  ///< Ctrl-U
        Redraw,    ///< Ctrl-L
        Up,
        Down,
        Left,
        Right,
        PageUp,
        PageDown,
        Home,
        End,
    };

    Code code = Code::Character;
    char32_t character = 0;

    friend bool operator==(const TerminalKey &, const TerminalKey &) = default;
};

/// Makes keys of the bytes that a terminal sends. Sequences that mean nothing here, and bytes that
/// are no UTF-8, are left out.
class TerminalKeys {
public:
    static constexpr int longestSequence = 32;

    std::vector<TerminalKey> feed(const QByteArray &bytes);

    /// An Escape has come that may begin a sequence, or is the key.
    bool isWaiting() const { return !m_rest.isEmpty(); }
    /// Nothing follows it: it is the key.
    std::vector<TerminalKey> flush();

private:
    QByteArray m_rest; // the beginning of a sequence
};

} // namespace Turnstile::Monitor
