// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QObject>

#include <deque>

namespace Turnstile::Monitor {

/// Something that happened and that an operator wants to know of: a line of the event log.
struct LoggedEvent {
    enum class Kind : quint8 {
        GlobalLock,  ///< a 429 of the token's limit, or of the edge, holds everything
        RateLimited, ///< any other 429
        Failure,     ///< a ticket timed out, was lost, expired, or was rejected
        Anomaly,     ///< a server, or a clock, did something it should not
        Bucket,      ///< a bucket was drained, paused, resumed, or has another hash
        Connection,  ///< the source was attached, lost, or dropped updates
        Control,     ///< somebody asked the bot for something, and what came of it
    };

    TimePoint at;
    Kind kind = Kind::Connection;
    BucketId bucket; ///< none: it concerns all
    QString name;    ///< the endpoint for people, or empty
    QString text;    ///< a sentence
};

/// The name of a kind, for people: a word.
QString kindName(LoggedEvent::Kind kind);

/// The events of the last while, oldest first, in bounded memory.
class EventLog : public QObject {
    Q_OBJECT
public:
    static constexpr int most = 10'000;

    explicit EventLog(QObject *parent = nullptr);
    ~EventLog() override;

    /// Takes what is worth a line out of \a batch.
    void apply(const UpdateBatch &batch);
    /// Adds one of the monitor's own.
    void add(const LoggedEvent &event);
    void clear();

    int count() const { return int(m_events.size()); }
    const LoggedEvent &at(int index) const { return m_events[size_t(index)]; }

    /// When the token was locked, with the moments when it was to end: the band of the timeline.
    struct Lock {
        TimePoint from;
        TimePoint until;
    };
    const std::deque<Lock> &locks() const { return m_locks; }

Q_SIGNALS:
    /// \a added at the end, after \a removed at the beginning: at most once per batch.
    void aboutToChange(int removed, int added);
    void changed();
    void aboutToBeReset();
    void wasReset();

private:
    void take(std::vector<LoggedEvent> events);

    std::deque<LoggedEvent> m_events;
    std::deque<Lock> m_locks;
    QHash<BucketId, BucketState> m_states;
    QHash<BucketId, QByteArray> m_hashes;
};

} // namespace Turnstile::Monitor
