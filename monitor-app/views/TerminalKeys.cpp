// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/TerminalKeys.h"

#include <QtCore/QList>
#include <QtCore/QString>

#include <optional>

namespace Turnstile::Monitor {

namespace {
using Code = TerminalKey::Code;
constexpr char escape = '\x1b';

/// What the beginning of some bytes is.
struct Start {
    int length = 1; // 0: the beginning of something longer
    std::optional<TerminalKey> key = {};
};

std::optional<TerminalKey> control(char byte)
{
    switch (byte) {
    case '\r':
    case '\n':
        return TerminalKey{Code::Enter};
    case '\b':
    case '\x7f':
        return TerminalKey{Code::Backspace};
    case '\x0c':
        return TerminalKey{Code::Redraw};
    case '\x15':
        return TerminalKey{Code::EraseAll};
    case '\x17':
        return TerminalKey{Code::EraseWord};
    default:
        return {};
    }
}

std::optional<TerminalKey> sequence(char final, const QByteArray &parameters)
{
    switch (final) {
    case 'A':
        return TerminalKey{Code::Up};
    case 'B':
        return TerminalKey{Code::Down};
    case 'C':
        return TerminalKey{Code::Right};
    case 'D':
        return TerminalKey{Code::Left};
    case 'H':
        return TerminalKey{Code::Home};
    case 'F':
        return TerminalKey{Code::End};
    case 'M': // Enter of a keypad
        return parameters.isEmpty() ? std::optional(TerminalKey{Code::Enter}) : std::nullopt;
    case '~':
        break;
    default:
        return {};
    }
    const QByteArray number = parameters.split(';').constFirst();
    if (number == "1" || number == "7")
        return TerminalKey{Code::Home};
    if (number == "4" || number == "8")
        return TerminalKey{Code::End};
    if (number == "5")
        return TerminalKey{Code::PageUp};
    if (number == "6")
        return TerminalKey{Code::PageDown};
    return {};
}

Start readEscape(const QByteArray &bytes)
{
    if (bytes.size() == 1)
        return {0};
    if (bytes[1] != '[' && bytes[1] != 'O')
        return {1, TerminalKey{Code::Escape}};
    int at = 2;
    while (at < bytes.size() && bytes[at] >= ' ' && bytes[at] < '@')
        ++at;
    if (at >= TerminalKeys::longestSequence)
        return {at};
    if (at == bytes.size())
        return {0};
    return {at + 1, sequence(bytes[at], bytes.mid(2, at - 2))};
}

Start readCharacter(const QByteArray &bytes)
{
    const auto lead = uchar(bytes[0]);
    const int length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead >= 0x80 && lead < 0xc2)
        return {};
    for (int i = 1; i < length; ++i) {
        if (i == bytes.size())
            return {0};
        if ((uchar(bytes[i]) & 0xc0) != 0x80)
            return {i};
    }
    const auto text = QString::fromUtf8(bytes.constData(), length).toUcs4();
    if (text.size() != 1 || text.first() == QChar::ReplacementCharacter)
        return {length};
    return {length, TerminalKey{Code::Character, text.first()}};
}

Start read(const QByteArray &bytes)
{
    if (bytes[0] == escape)
        return readEscape(bytes);
    if (uchar(bytes[0]) < ' ' || bytes[0] == '\x7f')
        return {1, control(bytes[0])};
    return readCharacter(bytes);
}
} // namespace

std::vector<TerminalKey> TerminalKeys::feed(const QByteArray &bytes)
{
    std::vector<TerminalKey> keys;
    m_rest += bytes;
    while (!m_rest.isEmpty()) {
        const Start start = read(m_rest);
        if (start.length == 0)
            break;
        if (start.key)
            keys.push_back(*start.key);
        m_rest.remove(0, start.length);
    }
    return keys;
}

std::vector<TerminalKey> TerminalKeys::flush()
{
    const bool isKey = m_rest == QByteArrayView(&escape, 1);
    m_rest.clear();
    return isKey ? std::vector{TerminalKey{Code::Escape}} : std::vector<TerminalKey>();
}

} // namespace Turnstile::Monitor
