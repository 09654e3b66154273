// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TracePlot.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QMouseEvent>
#include <QtGui/QPainter>

#include <algorithm>
#include <utility>

namespace Turnstile::Monitor {

namespace {
constexpr int titleHeight = 18;
constexpr qreal lineWidth = 1.5;
constexpr int nearby = 6; // pixels: a lone value can be pointed at
} // namespace

TracePlot::TracePlot(QColor Theme::*color, Words words, QWidget *parent)
    : QWidget(parent)
    , m_color(color)
    , m_words(std::move(words))
    , m_theme(&Theme::dark())
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

TracePlot::~TracePlot() = default;

void TracePlot::setTitle(const QString &title)
{
    m_title = title;
    setAccessibleName(title);
    update();
}

void TracePlot::setValues(PlotColumns values, milliseconds span, float least)
{
    float top = least;
    for (const auto &value : values)
        top = std::max(top, value ? value->high : 0);
    if (values == m_values && span == m_span && top == m_top)
        return;
    m_values = std::move(values);
    m_span = span;
    m_top = top;
    setAccessibleDescription(remark());
    update();
}

void TracePlot::setTheme(const Theme &theme)
{
    m_theme = &theme;
    update();
}

QSize TracePlot::sizeHint() const
{
    return {300, titleHeight + 72};
}

QSize TracePlot::minimumSizeHint() const
{
    return {80, titleHeight + 32};
}

TracePlot::Marks TracePlot::marksOf(const PlotColumns &values, const QRectF &area, float top)
{
    Marks marks;
    const auto yOf = [&](float value) {
        return area.bottom() - area.height() * double(value / std::max(top, 1e-6F));
    };
    const qreal step = area.width() / double(std::max<size_t>(values.size(), 1));
    std::optional<size_t> before; // the known column to the left
    for (size_t column = 0; column < values.size(); ++column) {
        if (!values[column])
            continue;
        PlotRange range = *values[column];
        const qreal left = area.left() + double(column) * step;
        if (before && *before + 1 == column) {
            range.high = std::max(range.high, values[*before]->low);
            range.low = std::min(range.low, values[*before]->high);
        } else if (before) {
            marks.bridges.emplace_back(area.left() + (double(*before) + 0.5) * step,
                yOf(values[*before]->high), left + step / 2, yOf(range.high));
        }
        before = column;
        marks.bars.emplace_back(left, yOf(range.high) - lineWidth / 2, step,
            yOf(range.low) - yOf(range.high) + lineWidth);
    }
    return marks;
}

QRectF TracePlot::area() const
{
    return QRectF(rect()).adjusted(0, titleHeight + 2, 0, -2);
}

// The value under the pointer, or the nearest one.
std::optional<size_t> TracePlot::pointedAt() const
{
    if (m_pointer < 0 || m_values.empty())
        return std::nullopt;
    const int count = int(m_values.size());
    const int middle = std::clamp(m_pointer * count / std::max(width(), 1), 0, count - 1);
    for (int distance = 0; distance <= nearby; ++distance) {
        for (int column : {middle - distance, middle + distance}) {
            if (column >= 0 && column < count && m_values[size_t(column)])
                return size_t(column);
        }
    }
    return std::nullopt;
}

QString TracePlot::remark() const
{
    if (const auto column = pointedAt()) {
        const PlotRange &range = *m_values[*column];
        const QString value = range.low == range.high
            ? m_words(range.high)
            : tr("%1 to %2").arg(m_words(range.low), m_words(range.high));
        const milliseconds age =
            m_span * qint64(m_values.size() - *column - 1) / qint64(m_values.size());
        return tr("%1, %2 ago").arg(value, Format::duration(age));
    }
    const bool isKnown = std::any_of(
        m_values.begin(), m_values.end(), [](const auto &value) { return value.has_value(); });
    return isKnown ? tr("up to %1").arg(m_words(m_top)) : tr("nothing yet");
}

void TracePlot::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF titleRect(0, 0, width(), titleHeight);
    const auto column = pointedAt();
    painter.setFont(Theme::small());
    painter.setPen(m_theme->dim);
    painter.drawText(titleRect, int(Qt::AlignLeft | Qt::AlignVCenter), m_title);
    painter.setPen(column ? m_theme->text : m_theme->faint);
    painter.drawText(titleRect, int(Qt::AlignRight | Qt::AlignVCenter), remark());

    const QRectF plot = area();
    painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), m_theme->separator);
    if (column) {
        const qreal step = plot.width() / double(m_values.size());
        painter.fillRect(QRectF(plot.left() + double(*column) * step, plot.top(), 1, plot.height()),
            m_theme->border);
    }
    const Marks marks = marksOf(m_values, plot, m_top);
    for (const QRectF &bar : marks.bars)
        painter.fillRect(bar, m_theme->*m_color);
    painter.setPen(QPen(m_theme->*m_color, lineWidth));
    for (const QLineF &bridge : marks.bridges)
        painter.drawLine(bridge);
}

void TracePlot::mouseMoveEvent(QMouseEvent *event)
{
    m_pointer = int(event->position().x());
    update();
}

void TracePlot::leaveEvent(QEvent *)
{
    m_pointer = -1;
    update();
}

} // namespace Turnstile::Monitor
