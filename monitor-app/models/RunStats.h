// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/StallProbe.h"
#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QString>

namespace Turnstile::Monitor {

class Store;

/// What a run of the program was like, for `--stats`: how much it did, and what that took.
class RunStats : public QObject {
    Q_OBJECT
public:
    explicit RunStats(const Store *store, QObject *parent = nullptr);
    ~RunStats() override;

    /// News that came in.
    void count(const UpdateBatch &batch);

    /// Lines of a name and a number.
    QString text() const;

private:
    const Store *m_store;
    StallProbe m_probe;
    TimePoint m_startedAt;
    quint64 m_events = 0;
    quint64 m_frames = 0;
};

} // namespace Turnstile::Monitor
