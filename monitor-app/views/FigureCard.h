// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/History.h"

#include <QtGui/QColor>
#include <QtGui/QFont>
#include <QtWidgets/QWidget>

#include <optional>

namespace Turnstile::Monitor {

struct Theme;

/// One figure: a title, a big value, a remark, and a sparkline or a bar.
class FigureCard : public QWidget {
    Q_OBJECT
public:
    struct Content {
        QString value = {};
        QString remark = {};
        QString shortRemark = {}; ///< where the other does not fit; empty: it is elided
        std::optional<History::Values> line = {};
        std::optional<double> bar = {}; ///< 0 to 1
        QColor color = {};              ///< of the line or bar
        bool alarming = false;          ///< the value is set in red

        friend bool operator==(const Content &, const Content &) = default;
    };

    explicit FigureCard(const QString &title, QWidget *parent = nullptr);

    /// What the figure is, in a sentence: the tooltip.
    void setExplanation(const QString &explanation);
    /// Paints again only if something is new.
    void setContent(const Content &content);
    const Content &content() const { return m_content; }
    void setTheme(const Theme &theme);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QFont valueFont(qreal width) const;
    QString remarkFor(qreal width) const;
    void paintLast(QPainter *painter, QRectF last) const;

    QString m_title;
    Content m_content;
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
