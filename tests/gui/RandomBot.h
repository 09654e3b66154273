// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "FakeSource.h"
#include "monitor-app/models/LatestState.h"
#include "ratelimit/monitoring/MonitorCodec.h"

#include <QtCore/QRandomGenerator>

/// A bot whose buckets and tickets come and go at random, on a clock that the test sets.
namespace Turnstile::Monitor::Fake {

class RandomBot : public MonitorSource {
public:
    explicit RandomBot(quint32 seed = 1)
        : m_random(seed)
    {
    }
    QString name() const override { return QStringLiteral("random-bot · pid 1"); }
    QString connection() const override { return {}; }
    State state() const override { return isReplay ? State::Replay : State::Live; }
    TimePoint now() const override { return time; }
    QString start() override { return {}; }

    void step()
    {
        UpdateBatch update;
        update.at = update.since = time;
        update.events = 1;
        for (int i = 0; i < 3; ++i)
            change(update);
        if (below(40) == 0)
            update.global = GlobalLimitInfo{50, below(50), time + milliseconds(below(900)), {}};
        if (below(200) == 0)
            tellAgain(update);
        if (below(700) == 0)
            update.reset = true; // and what is in it is of another process
        for (quint64 number = 0; (update.reset || m_last == 3) && number < quiet; ++number)
            update.buckets.push_back(bucket(1000 + number, QStringLiteral("GET /quiet")));
        Q_EMIT updated(update);
    }

    TimePoint time{1000s};
    bool isReplay = false;
    quint64 quiet = 0; ///< how many buckets there are of which nothing more is told

private:
    int below(int bound) { return m_random.bounded(bound); }

    void change(UpdateBatch &update)
    {
        const quint64 number = quint64(below(40)) + 1;
        if (below(30) == 0) {
            update.removed.push_back(bucketId(number));
            return;
        }
        Bucket changed = bucket(number, QStringLiteral("GET /channels/%1").arg(number));
        changed.queued = below(9);
        changed.granted = quint64(++m_last);
        update.buckets.push_back(changed);
        TicketInfo ticket = grant(changed.id, time, milliseconds(below(500)));
        ticket.id.value = quint64(m_last - below(20) + 20) << TicketId::slotBits;
        ticket.state = TicketState(below(4));
        update.tickets.push_back(ticket);
        if (below(50) == 0)
            update.hits.push_back({time, {}});
    }
    // A snapshot that is not of all.
    void tellAgain(UpdateBatch &update)
    {
        update.snapshotBegins = update.snapshotEnds = true;
        for (quint64 number = 1; number < 20; ++number)
            update.buckets.push_back(
                bucket(number, QStringLiteral("PUT /snapshot/%1").arg(number)));
    }

    QRandomGenerator m_random;
    int m_last = 0;
};

/// All of \a state, comparable; times count from \a start.
inline QByteArray bytes(const LatestState &state, TimePoint now, TimePoint start)
{
    QByteArray bytes;
    for (const UpdateBatch &part : state.snapshot(now))
        bytes += MonitorCodec::encode(part, start);
    return bytes;
}

} // namespace Turnstile::Monitor::Fake
