// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
//
// Until when it waits, and who wakes it.
#include "ratelimit/redis/RedisWishes.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

// Who is to be woken asks all the same, now and then: messages can be lost. More often while none
// can come.
static constexpr milliseconds pollEvery = 2s;
static constexpr milliseconds pollUnheardEvery = 500ms;
// So long the end of a wait may be kept, to be told with something else.
static constexpr milliseconds patience = 500ms;

// All of them together, in one call: so some a little earlier.
TimePoint RedisWishes::pollAt(TimePoint now)
{
    const milliseconds every = m_isListening ? pollEvery : pollUnheardEvery;
    if (m_pollAt < now + every / 2 || m_pollAt > now + every)
        m_pollAt = now + every;
    return m_pollAt;
}

void RedisWishes::setListening(bool listens, TimePoint now)
{
    m_isListening = listens;
    asksBy(listens ? now : pollAt(now));
}

// All that wait.
void RedisWishes::asksBy(TimePoint at)
{
    if (m_gateAt)
        m_gateAt = std::min(*m_gateAt, at);
    for (Wish &wish : m_wishes)
        wish.again = std::min(wish.again, at);
    if (!m_wishes.isEmpty())
        changesAt(at);
}

// The process in such a message, with what follows it.
static QByteArray meantIn(const QByteArray &message, qsizetype processes, const QByteArray &process)
{
    const QByteArrayList all = message.mid(processes).split(' ');
    const auto found = std::find_if(all.begin(), all.end(), [&process](const QByteArray &each) {
        return each.startsWith(process)
            && (each.size() == process.size() || each[process.size()] == '+');
    });
    return found == all.end() ? QByteArray() : *found;
}

bool RedisWishes::isMeant(const QByteArray &message) const
{
    const qsizetype end = message.indexOf('\n');
    return end < 0 || !meantIn(message, end + 1, m_process).isEmpty();
}

void RedisWishes::wake(const QByteArray &message)
{
    const qsizetype end = message.indexOf('\n');
    if (end < 0) {
        m_wakes.emplace_back(message, 0ms);
    } else if (const QByteArray me = meantIn(message, end + 1, m_process); !me.isEmpty()) {
        const milliseconds in(me.mid(m_process.size() + 1).toInt());
        m_wakes.emplace_back(message.first(end), in);
    }
}

void RedisWishes::answered(const QByteArray &bucket)
{
    const auto id = m_waiting.constFind(bucket);
    if (id != m_waiting.cend() && m_wishes.find(*id)->reason == WaitReason::Probe)
        m_wakes.emplace_back(bucket, 0ms);
}

// A moment that is told is better than the next poll, even if it is later.
void RedisWishes::wakeAt(BucketId id, TimePoint at, Scheduler &scheduler, TimePoint now)
{
    Wish &wish = *m_wishes.find(id);
    if (wish.isAtGate || (at >= wish.again && !wish.isPolled))
        return;
    wish.again = at;
    changesAt(at);
    if (at <= now)
        return;
    wish.isPolled = false;
    wish.reason = WaitReason::Bucket; // for tokens that come then
    scheduler.setLeaseWait(id, Wait{wish.reason, at}, now);
}

void RedisWishes::wakeAt(
    const QByteArray &bucket, TimePoint at, Scheduler &scheduler, TimePoint now)
{
    if (bucket == "*") {
        auto &asksAt = m_asked.empty() ? m_gateAt : m_gateWoken;
        asksAt = std::min(asksAt.value_or(at), at);
        changesAt(at);
    } else if (const auto it = m_waiting.constFind(bucket); it != m_waiting.cend()) {
        wakeAt(*it, at, scheduler, now);
    }
    for (const BucketId id : m_asked) {
        if (Wish &wish = *m_wishes.find(id); wish.bucket == bucket)
            wish.woken = std::min(wish.woken.value_or(at), at);
    }
    lookAtTime(now);
}

// Whose wait is over asks. While the token's limits hold the process, only along with something
// else that it has to say, or somewhat later.
void RedisWishes::lookAtTime(TimePoint now)
{
    if (!m_nextChange || now < *m_nextChange)
        return;
    m_nextChange.reset();
    if (m_gateAt && *m_gateAt <= now)
        m_isGateDue = m_isGateDue || (m_isAtGate && m_asked.empty());
    else if (m_gateAt)
        changesAt(*m_gateAt);
    const bool isHeld = m_isAtGate && m_gateAt && now < *m_gateAt;
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
        if (it->stage != Stage::Waiting || it->isAtGate)
            continue;
        if (it->again > now) {
            changesAt(it->again);
            continue;
        }
        setStage(it.key(), *it, Stage::Due);
        if (isHeld && !m_patientUntil)
            m_patientUntil = std::min<TimePoint>(now + patience, *m_gateAt);
    }
    if (m_patientUntil && (*m_patientUntil <= now || !isHeld))
        m_patientUntil.reset();
    else if (m_patientUntil)
        changesAt(*m_patientUntil);
}

void RedisWishes::timePassed(Scheduler &scheduler, TimePoint now)
{
    lookAtTime(now);
    if (!m_unusedAt || now < *m_unusedAt)
        return;
    m_unusedAt.reset();
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
        while (!it->leases.empty() && it->leases.front().askedAt + m_life / 2 <= now) {
            if (scheduler.lend(it.key(), -1, now) == 0)
                break; // a ticket has taken it, and is not told yet
            giveBack(*it, std::move(it->leases.front()));
            it->leases.pop_front();
            touch(it.key());
        }
        if (!it->leases.empty())
            endsAt(std::max<TimePoint>(now + 1ms, it->leases.front().askedAt + m_life / 2));
    }
}

void RedisWishes::giveBackOld(Scheduler &scheduler, TimePoint now)
{
    for (auto it = m_wishes.begin(); it != m_wishes.end(); ++it) {
        const auto isOld = [](const RedisLease &lease) { return !lease.isOwn; };
        auto lease = std::find_if(it->leases.begin(), it->leases.end(), isOld);
        // Those that a ticket has taken, and is not told yet, are used.
        while (lease != it->leases.end() && scheduler.lend(it.key(), -1, now) != 0) {
            giveBack(*it, std::move(*lease));
            lease = std::find_if(it->leases.erase(lease), it->leases.end(), isOld);
            touch(it.key());
        }
    }
}

} // namespace Turnstile
