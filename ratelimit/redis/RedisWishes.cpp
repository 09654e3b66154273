// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisWishes.h"

#include "ratelimit/redis/LocalLender.h"
#include "ratelimit/redis/RedisRequest.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// Who is to be woken asks all the same, now and then: messages can be lost.
static constexpr milliseconds pollEvery = 2s;
// In one call; the script does no more than 5000.
static constexpr int mostLeases = 2000;

RedisWishes::RedisWishes(RedisWords &words, milliseconds leaseLife)
    : m_words(words)
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
    return lease;
}

void RedisWishes::setStage(BucketId id, Wish &wish, Stage stage)
{
    m_due += int(stage == Stage::Due) - int(wish.stage == Stage::Due);
    if (wish.stage == Stage::Waiting && m_waiting.value(wish.bucket) == id)
        m_waiting.remove(wish.bucket);
    wish.stage = stage;
    if (stage == Stage::Waiting) {
        m_waiting.insert(wish.bucket, id);
        changesAt(wish.again);
    }
}

void RedisWishes::changesAt(TimePoint at)
{
    m_nextChange = std::min(m_nextChange.value_or(at), at);
}

void RedisWishes::giveBack(Wish &wish, int count)
{
    for (; count > 0 && !wish.leases.empty(); --count) {
        giveBack(std::move(wish.leases.back()));
        wish.leases.pop_back();
    }
}

void RedisWishes::giveBack(RedisLease lease)
{
    if (!lease.isOwn)
        m_words.back(std::move(lease));
    else if (m_own)
        m_own->giveBack();
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

bool RedisWishes::update(Scheduler &scheduler, TimePoint now)
{
    bool hasChanged = false;
    for (const BucketId id : std::exchange(m_touched, {}))
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
    if (!need)
        giveBack(*wish, int(wish->leases.size()));
    const int lent = need && need->leases < 0 ? scheduler.lend(id, need->leases, now) : 0;
    giveBack(*wish, -lent);
    if (wish->stage != Stage::Asked) {
        if (!wants || RedisRequest::name(need->bucket) != wish->bucket) {
            giveBackUnsure(*wish);
            leaveList(*wish);
            setStage(id, *wish, Stage::Idle);
        }
        if (wants && wish->stage == Stage::Idle) {
            setStage(id, *wish, Stage::Due);
            m_isUrgent = true;
        }
    }
    if (wants)
        wish->oldestAskedAt = need->oldestAskedAt;
    else if (wish->stage == Stage::Idle && wish->leases.empty())
        m_wishes.erase(wish);
    return lent != 0;
}

// Those that have waited longest come first; who waits for the token's limits is named whenever
// anything is asked for.
std::vector<BucketId> RedisWishes::whoAsks() const
{
    std::vector<std::pair<TimePoint, BucketId>> due;
    due.reserve(size_t(m_due));
    for (auto it = m_wishes.cbegin(); it != m_wishes.cend(); ++it) {
        if (it->stage == Stage::Due || (it->stage == Stage::Waiting && it->isAtGate))
            due.emplace_back(it->oldestAskedAt, it.key());
    }
    const size_t count = std::min(due.size(), size_t(RedisRequest::mostEntries));
    std::partial_sort(due.begin(), due.begin() + std::ptrdiff_t(count), due.end());
    std::vector<BucketId> ids;
    ids.reserve(count);
    for (size_t i = 0; i < count; ++i)
        ids.push_back(due[i].second);
    return ids;
}

void RedisWishes::ask(RedisRequest &request, const Scheduler &scheduler, TimePoint now)
{
    m_isUrgent = false;
    if (!asks())
        return;
    m_isGateDue = false;
    int left = mostLeases;
    for (const BucketId id : whoAsks()) {
        Wish &wish = *m_wishes.find(id);
        const auto need = scheduler.leaseNeed(id);
        if (!need || need->leases <= 0) {
            touch(id);
            continue;
        }
        const QByteArray bucket = RedisRequest::name(need->bucket);
        if (bucket != wish.bucket || wish.askedAt + m_life / 2 <= now)
            giveBackUnsure(wish);
        const int count = wish.isUnsure ? wish.count : std::min(need->leases, left);
        if (count > left || count == 0)
            break; // there is another call
        setStage(id, wish, Stage::Asked);
        if (!wish.isUnsure) {
            wish.bucket = bucket;
            wish.first = m_lastNumber + 1;
            wish.count = count;
            wish.askedAt = now;
            m_lastNumber += count;
        }
        left -= count;
        wish.isUnsure = true;
        wish.isWoken = false;
        m_words.keep(bucket);
        m_asked.push_back(id);
        request.addWant(bucket, wish.first, count, need->route);
    }
    m_isUrgent = m_due > 0 && !m_asked.empty(); // those that found no place
}

void RedisWishes::replied(const QJsonArray &wants, Scheduler &scheduler, TimePoint now)
{
    const std::vector<BucketId> asked = std::exchange(m_asked, {});
    for (size_t i = 0; i < asked.size(); ++i)
        replied(asked[i], wants.at(qsizetype(i)).toObject(), scheduler, now);
    if (!asked.empty())
        checkGate();
}

static WaitReason reasonOf(const QString &why)
{
    static const QHash<QString, WaitReason> reasons{{u"bucket"_qs, WaitReason::Bucket},
        {u"probe"_qs, WaitReason::Probe}, {u"global"_qs, WaitReason::Global},
        {u"cloudflare"_qs, WaitReason::Cloudflare}, {u"invalid"_qs, WaitReason::InvalidRequests},
        {u"turn"_qs, WaitReason::Turn}};
    return reasons.value(why, WaitReason::Lease);
}

void RedisWishes::replied(BucketId id, const QJsonObject &want, Scheduler &scheduler, TimePoint now)
{
    Wish &wish = *m_wishes.find(id);
    touch(id);
    const int got = std::clamp(want[u"n"].toInt(), 0, wish.count);
    for (int i = 0; i < got; ++i)
        wish.leases.push_back({wish.bucket, wish.first + i, wish.askedAt});
    if (got > 0)
        changesAt(wish.askedAt + m_life / 2);
    wish.isUnsure = wish.isAtGate = false;
    wish.listedAs = {};
    setStage(id, wish, Stage::Idle);
    giveBack(wish, got - scheduler.lend(id, got, now));
    if (got == wish.count || learnName(id, want, scheduler, now))
        return; // or it is called otherwise now, and asked for anew
    Wait why{reasonOf(want[u"why"].toString())};
    if (const QJsonValue wait = want[u"wait"]; wait.isDouble())
        why.until = now + milliseconds(std::max<qint64>(0, wait.toInteger()) + 1);
    wish.again = std::min<TimePoint>(why.until.value_or(TimePoint::max()), now + pollEvery);
    wish.isAtGate = want[u"at"].toString() == u"*";
    wish.listedAs = wish.bucket;
    setStage(id, wish, std::exchange(wish.isWoken, false) ? Stage::Due : Stage::Waiting);
    if (why.reason == WaitReason::Turn || why.reason == WaitReason::Probe)
        why.until.reset(); // that of the worst case
    scheduler.setLeaseWait(id, why, now);
}

bool RedisWishes::learnName(
    BucketId id, const QJsonObject &want, Scheduler &scheduler, TimePoint now)
{
    QByteArray hash = want[u"hash"].toString().toUtf8();
    if (const QByteArray name = want[u"name"].toString().toUtf8(); hash.isEmpty())
        hash = name.first(std::max<qsizetype>(0, name.indexOf('#')));
    if (!hash.isEmpty())
        scheduler.learnHash(id, hash, now);
    return !hash.isEmpty();
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
        giveBackUnsure(wish);
        wish.bucket = RedisRequest::name(need->bucket);
        const auto loan = m_own->lend(scheduler, id, need->leases, now);
        for (int i = 0; i < loan.leases; ++i)
            wish.leases.push_back({wish.bucket, ++m_lastNumber, now, true});
        hasLent = scheduler.lend(id, loan.leases, now) > 0 || hasLent;
        setStage(id, wish, Stage::Idle);
        if (loan.leases == need->leases)
            continue;
        wish.again = loan.wait.until.value_or(now + pollEvery);
        setStage(id, wish, Stage::Waiting);
        scheduler.setLeaseWait(id, loan.wait, now);
    }
    return hasLent;
}

