// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/core/Enums.h"
#include "ratelimit/core/Time.h"
#include "ratelimit/turnstile_testing_export.h"

#include <QtCore/QByteArray>
#include <QtCore/QObject>

#include <optional>

namespace Turnstile {

/// Something that goes wrong in a ModelApi, on purpose.
///
/// ```
/// api.addFault({.kind = Fault::Kind::NoAnswer});                               // the next request
/// api.addFault({.kind = Fault::Kind::ServerError, .times = 3, .status = 502}); // the next three
/// api.addFault({.kind = Fault::Kind::HashFlip, .times = Fault::always, .every = 2});
/// api.addFault({.kind = Fault::Kind::RateLimit, .limit = LimitKind::Shared});
/// ```
///
/// A QNetworkAccessManager sends a request once more, by itself, when the connection closes before
/// the answer: one CloseBeforeAnswer, or Reset, may pass unseen.
struct TURNSTILE_TESTING_EXPORT Fault {
    Q_GADGET
public:
    /// What goes wrong.
    enum class Kind : quint8 {
        NoAnswer,          ///< takes the request and never answers; the connection stays open
        CloseBeforeAnswer, ///< closes the connection where the answer should come
        CloseInTheMiddle,  ///< sends the head and half of the body, then closes
        Reset,             ///< resets the connection (RST) where the answer should come
        SlowDrip,          ///< sends the head, then a body of \ref size, one byte each \ref pause
        Oversize,          ///< sends a body of \ref size as fast as the client reads it
        MalformedHeaders,  ///< the values of all `X-RateLimit` headers and `Retry-After` are
                           ///< nonsense
        MissingHeaders,    ///< no `X-RateLimit` headers
        ServerError,       ///< \ref status, as a gateway gives it: without `X-RateLimit` headers
        BadGateway,        ///< 502 with an HTML page, from a proxy in front of the API: without
                           ///< `X-RateLimit` headers and `Via`
        ApiError,          ///< \ref status with the JSON that has \ref code; the API's other
                           ///< headers are all there
        Redirect,          ///< \ref status with a `Location`: to \ref location
        CloudflarePage,    ///< 429 with an HTML page, without `Via`: the API is never reached
        GlobalLimit,       ///< 429 of the global limit, for \ref retryAfter; never of an endpoint
                           ///< that is exempt from it
        RateLimit,         ///< 429 of \ref limit, for \ref retryAfter
        HashFlip,          ///< names \ref hash as the bucket
    };
    Q_ENUM(Kind)

    static constexpr int always = -1; ///< for \ref times

    Kind kind = Kind::NoAnswer; ///< what goes wrong
    /// As for ServerModel::setLimit(); empty for any.
    QByteArray route = {};
    /// How often it happens.
    int times = 1;
    /// Happens to every n-th request of those that it may happen to.
    int every = 1;
    /// Of ServerError (0: 503), ApiError (403) and Redirect (307).
    int status = 0;
    /// Of CloudflarePage, GlobalLimit and RateLimit.
    milliseconds retryAfter = milliseconds(1000);
    /// Of HashFlip; empty: derived from the right one, always the same.
    QByteArray hash = {};
    /// Of RateLimit. Cloudflare and Global are those of CloudflarePage and GlobalLimit. The others
    /// tell the numbers of the bucket; Sublimit and Shared have tokens remaining.
    LimitKind limit = LimitKind::Bucket;
    int code = 0; ///< of ApiError: what its JSON says
    /// Of Redirect: a URL, or a path of this server. Empty: the same one again.
    QByteArray location = {};
    /// Of SlowDrip and Oversize: bytes of the body. What the answer does not have is filled with
    /// spaces, so JSON stays JSON; a smaller size changes nothing. No more than 64 KiB of it are
    /// held at a time.
    qint64 size = 64 * 1024 * 1024;
    milliseconds pause = milliseconds(50); ///< of SlowDrip
    /// Of Oversize: whether a `Content-Length` tells the size. Otherwise the body ends with the
    /// connection.
    bool tellsLength = true;

    /// Whose 429 it is; nothing for all other faults.
    std::optional<LimitKind> limitedBy() const;

    /// Whether the limits count the request before the fault strikes. 429s and Redirect come from
    /// before the limits.
    bool isCounted() const { return !limitedBy() && kind != Kind::Redirect; }

    friend bool operator==(const Fault &, const Fault &) = default;
};

} // namespace Turnstile
