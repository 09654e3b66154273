// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Event.h"
#include "ratelimit/core/Response.h"

#include <QtCore/QByteArray>
#include <QtCore/QHash>
#include <QtCore/QSet>

#include <deque>
#include <optional>

namespace Turnstile {

class RedisRequest;

/// The right to have one request on its way, as Redis knows it.
struct RedisLease {
    QByteArray bucket;
    qint64 number = 0;
    TimePoint askedAt;  ///< Redis gave it then or later
    bool isOwn = false; ///< Redis did not: it was away, see LocalLender
};

/// What became of a lease.
struct RedisDone {
    RedisLease lease;
    QByteArray route;
    QByteArray name;       ///< of the bucket that the answer names
    QByteArray lane;       ///< where it is held, or was lately: see Scheduler::holdName()
    bool isSplit = false;  ///< the route counts apart
    bool isExempt = false; ///< took no lease: only what it met counts
    TimePoint grantedAt;   ///< when a ticket took it
    TimePoint sentAt;      ///< when its request was sent
    TimePoint answeredAt;  ///< when the response said what it says
    Response response;
    std::optional<Event> limit; ///< of a 429
};

/// What Redis is to be told, until it has heard it: what was said in a call whose fate is not known
/// is said again, and what Redis has given up by itself is forgotten: a lease that nobody used as
/// soon as its life is over, and what became of one when an answer would teach nothing any more,
/// after two of its lives. So there is never more of it than leases were lent in that time.
class RedisWords {
public:
    explicit RedisWords(milliseconds leaseLife)
        : m_life(leaseLife)
    {
    }

    void done(RedisDone done);
    /// Nobody uses \a lease.
    void back(RedisLease lease);
    /// It waits at \a list no longer; `*`: at the token's limits.
    void drop(const QByteArray &list);
    /// It does wait there.
    void keep(const QByteArray &list) { m_drop.remove(list); }

    /// \a lane is held until \a until. Redis wants to hear what becomes of the next that go there.
    void hold(const QByteArray &lane, TimePoint until, TimePoint now);
    bool knowsHolds() const { return !m_holds.isEmpty(); }
    bool isHold(const QByteArray &lane) const { return m_holds.contains(lane); }

    bool isEmpty() const { return m_done.empty() && m_back.empty() && m_drop.isEmpty(); }
    /// Whether another process may go as soon as Redis hears this. It cannot where an answer tells
    /// that a window ends in a second or later: what has gone is used up until then.
    bool isPressing() const { return m_isPressing && !isEmpty(); }
    void forget(TimePoint now);
    /// Adds as much to \a request as it takes, as it is \a now.
    void say(RedisRequest &request, TimePoint now);
    /// Redis has heard what was said last.
    void heard();
    /// Nobody knows whether it has.
    void sayAgain();
    /// It does not understand what became of leases as it was said last: that is not said again.
    void notUnderstood();

private:
    const milliseconds m_life;
    std::deque<RedisDone> m_done, m_doneNow; // to be told, and told in the call that is out
    std::deque<RedisLease> m_back, m_backNow;
    QSet<QByteArray> m_drop, m_dropNow;
    QHash<QByteArray, TimePoint> m_holds; // and until when they may matter
    bool m_isPressing = false;
};

} // namespace Turnstile
