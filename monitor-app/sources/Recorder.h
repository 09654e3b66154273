// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/LatestState.h"
#include "ratelimit/monitoring/MonitorRecordingWriter.h"

#include <QtCore/QFile>
#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtCore/QTimer>

namespace Turnstile::Monitor {

class MonitorSource;

/// Writes what a source tells to a file, from any moment on. Made before the source is started, so
/// that it knows what was told until then.
class Recorder : public QObject {
    Q_OBJECT
public:
    /// \a source may go first.
    explicit Recorder(MonitorSource *source, QObject *parent = nullptr);
    ~Recorder() override;

    enum class Existing : quint8 { Keep, Overwrite };
    /// Begins a recording at \a path, of \a name: what the source is called, if not said. Returns
    /// what went wrong, empty when nothing did. A file that is there is kept, which is an error, or
    /// overwritten.
    QString start(
        const QString &path, const QString &name = {}, Existing existing = Existing::Keep);
    /// Ends the recording; the file is complete.
    /// Returns what went wrong in ending it, empty when nothing did; what was written can be read.
    QString stop();

    bool isRecording() const { return m_writer.has_value(); }
    /// These are of the present recording, or the last one.
    QString path() const { return m_file.fileName(); }
    qint64 bytesWritten() const { return m_bytesWritten; }
    milliseconds recordedFor() const;

Q_SIGNALS:
    /// A recording has begun or ended, or bytes were written.
    void stateChanged();
    /// The recording has ended by itself; what was written can be read.
    void failed(const QString &problem);

private:
    void take(const UpdateBatch &update);
    void beginKey();
    bool addKeyPart();
    void endKey();
    void flush();
    bool check(bool isWritten);
    void noteWritten();
    void fail(const QString &problem);
    QString close();
    TimePoint now();

    QPointer<MonitorSource> m_source;
    LatestState m_state;
    QFile m_file;
    std::optional<MonitorRecordingWriter> m_writer;
    std::optional<LatestState::Cursor> m_key; // of the key frame that is being written
    QTimer m_keyTimer;                        // a part in each turn of the event loop
    QTimer m_flushTimer;
    qint64 m_bytesWritten = 0;
    TimePoint m_startedAt;
    TimePoint m_last;
};

} // namespace Turnstile::Monitor
