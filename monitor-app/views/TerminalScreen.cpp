// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalScreen.h"

#include "monitor-app/views/TerminalText.h"

namespace Turnstile::Monitor {

namespace {
constexpr int cheapGap = 6; // cells that are as cheap to send again as to jump over

const char *codeOf(TerminalStyle::Color color)
{
    switch (color) {
    case TerminalStyle::Color::Text:
    case TerminalStyle::Color::Dim:
        return "";
    case TerminalStyle::Color::Red:
        return ";31";
    case TerminalStyle::Color::Amber:
        return ";33";
    case TerminalStyle::Color::Green:
        return ";32";
    case TerminalStyle::Color::Blue:
        return ";94"; // the darker one cannot be read on black
    case TerminalStyle::Color::Purple:
        return ";35";
    }
    Q_UNREACHABLE();
}
} // namespace

void TerminalScreen::setColored(bool colored)
{
    if (m_colored != colored)
        forget();
    m_colored = colored;
}

QByteArray TerminalScreen::update(const std::vector<TerminalLine> &lines, QSize size)
{
    QByteArray bytes;
    if (m_cells.empty() || m_size != size) {
        m_size = size;
        m_style = {};
        m_cells.assign(size_t(size.height()), Row(size_t(size.width())));
        bytes = QByteArrayLiteral("\x1b[m\x1b[2J");
    }
    for (int y = 0; y < size.height(); ++y) {
        Row &old = m_cells[size_t(y)];
        Row row =
            cellsOf(size_t(y) < lines.size() ? lines[size_t(y)] : TerminalLine(), size.width());
        for (int x = 0; x < size.width(); ++x) {
            if (row[size_t(x)] == old[size_t(x)])
                continue;
            int end = x + 1; // behind the last changed cell
            for (int next = end; next < size.width() && next - end <= cheapGap; ++next) {
                if (row[size_t(next)] != old[size_t(next)])
                    end = next + 1;
            }
            bytes += "\x1b[" + QByteArray::number(y + 1) + ';' + QByteArray::number(x + 1) + 'H';
            send(row, x, end, bytes);
            x = end;
        }
        old = std::move(row);
    }
    if (!bytes.isEmpty())
        setStyle({}, bytes);
    return bytes;
}

TerminalScreen::Row TerminalScreen::cellsOf(const TerminalLine &line, int columns)
{
    Row row;
    row.reserve(size_t(columns));
    for (const TerminalLine::Piece &piece : line.pieces) {
        for (qsizetype at = 0; at < piece.text.size();) {
            const char32_t character = TerminalText::next(piece.text, at);
            const QString text = QString::fromUcs4(&character, 1);
            const int cells = TerminalText::cellsOf(character);
            if (int(row.size()) + cells > columns)
                break;
            if (cells > 0)
                row.push_back({text, piece.style});
            else if (!row.empty())
                (row.back().text.isEmpty() ? row[row.size() - 2] : row.back()).text += text;
            if (cells == 2)
                row.push_back({QString(), piece.style});
        }
    }
    row.resize(size_t(columns));
    return row;
}

void TerminalScreen::send(const Row &row, int from, int to, QByteArray &bytes)
{
    int used = int(row.size());
    while (used > from && row[size_t(used - 1)] == Cell())
        --used;
    const bool erases = to - used >= 3; // that takes three bytes
    if (erases)
        to = used;
    for (int x = from; x < to; ++x) {
        setStyle(row[size_t(x)].style, bytes);
        bytes += row[size_t(x)].text.toUtf8();
    }
    if (erases) {
        setStyle({}, bytes);
        bytes += "\x1b[K";
    }
}

void TerminalScreen::setStyle(TerminalStyle style, QByteArray &bytes)
{
    if (style == m_style)
        return;
    m_style = style;
    bytes += "\x1b[";
    if (style != TerminalStyle()) {
        bytes += '0';
        bytes += style.bold ? ";1" : "";
        bytes += style.color == TerminalStyle::Color::Dim ? ";2" : "";
        bytes += style.underlined ? ";4" : "";
        bytes += style.reversed ? ";7" : "";
        bytes += m_colored ? codeOf(style.color) : "";
    }
    bytes += 'm';
}

} // namespace Turnstile::Monitor
