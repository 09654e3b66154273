// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/Theme.h"

#include <QtWidgets/QWidget>

namespace Turnstile::Monitor {

/// Lies over what is old and greys it. The mouse goes through it.
class Veil : public QWidget {
    Q_OBJECT
public:
    explicit Veil(QWidget *parent);

    void setTheme(const Theme &theme);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    const Theme *m_theme = &Theme::dark();
};

} // namespace Turnstile::Monitor
