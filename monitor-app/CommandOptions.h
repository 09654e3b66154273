// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QString>

#include <span>

namespace Turnstile::Monitor {

/// An option of the program, as `--help` tells of it.
struct CommandOption {
    enum class Group : quint8 { Source, Output, Look, Program };

    Group group;
    const char *name;
    char letter;       ///< 0: none
    const char *value; ///< what stands behind it; empty: nothing does; `[=...]`: may
    const char *text;  ///< untranslated

    bool takesValue() const { return value[0] == '<'; }
};
std::span<const CommandOption> commandOptions();

/// What `--help` prints, in 80 columns.
QString commandHelp();

} // namespace Turnstile::Monitor
