// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "ratelimit/redis/RedisOptions.h"
#include "ratelimit/redis/RedisWords.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

namespace Turnstile {

/// What a process says to the script in one call.
class RedisRequest {
public:
    static constexpr qsizetype mostEntries = 300; ///< of each list

    RedisRequest(
        const QByteArray &process, const RedisOptions &options, const SchedulerOptions &scheduling);

    /// What became of leases; times are told as of \a now.
    void addDone(const std::deque<RedisDone> &done, TimePoint now);
    void addBack(const std::deque<RedisLease> &back);
    void addDrop(const QSet<QByteArray> &drop);
    /// As \a need says. \a probes: of its lanes that were held, what holds them, one for each.
    /// \a pool: see addPool(); 0: none.
    void addWant(qint64 first, int count, const Scheduler::LeaseNeed &need,
        const std::vector<QByteArray> &probes, int pool = 0);
    /// Wants of which at most \a most leases are given in all. Returns its number.
    int addPool(int most);
    /// How long after its sending a request counts at the latest.
    void setMargin(milliseconds margin);
    /// The how manieth of the process it is: Redis does not do it after a later one.
    void setNumber(qint64 number) { m_request.insert(u"call", number); }
    /// What the process says of itself, as RedisLook::info().
    void setInfo(const QByteArray &info) { m_request.insert(u"info", QString::fromUtf8(info)); }
    /// Nothing will come after it.
    void setLast() { m_request.insert(u"last", true); }
    /// Asks who holds what, also of \a buckets, the first of them.
    void addLook(const QByteArrayList &buckets);
    /// Whether it says anything.
    bool isEmpty() const { return m_isEmpty; }
    QByteArray toJson() const;

    /// What \a bucket is called in Redis: valid UTF-8; long names are cut, and told apart by their
    /// hash.
    static QByteArray name(const QByteArray &bucket);

private:
    void addList(QLatin1String name, const QJsonArray &entries);

    QJsonObject m_request;
    QJsonArray m_wants;
    QJsonArray m_pools;
    bool m_isEmpty = true;
};

} // namespace Turnstile
