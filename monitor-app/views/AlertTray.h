// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Alerts.h"

#include <QtCore/QPointer>
#include <QtCore/QTimer>
#include <QtGui/QIcon>
#include <QtWidgets/QSystemTrayIcon>
#include <QtWidgets/QWidget>

namespace Turnstile::Monitor {

class MonitorSource;

/// Tells alerts to somebody who looks elsewhere: as notifications of the desktop or, where it has
/// no tray, through told() and a window that asks for attention. Only of a source that is live.
class AlertTray : public QObject {
    Q_OBJECT
public:
    /// For \a window, which comes to the front when a notification is clicked. Takes the settings
    /// from QSettings.
    explicit AlertTray(QWidget *window);
    ~AlertTray() override;

    /// Whether the desktop shows notifications.
    static bool isAvailable();
    /// The program's picture: a turnstile.
    static QIcon icon();

    const AlertSettings &settings() const { return m_alerts.settings(); }
    /// Takes \a settings, and remembers them.
    void setSettings(const AlertSettings &settings);

    /// Listens to \a source instead of the one before; call it before the source is started.
    void watch(MonitorSource *source);

    /// Tells \a alert now.
    void tell(const Alert &alert);

Q_SIGNALS:
    /// An alert that the desktop could not show.
    void told(const QString &sentence);

private:
    void look();
    void showWindow();
    void updateIcon();

    QPointer<QWidget> m_window;
    QPointer<MonitorSource> m_source;
    Alerts m_alerts;
    QTimer m_due;
    QSystemTrayIcon m_tray;
};

} // namespace Turnstile::Monitor
