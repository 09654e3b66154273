// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QCoreApplication>

namespace Turnstile::Monitor {

/// The translation of a text, for what is no QObject.
inline QString tr(const char *text)
{
    return QCoreApplication::translate("Turnstile::Monitor", text);
}

} // namespace Turnstile::Monitor
