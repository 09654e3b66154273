// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/Ratelimiter.h"

#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtCore/QTimer>

namespace Turnstile {

/// The connections of a client, as a pool of its limiter. A request may need its connection for
/// longer than its ticket lives, which ends with the headers, or when the limiter waits no longer:
/// by such requests the pool shrinks.
class RestConnections : public QObject {
    Q_OBJECT
public:
    /// As many as a QNetworkAccessManager opens to one host.
    static constexpr int ofManager = 6;

    RestConnections(Ratelimiter *limiter, int most);
    ~RestConnections() override;
    Q_DISABLE_COPY_MOVE(RestConnections)

    Ratelimiter *limiter() const { return m_limiter; }
    PoolId pool() const { return m_pool; }
    int most() const { return m_most; }
    void setMost(int most);

    void requestStarted() { ++m_running; }
    void requestEnded() { --m_running; }
    /// Whether there is no connection for one more, whatever the limiter grants: it may not know
    /// yet that a request has outlived its ticket.
    bool isFull() const { return m_running >= m_most; }

    /// A request goes on without a ticket. To be said before the limiter hears that the ticket
    /// ends, where that is told: else it grants the connection to the next one.
    void ticketEnded();
    /// Such a request is over.
    void connectionFreed();

private:
    void tell();

    QPointer<Ratelimiter> m_limiter;
    PoolId m_pool;
    int m_most;
    int m_told;
    int m_running = 0;
    int m_ticketless = 0;
    QTimer m_timer;
};

} // namespace Turnstile
