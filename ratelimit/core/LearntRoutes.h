// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_core_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <optional>
#include <span>
#include <vector>

namespace Turnstile {

/// What the server taught about one route: so much can be known before the first answer.
/// Rules: `docs/semantics.md`, "Memory".
struct LearntRoute {
    QByteArray route; ///< Endpoint::route(): a template, in which no identifier and no secret is
    QByteArray hash;  ///< of its bucket, as the server said it
    std::optional<int> limit; ///< tokens in a window; nothing: none was ever named
    bool split = false;       ///< the lanes of this hash have counters of their own
    milliseconds unusedFor{}; ///< since the last answer that named the hash

    friend bool operator==(const LearntRoute &, const LearntRoute &) = default;
};

/// Learnt routes as a file holds them, so that a bot starts again with what it knew.
///
/// JSON with one route per line. Other bytes than printable ASCII in routes and hashes are written
/// as `%XX`, so every hash survives. It holds no secrets. The functions may be called in any
/// thread, and touch no file: where the bytes are kept is the caller's business.
struct TURNSTILE_CORE_EXPORT LearntRoutes {
    static constexpr int maxCount = 10'000;                          ///< routes
    static constexpr qsizetype maxSize = qsizetype(4) * 1024 * 1024; ///< of the JSON, in bytes
    static constexpr qsizetype maxRoute = 4096;                      ///< in bytes
    static constexpr qsizetype maxHash = 256;                        ///< in bytes
    static constexpr milliseconds maxUnused = std::chrono::hours(30 * 24); ///< 30 days

    std::vector<LearntRoute> routes; ///< in the order of the file; none when there is an error
    QString error;                   ///< what is wrong, in one sentence; empty when nothing is

    /// Routes beyond the bounds above, and those for which no room is left, are left out: put what
    /// matters most first.
    static QByteArray toJson(std::span<const LearntRoute> routes);
    /// Reads what toJson() wrote, by this or an older version. Any bytes will do: where something
    /// is wrong, \ref error is set and there are no routes at all.
    static LearntRoutes fromJson(QByteArrayView json);
};

} // namespace Turnstile
