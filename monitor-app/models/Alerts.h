// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/UpdateBatch.h"

#include <QtCore/QHash>

#include <optional>

class QSettings;

namespace Turnstile::Monitor {

/// Of what an operator wants to be told while they look elsewhere. All off by default.
struct AlertSettings {
    bool onGlobalLock = false;
    bool onRateLimited = false;
    std::optional<std::chrono::seconds> queueOlderThan;

    static AlertSettings load(const QSettings &settings);
    void save(QSettings &settings) const;

    bool isAnyOn() const { return onGlobalLock || onRateLimited || queueOlderThan; }
    friend bool operator==(const AlertSettings &, const AlertSettings &) = default;
};

/// A notification: a few words, and a sentence.
struct Alert {
    QString title;
    QString text;
};

/// When to notify whom nobody reminds twice: updates and times go in, alerts come out.
///
/// 429s are gathered to one alert in ten seconds, and locks of the token that follow each other as
/// quickly are told once. A ticket that waits too long is told once, until none waits for half as
/// long. Knows of what waits by itself: it goes on while the window is frozen or hidden.
class Alerts {
public:
    static constexpr milliseconds pause{10'000};

    /// What was on before and is on still is not told again.
    void setSettings(const AlertSettings &settings);
    const AlertSettings &settings() const { return m_settings; }

    void apply(const UpdateBatch &batch);
    /// Forgets everything but the settings, for another source.
    void clear();

    /// What is to be told at \a now, and counts as told then.
    std::vector<Alert> take(TimePoint now);
    /// When take() would tell something without another update; nothing: not at all.
    std::optional<TimePoint> due() const;

private:
    struct Waiting {
        TimePoint since;
        QString name;
    };
    const Waiting *oldest() const;
    std::optional<Alert> takeLock(TimePoint now);
    std::optional<Alert> takeHits(TimePoint now);
    std::optional<Alert> takeQueue(TimePoint now);

    AlertSettings m_settings;
    QHash<BucketId, Waiting> m_waiting; // the oldest ticket of each bucket in which one waits
    bool m_inSnapshot = false;          // m_waiting is not complete
    bool m_queueTold = false;
    std::optional<TimePoint> m_lockedUntil;
    bool m_isNewLock = false;
    std::optional<TimePoint> m_lockToldAt;
    int m_hits = 0; // since the last alert
    RateLimitHit m_lastHit;
    std::optional<TimePoint> m_hitsToldAt;
};

} // namespace Turnstile::Monitor
