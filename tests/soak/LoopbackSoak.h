// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/http/RestClient.h"
#include "ratelimit/InMemoryRatelimiter.h"
#include "tests/soak/Crowd.h"
#include "tests/soak/LoopbackServer.h"
#include "tests/soak/Outcome.h"

#include <QtCore/QPointer>
#include <QtCore/QThread>
#include <QtCore/QTimer>

#include <array>

namespace Turnstile::Soak {

/// A bot with four RestClients against a ModelApi in another thread, over real sockets and in real
/// time: as near to 1 000 requests per second as the machine comes.
class LoopbackSoak : public QObject {
    Q_OBJECT
public:
    explicit LoopbackSoak(const Settings &settings);
    ~LoopbackSoak() override;

    Outcome run();

private:
    struct Asked {
        QPointer<RestReply> reply;
        Crowd::Spot spot;
        TimePoint askedAt;
        std::optional<milliseconds> deadline;
        bool isOnItsWay = false; ///< sent, and not answered
    };

    void turn();
    void ask();
    void cancelLater(quint64 number);
    void sent(quint64 number, int attempt);
    void finished(quint64 number);
    std::optional<Asked> take(quint64 number);
    void drain();
    void expect(bool holds, const char *promise, const QString &detail);
    void showProgress() const;
    void report();

    const Settings m_settings;
    Random m_random;
    Outcome m_outcome;
    Crowd m_crowd;
    MemoryTrend m_memory;
    QThread m_thread;
    LoopbackServer *m_server; // lives in the thread, and goes with it
    InMemoryRatelimiter m_limiter;
    std::array<RestClient *, 4> m_clients{};
    QTimer m_timer;
    QHash<quint64, Asked> m_asked;

    TimePoint m_begin;
    TimePoint m_sampledAt;
    TimePoint m_shownAt;
    std::chrono::nanoseconds m_askedFor{0};
    quint64 m_due = 0; // requests since the begin, asked for or not
    quint64 m_next = 0;
    quint64 m_notAsked = 0;
    quint64 m_requests = 0;
    quint64 m_retries = 0;
    quint64 m_resent = 0;
    quint64 m_deleted = 0;
    quint64 m_withDeadline = 0;
    QMap<QString, quint64> m_ends;
    std::chrono::nanoseconds m_pastDeadline{0};
    std::chrono::nanoseconds m_longestStall{0};
    TimePoint m_lastTurn;
};

} // namespace Turnstile::Soak
