// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/Cbor.h"

#include <QtCore/QStringConverter>
#include <QtCore/QtEndian>

#include <cstring>
#include <limits>

namespace Turnstile {

namespace {
enum Major { Unsigned, Negative, Bytes, Text, List, Pairs, Tag, Simple };
constexpr qsizetype mostHeadSize = 9;

int writeHead(char *out, int major, quint64 value)
{
    const auto first = [&](int info) { *out = char(major << 5 | info); };
    if (value < 24) {
        first(int(value));
        return 1;
    }
    if (value <= std::numeric_limits<quint8>::max()) {
        first(24);
        out[1] = char(value);
        return 2;
    }
    if (value <= std::numeric_limits<quint16>::max()) {
        first(25);
        qToBigEndian(quint16(value), out + 1);
        return 3;
    }
    if (value <= std::numeric_limits<quint32>::max()) {
        first(26);
        qToBigEndian(quint32(value), out + 1);
        return 5;
    }
    first(27);
    qToBigEndian(value, out + 1);
    return 9;
}
} // namespace

CborWriter::CborWriter()
{
    ensure(256);
}

void CborWriter::ensure(qsizetype size)
{
    if (m_size + size > m_bytes.size())
        m_bytes.resize(std::max(2 * m_bytes.size(), m_size + size));
}

void CborWriter::head(int major, quint64 value)
{
    ensure(mostHeadSize);
    m_size += writeHead(m_bytes.data() + m_size, major, value);
}

void CborWriter::number(qint64 value)
{
    if (value >= 0)
        head(Unsigned, quint64(value));
    else
        head(Negative, quint64(-1 - value));
}

void CborWriter::boolean(bool value)
{
    head(Simple, value ? 21 : 20);
}

void CborWriter::bytes(QByteArrayView value)
{
    head(Bytes, quint64(value.size()));
    ensure(value.size());
    std::memcpy(m_bytes.data() + m_size, value.data(), size_t(value.size()));
    m_size += value.size();
}

void CborWriter::text(QStringView value, qsizetype most)
{
    const QStringView kept = value.left(most);
    QStringEncoder encoder(QStringEncoder::Utf8);
    ensure(mostHeadSize + encoder.requiredSpace(kept.size()));
    char *begin = m_bytes.data() + m_size;
    char *body = begin + mostHeadSize; // how long the head is turns out behind it
    const qsizetype size = encoder.appendToBuffer(body, kept) - body;
    const int headSize = writeHead(begin, Text, quint64(size));
    std::memmove(begin + headSize, body, size_t(size));
    m_size += headSize + size;
}

QByteArray CborWriter::take()
{
    m_bytes.truncate(m_size);
    m_size = 0;
    return std::exchange(m_bytes, {});
}

CborWriter::Map::Map(CborWriter *writer)
    : m_writer(writer)
    , m_position(writer->m_size)
{
    writer->head(Pairs, 0);
}

CborWriter::Map::~Map()
{
    Q_ASSERT(m_count < 24);
    m_writer->m_bytes.data()[m_position] = char(Pairs << 5 | m_count);
}

CborWriter &CborWriter::Map::field(int key)
{
    ++m_count;
    m_writer->number(quint64(key));
    return *m_writer;
}

void CborWriter::Map::number(int key, quint64 value)
{
    if (value != 0)
        field(key).number(value);
}

void CborWriter::Map::number(int key, int value)
{
    if (value != 0)
        field(key).number(qint64(value));
}

CborReader::Head CborReader::head()
{
    if (!isGood())
        return {};
    if (m_rest.isEmpty()) {
        fail(Problem::Ends);
        return {};
    }
    const auto first = quint8(m_rest[0]);
    Head head{first >> 5, first & 31, quint64(first & 31)};
    m_rest = m_rest.sliced(1);
    if (head.info < 24)
        return head;
    if (head.info > 27) { // indefinite lengths are not spoken here
        fail(Problem::WrongType);
        return {};
    }
    const qsizetype size = qsizetype(1) << (head.info - 24);
    if (m_rest.size() < size) {
        fail(Problem::Ends);
        return {};
    }
    head.value = 0;
    for (qsizetype i = 0; i < size; ++i)
        head.value = head.value << 8 | quint8(m_rest[i]);
    m_rest = m_rest.sliced(size);
    return head;
}

quint64 CborReader::length(int major)
{
    const Head found = head();
    if (isGood() && found.major != major)
        fail(Problem::WrongType);
    return isGood() ? found.value : 0;
}

quint64 CborReader::unsignedNumber()
{
    return length(Unsigned);
}

qint64 CborReader::number()
{
    const Head found = head();
    if (isGood() && found.major != Unsigned && found.major != Negative)
        fail(Problem::WrongType);
    if (isGood() && found.value > quint64(std::numeric_limits<qint64>::max()))
        fail(Problem::OutOfRange);
    if (!isGood())
        return 0;
    return found.major == Unsigned ? qint64(found.value) : -1 - qint64(found.value);
}

qint64 CborReader::number(qint64 least, qint64 most)
{
    const qint64 value = number();
    if (isGood() && (value < least || value > most))
        fail(Problem::OutOfRange);
    return isGood() ? value : least;
}

bool CborReader::boolean()
{
    const Head found = head();
    if (isGood() && (found.major != Simple || (found.info != 20 && found.info != 21)))
        fail(Problem::WrongType);
    return isGood() && found.info == 21;
}

QByteArrayView CborReader::string(int major)
{
    const quint64 size = length(major);
    if (isGood() && size > quint64(m_rest.size()))
        fail(Problem::Ends);
    if (!isGood())
        return {};
    const QByteArrayView value = m_rest.first(qsizetype(size));
    m_rest = m_rest.sliced(qsizetype(size));
    return value;
}

QByteArray CborReader::bytes(qsizetype most)
{
    const QByteArrayView value = string(Bytes);
    if (value.size() > most)
        fail(Problem::TooLong);
    return isGood() ? value.toByteArray() : QByteArray();
}

QString CborReader::text(qsizetype mostUnits)
{
    const QByteArrayView value = string(Text);
    if (value.size() > 4 * mostUnits) { // without looking
        fail(Problem::TooLong);
        return {};
    }
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(value);
    if (decoder.hasError())
        fail(Problem::NotUtf8);
    else if (text.size() > mostUnits)
        fail(Problem::TooLong);
    return isGood() ? text : QString();
}

void CborReader::skip(int depth)
{
    if (depth == 0) {
        fail(Problem::TooDeep);
        return;
    }
    const QByteArrayView begin = m_rest;
    const Head found = head();
    switch (found.major) {
    case Bytes:
    case Text:
        m_rest = begin;
        string(found.major);
        break;
    case List:
    case Pairs: {
        const quint64 values = found.major == Pairs ? 2 : 1;
        for (quint64 i = 0; i < found.value && isGood(); ++i) {
            for (quint64 value = 0; value < values; ++value)
                skip(depth - 1);
        }
        break;
    }
    case Tag:
        skip(depth - 1);
        break;
    default: // numbers and simple values are nothing but their head
        break;
    }
}

} // namespace Turnstile
