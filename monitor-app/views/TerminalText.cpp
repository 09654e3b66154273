// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalText.h"

#include <algorithm>
#include <array>

namespace Turnstile::Monitor::TerminalText {

namespace {
struct Range {
    char32_t first;
    char32_t last;
};

// East Asian Width W and F of Unicode 15, neighbours put together.
constexpr std::array wide{Range{0x1100, 0x115f}, Range{0x231a, 0x231b}, Range{0x2329, 0x232a},
    Range{0x23e9, 0x23ec}, Range{0x23f0, 0x23f0}, Range{0x23f3, 0x23f3}, Range{0x25fd, 0x25fe},
    Range{0x2614, 0x2615}, Range{0x2648, 0x2653}, Range{0x267f, 0x267f}, Range{0x2693, 0x2693},
    Range{0x26a1, 0x26a1}, Range{0x26aa, 0x26ab}, Range{0x26bd, 0x26be}, Range{0x26c4, 0x26c5},
    Range{0x26ce, 0x26ce}, Range{0x26d4, 0x26d4}, Range{0x26ea, 0x26ea}, Range{0x26f2, 0x26f3},
    Range{0x26f5, 0x26f5}, Range{0x26fa, 0x26fa}, Range{0x26fd, 0x26fd}, Range{0x2705, 0x2705},
    Range{0x270a, 0x270b}, Range{0x2728, 0x2728}, Range{0x274c, 0x274c}, Range{0x274e, 0x274e},
    Range{0x2753, 0x2755}, Range{0x2757, 0x2757}, Range{0x2795, 0x2797}, Range{0x27b0, 0x27b0},
    Range{0x27bf, 0x27bf}, Range{0x2b1b, 0x2b1c}, Range{0x2b50, 0x2b50}, Range{0x2b55, 0x2b55},
    Range{0x2e80, 0x303e}, Range{0x3041, 0x4dbf}, Range{0x4e00, 0xa4cf}, Range{0xa960, 0xa97f},
    Range{0xac00, 0xd7a3}, Range{0xf900, 0xfaff}, Range{0xfe10, 0xfe19}, Range{0xfe30, 0xfe6f},
    Range{0xff00, 0xff60}, Range{0xffe0, 0xffe6}, Range{0x16fe0, 0x18cff}, Range{0x1b000, 0x1b2ff},
    Range{0x1f004, 0x1f004}, Range{0x1f0cf, 0x1f0cf}, Range{0x1f18e, 0x1f18e},
    Range{0x1f191, 0x1f19a}, Range{0x1f200, 0x1f320}, Range{0x1f32d, 0x1f335},
    Range{0x1f337, 0x1f37c}, Range{0x1f37e, 0x1f393}, Range{0x1f3a0, 0x1f3ca},
    Range{0x1f3cf, 0x1f3d3}, Range{0x1f3e0, 0x1f3f0}, Range{0x1f3f4, 0x1f3f4},
    Range{0x1f3f8, 0x1f43e}, Range{0x1f440, 0x1f440}, Range{0x1f442, 0x1f4fc},
    Range{0x1f4ff, 0x1f53d}, Range{0x1f54b, 0x1f54e}, Range{0x1f550, 0x1f567},
    Range{0x1f57a, 0x1f57a}, Range{0x1f595, 0x1f596}, Range{0x1f5a4, 0x1f5a4},
    Range{0x1f5fb, 0x1f64f}, Range{0x1f680, 0x1f6c5}, Range{0x1f6cc, 0x1f6cc},
    Range{0x1f6d0, 0x1f6d2}, Range{0x1f6d5, 0x1f6d7}, Range{0x1f6dc, 0x1f6df},
    Range{0x1f6eb, 0x1f6ec}, Range{0x1f6f4, 0x1f6fc}, Range{0x1f7e0, 0x1f7eb},
    Range{0x1f7f0, 0x1f7f0}, Range{0x1f90c, 0x1f93a}, Range{0x1f93c, 0x1f945},
    Range{0x1f947, 0x1f9ff}, Range{0x1fa70, 0x1faff}, Range{0x20000, 0x3fffd}};

bool isJoining(char32_t character)
{
    return character == 0x200d || (character >= 0xfe00 && character <= 0xfe0f);
}

bool isHarmful(char32_t character)
{
    switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Format: // turns the direction, joins, or is not there at all
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return false;
    }
}

// Units from the start of \a text that fit into \a cells, with what combines with the last one.
qsizetype unitsIn(QStringView text, int cells)
{
    qsizetype fits = 0;
    int used = 0;
    for (qsizetype at = 0; at < text.size();) {
        used += cellsOf(next(text, at));
        if (used > cells)
            break;
        fits = at;
    }
    return fits;
}
} // namespace

char32_t next(QStringView text, qsizetype &at)
{
    const QChar unit = text[at++];
    if (!unit.isSurrogate())
        return unit.unicode();
    if (!unit.isHighSurrogate() || at == text.size() || !text[at].isLowSurrogate())
        return QChar::ReplacementCharacter;
    return QChar::surrogateToUcs4(unit, text[at++]);
}

QString printable(const QString &text)
{
    QString result;
    result.reserve(text.size());
    for (qsizetype at = 0; at < text.size();) {
        const char32_t character = next(text, at);
        if (isJoining(character))
            continue;
        if (isHarmful(character))
            result += QChar(QChar::ReplacementCharacter);
        else
            result += QChar::fromUcs4(character);
    }
    return result;
}

int cellsOf(char32_t character)
{
    if (character < 0x300)
        return 1;
    switch (QChar::category(character)) {
    case QChar::Mark_NonSpacing:
    case QChar::Mark_Enclosing:
        return 0;
    default:
        break;
    }
    const auto *range = std::lower_bound(wide.begin(), wide.end(), character,
        [](Range one, char32_t wanted) { return one.last < wanted; });
    return range != wide.end() && range->first <= character ? 2 : 1;
}

int cellsOf(QStringView text)
{
    int cells = 0;
    for (qsizetype at = 0; at < text.size();)
        cells += cellsOf(next(text, at));
    return cells;
}

QString elided(const QString &text, int cells)
{
    const int all = cellsOf(text);
    if (all <= cells)
        return text;
    if (cells <= 0)
        return {};
    const int end = (cells - 1) / 2;
    // What is left out ends where no more than `end` cells remain.
    qsizetype tail = unitsIn(text, all - end);
    while (cellsOf(QStringView(text).sliced(tail)) > end)
        tail += text.at(tail).isHighSurrogate() ? 2 : 1;
    return text.first(unitsIn(text, cells - 1 - end)) + QStringLiteral("…") + text.sliced(tail);
}

QString cut(const QString &text, int cells)
{
    if (cellsOf(text) <= cells)
        return text;
    if (cells <= 0)
        return {};
    return text.first(unitsIn(text, cells - 1)) + QStringLiteral("…");
}

QString fitted(const QString &text, int cells, bool flushRight)
{
    const QString shown = elided(text, cells);
    const QString blanks(std::max(0, cells - cellsOf(shown)), QLatin1Char(' '));
    return flushRight ? blanks + shown : shown + blanks;
}

} // namespace Turnstile::Monitor::TerminalText
