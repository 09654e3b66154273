// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TextLines.h"

#include <algorithm>

namespace Turnstile::Monitor {

TextLines::TextLines(int lines, const QFont &font, QWidget *parent)
    : QLabel(parent)
    , m_lines(lines)
{
    setFont(font);
    setTextFormat(Qt::PlainText);
    setWordWrap(lines > 1);
    setAlignment(Qt::AlignLeft | Qt::AlignTop);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
}

TextLines::~TextLines() = default;

void TextLines::write(const QString &text)
{
    if (text == m_text)
        return;
    m_text = text;
    layOut();
}

void TextLines::fit(int least, int most)
{
    const int lines =
        std::clamp(heightForWidth(width()) / fontMetrics().lineSpacing(), least, most);
    if (lines == m_lines)
        return;
    m_lines = lines;
    updateGeometry();
}

QSize TextLines::sizeHint() const
{
    return {80, m_lines * fontMetrics().lineSpacing() + 1};
}

void TextLines::resizeEvent(QResizeEvent *event)
{
    QLabel::resizeEvent(event);
    layOut();
}

void TextLines::layOut()
{
    const QString shown =
        wordWrap() ? m_text : fontMetrics().elidedText(m_text, Qt::ElideMiddle, width());
    if (shown != text())
        setText(shown);
    const bool isWhole = shown == m_text && (!wordWrap() || heightForWidth(width()) <= height());
    setToolTip(isWhole ? QString() : m_text);
}

} // namespace Turnstile::Monitor
