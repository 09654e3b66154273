// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// What the reply brings.
#include "ratelimit/redis/RedisRequest.h"
#include "ratelimit/redis/RedisWishes.h"
#include "ratelimit/redis/ToldTime.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

static void show(BucketId id, const QJsonObject &learnt, Scheduler &scheduler, TimePoint now)
{
    Scheduler::SharedNumbers numbers;
    if (const QJsonValue limit = learnt[u"limit"]; limit.isDouble())
        numbers.limit = limit.toInt();
    if (const QJsonValue remaining = learnt[u"remaining"]; remaining.isDouble())
        numbers.remaining = remaining.toInt();
    if (const QJsonValue reset = learnt[u"reset"]; reset.isDouble())
        numbers.resetAt = now + toldTime(reset);
    scheduler.setSharedNumbers(id, numbers, now);
}

void RedisWishes::replied(
    const QJsonArray &wants, const QJsonArray &learnt, Scheduler &scheduler, TimePoint now)
{
    const std::vector<BucketId> asked = std::exchange(m_asked, {});
    m_sought.clear();
    QHash<QByteArray, BucketId> byName;
    for (const BucketId id : asked)
        byName.insert(m_wishes.find(id)->bucket, id);
    for (const auto &each : learnt) {
        const QJsonObject bucket = each.toObject();
        if (const BucketId id = byName.value(bucket[u"b"].toString().toUtf8()); !id.isNull())
            show(id, bucket, scheduler, now);
    }
    if (!asked.empty())
        m_gateAt.reset();
    for (size_t i = 0; i < asked.size(); ++i)
        replied(asked[i], wants.at(qsizetype(i)).toObject(), scheduler, now);
    if (asked.empty())
        return;
    if (const auto woken = std::exchange(m_gateWoken, {}); woken && m_gateAt)
        m_gateAt = std::min(*m_gateAt, *woken);
    if (std::exchange(m_isCut, false) && m_gateAt)
        waitAtGateToo();
    checkGate();
}

// Those who watch see the numbers of now, and a reason that goes with them, although the process
// does not ask before its turn.
void RedisWishes::looked(const QJsonArray &buckets, Scheduler &scheduler, TimePoint now)
{
    for (const auto &each : buckets) {
        const QJsonObject bucket = each.toObject();
        const BucketId id = m_waiting.value(bucket[u"b"].toString().toUtf8());
        const auto wish = m_wishes.constFind(id);
        if (wish == m_wishes.cend())
            continue;
        show(id, bucket, scheduler, now);
        if (wish->isAtGate || wish->reason == WaitReason::Probe || !bucket.contains(u"limit"))
            continue;
        const bool isFree = bucket[u"free"].toInt() > 0;
        Wait wait{isFree ? WaitReason::Turn : WaitReason::Bucket};
        if (!isFree && !wish->isPolled)
            wait.until = wish->again;
        else if (const QJsonValue reset = bucket[u"reset"]; !isFree && reset.isDouble())
            wait.until = now + toldTime(reset) + 1ms; // at the earliest
        scheduler.setLeaseWait(id, wait, now);
    }
}

// Those that found no place in the call: the token's limits hold them as they hold the others.
void RedisWishes::waitAtGateToo()
{
    m_isUrgent = false;
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
        if (it->stage != Stage::Due)
            continue;
        setStage(it.key(), *it, Stage::Idle);
        touch(it.key());
    }
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
    learnHolds(id, want[u"holds"].toArray(), scheduler, now);
    const int got = std::clamp(want[u"n"].toInt(), 0, wish.count);
    for (int i = 0; i < got; ++i)
        lent(wish, {wish.bucket, wish.first + i, wish.askedAt});
    if (got > 0)
        endsAt(wish.askedAt + m_life / 2);
    wish.isUnsure = wish.isAtGate = false;
    const QByteArray listedAs = std::exchange(wish.listedAs, {});
    setStage(id, wish, Stage::Idle);
    const bool isOld = now >= wish.askedAt + trustedFor;
    giveBack(wish, got - (isOld ? 0 : scheduler.lend(id, got, now)));
    const bool isForHeld = want.contains(u"holds") && !want.contains(u"why");
    if (got == wish.count || isForHeld)
        return;
    if (want[u"why"].toString() == u"most") { // the connections are for others, which are older
        if (got == 0)
            wish.listedAs = listedAs;
        leaveList(wish);
        return;
    }
    if (learnName(id, wish, want, scheduler, now)) { // and it is asked for anew
        const QByteArray name = want[u"name"].toString().toUtf8();
        wish.listedAs = name.isEmpty() ? wish.bucket : name; // its place has moved with the bucket
        return;
    }
    Wait why{reasonOf(want[u"why"].toString())};
    if (const QJsonValue wait = want[u"wait"]; wait.isDouble())
        why.until = now + toldTime(wait) + 1ms;
    wish.again = why.until.value_or(pollAt(now));
    wish.reason = why.reason;
    const bool isWorstCase = why.reason == WaitReason::Turn || why.reason == WaitReason::Probe
        || want[u"maybe"].toBool();
    wish.isPolled = isWorstCase || !why.until;
    if (isWorstCase || !m_isListening)
        wish.again = std::min(wish.again, pollAt(now));
    if (isWorstCase)
        why.until.reset(); // the other process may end before
    wish.isAtGate = want[u"at"].toString() == u"*";
    if (wish.isAtGate) {
        m_gateAt = wish.again;
        m_gateWait = why;
        changesAt(wish.again);
    } else if (const auto woken = std::exchange(wish.woken, {})) {
        wish.again = std::min(wish.again, *woken);
    }
    wish.listedAs = wish.bucket;
    setStage(id, wish, wish.again <= now && !wish.isAtGate ? Stage::Due : Stage::Waiting);
    scheduler.setLeaseWait(id, why, now);
}

void RedisWishes::learnHolds(
    BucketId id, const QJsonArray &holds, Scheduler &scheduler, TimePoint now)
{
    QHash<QByteArray, TimePoint> held;
    for (const auto &each : holds) {
        const QByteArray lane = each[u"lane"].toString().toLatin1();
        const TimePoint until = now + toldTime(each[u"wait"]) + 1ms;
        held.insert(lane, until);
        m_words.hold(lane, until, now);
    }
    if (!held.isEmpty())
        scheduler.holdLanes(id, held, now);
}

// Whether something else is to be asked for now. That routes count apart is learnt already.
bool RedisWishes::learnName(
    BucketId id, const Wish &wish, const QJsonObject &want, Scheduler &scheduler, TimePoint now)
{
    QByteArray hash = want[u"hash"].toString().toUtf8();
    if (const QByteArray name = want[u"name"].toString().toUtf8(); hash.isEmpty())
        hash = name.first(std::max<qsizetype>(0, name.indexOf('#')));
    if (hash.isEmpty() || scheduler.learnHash(id, hash, now))
        return !hash.isEmpty();
    const auto need = scheduler.leaseNeed(id);
    return !need || RedisRequest::name(need->bucket) != wish.bucket || need->route != wish.route;
}

} // namespace Turnstile
