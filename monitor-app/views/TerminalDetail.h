// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/TerminalLine.h"

#include <QtCore/QSize>

#include <vector>

namespace Turnstile::Monitor {

struct BucketRow;
class Store;

/// One bucket in a terminal of \a size: what it does, why it waits, when the next grant is, and its
/// tickets, the newest first.
std::vector<TerminalLine> terminalDetail(const Store &store, const BucketRow &row, QSize size);

} // namespace Turnstile::Monitor
