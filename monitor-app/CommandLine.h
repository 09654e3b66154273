// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Filter.h"
#include "monitor-app/models/RowOrder.h"
#include "ratelimit/monitoring/MonitorAddress.h"

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <chrono>
#include <optional>

namespace Turnstile::Monitor {

/// What the program was asked to do. Read before there is an application, because it decides which
/// kind of application there will be. CommandOptions.h has the list of all options.
struct CommandLine {
    enum class Theme : quint8 { System, Dark, Light };

    // What to watch: one of these, or nothing.
    MonitorAddress connect; ///< not valid: none
    QString token;          ///< for connect, read from the token file
    QString open;           ///< the file of a recording; empty: none
    bool demo = false;
    QString demoScenario; ///< one of DemoScenario::names(), or empty

    bool text = false;  ///< in the terminal, without a window
    QString screenshot; ///< the file to save a picture of the window in; empty: none
    QString record;     ///< the file to record to; empty: none
    bool stats = false; ///< say at the end what the run was like
    std::optional<std::chrono::milliseconds> after; ///< when to take the picture, and end
    Filter filter;
    RowOrder order; ///< of text
    Theme theme = Theme::System;
    bool help = false;
    bool version = false;
    QString warning; ///< one sentence, or empty
    QString error;   ///< one sentence; empty: the arguments make sense

    /// \a arguments begin with the name of the program.
    static CommandLine parse(const QStringList &arguments);

    bool watchesSomething() const { return connect.isValid() || !open.isEmpty() || demo; }
    bool needsWindow() const { return !text && !help && !version && error.isEmpty(); }
};

} // namespace Turnstile::Monitor
