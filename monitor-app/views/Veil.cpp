// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/Veil.h"

#include <QtGui/QPainter>

namespace Turnstile::Monitor {

Veil::Veil(QWidget *parent)
    : QWidget(parent)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    hide();
}

void Veil::setTheme(const Theme &theme)
{
    m_theme = &theme;
    update();
}

void Veil::paintEvent(QPaintEvent *)
{
    QColor colour = m_theme->window;
    colour.setAlphaF(0.6F);
    QPainter(this).fillRect(rect(), colour);
}

} // namespace Turnstile::Monitor
