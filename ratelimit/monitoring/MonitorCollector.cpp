// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorCollector.h"

#include "ratelimit/Clock.h"
#include "ratelimit/InMemoryRatelimiter.h"

#include <iterator>
#include <utility>

namespace Turnstile {

// How often what changes without a signal is looked at: invalid requests that leave their period.
static constexpr milliseconds slowInterval{1000};

// Leaves the last \a most items, and moves those before to \a rest; false: there are none.
template <typename Item>
static bool splitOff(std::vector<Item> &items, std::vector<Item> &rest, size_t most)
{
    if (items.size() <= most)
        return false;
    rest.swap(items);
    const auto begin = rest.end() - qsizetype(most);
    items.assign(std::make_move_iterator(begin), std::make_move_iterator(rest.end()));
    rest.erase(begin, rest.end());
    return true;
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
    connect(limiter, &Ratelimiter::bucketChanged, this, [this](const Bucket &bucket) {
        pending();
        addBucket(bucket);
    });
    connect(limiter, &Ratelimiter::bucketRemoved, this, &MonitorCollector::removeBucket);
    connect(limiter, &Ratelimiter::ticketChanged, this, &MonitorCollector::addTicket);
    connect(limiter, &Ratelimiter::rateLimited, this, [this](const RateLimitHit &hit) {
        if (auto &hits = pending().hits; hits.size() < mostHits)
            hits.push_back({clockNow(), hit});
    });
    connect(limiter, &Ratelimiter::anomalySeen, this, [this](const AnomalyInfo &anomaly) {
        if (auto &anomalies = pending().anomalies; anomalies.size() < mostHits)
            anomalies.push_back(anomaly);
    });
    connect(limiter, &Ratelimiter::globalLockChanged, this, [this] { pending(); });
    connect(limiter, &Ratelimiter::invalidRequestsChanged, this, [this] { pending(); });

    m_isStalled = false;
    m_batch.snapshotBegins = true;
    m_nextPage = 0;
    m_isLastPage = false;
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
    m_batch.buckets.clear();
    m_batch.removed.clear();
    m_places.clear();
    m_names.clear();
    m_nextPage.reset();
    if (m_limiter) // a bucket's change costs to be told
        disconnect(m_limiter, &Ratelimiter::bucketChanged, this, nullptr);
}

// The update that gathers; the first event in it decides when it is sent.
MonitorUpdate &MonitorCollector::pending()
{
    if (m_batch.events++ == 0) {
        if (m_batch.since == TimePoint())
            m_batch.since = clockNow();
        if (!m_isStalled && (!m_timer.isActive() || m_timer.intervalAsDuration() > m_interval))
            m_timer.start(m_interval);
    }
    return m_batch;
}

void MonitorCollector::addBucket(const Bucket &bucket)
{
    if (const auto known = m_places.constFind(bucket.id); known != m_places.cend()) {
        m_batch.buckets[*known] = bucket;
    } else {
        m_places.insert(bucket.id, m_batch.buckets.size());
        m_batch.buckets.push_back(bucket);
    }
}

void MonitorCollector::removeBucket(BucketId bucket)
{
    MonitorUpdate &batch = pending();
    m_names.remove(bucket);
    if (m_isStalled) // the next snapshot tells by not naming it
        return;
    batch.removed.push_back(bucket);
    if (const auto known = m_places.constFind(bucket); known != m_places.cend()) {
        const size_t place = *known;
        m_places.erase(known);
        if (place + 1 != batch.buckets.size()) {
            batch.buckets[place] = std::move(batch.buckets.back());
            m_places[batch.buckets[place].id] = place;
        }
        batch.buckets.pop_back();
    }
}

void MonitorCollector::addTicket(const TicketInfo &ticket)
{
    MonitorUpdate &batch = pending();
    if (m_isStalled || batch.tickets.size() >= mostTickets)
        ++batch.dropped;
    else
        batch.tickets.push_back(ticket);
}

void MonitorCollector::addPage()
{
    const auto page = m_limiter->buckets(*m_nextPage, pageSize);
    m_nextPage = page.next;
    m_isLastPage = !page.next;
    std::vector<TicketInfo> waiting;
    for (const Bucket &bucket : page.buckets) {
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
    MonitorUpdate update = std::exchange(m_batch, {});
    if (splitOff(update.buckets, m_batch.buckets, mostBuckets)) {
        m_batch.since = update.since;
        for (const Bucket &bucket : update.buckets)
            m_places.remove(bucket.id);
    } else {
        m_places.clear();
    }
    splitOff(update.removed, m_batch.removed, mostRemoved);
    for (const Bucket &bucket : update.buckets)
        m_names.insert(bucket.id, bucket.name);
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
    if (m_nextPage && !m_isHeld)
        addPage();
    MonitorUpdate update = takeUpdate();
    update.at = clockNow();
    if (update.since == TimePoint())
        update.since = update.at;
    if (m_isLastPage && m_batch.buckets.empty()) {
        m_isLastPage = false;
        update.snapshotEnds = true;
    }
    const bool isFirst = update.snapshotBegins;
    if (const auto global = globalLimit(update.at); global != m_global || isFirst)
        update.global = m_global = global;
    const MonitorInvalidRequests invalid{
        m_limiter->invalidRequests(), m_limiter->options().invalidLimit};
    if (invalid != m_invalid || isFirst)
        update.invalid = m_invalid = invalid;
    schedule();
    if (update.events > 0 || !update.buckets.empty() || !update.removed.empty()
        || update.snapshotEnds || update.global || update.invalid)
        Q_EMIT updated(update);
}

void MonitorCollector::schedule()
{
    if (m_isStalled || !m_limiter)
        return;
    if (!m_batch.buckets.empty() || !m_batch.removed.empty() || (m_nextPage && !m_isHeld))
        m_timer.start(0);
    else if (m_batch.events > 0 || m_global.used > 0 || m_global.lockedUntil)
        m_timer.start(m_interval); // slots free by themselves, without a signal
    else if (m_invalid.count > 0)
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
