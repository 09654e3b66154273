// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/LearntRoutes.h"
#include "ratelimit/testing/ModelApi.h"
#include "tests/soak/Places.h"

#include <QtCore/QHash>
#include <QtCore/QMap>
#include <QtCore/QMutex>
#include <QtCore/QObject>
#include <QtCore/QTimer>

#include <vector>

namespace Turnstile::Soak {

/// The API over sockets, for a thread of its own: the rules of Places, faults of all kinds, and now
/// and then it is gone for a moment. Judges its 429s.
///
/// Whoever sent a request does not know that it arrived twice (a manager sends once more what met a
/// closed connection), or after it was given up, or that its answer named the wrong bucket. So a
/// 429 of a bucket in which that happened lately is excused; the others could have been avoided.
class LoopbackServer : public QObject {
    Q_OBJECT
public:
    LoopbackServer();
    ~LoopbackServer() override;

    /// In its thread; returns the base of all requests, or nothing when it cannot listen.
    QUrl start();
    /// No more breaks, and no faults.
    void calm();

    /// A request for \a endpoint was given up on its way. From any thread.
    void givenUp(const Endpoint &endpoint);

    /// What a bot that was here before has learnt.
    static std::vector<LearntRoute> learntRoutes();

    struct Tally {
        quint64 requests = 0;
        quint64 faults = 0;
        quint64 breaks = 0;             ///< of the server as a whole
        QMap<QString, quint64> limited; ///< by why they were not avoided; empty: they could be
        QStringList avoidable;          ///< the first of them, for people
    };
    /// From any thread.
    Tally tally() const;

private:
    struct Upset {
        TimePoint at;
        QString why;
    };
    struct Counter {
        TimePoint arrivedAt; ///< the last one
        Upset upset;
    };
    void arrived(const ServedRequest &request);
    void judge(const ServedRequest &request, const Counter &counter, milliseconds window);
    void takeBreak();

    ModelApi *m_api;
    QTimer *m_timer;
    quint16 m_port = 0;
    TimePoint m_brokenUntil;        // what arrives before may do so once more
    QHash<QByteArray, int> m_rules; // by Endpoint::route()
    mutable QMutex m_mutex;         // of what follows
    QHash<QString, Counter> m_counters;
    Tally m_tally;
};

} // namespace Turnstile::Soak
