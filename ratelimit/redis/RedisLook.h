// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/SharedState.h"

#include <QtCore/QHash>
#include <QtCore/QJsonObject>

#include <optional>

namespace Turnstile {

class RedisRequest;

/// What Redis tells of which process holds what: asked once a second, as long as somebody watches.
class RedisLook {
public:
    using Names = QHash<QByteArray, BucketId>; ///< buckets that are in use here

    /// Somebody wants to know, for the next few seconds.
    void watch(TimePoint now) { m_watchedUntil = now + watchedFor; }
    /// Time has passed: nobody may want to any more.
    void timePassed(TimePoint now);
    /// When it is to be asked; nothing: nobody wants to know.
    std::optional<TimePoint> due() const;

    /// Asks for it, also of \a buckets.
    void ask(RedisRequest &request, const QByteArrayList &buckets, TimePoint now);
    /// The reply to that, to the process \a own, where buckets have \a names.
    void replied(const QJsonObject &look, const QByteArray &own, const Names &names, TimePoint now);

    /// What was told last.
    const SharedState &state() const { return m_state; }

    /// What a process says of itself, for all that look.
    static QByteArray info(const QString &name, qint64 pid, const QString &host);

private:
    static constexpr milliseconds watchedFor{3000};
    static constexpr milliseconds every{1000};

    std::optional<TimePoint> m_watchedUntil;
    TimePoint m_askedAt;
    SharedState m_state;
};

} // namespace Turnstile
