// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/sources/MonitorSource.h"

#include <memory>

namespace Turnstile::Monitor {

/// Two bots that share a token send real HTTP requests to a ModelApi on the loopback interface,
/// through a real limiter, all in this process. Their habits, if not said otherwise, lead to every
/// state that a bucket can be in; nothing of what is shown is made up.
class DemoSource : public MonitorSource {
    Q_OBJECT
public:
    /// \a scenario is one of DemoScenario::names().
    explicit DemoSource(const QString &scenario = {}, QObject *parent = nullptr);
    ~DemoSource() override;

    QString name() const override;
    QString connection() const override;
    QString start() override;

private:
    void lockNowAndThen();

    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Turnstile::Monitor
