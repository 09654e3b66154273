// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/TerminalLine.h"

#include <QtCore/QSize>

#include <vector>

namespace Turnstile::Monitor {

class Store;

/// The processes that share the token, in a terminal of \a size: what each holds and waits for.
std::vector<TerminalLine> terminalProcesses(const Store &store, QSize size);

} // namespace Turnstile::Monitor
