// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/models/TableWriter.h"

#include <QtCore/QIODevice>

#include <algorithm>
#include <cmath>

namespace Turnstile::Monitor {

namespace {
constexpr qsizetype sliceSize = 64 * 1024;

bool looksLikeFormula(QByteArrayView text)
{
    return QByteArrayView("=+-@\t\r").contains(text.front());
}

bool needsQuotes(QByteArrayView text)
{
    return std::any_of(text.begin(), text.end(),
        [](char c) { return c == '"' || c == ',' || c == '\r' || c == '\n'; });
}
} // namespace

TableWriter::TableWriter(QIODevice *device, Form form, std::vector<QByteArrayView> columns)
    : m_device(device)
    , m_form(form)
    , m_columns(std::move(columns))
{
    m_slice.reserve(sliceSize + sliceSize / 8);
    if (form == Form::Json) {
        m_slice += '[';
        return;
    }
    for (const QByteArrayView column : m_columns)
        text(column);
    endRow();
}

void TableWriter::text(QByteArrayView utf8)
{
    if (utf8.isEmpty()) {
        nothing();
        return;
    }
    beginCell();
    if (m_form == Form::Json)
        addJsonText(utf8);
    else if (looksLikeFormula(utf8))
        addQuoted(QByteArray('\'' + utf8.toByteArray()));
    else
        addQuoted(utf8);
}

void TableWriter::number(qint64 number)
{
    beginCell();
    m_slice += QByteArray::number(number);
}

void TableWriter::number(double number)
{
    if (!std::isfinite(number)) {
        nothing();
        return;
    }
    beginCell();
    m_slice += QByteArray::number(number, 'g', 6);
}

void TableWriter::flag(bool flag)
{
    beginCell();
    m_slice += flag ? "true" : "false";
}

void TableWriter::nothing()
{
    beginCell();
    if (m_form == Form::Json)
        m_slice += "null";
}

void TableWriter::endRow()
{
    Q_ASSERT(m_column == m_columns.size());
    m_slice += m_form == Form::Json ? "}" : "\r\n";
    m_column = 0;
    m_hasRows = true;
    if (m_slice.size() >= sliceSize)
        flush();
}

bool TableWriter::finish()
{
    if (m_form == Form::Json)
        m_slice += m_hasRows ? "\n]\n" : "]\n";
    flush();
    return m_isWhole;
}

void TableWriter::beginCell()
{
    if (m_form == Form::Csv) {
        if (m_column > 0)
            m_slice += ',';
    } else {
        m_slice += m_column > 0 ? ", " : m_hasRows ? ",\n{" : "\n{";
        addJsonText(m_columns[m_column]);
        m_slice += ": ";
    }
    ++m_column;
}

void TableWriter::addQuoted(QByteArrayView text)
{
    if (!needsQuotes(text)) {
        m_slice += text;
        return;
    }
    m_slice += '"';
    for (const char c : text) {
        if (c == '"')
            m_slice += '"';
        m_slice += c;
    }
    m_slice += '"';
}

void TableWriter::addJsonText(QByteArrayView text)
{
    constexpr char digits[] = "0123456789abcdef";
    m_slice += '"';
    for (const char c : text) {
        if (quint8(c) < 0x20) {
            m_slice += "\\u00";
            m_slice += digits[quint8(c) >> 4];
            m_slice += digits[quint8(c) & 15];
            continue;
        }
        if (c == '"' || c == '\\')
            m_slice += '\\';
        m_slice += c;
    }
    m_slice += '"';
}

void TableWriter::flush()
{
    m_isWhole = m_isWhole && m_device->write(m_slice) == m_slice.size();
    m_slice.resize(0);
}

} // namespace Turnstile::Monitor
