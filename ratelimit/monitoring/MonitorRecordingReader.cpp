// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "ratelimit/monitoring/MonitorRecordingReader.h"

#include "ratelimit/monitoring/MonitorCodec.h"

#include <QtCore/QIODevice>
#include <QtCore/QtEndian>

#include <algorithm>

namespace Turnstile {

using Recording = MonitorRecording;
using Reader = MonitorRecordingReader;

static constexpr qint64 farRunUp = 4 * 1024 * 1024;
static constexpr qsizetype frameHead = 12;

QString MonitorRecordingReader::open(QIODevice *device)
{
    *this = {};
    m_device = device;
    const QByteArray begin = bytesAt(0, Recording::Header::mostBytes);
    qsizetype size = 0;
    const QString problem = Recording::Header::read(begin, &m_header, &size);
    if (!problem.isEmpty())
        return problem;
    m_begin = size;
    return scan();
}

QString MonitorRecordingReader::scan()
{
    m_end = m_begin;
    m_isTruncated = true;
    for (int count = 0; count < Recording::mostChunks; ++count) {
        const auto chunk = chunkAt(m_end);
        const qint64 next = m_end + Recording::Chunk::headSize + (chunk ? chunk->bodySize : 0);
        if (!chunk || chunk->first < m_duration || next > m_device->size())
            break;
        m_duration = chunk->last;
        if (chunk->flags & Recording::End) {
            m_isTruncated = false;
            break;
        }
        noteKey(*chunk, m_end);
        m_end = next;
    }
    if (m_end == m_begin)
        return m_isTruncated && m_device->size() >= m_begin + Recording::Chunk::headSize
                && !chunkAt(m_begin)
            ? QStringLiteral("The recording is damaged.")
            : QStringLiteral("The recording is empty.");
    seek({});
    const bool isGood = next({}) && (m_chunk.flags & Recording::KeyBegins);
    seek({});
    return isGood ? QString() : QStringLiteral("The recording is damaged.");
}

void MonitorRecordingReader::noteKey(const Recording::Chunk &chunk, qint64 offset)
{
    if (chunk.isOfNewerVersion() || !(chunk.flags & Recording::Key))
        return;
    if (chunk.flags & Recording::KeyBegins)
        m_openKey = KeyFrame{offset, 0, chunk.first, {}};
    if (!(chunk.flags & Recording::KeyEnds) || !m_openKey || m_keys.size() >= mostKeys)
        return;
    m_openKey->lastOffset = offset;
    m_openKey->completeAt = chunk.last;
    m_keys.push_back(*std::exchange(m_openKey, {}));
}

void MonitorRecordingReader::seek(microseconds at)
{
    const KeyFrame *key = at > microseconds::zero() ? keyAt(at) : nullptr;
    go(key ? *key : KeyFrame{m_begin, 0, {}, {}});
}

bool MonitorRecordingReader::seekAhead(microseconds at)
{
    const KeyFrame *key = keyAt(at);
    if (!key || key->offset <= m_offset)
        return false;
    go(*key);
    return true;
}

std::chrono::microseconds MonitorRecordingReader::keyBefore(
    microseconds at, microseconds runUp) const
{
    const KeyFrame *last = keyAt(at);
    if (!last)
        return {};
    const KeyFrame *first = keyAt(at - runUp);
    if (!first)
        first = m_keys.data();
    while (last->offset - first->offset > farRunUp)
        ++first;
    return first->completeAt;
}

const Reader::KeyFrame *MonitorRecordingReader::keyAt(microseconds at) const
{
    const auto isLater = [](microseconds time, const KeyFrame &key) {
        return time < key.completeAt;
    };
    const auto after = std::upper_bound(m_keys.begin(), m_keys.end(), at, isLater);
    return after == m_keys.begin() ? nullptr : &*std::prev(after);
}

void MonitorRecordingReader::go(const KeyFrame &key)
{
    m_offset = key.offset;
    m_frames.clear();
    m_place = 0;
    m_last = key.begunAt;
    m_isKeyDone = false;
}

std::optional<Reader::Frame> MonitorRecordingReader::next(TimePoint start)
{
    while (m_place < m_frames.size() || loadChunk()) {
        bool isBad = false;
        auto next = frame(start, &isBad);
        if (isBad)
            cut(m_offset); // what is before it in its chunk can be read
        else if (next)
            return next;
    }
    return {};
}

bool MonitorRecordingReader::loadChunk()
{
    while (m_offset < m_end) {
        const auto chunk = chunkAt(m_offset);
        m_loaded = m_offset;
        if (!chunk || chunk->first < m_last) {
            cut(m_loaded);
            return false;
        }
        m_offset += Recording::Chunk::headSize + chunk->bodySize;
        if (chunk->isOfNewerVersion() || (m_isKeyDone && (chunk->flags & Recording::Key)))
            continue;
        const QByteArray body = bytesAt(m_loaded + Recording::Chunk::headSize, chunk->bodySize);
        const auto frames = Recording::check(body) == chunk->bodyCheck
            ? Recording::unpack(body, chunk->size)
            : std::nullopt;
        if (!frames) {
            cut(m_loaded);
            return false;
        }
        m_chunk = *chunk;
        m_frames = *frames;
        m_place = 0;
        m_isKeyDone = m_isKeyDone || (chunk->flags & Recording::KeyEnds);
        return true;
    }
    return false;
}

// From here on nothing can be read.
void MonitorRecordingReader::cut(qint64 offset)
{
    m_end = m_offset = offset;
    m_frames.clear();
    m_place = 0;
    m_isTruncated = true;
    m_duration = m_last;
    while (!m_keys.empty() && m_keys.back().lastOffset >= m_loaded)
        m_keys.pop_back();
}

// Nothing when it is good, but of no interest.
std::optional<Reader::Frame> MonitorRecordingReader::frame(TimePoint start, bool *isBad)
{
    *isBad = true;
    const QByteArrayView rest = QByteArrayView(m_frames).sliced(m_place);
    if (rest.size() < frameHead)
        return {};
    Frame frame;
    frame.at = microseconds(qFromBigEndian<qint64>(rest.data()));
    const auto size = qsizetype(qFromBigEndian<quint32>(rest.data() + 8));
    if (frame.at < std::max(m_last, m_chunk.first) || frame.at > m_chunk.last
        || size > std::min(Recording::mostFrame, rest.size() - frameHead))
        return {};
    auto decoded = MonitorCodec::decode(rest.sliced(frameHead, size), start);
    if (!decoded.problem.isEmpty())
        return {};
    *isBad = false;
    m_last = frame.at;
    m_place += frameHead + size;
    frame.isKey = m_chunk.flags & Recording::Key;
    auto *update = std::get_if<MonitorUpdate>(&decoded.message);
    if (!update)
        return {};
    frame.update = std::move(*update);
    return frame;
}

std::optional<Recording::Chunk> MonitorRecordingReader::chunkAt(qint64 offset)
{
    return Recording::Chunk::read(bytesAt(offset, Recording::Chunk::headSize));
}

QByteArray MonitorRecordingReader::bytesAt(qint64 offset, qint64 size)
{
    return m_device->seek(offset) ? m_device->read(size) : QByteArray();
}

} // namespace Turnstile
