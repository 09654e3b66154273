// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorAddress.h"

#include <QtWidgets/QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace Turnstile::Monitor {

struct Theme;

/// Asks for the address of a bot, and its token. Addresses are remembered, tokens never.
class ConnectDialog : public QDialog {
    Q_OBJECT
public:
    explicit ConnectDialog(const Theme &theme, QWidget *parent = nullptr);

    void setAddress(const QString &text);
    /// Valid once the dialog was accepted.
    MonitorAddress address() const;
    QString token() const;

    void accept() override;

private:
    void check();
    static bool isExposed(const MonitorAddress &address);

    QComboBox *m_address;
    QLineEdit *m_token;
    QLabel *m_remark;
    QPushButton *m_ok;
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
