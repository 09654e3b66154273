// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/turnstile_core_export.h"

#include <QtCore/QMetaType>
#include <QtCore/QObject>

/// \file
/// The words that every floor shares. They are in one meta-object, so that logs, the monitor's
/// protocol and `QDebug` print them by name.

namespace Turnstile {
Q_NAMESPACE_EXPORT(TURNSTILE_CORE_EXPORT)

/// An HTTP method that an API route may have.
enum class Method : quint8 { Get, Head, Post, Put, Patch, Delete };
Q_ENUM_NS(Method)

/// Where a ticket is in its life.
///
/// ```
/// Queued -> Available -> InFlight -> Completed
///    |          |                 -> Lost      sent, and no answer came
///    |          |                 -> TimedOut  no word for `responseTimeout`
///    |          +----------------> Dropped     never sent: its tokens are given back
///    +-> Cancelled | Expired | Rejected        never granted: nothing was spent
/// ```
/// A ticket that met a 429 and is retried goes from InFlight back to Queued.
enum class TicketState : quint8 {
    Queued,    ///< waits for its turn
    Available, ///< granted: the request may be sent
    InFlight,  ///< the consumer said that the request is on the wire
    Completed, ///< the response came, with rate limit headers or without
    Lost,      ///< the request was sent and no response came
    TimedOut,  ///< granted, and then no word for `SchedulerOptions::responseTimeout`
    Dropped,   ///< granted and never sent
    Cancelled, ///< given up by its owner while it waited
    Expired,   ///< its deadline passed while it waited
    Rejected,  ///< refused: a full queue, or the ratelimiter is gone
};
Q_ENUM_NS(TicketState)

/// Whether a ticket in \a state has ended: no other state can follow.
constexpr bool isFinal(TicketState state)
{
    return state >= TicketState::Completed;
}

/// What order the requests of one lane keep.
enum class Ordering : quint8 {
    Automatic,  ///< POST and PATCH one after another, the rest as many as the bucket has tokens
    Strict,     ///< one request in flight in the whole bucket
    Concurrent, ///< no ordering duty: as many as the bucket has tokens
};
Q_ENUM_NS(Ordering)

/// The value of `X-RateLimit-Scope`: whom a 429 concerns.
enum class Scope : quint8 {
    None,    ///< the header is missing
    User,    ///< this bot, in this bucket or route
    Global,  ///< this bot, everywhere
    Shared,  ///< everyone who uses the resource; does not count as an invalid request
    Unknown, ///< a value that nobody has documented
};
Q_ENUM_NS(Scope)

/// How a 429 limits, which decides what has to wait.
enum class LimitKind : quint8 {
    Bucket,     ///< the bucket is exhausted
    Sublimit,   ///< a hidden limit of one route inside an open bucket
    Shared,     ///< the resource is limited for everybody
    Global,     ///< the limit of the token, over all routes
    Cloudflare, ///< the edge blocks the address, before the API is reached
};
Q_ENUM_NS(LimitKind)

/// What a bucket is doing, in one word; the first that applies.
enum class BucketState : quint8 {
    Probing,        ///< the limit is unknown and one request is on its way to learn it
    Exhausted,      ///< no token left; waits for the reset
    RouteLimited,   ///< a route in it is held by a sublimit or shared 429
    GloballyLocked, ///< has tokens and waiting tickets, and the global limit holds them
    Open,           ///< has tokens, and tickets that use them
    Idle,           ///< nothing waits and nothing is in flight
};
Q_ENUM_NS(BucketState)

} // namespace Turnstile
