// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalLine.h"

#include "monitor-app/views/TerminalText.h"

#include <algorithm>

namespace Turnstile::Monitor {

TerminalLine &TerminalLine::add(const QString &text, TerminalStyle style)
{
    if (!text.isEmpty())
        pieces.push_back({TerminalText::printable(text), style});
    return *this;
}

TerminalLine &TerminalLine::moveTo(int column, int least)
{
    return add(QString(std::max(least, column - cells()), QLatin1Char(' ')));
}

void TerminalLine::select(int columns)
{
    moveTo(columns);
    for (Piece &piece : pieces)
        piece.style.reversed = true;
}

int TerminalLine::cells() const
{
    int cells = 0;
    for (const Piece &piece : pieces)
        cells += TerminalText::cellsOf(piece.text);
    return cells;
}

QString TerminalLine::text() const
{
    QString text;
    for (const Piece &piece : pieces)
        text += piece.text;
    return text;
}

} // namespace Turnstile::Monitor
