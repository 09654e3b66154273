// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/Scrubber.h"

#include "monitor-app/views/Paint.h"

#include <QtGui/QMouseEvent>
#include <QtGui/QPainter>

namespace Turnstile::Monitor {

namespace {
constexpr qreal knob = 6;
constexpr qreal labelSpacing = 80;

// The least round time between two labels.
qint64 labelStep(qint64 duration, qreal width)
{
    constexpr qint64 seconds[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
        21'600, 43'200, 86'400, 604'800};
    for (const qint64 step : seconds) {
        if (qreal(duration) * labelSpacing <= qreal(step * 1000) * width)
            return step * 1000;
    }
    return 0;
}
} // namespace

Scrubber::Scrubber(QWidget *parent)
    : QAbstractSlider(parent)
    , m_theme(&Theme::dark())
{
    setOrientation(Qt::Horizontal);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
    setMouseTracking(true);
}

void Scrubber::setTheme(const Theme &theme)
{
    m_theme = &theme;
    update();
}

QString Scrubber::timeText(qint64 milliseconds)
{
    const qint64 seconds = milliseconds / 1000;
    const QString text = QStringLiteral("%1:%2");
    const QString rest = text.arg(seconds / 60 % 60, seconds < 3600 ? 1 : 2, 10, QLatin1Char('0'))
                             .arg(seconds % 60, 2, 10, QLatin1Char('0'));
    return seconds < 3600 ? rest : text.arg(seconds / 3600).arg(rest);
}

QSize Scrubber::sizeHint() const
{
    return {400, Theme::barHeight - 1};
}

QSize Scrubber::minimumSizeHint() const
{
    return {120, Theme::barHeight - 1};
}

void Scrubber::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF line = track();
    const double share = maximum() > 0 ? double(value()) / maximum() : 0;
    Paint::bar(&painter, line, share, m_theme->blue, m_theme->track);

    painter.setFont(Theme::small());
    painter.setPen(m_theme->dim);
    const QFontMetricsF metrics(Theme::small());
    if (const qint64 step = labelStep(maximum(), line.width()); step > 0 && maximum() > 0) {
        for (qint64 time = 0; time <= maximum(); time += step) {
            const QString text = timeText(time);
            const qreal width = metrics.horizontalAdvance(text);
            const qreal left = std::clamp(xOf(time) - width / 2, 0.0, this->width() - width);
            painter.drawText(QPointF(left, height() - 8), text);
        }
    }

    const QPointF centre(xOf(value()), line.center().y());
    painter.setPen(QPen(m_theme->panel, 2));
    painter.setBrush(hasFocus() ? m_theme->text : m_theme->blue);
    painter.drawEllipse(centre, knob, knob);
}

void Scrubber::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    setSliderDown(true);
    jumpTo(event->position().x());
}

void Scrubber::mouseMoveEvent(QMouseEvent *event)
{
    if (isSliderDown())
        jumpTo(event->position().x());
}

void Scrubber::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        setSliderDown(false);
}

void Scrubber::wheelEvent(QWheelEvent *event)
{
    event->ignore();
}

QRectF Scrubber::track() const
{
    return QRectF(knob, 13, width() - 2 * knob, 4);
}

qreal Scrubber::xOf(qint64 value) const
{
    const QRectF line = track();
    return line.left() + (maximum() > 0 ? line.width() * qreal(value) / maximum() : 0);
}

void Scrubber::jumpTo(qreal x)
{
    const QRectF line = track();
    const qreal share = std::clamp((x - line.left()) / line.width(), 0.0, 1.0);
    Q_EMIT jumped(qRound(share * maximum()));
}

} // namespace Turnstile::Monitor
