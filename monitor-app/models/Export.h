// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/BucketRow.h"
#include "monitor-app/models/TableWriter.h"
#include "ratelimit/SharedState.h"

#include <functional>

namespace Turnstile::Monitor {

class TicketLog;

/// What the window shows, as files for other programs. Names of columns are the same in CSV and
/// JSON, durations are in milliseconds, and moments are told relative to now (negative: before it)
/// and by the wall clock (ISO 8601, UTC).
namespace Export {

/// One moment by both clocks.
struct Moment {
    TimePoint now;
    WallTime wall;
};

/// The moment \a now of the monotonic clock of this machine.
Moment momentOf(TimePoint now);

/// Writes \a rows, as they are at \a now, and who of \a shared holds and waits for them, if that is
/// told. Whether \a device took everything.
bool buckets(QIODevice *device, TableWriter::Form form, const std::vector<const BucketRow *> &rows,
    TimePoint now, const SharedState *shared = nullptr);

/// Writes what \a log knows of the tickets of \a rows, bucket by bucket.
bool tickets(QIODevice *device, TableWriter::Form form, const std::vector<const BucketRow *> &rows,
    const TicketLog &log, const Moment &moment);

/// Lets \a write fill the file \a path, which is only replaced when everything was written. Returns
/// what went wrong, in a sentence; empty when nothing did.
QString toFile(const QString &path, const std::function<bool(QIODevice *)> &write);

} // namespace Export
} // namespace Turnstile::Monitor
