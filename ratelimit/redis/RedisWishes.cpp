// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisWishes.h"

#include "ratelimit/redis/LocalLender.h"
#include "ratelimit/redis/RedisRequest.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

RedisWishes::RedisWishes(const QByteArray &process, RedisWords &words, milliseconds leaseLife)
    : m_words(words)
    , m_process(process)
    , m_life(leaseLife)
{
}

std::optional<RedisLease> RedisWishes::take(BucketId bucket)
{
    const auto wish = m_wishes.find(bucket);
    if (wish == m_wishes.end() || wish->leases.empty())
        return {};
    RedisLease lease = std::move(wish->leases.front());
    wish->leases.pop_front();
    --m_unused[wish->pool];
    return lease;
}

void RedisWishes::setStage(BucketId id, Wish &wish, Stage stage)
{
    stopWaitingForConnection(id, wish);
    m_due += int(stage == Stage::Due) - int(wish.stage == Stage::Due);
    if (wish.stage == Stage::Waiting && m_waiting.value(wish.bucket) == id)
        m_waiting.remove(wish.bucket);
    wish.stage = stage;
    if (stage == Stage::Waiting) {
        m_waiting.insert(wish.bucket, id);
        if (!wish.isAtGate)
            changesAt(wish.again);
    }
}

void RedisWishes::endsAt(TimePoint at)
{
    m_unusedAt = std::min(m_unusedAt.value_or(at), at);
}

void RedisWishes::changesAt(TimePoint at)
{
    m_nextChange = std::min(m_nextChange.value_or(at), at);
}

void RedisWishes::giveBack(Wish &wish, int count)
{
    for (; count > 0 && !wish.leases.empty(); --count) {
        giveBack(wish, std::move(wish.leases.back()));
        wish.leases.pop_back();
    }
}

void RedisWishes::giveBack(const Wish &wish, RedisLease lease)
{
    --m_unused[wish.pool];
    if (m_own)
        m_own->giveBack();
    if (!lease.isOwn)
        m_words.back(std::move(lease));
}

void RedisWishes::lent(Wish &wish, RedisLease lease)
{
    ++m_unused[wish.pool];
    if (m_own && !lease.isOwn)
        m_own->taken();
    wish.leases.push_back(std::move(lease));
}

void RedisWishes::giveBackUnsure(Wish &wish)
{
    if (!std::exchange(wish.isUnsure, false))
        return;
    for (int i = 0; i < wish.count; ++i)
        m_words.back({wish.bucket, wish.first + i, wish.askedAt});
}

void RedisWishes::leaveList(Wish &wish)
{
    m_hasLeftGate = std::exchange(wish.isAtGate, false) || m_hasLeftGate;
    if (const QByteArray list = std::exchange(wish.listedAs, {}); !list.isEmpty())
        m_words.drop(list);
}

std::optional<TimePoint> RedisWishes::nextChange() const
{
    if (!m_nextChange || !m_unusedAt)
        return m_nextChange ? m_nextChange : m_unusedAt;
    return std::min(*m_nextChange, *m_unusedAt);
}

bool RedisWishes::update(Scheduler &scheduler, TimePoint now)
{
    for (const auto &[bucket, in] : std::exchange(m_wakes, {}))
        wakeAt(bucket, now + in, scheduler, now);
    bool hasChanged = false;
    touchThoseWithConnections(scheduler);
    const QSet<BucketId> touched = std::exchange(m_touched, {});
    for (const BucketId id : touched)
        hasChanged = update(id, scheduler, now) || hasChanged;
    if (m_isAtGate && m_asked.empty() && (m_wishes.isEmpty() || m_hasLeftGate))
        checkGate();
    return hasChanged;
}

void RedisWishes::checkGate()
{
    m_hasLeftGate = false;
    const bool waits = std::any_of(
        m_wishes.cbegin(), m_wishes.cend(), [](const Wish &wish) { return wish.isAtGate; });
    if (m_isAtGate && !waits)
        m_words.drop("*");
    m_isAtGate = waits;
    m_isGateDue = m_isGateDue && waits;
    if (!waits)
        m_gateAt.reset();
    else if (!m_gateAt) // there was no place for all, and those that had one have it all
        m_isGateDue = true;
}

