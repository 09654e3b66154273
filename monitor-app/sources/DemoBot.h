// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/ticket/TicketSender.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QObject>
#include <QtCore/QRandomGenerator>
#include <QtCore/QUrl>
#include <QtNetwork/QNetworkAccessManager>

#include <optional>
#include <vector>

namespace Turnstile {
class InMemoryRatelimiter;
class TicketReceiver;
} // namespace Turnstile

namespace Turnstile::Monitor {

/// A bot of the demo: asks for tickets and sends the requests, as any bot does.
class DemoBot : public QObject {
    Q_OBJECT
public:
    /// Something that the bot does again and again.
    struct Habit {
        Method method = Method::Get;
        QString path; ///< `{id}` and `{token}` are new ones each time
        int burst = 1;
        milliseconds every{1000}; ///< on average: traffic swells and ebbs; zero: once
        milliseconds first{0};    ///< after the start
        std::optional<milliseconds> patience = {}; ///< gives up a ticket that waits longer
        std::optional<milliseconds> timeout = {};  ///< gives up a request that is answered later
    };

    DemoBot(InMemoryRatelimiter *limiter, const QUrl &api, quint32 seed, QObject *parent = nullptr);
    ~DemoBot() override;

    void start(std::vector<Habit> habits);

private:
    void schedule(size_t index, milliseconds delay);
    milliseconds pause(size_t index);
    void act(const Habit &habit);
    void send(const Habit &habit, const QString &path, const TicketSender &sender);
    void finish(QNetworkReply *reply, const TicketSender &sender);
    QString freshPath(const QString &path);

    InMemoryRatelimiter *m_limiter;
    QUrl m_api;
    QNetworkAccessManager m_network;
    QRandomGenerator m_random;
    std::vector<Habit> m_habits;
    QElapsedTimer m_running;
};

} // namespace Turnstile::Monitor
