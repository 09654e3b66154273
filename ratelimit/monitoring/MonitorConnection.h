// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorCollector.h"
#include "ratelimit/monitoring/MonitorFrames.h"
#include "ratelimit/monitoring/MonitorProtocol.h"

#include <QtCore/QIODevice>
#include <QtCore/QObject>
#include <QtCore/QTimer>

namespace Turnstile {

/// What the connections of one publisher have in common.
struct MonitorSession {
    QPointer<InMemoryRatelimiter> limiter;
    MonitorHello hello; ///< but for its time
    TimePoint epoch;
    qint64 mostUnsent = 8 * 1024 * 1024; ///< bytes that wait to be sent to one monitor
    milliseconds handshakeTimeout{5000};
};

/// One attached monitor, in the bot: says what it wants to know, and does what it asks.
///
/// What it sends may be anything, and it may read as slowly as it likes, or not at all. Then
/// at most MonitorSession::mostUnsent bytes (and one update) wait for it, further states of tickets
/// are dropped and counted, and when it has read everything it gets a new snapshot.
class MonitorConnection : public QObject {
    Q_OBJECT
public:
    /// Takes \a socket, a QLocalSocket or a QTcpSocket. Without a \a token none is needed.
    MonitorConnection(
        MonitorSession *session, QIODevice *socket, const QString &token, QObject *parent);
    ~MonitorConnection() override;

    /// Whether it has said who it is, and is told everything.
    bool isAttached() const { return m_collector != nullptr; }
    /// Bytes that wait to be sent.
    qint64 unsent() const { return m_socket->bytesToWrite(); }

    void sendHello();
    /// Says why, and closes the connection as soon as that is sent.
    void leave(const QString &reason, bool isFinal = false);

Q_SIGNALS:
    void attached();
    /// Nothing comes after it.
    void ended();

private:
    void read();
    void handle(QByteArrayView payload);
    void subscribe(const MonitorSubscribe &wish);
    void sendUpdate(const MonitorUpdate &update);
    void control(const MonitorRequest &request);
    void answer(quint64 number, const QString &problem);
    void beat();
    void wasWritten();
    void send(const QByteArray &payload);
    void end();

    MonitorSession *m_session;
    QIODevice *m_socket;
    QString m_token;
    MonitorFrames m_frames;
    QTimer m_timer; // until it has said who it is, then each second, then until it is closed
    MonitorCollector *m_collector = nullptr;
    bool m_isStalled = false;
    bool m_isLeaving = false;
    bool m_hasEnded = false;
};

} // namespace Turnstile
