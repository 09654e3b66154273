// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

namespace Turnstile::Monitor {

/// A terminal that a program has to itself: keys come at once and are not echoed, the alternate
/// screen is shown without a cursor, and lines do not wrap. There is one in a process.
///
/// It is as it was before in the end, whichever end that is: leave(), the destructor, or a crash.
/// Messages of the program meanwhile would spoil the picture; they are printed after it.
class TerminalMode {
public:
    /// \a input may be something else than a terminal; then there are no keys.
    TerminalMode(int input, int output);
    ~TerminalMode();
    TerminalMode(const TerminalMode &) = delete;
    TerminalMode &operator=(const TerminalMode &) = delete;

    void enter();
    void leave();

    /// What leave() does to the terminal; may be called by a signal handler.
    static void restore() noexcept;

private:
    int m_input;
    int m_output;
    bool m_entered = false;
};

} // namespace Turnstile::Monitor
