// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Endpoint.h"
#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/testing/Dialect.h"
#include "ratelimit/testing/ServerReply.h"
#include "ratelimit/testing/ServerRules.h"
#include "ratelimit/testing/ServerStats.h"
#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QByteArray>

#include <chrono>
#include <memory>
#include <optional>

namespace Turnstile {

/// What a ServerModel says to one request, before it is put into headers.
struct ServerDecision {
    int status = 200;                        ///< HTTP status: 200, or 429
    std::optional<LimitKind> limitedBy = {}; ///< set on a 429
    bool hasBucket = false; ///< whether limit, remaining, fullAt and hash mean anything
    int limit = 0;          ///< requests in a window of the bucket
    int remaining = 0;      ///< of those, what is left
    TimePoint fullAt = {};  ///< when all tokens of the bucket are back; not in the past
    QByteArray hash = {};   ///< the bucket's name in the headers
    TimePoint time = {};    ///< when it was decided
    std::chrono::nanoseconds retryAfter{0}; ///< on a 429: until the request would have passed
};

/// The rules of an API server with Discord's limits: requests go in, with the time at which they
/// arrive, and answers come out. No clock, no socket: ModelApi gives it both, a simulator gives it
/// virtual time. Not thread-safe: one thread at a time.
///
/// What Discord's topic "Rate Limits" documents is done so; it leaves open the order of the checks,
/// and what refused requests take, which are ours.
///
/// The order of the checks, and what each costs:
/// 1. the global limit of the credential: every request takes a slot unless it is exempt, also one
///    that is refused further on;
/// 2. the bucket, counted by hash, major resource and credential; refused requests take nothing;
/// 3. the shared limit, then the sublimit of the route and resource; what they refuse has taken no
///    token of the bucket.
///
/// A refused request never makes a wait longer, but for Dialect::GrowingWait. Idle counters are
/// forgotten, so the memory is bounded by what is in use.
class TURNSTILE_TESTING_EXPORT ServerModel {
public:
    /// Five requests per 5 s in each bucket, and no global limit.
    ServerModel();
    ~ServerModel();
    ServerModel(ServerModel &&) noexcept;
    ServerModel &operator=(ServerModel &&) noexcept;

    /// The wall time at TimePoint zero. Headers tell wall time; nothing else depends on it.
    void setEpoch(WallTime epoch);
    /// Whether answers carry `Via` (yes).
    void setVia(bool via);
    /// How answers differ from Discord's (not at all). NoVia is what setVia() sets.
    void setDialects(Dialects dialects);

    /// The rule of all routes that have none of their own.
    void setDefaultLimit(const BucketRule &rule);
    /// The rule of \a route, named as by Endpoint::route(); what its parameters are called does not
    /// matter. A route with variants may be named without the variant, for all of them. What is
    /// already counted stays counted.
    void setLimit(const QByteArray &route, const BucketRule &rule);
    /// The limit of each credential over all routes that are not exempt.
    void setGlobalLimit(const Quota &quota);

    /// The request \a request by \a credential arrives at \a now, which must not go back.
    ServerDecision decide(
        const Endpoint &request, TimePoint now, const Credential &credential = {});

    /// A 429 of \a kind for \a retryAfter that no rule asks for. It tells the numbers of the bucket
    /// (of Bucket: none left until then; of Sublimit and Shared: one left at least), counts
    /// nothing, and is in no stats.
    ServerDecision refuse(const Endpoint &request, TimePoint now, const Credential &credential,
        LimitKind kind, milliseconds retryAfter);

    /// The answer that tells \a decision: Discord's headers, and its JSON on a 429.
    ServerReply reply(const ServerDecision &decision) const;
    /// `reply(decide(...))`.
    ServerReply answer(const Endpoint &endpoint, TimePoint now, const Credential &credential = {});

    /// What was asked since resetStats(), or since the begin.
    ServerStats stats() const;
    /// Starts counting anew. The windows stay as they are.
    void resetStats();

    /// How many counters are held.
    qsizetype counterCount() const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Turnstile
