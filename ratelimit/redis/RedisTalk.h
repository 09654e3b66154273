// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Scheduler.h"
#include "ratelimit/redis/LocalLender.h"
#include "ratelimit/redis/RedisLook.h"
#include "ratelimit/redis/RedisOptions.h"
#include "ratelimit/redis/RedisTickets.h"
#include "ratelimit/redis/RedisWishes.h"

#include <optional>

namespace Turnstile {

/// What a process says to Redis for its scheduler, and what becomes of what it hears: all of a
/// RedisBroker but the connection. It reads no clock, and needs no event loop.
///
/// All that there is to say at a time goes in one call, and there is one call at a time: what comes
/// up meanwhile goes with the next. Calls whose fate is not known are said again: Redis gives a
/// lease once only, and takes it back once only.
class RedisTalk {
public:
    /// What nobody waits for goes with the next call, or so much later; so does the question of
    /// those who have asked before.
    static constexpr milliseconds usualPause{30};
    /// So much later goes what nobody can make use of yet.
    static constexpr milliseconds calmPause{100};

    /// \a process: what it is called in Redis: letters, digits, `_` and `-`.
    RedisTalk(QByteArray process, const RedisOptions &options, const SchedulerOptions &scheduling,
        milliseconds pause = usualPause);

    /// What the process says of itself, to be seen by those who watch; see RedisLook::info().
    void setInfo(const QByteArray &info) { m_info = info; }
    /// Somebody wants to see who holds what, for the next few seconds.
    void watch(TimePoint now) { m_look.watch(now); }
    /// Who holds what, as Redis said last.
    const SharedState &sharedState() const { return m_look.state(); }

    /// As LeaseBroker.
    void answered(TicketId ticket, const Response &response, TimePoint now);
    void happened(const Event &event);
    void turnBegins(Scheduler &scheduler, TimePoint now);
    bool turnEnded(Scheduler &scheduler, TimePoint now);

    /// What to call Redis with, and that it is called; empty: there is no call now.
    QByteArray nextCall(const Scheduler &scheduler, TimePoint now);
    /// The reply to it. Returns what is wrong with that; the call is made again then, a little
    /// later.
    QString replied(const QByteArray &reply, Scheduler &scheduler, TimePoint now);
    /// Redis would not do it. It is asked again, a little later.
    void refused(Scheduler &scheduler, TimePoint now);
    /// There will be no reply: nobody knows whether it was heard.
    void unheard(Scheduler &scheduler, TimePoint now);
    /// A message on the channel `KEY:wake`.
    void woken(const QByteArray &message);
    /// Whether it says something to this process: most are for others.
    bool isMeant(const QByteArray &message) const { return m_wishes.isMeant(message); }

    /// Such messages are heard, or not any more; at first they are.
    void setListening(bool listens, TimePoint now) { m_wishes.setListening(listens, now); }

    /// Redis can be called, or not any more.
    void connected(TimePoint now);
    void disconnected(Scheduler &scheduler, TimePoint now);
    /// Time has passed.
    void timePassed(Scheduler &scheduler, TimePoint now) { m_wishes.timePassed(scheduler, now); }
    /// When to say so, or to ask for the next call; nothing: when there was a reply.
    std::optional<TimePoint> nextDeadline() const;

    /// It ends: what is left to say, in several calls. What was lent and not used is free at once;
    /// what is on its way may have been sent.
    QByteArrayList lastWords(TimePoint now);

    /// How many processes share the token, as Redis said last; 0: not known.
    int processes() const { return m_processes; }
    /// Calls that Redis has answered, and tickets that were granted on leases.
    quint64 calls() const { return m_calls; }
    quint64 granted() const { return m_granted; }

private:
    RedisRequest newRequest();
    // Now and then, whether or not there is something to say.
    bool isHeardOf() const
    {
        return !m_wishes.isEmpty() || !m_tickets.isEmpty() || m_isNearBan || m_own;
    }
    RedisLook::Names namesInUse() const;
    void look(RedisRequest &request, TimePoint now);
    void introduce(RedisRequest &request, TimePoint now);
    TimePoint notBefore(milliseconds sinceLastCall) const;
    void learn(const QJsonObject &said, Scheduler &scheduler, TimePoint now);

    const RedisOptions m_options;
    const SchedulerOptions m_scheduling;
    const QByteArray m_process;
    const milliseconds m_pause;
    const milliseconds m_calmPause;
    int m_processes = 0;
    qint64 m_lastCall = 0;
    quint64 m_calls = 0;
    quint64 m_granted = 0;
    RedisWords m_words;
    RedisWishes m_wishes;
    RedisTickets m_tickets;
    RedisLook m_look;
    QByteArray m_info;
    TimePoint m_introduceAt;          // the next time
    bool m_isIntroduced = false;      // in the call that is out
    std::optional<LocalLender> m_own; // if it lends while Redis is away
    bool m_isOnItsOwn = false;        // it does
    bool m_isConnected = false;
    bool m_isCalling = false;
    bool m_isTold = false;    // that something holds all
    bool m_isNearBan = false; // by invalid answers: who waits for that asks for nothing else
    TimePoint m_calledAt;
    TimePoint m_heardAt;                // when the last call was made that was replied to
    bool m_isTrusted = false;           // what Redis has lent
    std::optional<TimePoint> m_speakAt; // what nobody waits for: there may be more by then
    TimePoint m_notBefore;              // the next call, after one that was refused
};

} // namespace Turnstile
