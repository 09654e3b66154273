// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QAbstractSlider>

namespace Turnstile::Monitor {

struct Theme;

/// A line of time with a knob, in milliseconds: a click jumps there, dragging follows.
class Scrubber : public QAbstractSlider {
    Q_OBJECT
public:
    explicit Scrubber(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);

    /// A time along the line: `1:23`, `1:02:03`.
    static QString timeText(qint64 milliseconds);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// Somebody wants to be there; value() stays until it is set.
    void jumped(int milliseconds);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;

private:
    QRectF track() const;
    qreal xOf(qint64 value) const;
    void jumpTo(qreal x);

    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
