// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorDirectory.h"

#include <QtCore/QFileSystemWatcher>
#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <vector>

namespace Turnstile::Monitor {

/// The bots of this user that run on this machine and can be watched; kept up to date each second,
/// and when a socket comes or goes.
class BotFinder : public QObject {
    Q_OBJECT
public:
    using Bot = MonitorDirectory::Bot;

    explicit BotFinder(const MonitorDirectory &directory = {}, QObject *parent = nullptr);
    ~BotFinder() override;

    /// By application and pid.
    const std::vector<Bot> &bots() const { return m_bots; }
    /// Why bots are not found, in a sentence; empty: they would be.
    const QString &problem() const { return m_problem; }
    /// Looks now. The timer calls it.
    void refresh();

Q_SIGNALS:
    /// bots() or problem() changed.
    void changed();

private:
    MonitorDirectory m_directory;
    std::vector<Bot> m_bots;
    QString m_problem;
    QFileSystemWatcher m_watcher;
    QTimer m_timer;
};

} // namespace Turnstile::Monitor
