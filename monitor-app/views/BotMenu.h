// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/BotFinder.h"
#include "ratelimit/monitoring/MonitorAddress.h"

#include <QtWidgets/QMenu>

namespace Turnstile::Monitor {

/// What can be watched: the bots that run on this machine (up to date while the menu is open),
/// others by their address, recordings, the demo.
class BotMenu : public QMenu {
    Q_OBJECT
public:
    /// Without a \a finder there are no bots.
    explicit BotMenu(const BotFinder *finder, QWidget *parent = nullptr);

    /// The bot that is watched, which is ticked; one that is not valid ends it.
    void setPresent(const MonitorAddress &address);
    /// Whether there is something to disconnect from.
    void setWatching(bool watching);

    /// `music-bot · pid 4121`.
    static QString nameOf(const BotFinder::Bot &bot);

Q_SIGNALS:
    void botChosen(const Turnstile::MonitorAddress &address);
    void connectRequested();
    void openRequested();
    void recordingChosen(const QString &file);
    void demoRequested();
    void disconnectRequested();

private:
    void showBots();
    void showRecordings();
    void addBotAction(QAction *action);

    const BotFinder *m_finder;
    MonitorAddress m_present;
    QList<QAction *> m_bots;
    QAction *m_below; // the first after the bots
    QMenu *m_recordings;
    QAction *m_disconnect;
};

} // namespace Turnstile::Monitor
