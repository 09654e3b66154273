// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Filter.h"
#include "monitor-app/models/RowOrder.h"

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <optional>
#include <vector>

namespace Turnstile::Monitor {

class Store;

/// A figure as text: `queued`, `18`, `oldest 6.4 s`.
struct TextFigure {
    QString name;
    QString value = {};
    QString remark = {};   ///< may be empty
    bool alarming = false; ///< somebody should look at it
};

/// What the strip of figures says.
std::vector<TextFigure> textFigures(const Store &store);

/// The figures in one line: `granted 38.2 /s · queued 18 (oldest 6.4 s) · …`.
QString figuresLine(const Store &store);

/// A line for each of the processes that share the token, and what is to be said of all of them;
/// none where nothing is shared.
QStringList processLines(const Store &store);

/// The title of a column, and what it says of a row.
QString columnTitle(RowOrder::Column column);
QString columnText(RowOrder::Column column, const BucketRow &row, TimePoint now);
/// How many cells a column takes; 0 for the route, which takes what is left.
int columnWidth(RowOrder::Column column);
/// Whether it is set flush left.
bool isFlushLeft(RowOrder::Column column);

/// Which buckets are listed, and in which order.
struct TextOptions {
    Filter filter = {};
    RowOrder order = {};
};

/// The buckets as a table of text, with its titles first. Nothing is left out.
QStringList bucketTable(const Store &store, const TextOptions &options = {});

} // namespace Turnstile::Monitor