bool RedisWishes::update(BucketId id, Scheduler &scheduler, TimePoint now)
{
    const auto need = scheduler.leaseNeed(id);
    const bool wants = need && need->leases > 0;
    auto wish = m_wishes.find(id);
    if (wish == m_wishes.end()) {
        if (!wants)
            return false;
        wish = m_wishes.insert(id, {});
    }
    setPool(id, *wish, need ? need->pool : 0);
    if (!need)
        giveBack(*wish, int(wish->leases.size()));
    bool hasChanged = false;
    const int lent = need && need->leases < 0 ? scheduler.lend(id, need->leases, now) : 0;
    giveBack(*wish, -lent);
    if (wish->stage != Stage::Asked) {
        if (!wants || RedisRequest::name(need->bucket) != wish->bucket) {
            giveBackUnsure(*wish);
            leaveList(*wish);
            setStage(id, *wish, Stage::Idle);
        }
        if (wants && wish->stage == Stage::Idle && usable(*need) <= 0)
            waitForConnection(id, *wish, *need);
        else if (wants && wish->stage == Stage::Idle)
            hasChanged = this->wish(id, *wish, need->bucket, scheduler, now);
    }
    if (wants)
        wish->oldest = need->oldest;
    else if (wish->stage == Stage::Idle && wish->leases.empty())
        m_wishes.remove(id);
    return lent != 0 || hasChanged;
}

int RedisWishes::roomIn(const Scheduler::LeaseNeed &need) const
{
    const int room = *need.connections - m_unused.value(need.pool) - m_sought.value(need.pool);
    return 2 * room >= need.ahead ? room : 0;
}

// How many more leases a bucket can use: those that connections wait for nobody else may have.
int RedisWishes::usable(const Scheduler::LeaseNeed &need) const
{
    return need.connections ? std::min(need.leases, roomIn(need)) : need.leases;
}

void RedisWishes::setPool(BucketId id, Wish &wish, quint32 pool)
{
    if (wish.pool == pool)
        return;
    stopWaitingForConnection(id, wish);
    m_unused[wish.pool] -= int(wish.leases.size());
    m_unused[pool] += int(wish.leases.size());
    wish.pool = pool;
}

void RedisWishes::waitForConnection(BucketId id, Wish &wish, const Scheduler::LeaseNeed &need)
{
    leaveList(wish);
    setStage(id, wish, Stage::Idle);
    setPool(id, wish, need.pool);
    wish.unconnectedAs = need.oldest;
    m_unconnected[need.pool].emplace(need.oldest, id);
}

void RedisWishes::stopWaitingForConnection(BucketId id, Wish &wish)
{
    if (const auto at = std::exchange(wish.unconnectedAs, {}))
        m_unconnected[wish.pool].erase({*at, id});
}

void RedisWishes::touchThoseWithConnections(const Scheduler &scheduler)
{
    for (auto pool = m_unconnected.begin(); pool != m_unconnected.end();) {
        Waiters &waiters = pool->second;
        int count = 0;
        for (const auto &[at, id] : waiters) {
            const auto need = scheduler.leaseNeed(id);
            if (need && need->leases > 0 && need->pool == pool->first) {
                if (need->connections && namedPerLease * roomIn(*need) <= count)
                    break;
                ++count;
            }
            touch(id);
        }
        pool = waiters.empty() ? m_unconnected.erase(pool) : std::next(pool);
    }
}

// Who waits for the token's limits waits there with all that it wants.
bool RedisWishes::wish(
    BucketId id, Wish &wish, const QByteArray &bucket, Scheduler &of, TimePoint now)
{
    if (m_isAtGate && !m_asked.empty()) {
        touch(id); // after the reply
        return false;
    }
    wish.isAtGate = m_isAtGate && m_gateAt && now < *m_gateAt;
    if (!wish.isAtGate) {
        setStage(id, wish, Stage::Due);
        m_isUrgent = true;
        return false;
    }
    wish.bucket = RedisRequest::name(bucket);
    setStage(id, wish, Stage::Waiting);
    of.setLeaseWait(id, m_gateWait, now);
    return true;
}

void RedisWishes::giveUp()
{
    for (Wish &wish : m_wishes) {
        giveBack(wish, int(wish.leases.size()));
        giveBackUnsure(wish);
        m_isAtGate = m_isAtGate || wish.stage == Stage::Asked;
        if (wish.stage == Stage::Asked)
            wish.listedAs = wish.bucket;
        leaveList(wish);
    }
    if (m_isAtGate)
        m_words.drop("*");
    m_wishes.clear();
    m_unconnected.clear();
    m_unused.clear();
    m_sought.clear();
}

} // namespace Turnstile
