// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorRecordingWriter.h"

#include "ratelimit/monitoring/MonitorCodec.h"

#include <QtCore/QIODevice>
#include <QtCore/QtEndian>

namespace Turnstile {

using namespace std::chrono_literals;
using Recording = MonitorRecording;

static constexpr qsizetype fullChunk = 256 * 1024;
static constexpr auto longestChunk = 1s;
static constexpr qint64 largeKey = 1024 * 1024;
static constexpr qint64 fewNews = 4 * 1024 * 1024;

MonitorRecordingWriter::MonitorRecordingWriter(QIODevice *device)
    : m_device(device)
{
}

bool MonitorRecordingWriter::begin(const QString &application, TimePoint start, WallTime startedAt)
{
    m_start = start;
    return write(Recording::Header{application, startedAt}.toBytes());
}

bool MonitorRecordingWriter::add(const MonitorUpdate &update, TimePoint at)
{
    constexpr size_t most = MonitorProtocol::mostItems;
    if (update.removed.size() <= most)
        return addFrame(update, at, 0);
    MonitorUpdate part = update;
    MonitorUpdate rest;
    rest.at = rest.since = update.at;
    rest.removed.assign(update.removed.begin() + most, update.removed.end());
    part.removed.resize(most);
    return addFrame(part, at, 0) && add(rest, at);
}

bool MonitorRecordingWriter::addKey(const MonitorUpdate &part, TimePoint at)
{
    quint32 flags = Recording::Key;
    if (part.snapshotBegins)
        flags |= Recording::KeyBegins;
    if (part.snapshotEnds)
        flags |= Recording::KeyEnds;
    return addFrame(part, at, flags);
}

bool MonitorRecordingWriter::isKeyDue(TimePoint now) const
{
    return m_newsSize > std::max(m_keySize, fewNews)
        || (m_newsSize > 0 && time(now) - m_keyAt >= (m_keySize > largeKey ? 60s : 10s));
}

bool MonitorRecordingWriter::flush()
{
    if (m_frames.isEmpty())
        return m_problem.isEmpty();
    const QByteArray body = Recording::pack(m_frames);
    const Recording::Chunk chunk{quint32(body.size()), quint32(m_frames.size()), m_flags, m_first,
        m_last, Recording::check(body)};
    m_frames.clear();
    m_flags = 0;
    return write(chunk.toBytes() + body);
}

bool MonitorRecordingWriter::end(TimePoint at)
{
    flush();
    return write(
        Recording::Chunk{0, 0, Recording::End, time(at), time(at), Recording::check({})}.toBytes());
}

bool MonitorRecordingWriter::addFrame(const MonitorUpdate &update, TimePoint at, quint32 flags)
{
    const bool isOther = (m_flags & Recording::Key) != (flags & Recording::Key);
    if ((isOther || (flags & Recording::KeyBegins)) && !flush())
        return false;
    m_last = time(at);
    if (m_frames.isEmpty())
        m_first = m_last;
    const QByteArray payload = MonitorCodec::encode(update, m_start);
    if (payload.size() > Recording::mostFrame) {
        m_problem = QStringLiteral("An update is too large to be recorded.");
        return false;
    }
    char head[12];
    qToBigEndian(qint64(m_last.count()), head);
    qToBigEndian(quint32(payload.size()), head + 8);
    m_frames.append(head, sizeof(head)).append(payload);
    m_flags |= flags;
    if (flags & Recording::KeyBegins) {
        m_keyAt = m_last;
        m_keySize = m_newsSize = 0;
    }
    (flags & Recording::Key ? m_keySize : m_newsSize) += payload.size();
    if ((flags & Recording::KeyEnds) || m_frames.size() >= fullChunk
        || m_last - m_first >= longestChunk)
        return flush();
    return m_problem.isEmpty();
}

bool MonitorRecordingWriter::write(const QByteArray &bytes)
{
    if (!m_problem.isEmpty())
        return false;
    if (m_device->write(bytes) != bytes.size()) {
        m_problem =
            QStringLiteral("The recording cannot be written: %1.").arg(m_device->errorString());
        return false;
    }
    m_bytesWritten += bytes.size();
    return true;
}

MonitorRecording::microseconds MonitorRecordingWriter::time(TimePoint at) const
{
    return std::clamp(
        std::chrono::floor<Recording::microseconds>(at - m_start), m_last, Recording::longest);
}

} // namespace Turnstile
