// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QLabel>

namespace Turnstile::Monitor {

/// Text that is broken into lines and keeps its place, however long it is: nothing below moves when
/// it changes. A single line is elided in the middle. What has no room is in the tool tip.
class TextLines : public QLabel {
    Q_OBJECT
public:
    TextLines(int lines, const QFont &font, QWidget *parent = nullptr);
    ~TextLines() override;

    void write(const QString &text);
    /// All of what was written, whether there is room or not.
    const QString &written() const { return m_text; }
    /// Takes as many lines as the text needs, 1 to \a most.
    void fit(int most) { fit(1, most); }
    void fit(int least, int most);
    int lines() const { return m_lines; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }
    bool hasHeightForWidth() const override { return false; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void layOut();

    QString m_text;
    int m_lines;
};

} // namespace Turnstile::Monitor
