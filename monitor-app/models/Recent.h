// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QStringList>

/// \file
/// What was watched lately, newest first, remembered in QSettings. Tokens never are.

namespace Turnstile::Monitor::Recent {

constexpr qsizetype most = 5;

/// Files of recordings; those that are gone are left out.
QStringList recordings();
void addRecording(const QString &file);

/// As MonitorAddress::parse() reads them.
QStringList addresses();
void addAddress(const QString &address);

} // namespace Turnstile::Monitor::Recent
