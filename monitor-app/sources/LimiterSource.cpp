// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/LimiterSource.h"

#include "ratelimit/InMemoryRatelimiter.h"

#include <utility>

namespace Turnstile::Monitor {

namespace {
constexpr milliseconds batchInterval{33};

TimePoint clockNow()
{
    return std::chrono::steady_clock::now();
}
} // namespace

LimiterSource::LimiterSource(InMemoryRatelimiter *limiter, const QString &name, QObject *parent)
    : MonitorSource(parent)
    , m_limiter(limiter)
    , m_name(name)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    m_timer.setInterval(batchInterval);
    connect(&m_timer, &QTimer::timeout, this, &LimiterSource::send);
}

LimiterSource::~LimiterSource() = default;

QString LimiterSource::connection() const
{
    return tr("In this process");
}

QString LimiterSource::start()
{
    if (!m_limiter)
        return tr("The ratelimiter is gone.");
    InMemoryRatelimiter *limiter = m_limiter;
    limiter->disconnect(this); // a second start sends a new snapshot, and everything once
    connect(limiter, &Ratelimiter::bucketChanged, this, &LimiterSource::addBucket);
    connect(limiter, &Ratelimiter::bucketRemoved, this,
        [this](BucketId bucket) { pending().removed.push_back(bucket); });
    connect(limiter, &Ratelimiter::ticketChanged, this,
        [this](const TicketInfo &ticket) { pending().tickets.push_back(ticket); });
    connect(limiter, &Ratelimiter::rateLimited, this, [this](const RateLimitHit &hit) {
        pending().hits.push_back({clockNow(), hit});
    });
    connect(limiter, &Ratelimiter::globalLockChanged, this, [this] { pending(); });

    m_batch = {};
    m_inBatch.clear();
    m_batch.snapshotBegins = m_batch.snapshotEnds = true;
    for (const Bucket &bucket : limiter->buckets())
        addBucket(bucket);
    send();
    return {};
}

// The batch that gathers; the first event in it decides when it is sent.
UpdateBatch &LimiterSource::pending()
{
    if (m_batch.events++ == 0)
        m_batch.since = clockNow();
    if (!m_timer.isActive())
        m_timer.start();
    return m_batch;
}

void LimiterSource::addBucket(const Bucket &bucket)
{
    UpdateBatch &batch = pending();
    const auto known = m_inBatch.constFind(bucket.id);
    if (known != m_inBatch.cend()) {
        batch.buckets[size_t(*known)] = bucket;
    } else {
        m_inBatch.insert(bucket.id, qsizetype(batch.buckets.size()));
        batch.buckets.push_back(bucket);
    }
}

void LimiterSource::send()
{
    if (!m_limiter)
        return;
    UpdateBatch batch = std::exchange(m_batch, {});
    m_inBatch.clear();
    m_timer.stop();
    batch.at = clockNow();
    const GlobalLimitInfo global = globalLimit(batch.at);
    if (global != m_global || batch.snapshotEnds)
        batch.global = m_global = global;
    if (global.used > 0 || global.lockedUntil)
        m_timer.start(); // slots free by themselves, without a signal
    if (batch.events > 0 || batch.global)
        Q_EMIT updated(batch);
}

GlobalLimitInfo LimiterSource::globalLimit(TimePoint now) const
{
    const InMemoryRatelimiter::GlobalUse use = m_limiter->globalUse();
    GlobalLimitInfo info{use.limit, use.used, {}, {}};
    if (use.nextFree)
        info.nextFreeAt = now + *use.nextFree;
    if (use.locked)
        info.lockedUntil = now + *use.locked;
    return info;
}

} // namespace Turnstile::Monitor
