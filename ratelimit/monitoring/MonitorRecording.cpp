// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorRecording.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDataStream>
#include <QtCore/QIODevice>
#include <QtCore/QtEndian>

namespace Turnstile {

using Recording = MonitorRecording;

static constexpr char magic[] = "TSREC\r\n\x1a";
static constexpr qsizetype magicSize = sizeof(magic) - 1;
static constexpr qsizetype prefixSize = 4;
static constexpr qsizetype mostPacked = Recording::block + 64; // of what cannot be compressed

static QByteArray checked(const QByteArray &bytes)
{
    QByteArray check(prefixSize, Qt::Uninitialized);
    qToBigEndian(Recording::check(bytes), check.data());
    return bytes + check;
}

static bool isChecked(QByteArrayView bytes)
{
    const qsizetype size = bytes.size() - prefixSize;
    return qFromBigEndian<quint32>(bytes.data() + size) == Recording::check(bytes.first(size));
}

static QByteArray utf8(const QString &text, qsizetype most)
{
    QString cut = text;
    while (cut.toUtf8().size() > most)
        cut.chop(1);
    return cut.toUtf8();
}

QByteArray MonitorRecording::Header::toBytes() const
{
    QByteArray bytes(magic, magicSize);
    QDataStream out(&bytes, QIODevice::Append);
    const QByteArray name = utf8(application, mostName);
    out << quint16(majorVersion) << quint16(minorVersion)
        << qint64(startedAt.time_since_epoch().count()) << quint16(name.size());
    return checked(bytes + name);
}

QString MonitorRecording::Header::read(QByteArrayView file, Header *header, qsizetype *size)
{
    if (!file.startsWith(QByteArrayView(magic, magicSize)))
        return QStringLiteral("This is not a recording of a monitor.");
    QDataStream in(QByteArray::fromRawData(
        file.data() + magicSize, std::min(file.size(), mostBytes) - magicSize));
    quint16 major = 0, minor = 0, nameSize = 0;
    qint64 startedAt = 0;
    in >> major >> minor >> startedAt >> nameSize;
    const qsizetype nameAt = mostBytes - mostName - prefixSize;
    if (in.status() == QDataStream::Ok && major != majorVersion)
        return QStringLiteral("This is a recording of version %1, and version %2 can be read.")
            .arg(major)
            .arg(majorVersion);
    *size = nameAt + nameSize + prefixSize;
    if (in.status() != QDataStream::Ok || nameSize > mostName || file.size() < *size)
        return QStringLiteral("The recording ends before it has begun.");
    if (!isChecked(file.first(*size)))
        return QStringLiteral("The recording is damaged.");
    header->application = QString::fromUtf8(file.sliced(nameAt, nameSize));
    header->startedAt = WallTime(milliseconds(startedAt));
    return {};
}

QByteArray MonitorRecording::Chunk::toBytes() const
{
    QByteArray bytes;
    QDataStream out(&bytes, QIODevice::WriteOnly);
    out << bodySize << size << flags << qint64(first.count()) << qint64(last.count()) << bodyCheck;
    return checked(bytes);
}

std::optional<Recording::Chunk> MonitorRecording::Chunk::read(QByteArrayView bytes)
{
    if (bytes.size() != Chunk::headSize || !isChecked(bytes))
        return {};
    Chunk chunk;
    qint64 first = 0, last = 0;
    QDataStream in(QByteArray::fromRawData(bytes.data(), bytes.size()));
    in >> chunk.bodySize >> chunk.size >> chunk.flags >> first >> last >> chunk.bodyCheck;
    chunk.first = microseconds(first);
    chunk.last = microseconds(last);
    const bool isEnd = chunk.flags & End;
    const qsizetype blocks = (qsizetype(chunk.size) + block - 1) / block;
    if (first < 0 || last < first || chunk.last > longest || qsizetype(chunk.size) > mostChunk
        || isEnd != (chunk.size == 0) || (chunk.bodySize == 0) != isEnd
        || qsizetype(chunk.bodySize) > blocks * (mostPacked + prefixSize))
        return {};
    return chunk;
}

QByteArray MonitorRecording::pack(QByteArrayView frames)
{
    QByteArray body;
    while (!frames.isEmpty()) {
        const qsizetype size = std::min(block, frames.size());
        QByteArray packed = qCompress(reinterpret_cast<const uchar *>(frames.data()), size);
        // qCompress begins with the size of what was compressed, a block with its own
        qToBigEndian(quint32(packed.size() - prefixSize), packed.data());
        body += packed;
        frames = frames.sliced(size);
    }
    return body;
}

std::optional<QByteArray> MonitorRecording::unpack(QByteArrayView body, qsizetype size)
{
    QByteArray frames;
    while (body.size() >= prefixSize) {
        const auto packedSize = qsizetype(qFromBigEndian<quint32>(body.data()));
        const qsizetype expected = std::min(block, size - frames.size());
        if (packedSize > std::min(mostPacked, body.size() - prefixSize) || expected == 0)
            return {};
        QByteArray packed = body.first(prefixSize + packedSize).toByteArray();
        qToBigEndian(quint32(expected), packed.data());
        const QByteArray unpacked = qUncompress(packed);
        if (unpacked.size() != expected)
            return {};
        frames += unpacked;
        body = body.sliced(packed.size());
    }
    return body.isEmpty() && frames.size() == size ? std::optional(frames) : std::nullopt;
}

quint32 MonitorRecording::check(QByteArrayView bytes)
{
    const QByteArray hash = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256);
    return qFromBigEndian<quint32>(hash.constData());
}

} // namespace Turnstile
