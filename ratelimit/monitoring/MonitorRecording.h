// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <optional>

namespace Turnstile {

/// The parts of a `.tsrec` file, to and from bytes; `docs/monitor-protocol.md` has them in words.
/// What comes out of bytes is within the bounds here, whatever they were.
struct TURNSTILE_RATELIMIT_EXPORT MonitorRecording {
    using microseconds = std::chrono::microseconds;

    static constexpr int majorVersion = 1; ///< another one cannot be read
    static constexpr int minorVersion =
        0; ///< another one can: chunks with unknown flags are skipped

    static constexpr qsizetype mostName = 1024; ///< bytes of UTF-8
    static constexpr qsizetype mostFrame = 8 * 1024 * 1024;
    static constexpr qsizetype mostChunk = 9 * 1024 * 1024; ///< bytes of frames, not compressed
    /// What is compressed as one. zlib makes at most 1032 bytes of one, so that a block of an evil
    /// file never grows beyond 66 MiB before it is found out.
    static constexpr qsizetype block = 64 * 1024;
    static constexpr int mostChunks = 4'000'000; ///< further ones are not read
    static constexpr microseconds longest{4'000'000'000'000'000};

    /// How a file begins.
    struct TURNSTILE_RATELIMIT_EXPORT Header {
        QString application; ///< what was recorded, for people
        WallTime startedAt{};

        QByteArray toBytes() const;
        /// Reads the begin of a file; \a size is how long the header is. Returns what is wrong, in
        /// a sentence.
        static QString read(QByteArrayView file, Header *header, qsizetype *size);
        static constexpr qsizetype mostBytes = 26 + mostName;
    };

    enum Flag : quint32 {
        Key = 1, ///< its frames are of a key frame; who reads on from before has no need of them
        KeyBegins = 2,
        KeyEnds = 4,
        End = 8, ///< the last one, without frames: the recording is complete
    };

    /// What is before the compressed frames of a chunk.
    struct TURNSTILE_RATELIMIT_EXPORT Chunk {
        static constexpr qsizetype headSize = 36;

        quint32 bodySize = 0; ///< in the file
        quint32 size = 0;     ///< of its frames
        quint32 flags = 0;
        microseconds first{}; ///< the time of the first frame, since the start
        microseconds last{};
        quint32 bodyCheck = 0; ///< of what is in the file

        QByteArray toBytes() const;
        /// Nothing when it is damaged, or claims more than may be.
        static std::optional<Chunk> read(QByteArrayView bytes);
        bool isOfNewerVersion() const { return flags >= 2 * End; }
    };

    static QByteArray pack(QByteArrayView frames);
    /// Nothing when \a body does not become just \a size bytes.
    static std::optional<QByteArray> unpack(QByteArrayView body, qsizetype size);
    /// Tells damage, not malice.
    static quint32 check(QByteArrayView bytes);
};

} // namespace Turnstile
