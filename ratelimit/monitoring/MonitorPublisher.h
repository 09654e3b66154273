// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QObject>
#include <QtNetwork/QHostAddress>
#include <QtNetwork/QSslConfiguration>

#include <memory>
#include <optional>

namespace Turnstile {

class InMemoryRatelimiter;
class MonitorPublisherPrivate;

/// Lets monitors watch a ratelimiter, from this machine or another one.
///
/// ```
/// MonitorPublisher publisher(&limiter);
/// publisher.listen();
/// ```
/// With nobody attached it costs nothing but a socket. Up to 16 monitors may attach at a time; what
/// one of them does never harms the bot: bad input ends its connection, and for one that reads too
/// slowly at most 8 MiB wait to be sent, further news are dropped. Monitors only watch, unless
/// control is allowed. Lives in the thread of the ratelimiter; which of the two goes first does not
/// matter. `docs/monitor-protocol.md` tells what is said.
class TURNSTILE_RATELIMIT_EXPORT MonitorPublisher : public QObject {
    Q_OBJECT
public:
    static constexpr int mostConnections = 16; ///< monitors that may attach at a time

    /// Does not listen yet. \a limiter is not owned, must live in this thread, and may go first.
    explicit MonitorPublisher(InMemoryRatelimiter *limiter, QObject *parent = nullptr);
    /// Says goodbye to who is attached.
    ~MonitorPublisher() override;

    /// How monitors name the bot; `QCoreApplication::applicationName()` if not said. Before
    /// listen().
    void setApplication(const QString &name);

    /// Listens on a socket of this machine that only this user may open, where monitors find it by
    /// themselves, see MonitorDirectory. Returns false with errorString().
    bool listen();
    /// The same on the socket file \a path.
    bool listen(const QString &path);

    /// How listenTcp() listens.
    struct TcpOptions {
        /// This machine only, if not said otherwise.
        QHostAddress address = QHostAddress(QHostAddress::LocalHost);
        quint16 port = 0;   ///< 0: any free one, see tcpPort()
        QString token = {}; ///< what monitors must know; from 1 to 256 characters
        /// With a certificate and its key, connections are encrypted (TLS). Without, whoever is on
        /// the way reads along, the token included.
        std::optional<QSslConfiguration> tls = {};
    };
    /// Listens on TCP, besides or instead. Returns false with errorString(): without a token it
    /// always does.
    bool listenTcp(const TcpOptions &options);

    /// Why listen() or listenTcp() returned false last, in a sentence.
    QString errorString() const;

    /// The path of the local socket; empty when there is none.
    QString path() const;
    /// The port of TCP; 0 when there is none.
    quint16 tcpPort() const;

    /// Whether monitors may pause, resume and drain buckets and cancel waiting tickets; no, if not
    /// said.
    void setControlAllowed(bool allowed);
    /// What was last said.
    bool isControlAllowed() const;

    /// Monitors that are attached.
    int monitorCount() const;
    /// Bytes that wait to be sent to all of them.
    qint64 unsentBytes() const;

    /// How many bytes may wait to be sent to one monitor before news are dropped; 8 MiB if not
    /// said.
    void setMostUnsentBytes(qint64 bytes);
    /// How long a connection may wait with its first message; 5 s if not said.
    void setHandshakeTimeout(milliseconds timeout);

    /// Ends all connections and listens no longer.
    void close();

Q_SIGNALS:
    /// A monitor attached or went; \a count are attached now.
    void monitorCountChanged(int count);

private:
    std::unique_ptr<MonitorPublisherPrivate> d;
};

} // namespace Turnstile
