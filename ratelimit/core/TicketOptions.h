// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Bucket.h"
#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"

#include <QtCore/QByteArray>

#include <functional>
#include <optional>

namespace Turnstile {

/// What a consumer wants of one ticket beyond its endpoint. All of it may be left out.
struct TicketOptions {
    /// How long the ticket may wait, counted from the moment of asking. When that time is over and
    /// it has not been granted, it ends as Expired. Nothing: it waits as long as it takes.
    std::optional<milliseconds> deadline{};

    /// Overrides the ratelimiter's ordering for this ticket.
    std::optional<Ordering> ordering{};

    /// Which lanes go first where several could. Within its lane a ticket keeps its place.
    Priority priority = Priority::Normal;

    /// Overrides SchedulerOptions::maxWait for this ticket. While its bucket, or everything, is
    /// paused, nobody knows when the wait ends: then it counts as too long, however long this is.
    std::optional<milliseconds> maxWait{};

    /// Tickets of one endpoint with different names queue apart, side by side in one bucket. For
    /// requests that a hidden limit tells apart: renaming a channel, of all its edits. Rules:
    /// `docs/semantics.md`, "429s".
    QByteArray lane{};

    /// The connections that its request will use, see Ratelimiter::createPool(). Null: none that
    /// are counted.
    PoolId pool{};

    /// Asked once, when the ticket is; the ticket is Rejected when it says no. It gets the bucket,
    /// or nothing where none is known yet. Called in the ratelimiter's thread: be quick, and do not
    /// call the ratelimiter.
    std::function<bool(const std::optional<Bucket> &)> predicate{};
};

} // namespace Turnstile
