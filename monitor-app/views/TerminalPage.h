// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/RowOrder.h"
#include "monitor-app/views/TerminalPrompt.h"
#include "monitor-app/views/TerminalStatus.h"

#include <QtCore/QSize>

#include <optional>
#include <vector>

namespace Turnstile::Monitor {

class Store;

/// What a terminal shows of the store, and what keys do to it. Keys go in, lines come out; knows
/// nothing of terminals.
class TerminalPage {
public:
    explicit TerminalPage(Store *store);

    void setStatus(const TerminalStatus &status) { m_status = status; }
    void setFilter(const Filter &filter) { m_filter = filter; }
    void setOrder(const RowOrder &order) { m_order = order; }
    void setColored(bool colored) { m_colored = colored; }

    void press(const TerminalKey &key);
    bool isLeft() const { return m_left; } ///< somebody wants to quit
    bool isColored() const { return m_colored; }

    /// The page in \a size: as many lines as it has rows, none longer than it is wide.
    std::vector<TerminalLine> lines(QSize size);

private:
    enum class Mode : quint8 { Table, Detail, Processes, Help };

    void pressCommand(char32_t key);
    void pressMove(TerminalKey::Code code);
    void choose(const std::vector<int> &rows);
    std::vector<TerminalLine> body(QSize size);
    std::vector<TerminalLine> table(QSize size);
    QString emptyText() const;

    Store *m_store;
    TerminalStatus m_status;
    Mode m_mode = Mode::Table;
    RowOrder m_order;
    Filter m_filter;
    std::optional<TerminalPrompt> m_prompt;
    BucketId m_selected; // none: the first line, whichever bucket that is
    BucketId m_current;  // the bucket on the selected line
    int m_index = 0;     // the selected line
    int m_top = 0;       // the first line that is shown
    qint64 m_move = 0;   // lines that keys have asked for
    int m_pageHeight = 1;
    bool m_colored = true;
    bool m_left = false;
};

} // namespace Turnstile::Monitor
