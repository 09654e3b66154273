// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QStringList>

namespace Turnstile::Sim {

/// The command `drain`: plays a workload in virtual time and prints its figures as one JSON object.
/// Returns the exit code.
int drain(const QStringList &arguments);

} // namespace Turnstile::Sim
