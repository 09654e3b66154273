// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/MonitorSource.h"

#include <QtCore/QHash>
#include <QtCore/QPointer>
#include <QtCore/QTimer>

namespace Turnstile {
class InMemoryRatelimiter;
}

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
    UpdateBatch &pending();
    void addBucket(const Bucket &bucket);
    void send();
    GlobalLimitInfo globalLimit(TimePoint now) const;

    QPointer<InMemoryRatelimiter> m_limiter;
    QString m_name;
    QTimer m_timer; // runs while a batch gathers, or the global limit moves
    UpdateBatch m_batch;
    QHash<BucketId, qsizetype> m_inBatch; // where in m_batch.buckets
    GlobalLimitInfo m_global;
};

} // namespace Turnstile::Monitor
