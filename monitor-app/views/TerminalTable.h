// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/RowOrder.h"
#include "monitor-app/views/TerminalLine.h"

#include <optional>
#include <vector>

namespace Turnstile::Monitor {

class Store;

/// The lines of the table of buckets in a terminal. Where it is narrow, columns are left out; the
/// route takes what the others leave.
namespace TerminalTable {

/// The columns that \a width has room for.
std::vector<RowOrder::Column> columns(int width);

/// The titles; the key that sorts by a column is underlined.
TerminalLine titles(const RowOrder &order, int width);
TerminalLine line(const BucketRow &row, TimePoint now, int width);
/// A state, in its colour; a method and its path in at most \a cells.
void addState(TerminalLine &line, RowState state);
void addRoute(TerminalLine &line, const BucketRow &row, int cells);

/// Which column a key sorts by.
std::optional<RowOrder::Column> columnOf(char32_t key);

} // namespace TerminalTable

/// The figures over the table, in as many lines of \a width as it takes, broken between figures.
std::vector<TerminalLine> terminalFigures(const Store &store, int width);

} // namespace Turnstile::Monitor
