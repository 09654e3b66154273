// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tests/tools/ScenarioRun.h"

#include <QtCore/QString>

namespace Turnstile::Sim {

/// Whether \a what, a word of `no` in `expect`, came about in \a run: says how. Empty when it did
/// not.
///
/// | word | came about when |
/// | --- | --- |
/// | `crash` | the run was broken off (a true crash ends the checker too) |
/// | `busy_loop` | the scheduler asked again and again to be woken at once |
/// | `negative_wait` | something lasts less than nothing, or until a time that is over |
/// | `infinite_wait` | something lasts over 30 days, or somebody waits for what cannot come |
/// | `lost_request` | a request did not end exactly once |
/// | `unbounded_growth` | more was held than the scenario names, or is never forgotten |
QString forbiddenOutcome(const ScenarioRun &run, const QString &what);

} // namespace Turnstile::Sim
