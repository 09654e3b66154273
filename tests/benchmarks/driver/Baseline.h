// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

namespace Turnstile::Bench {

class Runner;

/// Measures the instructions and allocations of what matters most, and compares them with
/// baseline.json. Prints a table, and returns false when one has grown by more than 10 %.
bool checkBaseline(Runner &runner);
/// Measures them, and writes baseline.json.
bool writeBaseline(Runner &runner);

} // namespace Turnstile::Bench
