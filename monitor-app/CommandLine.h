// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <chrono>
#include <optional>

namespace Turnstile::Monitor {

/// What the program was asked to do. Read before there is an application, because it decides which
/// kind of application there will be.
struct CommandLine {
    enum class Theme : quint8 { System, Dark, Light };

    bool demo = false;
    bool text = false;  ///< in the terminal, without a window
    QString screenshot; ///< the file to save a picture of the window in; empty: none
    std::optional<std::chrono::milliseconds> after; ///< when to take it; with text: when to end
    Theme theme = Theme::System;
    bool help = false;
    bool version = false;
    QString error; ///< one sentence; empty: the arguments make sense

    /// \a arguments begin with the name of the program.
    static CommandLine parse(const QStringList &arguments);
    /// Needs an application.
    static QString helpText();

    bool needsWindow() const { return !text && !help && !version && error.isEmpty(); }
};

} // namespace Turnstile::Monitor
