// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorProtocol.h"

/// \file
/// What a bot could tell a monitor, with every field set.

using namespace Turnstile;
using namespace std::chrono_literals;

inline Bucket sampleBucket(quint64 number, TimePoint now)
{
    Bucket bucket;
    bucket.id.value = number << BucketId::slotBits | number;
    bucket.hash = "a1f3c09be17d449c";
    bucket.majorResource = "channels/41771983423143937";
    bucket.state = BucketState::Exhausted;
    bucket.exempt = true;
    bucket.limit = 5;
    bucket.remaining = 0;
    bucket.resetAt = now + 3200ms;
    bucket.window = 5s;
    bucket.queued = 7;
    bucket.inFlight = 1;
    bucket.granted = 10'000'000'000;
    bucket.rateLimited = 3;
    bucket.oldestAskedAt = now - 6400ms;
    bucket.wait = Wait{WaitReason::Order, now + 1s, {77}};
    bucket.name = QStringLiteral("PUT /channels/41771983423143937/messages/…/reactions/…/@me");
    bucket.lanes = 2;
    return bucket;
}

inline TicketInfo sampleTicket(quint64 number, TimePoint now)
{
    TicketInfo ticket;
    ticket.id.value = number << TicketId::slotBits;
    ticket.lane.value = 5;
    ticket.bucket.value = 6;
    ticket.state = TicketState::Rejected;
    ticket.name = QStringLiteral("POST /webhooks/223704706495545344/••••");
    ticket.attempt = 2;
    ticket.status = 429;
    ticket.error = TicketError::Code::WebhookGone;
    ticket.reason = WaitReason::InvalidRequests;
    ticket.at = now;
    ticket.askedAt = now - 3s;
    ticket.grantedAt = now - 1s;
    return ticket;
}

inline SharedState sampleShared(TimePoint now)
{
    const QString host = QStringLiteral("web1");
    SharedState shared;
    shared.at = now - 5ms;
    shared.problem = QStringLiteral("Redis is away.");
    shared.processes = {
        {QStringLiteral("p1"), QStringLiteral("music-bot"), 77, host, now - 5ms, true, false, 1},
        {QStringLiteral("p2"), QStringLiteral("music-bot"), 4121, QStringLiteral("web2"), now - 2s,
            false, true, 3}};
    SharedBucket bucket;
    bucket.bucket = sampleBucket(1, now).id;
    bucket.name = QStringLiteral("channels/41771983423143937 · a1f3c09be17d449c");
    bucket.hash = "a1f3c09be17d449c";
    bucket.majorResource = "channels/41771983423143937";
    bucket.holders = {{1, 3}, {0, 1}};
    bucket.waiting = {0};
    bucket.moreHolders = 2;
    bucket.moreWaiting = 40;
    shared.buckets = {bucket, SharedBucket()};
    shared.moreBuckets = 12;
    return shared;
}

inline MonitorUpdate sampleUpdate(TimePoint now)
{
    MonitorUpdate update;
    update.at = now;
    update.since = now - 8ms;
    update.reset = update.snapshotBegins = update.snapshotEnds = true;
    update.events = 12;
    update.dropped = 4'000'000'000'000;
    update.buckets = {sampleBucket(1, now), sampleBucket(2, now), Bucket()};
    update.buckets.back().id.value = 9;
    update.removed = {BucketId{3}, BucketId{1'000'000'000'000}};
    update.tickets = {sampleTicket(1, now), sampleTicket(2, now)};
    RateLimitHit hit;
    hit.ticket.value = 8;
    hit.bucket.value = 9;
    hit.kind = LimitKind::Sublimit;
    hit.scope = Scope::Shared;
    hit.name = QStringLiteral("GET /gateway/bot");
    hit.retryAfter = 1500ms;
    update.hits = {{now - 1ms, hit}};
    update.anomalies = {{Anomaly::HashFlipped, BucketId{2}, QStringLiteral("GET /users/@me"), now}};
    update.global = MonitorGlobalLimit{50, 37, now + 310ms, now + 940ms};
    update.invalid = MonitorInvalidRequests{12, 10'000};
    update.shared = sampleShared(now);
    return update;
}

inline MonitorHello sampleHello(TimePoint now)
{
    MonitorHello hello;
    hello.application = QStringLiteral("music-bot");
    hello.pid = 4121;
    hello.limiter = QStringLiteral("Turnstile::InMemoryRatelimiter");
    hello.instance = 0x7edc'ba98'7654'3210;
    hello.startedAt = WallTime(1'700'000'000'123ms);
    hello.at = now;
    hello.controlAllowed = true;
    hello.globalLimit = 50;
    return hello;
}
