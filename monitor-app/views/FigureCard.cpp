// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/FigureCard.h"

#include "monitor-app/views/Paint.h"

#include <QtGui/QPainter>

#include <algorithm>

namespace Turnstile::Monitor {

FigureCard::FigureCard(const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_title(title)
    , m_theme(&Theme::dark())
{
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void FigureCard::setExplanation(const QString &explanation)
{
    setToolTip(QStringLiteral("<p>%1</p>").arg(explanation.toHtmlEscaped())); // wraps
}

void FigureCard::setContent(const Content &content)
{
    if (content == m_content)
        return;
    m_content = content;
    setAccessibleDescription(content.remark.isEmpty()
            ? content.value
            : content.value + QStringLiteral(", ") + content.remark);
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
    return {120, Theme::lowCardHeight};
}

void FigureCard::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    Paint::panel(&painter, rect(), *m_theme);

    const int top = height() < Theme::cardHeight ? 5 : 8;
    const QRectF inner =
        QRectF(rect()).adjusted(Theme::padding + 1, top, -Theme::padding - 1, -top - 1);
    painter.setFont(Theme::small());
    painter.setPen(m_theme->dim);
    painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), 16),
        int(Qt::AlignLeft | Qt::AlignVCenter), m_title);
    painter.setFont(valueFont(inner.width()));
    painter.setPen(m_content.alarming ? m_theme->red : m_theme->text);
    painter.drawText(QRectF(inner.left(), inner.top() + 17, inner.width(), 26),
        int(Qt::AlignLeft | Qt::AlignVCenter), m_content.value);
    paintLast(&painter, {inner.left(), inner.bottom() - 21, inner.width(), 22});
}

// Remark and line, bar and remark, or one of them.
void FigureCard::paintLast(QPainter *painter, QRectF last) const
{
    painter->setFont(Theme::small());
    painter->setPen(m_theme->dim);
    const QString text = remarkFor(last.width());
    const qreal remark =
        text.isEmpty() ? 0 : QFontMetricsF(Theme::small()).horizontalAdvance(text) + 9;
    if (m_content.bar) {
        painter->drawText(last, int(Qt::AlignRight | Qt::AlignVCenter), text);
        const QRectF track(
            last.left(), last.center().y() - 3, std::max<qreal>(0, last.width() - remark), 6);
        // What is not nothing is seen.
        const double least = *m_content.bar > 0 && track.width() > 0 ? 3 / track.width() : 0;
        Paint::bar(
            painter, track, std::max(least, *m_content.bar), m_content.color, m_theme->track);
        return;
    }
    painter->drawText(last, int(Qt::AlignLeft | Qt::AlignVCenter), text);
    if (m_content.line && last.width() - remark > 30) {
        last.adjust(remark, 2, 0, -1);
        Paint::line(painter, sparkline(last, *m_content.line, 1), m_content.color);
    }
}

// Smaller where the value would not fit.
QFont FigureCard::valueFont(qreal width) const
{
    QFont font = Theme::value();
    const qreal needed = QFontMetricsF(font).horizontalAdvance(m_content.value);
    if (needed > width)
        font.setPixelSize(std::max(12, int(font.pixelSize() * width / needed)));
    return font;
}

QString FigureCard::remarkFor(qreal width) const
{
    const QFontMetricsF metrics(Theme::small());
    const bool isLong = metrics.horizontalAdvance(m_content.remark) > width;
    const QString &text =
        isLong && !m_content.shortRemark.isEmpty() ? m_content.shortRemark : m_content.remark;
    return metrics.elidedText(text, Qt::ElideRight, width);
}

} // namespace Turnstile::Monitor
