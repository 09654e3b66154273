// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QStringList>

namespace Turnstile::Sim {

/// The command `serve`: a ModelApi on a port, until SIGINT or SIGTERM. Needs a QCoreApplication.
/// Returns the exit code.
int serve(const QStringList &arguments);

} // namespace Turnstile::Sim
