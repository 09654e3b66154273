// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TicketLog.h"

#include <algorithm>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
milliseconds between(TimePoint from, TimePoint until)
{
    return std::max(0ms, std::chrono::round<milliseconds>(until - from));
}

bool wasGranted(TicketState state)
{
    return state >= TicketState::Available && state <= TicketState::Dropped;
}
} // namespace

milliseconds TicketTry::waited(TimePoint now) const
{
    return between(queuedAt, grantedAt.value_or(endedAt.value_or(now)));
}

std::optional<milliseconds> TicketTry::tookTime(TimePoint now) const
{
    if (!grantedAt)
        return {};
    return between(*grantedAt, endedAt.value_or(now));
}

void TicketLog::apply(const UpdateBatch &batch)
{
    if (batch.reset)
        clear();
    if (batch.dropped > 0 || batch.snapshotBegins) {
        ++m_losses;
        m_lostAt = batch.at;
    }
    for (const Bucket &bucket : batch.buckets)
        m_names.insert(bucket.id, bucket.name);
    for (const TicketInfo &ticket : batch.tickets)
        add(ticket);
    for (const Bucket &bucket : batch.buckets)
        hear(bucket, batch.at);
    for (BucketId removed : batch.removed) {
        Bucket gone;
        gone.id = removed;
        hear(gone, batch.at);
        m_names.remove(removed);
    }
    trim(batch.at);
}

void TicketLog::clear()
{
    m_lanes.clear();
    m_open.clear();
    m_names.clear();
    m_oldest.clear();
    m_size = 0;
    ++m_version;
}

const std::deque<TicketTry> &TicketLog::tries(BucketId bucket) const
{
    static const std::deque<TicketTry> none;
    const auto lane = m_lanes.constFind(bucket);
    return lane == m_lanes.cend() ? none : lane->tries;
}

const std::vector<TimePoint> &TicketLog::resets(BucketId bucket) const
{
    static const std::vector<TimePoint> none;
    const auto lane = m_lanes.constFind(bucket);
    return lane == m_lanes.cend() ? none : lane->resets;
}

std::vector<BucketId> TicketLog::latest(size_t count) const
{
    std::vector<std::pair<quint64, BucketId>> lanes;
    lanes.reserve(size_t(m_lanes.size()));
    for (auto lane = m_lanes.cbegin(); lane != m_lanes.cend(); ++lane) {
        if (!lane->tries.empty())
            lanes.emplace_back(lane->changed, lane.key());
    }
    const auto end = lanes.begin() + qsizetype(std::min(count, lanes.size()));
    std::partial_sort(lanes.begin(), end, lanes.end(), std::greater<>());
    std::vector<BucketId> buckets;
    buckets.reserve(size_t(end - lanes.begin()));
    for (auto lane = lanes.begin(); lane != end; ++lane)
        buckets.push_back(lane->second);
    return buckets;
}

void TicketLog::add(const TicketInfo &ticket)
{
    if (ticket.bucket.isNull()) // refused before it had one
        return;
    TicketTry *known = open(ticket);
    const bool isRetry = ticket.state == TicketState::Queued && ticket.status == 429;
    // Granted once more, and that it was to wait again was not told.
    const bool isNext = known && known->grantedAt && ticket.attempt > known->attempt;
    if (isRetry || isNext) {
        TicketInfo last = ticket;
        last.state = TicketState::Completed;
        last.status = 429;
        end(known ? *known : append(last), last);
        known = nullptr;
    } else if (known && ticket.state == TicketState::Queued) {
        return;
    }
    TicketTry &held = known ? *known : append(ticket);
    if (isFinal(ticket.state)) {
        end(held, ticket);
        return;
    }
    Lane &lane = m_lanes[held.bucket];
    lane.changed = ++m_version;
    held.state = ticket.state;
    held.attempt = ticket.attempt;
    if (!wasGranted(ticket.state))
        return;
    held.grantedAt = ticket.grantedAt;
    if (ticket.state == TicketState::Available && held.queuedAt <= lane.heardAt)
        held.reason = lane.reason;
}

// The try of a ticket that has not ended; it follows its ticket to another bucket.
TicketTry *TicketLog::open(const TicketInfo &ticket)
{
    const auto place = m_open.find(ticket.id);
    if (place == m_open.end())
        return nullptr;
    auto &tries = m_lanes[place->bucket].tries;
    const auto found = std::lower_bound(tries.begin(), tries.end(), place->number,
        [](const TicketTry &held, quint64 number) { return held.number < number; });
    if (place->bucket == ticket.bucket)
        return &*found;
    const TicketTry moved = std::move(*found);
    tries.erase(found);
    --m_size;
    TicketTry &held = append(ticket);
    const quint64 number = held.number;
    held = moved;
    held.number = number;
    held.bucket = ticket.bucket;
    return &held;
}

