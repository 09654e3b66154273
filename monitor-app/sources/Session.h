// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Export.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/sources/MonitorSource.h"
#include "monitor-app/sources/Recorder.h"

#include <memory>

namespace Turnstile::Monitor {

/// What is watched at present: a source, the store that it fills, and the recording of it. Knows
/// nothing of windows. Writes into the event log when the source comes and goes.
///
/// While the connection is lost the store's time stands, so that the last picture stays as it was.
class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(QObject *parent = nullptr);
    ~Session() override;

    Store *store() { return &m_store; }
    /// Null while nothing is watched.
    MonitorSource *source() const { return m_source.get(); }
    /// Of the source; null while nothing is watched.
    Recorder *recorder() const { return m_recorder.get(); }

    /// Watches \a source instead of the one before. Returns what went wrong, empty when nothing
    /// did; then nothing is watched.
    QString watch(std::unique_ptr<MonitorSource> source);
    /// Watches nothing any more.
    void leave();

    /// Whether anything of the source has been seen.
    bool wasLive() const { return m_wasLive; }
    /// Whether what the store shows is old because the connection is lost.
    bool isStale() const { return m_staleSince.has_value(); }
    /// How old it is; zero when it is not.
    milliseconds age() const;

    /// The present of the source, for exports.
    Export::Moment moment() const;
    /// Adds a line to the event log that is not the source's.
    void log(LoggedEvent::Kind kind, const QString &text);

Q_SIGNALS:
    /// \a source is about to start: whoever wants all of its news connects now.
    void aboutToWatch(Turnstile::Monitor::MonitorSource *source);
    /// Another source, or none.
    void sourceChanged();
    /// The state, name or connection of the source changed.
    void stateChanged();
    /// News, once they are in the store.
    void updated(const Turnstile::Monitor::UpdateBatch &batch);
    /// A recording has begun, ended, or grown.
    void recordingChanged();
    void recordingFailed(const QString &problem);

private:
    void readState();
    Store m_store;
    std::unique_ptr<MonitorSource> m_source;
    std::unique_ptr<Recorder> m_recorder;
    MonitorSource::State m_state = MonitorSource::State::Connecting;
    std::optional<TimePoint> m_staleSince;
    bool m_wasLive = false;
};

} // namespace Turnstile::Monitor
