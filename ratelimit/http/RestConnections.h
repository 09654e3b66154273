// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/Ratelimiter.h"

#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtCore/QTimer>

namespace Turnstile {

/// The connections of a client, as a pool of its limiter. A ticket ends when the headers are there;
/// its connection is free when the body is. So the pool shrinks by the bodies that are still
/// coming. Most come at once after the headers, and are not worth a word.
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
    void tellIn(milliseconds delay);
    void tell();

    QPointer<Ratelimiter> m_limiter;
    PoolId m_pool;
    int m_most;
    int m_told;
    int m_bodies = 0;
    QTimer m_timer;
};

} // namespace Turnstile
