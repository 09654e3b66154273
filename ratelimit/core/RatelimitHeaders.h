// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_core_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QList>
#include <QtCore/QString>

#include <optional>
#include <span>

namespace Turnstile {

/// One header of a response, as bytes. A view: whoever makes it keeps the bytes alive.
struct HeaderField {
    QByteArrayView name;  ///< in any case
    QByteArrayView value; ///< as received
};

/// What is wrong with one rate limit header. Told, never thrown; what remains is used.
struct TURNSTILE_CORE_EXPORT HeaderError {
    Q_GADGET
public:
    /// What is wrong.
    enum class Kind : quint8 {
        Missing,   ///< others of its group are there, this one is not
        Malformed, ///< not a number, not a date
        Negative,  ///< less than zero
        TooLarge,  ///< not finite, over 30 days, over what the type holds, or too long
        Duplicate, ///< came more than once with different values
    };
    Q_ENUM(Kind)

    Kind kind = Kind::Malformed; ///< what is wrong
    QByteArray header; ///< in lower case, as in `x-ratelimit-limit`; `retry_after`: of the body
    QByteArray value;  ///< as received, cut after 64 bytes

    /// One sentence for people: what came, and what was expected.
    QString message() const;
    friend bool operator==(const HeaderError &, const HeaderError &) = default;
};

/// What a response says about rate limits: Discord's dialect, and those of its relatives.
///
/// Durations are rounded up to whole milliseconds and counted from the moment of receipt. Values
/// that make no sense (negative waits, more than 30 days, not a number) are left out and listed in
/// \ref errors; what remains is used. Rules: `docs/semantics.md`, "Which numbers are believed"; the
/// headers' names and meanings are those of Discord's topic "Rate Limits". A value, for any thread.
struct TURNSTILE_CORE_EXPORT RatelimitHeaders {
    Q_GADGET
public:
    /// What it speaks of.
    enum class Kind : quint8 {
        None,    ///< nothing about limits
        Bucket,  ///< the numbers of a bucket, maybe in part
        Global,  ///< a 429 of the global limit
        Invalid, ///< limit, remaining or reset is there and makes no sense; the others may be set
    };
    Q_ENUM(Kind)

    Kind kind = Kind::None;       ///< what it speaks of
    int status = 0;               ///< the HTTP status; 0 when unknown
    std::optional<int> limit;     ///< requests in a window; nothing when missing or nonsense
    std::optional<int> remaining; ///< requests left in this window; nothing likewise
    /// From `Reset-After`, else from `Reset` corrected by the response's `Date`. A moment that has
    /// passed is zero.
    std::optional<milliseconds> resetAfter;
    /// `Reset` as the server said it: names the window, never used to wait. Nothing where it is a
    /// number of seconds from now.
    std::optional<WallTime> reset;
    QByteArray bucket;         ///< the bucket's hash; empty when missing
    Scope scope = Scope::None; ///< whom a 429 concerns
    bool global = false;       ///< says in header, scope or body that the limit is the global one
    bool via = false;          ///< came with `Via`: it passed the edge and reached the API
    bool json = false;         ///< a 429 has a JSON object as its body
    int code = 0;              ///< the JSON error code of a 404 or 429 body; 0: none
    /// How long a 429 asks to wait: the larger of `Retry-After` and the body, or the body alone
    /// where the header is its ceiling. Without a body, \ref resetAfter where it is longer and no
    /// request remains (some servers round `Retry-After` down); with neither of them, resetAfter
    /// alone. Nothing when none is there, and for any other status.
    std::optional<milliseconds> retryAfter;
    QList<HeaderError> errors; ///< what was wrong, at most 16

    /// Whether the response is a 429.
    bool isRateLimited() const { return status == 429; }

    static constexpr qsizetype maxBucket = 256; ///< bytes; a longer hash is an error, and left out

    /// Whether the body of a response with \a status is looked at.
    static constexpr bool readsBody(int status) { return status == 404 || status == 429; }

    /// Reads the \a headers of a response with \a status. \a body is looked at where readsBody()
    /// says so, for a 404 only for its \ref code, and not when it is over 64 KiB. \a now is the
    /// wall time of receipt; it serves for `Reset` and HTTP dates when the response has no `Date`.
    static RatelimitHeaders parse(
        int status, std::span<const HeaderField> headers, QByteArrayView body, WallTime now);

    friend bool operator==(const RatelimitHeaders &, const RatelimitHeaders &) = default;
};

TURNSTILE_CORE_EXPORT QDebug operator<<(QDebug debug, const RatelimitHeaders &headers);

} // namespace Turnstile
