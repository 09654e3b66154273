// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/LimiterSource.h"

namespace Turnstile::Monitor {

LimiterSource::LimiterSource(InMemoryRatelimiter *limiter, const QString &name, QObject *parent)
    : MonitorSource(parent)
    , m_name(name)
    , m_collector(limiter)
{
    connect(&m_collector, &MonitorCollector::updated, this, &MonitorSource::updated);
}

LimiterSource::~LimiterSource() = default;

QString LimiterSource::connection() const
{
    return tr("In this process");
}

QString LimiterSource::start()
{
    return m_collector.start() ? QString() : tr("The ratelimiter is gone.");
}

} // namespace Turnstile::Monitor
