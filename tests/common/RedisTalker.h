// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/redis/RedisTalk.h"
#include "tests/common/Desk.h"
#include "tests/common/RedisScript.h"

#include <functional>
#include <memory>

/// A process with a shared limiter, in the time of a RedisScript: its scheduler, and what it says.
class RedisTalker {
public:
    RedisTalker(RedisScript &script, QByteArray process, const SchedulerOptions &options,
        const RedisOptions &redis = {})
        : desk(options)
        , talk(std::move(process), redis, options)
        , m_script(script)
    {
        connect();
    }

    TimePoint now() const { return TimePoint(milliseconds(m_script.now)); }
    void connect()
    {
        isConnected = true;
        talk.connected(now());
    }
    void disconnect()
    {
        isConnected = false;
        talk.disconnected(desk.scheduler, now());
    }

    TicketId ask(const Endpoint &endpoint, const TicketOptions &options = {})
    {
        const TicketId id = desk.scheduler.acquire(endpoint, options, now());
        settle();
        return id;
    }
    void complete(TicketId ticket, const Response &response)
    {
        talk.answered(ticket, response, now());
        desk.scheduler.complete(ticket, response, now());
        settle();
    }
    void retry(TicketId ticket, const Response &response)
    {
        talk.answered(ticket, response, now());
        desk.scheduler.retry(ticket, response, now());
        settle();
    }
    bool isGranted(TicketId ticket) const { return desk.isGranted(ticket); }

    /// What is due now; \a meanwhile happens before the reply. Returns whether it has called Redis.
    bool step(const std::function<void()> &meanwhile = [] {})
    {
        desk.scheduler.advance(now());
        talk.timePassed(desk.scheduler, now());
        settle();
        const QByteArray text = isConnected ? talk.nextCall(desk.scheduler, now()) : QByteArray();
        if (text.isEmpty())
            return false;
        said = QJsonDocument::fromJson(text).object();
        said.insert(u"now"_qs, m_script.now);
        const QByteArray reply = m_script.call(QJsonDocument(said).toJson(QJsonDocument::Compact));
        meanwhile();
        if (const QString problem = talk.replied(reply, desk.scheduler, now()); !problem.isEmpty())
            qWarning().noquote() << problem;
        settle();
        return true;
    }

    Desk desk;
    RedisTalk talk;
    bool isConnected = false;
    QJsonObject said; ///< in the last call

private:
    void settle()
    {
        do {
            const size_t first = desk.events.size();
            desk.note();
            for (size_t i = first; i < desk.events.size(); ++i)
                talk.happened(desk.events[i]);
        } while (talk.turnEnded(desk.scheduler, now()));
    }

    RedisScript &m_script;
};

/// Several of them.
class RedisTalkers {
public:
    RedisTalkers(RedisServer &server, int count, SchedulerOptions options = {},
        const RedisOptions &redis = {})
        : script(server, "t:{f}")
        , m_wakes(script)
    {
        options.isShared = true;
        for (int i = 0; i < count; ++i) {
            all.push_back(std::make_unique<RedisTalker>(
                script, QByteArray(1, char('a' + i)), options, redis));
        }
    }

    RedisTalker &operator[](int index) { return *all[size_t(index)]; }
    /// Lets time pass, in steps of five milliseconds.
    void run(milliseconds time)
    {
        for (const qint64 end = script.now + time.count(); script.now < end;) {
            script.now += 5;
            bool isHeard = false;
            for (const auto &each : all)
                isHeard = each->step() || isHeard;
            for (const QByteArray &message : isHeard ? m_wakes.take() : QByteArrayList()) {
                for (const auto &each : all) {
                    if (each->isConnected)
                        each->talk.woken(message);
                }
            }
        }
    }

    RedisScript script;
    std::vector<std::unique_ptr<RedisTalker>> all;

private:
    RedisWakes m_wakes;
};
