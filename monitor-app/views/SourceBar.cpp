// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/SourceBar.h"

#include "monitor-app/views/Paint.h"

#include <QtGui/QPainter>

namespace Turnstile::Monitor {

SourceBar::SourceBar(QWidget *parent)
    : QWidget(parent)
    , m_theme(&Theme::dark())
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Source"));
}

void SourceBar::setSource(const QString &name)
{
    m_source = name;
    setAccessibleDescription(name);
    update();
}

void SourceBar::setTheme(const Theme &theme)
{
    m_theme = &theme;
    update();
}

QSize SourceBar::sizeHint() const
{
    return {400, Theme::barHeight};
}

QSize SourceBar::minimumSizeHint() const
{
    return {200, Theme::barHeight};
}

void SourceBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), m_theme->panel);
    painter.fillRect(0, height() - 1, width(), 1, m_theme->border);
    const QString text = m_source.isEmpty() ? tr("No bot") : m_source;
    const QFontMetricsF metrics(Theme::body());
    const QRectF pill(Theme::padding, 8, metrics.horizontalAdvance(text) + 41, height() - 17);
    painter.setPen(QPen(m_theme->border, 1));
    painter.setBrush(m_theme->raised);
    painter.drawRoundedRect(pill.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    Paint::dot(&painter, {pill.left() + 17, pill.center().y()},
        m_source.isEmpty() ? m_theme->faint : m_theme->green);
    painter.setFont(Theme::body());
    painter.setPen(m_theme->text);
    painter.drawText(pill.adjusted(28, 0, 0, 0), int(Qt::AlignLeft | Qt::AlignVCenter), text);
}

} // namespace Turnstile::Monitor