TicketTry &TicketLog::append(const TicketInfo &ticket)
{
    const bool isNew = !m_lanes.contains(ticket.bucket);
    Lane &lane = m_lanes[ticket.bucket];
    const quint64 number = ++m_number;
    if (isNew) {
        m_oldest.push_back({ticket.bucket, number});
        std::push_heap(m_oldest.begin(), m_oldest.end());
    } else if (lane.tries.size() == mostOfBucket) {
        removeOldest(lane);
    }
    ++m_size;
    m_open.insert(ticket.id, {ticket.bucket, number});
    TicketTry &held = lane.tries.emplace_back();
    held.number = number;
    held.ticket = ticket.id;
    held.bucket = ticket.bucket;
    held.name = ticket.name.isEmpty() ? m_names.value(ticket.bucket) : ticket.name;
    held.attempt = ticket.attempt;
    held.askedAt = ticket.askedAt;
    if (ticket.state == TicketState::Queued)
        held.queuedAt = ticket.at;
    else if (wasGranted(ticket.state) && ticket.attempt > 1)
        held.queuedAt = ticket.grantedAt; // since when it waited again was not told
    else
        held.queuedAt = ticket.askedAt;
    return held;
}

void TicketLog::end(TicketTry &held, const TicketInfo &ticket)
{
    held.state = ticket.state;
    held.status = ticket.status;
    held.error = ticket.error;
    if (ticket.reason != WaitReason::None)
        held.reason = ticket.reason;
    held.endedAt = ticket.at;
    if (wasGranted(ticket.state) && !held.grantedAt) {
        held.grantedAt = ticket.grantedAt;
        held.attempt = ticket.attempt;
    }
    m_open.remove(held.ticket);
    m_lanes[held.bucket].changed = ++m_version;
}

void TicketLog::hear(const Bucket &bucket, TimePoint at)
{
    const auto lane = m_lanes.find(bucket.id);
    if (lane == m_lanes.end())
        return;
    lane->reason = bucket.wait ? bucket.wait->reason : WaitReason::None;
    lane->heardAt = at;
    if (lane->resetAt && *lane->resetAt <= at && lane->resetAt != bucket.resetAt) {
        auto &resets = lane->resets;
        resets.push_back(*lane->resetAt);
        if (resets.size() > lane->tries.size())
            resets.erase(resets.begin(), resets.end() - qsizetype(lane->tries.size()));
    }
    lane->resetAt = bucket.resetAt;
    if (lane->losses != m_losses && (bucket.queued == 0 || bucket.inFlight == 0))
        endLost(*lane, bucket.queued, bucket.inFlight);
}

void TicketLog::endLost(Lane &lane, int queued, int inFlight)
{
    bool mayBeLost = false;
    for (TicketTry &held : lane.tries) {
        if (held.endedAt || held.grantedAt.value_or(held.queuedAt) > m_lostAt)
            continue;
        if ((held.grantedAt ? inFlight : queued) > 0) {
            mayBeLost = true;
            continue;
        }
        held.endedAt = m_lostAt;
        m_open.remove(held.ticket);
        lane.changed = ++m_version;
    }
    if (!mayBeLost)
        lane.losses = m_losses;
}

void TicketLog::removeOldest(Lane &lane)
{
    const TicketTry &oldest = lane.tries.front();
    if (!oldest.endedAt)
        m_open.remove(oldest.ticket);
    lane.tries.pop_front();
    --m_size;
}

void TicketLog::trim(TimePoint now)
{
    while (!m_oldest.empty()) {
        const auto lane = m_lanes.find(m_oldest.front().bucket);
        const bool isEmpty = lane->tries.empty();
        if (!isEmpty && lane->tries.front().number == m_oldest.front().number) {
            const auto &ended = lane->tries.front().endedAt;
            if (m_size <= most && size_t(m_lanes.size()) <= most
                && (!ended || now - *ended <= span))
                return;
            removeOldest(*lane);
            ++m_version;
        }
        std::pop_heap(m_oldest.begin(), m_oldest.end());
        if (lane->tries.empty()) {
            m_lanes.remove(m_oldest.back().bucket);
            m_oldest.pop_back();
        } else {
            m_oldest.back().number = lane->tries.front().number;
            std::push_heap(m_oldest.begin(), m_oldest.end());
        }
    }
}

} // namespace Turnstile::Monitor
