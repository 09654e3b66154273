// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QFlags>
#include <QtCore/QStringList>

#include <optional>

namespace Turnstile {

/// How a server that is compatible with Discord differs from it, as such servers do. The limits
/// stay what they are, only the answers tell them otherwise; but for GrowingWait.
///
/// ```
/// api.setDialects(Dialect::ResetInMilliseconds | Dialect::NoResetAfter);
/// ```
enum class Dialect : quint16 {
    ResetInMilliseconds = 1 << 0, ///< `X-RateLimit-Reset` is the epoch in whole milliseconds
    RemainingBefore = 1 << 1,     ///< `X-RateLimit-Remaining` still has the token that the request
                                  ///< has taken
    GrowingWait = 1 << 2,         ///< each request that is refused makes the wait one window longer
    NoBucket = 1 << 3,            ///< no `X-RateLimit-Bucket`
    NoResetAfter = 1 << 4,        ///< no `X-RateLimit-Reset-After`, `Reset` alone
    NoVia = 1 << 5,               ///< no `Via`
    GlobalFalse = 1 << 6,         ///< `X-RateLimit-Global: false` where it is not true
    DecimalRetryAfter = 1 << 7,   ///< `Retry-After` with milliseconds, as in `1.250`
    DoubledRetryAfter = 1 << 8,   ///< two `Retry-After`, the second one is a second longer
};
Q_DECLARE_FLAGS(Dialects, Dialect)

/// The names of all dialects, as in `growing-wait`.
TURNSTILE_TESTING_EXPORT QStringList dialectNames();
/// The dialects of \a names, which are separated by commas; nothing when one of them is unknown.
TURNSTILE_TESTING_EXPORT std::optional<Dialects> dialectsFromNames(const QString &names);

} // namespace Turnstile

Q_DECLARE_OPERATORS_FOR_FLAGS(Turnstile::Dialects)
