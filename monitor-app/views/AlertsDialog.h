// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QDialog>

class QCheckBox;
class QSpinBox;

namespace Turnstile::Monitor {

class AlertTray;
struct Theme;

/// Of what the operator wants to be notified. Changes hold at once, and are remembered.
class AlertsDialog : public QDialog {
    Q_OBJECT
public:
    explicit AlertsDialog(AlertTray *tray, QWidget *parent = nullptr);
    ~AlertsDialog() override;

    void setTheme(const Theme &theme);

private:
    void apply();
    void tryOne();

    AlertTray *m_tray;
    QCheckBox *m_globalLock;
    QCheckBox *m_rateLimited;
    QCheckBox *m_queue;
    QSpinBox *m_seconds;
};

} // namespace Turnstile::Monitor
