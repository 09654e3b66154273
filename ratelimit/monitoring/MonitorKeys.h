// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorProtocol.h"

#include <limits>

/// \file
/// The numbers of the monitor's protocol, for those that write and read it.

namespace Turnstile::Wire {

// A message is a list of its kind and a map. The numbers are the protocol: none is ever used again
// for something else.
namespace Kind {
enum { Hello = 1, Subscribe, Update, Heartbeat, Goodbye, Request, Result };
}
namespace VersionKey {
enum { Major, Minor }; // of Hello and Subscribe, in every version
}
namespace HelloKey {
enum { Application = 2, Pid, Limiter, Instance, StartedAt, At, ControlAllowed, GlobalLimit };
}
namespace SubscribeKey {
enum { Interval = 2, Token };
}
namespace UpdateKey {
enum {
    At,
    Since,
    Flags,
    Events,
    Dropped,
    Buckets,
    Removed,
    Tickets,
    Hits,
    Anomalies,
    Global,
    Invalid,
    Shared
};
}
namespace UpdateFlag {
enum { Reset = 1, SnapshotBegins = 2, SnapshotEnds = 4 };
}
namespace BucketKey {
enum {
    Id,
    Hash,
    MajorResource,
    State,
    Exempt,
    Limit,
    Remaining,
    ResetAt,
    Window,
    Queued,
    InFlight,
    Granted,
    RateLimited,
    OldestAskedAt,
    Wait,
    Name,
    Lanes
};
}
namespace WaitKey {
enum { Reason, Until, Behind };
}
namespace TicketKey {
enum { Id, Lane, Bucket, State, Name, Attempt, Status, Error, Reason, At, AskedAt, GrantedAt };
}
namespace HitKey {
enum { At, Ticket, Bucket, Kind, Scope, Name, RetryAfter };
}
namespace AnomalyKey {
enum { Kind, Bucket, Name, At };
}
namespace GlobalKey {
enum { Limit, Used, NextFreeAt, LockedUntil };
}
namespace InvalidKey {
enum { Count, Limit };
}
namespace SharedKey {
enum { At, Problem, Processes, Buckets, MoreBuckets };
}
namespace ProcessKey {
enum { Id, Name, Pid, Host, HeardAt, Own, WaitsForAll, Leases };
}
namespace SharedBucketKey {
enum { Bucket, Name, Hash, MajorResource, Holders, Waiting, MoreHolders, MoreWaiting };
}
namespace HolderKey {
enum { Process, Leases };
}
namespace HeartbeatKey {
enum { At };
}
namespace GoodbyeKey {
enum { Final, Reason };
}
namespace RequestKey {
enum { Number, Action, Bucket, Ticket };
}
namespace ResultKey {
enum { Number, Problem };
}

// More than a hundred years, and far from where nanoseconds overflow.
constexpr qint64 mostMicroseconds = 4'000'000'000'000'000;
constexpr qint64 mostInt = std::numeric_limits<int>::max();

} // namespace Turnstile::Wire
