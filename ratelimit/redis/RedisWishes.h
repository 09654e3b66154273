// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "ratelimit/redis/RedisWords.h"

#include <QtCore/QHash>
#include <QtCore/QJsonArray>
#include <QtCore/QSet>

#include <map>
#include <set>
#include <vector>

namespace Turnstile {

class LocalLender;
class RedisRequest;

/// What each bucket of a scheduler wants of Redis, and the leases that it got and no ticket has
/// taken yet.
///
/// What was asked in a call whose fate is not known is asked again as it was: Redis gives the same
/// leases then. They are given back if nobody wants them any more.
class RedisWishes {
public:
    /// After 10 s without a call Redis takes a process for dead, and lends what it had to others:
    /// so long after the last one a process trusts in what it has.
    static constexpr milliseconds trustedFor{9000};

    /// Of \a process; tells \a words what is given back.
    RedisWishes(const QByteArray &process, RedisWords &words, milliseconds leaseLife);

    /// A ticket of \a bucket was granted: the lease that it takes. Nothing for one that needs none.
    std::optional<RedisLease> take(BucketId bucket);
    /// \a bucket has to be looked at.
    void touch(BucketId bucket) { m_touched.insert(bucket); }
    /// Looks at those; returns whether that changed something in \a scheduler.
    bool update(Scheduler &scheduler, TimePoint now);

    /// A message: there may be more in a bucket now; `*`: in the token's limits. Where processes
    /// are named, only they are meant, maybe a little later: see the README of the script.
    void wake(const QByteArray &message);
    /// An answer of \a bucket will be told: who waits for that asks along with it.
    void answered(const QByteArray &bucket);
    /// Whether this process is meant.
    bool isMeant(const QByteArray &message) const;
    /// Messages are heard, or not any more: those of meanwhile are missed.
    void setListening(bool listens, TimePoint now);
    /// Time has passed: who waits long enough asks again, and who keeps leases too long loses them.
    void timePassed(Scheduler &scheduler, TimePoint now);
    /// Redis has heard nothing for too long: what it has lent is not used any more.
    void giveBackOld(Scheduler &scheduler, TimePoint now);
    /// When to call that next; nothing: not at all.
    std::optional<TimePoint> nextChange() const;

    bool isEmpty() const { return m_wishes.isEmpty(); }
    /// Calls \a use with the name, as it was asked for last, and the id of each bucket that wants
    /// something, or has leases.
    template <typename Use> void forEachName(Use &&use) const
    {
        for (auto it = m_wishes.cbegin(); it != m_wishes.cend(); ++it)
            use(it->bucket, it.key());
    }
    /// Whether there is something to ask for; and whether for the first time.
    bool asks() const { return m_isGateDue || (m_due > 0 && (m_isUrgent || !m_patientUntil)); }
    bool isUrgent() const { return m_isUrgent; }

    /// Adds what there is to ask for to \a request.
    void ask(RedisRequest &request, const Scheduler &scheduler, TimePoint now);
    /// The reply to that, and what Redis knows of buckets.
    void replied(
        const QJsonArray &wants, const QJsonArray &learnt, Scheduler &scheduler, TimePoint now);
    /// What Redis knows now of buckets for which somebody waits.
    void looked(const QJsonArray &buckets, Scheduler &scheduler, TimePoint now);
    /// Who lends while Redis cannot be asked; null: nobody.
    void setOwn(LocalLender *own) { m_own = own; }
    /// Asks that one. Returns whether it has lent something.
    bool askOwn(Scheduler &scheduler, TimePoint now);
    /// There will be none.
    void askAgain();
    /// Redis can be asked again, or can no more: who waits asks anew.
    void back() { setAllDue(); }
    /// The connection is lost: nobody wakes us.
    void lost(Scheduler &scheduler, TimePoint now);
    /// Gives back everything, with what a call that is out may bring.
    void giveUp();

private:
    // Buckets may have no token now: more are named than there are connections for, so that one
    // call finds those that have.
    static constexpr int namedPerLease = 3;

