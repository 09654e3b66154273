// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "tools/turnstile-sim/DrainRun.h"

#include <QtCore/QJsonObject>

namespace Turnstile::Sim {

/// The figures of one run, as `drain` prints them.
QJsonObject figures(const DrainResult &result);

/// The figures of several runs in one: each number becomes {min, median, max}. What is null in one
/// of them stays null.
QJsonObject summary(const QList<QJsonObject> &runs);

} // namespace Turnstile::Sim
