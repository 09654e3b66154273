// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QObject>

namespace Turnstile::Monitor {

/// Where the monitor gets its data: a bot that runs, a demo, a recording. Knows nothing of windows.
class MonitorSource : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    ~MonitorSource() override;

    /// For the source bar: `music-bot · pid 4121`.
    virtual QString name() const = 0;
    /// For the status bar: how it is connected.
    virtual QString connection() const = 0;

    /// Begins to send batches, a snapshot first. Returns what went wrong, empty when nothing did.
    virtual QString start() = 0;

Q_SIGNALS:
    /// Something changed; at most every 33 ms.
    void updated(const Turnstile::Monitor::UpdateBatch &batch);
};

} // namespace Turnstile::Monitor
