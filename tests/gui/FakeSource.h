// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/MonitorSource.h"

#include <vector>

/// Rows as they could come from a bot, for tests of the views: no limiter, no network, no clock.
namespace Turnstile::Monitor::Fake {

using namespace std::chrono_literals;

inline BucketId bucketId(quint64 number)
{
    return {number << BucketId::slotBits};
}

inline Bucket bucket(quint64 number, const QString &name, BucketState state = BucketState::Idle)
{
    Bucket bucket;
    bucket.id = bucketId(number);
    bucket.name = name;
    bucket.state = state;
    bucket.lanes = 1;
    return bucket;
}

/// One bucket in every state, as on the mock.
inline std::vector<Bucket> sampleBuckets(TimePoint now)
{
    struct Sample {
        const char *name;
        const char *hash;
        BucketState state;
        int limit; // 0: unknown
        int remaining;
        milliseconds resetsIn;
        milliseconds window;
        int inFlight;
        int queued;
        quint64 rateLimited;
        bool exempt;
    };
    const Sample samples[] = {
        {"POST /channels/41771983423143937/messages", "a1f3c09be17d449c", BucketState::Exhausted, 5,
            1, 3200ms, 5s, 1, 7, 0, false},
        {"PATCH /channels/41771983423143937", "c0041d9a77e0b211", BucketState::RouteLimited, 2, 0,
            412s, 600s, 0, 3, 1, false},
        {"PUT /channels/…/messages/…/reactions/…/@me", "77be0c7f1da90302", BucketState::Open, 1, 1,
            0ms, 250ms, 0, 2, 0, false},
        {"GET /guilds/197038439483310086/members", "0d2198cf00e157aa", BucketState::Open, 10, 9,
            6100ms, 10s, 2, 0, 0, false},
        {"POST /webhooks/223704706495545344/••••", "9e10d3b1a7c6544f", BucketState::Open, 5, 4,
            1400ms, 2s, 1, 0, 0, false},
        {"DELETE /channels/41771983423143937/messages/…", "5b77aa0c4de811de", BucketState::Open, 5,
            2, 800ms, 1s, 1, 4, 0, false},
        {"POST /interactions/…/••••/callback", "", BucketState::Open, 0, 0, 0ms, 0ms, 3, 0, 0,
            true},
        {"GET /users/@me/guilds", "17aa64dd019e8831", BucketState::Exhausted, 1, 0, 400ms, 1s, 0, 1,
            0, false},
        {"PATCH /guilds/197038439483310086/members/…", "3c90ff1200ab44b8", BucketState::Idle, 10,
            10, 0ms, 10s, 0, 0, 0, false},
        {"GET /channels/613425648685547541/messages", "f00d8be4429a617d", BucketState::Open, 50, 41,
            4600ms, 5s, 3, 0, 0, false},
        {"POST /guilds/197038439483310086/channels", "", BucketState::Probing, 0, 0, 0ms, 0ms, 1, 1,
            0, false},
        {"GET /channels/613425648685547541/pins", "41c9d0029f7764e9", BucketState::GloballyLocked,
            5, 4, 2100ms, 5s, 0, 12, 0, false},
    };
    std::vector<Bucket> buckets;
    for (const Sample &sample : samples) {
        Bucket made = bucket(buckets.size() + 1, QString::fromUtf8(sample.name), sample.state);
        made.hash = sample.hash;
        made.exempt = sample.exempt;
        if (sample.limit > 0) {
            made.limit = sample.limit;
            made.remaining = sample.remaining;
            made.window = sample.window;
        }
        if (sample.resetsIn > 0ms)
            made.resetAt = now + sample.resetsIn;
        made.inFlight = sample.inFlight;
        made.queued = sample.queued;
        if (sample.queued > 0)
            made.oldestAskedAt = now - 6400ms;
        made.rateLimited = sample.rateLimited;
        buckets.push_back(made);
    }
    return buckets;
}

inline TicketInfo grant(BucketId bucket, TimePoint at, milliseconds waited)
{
    TicketInfo ticket;
    ticket.bucket = bucket;
    ticket.state = TicketState::Available;
    ticket.attempt = 1;
    ticket.at = ticket.grantedAt = at;
    ticket.askedAt = at - waited;
    return ticket;
}

/// 30 s of uneven traffic before \a now over the sample buckets, each with its own rhythm.
/// Three processes that share the token: the first bucket is used by two of them, and waited for by
/// two; another bucket is known elsewhere only.
inline SharedState sampleShared(TimePoint now)
{
    const QString bot = QStringLiteral("music-bot");
    SharedState shared;
    shared.at = now - 40ms;
    shared.processes = {
        {QStringLiteral("p1"), bot, 318, QStringLiteral("web1"), now - 40ms, true, false, 1},
        {QStringLiteral("p2"), bot, 77, QStringLiteral("web1"), now - 900ms, false, true, 0},
        {QStringLiteral("p3"), bot, 4121, QStringLiteral("web2.example.org"), now - 12s, false,
            false, 5}};
    SharedBucket first;
    first.bucket = bucketId(1);
    first.name = QStringLiteral("channels/41771983423143937 · a1f3c09be17d449c");
    first.holders = {{2, 3}, {0, 1}};
    first.waiting = {1, 0};
    SharedBucket other;
    other.name = QStringLiteral("channels/99 · beef");
    other.hash = "beef";
    other.majorResource = "channels/99";
    other.holders = {{2, 2}};
    shared.buckets = {first, other};
    return shared;
}

inline UpdateBatch sampleTraffic(TimePoint now)
{
    UpdateBatch batch;
    batch.at = now;
    batch.since = now - 8ms;
    batch.snapshotBegins = batch.snapshotEnds = true;
    batch.buckets = sampleBuckets(now);
    quint32 random = 7;
    const auto next = [&random](int below) {
        random = random * 1664525u + 1013904223u;
        return int(random >> 16) % below;
    };
    for (TimePoint at = now - 32s; at < now; at += 20ms) {
        const int bucket = next(12) + 1;
        const int busy = int((at.time_since_epoch() / 1s * (bucket + 3)) % 11);
        if (bucket != 9 && next(11) < busy) {
            TicketInfo ticket =
                grant(bucketId(quint64(bucket)), at, milliseconds(next(40) * bucket));
            ticket.id = {quint64(batch.tickets.size() + 1) << TicketId::slotBits};
            batch.tickets.push_back(ticket);
        }
    }
    batch.events = int(batch.tickets.size());
    RateLimitHit hit;
    hit.kind = LimitKind::Sublimit;
    hit.scope = Scope::User;
    batch.hits.push_back({now - 2s, hit});
    batch.global = GlobalLimitInfo{50, 37, now + 310ms, {}};
    return batch;
}

/// Sends the sample once. Has no Q_OBJECT, as headers of tests are not seen by moc.
class Source : public MonitorSource {
public:
    QString name() const override { return QStringLiteral("music-bot · pid 4121"); }
    QString connection() const override { return QStringLiteral("Connected"); }
    QString start() override
    {
        if (problem.isEmpty())
            Q_EMIT updated(sampleTraffic(std::chrono::steady_clock::now()));
        return problem;
    }
    QString problem;
};

} // namespace Turnstile::Monitor::Fake
