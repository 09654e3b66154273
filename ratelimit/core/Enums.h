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
enum class Method : quint8 {
    Get,    ///< reads
    Head,   ///< reads, without the body
    Post,   ///< makes something; in order within its lane, see Ordering::Automatic
    Put,    ///< sets something, the same when it is sent twice
    Patch,  ///< changes something; in order within its lane, see Ordering::Automatic
    Delete, ///< removes something
};
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
/// A ticket that met a 429 and is retried goes from Available or InFlight back to Queued.
/// Rules: `docs/semantics.md`, "How a ticket can end".
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
    Rejected,  ///< refused, or given up by the ratelimiter; TicketError::Code says why
};
Q_ENUM_NS(TicketState)

/// Whether a ticket in \a state has ended: no other state can follow.
constexpr bool isFinal(TicketState state)
{
    return state >= TicketState::Completed;
}

/// What order the requests of one lane keep. Rules: `docs/semantics.md`, "Order".
enum class Ordering : quint8 {
    Automatic,  ///< POST and PATCH one after another, the rest as many as the bucket has tokens
    Strict,     ///< one request in flight in the whole bucket: nothing else goes beside it
    Concurrent, ///< no ordering duty: as many as the bucket has tokens
};
Q_ENUM_NS(Ordering)

/// The value of `X-RateLimit-Scope`: whom a 429 concerns. As Discord documents it.
enum class Scope : quint8 {
    None,    ///< the header is missing
    User,    ///< this bot, in this bucket or route
    Global,  ///< this bot, everywhere
    Shared,  ///< everyone who uses the resource; does not count as an invalid request
    Unknown, ///< a value that nobody has documented
};
Q_ENUM_NS(Scope)

/// How a 429 limits, which decides what has to wait. Rules: `docs/semantics.md`, "429s".
enum class LimitKind : quint8 {
    Bucket,     ///< the bucket is exhausted
    Sublimit,   ///< a hidden limit of one route inside an open bucket
    Shared,     ///< the resource is limited for everybody
    Global,     ///< the limit of the token, over all routes
    Cloudflare, ///< the edge blocks the address, before the API is reached
};
Q_ENUM_NS(LimitKind)

/// Which lanes of a bucket go first, and which buckets at the global limit. A waiting ticket rises
/// by one level each 10 s, so none starves. Within a lane it changes nothing. Decided by us:
/// `docs/semantics.md`, "Order".
enum class Priority : qint8 {
    Low = -1,   ///< as if it were asked for 10 s later
    Normal = 0, ///< by age
    High = 1,   ///< as if it had been asked for 10 s earlier
};
Q_ENUM_NS(Priority)

/// Whether tickets flow through a bucket, or through all of them.
enum class Flow : quint8 {
    Open,     ///< as limits allow
    Paused,   ///< nothing is granted; tickets queue
    Draining, ///< what waits is granted; new tickets are rejected
};
Q_ENUM_NS(Flow)

/// Why a ticket waits. Rules: `docs/semantics.md`, "Why a ticket waits".
enum class WaitReason : quint8 {
    None,            ///< it does not wait
    Order,           ///< an older ticket goes first
    Paused,          ///< somebody paused the bucket, or everything
    Route,           ///< a sublimit or shared 429 holds its route
    Probe,           ///< one request is on its way to learn the bucket's limit
    Bucket,          ///< no token is left in the bucket
    Global,          ///< the global limit is used up, or a global 429 holds everything
    Cloudflare,      ///< the edge blocks this address
    InvalidRequests, ///< one more invalid request could get the address banned
    Connection,      ///< all connections of its pool are in use
    Retry,           ///< its request, or the one before it in its lane, failed and backs off
    Turn,            ///< other processes with the same token go first
    Lease,           ///< those who count for all processes have not answered yet
};
Q_ENUM_NS(WaitReason)

/// Something a server, or a clock, should not do. The scheduler goes on; people should know.
enum class Anomaly : quint8 {
    LimitChanged,    ///< a bucket has another limit than before
    HashFlipped,     ///< a route answers with another bucket than before
    HeadersVanished, ///< a bucket's headers are missing from a success
    CountersSplit,   ///< lanes with one hash turned out to count apart
    ClockJumped,     ///< time went backwards: here, or in the server's `Reset`
};
Q_ENUM_NS(Anomaly)

/// What a bucket is doing, in one word; the first that applies.
enum class BucketState : quint8 {
    Paused,         ///< somebody paused it, or everything
    Probing,        ///< the limit is unknown and one request is on its way to learn it
    Exhausted,      ///< no token left; waits for the reset
    RouteLimited,   ///< a route in it is held by a sublimit or shared 429
    GloballyLocked, ///< has tokens and waiting tickets, and the global limit holds them
    Open,           ///< has tokens, and tickets that use them
    Idle,           ///< nothing waits and nothing is in flight
};
Q_ENUM_NS(BucketState)

} // namespace Turnstile
