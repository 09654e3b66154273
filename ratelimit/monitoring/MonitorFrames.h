// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/turnstile_ratelimit_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <optional>

namespace Turnstile {

/// Cuts a stream of bytes into frames: the length of the payload in 4 bytes, big endian, and the
/// payload. Bytes may come in any pieces. Not thread-safe: one thread at a time.
/// Rules: `docs/monitor-protocol.md`, "Frames".
class TURNSTILE_RATELIMIT_EXPORT MonitorFrames {
public:
    /// \a most is how many bytes a payload may have: MonitorProtocol::mostToClient or
    /// mostToPublisher.
    explicit MonitorFrames(qsizetype most)
        : m_most(most)
    {
    }

    /// The frame of \a payload.
    static QByteArray frame(QByteArrayView payload);

    /// Takes bytes. Holds at most what it is given, so next() should be asked between.
    void feed(QByteArrayView bytes);
    /// The next payload; nothing when more bytes are needed, or after a problem.
    std::optional<QByteArray> next();

    /// A sentence for people when a frame is too long; nothing comes after it.
    const QString &problem() const { return m_problem; }
    /// Whether the stream may end here: no frame has begun.
    bool isBetweenFrames() const { return m_begin == m_bytes.size(); }

private:
    qsizetype m_most;
    QByteArray m_bytes;
    qsizetype m_begin = 0; // of what is not taken yet
    QString m_problem;
};

} // namespace Turnstile
