// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtGui/QColor>
#include <QtWidgets/QPushButton>

namespace Turnstile::Monitor {

struct Theme;

/// A button in the theme's colours, with a mark before its text. One with a menu has an arrow.
class Button : public QPushButton {
    Q_OBJECT
public:
    enum class Mark : quint8 { None, Dot, Pause, Play, Cross };

    explicit Button(const QString &text = {}, QWidget *parent = nullptr);

    void setMark(Mark mark, const QColor &color = {}); ///< no color: the text's
    /// Smaller text at the right, in a wide button.
    void setDetail(const QString &detail);
    /// Highlights the button in \a tone; an invalid colour ends it.
    void setTone(const QColor &tone);
    /// Longer text is elided.
    void setMaximumTextWidth(int width);
    void setTheme(const Theme &theme);

    /// \a text for setText(), without a mnemonic.
    static QString plain(QString text) { return text.replace(u'&', QStringLiteral("&&")); }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    QString shownText(int width) const;
    void paintMark(QPainter *painter, const QPointF &centre, const QColor &text) const;

    Mark m_mark = Mark::None;
    QColor m_markColor;
    QColor m_tone;
    QString m_detail;
    int m_maximumTextWidth = 10'000;
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
