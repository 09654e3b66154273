// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/redis/RedisWords.h"

#include "ratelimit/redis/RedisRequest.h"

#include <algorithm>

namespace Turnstile {

using namespace std::chrono_literals;

template <typename Entry> static void takeSome(std::deque<Entry> &from, std::deque<Entry> &to)
{
    const auto count = std::min(from.size(), size_t(RedisRequest::mostEntries));
    const auto end = from.begin() + std::ptrdiff_t(count);
    to.assign(std::make_move_iterator(from.begin()), std::make_move_iterator(end));
    from.erase(from.begin(), end);
}

template <typename Entry> static void putBack(std::deque<Entry> &said, std::deque<Entry> &to)
{
    to.insert(
        to.begin(), std::make_move_iterator(said.begin()), std::make_move_iterator(said.end()));
    said.clear();
}

// Redis keeps one as long after its end.
static constexpr milliseconds keepHold = std::chrono::minutes(10);

// The first answer of a bucket names it, and others wait for that.
static bool isPressing(const RedisDone &done)
{
    const auto &headers = done.response.headers;
    if (done.response.kind != Response::Kind::Answered || done.limit || !headers)
        return true;
    return headers->bucket.isEmpty() || done.name != done.lease.bucket
        || headers->resetAfter.value_or(0s) < 1s;
}

void RedisWords::done(RedisDone done)
{
    m_isPressing = m_isPressing || Turnstile::isPressing(done);
    m_done.push_back(std::move(done));
}

void RedisWords::back(RedisLease lease)
{
    m_isPressing = true;
    m_back.push_back(std::move(lease));
}

void RedisWords::drop(const QByteArray &list)
{
    m_isPressing = true;
    m_drop.insert(list);
}

void RedisWords::hold(const QByteArray &lane, TimePoint until, TimePoint now)
{
    m_holds.removeIf([now](const auto &hold) { return hold.value() <= now; });
    TimePoint &end = m_holds[lane];
    end = std::max(end, until + keepHold);
}

// They are nearly in the order of their time: some that are older may stay a little longer.
void RedisWords::forget(TimePoint now)
{
    while (!m_done.empty() && m_done.front().grantedAt + 2 * m_life <= now)
        m_done.pop_front();
    while (!m_back.empty() && m_back.front().askedAt + 2 * m_life <= now)
        m_back.pop_front();
}

void RedisWords::say(RedisRequest &request, TimePoint now)
{
    takeSome(m_done, m_doneNow);
    takeSome(m_back, m_backNow);
    while (!m_drop.isEmpty() && m_dropNow.size() < RedisRequest::mostEntries) {
        const QByteArray list = *m_drop.cbegin();
        m_dropNow.insert(list);
        m_drop.remove(list);
    }
    m_isPressing = !isEmpty();
    request.addDone(m_doneNow, now);
    request.addBack(m_backNow);
    request.addDrop(m_dropNow);
}

void RedisWords::heard()
{
    m_doneNow.clear();
    m_backNow.clear();
    m_dropNow.clear();
}

void RedisWords::notUnderstood()
{
    m_doneNow.clear();
    m_backNow.clear();
}

void RedisWords::sayAgain()
{
    m_isPressing = true;
    putBack(m_doneNow, m_done);
    putBack(m_backNow, m_back);
    m_drop.unite(m_dropNow);
    m_dropNow.clear();
}

} // namespace Turnstile
