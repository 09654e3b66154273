// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorRecording.h"
#include "ratelimit/monitoring/MonitorUpdate.h"

#include <vector>

QT_BEGIN_NAMESPACE
class QIODevice;
QT_END_NAMESPACE

namespace Turnstile {

/// Reads a `.tsrec` file, which may be anything: what was cut off or damaged, and all after it,
/// counts as not there. Holds one chunk and the places of the key frames. Reads when it is asked,
/// and blocks as long as that takes; one thread at a time.
class TURNSTILE_RATELIMIT_EXPORT MonitorRecordingReader {
public:
    /// The unit of times in a recording, counted from its start.
    using microseconds = std::chrono::microseconds;
    static constexpr size_t mostKeys = 500'000; ///< further ones are not sought

    /// Reads the begin, and finds the chunks without unpacking them. \a device can be sought in,
    /// stays the caller's, and has to live as long as this is used. Returns what is wrong, in a
    /// sentence; empty: nothing is.
    QString open(QIODevice *device);

    /// The bot's name, as it was recorded.
    const QString &application() const { return m_header.application; }
    /// When the recording began.
    WallTime startedAt() const { return m_header.startedAt; }
    /// How long it goes on, as far as it can be read.
    microseconds duration() const { return m_duration; }
    /// Whether the recording was not ended, or is damaged: as far as is known, for what is inside
    /// of chunks is seen only when they are read.
    bool isTruncated() const { return m_isTruncated; }

    /// What comes next() is the last key frame that is complete at \a at, or the first; then the
    /// news behind it.
    void seek(microseconds at);
    /// The same, if that key frame is ahead of what would come next; returns whether it is.
    bool seekAhead(microseconds at);
    /// The last key frame complete at \a at, but an earlier one complete at \a at - \a runUp where
    /// that makes no more than 4 MiB of file to be read: what to seek for \a at to have a past.
    microseconds keyBefore(microseconds at, microseconds runUp) const;

    /// What next() reads.
    struct Frame {
        microseconds at{};    ///< since the start of the recording
        bool isKey = false;   ///< of the key frame that was sought
        MonitorUpdate update; ///< what the bot told
    };
    /// The next frame, with times counted from \a start; nothing at the end.
    std::optional<Frame> next(TimePoint start);

private:
    struct KeyFrame {
        qint64 offset = 0;
        qint64 lastOffset = 0; // of the chunk that it ends in
        microseconds begunAt{};
        microseconds completeAt{};
    };
    QString scan();
    void noteKey(const MonitorRecording::Chunk &chunk, qint64 offset);
    const KeyFrame *keyAt(microseconds at) const;
    void go(const KeyFrame &key);
    bool loadChunk();
    void cut(qint64 offset);
    std::optional<Frame> frame(TimePoint start, bool *isBad);
    std::optional<MonitorRecording::Chunk> chunkAt(qint64 offset);
    QByteArray bytesAt(qint64 offset, qint64 size);

    QIODevice *m_device = nullptr;
    MonitorRecording::Header m_header;
    microseconds m_duration{};
    bool m_isTruncated = false;
    std::vector<KeyFrame> m_keys;
    std::optional<KeyFrame> m_openKey; // that has not ended yet, while scanning
    qint64 m_begin = 0;                // of chunks
    qint64 m_end = 0;                  // of those that can be read
    qint64 m_offset = 0;               // of the chunk after the loaded one
    qint64 m_loaded = 0;               // of that one
    MonitorRecording::Chunk m_chunk;
    QByteArray m_frames;
    qsizetype m_place = 0; // of the next frame
    microseconds m_last{};
    bool m_isKeyDone = false;
};

} // namespace Turnstile
