// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorCollector.h"

#include "ratelimit/Clock.h"
#include "ratelimit/InMemoryRatelimiter.h"

#include <algorithm>
#include <utility>

namespace Turnstile {

// How often what changes without a signal is looked at: invalid requests that leave their period,
// and who holds what of shared limits, which is only told to those who ask.
static constexpr milliseconds slowInterval{1000};

static void sortOnce(std::vector<BucketId> *buckets)
{
    std::sort(buckets->begin(), buckets->end());
    buckets->erase(std::unique(buckets->begin(), buckets->end()), buckets->end());
}

// The last \a most items, which go from \a items.
template <typename Item> static std::vector<Item> takeLast(std::vector<Item> *items, size_t most)
{
    if (items->size() <= most)
        return std::exchange(*items, {});
    const auto begin = items->end() - qsizetype(most);
    std::vector<Item> taken(begin, items->end());
    items->erase(begin, items->end());
    return taken;
}

MonitorCollector::MonitorCollector(InMemoryRatelimiter *limiter, QObject *parent)
    : QObject(parent)
    , m_limiter(limiter)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &MonitorCollector::send);
}

MonitorCollector::~MonitorCollector() = default;

bool MonitorCollector::start()
{
    if (!m_limiter)
        return false;
    InMemoryRatelimiter *limiter = m_limiter;
    limiter->disconnect(this); // a second start tells everything once
    connect(limiter, &InMemoryRatelimiter::bucketTouched, this, &MonitorCollector::touchBucket);
    connect(limiter, &Ratelimiter::bucketRemoved, this, &MonitorCollector::removeBucket);
    connect(limiter, &Ratelimiter::ticketChanged, this, [this](const TicketInfo &ticket) {
        add(&m_batch.tickets, ticket, m_isStalled ? 0 : mostTickets);
    });
    connect(limiter, &Ratelimiter::rateLimited, this, [this](const RateLimitHit &hit) {
        add(&m_batch.hits, {clockNow(), hit}, mostHits);
    });
    connect(limiter, &Ratelimiter::anomalySeen, this,
        [this](const AnomalyInfo &anomaly) { add(&m_batch.anomalies, anomaly, mostHits); });
    connect(limiter, &InMemoryRatelimiter::sharedStateChanged, this, [this] {
        m_isSharedNew = true;
        sendSoon();
    });
    connect(limiter, &Ratelimiter::globalLockChanged, this, [this] { pending(); });
    connect(limiter, &Ratelimiter::invalidRequestsChanged, this, [this] { pending(); });

    m_isStalled = false;
    m_batch.snapshotBegins = true;
    m_nextPage = 0;
    m_isLastPage = false;
    m_shared.reset();
    m_isSharedNew = true;
    send();
    return true;
}

void MonitorCollector::setInterval(milliseconds interval)
{
    m_interval = interval;
}

void MonitorCollector::setHeld(bool held)
{
    m_isHeld = held;
    if (!held && m_nextPage)
        m_timer.start(0);
}

void MonitorCollector::setStalled(bool stalled, quint64 lost)
{
    m_batch.dropped += lost;
    if (m_isStalled == stalled)
        return;
    if (!stalled) {
        start();
        return;
    }
    m_isStalled = true;
    m_timer.stop();
    m_batch.dropped += m_batch.tickets.size();
    m_batch.tickets.clear();
    m_batch.removed.clear();
    m_touched.clear();
    m_due.clear();
    m_names.clear();
    m_nextPage.reset();
    if (m_limiter)
        disconnect(m_limiter, &InMemoryRatelimiter::bucketTouched, this, nullptr);
}

// The update that gathers; the first event in it decides when it is sent.
MonitorUpdate &MonitorCollector::pending()
{
    if (m_batch.events++ == 0) {
        if (m_batch.since == TimePoint())
            m_batch.since = clockNow();
        sendSoon();
    }
    return m_batch;
}

void MonitorCollector::sendSoon()
{
    if (!m_isStalled && (!m_timer.isActive() || m_timer.intervalAsDuration() > m_interval))
        m_timer.start(m_interval);
}

template <typename Item>
void MonitorCollector::add(std::vector<Item> *items, const Item &item, size_t most)
{
    pending();
    if (items->size() < most)
        items->push_back(item);
    else
        ++m_batch.dropped;
}

void MonitorCollector::touchBucket(BucketId bucket)
{
    pending();
    if (!m_touched.empty() && m_touched.back() == bucket)
        return;
    m_touched.push_back(bucket);
    if (m_touched.size() < m_mostTouched)
        return;
    sortOnce(&m_touched);
    m_mostTouched = std::max(mostBuckets, 2 * m_touched.size());
}

