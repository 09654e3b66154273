// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QWidget>

class QLabel;

namespace Turnstile::Monitor {

class Store;
struct Theme;

/// The line at the bottom: how the monitor itself is doing, and how much of all is shown.
class StatusLine : public QWidget {
    Q_OBJECT
public:
    explicit StatusLine(const Store *store, QWidget *parent = nullptr);

    void setConnection(const QString &connection);
    /// The protocol's version; empty: there is none.
    void setProtocol(const QString &version);
    /// Buckets: those that pass the filter, and all.
    void setCounts(int shown, int total);
    /// Whether what is shown is old because the connection is gone.
    void setStale(bool stale);
    void setTheme(const Theme &theme);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void showFigures();
    void showConnection();
    void showNote();
    static void setColor(QLabel *label, const QColor &color);

    const Store *m_store;
    const Theme *m_theme;
    QLabel *m_connection;
    QLabel *m_events;
    QLabel *m_dropped;
    QLabel *m_lag;
    QLabel *m_protocol;
    QLabel *m_note;
    QLabel *m_buckets;
    QString m_where; ///< how the monitor is connected
    bool m_stale = false;
};

} // namespace Turnstile::Monitor
