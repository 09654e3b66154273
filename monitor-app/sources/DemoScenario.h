// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/DemoBot.h"

#include <QtCore/QStringList>

namespace Turnstile::Monitor {

/// What the bots of the demo are up to.
struct DemoScenario {
    std::vector<DemoBot::Habit> musicBot = {};
    std::vector<DemoBot::Habit> moderationBot = {};
    bool meetsGlobalLocks = false; ///< now and then one request too many of the token

    /// `mixed`, which shows every state of a bucket, and others.
    static QStringList names();
    /// An unknown name, and none, is `mixed`.
    static DemoScenario named(QStringView name);
    /// What \a name shows, for people.
    static QString description(QStringView name);
};

} // namespace Turnstile::Monitor
