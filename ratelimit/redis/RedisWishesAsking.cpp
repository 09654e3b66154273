// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What is asked in a call.
#include "ratelimit/redis/LocalLender.h"
#include "ratelimit/redis/RedisRequest.h"
#include "ratelimit/redis/RedisWishes.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// In one call; the script does no more than 5000.
static constexpr int mostLeases = 2000;

// Those that have waited longest come first; who waits for the token's limits is named whenever
// anything is asked for.
std::vector<BucketId> RedisWishes::whoAsks() const
{
    std::vector<std::pair<Age, BucketId>> due;
    due.reserve(size_t(m_due));
    for (auto it = m_wishes.cbegin(); it != m_wishes.cend(); ++it) {
        if (it->stage == Stage::Due || (it->stage == Stage::Waiting && it->isAtGate))
            due.emplace_back(it->oldest, it.key());
    }
    const size_t count = std::min(due.size(), size_t(RedisRequest::mostEntries));
    std::partial_sort(due.begin(), due.begin() + std::ptrdiff_t(count), due.end());
    std::vector<BucketId> ids;
    ids.reserve(count);
    for (size_t i = 0; i < count; ++i)
        ids.push_back(due[i].second);
    return ids;
}

RedisWishes::AskedPool &RedisWishes::poolIn(RedisRequest &request,
    std::map<quint32, AskedPool> &pools, const Scheduler::LeaseNeed &need) const
{
    const auto [it, isNew] = pools.try_emplace(need.pool);
    if (isNew) {
        it->second.most = std::max(0, roomIn(need));
        it->second.number = request.addPool(it->second.most);
    }
    return it->second;
}

void RedisWishes::ask(RedisRequest &request, const Scheduler &scheduler, TimePoint now)
{
    m_isUrgent = false;
    if (m_due == 0 && !m_isGateDue)
        return;
    m_isGateDue = false;
    m_patientUntil.reset();
    int left = mostLeases;
    std::map<quint32, AskedPool> pools;
    for (const BucketId id : whoAsks()) {
        Wish &wish = *m_wishes.find(id);
        const auto need = scheduler.leaseNeed(id);
        if (!need || need->leases <= 0) {
            touch(id);
            continue;
        }
        setPool(id, wish, need->pool);
        const milliseconds keep = std::min<milliseconds>(m_life / 2, trustedFor);
        if (RedisRequest::name(need->bucket) != wish.bucket || wish.askedAt + keep <= now)
            giveBackUnsure(wish);
        AskedPool *pool = need->connections ? &poolIn(request, pools, *need) : nullptr;
        if (pool && !wish.isUnsure && pool->named >= namedPerLease * pool->most) {
            waitForConnection(id, wish, *need);
            continue;
        }
        const int usable = pool ? std::min(need->leases, pool->most) : need->leases;
        const int count = wish.isUnsure ? wish.count : std::min(usable, left);
        if (count > left || count == 0)
            break; // there is another call
        left -= count;
        if (pool)
            ++pool->named;
        ask(request, id, count, *need, pool ? pool->number : 0, now);
    }
    for (const auto &[pool, asked] : pools)
        m_sought.insert(pool, asked.most);
    m_isCut = m_isUrgent = m_due > 0 && !m_asked.empty();
}

void RedisWishes::ask(RedisRequest &request, BucketId id, int count,
    const Scheduler::LeaseNeed &need, int pool, TimePoint now)
{
    Wish &wish = *m_wishes.find(id);
    setStage(id, wish, Stage::Asked);
    if (!wish.isUnsure) {
        wish.bucket = RedisRequest::name(need.bucket);
        wish.first = m_lastNumber + 1;
        wish.count = count;
        wish.askedAt = now;
        m_lastNumber += count;
    }
    wish.route = need.route;
    wish.isUnsure = true;
    wish.woken.reset();
    m_words.keep(wish.bucket);
    m_asked.push_back(id);
    std::vector<QByteArray> probes;
    std::copy_if(need.probes.begin(), need.probes.end(), std::back_inserter(probes),
        [this](const QByteArray &lane) { return m_words.isHold(lane); });
    request.addWant(wish.first, count, need, probes, pool);
}

bool RedisWishes::askOwn(Scheduler &scheduler, TimePoint now)
{
    bool hasLent = false;
    for (const BucketId id : m_due > 0 ? whoAsks() : std::vector<BucketId>()) {
        Wish &wish = *m_wishes.find(id);
        const auto need = scheduler.leaseNeed(id);
        touch(id);
        if (!need || need->leases <= 0)
            continue;
        const int wanted = usable(*need);
        if (wanted <= 0) {
            waitForConnection(id, wish, *need);
            continue;
        }
        giveBackUnsure(wish);
        setPool(id, wish, need->pool);
        wish.bucket = RedisRequest::name(need->bucket);
        const auto loan = m_own->lend(scheduler, id, wanted, now);
        for (int i = 0; i < loan.leases; ++i)
            lent(wish, {wish.bucket, ++m_lastNumber, now, true});
        hasLent = scheduler.lend(id, loan.leases, now) > 0 || hasLent;
        setStage(id, wish, Stage::Idle);
        if (loan.leases == wanted)
            continue;
        m_hasLeftGate = std::exchange(wish.isAtGate, false) || m_hasLeftGate;
        wish.again = loan.wait.until.value_or(pollAt(now));
        setStage(id, wish, Stage::Waiting);
        scheduler.setLeaseWait(id, loan.wait, now);
    }
    return hasLent;
}

void RedisWishes::askAgain()
{
    m_sought.clear();
    for (const BucketId id : std::exchange(m_asked, {})) {
        Wish &wish = *m_wishes.find(id);
        wish.listedAs = wish.bucket; // maybe
        setStage(id, wish, Stage::Due);
        touch(id);
        m_isAtGate = true;
    }
}

void RedisWishes::setAllDue()
{
    m_gateAt.reset();
    m_patientUntil.reset();
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
        if (it->stage == Stage::Waiting)
            setStage(it.key(), *it, Stage::Due);
    }
}

void RedisWishes::lost(Scheduler &scheduler, TimePoint now)
{
    setAllDue();
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it)
        scheduler.setLeaseWait(it.key(), Wait{WaitReason::Lease}, now);
}

} // namespace Turnstile
