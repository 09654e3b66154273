// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QWidget>

class QLabel;

namespace Turnstile::Monitor {

class Store;
struct Theme;

/// The line at the bottom: how the monitor itself is doing.
class StatusLine : public QWidget {
    Q_OBJECT
public:
    explicit StatusLine(const Store *store, QWidget *parent = nullptr);

    void setConnection(const QString &connection);
    void setTheme(const Theme &theme);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void showFigures();

    const Store *m_store;
    const Theme *m_theme;
    QLabel *m_connection;
    QLabel *m_events;
    QLabel *m_buckets;
    QLabel *m_lag;
};

} // namespace Turnstile::Monitor
