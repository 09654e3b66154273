// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/AlertTray.h"

#include "monitor-app/sources/MonitorSource.h"
#include "monitor-app/views/Theme.h"

#include <QtCore/QSettings>
#include <QtGui/QPainter>
#include <QtWidgets/QApplication>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
QPixmap drawIcon(int size)
{
    const Theme &theme = Theme::dark();
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(size / 32.0, size / 32.0);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.raised);
    painter.drawRoundedRect(QRectF(1, 1, 30, 30), 7, 7);
    painter.setBrush(theme.text);
    painter.drawRoundedRect(QRectF(7, 6, 5, 20), 2.5, 2.5);
    const QColor arms[] = {theme.green, theme.amber, theme.red};
    for (int arm = 0; arm < 3; ++arm) {
        painter.setBrush(arms[arm]);
        painter.drawRoundedRect(QRectF(13.5, 7 + 7 * arm, 12, 4), 2, 2);
    }
    return pixmap;
}
} // namespace

AlertTray::AlertTray(QWidget *window)
    : QObject(window)
    , m_window(window)
{
    m_alerts.setSettings(AlertSettings::load(QSettings()));
    m_due.setSingleShot(true);
    m_tray.setIcon(icon());
    m_tray.setToolTip(tr("Turnstile Monitor"));
    connect(&m_due, &QTimer::timeout, this, &AlertTray::look);
    connect(&m_tray, &QSystemTrayIcon::messageClicked, this, &AlertTray::showWindow);
    connect(&m_tray, &QSystemTrayIcon::activated, this, &AlertTray::showWindow);
    updateIcon();
}

AlertTray::~AlertTray() = default;

bool AlertTray::isAvailable()
{
    return QSystemTrayIcon::isSystemTrayAvailable() && QSystemTrayIcon::supportsMessages();
}

QIcon AlertTray::icon()
{
    QIcon icon;
    for (const int size : {16, 22, 24, 32, 48, 64, 128})
        icon.addPixmap(drawIcon(size));
    return icon;
}

void AlertTray::setSettings(const AlertSettings &settings)
{
    m_alerts.setSettings(settings);
    QSettings stored;
    settings.save(stored);
    updateIcon();
    look();
}

void AlertTray::watch(MonitorSource *source)
{
    if (m_source)
        m_source->disconnect(this);
    m_source = source;
    m_alerts.clear();
    connect(source, &MonitorSource::updated, this, [this](const UpdateBatch &batch) {
        m_alerts.apply(batch);
        look();
    });
    connect(source, &MonitorSource::stateChanged, this, &AlertTray::look);
}

void AlertTray::tell(const Alert &alert)
{
    const QString title = m_source ? tr("%1: %2").arg(m_source->name(), alert.title) : alert.title;
    if (isAvailable()) {
        m_tray.show();
        m_tray.showMessage(title, alert.text, icon());
        return;
    }
    if (m_window)
        QApplication::alert(m_window);
    Q_EMIT told(tr("%1. %2").arg(title, alert.text));
}

void AlertTray::look()
{
    m_due.stop();
    if (!m_source || m_source->state() != MonitorSource::State::Live)
        return;
    const TimePoint now = m_source->now();
    for (const Alert &alert : m_alerts.take(now))
        tell(alert);
    if (const auto due = m_alerts.due())
        m_due.start(std::chrono::ceil<milliseconds>(std::max(*due, now) - now));
}

void AlertTray::showWindow()
{
    if (!m_window)
        return;
    m_window->setWindowState(m_window->windowState() & ~Qt::WindowMinimized);
    m_window->show();
    m_window->raise();
    m_window->activateWindow();
}

void AlertTray::updateIcon()
{
    m_tray.setVisible(settings().isAnyOn() && isAvailable());
}

} // namespace Turnstile::Monitor
