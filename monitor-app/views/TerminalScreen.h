// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/TerminalLine.h"

#include <QtCore/QByteArray>
#include <QtCore/QSize>

#include <vector>

namespace Turnstile::Monitor {

/// What a terminal shows, so that only what has changed needs to be sent: a table that counts down
/// costs some hundred bytes for a frame, and one that stands still none.
class TerminalScreen {
public:
    /// Without colours, states and the like are told apart by their words.
    void setColored(bool colored);

    /// The bytes that make a terminal of \a size show \a lines. Longer lines are cut off.
    QByteArray update(const std::vector<TerminalLine> &lines, QSize size);

    /// The terminal shows who knows what: the next update sends everything.
    void forget() { m_cells.clear(); }

private:
    /// A cell without a text is the right half of the wide character before it.
    struct Cell {
        QString text = QStringLiteral(" ");
        TerminalStyle style;
        friend bool operator==(const Cell &, const Cell &) = default;
    };
    using Row = std::vector<Cell>;

    static Row cellsOf(const TerminalLine &line, int columns);
    void send(const Row &row, int from, int to, QByteArray &bytes);
    void setStyle(TerminalStyle style, QByteArray &bytes);

    std::vector<Row> m_cells; // empty: unknown
    QSize m_size;
    TerminalStyle m_style; // of what is sent next
    bool m_colored = true;
};

} // namespace Turnstile::Monitor
