// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorRecording.h"
#include "ratelimit/monitoring/MonitorUpdate.h"

QT_BEGIN_NAMESPACE
class QIODevice;
QT_END_NAMESPACE

namespace Turnstile {

/// Writes updates into a `.tsrec` file, in chunks that are whole: whatever ends the program, what
/// was flushed can be read.
///
/// A recording is a key frame, which tells everything, and then news, with further key frames in
/// between so that a reader need not begin at the begin. A key frame may have several parts, with
/// news between them. No update in a recording relies on one before its key frame, so a snapshot's
/// silence about a bucket does not count: it has to be said in `removed`.
///
/// Each call returns false from the first one on that could not write, see problem(). Writes when
/// it is asked, and blocks as long as that takes; one thread at a time.
class TURNSTILE_RATELIMIT_EXPORT MonitorRecordingWriter {
public:
    /// \a device is the file, open for writing; better not buffered, so that flushed is written. It
    /// stays the caller's, and has to live as long as this is used.
    explicit MonitorRecordingWriter(QIODevice *device);

    /// Once, first. \a start is the moment that times count from, \a startedAt the same on the
    /// wall.
    bool begin(const QString &application, TimePoint start, WallTime startedAt);
    /// What happened, \a at a time that should not go back. At most a second of it is held.
    bool add(const MonitorUpdate &update, TimePoint at);
    /// A part of a key frame; its first has `snapshotBegins`, its last `snapshotEnds`.
    bool addKey(const MonitorUpdate &part, TimePoint at);
    /// Whether it is time for another key frame: after 10 s of news, later where one is large, or
    /// when the news outweigh it.
    bool isKeyDue(TimePoint now) const;
    /// Writes what is held.
    bool flush();
    /// Once, last.
    bool end(TimePoint at);

    /// Why something, and everything after it, could not be written, in a sentence; empty: all is
    /// well.
    const QString &problem() const { return m_problem; }
    /// How large the file is; what is held is not in it.
    qint64 bytesWritten() const { return m_bytesWritten; }

private:
    bool addFrame(const MonitorUpdate &update, TimePoint at, quint32 flags);
    bool write(const QByteArray &bytes);
    MonitorRecording::microseconds time(TimePoint at) const;

    QIODevice *m_device;
    QString m_problem;
    qint64 m_bytesWritten = 0;
    TimePoint m_start;
    QByteArray m_frames; // of the chunk that is not written yet
    quint32 m_flags = 0;
    MonitorRecording::microseconds m_first{};
    MonitorRecording::microseconds m_last{};
    MonitorRecording::microseconds m_keyAt{};
    qint64 m_keySize = 0;
    qint64 m_newsSize = 0; // since the key frame began
};

} // namespace Turnstile
