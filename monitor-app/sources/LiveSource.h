// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/MonitorSource.h"
#include "ratelimit/monitoring/MonitorClient.h"

namespace Turnstile::Monitor {

/// Watches a bot of another process, through its MonitorPublisher.
class LiveSource : public MonitorSource {
    Q_OBJECT
public:
    /// \a token is what a bot on TCP asks for.
    explicit LiveSource(
        const MonitorAddress &address, const QString &token = {}, QObject *parent = nullptr);
    ~LiveSource() override;

    QString name() const override;
    QString connection() const override;
    State state() const override;
    QString stateText() const override;
    QString start() override;
    QString controlProblem() const override;
    void control(const MonitorCommand &command) override;

    /// The line to the bot: its hello(), lastHeard(), setInterval().
    MonitorClient *client() { return &m_client; }

private:
    MonitorAddress m_address;
    QString m_token;
    MonitorClient m_client;
};

} // namespace Turnstile::Monitor
