// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/views/TerminalText.h"

#include <QtCore/QSize>
#include <QtCore/QStringDecoder>
#include <QtCore/QStringList>

#include <vector>

/// As much of a terminal as a program needs that only moves the cursor, erases and changes styles.
/// Whatever else it is sent is counted as strange.
class FakeTerminal {
public:
    explicit FakeTerminal(QSize size) { resize(size); }

    void resize(QSize size)
    {
        m_size = size;
        m_cells.assign(size_t(size.height()), blankRow());
    }

    void feed(const QByteArray &bytes)
    {
        m_rest += m_decoder(bytes);
        while (!m_rest.isEmpty()) {
            const qsizetype used = m_rest.front() == QChar(0x1b) ? readSequence() : readText();
            if (used == 0)
                break;
            m_rest.remove(0, used);
        }
    }

    QString row(int y) const
    {
        QString text;
        for (const QString &cell : m_cells[size_t(y)])
            text += cell;
        while (text.endsWith(u' '))
            text.chop(1);
        return text;
    }
    QString text() const
    {
        QStringList rows;
        for (int y = 0; y < m_size.height(); ++y)
            rows += row(y);
        return rows.join(u'\n');
    }

    bool isAlternate = false;
    bool hasCursor = true;
    bool wraps = true;
    int strange = 0;    ///< sequences and control characters that it does not know
    int beyond = 0;     ///< characters that did not fit into their line
    QStringList styles; ///< parameters of all changes of style

private:
    std::vector<QString> blankRow() const
    {
        return std::vector<QString>(size_t(m_size.width()), QStringLiteral(" "));
    }

    qsizetype readText()
    {
        qsizetype at = 0;
        const char32_t character = Turnstile::Monitor::TerminalText::next(m_rest, at);
        if (character < U' ' || (character >= 0x7f && character < 0xa0)) {
            strange += character == U'\r' || character == U'\n' ? 0 : 1;
            if (character == U'\r')
                m_x = 0;
            else if (character == U'\n')
                m_y = std::min(m_y + 1, m_size.height() - 1);
            return at;
        }
        const int cells = Turnstile::Monitor::TerminalText::cellsOf(character);
        if (m_x + cells > m_size.width()) {
            ++beyond;
            return at;
        }
        std::vector<QString> &row = m_cells[size_t(m_y)];
        if (cells == 0)
            row[size_t(std::max(0, m_x - 1))] += m_rest.first(at);
        else
            row[size_t(m_x)] = m_rest.first(at);
        if (cells == 2)
            row[size_t(m_x + 1)] = QString();
        m_x += cells;
        return at;
    }

    qsizetype readSequence()
    {
        if (m_rest.size() < 3 && (m_rest.size() < 2 || m_rest[1] == u'['))
            return 0;
        if (m_rest[1] != u'[') {
            ++strange;
            return 1;
        }
        qsizetype at = 2;
        while (at < m_rest.size() && m_rest[at] < u'@')
            ++at;
        if (at == m_rest.size())
            return 0;
        apply(m_rest[at], m_rest.sliced(2, at - 2));
        return at + 1;
    }

    void apply(QChar final, const QString &parameters)
    {
        if (final == u'H') {
            const QStringList place = parameters.split(u';');
            m_y = std::clamp(place.value(0).toInt() - 1, 0, m_size.height() - 1);
            m_x = std::clamp(place.value(1).toInt() - 1, 0, m_size.width() - 1);
        } else if (final == u'K' && parameters.isEmpty()) {
            for (int x = m_x; x < m_size.width(); ++x)
                m_cells[size_t(m_y)][size_t(x)] = QStringLiteral(" ");
        } else if (final == u'J' && parameters == u"2") {
            m_cells.assign(size_t(m_size.height()), blankRow());
        } else if (final == u'm') {
            styles += parameters;
        } else if (parameters == u"?1049") {
            isAlternate = final == u'h';
        } else if (parameters == u"?25") {
            hasCursor = final == u'h';
        } else if (parameters == u"?7") {
            wraps = final == u'h';
        } else {
            ++strange;
        }
    }

    QSize m_size;
    std::vector<std::vector<QString>> m_cells;
    QStringDecoder m_decoder{QStringDecoder::Utf8};
    QString m_rest;
    int m_x = 0;
    int m_y = 0;
};
