// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Id.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/core/Wait.h"
#include "ratelimit/turnstile_core_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QMetaType>
#include <QtCore/QString>

#include <optional>
#include <vector>

namespace Turnstile {

/// What a ratelimiter knows about one bucket at one moment: a value, not a view, for any thread.
/// A bucket is a counter of the server: a hash in one major resource, shared by one or more lanes.
/// Rules: `docs/semantics.md`, "Which requests count together" and "Which numbers are believed".
struct TURNSTILE_CORE_EXPORT Bucket {
    Q_GADGET
    Q_PROPERTY(BucketState state MEMBER state)
    Q_PROPERTY(int queued MEMBER queued)
    Q_PROPERTY(int inFlight MEMBER inFlight)
public:
    BucketId id;              ///< never used again for another bucket of this ratelimiter
    QByteArray hash;          ///< as the server calls it; empty until it has said so
    QByteArray majorResource; ///< see Endpoint::majorResource()
    BucketState state = BucketState::Idle; ///< what it does, in one word
    bool exempt = false;                   ///< takes no slot of the global limit
    std::optional<int> limit;              ///< tokens in a window; nothing until learnt
    /// Tokens left by the last word of the server; those in flight are not subtracted.
    std::optional<int> remaining;
    /// When the window ends and no 429 holds the bucket: all tokens are there again, without
    /// another word. Nothing: no window is open. While the bucket is RouteLimited: when the last of
    /// its routes opens again.
    std::optional<TimePoint> resetAt;
    std::optional<milliseconds>
        window;              ///< the longest `Reset-After` seen: about the window's length
    int queued = 0;          ///< tickets that wait
    int inFlight = 0;        ///< tickets granted and not yet ended
    quint64 granted = 0;     ///< tickets granted since the bucket is known
    quint64 rateLimited = 0; ///< responses 429 since the bucket is known
    std::optional<TimePoint> oldestAskedAt; ///< since when the oldest waiting ticket waits
    std::optional<Wait> wait;               ///< what it waits for: the reason that holds longest
    QString name;  ///< the endpoint that made it, for people, see Endpoint::name()
    int lanes = 0; ///< how many lanes share it

    friend bool operator==(const Bucket &, const Bucket &) = default;
};

TURNSTILE_CORE_EXPORT QDebug operator<<(QDebug debug, const Bucket &bucket);

} // namespace Turnstile

Q_DECLARE_METATYPE(Turnstile::Bucket)