void RedisWishes::askAgain()
{
    for (const BucketId id : std::exchange(m_asked, {})) {
        Wish &wish = *m_wishes.find(id);
        wish.listedAs = wish.bucket; // maybe
        setStage(id, wish, Stage::Due);
        touch(id);
        m_isAtGate = true;
    }
}

void RedisWishes::lost(Scheduler &scheduler, TimePoint now)
{
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
        if (it->stage == Stage::Waiting)
            setStage(it.key(), *it, Stage::Due);
        scheduler.setLeaseWait(it.key(), Wait{WaitReason::Lease}, now);
    }
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
}

void RedisWishes::wake(const QByteArray &bucket)
{
    if (bucket == "*") {
        m_isGateDue = m_isAtGate || !m_asked.empty();
        return;
    }
    if (const auto waiting = m_waiting.constFind(bucket); waiting != m_waiting.cend()) {
        const BucketId id = *waiting;
        setStage(id, *m_wishes.find(id), Stage::Due);
    }
    for (const BucketId id : m_asked) {
        if (Wish &wish = *m_wishes.find(id); wish.bucket == bucket)
            wish.isWoken = true;
    }
}

void RedisWishes::timePassed(Scheduler &scheduler, TimePoint now)
{
    if (!m_nextChange || now < *m_nextChange)
        return;
    m_nextChange.reset();
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
        if (it->stage == Stage::Waiting && it->again <= now)
            setStage(it.key(), *it, Stage::Due);
        else if (it->stage == Stage::Waiting)
            changesAt(it->again);
        while (!it->leases.empty() && it->leases.front().askedAt + m_life / 2 <= now) {
            if (scheduler.lend(it.key(), -1, now) == 0)
                break; // a ticket has taken it, and is not told yet
            giveBack(std::move(it->leases.front()));
            it->leases.pop_front();
            touch(it.key());
        }
        if (!it->leases.empty())
            changesAt(std::max(now + 1ms, it->leases.front().askedAt + m_life / 2));
    }
}

} // namespace Turnstile
