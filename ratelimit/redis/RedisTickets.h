// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "ratelimit/redis/RedisWords.h"

#include <QtCore/QHash>

#include <vector>

namespace Turnstile {

class LocalLender;

/// The tickets that took a lease, until Redis can be told what became of it.
///
/// Of those that took none (interactions) Redis hears when they were refused: such answers count
/// for all. Of one that timed out Redis hears at once, as lost; and once more if an answer comes
/// all the same, for what it teaches.
class RedisTickets {
public:
    /// Tells \a words what becomes of leases, which live \a leaseLife.
    RedisTickets(RedisWords &words, milliseconds leaseLife);

    /// The ticket of \a granted took \a lease.
    void take(const Event &granted, RedisLease lease);
    void answered(TicketId ticket, const Response &response, TimePoint now);
    /// An event of a ticket, other than that it took a lease; or that a 429 came for it.
    void happened(const Event &event);
    /// Tells of those that ended; returns the buckets of which they had leases.
    std::vector<QByteArray> tell(const Scheduler &scheduler, TimePoint now);

    /// Whether none has a lease.
    bool isEmpty() const { return m_taken.isEmpty(); }
    /// Calls \a use with the name and the id of the bucket of each lease.
    template <typename Use> void forEachName(Use &&use) const
    {
        for (const Taken &taken : m_taken)
            use(taken.done.lease.bucket, taken.bucket);
    }
    /// All are taken for lost: they may have been sent.
    void giveUp(TimePoint now);

    /// Who lends while Redis is away, and has to know of all leases; null: nobody.
    void setOwn(LocalLender *own) { m_own = own; }

private:
    struct Taken {
        RedisDone done;
        LaneId lane;
        BucketId bucket; // when it was granted
        bool isAnswered = false;
        bool isOver = false; // it timed out before
    };
    Taken *find(TicketId ticket);
    void tellHold(Taken &taken, const Scheduler &scheduler) const;

    RedisWords &m_words;
    LocalLender *m_own = nullptr;
    const milliseconds m_life;
    QHash<TicketId, Taken> m_taken;
    QHash<TicketId, Taken> m_late; // timed out, and still to be learnt from
    std::deque<std::pair<TimePoint, TicketId>> m_lateUntil;
    std::vector<Taken> m_ended;           // since it was told last
    std::vector<TicketId> m_lateAnswers;  // the same
    QHash<TicketId, RedisDone> m_refused; // the same, of those without a lease
    qint64 m_lastRefused = 0;             // in place of a lease, and never the number of one
};

} // namespace Turnstile
