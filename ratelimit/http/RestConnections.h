// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/Ratelimiter.h"

#include <QtCore/QObject>
#include <QtCore/QPointer>

namespace Turnstile {

/// The connections of a client, as a pool of its limiter. A ticket ends when the headers are there;
/// its connection is free when the body is. So the pool shrinks by the bodies that are still
/// coming. That is told once a turn of the event loop: most bodies come together with the headers.
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

    void bodyStarted();
    void bodyEnded();

private:
    void changed();
    void tell();

    QPointer<Ratelimiter> m_limiter;
    PoolId m_pool;
    int m_most;
    int m_told;
    int m_bodies = 0;
    bool m_posted = false;
};

} // namespace Turnstile
