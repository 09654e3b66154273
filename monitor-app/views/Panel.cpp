// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/Panel.h"

#include "monitor-app/views/Paint.h"

#include <QtGui/QPainter>
#include <QtWidgets/QVBoxLayout>

namespace Turnstile::Monitor {

Panel::Panel(QWidget *content, QWidget *parent)
    : QWidget(parent)
    , m_theme(&Theme::dark())
{
    auto *layout = new QVBoxLayout(this);
    // Far enough from the edge that the content's square corners stay inside the round ones.
    layout->setContentsMargins(1, 6, 1, 6);
    layout->addWidget(content);
}

void Panel::setTheme(const Theme &theme)
{
    m_theme = &theme;
    update();
}

void Panel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    Paint::panel(&painter, rect(), *m_theme);
}

} // namespace Turnstile::Monitor
