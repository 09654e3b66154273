// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TokenTrace.h"

#include <QtCore/QLineF>
#include <QtCore/QRectF>
#include <QtWidgets/QWidget>

#include <algorithm>
#include <functional>
#include <vector>

class QColor;

namespace Turnstile::Monitor {

struct Theme;

/// A line over time under its title. It goes through the lowest and the highest value of each
/// column of pixels, so no peak is lost. The column under the pointer is told in numbers.
class TracePlot : public QWidget {
    Q_OBJECT
public:
    using Words = std::function<QString(float value)>;
    /// Draws in \a color of the theme and writes values as \a words says.
    TracePlot(QColor Theme::*color, Words words, QWidget *parent = nullptr);
    ~TracePlot() override;

    void setTitle(const QString &title);
    /// \a values over the last \a span; \a least is the value that is at the top at least.
    void setValues(PlotColumns values, milliseconds span, float least);
    void setTheme(const Theme &theme);

    /// The value that the pointer is at; elsewhere what the top stands for.
    QString remark() const;
    /// How many values are drawn: one for each pixel across.
    int columns() const { return std::max(width(), 1); }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    /// What is drawn: a bar for each known column, from its lowest to its highest value and as far
    /// as the one beside it, and lines over the gaps. Many times cheaper than a polygon.
    struct Marks {
        std::vector<QRectF> bars;
        std::vector<QLineF> bridges;
    };
    /// Zero is at the bottom of \a area, \a top at its top.
    static Marks marksOf(const PlotColumns &values, const QRectF &area, float top);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    QRectF area() const;
    std::optional<size_t> pointedAt() const;

    QColor Theme::*m_color;
    Words m_words;
    QString m_title;
    PlotColumns m_values;
    milliseconds m_span{};
    float m_top = 1;
    int m_pointer = -1; // where the pointer is; -1: elsewhere
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
