// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/Button.h"

#include "monitor-app/views/Paint.h"

#include <QtCore/QEvent>
#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>

#include <algorithm>

namespace Turnstile::Monitor {

namespace {
constexpr int side = 11;       // beside the text
constexpr int markWidth = 16;  // a mark and the space behind it
constexpr int arrowWidth = 13; // the same before an arrow
constexpr int detailGap = 24;

int widthOf(const QString &text, const QFont &font)
{
    return QFontMetrics(font).size(Qt::TextShowMnemonic, text).width();
}
} // namespace

Button::Button(const QString &text, QWidget *parent)
    : QPushButton(text, parent)
    , m_theme(&Theme::dark())
{
    setFont(Theme::body());
    // A click leaves the focus where people type, and draws no ring.
    setFocusPolicy(Qt::TabFocus);
    setAttribute(Qt::WA_Hover);
    setAutoDefault(false);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void Button::setMark(Mark mark, const QColor &color)
{
    if (m_mark == mark && m_markColor == color)
        return;
    m_mark = mark;
    m_markColor = color;
    updateGeometry();
    update();
}

void Button::setDetail(const QString &detail)
{
    m_detail = detail;
    setAccessibleDescription(detail);
    updateGeometry();
    update();
}

void Button::setTone(const QColor &tone)
{
    if (m_tone == tone)
        return;
    m_tone = tone;
    update();
}

void Button::setMaximumTextWidth(int width)
{
    m_maximumTextWidth = width;
    updateGeometry();
    update();
}

void Button::setTheme(const Theme &theme)
{
    m_theme = &theme;
    update();
}

QSize Button::sizeHint() const
{
    const QString label = text();
    int width = 2 * side + std::min(m_maximumTextWidth, widthOf(label, font()));
    if (m_mark != Mark::None)
        width += label.isEmpty() ? 10 : markWidth;
    if (menu())
        width += arrowWidth;
    if (!m_detail.isEmpty())
        width += detailGap + widthOf(m_detail, Theme::small());
    return {std::max(width, Theme::buttonHeight), Theme::buttonHeight};
}

QSize Button::minimumSizeHint() const
{
    return sizeHint();
}

// The window may have shortcuts for the keys that press a button.
bool Button::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Space || key == Qt::Key_Return || key == Qt::Key_Enter) {
            event->accept();
            return true;
        }
    }
    return QPushButton::event(event);
}

void Button::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool isHot = isEnabled() && (underMouse() || isDown());
    const QColor base = m_tone.isValid() ? m_theme->tinted(m_tone) : m_theme->raised;
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    if (!isFlat() || isHot) {
        painter.setPen(QPen(m_tone.isValid() ? m_tone : m_theme->border, 1));
        painter.setBrush(isHot ? m_theme->hovered(base) : base);
        painter.drawRoundedRect(frame, Theme::buttonRadius, Theme::buttonRadius);
    }
    if (hasFocus())
        Paint::focusRing(&painter, frame, *m_theme);

    const QColor color = isEnabled() ? m_theme->text : m_theme->faint;
    QRectF inner = QRectF(rect()).adjusted(side, 0, -side, 0);
    if (m_mark != Mark::None) {
        paintMark(&painter, {inner.left() + 5, inner.center().y()}, color);
        inner.setLeft(inner.left() + markWidth);
    }
    if (menu()) {
        Paint::arrow(&painter, {inner.right() - 3, inner.center().y()}, color);
        inner.setRight(inner.right() - arrowWidth);
    }
    if (!m_detail.isEmpty()) {
        painter.setFont(Theme::small());
        painter.setPen(m_theme->dim);
        painter.drawText(inner, int(Qt::AlignRight | Qt::AlignVCenter), m_detail);
        inner.setRight(inner.right() - widthOf(m_detail, Theme::small()) - detailGap);
    }
    painter.setFont(font());
    painter.setPen(color);
    const bool isLeft = m_mark != Mark::None || menu() || !m_detail.isEmpty() || isFlat();
    painter.drawText(inner,
        int((isLeft ? Qt::AlignLeft : Qt::AlignHCenter) | Qt::AlignVCenter) | Qt::TextShowMnemonic,
        shownText(qCeil(inner.width())));
}

QString Button::shownText(int width) const
{
    const int room = std::min(width, m_maximumTextWidth);
    return QFontMetrics(font()).elidedText(text(), Qt::ElideRight, room, Qt::TextShowMnemonic);
}

void Button::paintMark(QPainter *painter, const QPointF &centre, const QColor &text) const
{
    const QColor color = isEnabled() && m_markColor.isValid() ? m_markColor : text;
    switch (m_mark) {
    case Mark::None:
        return;
    case Mark::Dot:
        Paint::dot(painter, centre, color);
        return;
    case Mark::Pause:
        Paint::pause(painter, centre, color);
        return;
    case Mark::Play:
        Paint::play(painter, centre, color);
        return;
    case Mark::Cross:
        Paint::cross(painter, centre, color);
        return;
    }
}

} // namespace Turnstile::Monitor
