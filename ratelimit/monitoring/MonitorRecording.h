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
/// What comes out of bytes is within the bounds here, whatever they were. No clock and no file; all
/// functions may be called in any thread.
struct TURNSTILE_RATELIMIT_EXPORT MonitorRecording {
    /// The unit of times in a recording, counted from its start.
    using microseconds = std::chrono::microseconds;

    static constexpr int majorVersion = 1; ///< another one cannot be read
    static constexpr int minorVersion =
        0; ///< another one can: chunks with unknown flags are skipped

    static constexpr qsizetype mostName = 1024; ///< bytes of Header::application, as UTF-8
    static constexpr qsizetype mostFrame = 8 * 1024 * 1024; ///< bytes of one update
    static constexpr qsizetype mostChunk = 9 * 1024 * 1024; ///< bytes of frames, not compressed
    /// How many bytes are compressed as one. zlib makes at most 1032 bytes of one, so that a block
    /// of an evil file never grows beyond 66 MiB before it is found out.
    static constexpr qsizetype block = 64 * 1024;
    static constexpr int mostChunks = 4'000'000; ///< further ones are not read
    /// The latest time: about 127 years.
    static constexpr microseconds longest{4'000'000'000'000'000};

    /// How a file begins.
    struct TURNSTILE_RATELIMIT_EXPORT Header {
        QString application;  ///< what was recorded, for people
        WallTime startedAt{}; ///< when the recording began

        /// As it stands in the file; a long name is cut.
        QByteArray toBytes() const;
        /// Reads the begin of a \a file into \a header; \a size is then how many bytes that has.
        /// Returns what is wrong, in a sentence; empty: nothing is.
        static QString read(QByteArrayView file, Header *header, qsizetype *size);
        /// How many bytes it has at most.
        static constexpr qsizetype mostBytes = 26 + mostName;
    };

    /// What the frames of a chunk are; they can be combined.
    enum Flag : quint32 {
        Key = 1, ///< its frames are of a key frame; who reads on from before has no need of them
        KeyBegins = 2, ///< the first chunk of a key frame
        KeyEnds = 4,   ///< the last chunk of a key frame
        End = 8,       ///< the last one, without frames: the recording is complete
    };

    /// What is before the compressed frames of a chunk.
    struct TURNSTILE_RATELIMIT_EXPORT Chunk {
        static constexpr qsizetype headSize = 36; ///< bytes of toBytes()

        quint32 bodySize = 0;  ///< bytes in the file, compressed
        quint32 size = 0;      ///< bytes of its frames
        quint32 flags = 0;     ///< values of Flag
        microseconds first{};  ///< the time of the first frame, since the start
        microseconds last{};   ///< the same of the last frame
        quint32 bodyCheck = 0; ///< check() of what is in the file

        /// As it stands in the file.
        QByteArray toBytes() const;
        /// Nothing when it is damaged, or claims more than may be.
        static std::optional<Chunk> read(QByteArrayView bytes);
        /// Whether it has flags that this version does not know: it is to be skipped.
        bool isOfNewerVersion() const { return flags >= 2 * End; }
    };

    /// Compresses \a frames into the body of a chunk.
    static QByteArray pack(QByteArrayView frames);
    /// What pack() was given. Nothing when \a body does not become just \a size bytes.
    static std::optional<QByteArray> unpack(QByteArrayView body, qsizetype size);
    /// A checksum. It tells damage, not malice.
    static quint32 check(QByteArrayView bytes);
};

} // namespace Turnstile
