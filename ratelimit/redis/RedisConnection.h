// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/redis/RedisOptions.h"
#include "ratelimit/redis/RedisProtocol.h"

#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <deque>
#include <functional>

namespace Turnstile {

class RedisSocket;

/// A connection to Redis that logs in and comes back by itself, in the thread of its owner. Never
/// blocks. It may be destroyed at any time, by a slot or a callback too.
class RedisConnection : public QObject {
    Q_OBJECT
public:
    /// Gets the reply, or the error; once, never from inside call(), and never once the connection
    /// is destroyed.
    using Callback = std::function<void(const RedisReply &)>;

    /// Does nothing before open(). With a \a channel it is a subscription: it has messages
    /// instead of calls, and asks Redis every RedisOptions::commandTimeout whether it lives.
    explicit RedisConnection(
        RedisOptions options, QObject *parent = nullptr, QByteArray channel = {});
    /// What was called for is still sent, as far as the system takes it at once.
    ~RedisConnection() override;
    /// Then waits for the replies, too, at most 100 ms: for last words where no event loop runs any
    /// more, since Redis may not read on where a reply finds nobody.
    void setWaitsAtEnd() { m_waitsAtEnd = true; }
    /// Its owner is gone: it is deleted by an event loop, or when that has ended.
    void setAlone() { m_isAlone = true; }

    /// Connects as soon as the event loop runs, and again whenever the connection ends: after
    /// 50 ms, then twice as long each time up to 2 s; a part of it is left to chance.
    void open();

    bool isConnected() const { return m_state == State::Ready; }

    /// Sends \a command. Fails when there is no connection, or if there is no reply within
    /// RedisOptions::commandTimeout; then the connection is made anew, since its state is unknown,
    /// and all other calls fail too. Whether Redis did what it was asked to is not known then.
    void call(const QByteArrayList &command, Callback callback);

    /// Runs the script with \a key and \a request; sends the script if Redis does not have it. If
    /// another node of a cluster has the key, the connection ends and is made to that one; if this
    /// one has become a replica, it is made anew, as the name may lead elsewhere now.
    void runScript(const QByteArray &key, const QByteArray &request, Callback callback);

Q_SIGNALS:
    /// It is logged in and, with a channel, subscribed.
    void connected();
    /// It, or an attempt at it, has ended; all calls have failed. \a reason is one sentence, fit
    /// to be shown.
    void disconnected(const QString &reason);
    /// Something was published on the channel.
    void message(const QByteArray &channel, const QByteArray &payload);

private:
    enum class State { Closed, Connecting, LoggingIn, Ready, Waiting };
    struct Call {
        Callback callback;
        TimePoint deadline;
    };

    void connectNow();
    void logIn();
    void send(const QByteArrayList &command, Callback callback);
    void read(const QByteArray &bytes);
    void handle(const RedisReply &reply);
    void timeOut();
    void retire();
    void goElsewhere(const QString &error);
    RedisOptions address() const;
    void fail(const QString &reason);
    QString sentence(const QString &what) const;

    const RedisOptions m_options;
    const QByteArray m_channel;
    QString m_node; // `host:port` of the one to use instead, in a cluster
    State m_state = State::Closed;
    RedisSocket *m_socket = nullptr;
    RedisProtocol m_protocol;
    std::deque<Call> m_calls; // in the order of their replies
    QTimer m_timer;        // for the login, the oldest call or the next ping, or the next attempt
    bool m_isLate = false; // the oldest reply
    bool m_waitsAtEnd = false;
    bool m_isAlone = false;
    milliseconds m_backoff{};
};

} // namespace Turnstile
