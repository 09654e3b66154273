// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <utility>

/// \file
/// The part of CBOR (RFC 8949) that the monitor's protocol needs, at the speed of a copy: Qt's
/// writer takes a microsecond for a ticket, which the bot would have to pay.

namespace Turnstile {

/// Writes items of definite length.
class CborWriter {
public:
    CborWriter();

    void number(quint64 value) { head(0, value); }
    void number(qint64 value);
    void boolean(bool value);
    void bytes(QByteArrayView value);
    /// What is longer than \a most UTF-16 units is cut off.
    void text(QStringView value, qsizetype most);
    void array(size_t count) { head(4, count); }

    /// A map whose fields are counted as they come; at most 23.
    class Map;

    QByteArray take();

private:
    void ensure(qsizetype size);
    void head(int major, quint64 value);

    QByteArray m_bytes;
    qsizetype m_size = 0;
};

class CborWriter::Map {
public:
    explicit Map(CborWriter *writer);
    ~Map();
    Q_DISABLE_COPY_MOVE(Map)

    /// The writer, for the value of \a key.
    CborWriter &field(int key);
    /// Fields with numbers that are left out when they are zero.
    void number(int key, quint64 value);
    void number(int key, int value);

private:
    CborWriter *m_writer;
    qsizetype m_position;
    int m_count = 0;
};

/// Reads items from bytes that may be anything. The first thing that is wrong is kept; from then on
/// everything read is zero or empty.
class CborReader {
public:
    explicit CborReader(QByteArrayView bytes)
        : m_rest(bytes)
    {
    }

    quint64 unsignedNumber();
    qint64 number();
    /// A number from \a least to \a most.
    qint64 number(qint64 least, qint64 most);
    bool boolean();
    QByteArray bytes(qsizetype most);
    QString text(qsizetype mostUnits);

    /// Calls \a item() for each of a list, of at most \a most.
    template <typename Item> void array(size_t most, Item &&item)
    {
        const quint64 count = length(4);
        if (count > most)
            fail(Problem::TooLong);
        for (quint64 i = 0; i < count && isGood(); ++i)
            item();
    }
    /// Calls \a field(key) for each of a map, which reads the value or returns false.
    template <typename Field> void map(Field &&field)
    {
        const quint64 count = length(5);
        for (quint64 i = 0; i < count && isGood(); ++i) {
            const quint64 key = unsignedNumber();
            if (isGood() && !field(key))
                skip();
        }
    }
    void skip() { skip(16); }

    enum class Problem : quint8 { None, Ends, WrongType, OutOfRange, TooLong, TooDeep, NotUtf8 };
    void fail(Problem problem)
    {
        if (isGood())
            m_problem = problem;
    }
    bool isGood() const { return m_problem == Problem::None; }
    Problem problem() const { return m_problem; }
    bool isAtEnd() const { return m_rest.isEmpty(); }

private:
    struct Head {
        int major = -1;
        int info = 0;
        quint64 value = 0;
    };
    Head head();
    quint64 length(int major);
    QByteArrayView string(int major);
    void skip(int depth);

    QByteArrayView m_rest;
    Problem m_problem = Problem::None;
};

} // namespace Turnstile
