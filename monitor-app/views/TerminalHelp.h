// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/TerminalLine.h"

#include <vector>

namespace Turnstile::Monitor {

/// The keys of the terminal, and what filters are made of.
std::vector<TerminalLine> terminalHelp();

} // namespace Turnstile::Monitor
