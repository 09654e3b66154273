// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QStringView>

#include <optional>
#include <vector>

class QIODevice;

namespace Turnstile::Monitor {

/// Writes a table to a device, a slice at a time: as CSV (RFC 4180, UTF-8) for spreadsheets, or as
/// a JSON array with an object for each row.
///
/// Cells are given in the order of the columns. One without a value is empty in CSV, null in JSON.
/// Texts that a spreadsheet would take for a formula are led by an apostrophe in CSV.
class TableWriter {
public:
    enum class Form : quint8 { Csv, Json };

    TableWriter(QIODevice *device, Form form, std::vector<QByteArrayView> columns);

    void text(QByteArrayView utf8); ///< empty: without a value
    void text(QStringView text) { this->text(QByteArrayView(text.toUtf8())); }
    void number(qint64 number);
    void number(double number);
    void flag(bool flag);
    void nothing();
    template <typename Number> void number(const std::optional<Number> &number)
    {
        number ? this->number(qint64(*number)) : nothing();
    }
    void endRow();

    /// Writes what is left. Whether the device took everything.
    bool finish();

private:
    void beginCell();
    void addQuoted(QByteArrayView text); ///< for CSV
    void addJsonText(QByteArrayView text);
    void flush();

    QIODevice *m_device;
    Form m_form;
    std::vector<QByteArrayView> m_columns;
    QByteArray m_slice;
    size_t m_column = 0;
    bool m_hasRows = false;
    bool m_isWhole = true;
};

} // namespace Turnstile::Monitor
