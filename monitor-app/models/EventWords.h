// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QByteArrayView>

/// \file
/// What happened, in sentences for the event log. The route stands beside them.

namespace Turnstile::Monitor::EventWords {

/// `429 (user): no token was left, its requests wait 1.2 s`.
QString rateLimited(const RateLimitHit &hit);
/// `The token is locked for 0.94 s`.
QString locked(milliseconds duration);

/// Whether a ticket that ended in \a state is worth a line.
bool isFailure(TicketState state);
/// `Ticket #10482 timed out: no word of its request came`, `12 tickets expired while they waited`.
QString failed(TicketState state, TicketError::Code why, TicketId ticket, int count);

QString anomaly(Anomaly kind);
/// `Moved from a1f3…9c to c004…11`; \a to is empty when nobody knows.
QString moved(QByteArrayView from, QByteArrayView to);
QString paused(int buckets);
QString resumed(int buckets);
QString dropped(int states);

/// \a sentence, when it was true \a times in a row.
QString repeated(const QString &sentence, int times);

} // namespace Turnstile::Monitor::EventWords
