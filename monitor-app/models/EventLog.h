// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QHash>
#include <QtCore/QObject>

#include <deque>
#include <memory>
#include <vector>

namespace Turnstile::Monitor {

class EventGathering;
struct EventKey;

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
    static constexpr int kindCount = 7;

    TimePoint at;
    Kind kind = Kind::Connection;
    BucketId bucket; ///< none: it concerns all
    QString name;    ///< the endpoint for people, or empty
    QString text;    ///< a sentence
};

/// The name of a kind, for people: a word or two.
QString kindName(LoggedEvent::Kind kind);

/// The events of the last while, oldest first, in bounded memory.
///
/// What is the same within a second is one line with a count, so that a flood of 429s is readable,
/// and cheap. What one bucket's tickets failed of is told together.
class EventLog : public QObject {
    Q_OBJECT
public:
    static constexpr int most = 10'000;
    static constexpr size_t mostLocks = 1'000;

    explicit EventLog(QObject *parent = nullptr);
    ~EventLog() override;

    /// Takes what is worth a line out of \a batch, which has told all removals
    /// (KnownBuckets::complete()).
    void apply(const UpdateBatch &batch);
    /// Adds one of the monitor's own.
    void add(const LoggedEvent &event);
    void addGap(TimePoint from, TimePoint until);
    void clear();

    int count() const { return int(m_events.size()); }
    const LoggedEvent &at(int index) const { return m_events[size_t(index)]; }

    /// When the token was locked, with the moments when it was to end, and when nothing was heard
    /// of the bot: the bands of the timeline.
    struct Lock {
        TimePoint from;
        TimePoint until;
        bool isGap = false; ///< nothing was heard
    };
    const std::deque<Lock> &locks() const { return m_locks; }

Q_SIGNALS:
    /// \a added at the end, after \a removed at the beginning: at most once per batch.
    void aboutToChange(int removed, int added);
    void changed();
    /// Lines that were there have another text: they count something that goes on.
    void counted(int first, int last);
    void aboutToBeReset();
    void wasReset();

private:
    void addBand(const Lock &band);
    struct Known {
        BucketState state = BucketState::Idle;
        QByteArray hash;
        QString name;
    };
    struct Place { // a line that what is the same within the second is added to
        quint64 number = 0;
        int count = 0;
    };
    void forgetBuckets();
    void noteBuckets(EventGathering &gathering, const UpdateBatch &batch);
    void noteTickets(EventGathering &gathering, const UpdateBatch &batch) const;
    void noteHits(EventGathering &gathering, const UpdateBatch &batch);
    void noteAnomalies(EventGathering &gathering, const UpdateBatch &batch) const;
    BucketId movedTo(const AnomalyInfo &anomaly, const UpdateBatch &batch) const;
    /// Returns whether it is news.
    bool lock(TimePoint from, TimePoint until);
    QString nameOf(BucketId bucket, const QString &name) const;
    void take(EventGathering &gathering);
    void append(std::vector<LoggedEvent> events);

    std::deque<LoggedEvent> m_events;
    std::deque<Lock> m_locks;
    QHash<BucketId, Known> m_known;
    std::unique_ptr<QHash<EventKey, Place>> m_open; // by what makes them the same
    TimePoint m_openSince;
    quint64 m_first = 0; // number of m_events.front()
};

} // namespace Turnstile::Monitor
