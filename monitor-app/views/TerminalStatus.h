// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/MonitorSource.h"
#include "monitor-app/views/TerminalLine.h"

#include <optional>

namespace Turnstile::Monitor {

class Filter;
class Store;

/// What a terminal says of the source: the lines around the table.
struct TerminalStatus {
    QString name;
    QString connection;
    MonitorSource::State state = MonitorSource::State::Connecting;
    QString reason;                       ///< of Lost and Failed, in a sentence
    std::optional<milliseconds> age = {}; ///< since when nothing has come; nothing: never did
    bool isRecording = false;

    /// Whether the picture is an old one.
    bool isOver() const
    {
        return state == MonitorSource::State::Lost || state == MonitorSource::State::Failed;
    }

    /// The name, and what is special: recording, frozen, filtered.
    TerminalLine title(const Store &store, const Filter &filter, int width) const;
    /// How old the picture is, and why; when isOver().
    TerminalLine banner() const;
    /// The connection with its figures, and the keys, which a table has others of.
    TerminalLine line(const Store &store, bool isTable, int width) const;
};

} // namespace Turnstile::Monitor