    using Age = std::pair<TimePoint, TicketId>;
    enum class Stage { Idle, Due, Asked, Waiting };
    struct Wish {
        Stage stage = Stage::Idle;
        QByteArray bucket;              // as it was asked for last
        QByteArray route;               // the same
        qint64 first = 0;               // number of the leases that were asked for
        int count = 0;                  // how many were
        TimePoint askedAt;              // when they were, first
        bool isUnsure = false;          // whether Redis has given them
        std::optional<TimePoint> woken; // while it was asked
        bool isAtGate = false;          // waits for the token's limits
        WaitReason reason = WaitReason::Lease;
        bool isPolled = false;            // knows no moment when its turn comes
        QByteArray listedAs;              // in what Redis' list of those who wait for a bucket
        TimePoint again;                  // where it waits
        Age oldest;                       // of the tickets
        quint32 pool = 0;                 // of the ticket whose turn it is
        std::optional<Age> unconnectedAs; // its place among those that wait for that
        std::deque<RedisLease> leases;
    };
    struct AskedPool {
        int number = 0; // in the request
        int most = 0;   // leases that it can use
        int named = 0;  // buckets that were
    };
    using Waiters = std::set<std::pair<Age, BucketId>>; // the oldest first

    bool update(BucketId id, Scheduler &scheduler, TimePoint now);
    bool wish(BucketId id, Wish &wish, const QByteArray &bucket, Scheduler &of, TimePoint now);
    void wakeAt(const QByteArray &bucket, TimePoint at, Scheduler &scheduler, TimePoint now);
    void wakeAt(BucketId id, TimePoint at, Scheduler &scheduler, TimePoint now);
    void lookAtTime(TimePoint now);
    void setStage(BucketId id, Wish &wish, Stage stage);
    void giveBack(Wish &wish, int count);
    void giveBack(const Wish &wish, RedisLease lease);
    void lent(Wish &wish, RedisLease lease);
    void giveBackUnsure(Wish &wish);
    void leaveList(Wish &wish);
    void changesAt(TimePoint at);
    void asksBy(TimePoint at);
    TimePoint pollAt(TimePoint now);
    void endsAt(TimePoint at);
    std::vector<BucketId> whoAsks() const;
    void replied(BucketId id, const QJsonObject &want, Scheduler &scheduler, TimePoint now);
    void checkGate();
    int usable(const Scheduler::LeaseNeed &need) const;
    int roomIn(const Scheduler::LeaseNeed &need) const;
    void waitForConnection(BucketId id, Wish &wish, const Scheduler::LeaseNeed &need);
    void stopWaitingForConnection(BucketId id, Wish &wish);
    AskedPool &poolIn(RedisRequest &request, std::map<quint32, AskedPool> &pools,
        const Scheduler::LeaseNeed &need) const;
    void ask(RedisRequest &request, BucketId id, int count, const Scheduler::LeaseNeed &need,
        int pool, TimePoint now);
    void setPool(BucketId id, Wish &wish, quint32 pool);
    void touchThoseWithConnections(const Scheduler &scheduler);
    void setAllDue();
    void waitAtGateToo();
    void learnHolds(BucketId id, const QJsonArray &holds, Scheduler &scheduler, TimePoint now);
    static bool learnName(BucketId id, const Wish &wish, const QJsonObject &want,
        Scheduler &scheduler, TimePoint now);

    RedisWords &m_words;
    LocalLender *m_own = nullptr;
    const QByteArray m_process;
    const milliseconds m_life;
    qint64 m_lastNumber = 0;
    QHash<BucketId, Wish> m_wishes;
    QHash<QByteArray, BucketId> m_waiting; // by name
    QSet<BucketId> m_touched;
    std::vector<BucketId> m_asked;
    std::map<quint32, Waiters> m_unconnected; // by pool: they ask when it has connections
    QHash<quint32, int> m_unused;             // leases that no ticket has taken, by pool
    QHash<quint32, int> m_sought;             // how many more may come of the call that is out
    int m_due = 0;
    bool m_isUrgent = false;
    bool m_isListening = true;
    bool m_isGateDue = false;
    bool m_isAtGate = false; // Redis may have us in the list of the token's limits
    bool m_hasLeftGate = false;
    bool m_isCut = false; // the call that is out had no place for all
    Wait m_gateWait{WaitReason::Lease};
    std::optional<TimePoint> m_gateAt, m_gateWoken; // when it asks there again
    std::vector<std::pair<QByteArray, milliseconds>> m_wakes;
    TimePoint m_pollAt; // when those that know no moment ask
    std::optional<TimePoint> m_patientUntil;
    std::optional<TimePoint> m_nextChange; // of waits
    std::optional<TimePoint> m_unusedAt;   // a lease may go unused for too long
};

} // namespace Turnstile
