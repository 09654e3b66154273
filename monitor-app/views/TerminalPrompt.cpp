// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalPrompt.h"

#include "monitor-app/views/TerminalText.h"

#include <QtCore/QCoreApplication>

#include <algorithm>

namespace Turnstile::Monitor {

using Code = TerminalKey::Code;

TerminalPrompt::TerminalPrompt(const Filter &filter)
    : m_text(filter.text())
    , m_filter(filter)
    , m_before(filter)
{
}

bool TerminalPrompt::press(const TerminalKey &key)
{
    switch (key.code) {
    case Code::Character:
        if (m_text.size() < mostCharacters)
            setText(m_text + QString::fromUcs4(&key.character, 1));
        break;
    case Code::Backspace:
        setText(m_text.chopped(std::min<qsizetype>(
            m_text.size(), m_text.size() > 1 && m_text.back().isLowSurrogate() ? 2 : 1)));
        break;
    case Code::EraseWord: {
        const QString trimmed = m_text.trimmed();
        setText(trimmed.first(trimmed.lastIndexOf(QLatin1Char(' ')) + 1));
        break;
    }
    case Code::EraseAll:
        setText({});
        break;
    case Code::Escape:
        m_filter = m_before;
        return false;
    case Code::Enter:
        return !m_problem.isEmpty();
    default:
        break;
    }
    return true;
}

TerminalLine TerminalPrompt::line(int width) const
{
    const QString name =
        QCoreApplication::translate("Turnstile::Monitor::TerminalPrompt", "Filter: ");
    TerminalLine line(name, {.bold = true});
    // Of what is too long the end is seen, as there is the cursor.
    const int room = std::max(1, width - line.cells() - 1);
    qsizetype begin = 0;
    while (TerminalText::cellsOf(TerminalText::printable(m_text.sliced(begin))) > room)
        begin += m_text.at(begin).isHighSurrogate() ? 2 : 1;
    const qsizetype bad = std::clamp(m_problemAt.start, begin, m_text.size());
    const qsizetype good = std::clamp(m_problemAt.start + m_problemAt.length, bad, m_text.size());
    line.add(m_text.sliced(begin, bad - begin))
        .add(m_text.sliced(bad, good - bad),
            TerminalStyle{.color = TerminalStyle::Color::Red, .underlined = true})
        .add(m_text.sliced(good))
        .add(QStringLiteral(" "), TerminalStyle{.reversed = true});
    return line;
}

void TerminalPrompt::setText(const QString &text)
{
    m_text = text;
    const Filter filter = Filter::parse(text);
    m_problem = filter.problem();
    m_problemAt = filter.problemAt();
    if (filter.isValid())
        m_filter = filter;
}

} // namespace Turnstile::Monitor
