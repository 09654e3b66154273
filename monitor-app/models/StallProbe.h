// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"

#include <QtCore/QObject>

#include <functional>
#include <optional>

namespace Turnstile::Monitor {

/// How long the event loop of its thread was busy without turning: for so long no key, click or
/// frame was looked at. Whoever waits for events costs nothing and counts nothing.
///
/// A turn lasts from the first event that is handled until the loop waits again, or looks whether
/// it may. Needs an application, and watches from its construction on.
class StallProbe : public QObject {
    Q_OBJECT
public:
    using Clock = std::function<TimePoint()>;
    explicit StallProbe(QObject *parent = nullptr);
    explicit StallProbe(Clock clock, QObject *parent = nullptr);
    ~StallProbe() override;

    /// The longest turn so far, the present one not counted.
    milliseconds longest() const;
    /// How many turns took longer than 50 ms, which people begin to feel.
    int stalls() const { return m_stalls; }
    int turns() const { return m_turns; }

    static constexpr milliseconds felt{50};

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void endTurn();

    Clock m_clock;
    std::optional<TimePoint> m_begin; // of the present turn
    TimePoint::duration m_longest{};
    int m_stalls = 0;
    int m_turns = 0;
};

} // namespace Turnstile::Monitor