void MonitorCollector::removeBucket(BucketId bucket)
{
    MonitorUpdate &batch = pending();
    m_names.remove(bucket);
    if (!m_isStalled) // or the next snapshot tells by not naming it
        batch.removed.push_back(bucket);
}

// Those that were touched first come first: a bucket that is touched all the time delays no other.
std::vector<BucketId> MonitorCollector::nextBuckets()
{
    if (m_due.empty()) {
        m_due.swap(m_touched);
        sortOnce(&m_due);
    }
    return takeLast(&m_due, mostBuckets - pageSize);
}

void MonitorCollector::addBucket(const Bucket &bucket)
{
    m_names.insert(bucket.id, bucket.name);
    m_batch.buckets.push_back(bucket);
}

void MonitorCollector::addPage(const std::vector<BucketId> &told)
{
    const auto page = m_limiter->buckets(*m_nextPage, pageSize);
    m_nextPage = page.next;
    m_isLastPage = !page.next;
    std::vector<TicketInfo> waiting;
    for (const Bucket &bucket : page.buckets) {
        if (!std::binary_search(told.begin(), told.end(), bucket.id))
            addBucket(bucket);
        if (bucket.queued == 0)
            continue;
        const auto more = m_limiter->waiting(bucket.id, mostWaiting);
        waiting.insert(waiting.end(), more.begin(), more.end());
    }
    // Before those whose states have changed since.
    if (waiting.size() + m_batch.tickets.size() <= mostTickets)
        m_batch.tickets.insert(m_batch.tickets.begin(), waiting.begin(), waiting.end());
}

// What fits into one update; the rest stays. A ticket's name goes when the reader has it already.
MonitorUpdate MonitorCollector::takeUpdate()
{
    const std::vector<BucketId> touched = nextBuckets();
    for (const BucketId id : touched) {
        if (const auto bucket = m_limiter->bucket(id))
            addBucket(*bucket);
    }
    if (m_nextPage && !m_isHeld)
        addPage(touched);
    MonitorUpdate update = std::exchange(m_batch, {});
    if (!m_due.empty())
        m_batch.since = update.since;
    m_batch.removed = std::move(update.removed);
    update.removed = takeLast(&m_batch.removed, mostRemoved);
    for (TicketInfo &ticket : update.tickets) {
        const auto known = m_names.constFind(ticket.bucket);
        if (known != m_names.cend() && *known == ticket.name)
            ticket.name.clear();
    }
    return update;
}

void MonitorCollector::send()
{
    m_timer.stop();
    if (!m_limiter || m_isStalled)
        return;
    MonitorUpdate update = takeUpdate();
    update.at = clockNow();
    if (update.since == TimePoint())
        update.since = update.at;
    update.snapshotEnds = std::exchange(m_isLastPage, false);
    const bool isFirst = update.snapshotBegins;
    if (const auto global = globalLimit(update.at); global != m_global || isFirst)
        update.global = m_global = global;
    const MonitorInvalidRequests invalid{
        m_limiter->invalidRequests(), m_limiter->options().invalidLimit};
    if (invalid != m_invalid || isFirst)
        update.invalid = m_invalid = invalid;
    if (m_limiter->options().isShared && update.tickets.size() <= mostBesideShared)
        update.shared = newShared(update.at);
    schedule();
    if (update.events > 0 || !update.buckets.empty() || !update.removed.empty()
        || update.snapshotEnds || update.global || update.invalid || update.shared)
        Q_EMIT updated(update);
}

// To ask costs a round trip of the bot, so it is done once a second.
std::optional<SharedState> MonitorCollector::newShared(TimePoint now)
{
    if (!std::exchange(m_isSharedNew, false) && now < m_sharedAt + slowInterval)
        return {};
    m_sharedAt = now;
    std::optional<SharedState> state = m_limiter->sharedState();
    if (state == m_shared)
        return {};
    return m_shared = std::move(state);
}

void MonitorCollector::schedule()
{
    if (m_isStalled || !m_limiter)
        return;
    if (!m_due.empty() || !m_batch.removed.empty() || (m_nextPage && !m_isHeld))
        m_timer.start(0);
    else if (m_batch.events > 0 || m_global.used > 0 || m_global.lockedUntil)
        m_timer.start(m_interval); // slots free by themselves, without a signal
    else if (m_invalid.count > 0 || m_limiter->options().isShared)
        m_timer.start(std::max(m_interval, slowInterval));
}

MonitorGlobalLimit MonitorCollector::globalLimit(TimePoint now) const
{
    const InMemoryRatelimiter::GlobalUse use = m_limiter->globalUse();
    MonitorGlobalLimit limit{use.limit, use.used, {}, {}};
    if (use.nextFree)
        limit.nextFreeAt = now + *use.nextFree;
    if (use.locked)
        limit.lockedUntil = now + *use.locked;
    return limit;
}

} // namespace Turnstile
