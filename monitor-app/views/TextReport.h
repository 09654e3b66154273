// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <optional>

namespace Turnstile::Monitor {

class Store;

/// The figures in one line: `granted 38.2 /s · queued 18 (oldest 6.4 s) · …`.
QString figuresLine(const Store &store);

/// The same in as many lines of \a width columns as it takes, broken between figures.
QStringList figuresLines(const Store &store, int width);

/// The buckets as a table in \a width columns of text, with its titles first. The route column
/// takes what is left; of what is too long the middle is left out, so that routes stay apart.
/// Without a width nothing is.
QStringList bucketTable(const Store &store, std::optional<int> width = {});

} // namespace Turnstile::Monitor
