// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/MonitorSource.h"
#include "ratelimit/monitoring/MonitorCollector.h"

namespace Turnstile::Monitor {

/// Watches a ratelimiter of this process through its signals. It only reads.
class LimiterSource : public MonitorSource {
    Q_OBJECT
public:
    /// \a limiter must live in this thread. It may go first.
    LimiterSource(InMemoryRatelimiter *limiter, const QString &name, QObject *parent = nullptr);
    ~LimiterSource() override;

    QString name() const override { return m_name; }
    QString connection() const override;
    QString start() override;

private:
    QString m_name;
    MonitorCollector m_collector;
};

} // namespace Turnstile::Monitor
