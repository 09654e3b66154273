// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/redis/RedisTalk.h"
#include "tests/common/Desk.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtTest/QTest>

/// A scheduler that talks to Redis, which is what the test says. Time is virtual.
class Talker {
public:
    explicit Talker(SchedulerOptions options = {}, const RedisOptions &redis = {})
        : desk((options.isShared = true, options))
        , talk("me", redis, options)
    {
        talk.connected(at(0ms));
    }

    TicketId ask(int channel, milliseconds time, const TicketOptions &options = {})
    {
        const Endpoint endpoint(Method::Post, QStringLiteral("/channels/%1/messages").arg(channel));
        const TicketId id = desk.ask(endpoint, time, options);
        hear();
        return id;
    }
    // The call that is made now, if any.
    QJsonObject call(milliseconds time)
    {
        talk.turnBegins(desk.scheduler, at(time));
        talk.timePassed(desk.scheduler, at(time));
        desk.runTo(time);
        do
            hear();
        while (talk.turnEnded(desk.scheduler, at(time)));
        return QJsonDocument::fromJson(talk.nextCall(desk.scheduler, at(time))).object();
    }
    QString refuse(const QByteArray &error, milliseconds time)
    {
        return talk.replied("{\"error\":\"" + error + "\"}", desk.scheduler, at(time));
    }
    int wants(milliseconds time) { return int(call(time)[u"want"].toArray().size()); }
    // The same for each want of the call; and for \a others after them, that there are no
    // connections left.
    void reply(const QByteArray &want, int count, milliseconds time, int others = 0)
    {
        QByteArray wants = (want + ',').repeated(count);
        wants += QByteArray("{'n':0,'why':'most'},").repeated(others);
        wants.chop(1);
        const QByteArray text = "{'now':0,'want':[" + wants + "]}";
        QCOMPARE(
            talk.replied(QByteArray(text).replace('\'', '"'), desk.scheduler, at(time)), QString());
        hear();
    }
    void hear()
    {
        desk.note();
        for (; m_heard < desk.events.size(); ++m_heard)
            talk.happened(desk.events[m_heard]);
    }

    Desk desk;
    RedisTalk talk;

private:
    size_t m_heard = 0;
};
