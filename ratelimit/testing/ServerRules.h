// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QObject>

#include <optional>

/// \file
/// What a ServerModel enforces. All of these are aggregates, to be written with names:
/// `{.limit = 5, .window = 1s}`.

namespace Turnstile {

/// So many requests in so much time. \ref limit 0 is no limit at all.
struct TURNSTILE_TESTING_EXPORT Quota {
    Q_GADGET
public:
    /// What a window is.
    enum class Window : quint8 {
        Fixed,   ///< begins with a request and gives all tokens back at once when it is over
        Sliding, ///< each token comes back one window after the request that took it
    };
    Q_ENUM(Window)

    int limit = 0;                            ///< requests in a window; 0: no limit
    milliseconds window = milliseconds(1000); ///< how long a window is
    Window kind = Window::Fixed;              ///< what a window is
    /// Fixed windows only: they begin at this offset from time zero and then one after another,
    /// whether or not requests come.
    std::optional<milliseconds> phase = {};

    friend bool operator==(const Quota &, const Quota &) = default;
};

/// The limits of a route. Each major resource (channel, guild, webhook) has counters of its own.
struct BucketRule {
    /// Requests in a window. 0: the route has no bucket, and its answers carry no rate limit
    /// headers.
    int limit = 5;
    milliseconds window = milliseconds(5000);  ///< how long a window is
    Quota::Window kind = Quota::Window::Fixed; ///< what a window is
    /// The bucket's hash. Routes that name the same hash share a counter, and should name the same
    /// limit. Empty: derived from the route, the same in every run.
    QByteArray hash = {};
    /// A limit that no header tells. Beyond it: 429, scope `user`, with tokens remaining.
    Quota sublimit = {};
    /// A limit that all credentials share. Beyond it: 429, scope `shared`.
    Quota shared = {};

    friend bool operator==(const BucketRule &, const BucketRule &) = default;
};

} // namespace Turnstile
