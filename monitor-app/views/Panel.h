// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QWidget>

namespace Turnstile::Monitor {

struct Theme;

/// A rounded panel around one widget.
class Panel : public QWidget {
    Q_OBJECT
public:
    explicit Panel(QWidget *content, QWidget *parent = nullptr);
    void setTheme(const Theme &theme);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
