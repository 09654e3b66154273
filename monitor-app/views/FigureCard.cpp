// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/FigureCard.h"

#include "monitor-app/views/Paint.h"

#include <QtGui/QPainter>

namespace Turnstile::Monitor {

FigureCard::FigureCard(const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_title(title)
    , m_theme(&Theme::dark())
{
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void FigureCard::setContent(const Content &content)
{
    if (content == m_content)
        return;
    m_content = content;
    setAccessibleDescription(content.remark.isEmpty()
            ? content.value
            : content.value + QStringLiteral(", ") + content.remark);
    setToolTip(content.remark);
    update();
}

void FigureCard::setTheme(const Theme &theme)
{
    m_theme = &theme;
    update();
}

QSize FigureCard::sizeHint() const
{
    return {216, Theme::cardHeight};
}

QSize FigureCard::minimumSizeHint() const
{
    return {130, Theme::cardHeight};
}

void FigureCard::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    Paint::panel(&painter, rect(), *m_theme);

    const QRectF inner = QRectF(rect()).adjusted(Theme::padding + 1, 8, -Theme::padding - 1, -9);
    painter.setFont(Theme::small());
    painter.setPen(m_theme->dim);
    painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), 16),
        int(Qt::AlignLeft | Qt::AlignVCenter), m_title);
    painter.setFont(Theme::value());
    painter.setPen(m_content.alarming ? m_theme->red : m_theme->text);
    painter.drawText(QRectF(inner.left(), inner.top() + 17, inner.width(), 26),
        int(Qt::AlignLeft | Qt::AlignVCenter), m_content.value);

    // The last line: remark and line, bar and remark, or one of them.
    QRectF last(inner.left(), inner.bottom() - 22, inner.width(), 22);
    painter.setFont(Theme::small());
    painter.setPen(m_theme->dim);
    const QFontMetricsF metrics(Theme::small());
    const QString text = metrics.elidedText(m_content.remark, Qt::ElideRight, last.width());
    const qreal remark = text.isEmpty() ? 0 : metrics.horizontalAdvance(text) + 9;
    if (m_content.bar) {
        painter.drawText(last, int(Qt::AlignRight | Qt::AlignVCenter), text);
        const QRectF track(
            last.left(), last.center().y() - 3, std::max<qreal>(0, last.width() - remark), 6);
        Paint::bar(&painter, track, *m_content.bar, m_content.color, m_theme->track);
        return;
    }
    painter.drawText(last, int(Qt::AlignLeft | Qt::AlignVCenter), text);
    if (m_content.line && last.width() - remark > 30) {
        last.adjust(remark, 2, 0, -1);
        Paint::line(&painter, sparkline(last, *m_content.line, 1), m_content.color);
    }
}

} // namespace Turnstile::Monitor
