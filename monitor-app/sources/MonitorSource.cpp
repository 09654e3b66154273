// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/sources/MonitorSource.h"

namespace Turnstile::Monitor {

MonitorSource::~MonitorSource() = default;

TimePoint MonitorSource::now() const
{
    return std::chrono::steady_clock::now();
}

QString MonitorSource::controlProblem() const
{
    return tr("This source can only be watched.");
}

void MonitorSource::control(const MonitorCommand &command)
{
    Q_EMIT controlled(command, controlProblem());
}

} // namespace Turnstile::Monitor
