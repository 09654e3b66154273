// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/MonitorSource.h"
#include "ratelimit/monitoring/MonitorRecordingReader.h"

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QTimer>

#include <functional>

namespace Turnstile::Monitor {

/// Plays a recording. Its present, now(), goes at speed() while it plays, and stands otherwise.
///
/// Who jumps gets an update with `reset`, a key frame of some time before, and what came after it,
/// so that the last half minute is told too. Much to tell goes out in slices; the present waits.
class ReplaySource : public MonitorSource {
    Q_OBJECT
public:
    using Clock = std::function<TimePoint()>;
    static constexpr double slowest = 0.25;
    static constexpr double fastest = 16;

    explicit ReplaySource(const QString &path, QObject *parent = nullptr);
    /// For tests; with a clock that stands, everything that is due goes out at once.
    ReplaySource(const QString &path, Clock clock, QObject *parent = nullptr);
    ~ReplaySource() override;

    QString name() const override;
    QString connection() const override;
    State state() const override { return m_problem.isEmpty() ? State::Replay : State::Failed; }
    QString stateText() const override;
    TimePoint now() const override { return m_start + present(); }
    /// Opens the recording and plays it from its begin.
    QString start() override;

    milliseconds duration() const;
    milliseconds position() const;
    /// Jumps; \a position is held between zero and duration().
    void setPosition(milliseconds position);
    /// The recorded moment, as it was then.
    QDateTime wallTime() const;

    double speed() const { return m_speed; }
    void setSpeed(double speed);
    bool isPlaying() const { return m_isPlaying; }
    /// At the end it plays from the begin again.
    void setPlaying(bool playing);

    /// Tells what is due. The timer calls it.
    void advance();

Q_SIGNALS:
    void positionChanged();
    /// isPlaying() or speed() changed.
    void playingChanged();
    /// The end was reached while playing.
    void finished();

private:
    using Duration = TimePoint::duration;
    Duration present() const;
    void anchor();
    void jump(Duration to);
    void send();
    void fit(UpdateBatch &part) const;
    void fetch();
    void noteDamage();

    QString m_path;
    Clock m_clock;
    QFile m_file;
    MonitorRecordingReader m_reader;
    QString m_problem;
    Duration m_known{}; // the duration; it shrinks where damage is found
    std::optional<MonitorRecordingReader::Frame> m_next;
    TimePoint m_told = TimePoint::min(); // 429s up to here were, before a jump ahead
    bool m_isReset = false;              // by the next frame
    bool m_isBehind = false;             // there is more to tell than a slice; the present stands
    bool m_isPlaying = false;
    double m_speed = 1;
    TimePoint m_start;     // where the recording's zero is on our clock
    Duration m_position{}; // at m_since
    TimePoint m_since;
    QTimer m_timer;
};

} // namespace Turnstile::Monitor
